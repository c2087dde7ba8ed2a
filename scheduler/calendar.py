"""Working time in Viet Nam: public holidays, days swapped by notice, and the hours that a unit keeps.

Base: Monday to Friday without the public holidays that the package ``holidays`` knows (Bộ luật Lao động, Điều 112),
plus the Saturdays it knows to be worked; ``data/workdays.yaml``, then the office's own file, are laid over it. All
moments that come out are aware and local (Asia/Ho_Chi_Minh, +7 without summer time).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from holidays import country_holidays
from pydantic import BeforeValidator, Field, model_validator

from scheduler.office_file import Day, Listed, Mapped, OfficeFileError, Section, clock, read

VIETNAM = ZoneInfo("Asia/Ho_Chi_Minh")
SHIPPED = Path(__file__).parent / "data" / "workdays.yaml"
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
_SATURDAY = 5
_ONE = timedelta(days=1)
_NEAR = timedelta(days=7)
"""Swapped days lie within a week of the holiday they prolong."""

Span = tuple[time, time]
"""From, included, and to, not included."""


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours that a unit keeps."""

    times: tuple[Span, ...]
    saturday: tuple[Span, ...] = ()
    """On Saturdays that are no working days of everybody; (): it rests."""


@dataclass(frozen=True, slots=True)
class SetDay:
    """A day of which a notice (or an official) says whether it is worked."""

    day: date
    works: bool
    confirmed: bool
    source: str


@dataclass(frozen=True, slots=True)
class _Year:
    """What a year looks like, by ordinals of days."""

    working: frozenset[int]
    holidays: frozenset[int]
    swapped: frozenset[int]
    """Saturdays and Sundays worked by everybody."""


@dataclass(slots=True, eq=False)
class WorkingTime:
    """The working days and hours of a unit. Compared by identity: it may key a cache."""

    hours: Hours
    days: Mapping[date, SetDay]
    unconfirmed_years: Mapping[int, str]
    _years: dict[int, _Year] = field(default_factory=dict)

    def is_working_day(self, day: date) -> bool:
        """Whether the unit works on a day at all."""
        year = self._years.get(day.year) or self._year(day.year)
        return day.toordinal() in year.working

    def is_holiday(self, day: date) -> bool:
        """Whether it is a public holiday, or a day off set by notice; an ordinary Saturday or Sunday is not."""
        return day.toordinal() in (self._years.get(day.year) or self._year(day.year)).holidays

    def is_working_time(self, moment: datetime) -> bool:
        """Whether somebody is at work. The last minute of a session is in it, its end is not."""
        local = _local(moment)
        if not self.is_working_day(local):
            return False
        clock_time = local.time()
        return any(start <= clock_time < end for start, end in self._times(local))

    def last_working_day(self, on_or_before: date) -> date:
        """The day itself where it is worked, else the nearest one before it."""
        day = on_or_before
        while not self.is_working_day(day):
            day -= _ONE
        return day

    def next_working_day(self, after: date) -> date:
        """The first working day after a day."""
        return self.add_working_days(after, 1)

    def add_working_days(self, day: date, n: int) -> date:
        """The ``n``-th working day after a day (before it, where ``n`` is negative); for 0 the day as it is.

        The day itself is not counted: terms start on the day after the event (Bộ luật Dân sự 2015, Điều 147).
        """
        step = _ONE if n > 0 else -_ONE
        for _ in range(abs(n)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day

    def opening(self, day: date) -> datetime:
        """When the unit opens; of a day off, when it would on an ordinary day."""
        return _moment(day, self._times(day)[0][0])

    def closing(self, day: date) -> datetime:
        """When the unit closes; of a day off, when it would on an ordinary day."""
        return _moment(day, self._times(day)[-1][1])

    def on(self, day: date, wish: time) -> datetime:
        """The wished hour of a working day, else the next opening of that day, else its first opening."""
        for start, end in self._times(day):
            if wish < end:
                return _moment(day, max(start, wish))
        return self.opening(day)

    def next_moment(self, moment: datetime) -> datetime:
        """The moment itself (as local time) in working time, else the next opening, also that after lunch."""
        local = _local(moment)
        if self.is_working_day(local):
            for start, end in self._times(local):
                if local.time() < end:
                    return max(local, _moment(local, start))
        return self.opening(self.next_working_day(local.date()))

    def back(self, moment: datetime, hours: float) -> datetime:
        """That many WORKING hours earlier on the same day, lunch left out; never before the opening of that day.

        Before opening or on a day off it is counted from the closing of the last working day before.
        """
        local, left = _local(moment), timedelta(hours=hours)
        if not self.is_working_day(local) or local <= self.opening(local):
            local = self.closing(self.last_working_day(local.date() - _ONE))
        for start, end in reversed(self._times(local)):
            until = min(local, _moment(local, end))
            length = until - _moment(local, start)
            if length >= left:
                return until - left
            left -= max(length, timedelta())
        return self.opening(local)

    def unconfirmed(self, day: date) -> str | None:
        """What to say where the official notice is not there yet: for the day, or for its whole year."""
        one = self.days.get(day)
        if one and not one.confirmed:
            return f"ngày {'làm bù' if one.works else 'nghỉ'} {day:%d/%m/%Y} chưa có văn bản xác nhận"
        known = day.year in self.unconfirmed_years or day.year > max(self.unconfirmed_years, default=day.year)
        return f"lịch nghỉ năm {day.year} chưa có thông báo, cần xem lại khi có" if known else None

    def unconfirmed_near(self, day: date) -> str | None:
        """The same, only where a public holiday lies within a week: there days may still be swapped."""
        said = self.unconfirmed(day)
        around = range(-_NEAR.days, _NEAR.days + 1)
        return said if said and any(self.is_holiday(day + timedelta(days=n)) for n in around) else None

    def _times(self, day: date) -> tuple[Span, ...]:
        if day.weekday() == _SATURDAY and self.hours.saturday:
            year = self._years.get(day.year) or self._year(day.year)
            if day.toordinal() not in year.swapped:
                return self.hours.saturday
        return self.hours.times

    def _year(self, year: int) -> _Year:
        public = country_holidays("VN", years=year)
        swapped = {day for day in public.weekend_workdays if day.year == year}
        holidays = set(public)
        for one in self.days.values():
            if one.day.year == year:
                (swapped if one.works else holidays).add(one.day)
                (holidays if one.works else swapped).discard(one.day)
        week = _SATURDAY + bool(self.hours.saturday)
        first = date(year, 1, 1).toordinal()
        off = frozenset(day.toordinal() for day in holidays)
        working = {n for n in range(first, date(year, 12, 31).toordinal() + 1) if (n - 1) % 7 < week} - off
        extra = frozenset(day.toordinal() for day in swapped)
        self._years[year] = _Year(frozenset(working | extra), off, extra)
        return self._years[year]


class Calendar:
    """The working time of every unit; most keep the same."""

    def __init__(self, default: WorkingTime, units: Mapping[str, WorkingTime]) -> None:
        self.default = default
        self._units = dict(units)

    @property
    def own(self) -> Mapping[str, WorkingTime]:
        """Units that keep a working time of their own, by id."""
        return self._units

    def for_unit(self, unit: str) -> WorkingTime:
        """The working time of a unit, by its id."""
        return self._units.get(unit, self.default)


def weekday(day: date) -> str:
    """Its name in Vietnamese."""
    return WEEKDAYS[day.weekday()]


def _local(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(VIETNAM)


def _moment(day: date, at: time) -> datetime:
    return datetime(day.year, day.month, day.day, at.hour, at.minute, at.second, tzinfo=VIETNAM)


def _span(value: object) -> Span:
    start, dash, end = str(value).partition("-")
    if not dash:
        raise ValueError(f"“{value}” không phải khoảng giờ, hãy viết như 07:30-11:30")
    span = clock(start), clock(end)
    if span[0] >= span[1]:
        raise ValueError(f"“{value}”: giờ bắt đầu phải trước giờ kết thúc")
    return span


_Text = Annotated[str, Field(min_length=1)]
_Span = Annotated[Span, BeforeValidator(_span)]


class _SetDay(Section):
    date: Day
    day: Literal["off", "work"]
    status: Literal["confirmed", "to_confirm"]
    source: _Text


class _OpenYear(Section):
    year: Annotated[int, Field(ge=1, le=9998)]
    source: _Text


class _Hours(Section):
    times: Listed[_Span]
    saturday: Listed[_Span] = ()

    @model_validator(mode="after")
    def _in_order(self) -> _Hours:
        if not self.times:
            raise ValueError("times: phải có ít nhất một khoảng giờ")
        for spans in (self.times, self.saturday):
            if any(before[1] > after[0] for before, after in pairwise(spans)):
                raise ValueError("các khoảng giờ phải xếp theo thứ tự và không chồng nhau")
        return self


class _File(Section):
    days: Listed[_SetDay] = ()
    unconfirmed_years: Listed[_OpenYear] | None = None
    hours: Mapped[str, _Hours] = Field(default_factory=dict)
    units: Mapped[str, str] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _once(self) -> _File:
        days = [one.date for one in self.days]
        if twice := sorted({day for day in days if days.count(day) > 1}):
            raise ValueError(f"days: ghi hai lần ngày {', '.join(f'{day:%d/%m/%Y}' for day in twice)}")
        return self


def load(path: Path | None = None) -> Calendar:
    """The shipped days and hours, with the office's own file (of the same form) laid over them.

    Its ``unconfirmed_years`` replace the shipped ones. Raises OfficeFileError.
    """
    files = [read(SHIPPED, _File)] + ([read(path, _File)] if path else [])
    days = {one.date: _set_day(one) for file in files for one in file.days}
    hours = {name: Hours(one.times, one.saturday) for file in files for name, one in file.hours.items()}
    units = {unit: name for file in files for unit, name in file.units.items()}
    years = [file.unconfirmed_years for file in files if file.unconfirmed_years is not None][-1]
    if wrong := [unit for unit, name in units.items() if name not in hours]:
        told = (f"units, {unit}: không có giờ làm việc tên “{units[unit]}” ở mục hours" for unit in wrong)
        raise OfficeFileError([f"{(path or SHIPPED).name}: {one}" for one in told])
    sources = {one.year: one.source for one in years}
    profiles = {name: WorkingTime(one, days, sources) for name, one in hours.items()}
    return Calendar(profiles["default"], {unit: profiles[name] for unit, name in units.items()})


def _set_day(one: _SetDay) -> SetDay:
    return SetDay(one.date, one.day == "work", one.status == "confirmed", one.source)
