"""The web chat: POST /api/chat asks, GET /api/chat shows a conversation again."""

from __future__ import annotations

import ipaddress
import re
import secrets
from typing import Any

import orjson
from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot import limits, metrics
from bot.channels.base import PulledChannel
from bot.exchange import Exchange, Line
from bot.inbox import OverloadedError
from bot.intake import Rate
from handlers.message import Address, Choice, Message, Reply

WEB = PulledChannel("web", buttons=True, markup=True)


class ChatRequest(BaseModel):
    """Body of POST /api/chat. ``id`` makes a repeated request harmless: it is answered once."""

    model_config = ConfigDict(extra="forbid", strict=True)

    session: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")
    text: str | None = None
    action: str | None = Field(default=None, max_length=limits.MAX_ACTION_BYTES)
    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9_-]{1,64}$")


_REASONS = {
    "session": "Mã phiên (session) phải gồm 1–64 chữ cái không dấu, chữ số, dấu - hoặc _.",
    "text": "Câu hỏi (text) phải là một chuỗi chữ.",
    "action": "Nút bấm (action) phải là chuỗi chữ ngắn, tối đa 64 ký tự.",
    "id": "Mã tin nhắn (id) phải gồm 1–64 chữ cái không dấu, chữ số, dấu - hoặc _.",
}


class RefusedError(Exception):
    """A request that is not stored, with a reason in Vietnamese."""

    def __init__(self, status: int, reason: str, why: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(why)
        self.status, self.reason, self.why, self.headers = status, reason, why, headers or {}

    def response(self) -> web.Response:
        metrics.REFUSED.labels("api", self.why).inc()
        return _json({"error": self.reason}, self.status, self.headers)


def _json(body: dict[str, Any], status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(body=orjson.dumps(body), status=status, content_type="application/json", headers=headers)


def reply_json(reply: Reply) -> dict[str, Any]:
    return {"text": reply.text, "choices": [choice_json(choice) for choice in reply.choices]}


def choice_json(choice: Choice) -> dict[str, str | None]:
    return {"label": choice.label, "action": choice.action, "url": choice.url}


class Answering:
    """Answers a message of a web session, not faster than people write."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._users = Rate(*limits.USER_RATE)
        self._hosts = Rate(*limits.HOST_RATE)

    async def answer(self, message: Message, session: str) -> web.Response:
        """Store the message and wait for its answer. Raises RefusedError."""
        try:
            answer = await self._exchange.say(message)
        except OverloadedError:
            busy = "Nhiều người đang hỏi quá, anh/chị thử lại sau ít phút giúp em nhé."
            raise RefusedError(503, busy, "overloaded", {"Retry-After": "5"}) from None
        if answer is None:
            slow = "Em chưa trả lời kịp. Anh/chị bấm thử lại giúp em nhé."
            raise RefusedError(503, slow, "timeout", {"Retry-After": "2"})
        body = {
            "session": session,
            "replies": [reply_json(reply) for reply in answer.replies],
            "decision": answer.decision,
            "facet": answer.facet,
            "codes": list(answer.codes),
        }
        return _json({**body, "files": True} if answer.official else body)

    def slow_down(self, request: web.Request, session: str) -> None:
        if not (self._hosts.allows(host_of(request)) and self._users.allows(session)):
            slow = "Anh/chị nhắn nhanh quá. Anh/chị chờ vài giây rồi gửi lại giúp em nhé."
            raise RefusedError(429, slow, "rate", {"Retry-After": str(int(self._users.seconds))})


class ChatApi:
    """The two routes of the web chat."""

    def __init__(self, exchange: Exchange, answering: Answering) -> None:
        self._exchange = exchange
        self._answering = answering

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/chat", self.post), web.get("/api/chat", self.get)]

    async def post(self, request: web.Request) -> web.Response:
        try:
            asked = _parsed(await _body(request))
            session = asked.session or secrets.token_urlsafe(18)
            self._answering.slow_down(request, session)
            return await self._answering.answer(_message(asked, session), session)
        except RefusedError as refused:
            return refused.response()

    async def get(self, request: web.Request) -> web.Response:
        """Show a conversation again. Only sessions that we made are long enough to be asked for."""
        session = request.query.get("session", "")
        lines = await self._exchange.history(WEB.name, session) if len(session) >= 20 else []
        if not lines:
            return _json({"error": "Không có cuộc trò chuyện này."}, 404)
        return _json({"session": session, "messages": _messages(lines)})


def _message(asked: ChatRequest, session: str) -> Message:
    return Message(
        id=f"{session}:{asked.id or secrets.token_urlsafe(12)}",
        address=Address(WEB.name, session),
        sender=session,
        text=asked.text or "",
        action=asked.action,
    )


def session_of(request: web.Request) -> str:
    """The session that a request names in its address. Raises RefusedError."""
    session = request.query.get("session", "")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", session):
        raise RefusedError(400, _REASONS["session"], "bad_fields")
    return session


def _messages(lines: list[Line]) -> list[dict[str, Any]]:
    labels: dict[str, str] = {}
    messages = []
    for line in lines:
        if line.reply:
            labels |= {choice.action: choice.label for choice in line.reply.choices if choice.action}
            messages.append({"from": "bot", **reply_json(line.reply)})
        else:
            text = line.text or labels.get(line.action or "", "")
            messages.append({"from": "me", "text": text, "choices": []})
    return messages


async def _body(request: web.Request) -> bytes:
    body = b""
    async for chunk in request.content.iter_chunked(16 * 1024):
        body += chunk
        if len(body) > limits.MAX_BODY_BYTES:
            raise RefusedError(413, "Tin nhắn dài quá. Anh/chị hỏi ngắn từng việc giúp em nhé.", "too_large")
    return body


def _parsed(body: bytes) -> ChatRequest:
    try:
        asked = ChatRequest.model_validate(orjson.loads(body))
    except orjson.JSONDecodeError:
        raise RefusedError(400, "Nội dung gửi lên không phải JSON (UTF-8) hợp lệ.", "bad_json") from None
    except ValidationError as error:
        raise RefusedError(400, _reason(error), "bad_fields") from None
    if asked.action is None and not (asked.text or "").strip():
        raise RefusedError(400, "Anh/chị chưa gõ câu hỏi.", "empty")
    return asked


def _reason(error: ValidationError) -> str:
    reasons = []
    for problem in error.errors(include_input=False, include_context=False):
        name = str(problem["loc"][0]) if problem["loc"] else ""
        unknown = f"Không hiểu trường “{name[:40]}”." if name else "Nội dung gửi lên phải là một đối tượng JSON."
        reasons.append(_REASONS.get(name, unknown))
    return " ".join(dict.fromkeys(reasons))


def host_of(request: web.Request) -> str:
    """Who is asking. A proxy on this machine tells it in X-Forwarded-For; nobody else is believed."""
    remote = request.remote or ""
    forwarded = request.headers.get("X-Forwarded-For", "").rsplit(",", 1)[-1].strip()
    try:
        local = ipaddress.ip_address(remote).is_loopback
    except ValueError:
        local = True
    return forwarded or remote if local else remote
