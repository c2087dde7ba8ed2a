"""Sends what is queued: claims by lease, obeys each platform's speed, and believes nothing but the platform's id."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections.abc import Mapping
from typing import Protocol

import structlog
from aiolimiter import AsyncLimiter
from sqlalchemy.ext.asyncio import AsyncSession

from bot import limits, metrics, outbox
from bot.channels.base import Channel, DeliveryError
from bot.clock import Clock
from bot.storage import Storage
from bot.tables import Outbox
from bot.worker import Worker
from handlers.message import Reply

log = structlog.get_logger()


class Composer(Protocol):
    """Makes the words of messages that leave by themselves, when they leave."""

    async def compose(self, row: Outbox, /) -> list[Reply]:
        """What is true now; empty where nothing is left to say."""

    async def refused(self, session: AsyncSession, row: Outbox, reason: str, /) -> None:
        """The platform refuses this chat for good: try the next chat of whoever was meant."""


class Delivery(Worker):
    """One per process; any number of processes may share a database."""

    name = "delivery"

    def __init__(
        self, storage: Storage, channels: Mapping[str, Channel], now: Clock, composer: Composer | None = None
    ) -> None:
        super().__init__(now)
        self._storage = storage
        self._composer = composer
        self._channels = {name: channel for name, channel in channels.items() if not channel.traits.pulled}
        self._worker = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._looked_for_dead = False
        self._speed = {
            name: AsyncLimiter(max(1.0, channel.traits.per_second), 1.0) for name, channel in self._channels.items()
        }
        self._under_way: dict[asyncio.Task[None], Outbox] = {}

    async def work(self) -> bool:
        slots = limits.SEND_SLOTS * len(self._channels) - len(self._under_way)
        if not self._channels:
            return False
        if slots <= 0:
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return True
        async with self._storage.write() as session:
            now = self._now()
            if not self._looked_for_dead:
                await outbox.end_leases(session, _is_dead, now)
                self._looked_for_dead = True
            await outbox.hold_doubtful(session, now)
            rows = await outbox.claim(session, list(self._channels), self._worker, now, slots)
        for row in rows:
            task = asyncio.create_task(self._send(row))
            self._under_way[task] = row
            task.add_done_callback(self._ended)
        return bool(rows)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self.wake()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery_task_failed", error=type(error).__name__)

    async def stop(self, within: float = limits.STOP_WITHIN) -> None:
        """Let the sends under way end; what was not sent goes back to the queue by its lease."""
        await super().stop(within)
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=within)
        for task in list(self._under_way):
            task.cancel()

    async def _send(self, row: Outbox) -> None:
        try:
            replies = await self._words(row)
            platform_id = None
            for reply in replies:
                platform_id = await self._one(row, reply)
        except DeliveryError as error:
            await self._failed(row, error)
        except TimeoutError:
            await self._failed(row, DeliveryError("no answer in time", in_doubt=True))
        except Exception as error:
            log.exception("channel_failed", channel=row.channel, outbox_id=row.id)
            await self._failed(row, DeliveryError(f"error in the channel: {type(error).__name__}"))
        else:
            if platform_id is None:
                await self._moot(row)
            else:
                await self._sent(row, platform_id)

    async def _words(self, row: Outbox) -> list[Reply]:
        if "compose" not in row.body:
            return [outbox.reply_of(row.body)]
        if self._composer is None:
            raise DeliveryError("nobody here composes messages")
        return await self._composer.compose(row)

    async def _one(self, row: Outbox, reply: Reply) -> str:
        await self._speed[row.channel].acquire()
        async with asyncio.timeout(limits.SEND_TIMEOUT):
            platform_id = await self._channels[row.channel].send(row.chat, reply)
        if not platform_id:
            raise DeliveryError("the platform gave no message id", in_doubt=True)
        return platform_id

    async def _moot(self, row: Outbox) -> None:
        async with self._storage.write() as session:
            await outbox.moot(session, row)

    async def _sent(self, row: Outbox, platform_id: str) -> None:
        async with self._storage.write() as session:
            await outbox.sent(session, row, platform_id, self._now())
        metrics.SENT.labels(row.channel, row.kind).inc()

    async def _failed(self, row: Outbox, error: DeliveryError) -> None:
        async with self._storage.write() as session:
            await outbox.failed(session, row, error, self._now())
            if error.permanent and self._composer is not None:
                await self._composer.refused(session, row, error.reason)
        how = "permanent" if error.permanent else "in_doubt" if error.in_doubt else "retry"
        metrics.SEND_FAILED.labels(row.channel, how).inc()
        log.warning("not_delivered", channel=row.channel, outbox_id=row.id, how=how, attempts=row.attempts)


def _is_dead(worker: str) -> bool:
    """Whether a worker ran on this machine in a process that is gone; of other machines nothing is known."""
    host, _, rest = worker.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname()[:32] or not pid.isdecimal() or int(pid) == os.getpid():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
