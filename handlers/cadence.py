"""A rhythm in words, as whoever confirms a plan reads it: "mỗi tuần, thứ Sáu", "ngày cuối mỗi tháng"."""

from __future__ import annotations

from datetime import date

from handlers.context import Context
from scheduler.calendar import WEEKDAYS
from scheduler.plan import Kind, Schedule

_DAYS = dict(zip(("MO", "TU", "WE", "TH", "FR", "SA", "SU"), WEEKDAYS, strict=True))
_QUARTERS = ({"3", "6", "9", "12"}, {"1", "4", "7", "10"})
_HALVES = {"6", "12"}
_EVERY_WORKING_DAY = 5


def spoken(schedule: Schedule, ctx: Context) -> str:
    """The rhythm, its hour and how many are wanted."""
    words = _rhythm(schedule, ctx)
    if schedule.at:
        words = ctx.texts("cadence.at", what=words, time=f"{schedule.at:%H:%M}")
    return ctx.texts("cadence.target", what=words, count=schedule.target) if schedule.target else words


def is_definite(schedule: Schedule) -> bool:
    """Whether a ledger can be made of it as it is."""
    match schedule.kind:
        case Kind.EVENT:
            return True
        case Kind.ONE_OFF:
            return schedule.due is not None
        case Kind.RECURRING:
            return bool(schedule.rules)
    return False


def _rhythm(schedule: Schedule, ctx: Context) -> str:
    match schedule.kind:
        case Kind.EVENT:
            return ctx.texts("cadence.event")
        case Kind.ONE_OFF if schedule.due:
            return ctx.texts("cadence.once", day=_day(schedule.due))
        case Kind.RECURRING if schedule.rules:
            return "; ".join(_rule(rule, schedule, ctx) for rule in schedule.rules)
        case Kind.CONTINUOUS:
            return ctx.texts("cadence.continuous")
    return ctx.texts("cadence.unclear")


def _day(value: date) -> str:
    return f"{value.day}/{value.month}/{value.year}"


def _rule(rule: str, schedule: Schedule, ctx: Context) -> str:
    parts = dict(part.partition("=")[::2] for part in rule.split(";"))
    every = int(parts.get("INTERVAL", "1"))
    match parts.get("FREQ"):
        case "DAILY":
            return ctx.texts("cadence.daily")
        case "WEEKLY":
            return _weekly(parts.get("BYDAY", "FR").split(","), every, ctx)
        case "MONTHLY":
            how_often = ctx.texts("cadence.months", count=every) if every > 1 else ctx.texts("cadence.monthly")
            return _on_day(parts, how_often, schedule, ctx)
        case "YEARLY":
            return _yearly(parts, schedule, ctx)
    return ctx.texts("cadence.unclear")


def _weekly(days: list[str], every: int, ctx: Context) -> str:
    if len(days) >= _EVERY_WORKING_DAY:
        return ctx.texts("cadence.daily")
    named = ", ".join(_DAYS.get(day, day) for day in days)
    if every > 1:
        return ctx.texts("cadence.weeks", count=every, days=named)
    return ctx.texts("cadence.weekly", days=named)


def _yearly(parts: dict[str, str], schedule: Schedule, ctx: Context) -> str:
    months = set(parts.get("BYMONTH", "12").split(","))
    if months in _QUARTERS:
        how_often = ctx.texts("cadence.quarterly")
    elif months == _HALVES:
        how_often = ctx.texts("cadence.half_yearly")
    else:
        how_often = ctx.texts("cadence.yearly", months=", ".join(sorted(months, key=int)))
    return _on_day(parts, how_often, schedule, ctx)


def _on_day(parts: dict[str, str], how_often: str, schedule: Schedule, ctx: Context) -> str:
    day = parts.get("BYMONTHDAY", "-1").split(",")[-1]
    if day.startswith("-") or "BYSETPOS" in parts:
        return ctx.texts("cadence.last_day", how_often=how_often)
    named = "cadence.on_day_after" if schedule.arrears else "cadence.on_day"
    return ctx.texts(named, how_often=how_often, day=day)
