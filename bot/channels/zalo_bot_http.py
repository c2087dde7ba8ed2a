"""Zalo Bot's HTTP: one aiohttp session, the only place that holds the token.

HTTP 200 is not success: the answer's ``ok`` is read, and a status that is not 2xx counts as a refusal too. Errors of
aiohttp, whose texts carry whole addresses and with them the token, are replaced by ones of our own words.
Source: https://bot.zaloplatforms.com/docs ("Phản hồi từ API", error codes 400, 401, 403, 404, 408, 429).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson

from bot.channels.zalo_bot_pace import Pace

FLOOD_WAIT = 60.0
"""Shortest wait after error 429, in seconds; Zalo says neither its quota nor when to come back."""
_LONGEST_FLOOD_WAIT = 3600.0
_LONGEST_DESCRIPTION = 200
_HIDDEN = "[token]"
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""Failures before the first byte of the request was written; after it, nobody can know."""


class ZaloBotError(Exception):
    """A call that failed. Its words never hold the token."""


class NotSentError(ZaloBotError):
    """The request never left, so nobody has received anything."""


class NoAnswerError(ZaloBotError):
    """Cut or timed out after the request was written: it may have taken effect."""


class UnreadableError(ZaloBotError):
    """An answer with a good status that is not one of the Bot API: it may have taken effect."""


class RefusedError(ZaloBotError):
    """``ok`` is false, or the status is not 2xx. ``code`` is Zalo's, else the status, else 0."""

    def __init__(self, code: int, description: str, wait: float | None = None) -> None:
        super().__init__(f"{description} ({code})")
        self.code = code
        self.description = description
        self.wait = wait
        """Seconds before the next try; only with code 429."""


class BotHttp:
    """Calls methods of one bot, and opens the session that media are fetched with."""

    def __init__(self, *, base_url: str, token: str, pace: Pace) -> None:
        """``base_url``: scheme://host[:port], without a closing slash."""
        self._methods = f"{base_url}/bot{token}"
        self._token = token
        self._pace = pace
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Open the session. Idle connections are not kept long: one that closes under a POST leaves doubt."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=10.0),
                cookie_jar=aiohttp.DummyCookieJar(),
            )

    async def close(self) -> None:
        """Close the session; what is asked afterwards raises NotSentError."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session. Raises NotSentError."""
        if self._session is None:
            raise NotSentError("the connection to Zalo is closed")
        return self._session

    async def call(self, method: str, params: Mapping[str, Any] | None = None, *, silence: float | None = None) -> Any:
        """The ``result`` of a method. ``silence``: seconds to wait for an answer. Raises ZaloBotError."""
        session = self.session
        timeout = aiohttp.ClientTimeout(total=None, connect=self._pace.connect, sock_read=silence or self._pace.read)
        try:
            async with session.post(
                f"{self._methods}/{method}",
                data=orjson.dumps(params or {}),
                headers={"Content-Type": "application/json"},
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                status, told, body = response.status, response.headers.get("Retry-After"), await response.read()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            failed = failure(error)
        else:
            return self._result(status, told, body)
        raise failed  # outside of the handler: its context would carry the address and with it the token

    def _result(self, status: int, told: str | None, body: bytes) -> Any:
        answer = _envelope(body)
        good = 200 <= status < 300
        if answer is None:
            if good:
                raise UnreadableError("the answer is not one of the Bot API")
            raise RefusedError(status, "no reason given", _wait(status, {}, told))
        if answer["ok"] and good:
            return answer.get("result")
        code = _number(answer.get("error_code")) or (0 if good else status)
        description = answer.get("description")
        said = self._without_token(description) if isinstance(description, str) else "no reason given"
        raise RefusedError(code, said, _wait(code, answer, told))

    def _without_token(self, text: str) -> str:
        """An error page may quote the address."""
        secret = self._token.partition(":")[2] or self._token
        return text.replace(self._token, _HIDDEN).replace(secret, _HIDDEN)[:_LONGEST_DESCRIPTION]


def _envelope(body: bytes) -> dict[str, Any] | None:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return None
    return answer if isinstance(answer, dict) and isinstance(answer.get("ok"), bool) else None


def _number(value: object) -> int:
    """A code as a number, also where it came as a text; 0 for anything else."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 6 else 0


def _wait(code: int, answer: Mapping[str, Any], header: str | None) -> float | None:
    """How long to wait after 429: at least FLOOD_WAIT, longer where something says so."""
    if code != 429:
        return None
    parameters = answer.get("parameters")
    nested = parameters.get("retry_after") if isinstance(parameters, dict) else None
    told = max(_number(answer.get("retry_after")), _number(nested), _number(header))
    return min(max(FLOOD_WAIT, float(told)), _LONGEST_FLOOD_WAIT)


def failure(error: Exception) -> ZaloBotError:
    """An error of the network in our own words: nothing of its text is kept, for it names the address."""
    why = getattr(error, "strerror", None) or type(error).__name__
    if isinstance(error, _NOT_SENT):
        return NotSentError(f"no connection to Zalo: {why}")
    return NoAnswerError(f"no answer from Zalo: {why}")
