"""Files from the chat page: only from officials, kept under their hash, told to the conversation as any message is."""

from __future__ import annotations

import hashlib
import io
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import select

from bot import limits
from bot.app import App
from bot.office import people
from bot.office.evidence import path_of
from bot.settings import Settings
from bot.tables import Inbox
from handlers.duties import Role
from handlers.message import Address
from knowledge.store import Knowledge
from tests import databases
from tests.bot.test_office_evidence import drawn

SESSION = "abcdefghijklmnopqrstuvwx"


@pytest.fixture
async def app(tmp_path: Path, known: Knowledge) -> AsyncIterator[App]:
    running = App(await databases.lay(Settings(data_dir=tmp_path, port=0)), known)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def http(app: App) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{app.port}") as session:
        yield session


async def link(app: App) -> None:
    async with app.storage.write() as session:
        code = await people.invite(session, "bn.w.07228", Role.OFFICER, app._now())
        await people.join(session, code, Address("web", SESSION), app._now())


async def test_a_citizens_file_is_refused_and_not_kept(http: aiohttp.ClientSession, tmp_path: Path) -> None:
    async with http.post(f"/api/chat/file?session={SESSION}", data=drawn(1)) as response:
        assert response.status == 403
        assert "cán bộ" in (await response.json())["error"]
    assert not (tmp_path / "minh-chung").exists()


async def test_an_officials_picture_is_kept_and_answered(http: aiohttp.ClientSession, app: App, tmp_path: Path) -> None:
    await link(app)
    data = drawn(1)
    async with http.post(f"/api/chat/file?session={SESSION}&name=../loa.jpg", data=data) as response:
        answer = await response.json()
        assert response.status == 200, answer
    assert answer["replies"]
    assert answer["files"] is True
    sha256 = hashlib.sha256(data).hexdigest()
    assert path_of(tmp_path / "minh-chung", sha256).read_bytes() == data
    async with app.storage.read() as session:
        row = (await session.execute(select(Inbox))).scalar_one()
    assert row.body["media"] == [["image", f"sha256:{sha256}", "loa.jpg", len(data)]]


async def test_what_is_no_picture_is_a_file(http: aiohttp.ClientSession, app: App) -> None:
    await link(app)
    async with http.post(f"/api/chat/file?session={SESSION}&name=bao-cao.pdf", data=b"%PDF-1.7 ...") as response:
        assert response.status == 200
    async with app.storage.read() as session:
        row = (await session.execute(select(Inbox))).scalar_one()
    assert row.body["media"][0][0] == "file"


@pytest.mark.parametrize(
    ("query", "data", "status"),
    [
        ("", b"x", 400),
        ("session=a%20b", b"x", 400),
        (f"session={SESSION}", b"", 400),
        (f"session={SESSION}", None, 413),
    ],
)
async def test_bad_uploads_are_refused(
    http: aiohttp.ClientSession, app: App, query: str, data: bytes | None, status: int
) -> None:
    await link(app)
    body = data if data is not None else bytes(limits.EVIDENCE_BYTES + 1)
    async with http.post(f"/api/chat/file?{query}", data=io.BytesIO(body)) as response:
        assert response.status == status
        assert (await response.json())["error"]


async def test_a_citizens_answer_says_nothing_of_files(http: aiohttp.ClientSession) -> None:
    async with http.post("/api/chat", json={"text": "xin chào"}) as response:
        assert "files" not in await response.json()
