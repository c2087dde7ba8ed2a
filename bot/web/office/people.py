"""Người: who holds which role in which unit, inviting people, and ending their roles."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import segno
from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot.figures import CHANNELS
from bot.office import people, workbench
from bot.office.invitations import Made
from bot.office.officials import Official, Right
from bot.office.people import ROLE_NAMES
from bot.office.plans import RefusedError
from bot.office.roll import Held, roll
from bot.tables import Audit, Invite, Member
from bot.web.office.shell import HOME, Route, Shell, Todo, Visit, missing
from handlers.duties import Role
from handlers.privacy import mask
from scheduler.text import fold
from scheduler.units import Unit, Units

PAGE = f"{HOME}/nguoi"
RUNS_OUT = timedelta(days=3)
"""An invite that nobody took is told of so long before it ends."""
GROUPS = (
    ("Phòng, ban, trung tâm", frozenset({"dept", "center", "body"})),
    ("Phường, xã", frozenset({"ward", "dept_commune"})),
)
ELSEWHERE = "Nơi khác"
SURNAMES = re.compile(
    r"nguyen|tran|le|pham|hoang|huynh|phan|vu|vo|dang|bui|do|ho|ngo|duong|ly|dinh|trinh|luong|mai|dao|ha|cao|than|giap"
    r"|ong|ba|anh|chi"
)
"""What names of persons begin with, without accents; with what people are called by."""


@dataclass(frozen=True, slots=True)
class Place:
    """A unit, and who holds a role there."""

    id: str
    name: str
    after: str
    """Who has its work today, where that is another one: "từ 01/07/2025: UBND phường Bắc Giang"."""
    held: tuple[Held, ...]


@dataclass(frozen=True, slots=True)
class Waiting:
    """An invite that nobody has taken yet."""

    mark: str
    """The hash by which it is kept; the code itself is known to nobody here."""
    unit_name: str
    role: str
    label: str
    created_at: datetime
    expires_at: datetime
    ended: bool


@dataclass(frozen=True, slots=True)
class Former:
    """Somebody who held a role."""

    unit_name: str
    role: str
    label: str
    since: datetime
    ended_at: datetime | None
    """None: it was not ended on this page."""


class PeopleRoom:
    """A list, a form, and a question before a role ends."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", PAGE, Right.PEOPLE, self.show),
            Route("POST", f"{PAGE}/moi", Right.PEOPLE, self.invite),
            Route("POST", f"{PAGE}/ma-moi/thu-hoi", Right.PEOPLE, self.withdraw),
            Route("GET", f"{PAGE}/{{id:[0-9]+}}/ket-thuc", Right.PEOPLE, self.ask_to_end),
            Route("POST", f"{PAGE}/{{id:[0-9]+}}/ket-thuc", Right.PEOPLE, self.end),
        ]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        if not visit.may(Right.PEOPLE):
            return ()
        soon = [one for one in await self._waiting(session, visit) if not one.ended]
        soon = [one for one in soon if one.expires_at - visit.now < RUNS_OUT]
        lines = tuple(f"{one.unit_name}: {one.role}" for one in soon[:3])
        return (Todo("Mã mời sắp hết hạn, chưa ai dùng", len(soon), f"{PAGE}#ma-moi", lines),)

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, {"don-vi": "", "vai-tro": Role.OFFICER.value, "chuc-danh": "", "thay-the": ""})

    async def _page(self, visit: Visit, typed: dict[str, str], problems: Sequence[str] = ()) -> web.Response:
        shell, sight, today = self._shell, visit.official.sight, self._shell.today()
        async with shell.storage.read() as session:
            held = await roll(session, sight)
            waiting = await self._waiting(session, visit)
            former = await self._former(session, visit)
        invitable = [unit for unit in shell.rules.units.all() if visit.official.sees(unit.id) and unit.valid_on(today)]
        return visit.render(
            "office/people.html",
            422 if problems else 200,
            groups=grouped(held, shell.rules.units, today),
            waiting=waiting,
            former=former,
            units=invitable,
            roles=ROLE_NAMES,
            channels=CHANNELS,
            pushable=shell.rules.pushable,
            typed=typed,
            problems=problems,
            here=PAGE,
        )

    async def _waiting(self, session: AsyncSession, visit: Visit) -> list[Waiting]:
        """Codes that nobody took, those that ended in the last two weeks too."""
        since = visit.now - people.VALID
        found = select(Invite).where(col(Invite.used_at).is_(None), col(Invite.expires_at) >= since)
        rows = (await session.execute(found.order_by(col(Invite.expires_at)))).scalars()
        units = self._shell.rules.units
        return [
            Waiting(
                row.digest,
                units.name(row.unit),
                ROLE_NAMES[Role(row.role)],
                row.label,
                row.created_at,
                row.expires_at,
                row.expires_at < visit.now,
            )
            for row in rows
            if visit.official.sees(row.unit)
        ]

    async def _former(self, session: AsyncSession, visit: Visit) -> list[Former]:
        held = await roll(session, visit.official.sight, active=False)
        ended = select(col(Audit.subject), col(Audit.at)).where(col(Audit.action) == "people.remove")
        days = {str(subject): at for subject, at in await session.execute(ended)}
        name = self._shell.rules.units.name
        return [
            Former(name(one.unit), ROLE_NAMES[one.role], one.label, one.since, days.get(f"member:{one.id}"))
            for one in held
        ]

    # Inviting

    async def invite(self, visit: Visit) -> web.StreamResponse:
        typed = {
            "don-vi": visit.text("don-vi"),
            "vai-tro": visit.text("vai-tro", 16),
            "chuc-danh": "".join(sign for sign in visit.text("chuc-danh", 120) if sign.isprintable()),
            "thay-the": visit.text("thay-the", 2),
        }
        unit, problems = self._read(visit.official, typed)
        if unit is None or problems:
            return await self._page(visit, typed, problems)
        role, label, substitute = Role(typed["vai-tro"]), typed["chuc-danh"], bool(typed["thay-the"])
        async with self._shell.storage.write() as session:
            code = await people.invite(session, unit.id, role, visit.now, label=label, substitute=substitute)
            told = {"unit": unit.id, "role": role.value, "label": label, "substitute": substitute}
            visit.audit(session, "people.invite", f"unit:{unit.id}", after=told)
        page = self._shell.address(visit.request, "").rstrip("/")
        made = Made(code, unit.id, unit.name, role, page, None, self._shell.telegram())
        return visit.render(
            "office/people_invited.html",
            made=made,
            role=ROLE_NAMES[role],
            label=label,
            qr=segno.make(made.link, error="m").svg_data_uri(scale=6),
            days=people.VALID.days,
            here=PAGE,
        )

    async def withdraw(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.write() as session:
            row = await session.get(Invite, visit.text("ma", 64))
            if row is None or not visit.official.sees(row.unit):
                raise missing()
            before: dict[str, object] = {"unit": row.unit, "role": row.role, "label": row.label}
            done = await people.withdraw(session, row.digest)
            if done:
                visit.audit(session, "people.withdraw", f"unit:{row.unit}", before=before)
        said = "Đã thu hồi mã mời." if done else "Mã mời này vừa có người dùng: xem ở danh sách trên."
        return visit.go(f"{PAGE}#ma-moi", said)

    def _read(self, by: Official, typed: dict[str, str]) -> tuple[Unit | None, list[str]]:
        """The unit that is meant, and what is wrong with the form."""
        problems: list[str] = []
        if typed["vai-tro"] not in {role.value for role in Role}:
            problems.append("Chọn một vai trò.")
        if looks_like_a_person(typed["chuc-danh"]):
            problems.append("Chức danh chỉ ghi chức vụ hoặc mảng việc, ví dụ “Cán bộ tư pháp”; không ghi tên người.")
        if not typed["don-vi"]:
            return None, ["Ghi tên đơn vị.", *problems]
        units, today = self._shell.rules.units, self._shell.today()
        try:
            found = workbench.unit_id(typed["don-vi"], units, today)
        except RefusedError as refused:
            return None, [*(_without_ids(line, units) for line in refused.problems), *problems]
        unit = units.get(found)
        if unit is None:
            problems.insert(0, f"“{typed['don-vi']}” là một nhóm. Hãy mời từng đơn vị.")
        elif not by.sees(unit.id):
            problems.insert(0, f"{unit.name} không thuộc phạm vi của anh/chị.")
        elif not unit.valid_on(today):
            problems.insert(0, f"{unit.name} nay không còn hoạt động.{_now(unit, units, today)}")
        return unit, problems

    # Ending

    async def ask_to_end(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.read() as session:
            row = await self._member(session, visit)
        return self._sure(visit, row)

    def _sure(self, visit: Visit, row: Member, problem: str = "") -> web.Response:
        return visit.render(
            "office/people_end.html",
            409 if problem else 200,
            member=row,
            unit_name=self._shell.rules.units.name(row.unit),
            role=ROLE_NAMES[Role(row.role)],
            own=row.id in visit.official.ids,
            problem=problem,
            here=PAGE,
        )

    async def end(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.write() as session:
            row = await self._member(session, visit)
            problem = await self._needed(session, visit.official, row)
            if not problem:
                before: dict[str, object] = {"unit": row.unit, "role": row.role, "label": row.label}
                if not await people.remove(session, row.id or 0):
                    raise missing()
                visit.audit(session, "people.remove", f"member:{row.id}", before=before)
        if problem:
            return self._sure(visit, row, problem)
        return visit.go(PAGE, f"Đã kết thúc vai trò {ROLE_NAMES[Role(row.role)]} số {row.id}.")

    async def _member(self, session: AsyncSession, visit: Visit) -> Member:
        row = await session.get(Member, visit.number("id"))
        if row is None or not row.active or not visit.official.sees(row.unit):
            raise missing()
        return row

    async def _needed(self, session: AsyncSession, by: Official, row: Member) -> str:
        """Why this role may not end now; empty: it may."""
        if row.role != Role.ADMIN.value:
            return ""
        own = [one for one in by.person.memberships if one.role is Role.ADMIN]
        if row.id in by.ids and len(own) == 1:
            return "Đây là vai trò quản trị cuối cùng của chính anh/chị. Nhờ một người quản trị khác kết thúc giúp."
        admins = select(func.count()).where(col(Member.role) == Role.ADMIN.value, col(Member.active))
        if (await session.execute(admins)).scalar_one() < 2:
            return "Đây là vai trò quản trị cuối cùng. Mời người quản trị mới trước."
        return ""


def grouped(held: Iterable[Held], units: Units, today: date) -> list[tuple[str, list[Place]]]:
    """Units where somebody holds a role, those of the city first, each with who has its work today."""
    by_unit: dict[str, list[Held]] = defaultdict(list)
    for one in held:
        by_unit[one.unit].append(one)
    places: dict[str, list[Place]] = {name: [] for name in (*(name for name, _ in GROUPS), ELSEWHERE)}
    for number, found in by_unit.items():
        unit = units.get(number)
        group = next((name for name, kinds in GROUPS if unit and unit.kind in kinds), ELSEWHERE)
        after = _after(unit, units, today) if unit else ""
        places[group].append(Place(number, units.name(number), after, tuple(found)))
    for group_places in places.values():
        group_places.sort(key=lambda place: (fold(place.name), place.id))
    return [(name, listed) for name, listed in places.items() if listed]


def _after(unit: Unit, units: Units, today: date) -> str:
    if unit.valid_on(today) or unit.valid_to is None:
        return ""
    now = units.today(unit.id, today)
    name = now if isinstance(now, str) or now is None else now.name
    from_day = unit.valid_to + timedelta(days=1)
    return f"từ {from_day:%d/%m/%Y}: {name}" if name else f"hoạt động đến {unit.valid_to:%d/%m/%Y}"


def _now(unit: Unit, units: Units, today: date) -> str:
    after = _after(unit, units, today)
    return f" {after[0].upper()}{after[1:]}." if after else ""


def _without_ids(line: str, units: Units) -> str:
    """A line of the command line without the ids of units: people do not know them."""
    for unit in units.all():
        line = line.replace(f" ({unit.id})", "")
    return line


def looks_like_a_person(label: str) -> bool:
    """Whether a label is the name of a person, or holds what tells one: it is the post that is kept."""
    if mask(label).text != label:
        return True
    words = re.findall(r"[^\W\d_]+", label)
    named = fold(label).split()
    capital = all(word[0].isupper() for word in words)
    return 2 <= len(words) <= 5 and capital and len(named) == len(words) and SURNAMES.fullmatch(named[0]) is not None
