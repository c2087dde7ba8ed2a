"""The form of an announcement: what was typed, kept as it was until it can be used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot import limits
from bot.office import announcements, audiences
from bot.office.announcements import Draft
from bot.office.audiences import EVERY_FIELD, ROLES, Audience
from bot.office.people import ROLE_NAMES
from bot.office.plans import RefusedError
from bot.tables import Announcement
from bot.web.office.shell import Visit
from bot.web.pages import capital
from handlers.duties import Role
from scheduler.calendar import VIETNAM

OFFICIALS, GROUPS, PUBLIC, PEOPLE = "can-bo", "nhom", "kenh", "dan"
NOW, LATER = "ngay", "hen"


@dataclass(frozen=True, slots=True)
class Typed:
    """The fields as they came, or as a draft has them."""

    title: str = ""
    text: str = ""
    to: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    units: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    when: str = NOW
    day: str = ""
    hour: str = ""
    reason: str = ""


def sent(visit: Visit) -> Typed:
    """The form of this request."""

    def chosen(name: str) -> frozenset[str]:
        return frozenset(str(one)[:120] for one in visit.form.getall(name, []))

    return Typed(
        title=visit.text("tieu-de", limits.ANNOUNCEMENT_TITLE * 2),
        text=visit.text("noi-dung", limits.ANNOUNCEMENT_TEXT * 2),
        to=chosen("cho"),
        roles=chosen("vai"),
        units=chosen("don-vi"),
        fields=chosen("linh-vuc"),
        when=visit.text("khi", 10) or NOW,
        day=visit.text("ngay", 10),
        hour=visit.text("gio", 5),
        reason=visit.text("ly-do", limits.REASON_AT_MOST),
    )


def of(row: Announcement) -> Typed:
    """A draft, to be changed."""
    audience = Audience.from_json(row.audience)
    kinds = (
        (OFFICIALS, audience.officials),
        (GROUPS, audience.groups),
        (PUBLIC, audience.public),
        (PEOPLE, bool(audience.fields)),
    )
    local = row.not_before.astimezone(VIETNAM) if row.not_before else None
    return Typed(
        title=row.title,
        text=row.text,
        to=frozenset(name for name, meant in kinds if meant),
        roles=frozenset(role.value for role in audience.roles),
        units=frozenset(audience.units),
        fields=frozenset(audience.fields),
        when=LATER if local else NOW,
        day=f"{local:%Y-%m-%d}" if local else "",
        hour=f"{local:%H:%M}" if local else "",
        reason=row.reason if row.emergency else "",
    )


def read(typed: Typed, visit: Visit, *, emergency: bool = False) -> Draft:
    """What is kept of it. Raises RefusedError with everything that is wrong."""
    told: list[str] = []
    audience = _audience(typed, visit)
    reach = announcements.reach(visit.official, visit.shell.rules.units)
    audience = audience.within(reach)
    told += audiences.problems(audience, visit.shell.rules.units, reach)
    if PEOPLE in typed.to and not typed.fields:
        told = [one for one in told if not one.startswith("Chọn nơi nhận")]
        told.append("Chọn lĩnh vực mà người dân đã đăng ký nhận tin.")
    when = None if emergency else _when(typed, visit.now, told)
    reason = _reason(typed, told) if emergency else ""
    try:
        new = announcements.draft(typed.title, typed.text, audience, not_before=when, reason=reason)
    except RefusedError as refused:
        raise RefusedError([*refused.problems, *told]) from None
    if told:
        raise RefusedError(told)
    return new


def _audience(typed: Typed, visit: Visit) -> Audience:
    """Only what is offered can be chosen: of roles and fields that nobody has, nothing is kept."""
    officials, groups, public = (kind in typed.to for kind in (OFFICIALS, GROUPS, PUBLIC))
    fields = (EVERY_FIELD,) if EVERY_FIELD in typed.fields else tuple(sorted(typed.fields & _fields(visit)))
    return Audience(
        officials=officials,
        roles=tuple(role for role in ROLES if role.value in typed.roles) if officials else (),
        groups=groups,
        public=public,
        units=tuple(sorted(typed.units)) if officials or groups or public else (),
        fields=fields if PEOPLE in typed.to else (),
    )


def _fields(visit: Visit) -> frozenset[str]:
    return frozenset(visit.shell.known().fields)


def _when(typed: Typed, now: datetime, told: list[str]) -> datetime | None:
    """The wished moment; None: as soon as it is approved. What is wrong is added to ``told``."""
    if typed.when != LATER:
        return None
    try:
        wish = datetime.fromisoformat(f"{typed.day}T{typed.hour}").replace(tzinfo=VIETNAM)
    except ValueError:
        told.append("Chọn đủ ngày và giờ gửi, hoặc chọn “Ngay khi được duyệt”.")
        return None
    if wish < now:
        told.append("Ngày giờ gửi đã qua. Chọn lúc khác.")
    if wish > now + limits.ANNOUNCEMENT_AHEAD:
        told.append(f"Chỉ hẹn gửi trong {limits.ANNOUNCEMENT_AHEAD.days} ngày tới.")
    return wish


def _reason(typed: Typed, told: list[str]) -> str:
    try:
        return announcements.reasoned(typed.reason)
    except RefusedError as refused:
        told += refused.problems
        return typed.reason


@dataclass(frozen=True, slots=True)
class Option:
    """A box to tick."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Options:
    """Everything that the form offers."""

    roles: tuple[Option, ...]
    groups: tuple[Option, ...] = ()
    """Groups of units."""
    units: tuple[Option, ...] = ()
    fields: tuple[Option, ...] = ()
    limits: dict[str, int] = field(default_factory=dict)


def options(visit: Visit, typed: Typed) -> Options:
    """What this official may choose; whatever a draft has stays to be seen."""
    units, today = visit.shell.rules.units, visit.shell.today()
    reach = announcements.reach(visit.official, units)
    there = [unit for unit in units.all() if unit.valid_on(today) and (reach is None or unit.id in reach)]
    known = {unit.id for unit in there}
    groups = [] if reach is not None else [ref for ref in units.groups() if units.expand(ref, today)]
    others = [ref for ref in sorted(typed.units) if ref not in known and ref not in groups]
    return Options(
        roles=tuple(Option(role.value, capital(ROLE_NAMES[role])) for role in ROLES if role is not Role.TEACHER),
        groups=tuple(Option(ref, units.name(ref)) for ref in groups),
        units=tuple(Option(ref, units.name(ref)) for ref in (*(unit.id for unit in there), *others)),
        fields=tuple(Option(name, name) for name in _sorted(_fields(visit) | (typed.fields - {EVERY_FIELD}))),
        limits={"title": limits.ANNOUNCEMENT_TITLE, "text": limits.ANNOUNCEMENT_TEXT, "reason": limits.REASON_AT_MOST},
    )


def _sorted(names: Iterable[str]) -> list[Any]:
    return sorted(names, key=str.casefold)
