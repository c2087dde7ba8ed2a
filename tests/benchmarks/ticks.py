"""How long a tick takes when all comes due at once: 10,000 units with 20 tasks each, all reminded of this morning.

``python -m tests.benchmarks.ticks [UNITS TASKS]`` on a fresh SQLite file: the first tick makes the messages, the second
finds nothing to do. Memory is the growth of the process's peak during the first tick.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import tempfile
import time
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from bot.office.reminding import Reminding
from bot.office.rules import Rules
from bot.storage import Storage, migrate
from bot.tables import Link, Member, Occurrence, Plan, Task
from scheduler import calendar, policy, reminders, units
from scheduler.calendar import VIETNAM
from scheduler.ledger import Rhythm
from scheduler.plan import Kind, Schedule

DUE = date(2026, 3, 31)
MORNING = datetime(2026, 3, 31, 8, 0, tzinfo=VIETNAM)
BATCH = 1000


async def main(count: int, tasks: int) -> None:
    rules = Rules(units.load(), calendar.load(), policy.load(), ("recorder",))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite+aiosqlite:///{Path(folder) / 'ticks.db'}"
        await migrate(url)
        storage = Storage(url)
        began = time.perf_counter()
        await _fill(storage, rules, count, tasks)
        print(f"{count} units x {tasks} tasks: {count * tasks} rows written in {time.perf_counter() - began:.1f} s")
        reminding = Reminding(storage, rules)
        for name in ("first tick, everything due", "second tick, nothing due"):
            before = _peak()
            began = time.perf_counter()
            made = await reminding.tick(MORNING)
            seconds = time.perf_counter() - began
            print(f"{name}: {seconds:.2f} s, {made} messages, peak memory +{_peak() - before:.0f} MB")
        await storage.close()


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _fill(storage: Storage, rules: Rules, count: int, tasks: int) -> None:
    schedule = Schedule(Kind.RECURRING, ("FREQ=MONTHLY;BYMONTHDAY=-1",), date(2026, 1, 1), date(2026, 12, 31))
    async with storage.write() as session:
        plan = Plan(title="Đo", year=2026, file="", digest="", body={}, imported_at=MORNING, state="confirmed")
        session.add(plan)
        await session.flush()
        rows = [
            Task(plan_id=plan.id or 0, tt=str(n), content=f"Việc {n}", body={}, cadence=schedule.to_json())
            for n in range(tasks)
        ]
        session.add_all(rows)
        await session.flush()
        numbers = [row.id for row in rows]
    stages = reminders.stages(Rhythm.PERIODIC, DUE, None, rules.calendar.default, rules.policy)
    shared: dict[str, Any] = {
        "period": "2026-03",
        "label": "tháng 3/2026",
        "begins": date(2026, 3, 1),
        "ends": DUE,
        "due_on": DUE,
        "due": reminders.due_moment(DUE, None),
        "deadline": reminders.deadline(DUE, None, rules.calendar.default),
        "soon": stages[0].at,
        "next_at": stages[-1 - len(policy.LADDER)].at,
        "mark": "open",
        "reason": "",
        "snoozes": 0,
    }
    for first in range(0, count, BATCH):
        span = range(first, min(first + BATCH, count))
        async with storage.write() as session:
            await session.execute(
                insert(Member),
                [{"id": n + 1, "unit": f"u{n}", "role": "officer", "created_at": MORNING} for n in span],
            )
            await session.execute(
                insert(Link),
                [
                    {"member_id": n + 1, "channel": "recorder", "chat": f"c{n}", "state": "open", "since": MORNING}
                    for n in span
                ],
            )
            for task in numbers:
                await session.execute(insert(Occurrence), [{"task_id": task, "unit": f"u{n}", **shared} for n in span])


if __name__ == "__main__":
    chosen = [int(value) for value in sys.argv[1:]] or [10_000, 20]
    asyncio.run(main(*chosen))
