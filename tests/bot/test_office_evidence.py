"""Proof is kept with its hash; a picture used before is flagged, not refused; links need nothing fetched."""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from sqlalchemy import select

from bot.channels.base import DeliveryError
from bot.office.evidence import LIKE, EvidenceKeeper, likeness, path_of
from bot.storage import Storage
from bot.tables import Evidence
from handlers.duties import Role
from handlers.message import Media
from tests.bot.office_world import WARDS, local, office
from tests.bot.parts import Recorder

FRIDAY = local(2024, 3, 15, 9)


def drawn(seed: int, *, quality: int = 90, size: tuple[int, int] = (640, 480)) -> bytes:
    """A photo-like picture; the same seed gives the same scene whatever its size and compression."""
    scene = Image.new("RGB", (640, 480), (200, 210, 220))
    pen = ImageDraw.Draw(scene)
    for number in range(12):
        left, top = (seed * 97 + number * 131) % 560, (seed * 61 + number * 89) % 400
        shade = ((seed * 53 + number * 37) % 255, (number * 71) % 255, (seed * 29 + number * 17) % 255)
        pen.rectangle((left, top, left + 90, top + 70), fill=shade)
    out = io.BytesIO()
    scene.resize(size).save(out, "JPEG", quality=quality)
    return out.getvalue()


class Photos(Recorder):
    """A platform whose pictures are given by the test."""

    def __init__(self, files: dict[str, bytes]) -> None:
        super().__init__()
        self.files = files

    async def download(self, ref: str, /) -> bytes:
        if ref not in self.files:
            raise DeliveryError("file is gone", permanent=True)
        return self.files[ref]


def test_the_same_scene_smaller_and_compressed_again_looks_the_same() -> None:
    first = int(likeness(drawn(1)) or "", 16)
    again = int(likeness(drawn(1, quality=35, size=(320, 240))) or "", 16)
    other = int(likeness(drawn(2)) or "", 16)
    assert (first ^ again).bit_count() <= LIKE
    assert (first ^ other).bit_count() > LIKE


@pytest.mark.parametrize("data", [b"", b"not a picture", b"\x89PNG\r\n\x1a\n" + b"0" * 50])
def test_what_is_no_picture_has_no_likeness(data: bytes) -> None:
    assert likeness(data) is None


async def _kept(storage: Storage) -> list[Evidence]:
    async with storage.read() as session:
        return list((await session.execute(select(Evidence).order_by(Evidence.id))).scalars())  # type: ignore[arg-type]


async def test_a_picture_is_kept_under_its_hash_and_a_used_one_is_flagged(storage: Storage, tmp_path: Path) -> None:
    files = {"a": drawn(1), "b": drawn(1, quality=40, size=(320, 240)), "c": drawn(2)}
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        for week, ref in (("2024-W10", "a"), ("2024-W11", "b"), ("2024-W12", "c")):
            await world.report(WARDS[0], "1", week, "da-mai", links=(), media=(Media("image", ref),))
        keeper = EvidenceKeeper(storage, {"recorder": Photos(files)}, tmp_path, lambda: world.now)
        await keeper.work()
        first, again, other = await _kept(storage)
        assert [row.state for row in (first, again, other)] == ["kept"] * 3
        assert first.sha256 == hashlib.sha256(files["a"]).hexdigest()
        assert path_of(tmp_path / "minh-chung", first.sha256).read_bytes() == files["a"]
        assert (first.twin, again.twin, other.twin) == (None, first.id, None)
        duty = await world.duty(WARDS[0], "1", "2024-W11", await world.person("da-mai"))
        assert duty.report is not None
        assert duty.report.proofs[0].twin == "BC-PL1-2024W10-DAMAI"


async def test_what_the_platform_no_longer_has_is_told_as_failed(storage: Storage, tmp_path: Path) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.report(WARDS[0], "1", "2024-W10", "da-mai", media=(Media("image", "gone"),))
        keeper = EvidenceKeeper(storage, {"recorder": Photos({})}, tmp_path, lambda: world.now)
        await keeper.work()
        photo, link = await _kept(storage)
        assert (photo.state, link.state) == ("failed", "kept")
