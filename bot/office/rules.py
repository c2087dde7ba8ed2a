"""What the office's plan work goes by: units, working time, the policy of reminding. Data files, read once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.settings import Settings
from scheduler import calendar, policy, units
from scheduler.calendar import Calendar
from scheduler.policy import Policy
from scheduler.units import Units


@dataclass(frozen=True, slots=True)
class Rules:
    units: Units
    calendar: Calendar
    policy: Policy
    pushable: tuple[str, ...] = ()
    """Channels that can write to a person first."""


FOLDER = "office"
"""Folder under DATA_DIR for the office's own files of the same names as the shipped ones in scheduler/data."""


def own(data_dir: Path, name: str) -> Path | None:
    """The office's own file of that name, where it has one."""
    path = data_dir / FOLDER / name
    return path if path.exists() else None


def load(settings: Settings) -> Rules:
    """Read the office's own files, or the shipped ones. Raises OfficeFileError, a Vietnamese line a mistake."""
    folder = settings.data_dir
    return Rules(
        units.load(own(folder, "units.yaml") or units.FILE),
        calendar.load(own(folder, "workdays.yaml")),
        policy.load(own(folder, "reminders.yaml")),
        settings.pushable,
    )
