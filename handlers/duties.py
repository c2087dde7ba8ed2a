"""What officials' conversations need of the plan and its ledger. Handlers read by :class:`Duties`, never a table."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from scheduler.ledger import Form, Period, Proof, Standing
from scheduler.plan import Schedule, Task


class Role(StrEnum):
    """What a linked person may do. Duties belong to the role in a unit, never to a person."""

    OFFICER = "officer"
    """Does the unit's duties and reports."""
    HEAD = "head"
    """Head of the unit: sees all of it, is told when it is late."""
    COORDINATOR = "coordinator"
    """Accepts and returns reports of all units (điều phối, đôn đốc)."""
    MONITOR = "monitor"
    """Sees everything, changes nothing (giám sát)."""
    ADMIN = "admin"
    """Invites people, confirms plans."""
    EDITOR = "editor"
    """Writes what the assistant knows and what the office announces (biên tập)."""
    APPROVER = "approver"
    """The second person who agrees to it (duyệt)."""
    TEACHER = "teacher"
    """Opens classes that practise (giáo viên)."""
    GROUP = "group"
    """A group chat of the unit: hears its reminders and may do nothing, because anybody may write there."""
    PUBLIC = "public"
    """A public channel of the unit (kênh tin): what is announced to everybody is posted there, and nothing else."""


CHATS = frozenset({Role.GROUP, Role.PUBLIC})
"""No person: nobody is an official by writing there."""
PERSONS = frozenset(Role) - CHATS


@dataclass(frozen=True, slots=True)
class Membership:
    """A role that a person holds in a unit."""

    id: int
    unit: str
    unit_name: str
    role: Role
    label: str = ""
    """What the unit calls the post ("cán bộ văn hoá – xã hội"); no name of a person is asked for."""
    substitute: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever linked this chat by an invite."""

    memberships: tuple[Membership, ...]

    def holds(self, *roles: Role) -> bool:
        return any(membership.role in roles for membership in self.memberships)

    def units(self, *roles: Role) -> tuple[str, ...]:
        """Ids of the units in which the person holds one of the roles."""
        return tuple(dict.fromkeys(m.unit for m in self.memberships if m.role in roles))


@dataclass(frozen=True, slots=True)
class Report:
    """What a unit reported for a period: the one in force."""

    id: int
    code: str
    """Receipt ("BC-PL3-2024W34-LELOI")."""
    by: str
    """Label of the post that sent it."""
    sent_at: datetime
    text: str = ""
    form: Form | None = None
    quantity: int | None = None
    proofs: tuple[Proof, ...] = ()
    member: int | None = None
    """The membership that sent it."""


@dataclass(frozen=True, slots=True)
class Duty:
    """One occurrence as the official sees it."""

    id: int
    plan: str
    tt: str
    content: str
    unit: str
    unit_name: str
    support: tuple[str, ...]
    period: Period
    standing: Standing
    deadline: datetime
    """Working deadline: end of the last working day on or before the due day, or its hour."""
    snoozed: int = 0
    holder: int | None = None
    """Membership that it was passed to; None: whoever holds the role."""
    report: Report | None = None
    reason: str = ""
    """Why it was returned or set aside."""
    attempts: int = 0
    """Reports sent for it so far, the withdrawn ones too."""
    so_far: tuple[int, int] = (0, 0)
    """Of the same task and unit: periods reported, and periods due until today, this one included."""
    target: int | None = None
    unit_short: str = ""
    """Short name of the unit for receipts; empty: made from its name."""
    decided_here: bool = True
    """Whether it lies with the person who looks, as a coordinator, to decide on it: a ward's decides for the ward."""


@dataclass(frozen=True, slots=True)
class Snooze:
    """A later time at which a person may be reminded again."""

    label: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Colleague:
    """Another person of the same unit."""

    id: int
    label: str
    substitute: bool
    reachable: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """What an invite offers; ``problem`` says why it cannot be taken (used, expired)."""

    unit: str
    unit_name: str
    role: Role
    label: str
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class BoardRow:
    """How one task stands over all its units, in its latest period."""

    tt: str
    content: str
    label: str
    """Of the period."""
    units: int
    on_time: int
    late: int
    waiting: tuple[str, ...]
    """Names of units that have not reported, the deadline still ahead."""
    overdue: tuple[str, ...]
    returned: tuple[str, ...]
    twins: tuple[str, ...] = ()
    """Units whose picture looks like one of an earlier period."""
    open: tuple[int, ...] = ()
    """Ids of what ``overdue``, ``returned`` and ``waiting`` name, in this order; empty where none can be opened."""
    put_off: tuple[str, ...] = ()
    """Units that have put the reminder off and not reported yet."""


@dataclass(frozen=True, slots=True)
class Board:
    """What a coordinator or monitor looks at."""

    rows: tuple[BoardRow, ...] = ()
    to_accept: int = 0
    """Reports that wait for a decision."""
    stuck: tuple[tuple[str, str], ...] = ()
    """(unit and task, what they wrote) of the open difficulties."""
    unreachable: tuple[tuple[str, str], ...] = ()
    """(unit, why): never linked, blocked, window closed."""
    doubtful: int = 0
    """Messages kept back because it is not known whether they arrived."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that waits to be confirmed by a named person."""

    id: int
    title: str
    tasks: tuple[Task, ...]
    warnings: int


class Duties(Protocol):
    """What handlers ask. Everything is as of the message's moment, in the message's transaction."""

    async def mine(self, person: Person, /) -> tuple[Duty, ...]:
        """What the person's units have to do now: overdue, returned and due soon, then reported lately; by due day."""

    async def duty(self, number: int, person: Person, /) -> Duty | None:
        """One occurrence, locked until the message is done; None: there is none, or not for this person."""

    async def snoozes(self, duty: Duty, /) -> tuple[Snooze, ...]:
        """Times that may be chosen: working time, never past the deadline."""

    async def colleagues(self, duty: Duty, /) -> tuple[Colleague, ...]:
        """Who else may do it."""

    async def peers(self, membership: Membership, /) -> tuple[Colleague, ...]:
        """Who else holds the same role in the unit."""

    async def to_accept(self, person: Person, /) -> tuple[Duty, ...]:
        """Reports that wait for this coordinator, oldest first."""

    async def board(self, person: Person, /) -> Board:
        """How all units stand; empty for who may not see it."""

    async def invited(self, code: str, /) -> Invited | None:
        """What an invite code offers; None: no such code."""

    async def drafts(self, person: Person, /) -> tuple[Draft, ...]:
        """Plans that wait for this admin."""

    async def new_pass(self) -> str:
        """A fresh secret for a link to the office's page; it lets nobody in before it is written down."""


class NoDuties:
    """Where there is no plan: nobody has anything to do."""

    async def mine(self, _person: Person, /) -> tuple[Duty, ...]:
        return ()

    async def duty(self, _number: int, _person: Person, /) -> Duty | None:
        return None

    async def snoozes(self, _duty: Duty, /) -> tuple[Snooze, ...]:
        return ()

    async def colleagues(self, _duty: Duty, /) -> tuple[Colleague, ...]:
        return ()

    async def peers(self, _membership: Membership, /) -> tuple[Colleague, ...]:
        return ()

    async def to_accept(self, _person: Person, /) -> tuple[Duty, ...]:
        return ()

    async def board(self, _person: Person, /) -> Board:
        return Board()

    async def invited(self, _code: str, /) -> Invited | None:
        return None

    async def drafts(self, _person: Person, /) -> tuple[Draft, ...]:
        return ()

    async def new_pass(self) -> str:
        return ""


Cadences = dict[str, Schedule]
"""TT of a task -> the rhythm that a named person set for it."""
