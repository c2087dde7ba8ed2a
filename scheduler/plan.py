"""A plan (kế hoạch) as its document says it: tasks, who leads, who supports, when. Values; no file is read here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a wording of time means for a ledger."""

    CONTINUOUS = "continuous"
    """Goes on all the time, without a due day ("Thường xuyên")."""
    RECURRING = "recurring"
    """Comes again by a rule ("Mỗi tuần/1 lần")."""
    ONE_OFF = "one_off"
    """Once, due at the end of a window ("Quý I/2024")."""
    EVENT = "event"
    """When something happens ("khi có thay đổi")."""
    UNCLEAR = "unclear"
    """The words do not say it ("Theo quy định")."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a task is due, as read from its words or as set by a person."""

    kind: Kind
    rules: tuple[str, ...] = ()
    """RRULE texts (RFC 5545) without DTSTART; the due days are those of all rules together."""
    start: date | None = None
    due: date | None = None
    """Last day of the window; of a one-off task the due day, included."""
    at: time | None = None
    """The hour on the due day, where the words name one."""
    arrears: bool = False
    """The due day lies in the month or quarter after the period that is reported ("trước ngày 05 tháng kế tiếp")."""
    target: int | None = None
    """How many are wanted in each period ("04 tin, bài/tháng")."""
    needs_confirmation: bool = False
    """The words can be read in more than one way, or say too little."""
    note: str = ""
    """In Vietnamese: what was assumed or has to be asked."""

    def to_json(self) -> dict[str, Any]:
        """The form of ``plan import --json`` and ``plan times``; what is not said is null."""
        return {
            "kind": self.kind.value,
            "rrule": " | ".join(self.rules) or None,
            "start": self.start.isoformat() if self.start else None,
            "due": self.due.isoformat() if self.due else None,
            "at": self.at.strftime("%H:%M") if self.at else None,
            "arrears": self.arrears,
            "target": self.target,
            "needs_confirmation": self.needs_confirmation,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Schedule:
        """Read what :meth:`to_json` wrote."""
        return cls(
            kind=Kind(value["kind"]),
            rules=tuple(value["rrule"].split(" | ")) if value.get("rrule") else (),
            start=date.fromisoformat(value["start"]) if value.get("start") else None,
            due=date.fromisoformat(value["due"]) if value.get("due") else None,
            at=time.fromisoformat(value["at"]) if value.get("at") else None,
            arrears=value.get("arrears", False),
            target=value.get("target"),
            needs_confirmation=value.get("needs_confirmation", False),
            note=value.get("note", ""),
        )


@dataclass(frozen=True, slots=True)
class Owner:
    """A unit as a cell of the plan names it."""

    text: str
    """The wording of the document."""
    unit: str | None
    """Id of the unit, or of groups joined by "+" ("@all_depts+@all_wards"); None: nobody we know."""

    def to_json(self) -> dict[str, Any]:
        return {"text": self.text, "unit": self.unit}


@dataclass(frozen=True, slots=True)
class Task:
    """One row of the plan's annex."""

    tt: str
    """Number of the row as written ("1", "2.1")."""
    content: str
    lead: tuple[Owner, ...]
    """Chủ trì: who has to do it and report."""
    support: tuple[Owner, ...]
    """Phối hợp."""
    time_text: str
    schedule: Schedule
    """As read from ``time_text``."""
    proposal: Schedule | None = None
    """What a person is asked to accept where the words leave the rhythm open; None: nothing is open."""
    group: str = ""
    """Heading of the group of rows it stands under."""
    note: str = ""

    @property
    def needs_confirmation(self) -> bool:
        """Whether a named person has to accept or set the rhythm before anything is reminded."""
        return self.proposal is not None or self.schedule.needs_confirmation

    def to_json(self) -> dict[str, Any]:
        return {
            "tt": self.tt,
            "group": self.group,
            "content": self.content,
            "lead": [owner.to_json() for owner in self.lead],
            "support": [owner.to_json() for owner in self.support],
            "time_text": self.time_text,
            "schedule": self.schedule.to_json(),
            "proposal": self.proposal.to_json() if self.proposal else None,
            "needs_confirmation": self.needs_confirmation,
            "note": self.note,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Task:
        """Read what :meth:`to_json` wrote."""
        return cls(
            tt=value["tt"],
            content=value["content"],
            lead=tuple(Owner(**owner) for owner in value["lead"]),
            support=tuple(Owner(**owner) for owner in value["support"]),
            time_text=value["time_text"],
            schedule=Schedule.from_json(value["schedule"]),
            proposal=Schedule.from_json(value["proposal"]) if value.get("proposal") else None,
            group=value.get("group", ""),
            note=value.get("note", ""),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """What the head of the document says."""

    title: str
    year: int
    number: str | None = None
    """Số, ký hiệu ("213/KH-UBND"); None: left blank, as in drafts."""
    issued_on: date | None = None
    """None: left blank."""
    issuer: str = ""
    start: date | None = None
    due: date | None = None
    """First and last day of the plan; None: those of its year."""

    @property
    def window(self) -> tuple[date, date]:
        """First and last day that the plan covers."""
        return self.start or date(self.year, 1, 1), self.due or date(self.year, 12, 31)

    def to_json(self) -> dict[str, Any]:
        start, due = self.window
        return {
            "title": self.title,
            "number": self.number,
            "issued_on": self.issued_on.isoformat() if self.issued_on else None,
            "issuer": self.issuer,
            "year": self.year,
            "start": start.isoformat(),
            "due": due.isoformat(),
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Plan:
        """Read what :meth:`to_json` wrote."""
        issued = value.get("issued_on")
        return cls(
            title=value["title"],
            year=value["year"],
            number=value.get("number"),
            issued_on=date.fromisoformat(issued) if issued else None,
            issuer=value.get("issuer", ""),
            start=date.fromisoformat(value["start"]),
            due=date.fromisoformat(value["due"]),
        )


@dataclass(frozen=True, slots=True)
class Warning:  # noqa: A001 - what a careful clerk would raise is called a warning, here and in the interface
    """Something in the document that a careful clerk would raise."""

    code: str
    """blank_number, blank_date, unit_spellings, body_contradicts, no_time, no_lead, lead_is_support, impossible_date,
    unknown_unit, ..."""
    row: str | None
    """TT of the row; None: the document as a whole."""
    text: str
    """In Vietnamese."""

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "row": self.row, "text": self.text}


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as it was understood."""

    plan: Plan
    tasks: tuple[Task, ...]
    warnings: tuple[Warning, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """The form of ``plan import --json``."""
        return {
            "plan": self.plan.to_json(),
            "tasks": [task.to_json() for task in self.tasks],
            "warnings": [warning.to_json() for warning in self.warnings],
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Reading:
        """Read what :meth:`to_json` wrote."""
        return cls(
            plan=Plan.from_json(value["plan"]),
            tasks=tuple(Task.from_json(task) for task in value["tasks"]),
            warnings=tuple(Warning(**warning) for warning in value["warnings"]),
        )
