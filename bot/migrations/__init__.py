"""Schema changes, one file each under ``versions/``, the same for SQLite and PostgreSQL."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config


def config(url: str) -> Config:
    """Alembic's configuration; there is no alembic.ini, so the address never stands in a file."""
    settings = Config()
    settings.set_main_option("script_location", str(Path(__file__).parent))
    settings.attributes["url"] = url
    return settings


def upgrade(url: str, revision: str = "head") -> None:
    """Apply all changes that are missing."""
    command.upgrade(config(url), revision)


def check(url: str) -> None:
    """Raise when the tables in code differ from the database's."""
    command.check(config(url))


def new(url: str, message: str) -> None:
    """Write the next change from the difference between code and database, for a person to read and mend."""
    directory = Path(__file__).parent / "versions"
    number = f"{len(list(directory.glob('[0-9]*.py'))) + 1:04d}"
    command.revision(config(url), message, autogenerate=True, rev_id=number)
