"""The only place that reads the clock. Whoever needs the time is given a :data:`Clock`, so that tests can set it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]
"""Gives this moment, aware, in UTC."""


def now() -> datetime:
    return datetime.now(UTC)
