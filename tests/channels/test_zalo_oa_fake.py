"""The fake Zalo itself: it refuses what Zalo refuses, so that a channel that passes has earned it. A plain client."""

from __future__ import annotations

import io
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from tests.fakes.zalo_oa import (
    APP_ID,
    APP_SECRET,
    FIRST_REFRESH,
    GROUP,
    MESSAGE,
    OA_ID,
    OLDER,
    REDIRECT,
    FakeZaloOa,
)

AN = "24684588352919792"
FORM = {"app_id": APP_ID, "grant_type": "refresh_token", "refresh_token": FIRST_REFRESH}
URL = "https://motcua.example.vn/anh.png"


class Client:
    """Says to Zalo what it is told."""

    def __init__(self, zalo: FakeZaloOa, session: aiohttp.ClientSession) -> None:
        self.zalo = zalo
        self.session = session
        self.token = ""

    async def tokens(self, form: Any = None, secret: str = APP_SECRET, **options: Any) -> dict[str, Any]:
        if "json" not in options:
            options["data"] = FORM if form is None else form
        url = f"{self.zalo.oauth_url}/v4/oa/access_token"
        async with self.session.post(url, headers={"secret_key": secret}, **options) as answer:
            found: dict[str, Any] = await answer.json()
        assert answer.status == 200
        return found

    async def post(self, body: Any, path: str = MESSAGE, **options: Any) -> dict[str, Any]:
        url = f"{self.zalo.base_url}{path}"
        async with self.session.post(url, json=body, headers={"access_token": self.token}, **options) as answer:
            found: dict[str, Any] = await answer.json()
        assert answer.status == 200
        return found

    async def said(self, message: Any, **recipient: Any) -> int:
        """The error code for a message to An."""
        return int((await self.post({"recipient": recipient or {"user_id": AN}, "message": message}))["error"])


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    async with FakeZaloOa() as zalo, aiohttp.ClientSession() as session:
        zalo.meet(AN)
        made = Client(zalo, session)
        made.token = (await made.tokens())["access_token"]
        yield made


async def test_a_refresh_token_is_good_for_one_use(client: Client) -> None:
    assert "access_token" not in await client.tokens()
    second = await client.tokens({**FORM, "refresh_token": (await fresh(client))["refresh_token"]})
    assert second["expires_in"] == "90000"
    assert "access_token" not in await client.tokens({**FORM, "refresh_token": "khac"})


async def fresh(client: Client) -> dict[str, Any]:
    """A new pair by a code."""
    code = client.zalo.consent("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    form = {"app_id": APP_ID, "grant_type": "authorization_code", "code": code, "code_verifier": verifier}
    pair = await client.tokens(form)
    assert "access_token" not in await client.tokens(form)
    return pair


@pytest.mark.parametrize("mistake", ["secret", "app", "json", "field", "query"])
async def test_the_authorisation_host_is_strict(mistake: str) -> None:
    async with FakeZaloOa() as zalo, aiohttp.ClientSession() as session:
        client = Client(zalo, session)
        mistakes: dict[str, dict[str, Any]] = {
            "secret": {"secret": "sai"},
            "app": {"form": {**FORM, "app_id": "1"}},
            "json": {"json": FORM},
            "field": {"form": {**FORM, "secret_key": APP_SECRET}},
            "query": {"params": {"secret_key": APP_SECRET}},
        }
        refused = await client.tokens(**mistakes[mistake])
        assert refused.keys() == {"error", "error_name", "error_reason", "ref_doc"}
        assert zalo.refreshes == []


async def test_the_consent_page_sends_back_a_code_and_no_state(client: Client) -> None:
    page = f"{client.zalo.oauth_url}/v4/oa/permission"
    asked = {"app_id": APP_ID, "redirect_uri": REDIRECT, "code_challenge": "abc", "state": "tt"}
    async with client.session.get(page, params=asked, allow_redirects=False) as answer:
        assert answer.headers["Location"].startswith(f"{REDIRECT}?code=")
        assert "state" not in answer.headers["Location"]
    for wrong in ({"redirect_uri": "https://khac.vn"}, {"scope": "x"}, {"app_id": "1"}):
        async with client.session.get(page, params={**asked, **wrong}, allow_redirects=False) as answer:
            assert (await answer.json())["error"] in {-14002, -14003}


async def test_an_access_token_ends_after_25_hours_or_on_command(client: Client) -> None:
    client.zalo.forward(timedelta(hours=24, minutes=59))
    assert await client.said({"text": "a"}) == 0
    client.zalo.forward(timedelta(minutes=2))
    assert await client.said({"text": "a"}) == -216
    client.token = (await fresh(client))["access_token"]
    assert await client.said({"text": "a"}) == 0
    client.zalo.expire()
    assert await client.said({"text": "a"}) == -216


async def test_a_token_in_the_query_or_as_bearer_is_none(client: Client) -> None:
    body = {"recipient": {"user_id": AN}, "message": {"text": "a"}}
    for options in ({"params": {"access_token": client.token}}, {"headers": {"Authorization": client.token}}):
        async with client.session.post(f"{client.zalo.base_url}{MESSAGE}", json=body, **options) as answer:  # type: ignore[arg-type]
            assert await answer.json() == {"error": -216, "message": "Access token is invalid"}


MEDIA = {"template_type": "media", "elements": [{"media_type": "image", "url": URL}]}


@pytest.mark.parametrize(
    "message",
    [
        {},
        {"text": ""},
        {"text": 5},
        {"text": "a", "buttons": []},
        {"text": "a", "attachment": {"type": "file", "payload": {"token": "t"}}},
        {"attachment": {"type": "template", "payload": {**MEDIA, "elements": []}}},
        {"attachment": {"type": "template", "payload": {**MEDIA, "elements": [{"media_type": "image"}]}}},
        {"attachment": {"type": "template", "payload": {**MEDIA, "elements": [{"media_type": "image", "url": "x"}]}}},
        {"attachment": {"type": "template", "payload": {**MEDIA, "text": "a"}}},
    ],
)
async def test_unknown_fields_and_wrong_types_are_refused(client: Client, message: Any) -> None:
    assert await client.said(message) == -201
    assert client.zalo.sent == []


async def test_a_body_that_is_none_is_refused(client: Client) -> None:
    said: dict[str, Any] = {"message": {"text": "a"}}
    bodies: list[Any] = [[], "x", said, {**said, "recipient": {"user_id": AN}, "x": 1}]
    for body in bodies:
        assert (await client.post(body))["error"] == -201
    recipients: list[dict[str, Any]] = [{"user_id": int(AN)}, {"user_id": "An"}, {"group_id": AN}]
    for recipient in [*recipients, {"user_id": AN, "phone": "1"}]:
        assert await client.said({"text": "a"}, **recipient) == -201
    async with client.session.post(
        f"{client.zalo.base_url}{MESSAGE}", data={"text": "a"}, headers={"access_token": client.token}
    ) as answer:
        assert (await answer.json())["error"] == -201


async def test_a_text_has_at_most_2000_units(client: Client) -> None:
    assert await client.said({"text": "đ" * 2000}) == 0
    assert await client.said({"text": "đ" * 2001}) == -210
    assert await client.said({"text": "👶" * 1001}) == -210


async def test_lists_with_buttons_and_unknown_files_are_refused(client: Client) -> None:
    listed = {"template_type": "list", "elements": [{"title": "a"}]}
    assert await client.said({"attachment": {"type": "template", "payload": listed}}) == -233
    assert await client.said({"attachment": {"type": "file", "payload": {"token": "cu"}}}) == -100


async def test_windows_close_and_strangers_are_out_of_reach(client: Client) -> None:
    client.zalo.meet("111", interacted=False)
    assert await client.said({"text": "a"}, user_id="111") == -232
    assert await client.said({"text": "a"}, user_id="222") == -201
    client.token = (await fresh(client))["access_token"]
    client.zalo.forward(timedelta(days=7, seconds=5))
    client.token = (await fresh(client))["access_token"]
    assert await client.said({"text": "a"}) == -230
    client.zalo.meet(AN)
    assert await client.said({"text": "a"}) == 0


async def test_the_older_address_is_for_state_agencies_and_the_newer_for_others(client: Client) -> None:
    body = {"recipient": {"user_id": AN}, "message": {"text": "a"}}
    assert [(await client.post(body, path))["error"] for path in (MESSAGE, OLDER)] == [0, -240]
    client.zalo.account["oa_type"] = 4
    assert [(await client.post(body, path))["error"] for path in (MESSAGE, OLDER)] == [-235, 0]
    client.zalo.older_shut = True
    client.zalo.text_codes = True
    assert [(await client.post(body, path))["error"] for path in (MESSAGE, OLDER)] == ["-235", "-240"]


async def test_groups_are_known_or_refused(client: Client) -> None:
    body = {"recipient": {"group_id": "abc1"}, "message": {"text": "a"}}
    assert (await client.post(body, GROUP))["error"] == -403
    client.zalo.groups.add("abc1")
    assert (await client.post(body, GROUP))["data"]["group_id"] == "abc1"


@pytest.mark.parametrize(
    ("kind", "name", "size", "code"),
    [
        ("image", "a.png", 10, 0),
        ("image", "a.gif", 10, -201),
        ("image", "a.png", 1024**2 + 1, -210),
        ("file", "a.pdf", 10, 0),
        ("file", "a.xlsx", 10, -201),
        ("video", "a.mp4", 10, -201),
    ],
)
async def test_uploads_have_kinds_and_sizes(client: Client, kind: str, name: str, size: int, code: int) -> None:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(bytes(size)), filename=name)
    url = f"{client.zalo.base_url}/v2.0/oa/upload/{kind}"
    async with client.session.post(url, data=form, headers={"access_token": client.token}) as answer:
        assert (await answer.json())["error"] == code


async def test_it_repeats_an_event_until_it_is_taken() -> None:
    seen: list[tuple[str | None, Any]] = []

    async def door(request: web.Request) -> web.Response:
        seen.append((request.headers.get("num_retry"), json.loads(await request.read())))
        return web.Response(status=200 if len(seen) == 3 else 503)

    app = web.Application()
    app.router.add_post("/", door)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with FakeZaloOa() as zalo:
        zalo.webhook_url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
        posted = await zalo.say(AN, "xin chào")
    await runner.cleanup()
    assert posted.statuses == [503, 503, 200]
    assert [retry for retry, _ in seen] == [None, "1", "2"]
    assert seen[0][1] == seen[2][1]
    assert seen[0][1]["recipient"] == {"id": OA_ID}
