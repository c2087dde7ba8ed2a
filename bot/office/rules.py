"""What the office's plan work goes by: units, working time, the policy of reminding. Data files, read once."""

from __future__ import annotations

from dataclasses import dataclass

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


def load(pushable: tuple[str, ...] = ()) -> Rules:
    """Read the shipped data files. Raises the error of the file that is wrong, with a Vietnamese line."""
    return Rules(units.load(), calendar.load(), policy.load(), pushable)
