"""Days, moments and lengths of time as people say them: "thứ Sáu 23/8", "17:00 hôm nay", "2 giờ 30 phút"."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from handlers.context import Context
from scheduler.calendar import VIETNAM, weekday

_LAST_MINUTE = time(23, 59)


def day(value: date, ctx: Context) -> str:
    """ "thứ Sáu 23/8"; with its year where that is another than this one."""
    named = f"{weekday(value)} {value.day}/{value.month}"
    return named if value.year == ctx.today.year else f"{named}/{value.year}"


def near(value: date, ctx: Context) -> str:
    """ "hôm nay", "ngày mai" or "hôm qua"; any other day by its name."""
    match (value - ctx.today).days:
        case 0:
            return ctx.texts("day.today")
        case 1:
            return ctx.texts("day.tomorrow")
        case -1:
            return ctx.texts("day.yesterday")
    return day(value, ctx)


def moment(value: datetime, ctx: Context) -> str:
    """ "17:00 hôm nay"; the end of a day is "hết thứ Sáu 23/8"."""
    local = value.astimezone(VIETNAM)
    if local.time() >= _LAST_MINUTE:
        return ctx.texts("day.end", day=near(local.date(), ctx))
    return ctx.texts("day.moment", time=clock(local), day=near(local.date(), ctx))


def clock(value: datetime) -> str:
    """ "17:00", in Vietnam."""
    return f"{value.astimezone(VIETNAM):%H:%M}"


def length(span: timedelta, ctx: Context) -> str:
    """ "3 ngày", "2 giờ 30 phút", "45 phút": never nothing, never more exact than anybody needs."""
    minutes = max(int(span.total_seconds()) // 60, 1)
    if minutes >= 24 * 60:
        return ctx.texts("day.days", count=minutes // (24 * 60))
    hours, minutes = divmod(minutes, 60)
    if not hours:
        return ctx.texts("day.minutes", count=minutes)
    return (
        ctx.texts("day.hours_minutes", hours=hours, minutes=minutes) if minutes else ctx.texts("day.hours", hours=hours)
    )


def late(due: datetime, at: datetime, ctx: Context) -> str:
    """How much later than due: in days, and on the same day in hours and minutes."""
    days = (at.astimezone(VIETNAM).date() - due.astimezone(VIETNAM).date()).days
    return ctx.texts("day.days", count=days) if days else length(at - due, ctx)
