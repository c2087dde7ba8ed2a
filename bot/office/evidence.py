"""Keeps what units send as proof: a copy with its SHA-256, and a look whether the picture was used before."""

from __future__ import annotations

import asyncio
import hashlib
import io
import secrets
from collections.abc import Mapping
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import structlog
from PIL import Image, ImageOps
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.channels.base import Channel, DeliveryError
from bot.clock import Clock
from bot.storage import Storage
from bot.tables import Evidence, Submission
from bot.worker import Worker
from scheduler.ledger import ProofKind
from scheduler.outbox import pause

log = structlog.get_logger()

FOLDER = "minh-chung"
LIKE = 6
"""Pictures whose perceptual hashes differ in at most this many of 64 bits look the same: re-compressed, scaled."""
SIDE = 8
HERE = "sha256:"
"""Beginning of the reference of a file that came by our own door and lies in the folder already."""


class EvidenceKeeper(Worker):
    """Fetches what was sent from the platform soon after, before its address runs out."""

    name = "evidence"

    def __init__(self, storage: Storage, channels: Mapping[str, Channel], folder: Path, now: Clock) -> None:
        super().__init__(now)
        self._storage = storage
        self._channels = channels
        self._folder = folder / FOLDER

    async def work(self) -> bool:
        waiting = (
            select(Evidence)
            .where(col(Evidence.state) == "pending", col(Evidence.not_before) <= self._now())
            .order_by(col(Evidence.id))
            .limit(limits.EVIDENCE_BATCH)
        )
        async with self._storage.read() as session:
            rows = list((await session.execute(waiting)).scalars())
        for row in rows:
            if self._stopping:
                return False
            await self._keep(row)
        return len(rows) == limits.EVIDENCE_BATCH

    async def _keep(self, row: Evidence) -> None:
        try:
            async with asyncio.timeout(limits.EVIDENCE_TIMEOUT):
                data = await self._fetch(row)
            sha256, likeness = await asyncio.to_thread(self._store, data, row.kind)
        except (DeliveryError, TimeoutError, OSError) as error:
            await self._failed(row, error)
            return
        async with self._storage.write() as session:
            kept = await session.get(Evidence, row.id)
            if kept is None or kept.state != "pending":
                return
            kept.state, kept.sha256, kept.likeness, kept.size = "kept", sha256, likeness, len(data)
            kept.twin = await _twin(session, kept)
            session.add(kept)

    async def _fetch(self, row: Evidence) -> bytes:
        if row.ref.startswith(HERE):
            return await asyncio.to_thread(path_of(self._folder, row.ref.removeprefix(HERE)).read_bytes)
        channel = self._channels.get(row.channel)
        if channel is None:
            raise DeliveryError(f"no channel {row.channel}")
        data = await channel.download(row.ref)
        if len(data) > limits.EVIDENCE_BYTES:
            raise DeliveryError("file too large", permanent=True)
        return data

    def _store(self, data: bytes, kind: str) -> tuple[str, str | None]:
        return store(self._folder, data), likeness(data) if kind == ProofKind.PHOTO else None

    async def _failed(self, row: Evidence, error: Exception) -> None:
        final = isinstance(error, DeliveryError) and error.permanent
        log.warning("evidence_not_kept", evidence_id=row.id, channel=row.channel, error=type(error).__name__)
        async with self._storage.write() as session:
            kept = await session.get(Evidence, row.id)
            if kept is None:
                return
            kept.attempts += 1
            kept.not_before = self._now() + max(pause(kept.attempts), timedelta(seconds=30))
            if final or kept.attempts >= limits.EVIDENCE_ATTEMPTS:
                kept.state = "failed"
            session.add(kept)


def store(folder: Path, data: bytes) -> str:
    """Write a copy under its SHA-256, once; the hash."""
    sha256 = hashlib.sha256(data).hexdigest()
    path = path_of(folder, sha256)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_suffix(f".{secrets.token_hex(4)}")
        unfinished.write_bytes(data)
        unfinished.rename(path)
    return sha256


def path_of(folder: Path, sha256: str) -> Path:
    """Where a copy lies: two levels, so that no folder grows too large."""
    return folder / sha256[:2] / sha256


def likeness(data: bytes) -> str | None:
    """Difference hash of a picture, 64 bits in hexadecimal; None: it cannot be read as one.

    Each bit says whether a point of the picture, scaled to 9 x 8 grey points, is darker than its right neighbour:
    scaling and compressing again change little of that.
    """
    try:
        with Image.open(io.BytesIO(data)) as picture:
            small = ImageOps.exif_transpose(picture).convert("L").resize((SIDE + 1, SIDE), Image.Resampling.LANCZOS)
    except (OSError, ValueError, Image.DecompressionBombError):
        return None
    points = list(small.tobytes())
    bits = 0
    for row in range(SIDE):
        line = points[row * (SIDE + 1) : (row + 1) * (SIDE + 1)]
        for left, right in pairwise(line):
            bits = bits << 1 | (left < right)
    return f"{bits:016x}"


async def _twin(session: AsyncSession, row: Evidence) -> int | None:
    """The first earlier picture of another occurrence that is the same file or looks the same."""
    if row.kind != ProofKind.PHOTO:
        return None
    here = await session.get(Submission, row.submission_id)
    earlier = (
        select(col(Evidence.id), col(Evidence.sha256), col(Evidence.likeness))
        .join(Submission, col(Submission.id) == col(Evidence.submission_id))
        .where(
            col(Evidence.kind) == ProofKind.PHOTO,
            col(Evidence.state) == "kept",
            col(Evidence.id) < row.id,
            col(Submission.occurrence_id) != (here.occurrence_id if here else 0),
            col(Submission.state) != "withdrawn",
        )
        .order_by(col(Evidence.id))
    )
    mine = int(row.likeness, 16) if row.likeness else None
    for number, sha256, other in await session.execute(earlier):
        if sha256 == row.sha256 or (mine is not None and other and (mine ^ int(other, 16)).bit_count() <= LIKE):
            return number
    return None
