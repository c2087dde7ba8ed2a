"""Sends what is queued: claims by lease, obeys each platform's speed, and believes nothing but the platform's id."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from collections import OrderedDict
from collections.abc import Mapping
from datetime import datetime, timedelta
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
from scheduler.calendar import VIETNAM
from scheduler.outbox import ANSWER

log = structlog.get_logger()


class Composer(Protocol):
    """Makes the words of messages that leave by themselves, when they leave."""

    async def compose(self, row: Outbox, /) -> list[Reply]:
        """What is true now; empty where nothing is left to say."""

    async def refused(self, session: AsyncSession, row: Outbox, reason: str, /) -> None:
        """The platform refuses this chat for good: try the next chat of whoever was meant."""


class Gate(Protocol):
    """The office's switch for all that is no answer."""

    async def open(self) -> bool:
        """False: only answers may leave. Asked at every round: cheap."""


class Delivery(Worker):
    """One per process; any number of processes may share a database."""

    name = "delivery"

    def __init__(
        self,
        storage: Storage,
        channels: Mapping[str, Channel],
        now: Clock,
        composer: Composer | None = None,
        gate: Gate | None = None,
    ) -> None:
        super().__init__(now)
        self._gate = gate
        self._storage = storage
        self._composer = composer
        self._channels = {name: channel for name, channel in channels.items() if not channel.traits.pulled}
        self._worker = f"{socket.gethostname()[:32]}:{os.getpid()}:{secrets.token_hex(4)}"
        self._looked_for_dead = False
        self._speed = {
            name: AsyncLimiter(max(1.0, channel.traits.per_second), 1.0) for name, channel in self._channels.items()
        }
        self._chats: OrderedDict[tuple[str, str], AsyncLimiter] = OrderedDict()
        self._under_way: dict[asyncio.Task[None], Outbox] = {}

    async def work(self) -> bool:
        if not self._channels:
            return False
        if all(self._free(name) <= 0 for name in self._channels):
            await asyncio.wait(self._under_way, return_when=asyncio.FIRST_COMPLETED)
            return True
        all_of_it = self._gate is None or await self._gate.open()
        async with self._storage.write() as session:
            now = self._now()
            if not self._looked_for_dead:
                await outbox.end_leases(session, _is_dead, now)
                self._looked_for_dead = True
            await outbox.hold_doubtful(session, now)
            rows = [
                row for name in self._channels for row in await self._claim(session, name, now, all_of_it=all_of_it)
            ]
        for row in await self._awake(rows, now):
            task = asyncio.create_task(self._send(row))
            self._under_way[task] = row
            task.add_done_callback(self._ended)
        return bool(rows)

    async def _awake(self, rows: list[Outbox], now: datetime) -> list[Outbox]:
        """What may be sent at this hour; what is no answer waits until a platform's quiet hours end."""
        asleep = {row.id: end for row in rows if (end := self._quiet_until(row, now))}
        if asleep:
            async with self._storage.write() as session:
                for row in rows:
                    if end := asleep.get(row.id):
                        await outbox.postpone(session, row, end)
        return [row for row in rows if row.id not in asleep]

    def _quiet_until(self, row: Outbox, now: datetime) -> datetime | None:
        quiet = self._channels[row.channel].traits.quiet
        if quiet is None or row.priority <= ANSWER.priority:
            return None
        start, end = quiet
        local = now.astimezone(VIETNAM)
        inside = start <= local.time() or local.time() < end if start > end else start <= local.time() < end
        if not inside:
            return None
        until = datetime.combine(local.date(), end, VIETNAM)
        return until if until > local else until + timedelta(days=1)

    async def _claim(self, session: AsyncSession, name: str, now: datetime, *, all_of_it: bool) -> list[Outbox]:
        """What one channel may send now: answers first; all else only as much as keeps the way free for answers."""
        answers = await outbox.claim(session, [name], self._worker, now, self._free(name), upto=ANSWER.priority)
        if not all_of_it:
            return answers
        most = min(self._free(name) - len(answers), self._bulk(name))
        return [*answers, *(await outbox.claim(session, [name], self._worker, now, most) if most > 0 else [])]

    def _free(self, name: str) -> int:
        return limits.SEND_SLOTS - sum(row.channel == name for row in self._under_way.values())

    def _bulk(self, name: str) -> int:
        """Slots for what is no answer: so few that an answer behind them leaves within :data:`limits.ANSWER_WAIT`."""
        most = int(self._channels[name].traits.per_second * limits.ANSWER_WAIT)
        busy = sum(row.channel == name and row.priority > ANSWER.priority for row in self._under_way.values())
        return max(1, min(most, limits.SEND_SLOTS - 1)) - busy

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._under_way.pop(task, None)
        self.wake()
        if not task.cancelled() and (error := task.exception()):
            log.error("delivery_task_failed", error=type(error).__name__)

    async def stop(self, within: float = limits.STOP_WITHIN) -> None:
        """Let the sends under way end; what was not sent goes back to the queue by its lease."""
        await super().stop(within)
        sending = list(self._under_way)
        if sending:
            await asyncio.wait(sending, timeout=within)
        for task in sending:
            task.cancel()
        await asyncio.gather(*sending, return_exceptions=True)

    async def _send(self, row: Outbox) -> None:
        platform_id = None
        try:
            for reply in await self._words(row):
                platform_id = await self._one(row, reply)
        except DeliveryError as error:
            await self._failed(row, error if platform_id is None else _in_the_middle(error))
        except TimeoutError:
            await self._failed(row, DeliveryError("no answer in time", in_doubt=True))
        except Exception as error:
            log.exception("channel_failed", channel=row.channel, outbox_id=row.id)
            reason = f"error in the channel: {type(error).__name__}"
            await self._failed(row, DeliveryError(reason, in_doubt=platform_id is not None))
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
        await self._pace(row).acquire()
        await self._speed[row.channel].acquire()
        async with asyncio.timeout(limits.SEND_TIMEOUT):
            platform_id = await self._channels[row.channel].send(row.chat, reply)
        if not platform_id:
            raise DeliveryError("the platform gave no message id", in_doubt=True)
        return platform_id

    def _pace(self, row: Outbox) -> AsyncLimiter:
        """The speed of one chat: a few messages at once, then as the platform allows. Silent chats are forgotten."""
        key = row.channel, row.chat
        pace = self._chats.pop(key, None)
        if pace is None:
            most = self._channels[row.channel].traits.per_chat_second * limits.CHAT_BURST
            pace = AsyncLimiter(max(1.0, most), limits.CHAT_BURST)
        self._chats[key] = pace
        while len(self._chats) > limits.CHATS_PACED:
            self._chats.popitem(last=False)
        return pace

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


def _in_the_middle(error: DeliveryError) -> DeliveryError:
    """A failure after the first of several messages: trying again would send those once more."""
    if error.permanent:
        return error
    return DeliveryError(error.reason, retry_after=error.retry_after, in_doubt=True)


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
