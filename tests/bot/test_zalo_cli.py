"""``zalo-oa login``, ``status`` and ``people``, against the strict fake and a database of their own."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import AnyHttpUrl, SecretStr

from bot import clock
from bot.cli_zalo import code_in
from bot.office import people, zalo
from bot.settings import Settings
from bot.storage import Storage, with_storage
from handlers.duties import Role
from handlers.message import Address
from tests.bot.office_world import VHTT, WARDS
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, OA_ID, REDIRECT, SECRET_KEY, FakeZaloOa

AN, BINH = "24684588352919792", "24684588352919793"


@pytest.fixture
async def fake() -> AsyncIterator[FakeZaloOa]:
    async with FakeZaloOa() as running:
        yield running


@pytest.fixture
def settings(fake: FakeZaloOa, tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,
        data_dir=tmp_path,
        zalo_oa_id=OA_ID,
        zalo_oa_app_id=APP_ID,
        zalo_oa_app_secret=SecretStr(APP_SECRET),
        zalo_oa_secret_key=SecretStr(SECRET_KEY),
        zalo_oa_api_base_url=AnyHttpUrl(fake.base_url),
        zalo_oauth_base_url=AnyHttpUrl(fake.oauth_url),
    )


async def authorised(settings: Settings, fake: FakeZaloOa) -> None:
    step = zalo.begin(settings, REDIRECT, None)
    assert await zalo.finish(settings, fake.consent(step.challenge), step.verifier) is None


async def test_logging_in_stores_tokens_that_work(settings: Settings, fake: FakeZaloOa) -> None:
    step = zalo.begin(settings, REDIRECT, None)
    asked = parse_qs(urlsplit(step.url).query)
    assert asked == {"app_id": [APP_ID], "redirect_uri": [REDIRECT], "code_challenge": [step.challenge]}
    code = code_in(f"{REDIRECT}?code={fake.consent(step.challenge)}&oa_id={OA_ID}")
    assert await zalo.finish(settings, code, step.verifier) is None
    found = await zalo.status(settings)
    assert (found["oa_id"], found["error"], found["token"]["state"]) == (OA_ID, None, "ok")


async def test_a_verifier_of_before_keeps_its_challenge(settings: Settings) -> None:
    first = zalo.begin(settings, REDIRECT, None)
    assert zalo.begin(settings, REDIRECT, first.verifier) == first


async def test_a_wrong_code_is_said_so(settings: Settings) -> None:
    step = zalo.begin(settings, REDIRECT, None)
    problem = await zalo.finish(settings, "ma-khong-co", step.verifier)
    assert problem is not None
    assert "chạy lại từ đầu" in problem


async def test_an_account_that_nobody_has_authorised_says_what_is_missing(settings: Settings) -> None:
    found = await zalo.status(settings)
    assert found["name"] is None
    assert found["error"]


async def test_it_tells_whom_of_the_officials_the_account_reaches(settings: Settings, fake: FakeZaloOa) -> None:
    await authorised(settings, fake)
    fake.meet(AN)
    fake.meet(BINH, interacted=False)

    async def link(storage: Storage) -> None:
        now = clock.now()
        async with storage.write() as session:
            for unit, role, chat in (
                (WARDS[0], Role.OFFICER, AN),
                (VHTT, Role.COORDINATOR, BINH),
                (VHTT, Role.HEAD, "999"),
                (WARDS[0], Role.GROUP, "g:abc1"),
            ):
                code = await people.invite(session, unit, role, now)
                await people.join(session, code, Address("zalo-oa", chat), now)

    await with_storage(settings, link)
    known, silent, stranger = await zalo.reached(settings)
    today = (fake.now() + timedelta(hours=7)).date()
    assert known.to_json() | {"unit": ""} == {
        "id": 1,
        "unit": "",
        "role": "officer",
        "follows": True,
        "last": today.isoformat(),
        "until": (today + timedelta(days=7)).isoformat(),
        "error": None,
    }
    assert f"nhắn trước được đến {today + timedelta(days=7):%d/%m/%Y}" in known.text()
    assert "chưa từng tương tác" in silent.text()
    assert "Zalo không cho biết" in stranger.text()
    assert "Bí Mật" not in "".join(one.text() for one in (known, silent, stranger)), "names are not looked at"
