"""A hundred officials at the office's page at once, on SQLite: how long they wait for a page.

``python -m tests.benchmarks.office_pages [OFFICIALS SECONDS]``: the whole program in a process of its own, with a
plan (16 wards, a year of weeks) and some thousand questions. Everybody opens one page after the other as their menu
offers them, looks at each for 2 to 6 seconds, and one page in twenty is a form that changes something. Then all of them
open their first page in the same moment. Beside each figure stands the same page asked for by one official alone, in
the same run: times are of a shared machine.
"""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import random
import re
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import aiohttp
from sqlalchemy import insert

from bot.app import App
from bot.office import access, people, plans
from bot.settings import Settings
from bot.tables import PlanState, Question
from bot.web.office.shell import COOKIE, HOME
from handlers.duties import Role
from handlers.message import Address
from scheduler.calendar import VIETNAM
from scheduler.plan import Kind, Owner, Plan, Reading, Schedule, Task

NOW = datetime(2024, 6, 14, 8, tzinfo=VIETNAM)
ROLES = (Role.OFFICER, Role.OFFICER, Role.OFFICER, Role.COORDINATOR, Role.MONITOR, Role.EDITOR, Role.APPROVER)
LOOKS = (2.0, 6.0)
WRITES = 0.05
QUESTIONS = 20_000
ALONE = 5


@dataclass
class Waited:
    """Seconds until a page was there, by its place in the menu."""

    alone: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    busy: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    together: list[float] = field(default_factory=list)
    wrong: int = 0


def _percentile(values: Sequence[float], percent: float) -> float:
    """In milliseconds."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))] * 1000 if ordered else 0.0


# The program


def serve(folder: str, officials: int, pipe: Connection) -> None:
    """Run the program over an office of that size; tell the port and the cookies."""
    asyncio.run(_serve(Path(folder), officials, pipe))


async def _serve(folder: Path, officials: int, pipe: Connection) -> None:
    app = App(Settings(data_dir=folder, port=0, office_name="Đo"), now=lambda: NOW)
    await app.start()
    secrets = await _fill(app, officials)
    pipe.send((app.port, secrets))
    while not pipe.poll():
        await asyncio.sleep(0.2)
    await app.stop()


async def _fill(app: App, officials: int) -> list[str]:
    wards = [unit.id for unit in app.rules.units.expand("@all_wards", NOW.date())]
    weekly = Schedule(Kind.RECURRING, ("FREQ=WEEKLY;BYDAY=FR",), date(2024, 1, 1), date(2024, 12, 31))
    tasks = [
        Task(str(n), f"Tuyên truyền {n}", tuple(Owner(one, one) for one in wards), (), "hằng tuần", weekly)
        for n in range(1, 6)
    ]
    async with app.storage.write() as session:
        kept = await plans.bring_in(session, Reading(Plan("Kế hoạch", 2024), tuple(tasks)), "k.docx", "k", NOW)
        row = await plans.find(session, kept.id, PlanState.DRAFT)
        choices = plans.Choices("Đo", {}, accept=True, since=date(2024, 1, 1))
        await plans.confirm(session, app.rules, row, choices, NOW)
        secrets = []
        for number in range(officials):
            role = ROLES[number % len(ROLES)]
            chat = Address("telegram", str(number))
            unit = wards[number % len(wards)] if role is Role.OFFICER else "bg.p.nv"
            code = await people.invite(session, unit, role, NOW)
            await people.join(session, code, chat, NOW)
            secrets.append(await access.begin(session, chat, NOW, device="Chrome", trusted=False))
        await _ask(session)
    return secrets


async def _ask(session: object) -> None:
    asked = [
        {
            "id": 10_000_000 + n,
            "asked_at": NOW.astimezone(UTC) - timedelta(minutes=7 * n),
            "channel": ("web", "telegram", "zalo-oa")[n % 3],
            "text": f"câu hỏi {n % 400}",
            "decision": ("answer", "answer", "clarify", "decline")[n % 4],
            "facet": "fee",
            "candidates": [["1.001193", 0.9]],
        }
        for n in range(QUESTIONS)
    ]
    for first in range(0, len(asked), 500):
        await session.execute(insert(Question), asked[first : first + 500])  # type: ignore[attr-defined]


# Those who look


async def _menu(http: aiohttp.ClientSession) -> list[str]:
    async with http.get(HOME) as answer:
        text = await answer.text()
    nav = text[text.index("<nav") : text.index("</nav>")]
    return re.findall(r'href="([^"]+)"', nav)


async def _timed(http: aiohttp.ClientSession, path: str, waited: Waited) -> float:
    began = time.perf_counter()
    async with http.get(path) as answer:
        await answer.read()
        waited.wrong += answer.status != 200
    return time.perf_counter() - began


def _client(port: int, secret: str) -> aiohttp.ClientSession:
    address = f"http://127.0.0.1:{port}"
    return aiohttp.ClientSession(address, headers={"Cookie": f"{COOKIE}={secret}", "Origin": address})


async def _official(port: int, secret: str, until: float, chance: random.Random, waited: Waited) -> None:
    async with _client(port, secret) as http:
        await asyncio.sleep(chance.uniform(0, LOOKS[1]))
        menu = await _menu(http)
        while time.monotonic() < until:
            path = chance.choice(menu)
            waited.busy[path].append(await _timed(http, path, waited))
            if chance.random() < WRITES:
                async with http.post(f"{HOME}/thiet-bi/1/ra") as answer:
                    await answer.read()
            await asyncio.sleep(chance.uniform(*LOOKS))


async def look(port: int, secrets: list[str], seconds: float) -> Waited:
    """One alone, then all for some seconds, then all in one moment."""
    waited = Waited()
    for secret in secrets[: len(ROLES)]:
        async with _client(port, secret) as http:
            for path in await _menu(http):
                for _ in range(ALONE):
                    waited.alone[path].append(await _timed(http, path, waited))
    chance = random.Random(7)  # noqa: S311 - a benchmark
    until = time.monotonic() + seconds
    await asyncio.gather(*(_official(port, secret, until, chance, waited) for secret in secrets))
    clients = [_client(port, secret) for secret in secrets]
    waited.together = await asyncio.gather(*(_timed(client, HOME, waited) for client in clients))
    for client in clients:
        await client.close()
    return waited


def told(waited: Waited) -> list[str]:
    """The figures, a line a page."""
    lines = [f"{'page':<28} {'pages':>6} {'p50':>6} {'p95':>6} {'p99':>6} ms   alone p50  p95 / alone"]
    everything = [value for values in waited.busy.values() for value in values]
    for path, values in sorted(waited.busy.items()):
        lines.append(_line(path, values, waited.alone.get(path, values)))
    lines.append(_line("all", everything, [value for values in waited.alone.values() for value in values]))
    half, last = _percentile(waited.together, 50), max(waited.together) * 1000
    lines.append(f"all in one moment, {HOME}: p50 {half:.0f} ms, last {last:.0f} ms")
    lines.append(f"answers other than 200: {waited.wrong}")
    return lines


def _line(path: str, busy: Sequence[float], alone: Sequence[float]) -> str:
    p50, p95, p99 = (_percentile(busy, percent) for percent in (50, 95, 99))
    one = _percentile(alone, 50)
    return f"{path:<28} {len(busy):>6} {p50:>6.0f} {p95:>6.0f} {p99:>6.0f}      {one:>6.0f}    {p95 / one:>6.1f}"


def main(officials: int = 100, seconds: float = 60.0) -> None:
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = context.Pipe()
        program = context.Process(target=functools.partial(serve, folder, officials, theirs))
        program.start()
        port, secrets = ours.recv()
        waited = asyncio.run(look(port, secrets, seconds))
        ours.send("stop")
        program.join()
    print(f"{officials} officials, {seconds:.0f} s, SQLite, looking at a page for {LOOKS[0]:.0f}-{LOOKS[1]:.0f} s")
    print("\n".join(told(waited)))


if __name__ == "__main__":
    main(*(int(value) for value in sys.argv[1:]))
