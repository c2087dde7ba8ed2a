"""A strict Zalo for one Official Account: the API and the authorisation host over real HTTP, people, and events.

``async with FakeZaloOa() as zalo:`` listens on two free ports of 127.0.0.1; give ``zalo.base_url``, ``zalo.oauth_url``
and the ids and secrets to the program under test, and set ``zalo.webhook_url``. Helpers (``say``, ``follow``, ...) post
signed events until they are answered with 200, as Zalo does. What the account sends stands in ``zalo.sent``. Its clock
moves by ``forward``; tokens end by ``expire``. Trouble is ordered beforehand: ``refuse``, ``fail``, ``slow``, ``hang``,
``cut``, ``garble``; for refreshes ``on="refresh"``.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fakes.zalo_oa_rules import ApiError, Json, Said, message, only, recipient

OA_ID = "388613280878808645"
APP_ID = "360846524940903967"
APP_SECRET = "bi-mat-cua-ung-dung"
SECRET_KEY = "khoa-ky-cua-oa"
FIRST_REFRESH = "lam-moi-dau-tien"
REDIRECT = "https://motcua.example.vn/zalo"
ACCESS_LIFE = timedelta(seconds=90_000)
CODE_LIFE = timedelta(minutes=10)
WINDOW = timedelta(days=7)

MESSAGE, OLDER, GROUP = "/v3.0/oa/message/cs", "/v2.0/oa/message", "/v3.0/oa/group/message"
_UPLOADS = {
    "image": ({"jpg", "jpeg", "png"}, 1024**2, "attachment_id"),
    "file": ({"pdf", "doc", "docx", "csv"}, 5 * 1024**2, "token"),
}


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the account, as people see it."""

    chat: str
    id: str
    path: str
    said: Said

    @property
    def text(self) -> str:
        return self.said.text


@dataclass(slots=True)
class Trouble:
    """What goes wrong with the next calls."""

    on: str
    times: int
    error: int = 0
    status: int = 0
    delay: float = 0.0
    after: str = ""
    """What happens after the call took effect: hang, cut, garble or fail (HTTP ``status``)."""


@dataclass(slots=True)
class Posted:
    """An event that was posted: the answers to each try; 0 for no answer."""

    event: Json
    statuses: list[int] = field(default_factory=list)


class FakeZaloOa:
    """People exist once they have interacted (``say``, ``follow``) or after ``meet``."""

    def __init__(self, *, oa_type: int = 2, name: str = "Một Cửa Phường") -> None:
        self.account: Json = {
            "oa_id": OA_ID,
            "name": name,
            "description": "",
            "is_verified": True,
            "oa_type": oa_type,
            "package_name": "Growth",
            "num_follower": 17,
        }
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, str]] = []
        """Path and access token of every call of the API, also refused ones."""
        self.refreshes: list[str] = []
        """Refresh tokens as they were used, also in vain."""
        self.exchanges: list[str] = []
        self.older_shut = False
        """Answer -240 at the older address; else it serves state agencies (oa_type 4) only."""
        self.lists = False
        """Take lists with buttons; else they get -233."""
        self.text_codes = False
        """Error codes as texts, as some of Zalo's answers have them."""
        self.banned: dict[str, int] = {}
        """People whom nothing reaches, with the error code that says so."""
        self.groups: set[str] = set()
        self.webhook_url = ""
        self.posted: list[Posted] = []
        self.retries = 5
        self.retry_wait = 0.05
        self.files: dict[str, bytes] = {}
        """What people have sent, by its path under ``base_url``."""
        self.uploads: dict[str, tuple[str, bytes]] = {}
        self._people: dict[str, datetime | None] = {}
        self._access: dict[str, datetime] = {}
        self._refresh: set[str] = {FIRST_REFRESH}
        self._codes: dict[str, tuple[str, datetime]] = {}
        self._troubles: list[Trouble] = []
        self._ahead = timedelta()
        self._numbers = itertools.count(1001)
        self._closing = asyncio.Event()
        self._changed = asyncio.Condition()
        self._runners: list[web.AppRunner] = []

    async def __aenter__(self) -> Self:
        api = web.Application(client_max_size=32 * 1024**2)
        api.router.add_post(MESSAGE, self._message)
        api.router.add_post(OLDER, self._message)
        api.router.add_post(GROUP, self._message)
        api.router.add_get("/v2.0/oa/getoa", self._getoa)
        api.router.add_get("/v3.0/oa/user/detail", self._detail)
        api.router.add_post("/v2.0/oa/upload/{kind}", self._upload)
        api.router.add_get("/files/{name}", self._download)
        login = web.Application()
        login.router.add_get("/v4/oa/permission", self._permission)
        login.router.add_post("/v4/oa/access_token", self._token)
        self.base_url, self.oauth_url = [await self._listen(app) for app in (api, login)]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        return self

    async def _listen(self, app: web.Application) -> str:
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self._runners.append(runner)
        return f"http://127.0.0.1:{runner.addresses[0][1]}"

    async def __aexit__(self, *_error: object) -> None:
        self._closing.set()
        await self._session.close()
        for runner in self._runners:
            await runner.cleanup()

    # What the tests look at and set

    def now(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def forward(self, step: timedelta) -> None:
        """Move Zalo's clock."""
        self._ahead += step

    def expire(self) -> None:
        """End every access token."""
        self._access = dict.fromkeys(self._access, self.now())

    def forget_tokens(self) -> None:
        """Take the account's permission back: no token, old or new, is good."""
        self._access.clear()
        self._refresh.clear()

    def live(self) -> list[str]:
        """Access tokens that are good."""
        return [token for token, end in self._access.items() if end > self.now()]

    def to(self, chat: str) -> list[Sent]:
        """The account's messages to a chat, in order."""
        return [sent for sent in self.sent if sent.chat == chat]

    async def wait(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        """Until something is true; it is looked at after each call. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    # Trouble. ``on`` is message, upload, getoa, refresh or exchange.

    def refuse(self, error: int, *, on: str = "message", times: int = 1) -> None:
        """Answer with an error code, without effect."""
        self._troubles.append(Trouble(on, times, error=error))

    def fail(self, status: int, *, on: str = "message", times: int = 1, done: bool = False) -> None:
        """Answer with an HTTP status and a page; with ``done`` after doing what was asked."""
        self._troubles.append(Trouble(on, times, status=status, after="fail" if done else ""))

    def slow(self, seconds: float, *, on: str = "message", times: int = 1) -> None:
        """Answer late."""
        self._troubles.append(Trouble(on, times, delay=seconds))

    def hang(self, *, on: str = "message", times: int = 1, delay: float = 0.0) -> None:
        """Do what was asked, then never answer."""
        self._troubles.append(Trouble(on, times, delay=delay, after="hang"))

    def cut(self, *, on: str = "message", times: int = 1, delay: float = 0.0) -> None:
        """Do what was asked, then close the connection."""
        self._troubles.append(Trouble(on, times, delay=delay, after="cut"))

    def garble(self, *, on: str = "message", times: int = 1, delay: float = 0.0) -> None:
        """Do what was asked, then answer 200 with a page that is not JSON."""
        self._troubles.append(Trouble(on, times, delay=delay, after="garble"))

    async def _troubled(
        self, on: str, request: web.Request, work: Callable[[], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        """Do the work, or what was ordered instead of it."""
        trouble = next((trouble for trouble in self._troubles if trouble.on == on), Trouble(on, 0))
        trouble.times -= 1
        if trouble.times == 0:
            self._troubles.remove(trouble)
        await asyncio.sleep(trouble.delay)
        try:
            if trouble.error:
                raise ApiError(trouble.error)
            if trouble.status and not trouble.after:
                return web.Response(status=trouble.status, text="<html>trouble</html>", content_type="text/html")
            answer = await work()
        except ApiError as error:
            number = str(error.number) if self.text_codes else error.number
            answer = web.json_response({"error": number, "message": error.message})
        finally:
            async with self._changed:
                self._changed.notify_all()
        return await self._spoiled(trouble, request, answer)

    async def _spoiled(self, trouble: Trouble, request: web.Request, answer: web.StreamResponse) -> web.StreamResponse:
        if trouble.after == "hang":
            await self._closing.wait()
        if trouble.after == "cut" and request.transport:
            request.transport.close()
        if trouble.after in {"garble", "fail"}:
            status = trouble.status or 200
            return web.Response(status=status, text="<html>không phải JSON</html>", content_type="text/html")
        return answer

    # The authorisation host

    def consent(self, challenge: str) -> str:
        """The administrator agrees; the code that Zalo sends to the redirect address."""
        code = f"code-{secrets.token_hex(4)}"
        self._codes[code] = (challenge, self.now())
        return code

    async def _permission(self, request: web.Request) -> web.StreamResponse:
        asked = dict(request.query)
        if asked.keys() - {"app_id", "redirect_uri", "code_challenge", "state"} or asked.get("app_id") != APP_ID:
            return web.json_response({"error": -14002, "error_name": "Invalid app", "error_reason": "", "ref_doc": ""})
        if asked.get("redirect_uri") != REDIRECT or "code_challenge" not in asked:
            return web.json_response({"error": -14003, "error_name": "Invalid redirect uri", "ref_doc": ""})
        raise web.HTTPFound(f"{REDIRECT}?code={self.consent(asked['code_challenge'])}&oa_id={OA_ID}")

    async def _token(self, request: web.Request) -> web.StreamResponse:
        form = dict(await request.post())
        on = "exchange" if form.get("grant_type") == "authorization_code" else "refresh"
        return await self._troubled(on, request, lambda: self._granted(request, form))

    async def _granted(self, request: web.Request, form: Json) -> web.StreamResponse:
        if request.content_type != "application/x-www-form-urlencoded" or request.query:
            return _denied("Invalid parameter")
        if request.headers.get("secret_key") != APP_SECRET or form.get("app_id") != APP_ID:
            return _denied("Invalid secret key")
        known = {"refresh_token", "code", "code_verifier", "app_id", "grant_type"}
        if form.keys() - known or not self._good(form):
            return _denied("Invalid grant")
        access, refresh = f"access-{secrets.token_hex(8)}", f"refresh-{secrets.token_hex(8)}"
        self._access[access] = self.now() + ACCESS_LIFE
        self._refresh.add(refresh)
        return web.json_response({"access_token": access, "refresh_token": refresh, "expires_in": "90000"})

    def _good(self, form: Json) -> bool:
        """Whether a refresh token or code is good; either is spent by this."""
        if form.get("grant_type") == "refresh_token":
            token = str(form.get("refresh_token"))
            self.refreshes.append(token)
            known = token in self._refresh
            self._refresh.discard(token)
            return known
        code = str(form.get("code"))
        self.exchanges.append(code)
        challenge, at = self._codes.pop(code, ("", self.now() - CODE_LIFE))
        verified = base64.urlsafe_b64encode(hashlib.sha256(str(form.get("code_verifier")).encode()).digest())
        return self.now() - at < CODE_LIFE and verified.rstrip(b"=").decode() == challenge

    # The API

    def _authorised(self, request: web.Request) -> None:
        token = request.headers.get("access_token", "")
        self.calls.append((request.path, token))
        if token not in self._access:
            raise ApiError(-216)
        if self._access[token] <= self.now():
            raise ApiError(-216)

    async def _message(self, request: web.Request) -> web.StreamResponse:
        return await self._troubled("message", request, lambda: self._sent(request))

    async def _sent(self, request: web.Request) -> web.StreamResponse:
        self._authorised(request)
        agency = self.account["oa_type"] == 4
        if request.path == MESSAGE and agency:
            raise ApiError(-235)
        if request.path == OLDER and (self.older_shut or not agency):
            raise ApiError(-240)
        if request.content_type != "application/json" or request.query:
            raise ApiError(-201, "body")
        try:
            body = json.loads(await request.read())
        except ValueError:
            raise ApiError(-201, "body") from None
        group = request.path == GROUP
        chat = recipient(body, "group_id" if group else "user_id")
        self._reachable(chat, group=group)
        said = message(body, lists=self.lists and not group)
        for upload in (said.file, said.image):
            if upload and not upload.startswith("http") and upload not in self.uploads:
                raise ApiError(-100)
        number = f"{next(self._numbers):020x}"
        self.sent.append(Sent(f"g:{chat}" if group else chat, number, request.path, said))
        who = {"group_id": chat} if group else {"user_id": chat, "quota": {"quota_type": "reply"}}
        return _data({"message_id": number, "sent_time": str(self._millis()), **who})

    def _reachable(self, chat: str, *, group: bool) -> None:
        if group:
            if chat not in self.groups:
                raise ApiError(-403)
            return
        if chat in self.banned:
            raise ApiError(self.banned[chat])
        if chat not in self._people:
            raise ApiError(-201, "user_id")
        at = self._people[chat]
        if at is None:
            raise ApiError(-232)
        if self.now() - at > WINDOW:
            raise ApiError(-230)

    async def _getoa(self, request: web.Request) -> web.StreamResponse:
        async def work() -> web.StreamResponse:
            self._authorised(request)
            return _data(self.account)

        return await self._troubled("getoa", request, work)

    async def _detail(self, request: web.Request) -> web.StreamResponse:
        try:
            self._authorised(request)
            asked = only(json.loads(request.query.get("data", "")), "data", "user_id")
            if set(request.query) != {"data"}:
                raise ApiError(-201, "data")
            person = asked.get("user_id")
            if not isinstance(person, str) or person not in self._people:
                raise ApiError(-201, "user_id")
        except ApiError as error:
            return web.json_response({"error": error.number, "message": error.message})
        except ValueError:
            return web.json_response({"error": -201, "message": "data is invalid!"})
        at = self._people[person]
        told = {
            "user_is_follower": person not in self.banned,
            "display_name": "Nguyễn Thị Bí Mật",
            "avatar": "https://a",
        }
        if at is not None:
            told["user_last_interaction_date"] = (at + timedelta(hours=7)).strftime("%d/%m/%Y")
        return _data({"user_id": person, **told})

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await self._troubled("upload", request, lambda: self._uploaded(request))

    async def _uploaded(self, request: web.Request) -> web.StreamResponse:
        self._authorised(request)
        if request.match_info["kind"] not in _UPLOADS or request.content_type != "multipart/form-data":
            raise ApiError(-201, "file")
        ends, most, key = _UPLOADS[request.match_info["kind"]]
        form = await request.post()
        file = form.get("file")
        if form.keys() != {"file"} or not isinstance(file, web.FileField):
            raise ApiError(-201, "file")
        content = file.file.read()
        if file.filename.rpartition(".")[2].lower() not in ends:
            raise ApiError(-201, "file")
        if not 0 < len(content) <= most:
            raise ApiError(-210)
        number = f"{key}-{next(self._numbers)}"
        self.uploads[number] = (file.filename, content)
        return _data({key: number})

    async def _download(self, request: web.Request) -> web.StreamResponse:
        content = self.files.get(request.match_info["name"])
        if content is None:
            return web.Response(status=404)
        return web.Response(body=content, content_type="application/octet-stream")

    # People

    def meet(self, person: str, *, interacted: bool = True) -> None:
        """Make a person known, as if they had just written, or never have."""
        self._people[person] = self.now() if interacted else None

    async def say(self, person: str, text: str | None, *, kind: str = "text", **how: Any) -> Posted:
        """A person writes; ``how`` goes to :meth:`push`."""
        return await self.push(self.said_by(person, text, kind=kind), **how)

    def said_by(self, person: str, text: str | None, *, kind: str = "text", attachments: Any = None) -> Json:
        """The event of a person's message."""
        self.meet(person)
        event = self.event(f"user_send_{kind}", sender={"id": person}, recipient={"id": OA_ID})
        event["message"] = {"msg_id": f"{next(self._numbers):018x}"}
        if text is not None:
            event["message"]["text"] = text
        if attachments is not None:
            event["message"]["attachments"] = attachments
        return event

    async def share(self, person: str, kind: str, content: bytes, *, name: str = "", text: str | None = None) -> str:
        """A person sends a picture, file or the like; its address."""
        number = f"f{next(self._numbers)}"
        self.files[number] = content
        payload: Json = {"url": f"{self.base_url}/files/{number}"}
        if name:
            payload |= {"name": name, "size": str(len(content)), "type": name.rpartition(".")[2]}
        await self.push(self.said_by(person, text, kind=kind, attachments=[{"type": kind, "payload": payload}]))
        return str(payload["url"])

    async def say_in_group(self, group: str, person: str, text: str, **content: Any) -> Posted:
        """A member writes in a group of the account."""
        self.groups.add(group)
        event = self.event("user_send_group_text", sender={"id": person}, recipient={"id": group})
        event["message"] = {"msg_id": f"{next(self._numbers):018x}", "text": text, **content}
        return await self.push(event)

    async def follow(self, person: str, *, name: str = "follow") -> Posted:
        self.meet(person)
        return await self.push(self.event(name, oa_id=OA_ID, follower={"id": person}, source="oa_profile"))

    def event(self, name: str, **content: Any) -> Json:
        """Any event, with the time by Zalo's clock."""
        return {"app_id": APP_ID, "event_name": name, "timestamp": str(self._millis()), **content}

    def _millis(self) -> int:
        return int(self.now().timestamp() * 1000)

    async def push(self, event: Any, *, sign: str = "body", copies: int = 1, raw: bytes | None = None) -> Posted:
        """Post an event until it is answered with 200; ``copies`` more often than needed, as after lost answers.

        ``sign``: body or header (where the time is taken from), or a forgery: key, hmac, no, other (another body).
        """
        body = raw if raw is not None else json.dumps(event, ensure_ascii=False).encode()
        posted = Posted(event)
        self.posted.append(posted)
        for number in range(max(copies, self.retries)):
            headers = {"Content-Type": "application/json", **self.signature(event, body, sign)}
            if number:
                headers["num_retry"] = str(number)
            posted.statuses.append(await self._post(body, headers))
            if posted.statuses[-1] == 200 and number + 1 >= copies:
                break
            if posted.statuses[-1] in {401, 403, 400, 413}:
                break
            await asyncio.sleep(0 if posted.statuses[-1] == 200 else self.retry_wait)
        return posted

    async def _post(self, body: bytes, headers: dict[str, str]) -> int:
        try:
            async with self._session.post(self.webhook_url, data=body, headers=headers) as answer:
                return answer.status
        except (aiohttp.ClientError, TimeoutError):
            return 0

    def signature(self, event: Any, body: bytes, sign: str = "body") -> dict[str, str]:
        """The headers that sign a body, rightly or wrongly."""
        at = str(event.get("timestamp", "")) if isinstance(event, dict) else ""
        headers = {}
        if sign == "header":
            at = str(self._millis() + 5)
            headers["X-ZEvent-Timestamp"] = at
        if sign == "no":
            return headers
        key = "khoa-khac" if sign == "key" else SECRET_KEY
        whole = APP_ID.encode() + (b"{}" if sign == "other" else body) + at.encode() + key.encode()
        mac = hashlib.sha256(whole).hexdigest()
        if sign == "hmac":
            mac = hmac.digest(SECRET_KEY.encode(), body, "sha256").hex()
        return {**headers, "X-ZEvent-Signature": f"mac={mac}"}


def _data(data: Json) -> web.Response:
    return web.json_response({"data": data, "error": 0, "message": "Success"})


def _denied(why: str) -> web.Response:
    return web.json_response({"error": -14001, "error_name": why, "error_reason": why, "ref_doc": ""})
