"""Zalo Bot: polling or webhook in, plain texts and pictures out.

Spoken with aiohttp directly, for the library that Zalo names takes a refusal for a success. An update that was fetched
by polling is gone at Zalo, so it is stored before the next one is asked for, and storing is tried until it works; a
webhook's update is acknowledged after it is stored. Nothing here waits for Zalo at start.
Source: https://bot.zaloplatforms.com/docs
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
import structlog
from aiohttp import web

from bot import limits, metrics
from bot.channels import zalo_bot_media
from bot.channels.base import DeliveryError, Traits
from bot.channels.zalo_bot_http import BotHttp, RefusedError, UnreadableError, ZaloBotError
from bot.channels.zalo_bot_pace import Pace, Waits
from bot.channels.zalo_bot_reply import failure
from bot.channels.zalo_bot_update import CHANNEL, KNOWN, TESTED, MalformedError, Me, event, read
from handlers.message import Message, Reply

log = structlog.get_logger()

WEBHOOK_PATH = "/webhooks/zalo-bot"
SECRET_HEADER = "X-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
TEXT_LIMIT = 1900
"""Longest text, in UTF-16 units. Zalo takes 2,000 characters without saying how it counts them."""
_SECRET_LENGTHS = range(8, 257)
_IDLE = 408


class ZaloBotChannel:
    """One bot. Without ``webhook_secret`` it polls; one process may do so."""

    name = CHANNEL

    def __init__(
        self,
        *,
        token: str,
        accept: Callable[[Message], Awaitable[bool]],
        now: Callable[[], datetime],
        base_url: str = "https://bot-api.zaloplatforms.com",
        webhook_secret: str | None = None,
        public_url: str | None = None,
        bot_name: str = "",
        per_second: float = 5.0,
        pace: Pace | None = None,
    ) -> None:
        """``accept`` returns when the message is committed; ``bot_name``: as people see it, where getMe does not tell.

        ``per_second``: sends a second over all chats; Zalo's quota is not published.
        Raises ValueError for a token or secret of a wrong form.
        """
        if not token or not token.isascii() or not token.isprintable() or any(char in "/?# " for char in token):
            raise ValueError("a token of Zalo Bot looks like 12345689:abc-xyz")
        if webhook_secret is not None and not _is_secret(webhook_secret):
            raise ValueError("the webhook secret for Zalo Bot must have 8 to 256 plain letters, digits or signs")
        self.traits = Traits(
            text_limit=TEXT_LIMIT, buttons=False, markup=False, per_second=per_second, per_chat_second=1.0
        )
        self._pace = pace or Pace()
        self._base_url = base_url.rstrip("/")
        self._http = BotHttp(base_url=self._base_url, token=token, pace=self._pace)
        self._me = Me(bot_name)
        self._name_given = bool(bot_name)
        self._accept = accept
        self._now = now
        self._secret = webhook_secret
        self._webhook_url = f"{public_url.rstrip('/')}{WEBHOOK_PATH}" if public_url else None
        self._tasks: set[asyncio.Task[None]] = set()

    # Coming and going

    async def start(self) -> None:
        """Open the session and begin, in the background, to receive."""
        await self._http.open()
        if self._secret is not None and self._webhook_url is None:
            log.warning(
                "zalo_bot_webhook_not_registered",
                hint="set PUBLIC_URL, or call setWebhook yourself",
                url=f"https://<host>{WEBHOOK_PATH}",
                secret_token="<ZALO_BOT_WEBHOOK_SECRET>",  # noqa: S106 - says where it stands
            )
        learning = self._background(self._until("getMe", self._learn_name))
        self._background(self._receive(learning))

    async def stop_receiving(self) -> None:
        """End polling and everything in the background; sending still works. What was fetched is stored first."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Stop receiving, then close the connections."""
        await self.stop_receiving()
        await self._http.close()

    def _background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("zalo_bot_task_failed", error=type(error).__name__)

    async def _receive(self, learning: asyncio.Task[None]) -> None:
        """Poll, or register the webhook. The bot's name is waited for a little, as messages in groups begin with it."""
        await asyncio.wait({learning}, timeout=self._pace.connect)
        if self._secret is None:
            await self._poll()
        elif self._webhook_url is not None:
            await self._until("setWebhook", self._register)
            log.info("zalo_bot_webhook_registered", url=self._webhook_url)

    async def _learn_name(self) -> None:
        about = await self._about()
        name = about.get("display_name")
        if isinstance(name, str) and name.strip() and not self._name_given:
            self._me = Me(name.strip())

    async def _register(self) -> None:
        await self._http.call("setWebhook", {"url": self._webhook_url, "secret_token": self._secret})

    async def delete_webhook(self) -> None:
        """Take the webhook away, so that polling works; only done when somebody orders it. Raises DeliveryError."""
        try:
            await self._http.call("deleteWebhook")
        except ZaloBotError as error:
            raise failure(error) from None

    async def _until(self, what: str, call: Callable[[], Awaitable[object]]) -> None:
        """Try until it works."""
        waits = Waits(self._pace)
        while True:
            try:
                await call()
            except ZaloBotError as error:
                await self._pause(waits, what, error)
            else:
                return

    async def _pause(self, waits: Waits, what: str, error: Exception) -> None:
        """Log a failure and wait, as long as Zalo says or longer each time."""
        seconds = waits.next(error.wait if isinstance(error, RefusedError) else None)
        log.warning("zalo_bot_call_failed", call=what, error=_said_by(error), wait=seconds)
        await asyncio.sleep(seconds)

    # In

    async def _poll(self) -> None:
        """Ask for updates for ever, one question at a time."""
        waits = Waits(self._pace)
        await self._until_free()
        while True:
            try:
                updates = await self._updates()
            except ZaloBotError as error:
                await self._pause(waits, "getUpdates", error)
                await self._until_free()
                continue
            waits.reset()
            await self._kept(updates)

    async def _updates(self) -> list[object]:
        """What came: one object, or nothing when Zalo held the question in vain. Raises ZaloBotError."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        asked = {"timeout": str(self._pace.poll)}  # documented as a text
        try:
            found = await self._http.call("getUpdates", asked, silence=self._pace.poll + self._pace.margin)
        except RefusedError as error:
            if error.code != _IDLE:
                raise
            found = None
        if not found and loop.time() - began < self._pace.quick:
            await asyncio.sleep(self._pace.quick_pause)
        if isinstance(found, list):
            return found
        return [found] if found else []

    async def _until_free(self) -> None:
        """Wait while the bot has a webhook: Zalo hands out nothing by polling then. It is never taken away unasked."""
        waits = Waits(self._pace)
        while url := await self._webhook_in_the_way():
            seconds = waits.next()
            log.warning(
                "zalo_bot_has_a_webhook",
                hint="nothing arrives by polling: call deleteWebhook, or set ZALO_BOT_WEBHOOK_SECRET to receive by it",
                host=urlsplit(url).hostname,
                wait=seconds,
            )
            await asyncio.sleep(seconds)

    async def _webhook_in_the_way(self) -> str:
        """The address of the webhook; empty when there is none (404) or when it cannot be found out."""
        try:
            about = await self._http.call("getWebhookInfo")
        except ZaloBotError as error:
            if not (isinstance(error, RefusedError) and error.code == 404):
                log.info("zalo_bot_webhook_unknown", error=_said_by(error))
            return ""
        url = about.get("url") if isinstance(about, dict) else None
        return url if isinstance(url, str) else ""

    async def _kept(self, updates: list[object]) -> None:
        """Store what was fetched, also when a stop comes in between."""
        storing = asyncio.create_task(self._take(updates))
        try:
            await asyncio.shield(storing)
        except asyncio.CancelledError:
            await asyncio.wait({storing}, timeout=self._pace.store_grace)
            storing.cancel()
            await asyncio.gather(storing, return_exceptions=True)
            raise

    async def _take(self, updates: list[object]) -> None:
        for update in updates:
            try:
                message = self._understood(update)
            except MalformedError as error:
                log.warning("zalo_bot_update_not_understood", reason=str(error))
                continue
            if message is not None:
                await self._store(message)

    async def _store(self, message: Message) -> None:
        """Store a message; tried until it works, as Zalo has no second copy."""
        waits = Waits(self._pace)
        while True:
            try:
                await self._accept(message)
            except Exception as error:  # noqa: BLE001 - whatever it was, the message must not be lost
                log.error("zalo_bot_update_not_stored", error=type(error).__name__)
                await waits.sleep()
            else:
                return

    def _understood(self, update: object) -> Message | None:
        """The message of an update. Raises MalformedError."""
        found = event(update)
        if found.name not in KNOWN:
            log.info("zalo_bot_event_passed_over", tested=found.name == TESTED, name=found.name[:64])
        return read(found, self._me, self._now())

    async def webhook(self, request: web.Request) -> web.Response:
        """POST /webhooks/zalo-bot: 200 once it is stored, 403 / 413 / 400 with a reason, 503 to get it again."""
        if not self._is_zalo(request):
            return _refused(403, "secret", f"{SECRET_HEADER} is missing or wrong")
        try:
            body = await request.read()
            message = self._understood(orjson.loads(body))
        except web.HTTPRequestEntityTooLarge:
            return _refused(413, "too_large", f"the body is larger than {limits.MAX_WEBHOOK_BYTES} bytes")
        except orjson.JSONDecodeError:
            return _refused(400, "malformed", "the body is not JSON in UTF-8")
        except MalformedError as error:
            return _refused(400, "malformed", str(error))
        try:
            if message is not None:
                await self._accept(message)
        except Exception as error:  # noqa: BLE001 - whatever it was, Zalo shall bring the update again
            log.error("zalo_bot_update_not_stored", error=type(error).__name__)
            return _refused(503, "not_stored", "the update could not be stored, send it again")
        return web.Response()

    def _is_zalo(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        return self._secret is not None and hmac.compare_digest(given, self._secret.encode())

    async def download(self, ref: str, /) -> bytes:
        """The bytes of a picture or voice, whose address is its reference (at most 20 MB). Raises DeliveryError."""
        try:
            session = self._http.session
        except ZaloBotError as error:
            raise failure(error) from None
        return await zalo_bot_media.fetch(session, ref, base_url=self._base_url, pace=self._pace)

    # Out

    async def typing(self, chat: str) -> None:
        """Show "typing…" for a while. Never raises: it is only a courtesy."""
        try:
            await self._http.call("sendChatAction", {"chat_id": chat, "action": "typing"})
        except ZaloBotError as error:
            log.debug("zalo_bot_typing_failed", error=type(error).__name__)

    async def send(self, chat: str, reply: Reply, /) -> str:
        """Send one reply, at most ``traits.text_limit`` long, to a person or group; the message id.

        Raises DeliveryError. A picture must be a public address. Zalo Bot takes no files: of a document only the words
        go out.
        """
        try:
            if reply.image and (sent := await self._picture(chat, reply.image, reply.text)):
                return sent
            if reply.document:
                log.warning("zalo_bot_document_left_out")
            if not reply.text:
                raise DeliveryError("nothing of the reply can be sent by Zalo Bot", permanent=True)
            return _message_id(await self._http.call("sendMessage", {"chat_id": chat, "text": reply.text}))
        except ZaloBotError as error:
            raise failure(error) from None

    async def _picture(self, chat: str, source: str, text: str) -> str:
        """The message id, or "" when the picture cannot be shown: it is left out rather than the words with it."""
        if not source.startswith(("https://", "http://")):
            log.warning("zalo_bot_picture_left_out", reason="not a public address")
            return ""
        asked = {"chat_id": chat, "photo": source, **({"caption": text} if text else {})}
        try:
            return _message_id(await self._http.call("sendPhoto", asked))
        except RefusedError as error:
            if error.code != 400:
                raise
            log.warning("zalo_bot_picture_left_out", reason="refused by Zalo")
            return ""

    # Health

    async def status(self) -> dict[str, Any]:
        """What Zalo says of the bot: its names, account_type, can_join_groups. Raises DeliveryError."""
        try:
            about = await self._about()
        except ZaloBotError as error:
            raise failure(error) from None
        return {name: about.get(name) for name in ("account_name", "account_type", "can_join_groups", "display_name")}

    async def _about(self) -> dict[str, Any]:
        about = await self._http.call("getMe")
        if not isinstance(about, dict):
            raise UnreadableError("getMe gave no account")
        return about


def _message_id(result: object) -> str:
    """The platform's id of what was sent. Raises UnreadableError: without it nobody knows what became of it."""
    number = result.get("message_id") if isinstance(result, dict) else None
    if isinstance(number, bool) or not isinstance(number, str | int) or number == "":
        raise UnreadableError("Zalo gave no message id")
    return str(number)


def _is_secret(secret: str) -> bool:
    return len(secret) in _SECRET_LENGTHS and secret.isascii() and secret.isprintable() and secret == secret.strip()


def _said_by(error: Exception) -> str:
    """Words for the log: Zalo's description; of other errors only the kind, for they may quote people."""
    return f"{type(error).__name__}: {error}" if isinstance(error, ZaloBotError) else type(error).__name__


def _refused(status: int, why: str, reason: str) -> web.Response:
    metrics.REFUSED.labels(CHANNEL, why).inc()
    return web.Response(body=orjson.dumps({"error": reason}), status=status, content_type="application/json")
