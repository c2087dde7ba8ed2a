"""Telegram's HTTP: one aiohttp session under python-telegram-bot, and the only place that holds the token.

The library gets a stand-in for the token and addresses without a host; both are completed here at the last moment. So
neither its log lines nor its exceptions can show the token, and errors of aiohttp, whose texts carry whole addresses,
are replaced by ones of our own words. aiohttp instead of the library's httpx: measured eight times the sends a second.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData

FILE = "/file"
"""Addresses of files begin with this; all others are methods."""
_HIDDEN = b"[token]"


@dataclass(frozen=True, slots=True)
class Pace:
    """Waiting times, in seconds."""

    connect: float = 5.0
    """To get a connection; at api.telegram.org a blocked network shows here."""
    read: float = 10.0
    """Silence after which an answer is given up."""
    poll: int = 25
    """How long Telegram holds an idle getUpdates; ``read`` is added to it."""
    first_wait: float = 1.0
    """After the first failure; doubled each time."""
    longest_wait: float = 60.0


class NotSentError(NetworkError):
    """The request never left, so nobody has received anything."""


class FloodError(TelegramError):
    """HTTP 429. The library's own RetryAfter raises a deprecation warning whenever it is made."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many requests, retry after {seconds:g} s")
        self.seconds = seconds


_NOT_SENT = (
    aiohttp.ClientConnectorError,
    aiohttp.ConnectionTimeoutError,
    aiohttp.ClientHttpProxyError,
    aiohttp.InvalidURL,
)
"""Failures before the first byte of the request was written; after it, nobody can know."""


class TokenRequest(BaseRequest):
    """Completes addresses, speaks HTTP, and tells "not sent" from "perhaps sent" (TimedOut)."""

    def __init__(self, base_url: str, token: str, proxy: str | None, pace: Pace) -> None:
        """``base_url``: scheme://host[:port]. Raises ValueError for a proxy that aiohttp cannot use."""
        if proxy is not None and urlsplit(proxy).scheme not in {"http", "https"}:
            raise ValueError("the proxy for Telegram must be http://host:port or https://host:port")
        self._methods = f"{base_url}/bot{token}"
        self._files = f"{base_url}/file/bot{token}"
        self._secret_half = token.partition(":")[2].encode()
        self._proxy = proxy
        self._pace = pace
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        """Seconds of silence after which an answer is given up."""
        return self._pace.read

    async def initialize(self) -> None:
        """Open the session. Connections are not kept idle for long: Telegram closing one under a POST leaves doubt."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=64, keepalive_timeout=10.0),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close the session; what is asked afterwards raises NotSentError."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002 - the library's interface
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,  # noqa: ARG002
    ) -> tuple[int, bytes]:
        """Status and body. Raises NotSentError, TimedOut (may have arrived), FloodError, BadRequest (413)."""
        silence = read_timeout if isinstance(read_timeout, int | float) else self._pace.read
        try:
            status, body = await self._exchange(self._address(url), method, request_data, silence)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            failure = _failure(error)
        else:
            if status == 200:
                return status, body
            body = body.replace(self._secret_half, _HIDDEN)  # a gateway's page may quote the address
            _raise_for(status, body)
            return status, body
        raise failure  # outside of the handler: its context would carry the address and with it the token

    def _address(self, url: str) -> str:
        return f"{self._files}{url.removeprefix(FILE)}" if url.startswith(f"{FILE}/") else f"{self._methods}{url}"

    async def _exchange(self, url: str, method: str, data: RequestData | None, silence: float) -> tuple[int, bytes]:
        if self._session is None:
            raise NotSentError("the connection to Telegram is closed")
        timeout = aiohttp.ClientTimeout(total=None, connect=self._pace.connect, sock_read=silence)
        async with self._session.request(
            method, url, data=_form(data), timeout=timeout, proxy=self._proxy, allow_redirects=False
        ) as response:
            return response.status, await response.read()

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """The answer as a dictionary. Raises TelegramError, without repeating the payload."""
        try:
            answer = orjson.loads(payload)
        except orjson.JSONDecodeError:
            answer = None
        if not isinstance(answer, dict) or not answer.keys() & {"result", "description"}:
            raise TelegramError("the answer is not one of the Bot API")
        return answer


def _form(data: RequestData | None) -> aiohttp.FormData | None:
    if data is None:
        return None
    form = aiohttp.FormData(quote_fields=False)  # a quoted "b%C3%A1o.docx" would be the file's name on the phone
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    if data.contains_files:
        for name, (filename, content, kind) in data.multipart_data.items():
            stream = BytesIO(content) if isinstance(content, bytes) else content  # aiohttp warns of bytes over 1 MiB
            form.add_field(name, stream, filename=filename, content_type=kind)
    return form


def _failure(error: Exception) -> NetworkError:
    """The error in our own words: nothing of its text is kept, for it names the address."""
    why = getattr(error, "strerror", None) or type(error).__name__
    if isinstance(error, aiohttp.ClientHttpProxyError):
        why = f"the proxy answered {error.status}"
    if isinstance(error, _NOT_SENT):
        return NotSentError(f"no connection to Telegram: {why}")
    return TimedOut(f"no answer from Telegram: {why}")


def _raise_for(status: int, body: bytes) -> None:
    """What the library would read wrongly from a status."""
    if status == 413:
        raise BadRequest("the file is too large for Telegram")
    if status == 504:
        raise TimedOut("no answer from Telegram: gateway timeout")
    if status == 429:
        try:
            seconds = orjson.loads(body)["parameters"]["retry_after"]
        except (orjson.JSONDecodeError, LookupError, TypeError):
            return
        if isinstance(seconds, int | float):
            raise FloodError(seconds)
