"""Who sits at the office's page, and what their roles let them see and do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from bot.office.people import ROLE_NAMES
from handlers.duties import PERSONS, Person, Role
from handlers.message import Address
from scheduler.units import Units


class Right(StrEnum):
    """Something a page lets a person do; which roles have it stands in :data:`RIGHTS` and nowhere else."""

    ENTER = "enter"
    """Today's page, and the devices on which one is let in."""
    DUTIES = "duties"
    """Look at duties: one's own unit's, or all in one's sight."""
    DECIDE = "decide"
    """Accept and return reports, set aside what does not apply."""
    PLANS = "plans"
    """Look at plans and what reminding would do."""
    DRAFT_PLANS = "draft_plans"
    """Upload a plan and correct what was read."""
    CONFIRM = "confirm"
    """Put a plan in force."""
    KNOWLEDGE = "knowledge"
    """Look at procedures, try questions."""
    WRITE = "write"
    """Write procedures and wordings, import catalogues, attach and close gaps."""
    ANSWER = "answer"
    """Answer citizens who wait for a person."""
    APPROVE = "approve"
    """Agree to what another person wrote."""
    ANNOUNCE = "announce"
    """Write announcements."""
    SWITCH = "switch"
    """Emergency notice, off switch."""
    FIGURES = "figures"
    PEOPLE = "people"
    """Invite people and end their roles."""
    AUDIT = "audit"
    TEACH = "teach"


_ALL = PERSONS
_OVERSEERS = frozenset({Role.COORDINATOR, Role.MONITOR, Role.ADMIN})
_KEEPERS = frozenset({Role.EDITOR, Role.APPROVER, Role.ADMIN})

RIGHTS: dict[Right, frozenset[Role]] = {
    Right.ENTER: _ALL,
    Right.DUTIES: _OVERSEERS | {Role.OFFICER, Role.HEAD},
    Right.DECIDE: frozenset({Role.COORDINATOR}),
    Right.PLANS: _OVERSEERS,
    Right.DRAFT_PLANS: frozenset({Role.COORDINATOR, Role.ADMIN}),
    Right.CONFIRM: frozenset({Role.ADMIN}),
    Right.KNOWLEDGE: _OVERSEERS | _KEEPERS,
    Right.WRITE: frozenset({Role.EDITOR, Role.ADMIN}),
    Right.ANSWER: frozenset({Role.EDITOR, Role.COORDINATOR, Role.ADMIN}),
    Right.APPROVE: frozenset({Role.APPROVER, Role.ADMIN}),
    Right.ANNOUNCE: frozenset({Role.EDITOR, Role.COORDINATOR, Role.ADMIN}),
    Right.SWITCH: frozenset({Role.ADMIN}),
    Right.FIGURES: _OVERSEERS | _KEEPERS,
    Right.PEOPLE: frozenset({Role.ADMIN}),
    Right.AUDIT: frozenset({Role.ADMIN, Role.MONITOR}),
    Right.TEACH: frozenset({Role.TEACHER, Role.ADMIN}),
}
"""Which roles have which right. A monitor has none that changes anything."""

WHOLE = frozenset({Role.COORDINATOR, Role.MONITOR, Role.ADMIN})
"""Roles that look beyond their own unit; in a ward they see the ward, and the offices of one without a city above."""
_WARD, _COMMUNE, _TOP = "ward", "commune", "province"
"""Kind of a ward, level of its own offices, level of a ward that no city stands above (since 1 July 2025)."""


@dataclass(frozen=True, slots=True)
class Official:
    """A person who was let in, with the roles held at this moment."""

    person: Person
    address: Address
    """The chat, or the account, by which they were let in."""
    sight: frozenset[str] | None
    """Ids of the units they see; None: all."""
    former: frozenset[int] = frozenset()
    """Numbers of memberships that this chat held before: a role that ended makes nobody another person."""

    @property
    def signature(self) -> str:
        """The post, for the record of changes: no name of a person is kept."""
        return posts(self.person)[:200]

    @property
    def ids(self) -> frozenset[int]:
        """Numbers of the memberships: whoever wrote something may not approve it by any of them."""
        return self.former | {one.id for one in self.person.memberships}

    @property
    def first_id(self) -> int:
        return self.person.memberships[0].id

    def may(self, right: Right) -> bool:
        return self.person.holds(*RIGHTS[right])

    def sees(self, unit: str) -> bool:
        """Whether duties of that unit are shown."""
        return self.sight is None or unit in self.sight

    def wrote(self, author_id: int | None) -> bool:
        """Whether they are the one who wrote it: then somebody else has to approve."""
        return author_id is not None and author_id in self.ids


def posts(person: Person) -> str:
    """The posts of a person in words: "Cán bộ tư pháp, UBND phường Đa Mai (biên tập, số 3)"."""
    told = []
    for one in person.memberships:
        post = ", ".join(part for part in (one.label, one.unit_name) if part)
        told.append(f"{post} ({ROLE_NAMES[one.role]}, số {one.id})")
    return "; ".join(told)


def official(
    person: Person,
    address: Address,
    units: Units,
    today: date,
    right: Right = Right.ENTER,
    former: frozenset[int] = frozenset(),
) -> Official:
    """The person at the page, with what is in their sight today by the roles that have the right.

    Who watches the whole city and is an admin of one ward invites people of that ward alone.
    """
    return Official(person, address, sight(person, units, today, *RIGHTS[right]), former)


def sight(person: Person, units: Units, today: date, *roles: Role) -> frozenset[str] | None:
    """All units (None) where a role looks at all of them; else one's own, with the units whose work they took over.

    ``roles``: by these roles alone; none given: by all that the person holds.
    """
    seen: set[str] = set()
    for one in person.memberships:
        if roles and one.role not in roles:
            continue
        unit = units.get(one.unit)
        if one.role in WHOLE and unit is not None and unit.kind != _WARD:
            return None
        seen.add(one.unit)
        if one.role in WHOLE and unit is not None and unit.level == _TOP:
            seen |= {office.id for office in units.all() if office.level == _COMMUNE}
    return frozenset(seen | set(_taken_over(seen, units, today)))


def _taken_over(seen: Iterable[str], units: Units, today: date) -> Iterable[str]:
    """Units of before whose successor today is one of these."""
    wanted = set(seen)
    for unit in units.all():
        now = units.today(unit.id, today)
        if now is not None and not isinstance(now, str) and now.id in wanted:
            yield unit.id
