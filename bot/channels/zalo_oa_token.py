"""OAuth v4 of a Zalo Official Account: an access token for 25 hours, a refresh token for one use within 3 months.

The next pair is asked for after 20 hours or when Zalo does not take a token, by whoever holds the claim in the
database, once for each token that failed, and it is committed before it is used. When the answer to that does not
arrive the refresh token is spent and nobody has the next one: that ends in the state "lost", and an administrator has
to authorise the application again. The old access token is used until Zalo refuses it.
Source: developers.zalo.me, Official Account API, "Xác thực và ủy quyền".
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import secrets
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import structlog

from bot.channels.base import DeliveryError
from bot.channels.zalo_oa_request import Json, LostAnswerError, Pace, ZaloOaRequest
from bot.channels.zalo_oa_vault import Held, Pair, State, Vault
from bot.clock import Clock

log = structlog.get_logger()

OAUTH_URL = "https://oauth.zaloapp.com"
HINT = "an administrator has to authorise the application again: python -m bot zalo-oa login"
_LIFE = timedelta(hours=25)
"""Of an access token, where Zalo does not say it."""
_MOST_UNPROVEN = 3
"""So many new access tokens may be refused, one after the other, before there is a pause."""
_UNPROVEN_PAUSE = timedelta(minutes=10)
_SAVES = 4


def pkce() -> tuple[str, str]:
    """A verifier (43 letters) and its challenge, which also has to stand in Zalo's console."""
    verifier = secrets.token_urlsafe(32)
    return verifier, challenge_of(verifier)


def challenge_of(verifier: str) -> str:
    """The challenge to a verifier: base64url of its SHA-256, without padding (RFC 7636)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def consent_url(
    app_id: str, redirect_uri: str, challenge: str, state: str | None = None, *, oauth_url: str = OAUTH_URL
) -> str:
    """The page on which the account's administrator agrees. Zalo sends ``code`` and ``oa_id`` to ``redirect_uri``,
    and not ``state``: who wants it back puts it into ``redirect_uri``."""
    asked = {"app_id": app_id, "redirect_uri": redirect_uri, "code_challenge": challenge}
    if state:
        asked["state"] = state
    return f"{oauth_url.rstrip('/')}/v4/oa/permission?{urlencode(asked)}"


class ZaloOaTokens:
    """The tokens of one Official Account, shared with every process on the same database."""

    def __init__(
        self,
        vault: Vault,
        request: ZaloOaRequest,
        *,
        app_id: str,
        app_secret: str,
        first: str | None,
        now: Clock,
        pace: Pace,
    ) -> None:
        """``first``: a refresh token to begin with, used only while the database has none that worked."""
        self._vault = vault
        self._request = request
        self._app_id = app_id
        self._app_secret = app_secret
        self._first = first or None
        self._now = now
        self._pace = pace
        self._known: Held | None = None
        """The row as last read, while it is in order."""
        self._running: asyncio.Task[Held] | None = None
        self._unsaved: tuple[str, Pair] | None = None
        """A pair that the database did not take yet, with the refresh token it came from."""
        self._rest_until: datetime | None = None
        self._unproven = 0
        """New access tokens since one was last taken by Zalo."""

    async def access(self) -> str:
        """The access token to use now. Raises DeliveryError."""
        held = self._known
        if held is None or held.due(self._now()):
            held = await self._looked_up()
        return held.access

    async def instead_of(self, refused: str) -> str:
        """The access token to use instead of one that Zalo does not take. Raises DeliveryError."""
        self._known = None
        for _ in range(2):  # a renewal that was under way already may have been for another token
            held = await self._renewed(refused)
            if held.access != refused:
                return held.access
            _usable_or_raise(held)
        raise DeliveryError("Zalo refuses the access token")

    def taken(self) -> None:
        """Zalo has taken an access token."""
        self._unproven = 0

    async def exchange(self, code: str, verifier: str) -> None:
        """Trade a code of the consent page (good once, 10 minutes) for a pair, and store it. Raises DeliveryError."""
        form = {"code": code, "app_id": self._app_id, "grant_type": "authorization_code", "code_verifier": verifier}
        try:
            pair = self._pair(await self._request.tokens(self._app_secret, form))
        except LostAnswerError as error:
            trouble = DeliveryError(f"the code gave no tokens: {error}", permanent=True)
        else:
            await self._vault.put(pair)
            self._forget()
            log.info("zalo_oa_authorised")
            return
        raise trouble

    async def revoked(self, reason: str) -> None:
        """Zalo says that the application is no longer authorised."""
        held = await self._vault.get()
        if held is not None and held.state is State.OK and await self._vault.fail(held.refresh, State.REVOKED, reason):
            self._known = None
            log.error("zalo_oa_authorisation_revoked", reason=reason, hint=HINT)

    async def status(self) -> dict[str, Any]:
        """State (ok, lost, revoked, none), times, and what went wrong. Raises DeliveryError for the database."""
        held = await self._vault.get()
        if held is None:
            return {"state": "none", "expires_at": None, "refreshed_at": None, "error": None}
        times = {"expires_at": held.expires_at, "refreshed_at": held.refreshed_at}
        return {"state": str(held.state), "error": held.error} | {
            name: time and time.isoformat() for name, time in times.items()
        }

    async def settle(self) -> None:
        """Let a renewal under way end: cut off in the middle it would cost the authorisation."""
        if self._running is not None:
            await asyncio.gather(self._running, return_exceptions=True)
        with suppress(DeliveryError):
            await self._save()

    async def _looked_up(self) -> Held:
        now = self._now()
        held = await self._vault.get()
        if held is not None and held.valid(now):
            if not held.due(now) or held.state is not State.OK:
                self._remember(held)
                return held
            if held.busy(now) or self._rests():  # it is good for some hours yet
                return held
        try:
            held = await self._renewed(None)
        except DeliveryError:
            if held is None or not held.valid(now):
                raise
            return held
        if not held.valid(now):
            _usable_or_raise(held)
        return held

    def _rests(self) -> bool:
        """Whether the authorisation host was out of reach a moment ago."""
        return self._rest_until is not None and self._now() < self._rest_until

    async def _renewed(self, refused: str | None) -> Held:
        """One renewal at a time in this process. It goes on when whoever waits for it is cancelled."""
        if self._running is None:
            self._running = asyncio.create_task(self._renew(refused))
            self._running.add_done_callback(self._ended)
        return await asyncio.shield(self._running)

    def _ended(self, task: asyncio.Task[Held]) -> None:
        self._running = None
        if not task.cancelled():
            task.exception()  # seen, also when nobody waits any more

    async def _renew(self, refused: str | None) -> Held:
        """Claim and ask, or wait for another process that does. The row as it is then."""
        await self._save()
        for _ in range(max(1, round(self._pace.read / self._pace.look))):
            held, mine = await self._vault.claim(refused, self._now(), timedelta(seconds=self._pace.lease))
            if held is None or self._mistaken(held):
                await self._seed()
            elif mine:
                return await self._ask(held)
            elif not held.busy(self._now()):
                self._remember(held)
                return held
            else:
                await asyncio.sleep(self._pace.look)
        raise DeliveryError("another process is renewing the tokens")

    def _mistaken(self, held: Held) -> bool:
        """Whether the first refresh token never worked and the setting holds another one now."""
        return held.state is not State.OK and not held.access and self._first not in {None, held.refresh}

    async def _seed(self) -> None:
        if not self._first:
            raise DeliveryError(f"not authorised: {HINT}")
        await self._vault.seed(self._first)

    async def _ask(self, held: Held) -> Held:
        """Use the refresh token. Whatever happens, it is not used a second time."""
        if (reason := self._why_not(held)) is not None:
            await self._vault.release(held.refresh)
            raise DeliveryError(reason)
        if not held.refresh:
            return await self._lost(held, "there is no refresh token")
        form = {"refresh_token": held.refresh, "app_id": self._app_id, "grant_type": "refresh_token"}
        try:
            answer = await self._request.tokens(self._app_secret, form)
        except LostAnswerError as error:
            return await self._lost(held, str(error))
        except DeliveryError:
            self._rest_until = self._now() + timedelta(seconds=self._pace.rest)
            await self._vault.release(held.refresh)
            raise
        self._unsaved = (held.refresh, self._pair(answer))
        self._unproven += 1
        await self._save()
        return await self._read()

    def _why_not(self, held: Held) -> str | None:
        """A reason not to ask now."""
        now = self._now()
        if self._rests():
            return "Zalo's authorisation host is out of reach"
        young = held.refreshed_at is not None and now < held.refreshed_at + _UNPROVEN_PAUSE
        if young and self._unproven >= _MOST_UNPROVEN:
            return "Zalo refuses one new access token after the other"
        return None

    async def _save(self) -> None:
        """Commit a pair that is only in memory. Raises DeliveryError; it is tried again at the next renewal."""
        if self._unsaved is None:
            return
        used, pair = self._unsaved
        for left in reversed(range(_SAVES)):
            try:
                kept = await self._vault.keep(used, pair)
            except DeliveryError as error:
                log.error("zalo_oa_tokens_not_stored", reason=error.reason)
                if not left:
                    raise
                await asyncio.sleep(self._pace.look)
            else:
                self._unsaved = None
                log.info("zalo_oa_tokens_renewed" if kept else "zalo_oa_tokens_superseded")
                return

    async def _lost(self, held: Held, why: str) -> Held:
        if await self._vault.fail(held.refresh, State.LOST, why):
            log.error("zalo_oa_authorisation_lost", reason=why, hint=HINT)
        return await self._read()

    async def _read(self) -> Held:
        held = await self._vault.get()
        if held is None:
            raise DeliveryError(f"not authorised: {HINT}")
        self._remember(held)
        return held

    def _remember(self, held: Held) -> None:
        self._known = held if held.state is State.OK else None

    def _forget(self) -> None:
        self._known, self._rest_until, self._unproven = None, None, 0

    def _pair(self, answer: Json) -> Pair:
        refresh = answer.get("refresh_token")
        now = self._now()
        return Pair(answer["access_token"], refresh if isinstance(refresh, str) else "", now, now + _life(answer))


def _life(answer: Json) -> timedelta:
    """How long the access token is good for; Zalo writes the seconds as a text."""
    value = answer.get("expires_in")
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:9])
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return _LIFE
    return timedelta(seconds=min(value, 10**8))


def _usable_or_raise(held: Held) -> None:
    """Raise when nothing but an administrator can help."""
    if held.state is not State.OK:
        raise DeliveryError(f"the authorisation is {held.state}: {HINT}")
