"""Empty databases that are migrated already: the changes run once in a process, and each test takes a copy.

Else it would be half a second in each of a thousand tests. That the changes lead to the tables of the code is asked of
such copies in :mod:`tests.bot.test_storage`.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from pathlib import Path

import asyncpg
from sqlalchemy import URL, make_url

from bot.settings import Settings
from bot.storage import migrate

_sqlite: list[bytes] = []
_postgresql: dict[str, str] = {}
"""Name of the migrated database, by the address of its server."""


async def lay_sqlite(path: Path) -> None:
    """Put an empty database at a path."""
    if not _sqlite:
        with tempfile.TemporaryDirectory() as folder:
            first = Path(folder) / "empty.db"
            await migrate(f"sqlite+aiosqlite:///{first}")
            _sqlite.append(first.read_bytes())
    path.write_bytes(_sqlite[0])


async def lay(settings: Settings) -> Settings:
    """Put an empty database where a program of these settings looks for its SQLite file."""
    path = make_url(settings.database).database
    assert path
    await lay_sqlite(Path(path))
    return settings


async def new_postgresql(base: str) -> str:
    """Make an empty database on a server: its address for SQLAlchemy."""
    admin = await asyncpg.connect(base)
    try:
        if base not in _postgresql:
            model = f"m{secrets.token_hex(6)}"
            await admin.execute(f"CREATE DATABASE {model}")
            await migrate(_address(base, model))
            _postgresql[base] = model
        name = f"t{secrets.token_hex(6)}"
        await admin.execute(f"CREATE DATABASE {name} TEMPLATE {_postgresql[base]}")
    finally:
        await admin.close()
    return _address(base, name)


async def drop_postgresql(base: str, url: str) -> None:
    """Remove a database of ours."""
    admin = await asyncpg.connect(base)
    await admin.execute(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")
    await admin.close()


def leave_postgresql(base: str) -> None:
    """Remove the database that the others were copied from."""
    if model := _postgresql.pop(base, None):
        asyncio.run(drop_postgresql(base, _address(base, model)))


def _address(base: str, name: str) -> str:
    url: URL = make_url(base).set(drivername="postgresql+asyncpg", database=name)
    return url.render_as_string(hide_password=False)
