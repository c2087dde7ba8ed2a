"""A small office in memory: two wards do, Phòng VHTT urges, Phòng Nội vụ watches. Strict: a wrong note fails."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from handlers import assistant, texts
from handlers.context import Context, Knowledge, Office
from handlers.dialogue import Dialogue
from handlers.duties import Board, Colleague, Draft, Duty, Invited, Membership, Person, Report, Role, Snooze
from handlers.message import Address, Choice, Media, Message, Reply
from handlers.outcome import (
    Accepted,
    Asked,
    Joined,
    Keep,
    Left,
    Note,
    Outcome,
    Passed,
    PlanConfirmed,
    Reported,
    Returned,
    SetAside,
    Snoozed,
    Stuck,
    Withdrawn,
)
from scheduler.calendar import VIETNAM
from scheduler.ledger import OPEN_MARKS, Mark, Period, Proof, ProofKind, Standing
from tests.bot.parts import NoKnowledge

ROUTER = assistant.build()
TEXTS = texts.load()
MORNING = datetime(2026, 8, 21, 8, 0, tzinfo=VIETNAM)
FRIDAY = date(2026, 8, 21)

DA_MAI, LE_LOI = "bg.w.damai", "bg.w.leloi"
NAMES = {
    DA_MAI: "UBND phường Đa Mai",
    LE_LOI: "UBND phường Lê Lợi",
    "bg.p.vhtt": "Phòng Văn hóa và Thông tin",
    "bg.p.nv": "Phòng Nội vụ",
}


def membership(number: int, unit: str, role: Role, label: str = "", *, substitute: bool = False) -> Membership:
    return Membership(number, unit, NAMES[unit], role, label, substitute)


OFFICER = Person((membership(1, DA_MAI, Role.OFFICER, "cán bộ văn hoá – xã hội"),))
HEAD = Person((membership(2, DA_MAI, Role.HEAD),))
NEIGHBOUR = Person((membership(3, LE_LOI, Role.OFFICER),))
COORDINATOR = Person((membership(4, "bg.p.vhtt", Role.COORDINATOR),))
MONITOR = Person((membership(5, "bg.p.nv", Role.MONITOR),))
ADMIN = Person((membership(6, "bg.p.nv", Role.ADMIN),))
EVERY_ROLE = (OFFICER, HEAD, COORDINATOR, MONITOR, ADMIN)

LOUDSPEAKER = "Tuyên truyền nội dung chuyển đổi số trên hệ thống truyền thanh thành phố và các phường, xã"


def weekly(number: int = 7, unit: str = DA_MAI, due: date = FRIDAY, *, tt: str = "3") -> Duty:
    """The weekly duty of the loudspeakers, due at 16:30 of its day."""
    week = due.isocalendar().week
    begins = due - timedelta(days=due.weekday())
    ends = begins + timedelta(days=6)
    label = f"tuần {week} ({begins.day}–{ends.day}/{ends.month}/{ends.year})"
    end = datetime.combine(due, time(16, 30), VIETNAM)
    return Duty(
        id=number,
        plan="Kế hoạch tuyên truyền CCHC năm 2026",
        tt=tt,
        content=LOUDSPEAKER,
        unit=unit,
        unit_name=NAMES[unit],
        support=("Phòng Văn hóa và Thông tin",),
        period=Period(f"{due.year}-W{week:02}", label, begins, ends, due, time(16, 30)),
        standing=Standing(end, datetime.combine(due, time(8), VIETNAM)),
        deadline=end,
        so_far=(7, 8),
    )


def monthly(number: int = 8, unit: str = DA_MAI, *, content: str = "Đăng tin, bài về cải cách hành chính") -> Duty:
    """A monthly duty, due on the last day of August 2026, a Monday."""
    due = date(2026, 8, 31)
    return Duty(
        id=number,
        plan="Kế hoạch tuyên truyền CCHC năm 2026",
        tt="4",
        content=content,
        unit=unit,
        unit_name=NAMES[unit],
        support=(),
        period=Period("2026-08", "tháng 8/2026", date(2026, 8, 1), due, due),
        standing=Standing(datetime.combine(due, time.max, VIETNAM), datetime(2026, 8, 24, 8, tzinfo=VIETNAM)),
        deadline=datetime.combine(due, time(17), VIETNAM),
        target=4,
    )


def marked(duty: Duty, mark: Mark, *, at: datetime = MORNING, reason: str = "", report: Report | None = None) -> Duty:
    """The same duty after somebody said something of it."""
    reported = None if mark is Mark.NOT_APPLICABLE else at
    report = report or duty.report or Report(duty.id * 100, "BC-PL3-2026W34-DAMAI", "cán bộ", at, "phát 2 lần")
    standing = replace(duty.standing, mark=mark, reported_at=reported)
    return replace(duty, standing=standing, report=report, reason=reason, attempts=1)


@dataclass
class World:
    """The fake behind :class:`handlers.duties.Duties`. What a person may not see is not given."""

    all: dict[int, Duty] = field(default_factory=dict)
    snooze: dict[int, tuple[Snooze, ...]] = field(default_factory=dict)
    people: tuple[Colleague, ...] = ()
    others: tuple[Colleague, ...] = ()
    shown: Board = field(default_factory=Board)
    invites: dict[str, Invited] = field(default_factory=dict)
    plans: tuple[Draft, ...] = ()
    asked: list[str] = field(default_factory=list)
    """Codes of invites that were looked up."""

    @classmethod
    def of(cls, *duties: Duty) -> World:
        return cls({duty.id: duty for duty in duties})

    async def mine(self, person: Person, /) -> tuple[Duty, ...]:
        units = person.units(Role.OFFICER, Role.HEAD)
        return tuple(duty for duty in self.all.values() if duty.unit in units)

    async def duty(self, number: int, person: Person, /) -> Duty | None:
        found = self.all.get(number)
        sees_all = person.holds(Role.COORDINATOR, Role.MONITOR, Role.ADMIN)
        if found is None or not (sees_all or found.unit in person.units(Role.OFFICER, Role.HEAD)):
            return None
        return found

    async def snoozes(self, duty: Duty, /) -> tuple[Snooze, ...]:
        return self.snooze.get(duty.id, ())

    async def colleagues(self, duty: Duty, /) -> tuple[Colleague, ...]:
        return tuple(one for one in self.people if one.id != duty.holder)

    async def peers(self, membership: Membership, /) -> tuple[Colleague, ...]:
        return tuple(one for one in self.others if one.id != membership.id)

    async def to_accept(self, person: Person, /) -> tuple[Duty, ...]:
        assert person.holds(Role.COORDINATOR)
        return tuple(duty for duty in self.all.values() if duty.standing.mark is Mark.REPORTED)

    async def board(self, person: Person, /) -> Board:
        return self.shown if person.holds(Role.COORDINATOR, Role.MONITOR, Role.ADMIN) else Board()

    async def invited(self, code: str, /) -> Invited | None:
        self.asked.append(code)
        return self.invites.get(code)

    async def drafts(self, person: Person, /) -> tuple[Draft, ...]:
        assert person.holds(Role.ADMIN)
        return self.plans

    async def new_pass(self) -> str:
        return "bi-mat"

    def write(self, note: Note, person: Person | None, now: datetime) -> None:
        """What the shell does with a note. Fails on one that the ledger would refuse."""
        match note:
            case Reported():
                self._reported(note, person, now)
            case Withdrawn(number):
                duty = self.all[number]
                assert duty.standing.mark is Mark.REPORTED
                assert now <= duty.standing.due
                standing = replace(duty.standing, mark=Mark.OPEN, reported_at=None)
                self.all[number] = replace(duty, standing=standing, report=None)
            case Snoozed(number, until):
                assert now < until < self.all[number].deadline
                self.all[number] = replace(self.all[number], snoozed=self.all[number].snoozed + 1)
            case Passed(number, member):
                self.all[number] = replace(self.all[number], holder=member)
            case Accepted(number):
                self._decided(number, Mark.ACCEPTED, "")
            case Returned(number, reason):
                assert reason
                self._decided(number, Mark.RETURNED, reason)
            case SetAside(number, reason):
                assert reason
                assert self.all[number].standing.mark in OPEN_MARKS
                self.all[number] = marked(self.all[number], Mark.NOT_APPLICABLE, reason=reason)
            case Stuck(_, member, text):
                assert person
                assert member in {one.id for one in person.memberships}
                assert text
            case Joined() | Left() | PlanConfirmed() | Asked():
                pass
            case other:
                raise AssertionError(f"no note of the ledger: {other}")

    def _reported(self, note: Reported, person: Person | None, now: datetime) -> None:
        duty = self.all[note.duty]
        assert duty.standing.mark in OPEN_MARKS, "a second report"
        assert person
        assert any(one.id == note.membership and one.unit == duty.unit for one in person.memberships)
        proofs = [Proof(ProofKind.PHOTO, media.name or media.ref) for media in note.media]
        proofs += [Proof(ProofKind.LINK, link) for link in note.links]
        attempt = duty.attempts + 1
        report = Report(duty.id * 100 + attempt, note.code, "", now, note.text, note.form, note.quantity, tuple(proofs))
        standing = replace(duty.standing, mark=Mark.REPORTED, reported_at=now)
        self.all[note.duty] = replace(duty, standing=standing, report=report, attempts=attempt, reason="")

    def _decided(self, number: int, mark: Mark, reason: str) -> None:
        duty = self.all[number]
        assert duty.standing.mark is Mark.REPORTED
        self.all[number] = replace(duty, standing=replace(duty.standing, mark=mark), reason=reason)


class Chat:
    """One person's chat: what is said and pressed, what is answered and written down."""

    def __init__(
        self,
        person: Person | None,
        world: World | None = None,
        *,
        now: datetime = MORNING,
        knowledge: Knowledge | None = None,
    ) -> None:
        self.person = person
        self.world = world or World()
        self.now = now
        self.knowledge = knowledge or NoKnowledge()
        self.dialogue = Dialogue()
        self.notes: list[Note] = []
        self.outcome = Outcome(())
        self.number = 0

    @property
    def context(self) -> Context:
        office = Office("Một Cửa")
        return Context(
            self.now, self.knowledge, TEXTS, office, self.number, self.dialogue, self.person, duties=self.world
        )

    async def say(
        self, text: str, *media: Media, action: str | None = None, masked: tuple[str, ...] = (), group: bool = False
    ) -> str:
        self.number += 1
        address = Address("telegram", "c")
        message = Message(str(self.number), address, "c", text, action, media, masked=masked, group=group)
        outcome = await ROUTER.route(message, self.context)
        for note in outcome.notes:
            self.world.write(note, self.person, self.now)
        self.notes += outcome.notes
        if not isinstance(outcome.dialogue, Keep):
            self.dialogue = Dialogue.from_json(outcome.dialogue.to_json())
        self.outcome = outcome
        for reply in outcome.replies:
            checked(reply)
        return "\n".join(reply.text for reply in outcome.replies)

    async def photo(self, ref: str = "p1", text: str = "") -> str:
        return await self.say(text, Media("image", ref, f"{ref}.jpg", 1000))

    async def press(self, label: str) -> str:
        """Press a button of the last answer, by its label."""
        choice = next(choice for choice in self.choices if choice.label == label)
        return await self.say(choice.label, action=choice.action)

    async def act(self, action: str) -> str:
        """Press any button, also an old one."""
        return await self.say("", action=action)

    @property
    def choices(self) -> tuple[Choice, ...]:
        return tuple(choice for reply in self.outcome.replies for choice in reply.choices)

    @property
    def labels(self) -> list[str]:
        return [choice.label for choice in self.choices]


def checked(reply: Reply) -> Reply:
    """A reply that every channel can send."""
    assert reply.text.strip()
    assert len(reply.text) < 4000
    assert all(choice.action is None or len(choice.action.encode()) <= 64 for choice in reply.choices)
    labels = [choice.label for choice in reply.choices]
    assert len(set(labels)) == len(labels), labels
    return reply
