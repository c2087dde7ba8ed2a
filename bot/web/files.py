"""POST /api/chat/file: a picture or file from an official's chat page. Citizens' files are refused and not stored."""

from __future__ import annotations

import asyncio
import io
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from PIL import Image

from bot import limits
from bot.office.evidence import FOLDER, HERE, store
from bot.web.chat import WEB, Answering, RefusedError, session_of
from handlers.message import Address, Media, Message

KINDS = {"JPEG": "image", "PNG": "image", "WEBP": "image", "GIF": "image"}


class FileApi:
    """One route. ``is_official`` says whether a chat is linked to a role."""

    def __init__(self, answering: Answering, is_official: Callable[[Address], Awaitable[bool]], data_dir: Path) -> None:
        self._answering = answering
        self._is_official = is_official
        self._folder = data_dir / FOLDER

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/api/chat/file", self.post)]

    async def post(self, request: web.Request) -> web.Response:
        try:
            session = session_of(request)
            self._answering.slow_down(request, session)
            if not await self._is_official(Address(WEB.name, session)):
                raise RefusedError(403, "Chỉ cán bộ đã liên kết mới gửi được tệp ở đây.", "not_official")
            data = await _body(request)
            kind = await asyncio.to_thread(_kind, data)
            sha256 = await asyncio.to_thread(store, self._folder, data)
            name = Path(request.query.get("name", "")).name[:200]
            media = Media(kind, f"{HERE}{sha256}", name, len(data))
            number = request.query.get("id", "") or secrets.token_urlsafe(12)
            message = Message(f"{session}:{number[:64]}", Address(WEB.name, session), session, media=(media,))
            return await self._answering.answer(message, session)
        except RefusedError as refused:
            return refused.response()


async def _body(request: web.Request) -> bytes:
    parts = []
    size = 0
    async for chunk in request.content.iter_chunked(64 * 1024):
        size += len(chunk)
        if size > limits.EVIDENCE_BYTES:
            most = limits.EVIDENCE_BYTES // (1024 * 1024)
            raise RefusedError(413, f"Tệp lớn hơn {most} MB. Anh/chị gửi tệp nhỏ hơn giúp em nhé.", "too_large")
        parts.append(chunk)
    if not size:
        raise RefusedError(400, "Tệp rỗng.", "empty")
    return b"".join(parts)


def _kind(data: bytes) -> str:
    """What a file is, by its own bytes and not by its name."""
    try:
        with Image.open(io.BytesIO(data)) as picture:
            return KINDS.get(picture.format or "", "file")
    except (OSError, ValueError, Image.DecompressionBombError):
        return "file"
