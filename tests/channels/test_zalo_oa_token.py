"""Tokens of an Official Account: rotating refresh tokens in a real database, held by one at a time."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from bot.channels.base import DeliveryError
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_request import Pace
from bot.channels.zalo_oa_token import challenge_of, consent_url, pkce
from bot.channels.zalo_oa_vault import Held, Pair, State, Vault
from bot.storage import Storage
from bot.tables import ZaloToken
from handlers.message import Reply
from tests.channels.zalo_oa_world import FAST, make
from tests.fakes.zalo_oa import APP_ID, APP_SECRET, FIRST_REFRESH, OA_ID, REDIRECT, SECRET_KEY, FakeZaloOa

AN = "24684588352919792"
HELLO = Reply("Xin chào")


@pytest.fixture
async def zalo() -> AsyncIterator[FakeZaloOa]:
    async with FakeZaloOa() as fake:
        fake.meet(AN)
        yield fake


@pytest.fixture
async def channel(zalo: FakeZaloOa, storage: Storage) -> AsyncIterator[ZaloOaChannel]:
    made = make(zalo, storage)
    yield made
    await made.stop()


@pytest.fixture
async def other(zalo: FakeZaloOa, database_url: str) -> AsyncIterator[ZaloOaChannel]:
    """The channel of a second process: its own connections to the same database."""
    storage = Storage(database_url)
    made = make(zalo, storage)
    yield made
    await made.stop()
    await storage.close()


async def row(storage: Storage) -> ZaloToken:
    async with storage.read() as session:
        found = await session.get(ZaloToken, OA_ID)
    assert found is not None
    return found


async def refused(channel: ZaloOaChannel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        await channel.send(AN, HELLO)
    return caught.value


# The first pair


async def test_the_first_refresh_token_is_used_once_and_the_pair_is_stored(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    for _ in range(3):
        await channel.send(AN, HELLO)
    assert zalo.refreshes == [FIRST_REFRESH]
    stored = await row(storage)
    assert [stored.access_token] == zalo.live()
    assert (stored.state, stored.error, stored.previous_refresh_token) == ("ok", None, FIRST_REFRESH)
    assert stored.refreshed_at is not None
    assert stored.expires_at == stored.refreshed_at + timedelta(hours=25)


async def test_another_process_finds_the_pair_and_does_not_use_the_setting(
    channel: ZaloOaChannel, other: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    await channel.send(AN, HELLO)
    await other.send(AN, HELLO)
    assert zalo.refreshes == [FIRST_REFRESH]


async def test_without_any_token_it_says_what_to_do(zalo: FakeZaloOa, storage: Storage) -> None:
    channel = make(zalo, storage, refresh_token=None)
    error = await refused(channel)
    assert not error.permanent
    assert "python -m bot zalo-oa login" in error.reason
    assert (await channel.status())["token"]["state"] == "none"
    assert zalo.refreshes == []
    await channel.stop()


async def test_a_mistyped_first_token_can_be_mended_in_the_setting(zalo: FakeZaloOa, storage: Storage) -> None:
    wrong = make(zalo, storage, refresh_token="sai")
    await refused(wrong)
    await refused(wrong)
    assert zalo.refreshes == ["sai"]
    assert (await row(storage)).state == "lost"
    await wrong.stop()
    right = make(zalo, storage)
    await right.send(AN, HELLO)
    assert zalo.refreshes == ["sai", FIRST_REFRESH]
    await right.stop()


# Renewal


async def test_it_renews_after_twenty_hours_and_keeps_the_previous_pair(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    first = await row(storage)
    zalo.forward(timedelta(hours=19, minutes=55))
    await channel.send(AN, HELLO)
    assert len(zalo.refreshes) == 1
    zalo.forward(timedelta(minutes=10))
    await channel.send(AN, HELLO)
    assert zalo.refreshes == [FIRST_REFRESH, first.refresh_token]
    second = await row(storage)
    assert (second.previous_access_token, second.previous_refresh_token) == (first.access_token, first.refresh_token)
    assert zalo.calls[-1][1] == second.access_token != first.access_token


@pytest.mark.parametrize("code", [-216, -220])
async def test_a_refused_token_is_renewed_once_and_the_call_is_made_once_more(
    channel: ZaloOaChannel, zalo: FakeZaloOa, code: int
) -> None:
    await channel.send(AN, HELLO)
    zalo.text_codes = True
    zalo.refuse(code)
    await channel.send(AN, Reply("sau khi gia hạn"))
    assert len(zalo.refreshes) == 2
    assert [sent.text for sent in zalo.to(AN)] == ["Xin chào", "sau khi gia hạn"]


async def test_a_token_that_expires_under_100_parallel_sends_of_two_processes_is_renewed_exactly_once(
    channel: ZaloOaChannel, other: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    await channel.send(AN, HELLO)
    await other.send(AN, HELLO)
    zalo.expire()
    sends = ((channel if number % 2 else other).send(AN, Reply(f"tin {number}")) for number in range(100))
    ids = await asyncio.gather(*sends)
    assert len(set(ids)) == 100
    assert len(zalo.refreshes) == 2
    assert sorted(sent.text for sent in zalo.to(AN)[2:]) == sorted(f"tin {number}" for number in range(100))


async def test_two_processes_that_grow_old_together_renew_once(
    channel: ZaloOaChannel, other: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    await channel.send(AN, HELLO)
    await other.send(AN, HELLO)
    zalo.forward(timedelta(hours=21))
    zalo.slow(0.1, on="refresh")
    await asyncio.gather(*((channel if number % 2 else other).send(AN, HELLO) for number in range(20)))
    assert len(zalo.refreshes) == 2


async def test_a_late_refusal_of_the_old_token_does_not_renew_again(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    old = await channel.tokens.access()
    new = await channel.tokens.instead_of(old)
    assert await channel.tokens.instead_of(old) == new
    assert len(zalo.refreshes) == 2


async def test_the_new_pair_is_committed_before_it_is_used(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    zalo.expire()
    zalo.slow(0.3, on="refresh")
    zalo.slow(0.2)  # the refused call
    zalo.slow(0.3)  # the call with the new token: it is stored while this one waits
    sending = asyncio.create_task(channel.send(AN, HELLO))
    await zalo.wait(lambda: len(zalo.refreshes) == 2)
    await asyncio.sleep(0.15)
    assert [(await row(storage)).access_token] == zalo.live()
    assert len(zalo.sent) == 1
    await sending


async def test_a_renewal_goes_on_when_whoever_asked_for_it_gives_up(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    zalo.expire()
    zalo.slow(0.3, on="refresh")
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(0.1):
            await channel.send(AN, HELLO)
    await channel.stop()
    stored = await row(storage)
    assert (stored.state, [stored.access_token]) == ("ok", zalo.live())


# When it goes wrong


@pytest.mark.parametrize("how", ["cut", "hang", "garble", "page"])
async def test_a_lost_answer_ends_in_the_state_lost_and_not_in_a_loop(
    channel: ZaloOaChannel, other: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage, how: str
) -> None:
    await channel.send(AN, HELLO)
    zalo.expire()
    if how == "page":
        zalo.fail(502, on="refresh", done=True)
    else:
        getattr(zalo, how)(on="refresh")
    with capture_logs() as logs:
        errors = await asyncio.gather(*(refused(channel if number % 2 else other) for number in range(20)))
        for _ in range(3):
            errors.append(await refused(channel))
    assert not any(error.permanent or error.in_doubt for error in errors)
    assert "an administrator has to authorise" in errors[-1].reason
    assert len(zalo.refreshes) == 2
    stored = await row(storage)
    assert stored.state == "lost"
    assert stored.error
    notices = [entry for entry in logs if entry["event"] == "zalo_oa_authorisation_lost"]
    assert [entry["log_level"] for entry in notices] == ["error"]
    assert "zalo-oa login" in notices[0]["hint"]
    assert (await other.status())["token"]["state"] == "lost"


async def test_a_refused_refresh_token_is_lost_too(channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage) -> None:
    await channel.send(AN, HELLO)
    zalo.forget_tokens()
    for _ in range(3):
        await refused(channel)
    assert len(zalo.refreshes) == 2
    stored = await row(storage)
    assert (stored.state, stored.error) == ("lost", "HTTP 200 without an access token: -14001 Invalid grant")


async def test_a_lost_pair_goes_on_with_the_access_token_while_zalo_takes_it(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    zalo.forward(timedelta(hours=21))
    zalo.cut(on="refresh")
    for _ in range(3):
        await channel.send(AN, HELLO)
    assert (await row(storage)).state == "lost"
    assert (len(zalo.to(AN)), len(zalo.refreshes)) == (4, 2)
    zalo.forward(timedelta(hours=5))
    assert "authorise" in (await refused(channel)).reason
    assert len(zalo.refreshes) == 2


async def test_authorising_again_mends_it_for_all_processes_without_a_restart(
    channel: ZaloOaChannel, other: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    zalo.forget_tokens()
    await refused(channel)
    verifier, challenge = pkce()
    await other.tokens.exchange(zalo.consent(challenge), verifier)
    await channel.send(AN, HELLO)
    stored = await row(storage)
    assert (stored.state, stored.error, [stored.access_token]) == ("ok", None, zalo.live())
    assert len(zalo.to(AN)) == 2


async def test_an_unreachable_authorisation_host_costs_nothing(zalo: FakeZaloOa, storage: Storage) -> None:
    channel = make(zalo, storage, oauth_url="http://127.0.0.1:9")
    for _ in range(3):
        error = await refused(channel)
        assert (error.permanent, error.in_doubt) == (False, False)
    await channel.stop()
    reached = make(zalo, storage)
    await reached.send(AN, HELLO)
    assert zalo.refreshes == [FIRST_REFRESH]
    await reached.stop()


async def test_while_that_host_is_away_the_old_token_is_good_until_it_ends(zalo: FakeZaloOa, storage: Storage) -> None:
    first = make(zalo, storage)
    await first.send(AN, HELLO)
    await first.stop()
    zalo.forward(timedelta(hours=21))
    away = make(zalo, storage, oauth_url="http://127.0.0.1:9")
    await away.send(AN, HELLO)
    await away.send(AN, HELLO)
    assert len(zalo.to(AN)) == 3
    zalo.forward(timedelta(hours=5))
    assert "no connection" in (await refused(away)).reason
    await away.stop()


async def test_a_claim_of_a_dead_process_runs_out(channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage) -> None:
    await channel.send(AN, HELLO)
    zalo.expire()
    vault = Vault(storage, OA_ID)
    held = await vault.get()
    assert held is not None
    assert (await vault.claim(held.access, zalo.now(), timedelta(minutes=1)))[1]
    error = await refused(channel)
    assert error.reason == "another process is renewing the tokens"
    assert len(zalo.refreshes) == 1
    zalo.forward(timedelta(minutes=2))
    await channel.send(AN, HELLO)
    assert len(zalo.refreshes) == 2


async def test_while_another_process_renews_an_old_token_it_is_used_on(
    channel: ZaloOaChannel, other: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    zalo.forward(timedelta(hours=21))
    assert (await Vault(storage, OA_ID).claim(None, zalo.now(), timedelta(minutes=1)))[1]
    async with asyncio.timeout(FAST.read / 2):
        await other.send(AN, HELLO)
    assert len(zalo.refreshes) == 1


async def test_a_host_that_was_out_of_reach_gets_a_rest(zalo: FakeZaloOa, storage: Storage) -> None:
    channel = make(zalo, storage, oauth_url="http://127.0.0.1:9", pace=replace(FAST, rest=30.0))
    assert "no connection" in (await refused(channel)).reason
    channel._request._oauth = zalo.oauth_url
    assert "out of reach" in (await refused(channel)).reason
    assert zalo.refreshes == []
    zalo.forward(timedelta(seconds=31))
    await channel.send(AN, HELLO)
    await channel.stop()


async def test_a_network_that_refuses_every_new_token_is_not_asked_for_ever(
    channel: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    zalo.refuse(-216, times=100)
    for _ in range(10):
        assert not (await refused(channel)).permanent
    assert len(zalo.refreshes) == 3
    zalo.forward(timedelta(minutes=11))
    await refused(channel)
    assert len(zalo.refreshes) == 4


async def test_an_app_that_was_removed_needs_an_administrator(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    zalo.refuse(-219)
    assert not (await refused(channel)).permanent
    assert (await row(storage)).state == "revoked"
    assert (await channel.status())["token"]["state"] == "revoked"


async def test_a_pair_that_cannot_be_stored_is_kept_and_stored_later(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage
) -> None:
    await channel.send(AN, HELLO)
    zalo.expire()
    zalo.slow(0.2, on="refresh")
    sending = asyncio.create_task(refused(channel))
    await asyncio.sleep(0.1)
    async with storage.write() as session:
        await session.execute(text("ALTER TABLE zalo_token RENAME TO zalo_away"))
    error = await sending
    assert "cannot be read or stored" in error.reason
    assert len(zalo.sent) == 1
    async with storage.write() as session:
        await session.execute(text("ALTER TABLE zalo_away RENAME TO zalo_token"))
    await channel.send(AN, HELLO)
    assert len(zalo.refreshes) == 2
    assert [(await row(storage)).access_token] == zalo.live()


async def test_no_token_or_secret_shows_in_logs_errors_or_reprs(
    channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)  # below it the drivers of databases log every value
    texts: list[str] = []
    with capture_logs() as logs:
        await channel.start()
        await channel.send(AN, HELLO)
        orders: list[Callable[[], None]] = [zalo.cut, zalo.hang, zalo.garble]
        orders += [lambda: zalo.fail(503), lambda: zalo.refuse(-212)]
        for order in orders:
            order()
            try:
                await channel.send(AN, HELLO)
            except DeliveryError as error:
                texts.append("".join(traceback.format_exception(error)))
        zalo.expire()
        zalo.cut(on="refresh")
        texts.append(str(await refused(channel)))
        async with storage.write() as session:
            await session.execute(text("DROP TABLE zalo_token"))
        texts.append("".join(traceback.format_exception(await refused(channel))))
    known = {token for _, token in zalo.calls} | set(zalo.refreshes)
    shown = repr(logs) + caplog.text.replace("zalo_token", "") + "".join(texts)
    assert len(known) >= 2
    for secret in known | {APP_SECRET, SECRET_KEY}:
        assert secret
        assert secret not in shown


def test_rows_and_pairs_do_not_show_their_tokens() -> None:
    moment = FakeZaloOa().now()
    for shown in (
        Held("bí-mật", "bí-mật", State.OK, moment, moment, None, None),
        Pair("bí-mật", "bí-mật", moment, moment),
        ZaloToken(oa_id="1", access_token="bí-mật", refresh_token="bí-mật", previous_access_token="bí-mật"),
    ):
        assert "bí-mật" not in repr(shown)


# Authorising


def test_the_challenge_is_the_one_of_rfc_7636() -> None:
    assert challenge_of("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    verifier, challenge = pkce()
    assert len(verifier) == 43
    assert challenge == challenge_of(verifier)
    assert pkce()[0] != verifier


def test_the_consent_page_gets_exactly_what_it_knows() -> None:
    url = urlsplit(consent_url(APP_ID, REDIRECT, "abc"))
    assert (url.scheme, url.netloc, url.path) == ("https", "oauth.zaloapp.com", "/v4/oa/permission")
    assert parse_qs(url.query) == {"app_id": [APP_ID], "redirect_uri": [REDIRECT], "code_challenge": ["abc"]}
    assert parse_qs(urlsplit(consent_url(APP_ID, REDIRECT, "abc", "tt")).query)["state"] == ["tt"]


async def test_an_administrator_authorises_with_a_code(zalo: FakeZaloOa, storage: Storage) -> None:
    channel = make(zalo, storage, refresh_token=None)
    verifier, challenge = pkce()
    page = consent_url(APP_ID, REDIRECT, challenge, oauth_url=zalo.oauth_url)
    async with aiohttp.ClientSession() as session, session.get(page, allow_redirects=False) as answer:
        [code] = parse_qs(urlsplit(answer.headers["Location"]).query)["code"]
    await channel.tokens.exchange(code, verifier)
    await channel.send(AN, HELLO)
    assert (len(zalo.exchanges), zalo.refreshes) == (1, [])
    assert (await row(storage)).state == "ok"
    await channel.stop()


@pytest.mark.parametrize("mistake", ["code", "verifier", "late"])
async def test_a_code_that_zalo_refuses_changes_nothing(zalo: FakeZaloOa, storage: Storage, mistake: str) -> None:
    channel = make(zalo, storage)
    await channel.send(AN, HELLO)
    before = await row(storage)
    verifier, challenge = pkce()
    code = zalo.consent(challenge)
    if mistake == "late":
        zalo.forward(timedelta(minutes=11))
    given = ("khác" if mistake == "code" else code, pkce()[0] if mistake == "verifier" else verifier)
    with pytest.raises(DeliveryError) as caught:
        await channel.tokens.exchange(*given)
    assert caught.value.permanent
    assert await row(storage) == before
    await channel.stop()


@pytest.mark.parametrize("answered", [True, False])
async def test_a_renewal_under_way_does_not_undo_a_new_authorisation(
    channel: ZaloOaChannel, other: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage, answered: bool
) -> None:
    await channel.send(AN, HELLO)
    zalo.expire()
    if answered:
        zalo.slow(0.3, on="refresh")
    else:
        zalo.cut(on="refresh", delay=0.3)
    sending = asyncio.create_task(channel.send(AN, HELLO))
    await asyncio.sleep(0.1)
    verifier, challenge = pkce()
    await other.tokens.exchange(zalo.consent(challenge), verifier)
    given = (await row(storage)).access_token
    await asyncio.gather(sending, return_exceptions=True)
    stored = await row(storage)
    assert (stored.state, stored.access_token) == ("ok", given)


# Status


async def test_the_status_tells_account_and_tokens(channel: ZaloOaChannel, zalo: FakeZaloOa, storage: Storage) -> None:
    found = await channel.status()
    stored = await row(storage)
    assert stored.expires_at
    assert stored.refreshed_at
    token: dict[str, Any] = {
        "state": "ok",
        "error": None,
        "expires_at": stored.expires_at.isoformat(),
        "refreshed_at": stored.refreshed_at.isoformat(),
    }
    assert found == {
        "oa_id": OA_ID,
        "name": "Một Cửa Phường",
        "is_verified": True,
        "package": "Growth",
        "oa_type": 2,
        "error": None,
        "token": token,
    }


async def test_the_status_says_when_zalo_does_not_answer(channel: ZaloOaChannel, zalo: FakeZaloOa) -> None:
    zalo.fail(503, on="getoa")
    found = await channel.status()
    assert (found["name"], found["error"], found["token"]["state"]) == (None, "Zalo answered with HTTP 503", "ok")


async def test_a_quiet_account_renews_all_the_same_and_a_loss_is_told_once(
    channel: ZaloOaChannel, zalo: FakeZaloOa
) -> None:
    await channel.start()
    await zalo.wait(lambda: ("/v2.0/oa/getoa", zalo.live()[0]) in zalo.calls if zalo.live() else False)
    zalo.forward(timedelta(hours=21))
    await zalo.wait(lambda: len(zalo.refreshes) == 2)
    await asyncio.sleep(0.1)
    zalo.forward(timedelta(hours=21))
    zalo.cut(on="refresh")
    with capture_logs() as logs:
        await zalo.wait(lambda: len(zalo.refreshes) == 3)
        await asyncio.sleep(5 * FAST.rest)
    assert len(zalo.refreshes) == 3
    assert [entry["event"] for entry in logs] == ["zalo_oa_authorisation_lost", "zalo_oa_not_working"]


def test_a_request_ends_before_its_claim_does() -> None:
    pace = Pace()
    assert pace.connect + pace.read < pace.lease
