"""A Zalo Official Account: signed events in; texts, pictures and files out, to people and to the account's groups.

Nothing here waits for Zalo at start: the authorisation and the account's name are looked after in the background.
Zalo's console, not its API, is where the webhook is registered. Chats of groups are written "g:<id>".
Source: developers.zalo.me, Official Account API.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote

import orjson
import structlog
from aiohttp import web

from bot import clock, limits, metrics
from bot.channels.base import DeliveryError, Traits
from bot.channels.render import units
from bot.channels.zalo_oa_reply import (
    PictureError,
    Reach,
    choice_list,
    contact_form,
    document,
    document_bytes,
    is_link,
    picture,
    picture_bytes,
    reach_of,
    text_of,
    without_mentions,
)
from bot.channels.zalo_oa_request import Act, Json, Pace, RefusedError, ZaloOaRequest, failure
from bot.channels.zalo_oa_signature import SIGNATURE_HEADER, TIME_HEADER, is_stale, signed_with
from bot.channels.zalo_oa_token import HINT, OAUTH_URL, ZaloOaTokens
from bot.channels.zalo_oa_update import CHANNEL, GROUP, Incoming, Left, MalformedError, Me, Revoked, read
from bot.channels.zalo_oa_vault import Vault
from bot.clock import Clock
from bot.storage import Storage
from handlers.message import Message, Reply

log = structlog.get_logger()

WEBHOOK_PATH = "/webhooks/zalo-oa"
TEXT_LIMIT = 1900
"""Zalo takes 2,000 characters and does not say of which kind: this many UTF-16 units fit in any case."""
WINDOW = timedelta(days=7)
"""How long after somebody last did something at the account it may write first; 48 hours of it are free of charge."""
API_URL = "https://openapi.zalo.me"

_PERSON = "/v3.0/oa/message/cs"
_PERSON_OLDER = "/v2.0/oa/message"
"""For accounts of state agencies, to which the newer address answers -235."""
_GROUP = "/v3.0/oa/group/message"
_ACCOUNT = "/v2.0/oa/getoa"
_USER = "/v3.0/oa/user/detail"
_IMAGE = "/v2.0/oa/upload/image"
_FILE = "/v2.0/oa/upload/file"
_REMOVED = -219
"""The error code of an application that is removed."""
_REMEMBERED = 2000
"""Messages sent to groups that may still be quoted."""

_T = TypeVar("_T")


class ZaloOaChannel:
    """One Official Account. Its authorisation lies in the database, shared by all processes."""

    name = CHANNEL
    traits = Traits(
        text_limit=TEXT_LIMIT, buttons=False, markup=False, per_second=60.0, per_chat_second=1.0, window=WINDOW
    )

    def __init__(
        self,
        *,
        oa_id: str,
        app_id: str,
        app_secret: str,
        secret_key: str | None,
        storage: Storage,
        accept: Callable[[Message], Awaitable[bool]],
        base_url: str = API_URL,
        oauth_url: str = OAUTH_URL,
        refresh_token: str | None = None,
        public_url: str | None = None,
        unfollowed: Callable[[str], Awaitable[None]] | None = None,
        lists: bool = False,
        now: Clock = clock.now,
        pace: Pace | None = None,
    ) -> None:
        """``secret_key``: the account's key for signing events; without it none is taken. ``refresh_token``: the first
        one. ``accept`` returns when a message is committed; ``unfollowed`` is told the chat of who has left.
        ``lists``: try to show choices as a list with buttons, until Zalo refuses one."""
        self.traits = replace(self.traits, lists=lists)
        self._lists = lists
        self._me = Me(oa_id)
        self._app_id = app_id
        self._secret_key = secret_key
        self._accept = accept
        self._unfollowed = unfollowed
        self._public_url = public_url.rstrip("/") if public_url else None
        self._now = now
        self._pace = pace or Pace()
        self._request = ZaloOaRequest(base_url, oauth_url, self._pace)
        self.tokens = ZaloOaTokens(
            Vault(storage, oa_id),
            self._request,
            app_id=app_id,
            app_secret=app_secret,
            first=refresh_token,
            now=now,
            pace=self._pace,
        )
        self._path = _PERSON
        self._said: OrderedDict[str, None] = OrderedDict()
        """Ids of the latest messages sent to groups."""
        self._variants: set[str] = set()
        self._task: asyncio.Task[None] | None = None

    # Coming and going

    async def start(self) -> None:
        """Say what to register, and look after the authorisation in the background."""
        where = self._public_url or "https://<host>"
        log.info("zalo_oa_webhook_to_register", url=f"{where}{WEBHOOK_PATH}", where="developers.zalo.me, Webhook")
        if not self._secret_key:
            log.warning("zalo_oa_takes_no_events", hint="set ZALO_OA_SECRET_KEY, shown on the same page")
        self._task = asyncio.create_task(self._watch())

    async def stop_receiving(self) -> None:
        """End what runs in the background; sending still works."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def stop(self) -> None:
        """Stop receiving, let a renewal of tokens end, then close the connections."""
        await self.stop_receiving()
        await self.tokens.settle()
        await self._request.close()

    async def _watch(self) -> None:
        """Keep the tokens young although nobody writes, learn the account's name, tell the log once what is wrong."""
        told = None
        while True:
            wrong = await self._look()
            if wrong is not None and wrong != told:
                log.error("zalo_oa_not_working", reason=wrong)
            told = wrong
            await asyncio.sleep(self._pace.round if wrong is None else self._pace.rest)

    async def _look(self) -> str | None:
        """What is wrong, for whoever runs the program; None when all is well."""
        try:
            await self.tokens.access()
            if not self._me.name:
                await self._account()
            token = await self.tokens.status()
        except DeliveryError as error:
            return error.reason
        except Exception as error:  # noqa: BLE001 - it has to go on looking
            return type(error).__name__
        return None if token["state"] == "ok" else f"the authorisation is {token['state']}: {HINT}"

    async def status(self) -> dict[str, Any]:
        """What Zalo says of the account, and how its authorisation is; ``error`` says why one is missing."""
        found: dict[str, Any] = {"name": None, "is_verified": None, "package": None, "oa_type": None, "error": None}
        try:
            found |= await self._account()
        except DeliveryError as error:
            found["error"] = error.reason
        return found | {"token": await self.tokens.status()}

    async def _account(self) -> dict[str, Any]:
        data = await self._authorised(lambda token: self._request.get(_ACCOUNT, token))
        name = data.get("name")
        if isinstance(name, str) and name.strip():
            self._me = Me(self._me.id, name.strip())
        if (number := data.get("oa_id")) is not None and str(number) != self._me.id:
            log.error("zalo_oa_authorised_for_another_account", hint="ZALO_OA_ID differs from the authorised account")
        kept = {key: data.get(key) for key in ("oa_id", "name", "is_verified", "oa_type")}
        return kept | {"package": data.get("package_name", data.get("package"))}

    async def reach(self, chat: str) -> Reach:
        """How a person stands to the account. Raises DeliveryError. The name and picture are not read."""
        query = quote(orjson.dumps({"user_id": chat}).decode(), safe="")
        data = await self._authorised(lambda token: self._request.get(f"{_USER}?data={query}", token))
        return reach_of(data)

    # In

    async def webhook(self, request: web.Request) -> web.Response:
        """POST /webhooks/zalo-oa: 200 once it is stored, 401 / 403 / 413 / 400 with a reason, 503 to get it again."""
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _refused(413, "too_large", f"the body is larger than {limits.MAX_WEBHOOK_BYTES} bytes")
        if body.strip() == b"{}":  # what Zalo's console sends, unsigned, when the address is saved
            return web.Response()
        try:
            event, broken = orjson.loads(body), False
        except orjson.JSONDecodeError:
            event, broken = None, True
        if (refusal := self._refusal(request, body, event)) is not None:
            return refusal
        if broken:
            return _refused(400, "malformed", "the body is not JSON in UTF-8")
        if not isinstance(event, dict) or str(event.get("app_id")) != self._app_id:
            return _refused(403, "application", "app_id is not the one of this application")
        try:
            incoming = read(event, self._me, self._said)
        except MalformedError as error:
            log.warning("zalo_oa_event_not_understood", reason=str(error))
            return _refused(400, "malformed", str(error))
        try:
            await self._take(incoming)
        except Exception as error:  # noqa: BLE001 - whatever it was, Zalo shall bring the event again
            log.error("zalo_oa_event_not_stored", error=type(error).__name__)
            return _refused(503, "not_stored", "the event could not be stored, send it again")
        return web.Response()

    def _refusal(self, request: web.Request, body: bytes, event: object) -> web.Response | None:
        """Why an event is not believed; None for Zalo's."""
        given = request.headers.get(SIGNATURE_HEADER)
        if not given:
            return _refused(401, "unsigned", f"{SIGNATURE_HEADER} is missing")
        timestamp = event.get("timestamp") if isinstance(event, dict) else None
        in_body = str(timestamp) if isinstance(timestamp, str | int) else None
        times = {"body": in_body, "header": request.headers.get(TIME_HEADER)}
        found = self._secret_key and signed_with(given, self._app_id, body, times, self._secret_key)
        if not found:
            return _refused(403, "signature", f"{SIGNATURE_HEADER} is wrong")
        variant, signed_time = found
        if variant not in self._variants:
            self._variants.add(variant)
            log.info("zalo_oa_signature_matched", time_from=variant)
        if is_stale(in_body or signed_time, self._now()):
            return _refused(403, "stale", "the event is older than Zalo repeats events")
        return None

    async def _take(self, incoming: Incoming | None) -> None:
        match incoming:
            case Message():
                await self._accept(incoming)
            case Left(chat):
                if self._unfollowed is not None:
                    await self._unfollowed(chat)
            case Revoked():  # the tokens will tell: a refused one cannot be renewed then
                log.error("zalo_oa_permission_revoked", hint="somebody took the application's permission back")

    async def download(self, ref: str, /) -> bytes:
        """The bytes of what a person sent (at most 20 MB), from Zalo's hosts only. Raises DeliveryError."""
        return await self._request.fetch(ref)

    # Out

    async def send(self, chat: str, reply: Reply, /) -> str:
        """Send one reply, at most ``traits.text_limit`` long; the id of its last message. Raises DeliveryError.

        A picture that Zalo does not take is left out; its words are not. A file goes ahead of its words.
        """
        text = reply.text
        if reply.document:
            if is_link(reply.document):
                text = f"{text}\n{reply.document}".strip()
            else:
                number = await self._say(chat, await self._uploaded_document(reply.document))
                if not text and not reply.image:
                    return number
        if reply.image and (number := await self._with_picture(chat, reply.image, text)):
            return number
        if text == reply.text and (number := await self._with_list(chat, reply)):
            return number
        if units(text) > TEXT_LIMIT and reply.document:  # the link made it too long
            await self._say(chat, {"text": reply.text})
            text = reply.document
        return await self._say(chat, {"text": text})

    async def ask_contact(self, chat: str, title: str, subtitle: str, image_url: str) -> str:
        """Show Zalo's form for contact data; the message id. Raises DeliveryError. What a person enters there is not
        kept: see :mod:`bot.channels.zalo_oa_update`."""
        return await self._say(chat, contact_form(title, subtitle, image_url))

    async def _with_list(self, chat: str, reply: Reply) -> str:
        """The message id, or "" when the choices are to be read in the text: Zalo documents lists for its older API
        only, so that the first refusal ends them for this process."""
        message = choice_list(reply) if self._lists and not chat.startswith(GROUP) else None
        if message is None:
            return ""
        try:
            return await self._say(chat, message)
        except _ContentError as error:
            self._lists = False
            log.warning("zalo_oa_shows_no_lists", reason=str(error))
            return ""

    async def _with_picture(self, chat: str, source: str, text: str) -> str:
        """The message id, or "" when the picture cannot be shown."""
        try:
            element = {"url": source} if is_link(source) else await self._uploaded_picture(source)
            return await self._say(chat, picture(element, text))
        except (PictureError, _ContentError) as error:
            log.warning("zalo_oa_picture_left_out", reason=str(error))
            return ""

    async def _uploaded_picture(self, source: str) -> Json:
        content = await picture_bytes(source)
        return {"attachment_id": text_of(await self._uploaded(_IMAGE, source, content), "attachment_id")}

    async def _uploaded_document(self, source: str) -> Json:
        content = await document_bytes(source)
        return document(text_of(await self._uploaded(_FILE, source, content), "token"))

    async def _uploaded(self, path: str, source: str, content: bytes) -> Json:
        return await self._authorised(lambda token: self._request.upload(path, token, Path(source).name, content))

    async def _say(self, chat: str, message: Json) -> str:
        """Send one message of Zalo's; its id."""
        if not chat.startswith(GROUP):
            data = await self._routed({"recipient": {"user_id": chat}, "message": message})
            return text_of(data, "message_id", in_doubt=True)
        recipient = {"group_id": chat.removeprefix(GROUP)}
        data = await self._posted(_GROUP, {"recipient": recipient, "message": without_mentions(message)})
        number = text_of(data, "message_id", in_doubt=True)
        self._remember(number)
        return number

    async def _routed(self, body: Json) -> Json:
        """POST a message to a person, by the older address for accounts that are told to use it."""
        path = self._path
        try:
            return await self._posted(path, body)
        except _PathError:
            if path != _PERSON:
                raise
        log.warning("zalo_oa_uses_the_older_address", path=_PERSON_OLDER)
        self._path = _PERSON_OLDER
        return await self._posted(self._path, body)

    async def _posted(self, path: str, body: Json) -> Json:
        return await self._authorised(lambda token: self._request.send(path, token, body))

    async def _authorised(self, call: Callable[[str], Awaitable[_T]]) -> _T:
        """Call with the access token; once more with the next one when Zalo does not take it. Raises DeliveryError."""
        token = await self.tokens.access()
        try:
            try:
                result = await call(token)
            except RefusedError as error:
                if error.code.act is not Act.TOKEN:
                    raise
                result = await call(await self.tokens.instead_of(token))
        except RefusedError as error:
            refused = error
        else:
            self.tokens.taken()
            return result
        raise await self._failed(refused)

    async def _failed(self, error: RefusedError) -> DeliveryError:
        """An error code in the outbox's words; what an operator has to mend is told to the log."""
        act = error.code.act
        if act is not Act.TOKEN:
            self.tokens.taken()
        if act is Act.OPERATOR:
            log.error("zalo_oa_needs_an_administrator", reason=str(error))
        if error.number == _REMOVED:
            await self.tokens.revoked(str(error))
        if act is Act.PATH:
            return _PathError(str(error), permanent=True)
        if act is Act.CONTENT:
            return _ContentError(str(error), permanent=True)
        return failure(error, self._now())

    def _remember(self, number: str) -> None:
        self._said[number] = None
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)


class _PathError(DeliveryError):
    """This kind of account has to use the other address."""


class _ContentError(DeliveryError):
    """The message is not taken in this form."""


def _refused(status: int, why: str, reason: str) -> web.Response:
    metrics.REFUSED.labels(CHANNEL, why).inc()
    return web.Response(body=orjson.dumps({"error": reason}), status=status, content_type="application/json")
