"""Telegram: polling or webhook in, messages with buttons out.

The library's ``Bot`` makes the calls; its Application, Updater, JobQueue and rate limiter are not used: an update is
stored before it is acknowledged, and the outbox holds the speed. Nothing here waits for Telegram at start, for it may
be blocked (in Vietnam since 2025-05): everything that needs it is tried in the background until it works.
Source: https://core.telegram.org/bots/api
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any

import orjson
import structlog
from aiohttp import web
from telegram import Bot, BotCommand, InlineKeyboardMarkup, InputFile, LinkPreviewOptions
from telegram import Message as Sent
from telegram.constants import ChatAction, ParseMode
from telegram.error import BadRequest, ChatMigrated, TelegramError

from bot import limits, metrics
from bot.channels.base import DeliveryError, Traits
from bot.channels.render import plain, units
from bot.channels.telegram_reply import CAPTION_LIMIT, LABEL_SHOWN, TEXT_LIMIT, as_html, failure, keyboard
from bot.channels.telegram_request import FILE, FloodError, Pace, TokenRequest
from bot.channels.telegram_update import CHANNEL, KINDS, Incoming, MalformedError, Me, read, update_id
from handlers.message import Message, Reply

log = structlog.get_logger()

WEBHOOK_PATH = "/webhooks/telegram"
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the header's name
_ODD = (TelegramError, LookupError, TypeError, ValueError, AttributeError)
"""A failed call, or an answer that the library cannot read."""

_MarkedSend = Callable[[str | None, str | None], Awaitable[Sent]]
"""Sends a text with a parse mode."""


class _Bot(Bot):
    """The library's Bot, knowing neither token nor host (see :mod:`bot.channels.telegram_request`)."""

    def __init__(self, number: int, request: TokenRequest) -> None:
        super().__init__(
            f"{number}:stand-in",
            base_url=lambda _token: "",
            base_file_url=lambda _token: FILE,
            request=request,
            get_updates_request=request,
        )

    async def raw_updates(self, offset: int | None, pace: Pace) -> list[object]:
        """Updates as they come: the library's own reading drops all of them when one does not suit it."""
        asked = {"offset": offset, "timeout": pace.poll, "allowed_updates": list(KINDS)}
        updates = await self._post("getUpdates", asked, read_timeout=pace.poll + pace.read)
        if not isinstance(updates, list):
            raise TelegramError("getUpdates gave no list")
        return updates


class TelegramChannel:
    """One bot. Without ``webhook_secret`` it polls."""

    name = CHANNEL
    traits = Traits(
        text_limit=TEXT_LIMIT,
        buttons=True,
        markup=True,
        per_second=25.0,
        per_chat_second=1.0,
        label_limit=LABEL_SHOWN,
    )

    def __init__(
        self,
        token: str,
        *,
        accept: Callable[[Message], Awaitable[bool]],
        base_url: str = "https://api.telegram.org",
        webhook_secret: str | None = None,
        proxy: str | None = None,
        public_url: str | None = None,
        commands: Sequence[tuple[str, str]] = (),
        pace: Pace | None = None,
    ) -> None:
        """``accept`` returns when the message is committed. Raises ValueError for a token or proxy of a wrong form."""
        number, colon, _ = token.partition(":")
        if not (colon and number.isascii() and number.isdigit()):
            raise ValueError("a token of Telegram begins with a number and a colon")
        self._pace = pace or Pace()
        self._request = TokenRequest(base_url.rstrip("/"), token, proxy, self._pace)
        self._bot = _Bot(int(number), self._request)
        self._me = Me(int(number))
        self._accept = accept
        self._secret = webhook_secret
        self._webhook_url = f"{public_url.rstrip('/')}{WEBHOOK_PATH}" if public_url else None
        self._commands = [BotCommand(name, about) for name, about in commands]
        self._tasks: set[asyncio.Task[None]] = set()
        self._moved: dict[str, str] = {}
        """Groups that became supergroups since the start: old chat, new chat."""

    @property
    def username(self) -> str:
        """The bot's name without @; empty until Telegram has told it."""
        return self._me.username

    # Coming and going

    async def start(self) -> None:
        """Open the session and begin, in the background, to receive and to publish the commands."""
        await self._request.initialize()
        if self._secret is not None and self._webhook_url is None:
            log.warning(
                "telegram_webhook_not_registered",
                hint="set PUBLIC_URL, or call setWebhook yourself",
                url=f"https://<host>{WEBHOOK_PATH}",
                secret_token="<TELEGRAM_WEBHOOK_SECRET>",  # noqa: S106 - says where it stands
                allowed_updates=list(KINDS),
            )
        self._background(self._receive())
        self._background(self._publish())

    async def stop_receiving(self) -> None:
        """End polling and everything in the background; sending still works. What was not stored comes again."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self) -> None:
        """Stop receiving, then close the connections."""
        await self.stop_receiving()
        await self._request.shutdown()

    def _background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("telegram_task_failed", error=type(error).__name__)

    async def _receive(self) -> None:
        await self._until("getMe", self._learn_name)
        if self._secret is None:
            await self._until("deleteWebhook", lambda: self._bot.delete_webhook(drop_pending_updates=False))
            await self._poll()
        elif self._webhook_url is not None:
            await self._until("setWebhook", self._register)
            log.info("telegram_webhook_registered", url=self._webhook_url)

    async def _learn_name(self) -> None:
        user = await self._bot.get_me()
        self._me = Me(user.id, user.username or "")

    async def _register(self) -> None:
        assert self._webhook_url is not None  # noqa: S101 - the caller has looked
        await self._bot.set_webhook(
            self._webhook_url, secret_token=self._secret, allowed_updates=KINDS, drop_pending_updates=False
        )

    async def _publish(self) -> None:
        async def publish() -> None:
            try:
                await self._bot.set_my_commands(self._commands)
            except BadRequest as error:
                log.error("telegram_commands_refused", error=str(error))

        if self._commands:
            await self._until("setMyCommands", publish)

    async def _until(self, what: str, call: Callable[[], Awaitable[object]]) -> None:
        """Try until it works."""
        waits = _Waits(self._pace)
        while True:
            try:
                await call()
            except _ODD as error:
                await waits.after(what, error)
            else:
                return

    # In

    async def _poll(self) -> None:
        """Ask for updates for ever; one is acknowledged, by the next question's offset, only after it is stored."""
        waits = _Waits(self._pace)
        offset: int | None = None
        while True:
            try:
                for update in await self._bot.raw_updates(offset, self._pace):
                    number = update_id(update)
                    await self._polled(update)
                    offset = number + 1
                waits.reset()
            except Exception as error:  # noqa: BLE001 - storing failed, or Telegram: either way the updates stay there
                await waits.after("getUpdates", error)

    async def _polled(self, update: object) -> None:
        try:
            incoming = read(update, self._me)
        except MalformedError as error:
            log.warning("telegram_update_not_understood", reason=str(error))
            return
        await self._take(incoming)

    async def _take(self, incoming: Incoming | None) -> None:
        if incoming is None:
            return
        await self._accept(incoming.message)
        if incoming.callback is not None:
            self._background(self._acknowledge(incoming.callback))

    async def _acknowledge(self, callback: str) -> None:
        """Stop the pressed button's waiting sign; too late is no harm."""
        try:
            await self._bot.answer_callback_query(callback)
        except _ODD as error:
            log.info("telegram_press_not_acknowledged", error=_said_by(error))

    async def webhook(self, request: web.Request) -> web.Response:
        """POST /webhooks/telegram: 200 once it is stored, 403 / 413 / 400 with a reason, 503 to get it again."""
        if not self._is_telegram(request):
            return _refused(403, "secret", f"{SECRET_HEADER} is missing or wrong")
        try:
            body = await request.read()
            incoming = read(orjson.loads(body), self._me)
        except web.HTTPRequestEntityTooLarge:
            return _refused(413, "too_large", f"the body is larger than {limits.MAX_WEBHOOK_BYTES} bytes")
        except orjson.JSONDecodeError:
            return _refused(400, "malformed", "the body is not JSON in UTF-8")
        except MalformedError as error:
            return _refused(400, "malformed", str(error))
        try:
            await self._take(incoming)
        except Exception as error:  # noqa: BLE001 - whatever it was, Telegram shall bring the update again
            log.error("telegram_update_not_stored", error=type(error).__name__)
            return _refused(503, "not_stored", "the update could not be stored, send it again")
        return web.Response()

    def _is_telegram(self, request: web.Request) -> bool:
        given = request.headers.get(SECRET_HEADER, "").encode("utf-8", "surrogateescape")
        return self._secret is not None and hmac.compare_digest(given, self._secret.encode())

    async def download(self, ref: str) -> bytes:
        """The bytes of a medium that came in (at most 20 MB, as the Bot API allows). Raises DeliveryError."""
        try:
            file = await self._bot.get_file(ref)
            return await self._request.retrieve(file.file_path or "")
        except TelegramError as error:
            raise failure(error) from None

    # Out

    async def typing(self, chat: str) -> None:
        """Show "typing…" for some seconds. Never raises: it is only a courtesy."""
        try:
            await self._bot.send_chat_action(self._moved.get(chat, chat), ChatAction.TYPING)
        except _ODD as error:
            log.debug("telegram_typing_failed", error=_said_by(error))

    async def send(self, chat: str, reply: Reply, /) -> str:
        """Send one reply, at most ``traits.text_limit`` long; the message id. Raises DeliveryError.

        A text too long for a caption follows its picture or file as a message of its own.
        """
        try:
            try:
                return await self._deliver(self._moved.get(chat, chat), reply)
            except ChatMigrated as moved:
                log.info("telegram_group_moved", chat=chat, to=moved.new_chat_id)
                self._moved[chat] = str(moved.new_chat_id)
                return await self._deliver(self._moved[chat], reply)
        except TelegramError as error:
            raise failure(error) from None
        except (LookupError, TypeError, AttributeError) as error:
            raise DeliveryError(f"an answer that cannot be read: {type(error).__name__}", in_doubt=True) from None

    async def _deliver(self, chat: str, reply: Reply) -> str:
        markup = keyboard(reply.choices)
        fits = units(plain(reply.text)) <= CAPTION_LIMIT
        if reply.image:
            alone = not fits or reply.document is not None
            sent = await self._picture(chat, reply.image, "" if alone else reply.text, None if alone else markup)
            if sent and not alone:
                return sent
        if reply.document:
            sent = await self._document(chat, reply.document, reply.text if fits else "", markup if fits else None)
            if fits:
                return sent
        return await self._text(chat, reply.text, markup)

    async def _text(self, chat: str, text: str, markup: InlineKeyboardMarkup | None) -> str:
        preview = LinkPreviewOptions(is_disabled=True)

        async def send(body: str | None, mode: str | None) -> Sent:
            return await self._bot.send_message(
                chat, body or "", parse_mode=mode, reply_markup=markup, link_preview_options=preview
            )

        return await _marked(send, text)

    async def _picture(self, chat: str, source: str, text: str, markup: InlineKeyboardMarkup | None) -> str:
        """The message id, or "" when the picture cannot be shown: it is left out rather than the words with it."""
        try:
            photo = await _file(source)

            async def send(body: str | None, mode: str | None) -> Sent:
                return await self._bot.send_photo(chat, photo, caption=body, parse_mode=mode, reply_markup=markup)

            return await _marked(send, text)
        except (OSError, BadRequest) as error:
            log.warning("telegram_picture_left_out", error=_said_by(error))
            return ""

    async def _document(self, chat: str, source: str, text: str, markup: InlineKeyboardMarkup | None) -> str:
        try:
            document = await _file(source)
        except OSError as error:
            raise DeliveryError(f"the file to send cannot be read: {type(error).__name__}", permanent=True) from None

        async def send(body: str | None, mode: str | None) -> Sent:
            return await self._bot.send_document(chat, document, caption=body, parse_mode=mode, reply_markup=markup)

        return await _marked(send, text)


class _Waits:
    """How long to wait after the next failure: as Telegram says, or twice as long each time."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace
        self._next = pace.first_wait

    def reset(self) -> None:
        self._next = self._pace.first_wait

    async def after(self, what: str, error: Exception) -> None:
        """Log the failure and wait."""
        seconds = error.seconds if isinstance(error, FloodError) else self._next
        log.warning("telegram_call_failed", call=what, error=_said_by(error), wait=seconds)
        self._next = min(2 * self._next, self._pace.longest_wait)
        await asyncio.sleep(seconds)


def _said_by(error: Exception) -> str:
    """Words for the log: Telegram's description; of other errors only the kind, for they may quote people."""
    return f"{type(error).__name__}: {error}" if isinstance(error, TelegramError) else type(error).__name__


def _refused(status: int, why: str, reason: str) -> web.Response:
    metrics.REFUSED.labels(CHANNEL, why).inc()
    return web.Response(body=orjson.dumps({"error": reason}), status=status, content_type="application/json")


async def _marked(send: _MarkedSend, text: str) -> str:
    """Send with markup; when Telegram cannot read it, once more as plain text. The message id."""
    try:
        sent = await send(as_html(text) or None, ParseMode.HTML)
    except BadRequest as error:
        if "can't parse entities" not in str(error).lower():
            raise
        log.warning("telegram_markup_refused", error=_said_by(error))
        sent = await send(plain(text) or None, None)
    return str(sent.message_id)


async def _file(source: str) -> str | InputFile:
    """An address as it is; a path as the file's bytes, under its own name. Raises OSError."""
    if source.startswith(("http://", "https://")):
        return source
    path = Path(source)
    return InputFile(await asyncio.to_thread(path.read_bytes), filename=path.name)
