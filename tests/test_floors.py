"""The floors are held by a machine: each contract really catches an injected import."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = ("bot", "handlers", "knowledge", "scheduler")

FORBIDDEN = [
    ("knowledge/normalize.py", "import handlers.message", "A room imports only from rooms below it"),
    ("handlers/message.py", "import bot.limits", "A room imports only from rooms below it"),
    ("knowledge/normalize.py", "import scheduler.outbox", "A room imports only from rooms below it"),
    ("scheduler/outbox.py", "import knowledge.reading", "A room imports only from rooms below it"),
    ("bot/delivery.py", "import telegram", "telegram only in its channel"),
    ("bot/delivery.py", "import apscheduler", "apscheduler only in the file that ticks"),
    ("handlers/router.py", "import aiohttp", "aiohttp only under bot"),
    ("handlers/router.py", "import rapidfuzz", "rapidfuzz only in knowledge"),
    ("handlers/ask.py", "import sqlmodel", "No database, network or settings below bot"),
    ("knowledge/reading.py", "def late() -> None:\n    import sqlite3", "No database, network or settings below bot"),
]


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as main; main()"
    command = [sys.executable, "-c", program, "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A copy of the four rooms and their contracts."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__", "data", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_house_as_it_stands_breaks_no_contract(house: Path) -> None:
    done = lint(house)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("file", "line", "contract"), FORBIDDEN, ids=[f"{f}: {c}" for f, _, c in FORBIDDEN])
def test_a_forbidden_import_is_caught(house: Path, file: str, line: str, contract: str) -> None:
    with (house / file).open("a", encoding="utf-8") as code:
        code.write(f"\n{line}\n")
    done = lint(house)
    assert done.returncode != 0
    broken = [text for text in done.stdout.splitlines() if " BROKEN" in text]
    assert any(text.startswith(contract) for text in broken), done.stdout
