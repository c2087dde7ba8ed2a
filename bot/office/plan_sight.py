"""Which lines of a plan are for units in somebody's sight, and whether the plan as a whole is theirs to change."""

from __future__ import annotations

from collections.abc import Collection

from bot.office import periods
from bot.office.rules import Rules
from scheduler.plan import Plan, Reading, Task

Sight = Collection[str] | None
"""Ids of units; None: all."""


def touches(task: Task, plan: Plan, sight: Sight, rules: Rules) -> bool:
    """Whether a unit in sight has the lead of a task."""
    return sight is None or any(unit in sight for unit in _leads(task, plan, rules))


def wholly(task: Task, plan: Plan, sight: Sight, rules: Rules) -> bool:
    """Whether all who have the lead of a task are known and in sight."""
    if sight is None:
        return True
    units = _leads(task, plan, rules)
    return bool(units) and all(owner.unit for owner in task.lead) and all(unit in sight for unit in units)


def theirs(reading: Reading, sight: Sight, rules: Rules) -> bool:
    """Whether everything that a plan asks is asked of units in sight."""
    return all(wholly(task, reading.plan, sight, rules) for task in reading.tasks)


def _leads(task: Task, plan: Plan, rules: Rules) -> list[str]:
    return periods.leads(rules, task, plan, plan.window[0])
