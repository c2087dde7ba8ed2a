"""A strict Zalo Bot Platform: its API over real HTTP, and people who write, send pictures, mention the bot in groups.

``async with FakeZaloBot() as zalo:`` listens on a free port of 127.0.0.1; give ``zalo.base_url`` and ``zalo.token`` to
the program under test. Helpers (``say``, ``share``, ...) queue updates for getUpdates, which hands out one object a
question and never a second time, or post them to the webhook with its secret until it answers 200. What the bot sends
stands in ``zalo.sent``. Trouble is ordered beforehand: ``refuse``, ``flood``, ``slow``, ``hang``, ``cut``, ``garble``.
Errors come with HTTP 200, or with their own status when ``http_errors`` is set.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fakes.zalo_bot_rules import METHODS, ApiError, Params, bad, checked, params_of

TOKEN = "123456789:fake-token-of-the-fake-zalo"
BLOCKED = "Forbidden: the user has blocked the bot"
SECRET_HEADER = "X-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the bot, as people see it."""

    chat: str
    id: str
    method: str
    text: str
    """The caption of a picture."""
    file: str = ""
    """Address of a picture, sticker or voice."""


@dataclass(slots=True)
class Trouble:
    """What goes wrong with the next calls of a method."""

    method: str
    times: int
    error: ApiError | None = None
    status: int = 200
    """HTTP status of the error."""
    delay: float = 0.0
    after: str = ""
    """What happens after the call took effect: hang, cut, garble, or nameless (no message_id)."""


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str = ""
    updated_at: int = 0
    """0: it was never set."""
    statuses: list[int] = field(default_factory=list)
    """What the webhook has answered; 0 for no answer."""


class FakeZaloBot:
    """One bot's Zalo. Chats exist once somebody has written in them or after ``meet``."""

    def __init__(self, *, token: str = TOKEN, name: str = "Bot Một Cửa", port: int = 0) -> None:
        self.token = token
        self.name = name
        self.me: dict[str, Any] = {
            "id": "1459232241454765289",
            "account_name": "bot.VDKyGxQvc",
            "account_type": "BASIC",
            "can_join_groups": False,
            "display_name": name,
        }
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, Params]] = []
        """Every call that had the right token, also refused ones, with its raw fields."""
        self.webhook = Webhook()
        self.blocked: set[str] = set()
        self.gated = True
        """Only what mentions the bot comes out of groups."""
        self.http_errors = False
        self.flat = False
        """Webhook bodies come without the envelope."""
        self.in_lists = False
        """getUpdates wraps its one object in a list, as some clients expect."""
        self.tunnels: dict[str, str] = {}
        """Public address, and where it is really served."""
        self.overlapping = 0
        """Questions for updates that came while another was held."""
        self.retries = 60
        self.retry_wait = 0.05
        self.files: dict[str, bytes] = {}
        """Served under ``media_url``."""
        self.redirects: dict[str, str] = {}
        self._port = port
        self._chats: set[str] = set()
        self._queue: list[dict[str, Any]] = []
        self._held: list[dict[str, Any]] | None = None
        self._troubles: list[Trouble] = []
        self._polling = False
        self._numbers = itertools.count(0x2D758CB5E222177A)
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()
        self._locks: dict[str, asyncio.Lock] = {}

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1024**2)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/media/{name:.+}", self._media)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port).start()
        self._port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._closing.set()
        await self._notify()
        await self._session.close()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def media_url(self, name: str) -> str:
        return f"{self.base_url}/media/{name}"

    # What the tests look at

    def to(self, chat: str) -> list[Sent]:
        """The bot's messages to a chat, in order."""
        return [sent for sent in self.sent if sent.chat == chat]

    def called(self, method: str) -> list[Params]:
        """The raw fields of every call of a method."""
        return [params for name, params in self.calls if name == method]

    async def wait(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        """Until something is true; it is looked at after each call. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def wait_sent(self, chat: str, count: int = 1, seconds: float = 5.0) -> list[Sent]:
        """The messages to a chat, once there are as many."""
        await self.wait(lambda: len(self.to(chat)) >= count, seconds)
        return self.to(chat)

    # Trouble

    def refuse(
        self, code: int, description: str, *, method: str = "sendMessage", times: int = 1, status: int = 200
    ) -> None:
        """Answer the next calls with an error, without effect."""
        self._troubles.append(Trouble(method, times, ApiError(code, description), status))

    def flood(self, *, method: str = "sendMessage", times: int = 1) -> None:
        self.refuse(429, "Quota exceeded", method=method, times=times)

    def slow(self, seconds: float, *, method: str = "sendMessage", times: int = 1) -> None:
        """Answer late."""
        self._troubles.append(Trouble(method, times, delay=seconds))

    def spoil(self, how: str, *, method: str = "sendMessage", times: int = 1) -> None:
        """Do what was asked, then ``how``: hang, cut, garble or nameless."""
        self._troubles.append(Trouble(method, times, after=how))

    def hang(self, *, method: str = "sendMessage", times: int = 1) -> None:
        """Do what was asked, then never answer."""
        self.spoil("hang", method=method, times=times)

    def cut(self, *, method: str = "sendMessage", times: int = 1) -> None:
        """Do what was asked, then close the connection."""
        self.spoil("cut", method=method, times=times)

    def garble(self, *, method: str = "sendMessage", times: int = 1) -> None:
        """Do what was asked, then answer 200 with a page that is not JSON."""
        self.spoil("garble", method=method, times=times)

    # People

    def meet(self, chat: str) -> None:
        """Make a chat known, as if somebody had written in it."""
        self._chats.add(chat)

    async def say(self, person: str, text: str, *, copies: int = 1, **content: Any) -> str:
        """A person writes to the bot; ``content`` are further fields of the message. Its id."""
        return await self._write("text", person, person, {"text": text, **content}, copies)

    async def say_in_group(self, group: str, person: str, text: str, **content: Any) -> str:
        """A person writes in a group; it reaches the bot only when it names it."""
        return await self._write("text", group, person, {"text": text, **content}, 1)

    async def share(
        self, person: str, kind: str = "image", data: bytes = b"data", *, caption: str = "", group: str = ""
    ) -> str:
        """A person sends an image, sticker or voice; its address. Pictures come as live bots saw them."""
        number = f"{next(self._numbers):x}"
        self.files[number] = data
        where = {"image": "photo_url", "sticker": "url", "voice": "voice_url"}[kind]
        content = {where: self.media_url(number), "message_type": f"CHAT_{kind.upper()}"}
        if caption:
            content["caption"] = caption
        await self._write(kind, group or person, person, content, 1)
        return content[where]

    async def withhold(self, person: str) -> str:
        """A child writes: the bot is told that, and nothing else."""
        return await self._write("unsupported", person, person, {}, 1)

    async def press_test(self) -> list[int]:
        """Somebody tries the webhook from the console."""
        message = {"date": int(time.time()), "message_id": "webhook-test", "text": "please respond with HTTP 200"}
        return await self._post({"event_name": "webhook.test", "message": message}, flat=True)

    def hold(self) -> None:
        """Keep back what follows, until ``release``."""
        self._held = []

    async def release(self, *, backwards: bool = False) -> None:
        """Hand over what was kept back, in order or the other way round."""
        held, self._held = self._held or [], None
        for update in reversed(held) if backwards else held:
            await self.deliver(update)

    async def deliver(self, update: dict[str, Any], chat: str = "", *, copies: int = 1) -> list[int]:
        """Hand over any event: queued, or posted until answered with 200; the statuses of the posts."""
        if self._held is not None:
            self._held += [update] * copies
            return []
        statuses: list[int] = []
        async with self._locks.setdefault(chat, asyncio.Lock()):
            for _ in range(copies):
                if self.webhook.url:
                    statuses += await self._post(update)
                else:
                    self._queue.append(update)
        await self._notify()
        return statuses

    def event(self, kind: str, chat: str, person: str, content: dict[str, Any]) -> dict[str, Any]:
        """An event as Zalo builds it."""
        group = chat.startswith("zgr-")
        message = {
            "from": {"id": person, "display_name": "An", "is_bot": False},
            "chat": {"id": chat, "chat_type": "GROUP" if group else "PRIVATE"},
            "message_id": f"{next(self._numbers):x}",
            "date": int(time.time() * 1000),
            **content,
        }
        return {"event_name": f"message.{kind}.received", "message": message}

    async def _write(self, kind: str, chat: str, person: str, content: dict[str, Any], copies: int) -> str:
        self.meet(chat)
        update = self.event(kind, chat, person, content)
        words = str(content.get("text") or content.get("caption") or "")
        if not chat.startswith("zgr-") or not self.gated or f"@{self.name}" in words:
            await self.deliver(update, chat, copies=copies)
        return str(update["message"]["message_id"])

    async def _post(self, update: dict[str, Any], *, flat: bool = False) -> list[int]:
        """Post one event until the webhook takes it."""
        statuses: list[int] = []
        for _ in range(self.retries):
            statuses.append(await self.push(update if flat or self.flat else {"ok": True, "result": update}))
            await self._notify()
            if statuses[-1] == 200:
                break
            await asyncio.sleep(self.retry_wait)
        return statuses

    async def push(self, body: object, *, secret: str | None = None) -> int:
        """Post a body to the webhook once, by default with the right secret; the status, 0 for no answer."""
        url = self.webhook.url
        for public, real in self.tunnels.items():
            url = url.replace(public, real, 1) if url.startswith(public) else url
        headers = {SECRET_HEADER: self.webhook.secret if secret is None else secret}
        try:
            async with self._session.post(url, json=body, headers=headers, allow_redirects=False) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        self.webhook.statuses.append(status)
        return status

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # The Bot API

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return self._error(ApiError(401, "Unauthorized"))
        if method not in METHODS or request.method not in {"GET", "POST"}:
            return self._error(bad("method not found"))
        trouble = self._trouble(method)
        try:
            raw = await params_of(request)
            self.calls.append((method, raw))
            await self._notify()
            if trouble and trouble.delay:
                await asyncio.sleep(trouble.delay)
            if trouble and trouble.error:
                return self._error(trouble.error, trouble.status)
            answer = await self._methods()[method](checked(method, raw))
        except ApiError as error:
            return self._error(error)
        finally:
            await self._notify()
        if trouble and trouble.after:
            return await self._spoiled(request, trouble.after)
        return web.json_response({"ok": True} if answer is None else {"ok": True, "result": answer})

    def _trouble(self, method: str) -> Trouble | None:
        found = next((trouble for trouble in self._troubles if trouble.method == method), None)
        if found:
            found.times -= 1
            if found.times <= 0:
                self._troubles.remove(found)
        return found

    async def _spoiled(self, request: web.Request, how: str) -> web.StreamResponse:
        if how == "hang":
            await self._closing.wait()
        if how == "cut" and request.transport:
            request.transport.close()
        if how == "nameless":
            return web.json_response({"ok": True, "result": {"date": int(time.time() * 1000)}})
        return web.Response(text="<html>200 nhưng không phải JSON</html>", content_type="text/html")

    def _error(self, error: ApiError, status: int = 200) -> web.Response:
        body = {"ok": False, "error_code": error.code, "description": error.description}
        return web.json_response(body, status=error.code if self.http_errors else status)

    def _methods(self) -> dict[str, Callable[[Params], Awaitable[Any]]]:
        return {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendSticker": self._send_sticker,
            "sendVoice": self._send_voice,
            "sendChatAction": self._send_chat_action,
        }

    async def _get_me(self, _params: Params) -> Any:
        return self.me

    async def _get_updates(self, params: Params) -> Any:
        if self.webhook.url:
            raise bad("getUpdates does not work while a webhook is set")
        if self._polling:
            self.overlapping += 1
        self._polling = True
        try:
            await self.wait(lambda: self._queue or self._closing.is_set(), params.get("timeout", 30.0) or 0.001)
        except TimeoutError:
            raise ApiError(408, "Request timeout") from None
        finally:
            self._polling = False
        if not self._queue:
            raise ApiError(408, "Request timeout")
        update = self._queue.pop(0)
        return [update] if self.in_lists else update

    async def _set_webhook(self, params: Params) -> Any:
        now = int(time.time() * 1000)
        self.webhook = Webhook(params["url"], params["secret_token"], now, self.webhook.statuses)
        return {"url": params["url"], "updated_at": now}

    async def _delete_webhook(self, _params: Params) -> Any:
        self.webhook = Webhook(updated_at=int(time.time() * 1000), statuses=self.webhook.statuses)
        return {"url": "", "updated_at": self.webhook.updated_at}

    async def _webhook_info(self, _params: Params) -> Any:
        if not self.webhook.updated_at:
            raise ApiError(404, "Not Found")
        return {"url": self.webhook.url, "updated_at": self.webhook.updated_at}

    async def _send_message(self, params: Params) -> Any:
        return self._say_as_bot("sendMessage", params["chat_id"], params["text"])

    async def _send_photo(self, params: Params) -> Any:
        return self._say_as_bot("sendPhoto", params["chat_id"], params.get("caption", ""), params["photo"])

    async def _send_sticker(self, params: Params) -> Any:
        return self._say_as_bot("sendSticker", params["chat_id"], "", params["sticker"])

    async def _send_voice(self, params: Params) -> Any:
        if params["chat_id"].startswith("zgr-"):  # answered with ok, but nobody hears it
            return {"message_id": f"{next(self._numbers):x}", "date": int(time.time() * 1000)}
        return self._say_as_bot("sendVoice", params["chat_id"], "", params["voice_url"])

    async def _send_chat_action(self, params: Params) -> None:
        self._reachable(params["chat_id"])

    def _say_as_bot(self, method: str, chat: str, text: str, file: str = "") -> Any:
        self._reachable(chat)
        sent = Sent(chat, f"{next(self._numbers):x}", method, text, file)
        self.sent.append(sent)
        return {"message_id": sent.id, "date": int(time.time() * 1000)}

    def _reachable(self, chat: str) -> None:
        if chat not in self._chats:
            raise bad("chat not found")
        if chat in self.blocked:
            raise ApiError(403, BLOCKED)

    async def _media(self, request: web.Request) -> web.Response:
        name = request.match_info["name"]
        if name in self.redirects:
            raise web.HTTPFound(self.redirects[name])
        if name not in self.files:
            raise web.HTTPNotFound
        return web.Response(body=self.files[name], content_type="image/jpeg")
