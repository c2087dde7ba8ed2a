"""Zalo's HTTP for Official Accounts: addresses, envelope, and what each error code means.

Errors come with HTTP 200 and stand in the field ``error``, as a number or a text. Access tokens travel in a header, so
no address holds one; errors of aiohttp are replaced by ones of our own words all the same.
Source: developers.zalo.me, Official Account API; the table of error codes is its appendix "Mã lỗi".
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from io import BytesIO
from types import MappingProxyType
from typing import Any, TypeAlias
from urllib.parse import urljoin, urlsplit

import aiohttp
import orjson

from bot import limits
from bot.channels.base import DeliveryError
from scheduler.calendar import VIETNAM

_MORNING = 6
_MEDIA_HOSTS = ("zalo.me", "zaloapp.com", "zaloplatforms.com", "zdn.vn", "zadn.vn", "zapps.me")
"""Hosts (with all below them) from which what people sent is fetched."""
_REDIRECTS = 3
_NOT_SENT = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)
"""Failures before the first byte of the request was written; after it, nobody can know."""

Json: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pace:
    """Waiting times, in seconds."""

    connect: float = 5.0
    """To get a connection."""
    read: float = 10.0
    """Silence after which an answer is given up."""
    look: float = 0.2
    """Between two looks at tokens that another process is renewing."""
    lease: float = 45.0
    """For how long a claim on the refresh token is believed; longer than a request may last."""
    rest: float = 30.0
    """Between two tries to reach Zalo's authorisation host."""
    round: float = 600.0
    """Between two looks at the state of the authorisation when nothing is sent."""


class Act(StrEnum):
    """What is to be done about an error code."""

    TOKEN = "token"  # noqa: S105 - a word, no secret
    """Renew the access token once, try once more."""
    MINUTE = "minute"
    """Wait for the next minute."""
    MORNING = "morning"
    """Wait for six o'clock in Vietnam."""
    PATH = "path"
    """This kind of account has to use the older address."""
    RETRY = "retry"
    CONTENT = "content"
    """The message is not taken in this form; its plain text may be."""
    CHAT = "chat"
    """Nothing more can be sent to this chat."""
    OPERATOR = "operator"
    """A person has to change something at Zalo's; no reason to give up the chat."""


@dataclass(frozen=True, slots=True)
class Code:
    """An error code: what it means, and what to do."""

    meaning: str
    act: Act


CODES: Mapping[int, Code] = MappingProxyType(
    {
        -32: Code("too many requests a minute", Act.MINUTE),
        -100: Code("the uploaded file has expired", Act.RETRY),
        -200: Code("sending failed at Zalo", Act.RETRY),
        -201: Code("a field is invalid", Act.CONTENT),
        -204: Code("the account is disabled", Act.OPERATOR),
        -205: Code("the account does not exist", Act.OPERATOR),
        -207: Code("the application is no third party of the account", Act.OPERATOR),
        -208: Code("the application has no secret key", Act.OPERATOR),
        -209: Code("the application is not activated for this API", Act.OPERATOR),
        -210: Code("a parameter exceeds its limit", Act.CONTENT),
        -211: Code("out of quota", Act.CHAT),
        -212: Code("the application has not registered this API", Act.OPERATOR),
        -213: Code("the person has not followed the account: never interacted", Act.CHAT),
        -215: Code("the application's id is invalid", Act.OPERATOR),
        -216: Code("the access token is invalid", Act.TOKEN),
        -217: Code("the person has blocked the account", Act.CHAT),
        -218: Code("the person is out of quota to receive", Act.CHAT),
        -219: Code("the application is removed", Act.OPERATOR),
        -220: Code("the access token has expired or was removed", Act.TOKEN),
        -221: Code("the account has to be verified", Act.OPERATOR),
        -222: Code("the person is blocked or inactive for more than 45 days", Act.CHAT),
        -223: Code("the account has not authorised this API", Act.OPERATOR),
        -224: Code("the account has to be of a higher tier", Act.OPERATOR),
        -227: Code("the person is banned or inactive for more than 45 days", Act.CHAT),
        -230: Code("window closed: no interaction in 7 days", Act.CHAT),
        -232: Code("never interacted, or the interaction has expired", Act.CHAT),
        -233: Code("this type of message is not supported", Act.CONTENT),
        -234: Code("not to be sent at night", Act.MORNING),
        -235: Code("not for this type of account (state agency)", Act.PATH),
        -237: Code("the group is disabled: its package has expired", Act.CHAT),
        -238: Code("the asset is used already", Act.OPERATOR),
        -240: Code("the older address has been shut down", Act.CHAT),
        -241: Code("the asset is used already", Act.OPERATOR),
        -242: Code("the proof of the application's secret is invalid", Act.OPERATOR),
        -244: Code("the person restricts this type of message", Act.CHAT),
        -248: Code("the content violates Zalo's standards", Act.CONTENT),
        -249: Code("the template is not for sending by user id", Act.CONTENT),
        -305: Code("window closed: a reply after 48 hours", Act.CHAT),
        -311: Code("window closed: the quota of replies is used up", Act.CHAT),
        -320: Code("a Zalo Cloud account has to be connected", Act.OPERATOR),
        -321: Code("the Zalo Cloud account is out of money", Act.OPERATOR),
        -403: Code("the account is not in the group", Act.CHAT),
    }
)
_UNKNOWN = Code("unknown error", Act.RETRY)


class RefusedError(Exception):
    """Zalo's answer with an error code: nothing was done."""

    def __init__(self, number: int, said: str = "") -> None:
        self.number = number
        self.code = CODES.get(number, _UNKNOWN)
        super().__init__(f"{number}: {self.code.meaning}" + (f" ({said[:200]})" if self.code is _UNKNOWN else ""))


class LostAnswerError(Exception):
    """The authorisation host was asked, and no tokens came back. The text holds none either."""


def failure(error: RefusedError, now: datetime) -> DeliveryError:
    """What an error code means for the outbox."""
    match error.code.act:
        case Act.CONTENT | Act.CHAT:
            return DeliveryError(str(error), permanent=True)
        case Act.MINUTE:
            return DeliveryError(str(error), retry_after=61.0 - now.second)
        case Act.MORNING:
            return DeliveryError(str(error), retry_after=_until_morning(now))
        case _:
            return DeliveryError(str(error))


def _until_morning(now: datetime) -> float:
    here = now.astimezone(VIETNAM)
    morning = here.replace(hour=_MORNING, minute=0, second=0, microsecond=0)
    if morning <= here:
        morning += timedelta(days=1)
    return (morning - here).total_seconds()


class ZaloOaRequest:
    """Calls of the API, of the authorisation host, and for what people have sent. Sessions open when first used."""

    def __init__(self, base_url: str, oauth_url: str, pace: Pace) -> None:
        """Base addresses are scheme://host[:port]."""
        self._base = base_url.rstrip("/")
        self._oauth = oauth_url.rstrip("/")
        self._pace = pace
        self._api: aiohttp.ClientSession | None = None
        self._login: aiohttp.ClientSession | None = None
        self._closed = False

    async def close(self) -> None:
        """Close the connections; what is asked afterwards is not sent."""
        self._closed = True
        for session in (self._api, self._login):
            if session is not None:
                await session.close()

    # The API

    async def send(self, path: str, token: str, body: Json) -> Json:
        """POST a message; the data of the answer. Raises RefusedError, DeliveryError (perhaps in doubt)."""
        json = {"Content-Type": "application/json"}
        return await self._call("POST", path, token, data=orjson.dumps(body), headers=json, in_doubt=True)

    async def get(self, path: str, token: str) -> Json:
        """GET; the data of the answer. Raises RefusedError, DeliveryError."""
        return await self._call("GET", path, token)

    async def upload(self, path: str, token: str, name: str, content: bytes) -> Json:
        """POST a file; the data of the answer. Raises RefusedError, DeliveryError (never in doubt: nobody sees it)."""
        form = aiohttp.FormData(quote_fields=False)  # else Vietnamese names arrive as %C3%A1…
        form.add_field("file", BytesIO(content), filename=name)
        return await self._call("POST", path, token, data=form)

    async def _call(
        self, method: str, path: str, token: str, *, in_doubt: bool = False, headers: Json | None = None, **options: Any
    ) -> Json:
        self._api = self._api or self._session()
        try:
            async with self._open(self._api).request(
                method,
                f"{self._base}{path}",
                headers={"access_token": token, **(headers or {})},
                allow_redirects=False,
                **options,
            ) as response:
                return _data(response.status, await response.read(), in_doubt=in_doubt)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            trouble = DeliveryError(_why(error), in_doubt=in_doubt and not isinstance(error, _NOT_SENT))
        raise trouble  # outside of the handler: nothing of the request hangs on it

    # The authorisation

    async def tokens(self, app_secret: str, form: Mapping[str, str]) -> Json:
        """POST to the authorisation host; an answer with an access token.

        Raises DeliveryError when the request never left, LostAnswerError when it did and no token came back. Each call
        has a connection of its own: a kept one that is closed under the request would cost the refresh token.
        """
        self._login = self._login or self._session(force_close=True)
        try:
            async with self._open(self._login).post(
                f"{self._oauth}/v4/oa/access_token",
                data=dict(form),
                headers={"secret_key": app_secret},
                allow_redirects=False,
            ) as response:
                return _granted(response.status, await response.read())
        except _NOT_SENT as error:
            trouble: Exception = DeliveryError(_why(error))
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            trouble = LostAnswerError(_why(error))
        raise trouble

    # What people sent

    async def fetch(self, url: str) -> bytes:
        """The bytes behind an address of Zalo's. Raises DeliveryError: permanent for other hosts and what is gone."""
        self._api = self._api or self._session()
        try:
            for _ in range(_REDIRECTS + 1):
                if not self._allowed(url):
                    raise DeliveryError("the file does not lie with Zalo", permanent=True)
                async with self._open(self._api).get(url, allow_redirects=False) as response:
                    if response.status not in {301, 302, 303, 307, 308}:
                        return await _content(response)
                    url = urljoin(url, response.headers.get("Location", ""))
            trouble = DeliveryError("the file's address leads in circles", permanent=True)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            trouble = DeliveryError(_why(error))
        raise trouble

    def _allowed(self, url: str) -> bool:
        try:
            parts = urlsplit(url)
            host = parts.hostname or ""
        except ValueError:
            return False
        if f"{parts.scheme}://{parts.netloc}" == self._base:
            return True
        return parts.scheme == "https" and any(host == known or host.endswith(f".{known}") for known in _MEDIA_HOSTS)

    def _session(self, *, force_close: bool = False) -> aiohttp.ClientSession:
        """Connections are not kept idle for long: Zalo closing one under a POST leaves doubt."""
        keep: dict[str, Any] = {"force_close": True} if force_close else {"keepalive_timeout": 10.0}
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=64, **keep),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, connect=self._pace.connect, sock_read=self._pace.read),
        )

    def _open(self, session: aiohttp.ClientSession) -> aiohttp.ClientSession:
        if self._closed:
            raise DeliveryError("the connection to Zalo is closed")
        return session


def _data(status: int, body: bytes, *, in_doubt: bool) -> Json:
    if status == 429:
        raise RefusedError(-32)
    if status >= 500:
        raise DeliveryError(f"Zalo answered with HTTP {status}", in_doubt=in_doubt)
    answer = _object(body)
    number = _number(answer.get("error"))
    if number is None:
        raise DeliveryError(f"an answer that cannot be read, HTTP {status}", in_doubt=in_doubt and status < 400)
    if number != 0:
        raise RefusedError(number, str(answer.get("message", "")))
    data = answer.get("data")
    return data if isinstance(data, dict) else {}


def _granted(status: int, body: bytes) -> Json:
    answer = _object(body)
    if status == 200 and isinstance(answer.get("access_token"), str) and answer["access_token"]:
        return answer
    said = answer.get("error_name") or answer.get("message") or ""
    number = _number(answer.get("error"))
    raise LostAnswerError(f"HTTP {status} without an access token" + (f": {number} {said}" if number else ""))


def _object(body: bytes) -> Json:
    try:
        answer = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _number(value: object) -> int | None:
    """An error code, which may come as a text."""
    if isinstance(value, bool) or not isinstance(value, int | str):
        return None
    try:
        return int(value)
    except ValueError:
        return None


async def _content(response: aiohttp.ClientResponse) -> bytes:
    if response.status != 200:
        gone = response.status in {403, 404, 410}
        raise DeliveryError(f"the file's host answered with HTTP {response.status}", permanent=gone)
    content = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        content += chunk
        if len(content) > limits.EVIDENCE_BYTES:
            raise DeliveryError("the file is too large", permanent=True)
    return bytes(content)


def _why(error: Exception) -> str:
    """The error in our own words; of its text nothing is kept."""
    kind = getattr(error, "strerror", None) or type(error).__name__
    if isinstance(error, asyncio.TimeoutError):
        kind = "no answer in time"
    return f"no connection to Zalo: {kind}" if isinstance(error, _NOT_SENT) else f"no answer from Zalo: {kind}"
