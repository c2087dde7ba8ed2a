"""A strict Telegram: the Bot API over real HTTP, and people who write, press, edit and send files.

``async with FakeTelegram() as telegram:`` listens on a free port of 127.0.0.1; give ``telegram.base_url`` and
``telegram.token`` to the program under test. Helpers (``say``, ``click``, ...) queue updates for getUpdates, or post
them to the webhook with its secret and try again until it answers 200, as Telegram does. What the bot sends stands in
``telegram.sent``. Trouble is ordered beforehand: ``refuse``, ``flood``, ``slow``, ``hang``, ``cut``, ``garble``.
"""

from __future__ import annotations

import asyncio
import itertools
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Self

import aiohttp
from aiohttp import web

from tests.fakes.telegram_rules import METHODS, ApiError, Params, Upload, bad, checked, params_of, units, visible

TOKEN = "123456789:AAFakeTokenOfTheFakeTelegram_-0123"
BLOCKED = "Forbidden: bot was blocked by the user"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message of the bot, as people see it."""

    chat: int
    id: int
    method: str
    text: str
    """Without markup; the caption of a picture or file."""
    bold: tuple[str, ...] = ()
    buttons: tuple[dict[str, str], ...] = ()
    file: Upload | str | None = None
    preview: bool = True
    """Whether links are shown with a preview."""

    @property
    def labels(self) -> list[str]:
        return [button["text"] for button in self.buttons]


@dataclass(slots=True)
class Trouble:
    """What goes wrong with the next calls of a method."""

    method: str
    times: int
    error: ApiError | None = None
    delay: float = 0.0
    after: str = ""
    """What happens after the call took effect: hang, cut or garble."""


@dataclass(slots=True)
class Webhook:
    url: str = ""
    secret: str = ""
    statuses: list[int] = field(default_factory=list)
    """What the webhook has answered; 0 for no answer."""


class FakeTelegram:
    """One bot's Telegram. Chats exist once somebody has written in them or after ``meet``."""

    def __init__(self, *, token: str = TOKEN, username: str = "MotCuaBot", port: int = 0) -> None:
        self.token = token
        self.me = {"id": int(token.partition(":")[0]), "is_bot": True, "first_name": "Một Cửa", "username": username}
        self.sent: list[Sent] = []
        self.calls: list[tuple[str, Params]] = []
        """Every call that had the right token, also refused ones, with its raw fields."""
        self.answered: list[str] = []
        """Presses that were acknowledged by answerCallbackQuery."""
        self.commands: list[dict[str, str]] = []
        self.webhook = Webhook()
        self.allowed: list[str] = []
        self.acknowledged = 0
        """All updates below this number are gone for good."""
        self.blocked: set[int] = set()
        self.moved: dict[int, int] = {}
        """Groups that became supergroups: old id, new id."""
        self.retries = 60
        self.retry_wait = 0.05
        self._port = port
        self._chats: dict[int, dict[str, Any]] = {}
        self._messages: dict[tuple[int, int], dict[str, Any]] = {}
        self._queue: list[dict[str, Any]] = []
        self._files: dict[str, bytes] = {}
        self._presses: set[str] = set()
        self._troubles: list[Trouble] = []
        self._poll = 0
        self._numbers = itertools.count(1001)
        self._updates = itertools.count(500_001)
        self._changed = asyncio.Condition()
        self._closing = asyncio.Event()
        self._locks: dict[int, asyncio.Lock] = {}
        self._posts: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024**2)
        app.router.add_route("*", "/bot{token}/{method}", self._call)
        app.router.add_get("/file/bot{token}/{path:.+}", self._download)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port)
        await site.start()
        self._port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=10))
        return self

    async def __aexit__(self, *_error: object) -> None:
        self._closing.set()
        for task in self._posts:
            task.cancel()
        await asyncio.gather(*self._posts, return_exceptions=True)
        async with self._changed:
            self._changed.notify_all()
        await self._session.close()
        await self._runner.cleanup()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    # What the tests look at

    def to(self, chat: int) -> list[Sent]:
        """The bot's messages to a chat, in order."""
        return [sent for sent in self.sent if sent.chat == chat]

    def called(self, method: str) -> list[Params]:
        """The raw fields of every call of a method."""
        return [params for name, params in self.calls if name == method]

    async def wait(self, condition: Callable[[], object], seconds: float = 5.0) -> None:
        """Until something is true; it is looked at after each call. Raises TimeoutError."""
        async with asyncio.timeout(seconds), self._changed:
            await self._changed.wait_for(condition)

    async def wait_sent(self, chat: int, count: int = 1, seconds: float = 5.0) -> list[Sent]:
        """The messages to a chat, once there are as many."""
        await self.wait(lambda: len(self.to(chat)) >= count, seconds)
        return self.to(chat)

    # Trouble

    def refuse(
        self, status: int, description: str, *, method: str = "sendMessage", times: int = 1, **parameters: int
    ) -> None:
        """Answer the next calls with an error, without effect."""
        self._troubles.append(Trouble(method, times, ApiError(status, description, parameters)))

    def flood(self, retry_after: int, *, method: str = "sendMessage", times: int = 1) -> None:
        text = f"Too Many Requests: retry after {retry_after}"
        self.refuse(429, text, method=method, times=times, retry_after=retry_after)

    def slow(self, seconds: float, *, method: str = "sendMessage", times: int = 1) -> None:
        """Answer late."""
        self._troubles.append(Trouble(method, times, delay=seconds))

    def hang(self, *, method: str = "sendMessage", times: int = 1) -> None:
        """Do what was asked, then never answer."""
        self._troubles.append(Trouble(method, times, after="hang"))

    def cut(self, *, method: str = "sendMessage", times: int = 1) -> None:
        """Do what was asked, then close the connection."""
        self._troubles.append(Trouble(method, times, after="cut"))

    def garble(self, *, method: str = "sendMessage", times: int = 1) -> None:
        """Do what was asked, then answer 200 with a page that is not JSON."""
        self._troubles.append(Trouble(method, times, after="garble"))

    # People

    def meet(self, chat: int, kind: str = "private") -> None:
        """Make a chat known, as if the bot had been started there."""
        self._chats.setdefault(chat, {"id": chat, "type": kind, **({} if kind == "private" else {"title": "Nhóm"})})

    async def say(self, person: int, text: str | None = None, *, copies: int = 1, **content: Any) -> int:
        """A person writes to the bot; ``content`` are further fields of the message. Its id."""
        self.meet(person)
        return await self._write(person, person, text, copies, content)

    async def say_in_group(
        self, group: int, person: int, text: str | None = None, *, reply_to: int | None = None, **content: Any
    ) -> int:
        """A person writes in a group; ``reply_to`` is a message of it."""
        self.meet(group, "supergroup")
        if reply_to is not None:
            content["reply_to_message"] = self._messages[group, reply_to]
        return await self._write(group, person, text, 1, content)

    async def post_in_channel(self, channel: int, text: str | None = None, **content: Any) -> int:
        """Whoever runs a channel posts in it: Telegram tells no person, only the channel."""
        self.meet(channel, "channel")
        number = next(self._numbers)
        chat = self._chats[channel]
        message = {"message_id": number, "sender_chat": chat, "chat": chat, "date": int(time.time()), **content}
        if text is not None:
            message |= {"text": text, "entities": _entities(text)}
        self._messages[channel, number] = message
        await self.deliver({"channel_post": message}, channel)
        return number

    async def share(self, person: int, kind: str, data: bytes = b"data", *, caption: str = "", name: str = "") -> str:
        """A person sends a photo, document, voice, video or sticker; the file id."""
        file_id = f"file-{next(self._numbers)}"
        self._files[file_id] = data
        about: dict[str, Any] = {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_size": len(data)}
        if name:
            about["file_name"] = name
        small = {**about, "file_id": f"{file_id}-small", "width": 90, "height": 67}
        large = {**about, "width": 800, "height": 600}
        content: dict[str, Any] = {kind: [small, large] if kind == "photo" else about}
        if caption:
            content["caption"] = caption
        await self.say(person, **content)
        return file_id

    async def edit(self, chat: int, message_id: int, text: str) -> int:
        """A person changes a message; the time of the change."""
        message = self._messages[chat, message_id]
        when = max(message.get("edit_date", message["date"]) + 1, int(time.time()))
        message |= {"text": text, "edit_date": when}
        await self.deliver({"edited_message": dict(message)}, chat)
        return int(when)

    async def click(self, chat: int, label: str, *, person: int | None = None, copies: int = 1) -> str:
        """Press the newest button with this label; the id of the press."""
        found = next((s for s in reversed(self.to(chat)) if label in s.labels), None)
        assert found, f"no button {label!r} in chat {chat}"
        data = next(button for button in found.buttons if button["text"] == label).get("callback_data")
        assert data, f"{label!r} is a link"
        return await self.press(chat, data, message_id=found.id, person=person, copies=copies)

    async def press(
        self, chat: int, data: str, *, message_id: int | None = None, person: int | None = None, copies: int = 1
    ) -> str:
        """Press a button by its payload; without ``message_id`` it is an old message that Telegram no longer shows."""
        self.meet(chat)
        number = str(next(self._numbers))
        self._presses.add(number)
        old = {"chat": self._chats[chat], "message_id": 1, "date": 0}
        message = self._messages[chat, message_id] if message_id is not None else old
        query = {"id": number, "from": _person(person or chat), "message": message, "chat_instance": "1", "data": data}
        await self.deliver({"callback_query": query}, chat, copies=copies)
        return number

    async def deliver(self, body: dict[str, Any], chat: int = 0, *, copies: int = 1) -> list[int]:
        """Hand over any update: queued, or posted until answered with 200; the statuses of the posts."""
        update = {"update_id": next(self._updates), **body}
        if self.allowed and not body.keys() & set(self.allowed):
            return []
        async with self._locks.setdefault(chat, asyncio.Lock()):
            statuses = []
            for _ in range(copies):
                if self.webhook.url:
                    statuses += await self._post(update)
                else:
                    self._queue.append(update)
        await self._notify()
        return statuses

    async def _write(self, chat: int, person: int, text: str | None, copies: int, content: dict[str, Any]) -> int:
        number = next(self._numbers)
        message = {"message_id": number, "from": _person(person), "chat": self._chats[chat], "date": int(time.time())}
        if text is not None:
            message |= {"text": text, "entities": _entities(text)}
        message |= content
        self._messages[chat, number] = message
        await self.deliver({"message": message}, chat, copies=copies)
        return number

    async def _post(self, update: dict[str, Any]) -> list[int]:
        """Post one update until the webhook takes it; kept for later when it never does."""
        statuses: list[int] = []
        headers = {"X-Telegram-Bot-Api-Secret-Token": self.webhook.secret} if self.webhook.secret else {}
        for _ in range(self.retries):
            try:
                async with self._session.post(
                    self.webhook.url, json=update, headers=headers, allow_redirects=False
                ) as response:
                    statuses.append(response.status)
            except (aiohttp.ClientError, TimeoutError):
                statuses.append(0)
            self.webhook.statuses.append(statuses[-1])
            await self._notify()
            if 200 <= statuses[-1] < 300:
                return statuses
            await asyncio.sleep(self.retry_wait)
        self._queue.append(update)
        return statuses

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # The Bot API

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        if request.match_info["token"] != self.token:
            return _error(ApiError(401, "Unauthorized"))
        if method not in METHODS:
            return _error(ApiError(404, "Not Found"))
        trouble = self._trouble(method)
        try:
            raw = await params_of(request)
            self.calls.append((method, raw))
            if trouble and trouble.delay:
                await asyncio.sleep(trouble.delay)
            if trouble and trouble.error:
                raise trouble.error
            params = checked(method, raw)
            result = await self._methods()[method](params)
        except ApiError as error:
            return _error(error)
        finally:
            await self._notify()
        if trouble and trouble.after:
            return await self._spoil(request, trouble.after)
        return web.json_response({"ok": True, "result": result})

    def _trouble(self, method: str) -> Trouble | None:
        found = next((trouble for trouble in self._troubles if trouble.method == method), None)
        if found:
            found.times -= 1
            if found.times <= 0:
                self._troubles.remove(found)
        return found

    async def _spoil(self, request: web.Request, how: str) -> web.StreamResponse:
        if how == "hang":
            await self._closing.wait()
        if how == "cut" and request.transport:
            request.transport.close()
        return web.Response(text="<html>200 nhưng không phải JSON</html>", content_type="text/html")

    def _methods(self) -> dict[str, Callable[[Params], Awaitable[Any]]]:
        return {
            "getMe": self._get_me,
            "sendMessage": self._send_message,
            "sendPhoto": self._send_photo,
            "sendDocument": self._send_document,
            "sendChatAction": self._send_chat_action,
            "editMessageText": self._edit_text,
            "editMessageReplyMarkup": self._edit_markup,
            "answerCallbackQuery": self._answer_callback,
            "setMyCommands": self._set_commands,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": self._webhook_info,
            "getUpdates": self._get_updates,
            "getFile": self._get_file,
        }

    async def _get_me(self, _params: Params) -> Any:
        return {**self.me, "can_join_groups": True, "can_read_all_group_messages": True}

    async def _send_message(self, params: Params) -> Any:
        return self._say_as_bot("sendMessage", params, params["text"], 4096, "message is too long")

    async def _send_photo(self, params: Params) -> Any:
        return self._send_file("sendPhoto", params, params["photo"], 10)

    async def _send_document(self, params: Params) -> Any:
        return self._send_file("sendDocument", params, params["document"], 50)

    def _send_file(self, method: str, params: Params, upload: Upload | str, megabytes: int) -> Any:
        if isinstance(upload, Upload) and len(upload.data) > megabytes * 1024**2:
            raise ApiError(413, "Request Entity Too Large")
        return self._say_as_bot(method, params, params.get("caption", ""), 1024, "message caption is too long", upload)

    def _say_as_bot(
        self, method: str, params: Params, text: str, limit: int, complaint: str, file: Upload | str | None = None
    ) -> Any:
        chat = self._reachable(params["chat_id"])
        seen, bold = visible(text, params.get("parse_mode"))
        if file is None and not seen:
            raise bad("message text is empty")
        if units(seen) > limit:
            raise bad(complaint)
        number = next(self._numbers)
        preview = not params.get("link_preview_options", {}).get("is_disabled", False)
        buttons = tuple(params.get("reply_markup", ()))
        self.sent.append(Sent(chat["id"], number, method, seen, bold, buttons, file, preview))
        message = {"message_id": number, "from": self.me, "chat": chat, "date": int(time.time())}
        message |= {"text" if file is None else "caption": seen}
        if buttons:
            message["reply_markup"] = {"inline_keyboard": [[button] for button in buttons]}
        self._messages[chat["id"], number] = message
        return message

    def _reachable(self, number: int) -> dict[str, Any]:
        if number in self.moved:
            moved = {"migrate_to_chat_id": self.moved[number]}
            raise ApiError(400, "Bad Request: group chat was upgraded to a supergroup chat", moved)
        if number not in self._chats:
            raise bad("chat not found")
        if number in self.blocked:
            raise ApiError(403, BLOCKED)
        return self._chats[number]

    async def _send_chat_action(self, params: Params) -> Any:
        self._reachable(params["chat_id"])
        return True

    async def _edit_text(self, params: Params) -> Any:
        seen, bold = visible(params["text"], params.get("parse_mode"))
        if units(seen) > 4096:
            raise bad("MESSAGE_TOO_LONG")
        return self._change(params, text=seen, bold=bold, buttons=tuple(params.get("reply_markup", ())))

    async def _edit_markup(self, params: Params) -> Any:
        return self._change(params, buttons=tuple(params.get("reply_markup", ())))

    def _change(self, params: Params, **changes: Any) -> Any:
        chat, number = self._reachable(params["chat_id"])["id"], params["message_id"]
        place = next((i for i, sent in enumerate(self.sent) if (sent.chat, sent.id) == (chat, number)), None)
        if place is None:
            raise bad("message to edit not found")
        old = self.sent[place]
        new = Sent(**{name: changes.get(name, getattr(old, name)) for name in Sent.__slots__})
        if new == old:
            raise bad("message is not modified: specified new message content and reply markup are exactly the same")
        self.sent[place] = new
        return self._messages[chat, number] | {"text": new.text}

    async def _answer_callback(self, params: Params) -> Any:
        number = params["callback_query_id"]
        if number not in self._presses:
            raise bad("query is too old and response timeout expired or query ID is invalid")
        self.answered.append(number)
        return True

    async def _set_commands(self, params: Params) -> Any:
        self.commands = params["commands"]
        return True

    async def _set_webhook(self, params: Params) -> Any:
        if params["url"] and not re.match(r"https?://[\w.-]+(:\d+)?(/\S*)?$", params["url"]):
            raise bad("bad webhook: invalid webhook URL specified")
        if "allowed_updates" in params:
            self.allowed = params["allowed_updates"]
        if params.get("drop_pending_updates"):
            self._queue.clear()
        self.webhook = Webhook(params["url"], params.get("secret_token", ""), self.webhook.statuses)
        waiting, self._queue = self._queue, []
        if waiting:
            self._posts.add(asyncio.create_task(self._flush(waiting)))
        return True

    async def _flush(self, waiting: list[dict[str, Any]]) -> None:
        for update in waiting:
            await self._post(update)

    async def _delete_webhook(self, params: Params) -> Any:
        self.webhook = Webhook(statuses=self.webhook.statuses)
        if params.get("drop_pending_updates"):
            self._queue.clear()
        return True

    async def _webhook_info(self, _params: Params) -> Any:
        return {
            "url": self.webhook.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self._queue),
            "allowed_updates": self.allowed,
        }

    async def _get_updates(self, params: Params) -> Any:
        if self.webhook.url:
            raise ApiError(
                409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete it"
            )
        self._poll += 1
        mine = self._poll
        await self._notify()  # ends the poll of another instance
        if "allowed_updates" in params:
            self.allowed = params["allowed_updates"]
        offset = params.get("offset", 0)
        self.acknowledged = max(self.acknowledged, offset)
        self._queue = [update for update in self._queue if update["update_id"] >= offset]
        try:
            seconds = min(params.get("timeout", 0), 50) or 0.001
            await self.wait(lambda: self._queue or mine != self._poll or self._closing.is_set(), seconds)
        except TimeoutError:
            return []
        if mine != self._poll:
            raise ApiError(
                409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        return self._queue[: min(params.get("limit", 100), 100)]

    async def _get_file(self, params: Params) -> Any:
        file_id = params["file_id"]
        if file_id not in self._files:
            raise bad("invalid file_id")
        if len(self._files[file_id]) > 20 * 1024**2:
            raise bad("file is too big")
        return {"file_id": file_id, "file_unique_id": f"u{file_id}", "file_path": f"documents/{file_id}"}

    async def _download(self, request: web.Request) -> web.Response:
        data = self._files.get(request.match_info["path"].removeprefix("documents/"))
        if request.match_info["token"] != self.token or data is None:
            return _error(ApiError(404, "Not Found"))
        return web.Response(body=data, content_type="application/octet-stream")


def _person(number: int) -> dict[str, Any]:
    return {"id": number, "is_bot": False, "first_name": "An", "language_code": "vi"}


def _entities(text: str) -> list[dict[str, Any]]:
    """Commands and mentions, counted in UTF-16 units."""
    found = [("bot_command", match) for match in re.finditer(r"(?<!\S)/\w+(@\w+)?", text, re.ASCII)]
    found += [("mention", match) for match in re.finditer(r"(?<![\w/])@\w{3,}", text, re.ASCII)]
    return [{"type": kind, "offset": units(text[: m.start()]), "length": units(m[0])} for kind, m in found]


def _error(error: ApiError) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.status)
