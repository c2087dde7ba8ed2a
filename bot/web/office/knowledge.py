"""Thủ tục: what the assistant knows. Searched as a citizen asks, looked at with every version, and what waits there."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web
from markupsafe import Markup, escape
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits, trying, versions
from bot.channels import render
from bot.office import owners
from bot.office.officials import Right
from bot.publishing import among, of_origin, record
from bot.tables import Origin, ProcedureVersion, VersionState
from bot.web.chat import WEB
from bot.web.office.knowledge_imports import ImportPages
from bot.web.office.knowledge_owners import OwnerPages
from bot.web.office.knowledge_shelf import Shelf, code_of, is_due, on_their_way
from bot.web.office.knowledge_versions import VersionPages
from bot.web.office.knowledge_words import Shown, changed, shown, told
from bot.web.office.knowledge_writing import WritingPages
from bot.web.office.shell import HOME, Route, Shell, Todo, Visit, missing
from handlers import assistant, texts
from handlers.context import Office
from handlers.duties import Role
from handlers.message import Address
from knowledge.procedures import Procedure
from knowledge.reading import Decision

HERE = f"{HOME}/thu-tuc"
CODE = f"{HERE}/{{code:[1-9]\\.[0-9]{{6}}}}"
FILTERS = {
    "": "Tất cả",
    "kiem-tra": "Cần kiểm tra lại",
    "dang-lam": "Đang viết, chờ duyệt",
    "bai-bo": "Không còn hiệu lực",
}
DECISIONS = {
    Decision.ANSWER: "Trả lời ngay",
    Decision.CLARIFY: "Hỏi lại, đưa các lựa chọn",
    Decision.DECLINE: "Từ chối trả lời, chỉ nơi hỏi",
    Decision.SMALLTALK: "Chào hỏi",
}
LINES = 3
"""So many of what waits are named on today's page."""
_BOLD = re.compile(r"\*\*(.+?)\*\*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Line:
    """A procedure in the list."""

    code: str
    name: str
    field: str
    record: Procedure | None
    """None: it is only being written."""
    version: Shown | None
    """What is on its way."""
    late: bool
    due: bool
    gone: bool


class KnowledgeRoom:
    """The list, the page of a procedure, a question tried out; writing, imports and owners have pages of their own."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._shelf = Shelf(shell)
        self._parts = (
            WritingPages(self._shelf),
            VersionPages(self._shelf),
            ImportPages(self._shelf),
            OwnerPages(self._shelf),
        )
        self._router = assistant.build()
        self._texts = texts.load()

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", HERE, Right.KNOWLEDGE, self.index),
            Route("GET", f"{HERE}/thu-hoi", Right.KNOWLEDGE, self.ask),
            Route("POST", f"{HERE}/thu-hoi", Right.KNOWLEDGE, self.answer),
            *(route for part in self._parts for route in part.routes()),
            Route("GET", CODE, Right.KNOWLEDGE, self.show),
            Route("GET", f"{CODE}/so-sanh", Right.KNOWLEDGE, self.compare),
        ]

    # What waits

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        waiting: list[Todo] = []
        if visit.may(Right.APPROVE):
            waiting += [await self._to_approve(session, visit), await self._imported(session)]
        if visit.may(Right.WRITE):
            waiting += [await self._sent_back(session, visit), await self._due(session, visit)]
        return waiting

    async def _to_approve(self, session: AsyncSession, visit: Visit) -> Todo:
        rows = [row for row in await _rows(session, VersionState.SUBMITTED) if not visit.official.wrote(row.author_id)]
        href = f"{HERE}/ban/{rows[0].id}" if len(rows) == 1 else f"{HERE}?loc=dang-lam"
        return Todo("Bản thủ tục chờ duyệt", len(rows), href, self._named(row.code for row in rows), urgent=True)

    async def _sent_back(self, session: AsyncSession, visit: Visit) -> Todo:
        rows = [
            row
            for row in await _rows(session, VersionState.DRAFT)
            if row.decided_at is not None and visit.official.wrote(row.author_id)
        ]
        href = f"{HERE}/ban/{rows[0].id}" if len(rows) == 1 else f"{HERE}?loc=dang-lam"
        return Todo("Bản thủ tục trả lại để sửa", len(rows), href, self._named(row.code for row in rows), urgent=True)

    async def _due(self, session: AsyncSession, visit: Visit) -> Todo:
        """Past their date only: what comes to it soon is on the list, and in the message of the week."""
        today = visit.shell.today()
        late = [one for one in owners.to_review(self._shelf.library, today) if one.stale_on(today)]
        if not visit.official.person.holds(Role.ADMIN):
            units = visit.official.person.units(Role.EDITOR)
            owned, editing = await owners.owners(session), await owners.editors(session)
            late = owners.looked_after(late, units, owned, editing)
        names = tuple(one.name for one in late[:LINES])
        return Todo("Thủ tục quá hạn kiểm tra lại", len(late), f"{HERE}?loc=kiem-tra", names)

    async def _imported(self, session: AsyncSession) -> Todo:
        here = (among(VersionState.REVIEW), of_origin(Origin.IMPORT))
        count = (await session.execute(select(func.count()).select_from(ProcedureVersion).where(*here))).scalar_one()
        return Todo("Bản nhập từ danh mục chờ xem", int(count), f"{HERE}/nhap")

    def _named(self, codes: Iterable[str]) -> tuple[str, ...]:
        found = [self._shelf.library.get(code) for code in list(codes)[:LINES]]
        return tuple(one.name for one in found if one)

    # The list

    async def index(self, visit: Visit) -> web.StreamResponse:
        query = visit.request.query
        text, chosen, field = (query.get(name, "").strip()[:200] for name in ("tim", "loc", "linh-vuc"))
        async with self._shell.storage.read() as session:
            under_way = await on_their_way(session)
            imported = (await self._imported(session)).count
        lines = self._lines(text, under_way, visit.shell.today())
        lines = [line for line in lines if _is_in(line, chosen) and (not field or line.field == field)]
        if chosen == "kiem-tra":
            lines.sort(key=lambda line: line.record.review_by if line.record else date.max)
        return visit.render(
            "office/procedures.html",
            lines=lines[: limits.PROCEDURES_LISTED],
            count=len(lines),
            text=text,
            chosen=chosen if chosen in FILTERS else "",
            field=field,
            filters=FILTERS,
            fields=self._shelf.fields(),
            imported=imported,
        )

    def _lines(self, text: str, under_way: dict[str, Shown], today: date) -> list[Line]:
        found = [
            Line(
                one.code,
                one.name,
                one.field,
                one,
                under_way.get(one.code),
                late=one.valid_on(today) and one.stale_on(today),
                due=is_due(one, today),
                gone=one.ended_on(today),
            )
            for one in self._shelf.found(text)
        ]
        known = self._shelf.library.by_code
        new = [
            Line(code, f"Thủ tục mới {code}", "", None, version, late=False, due=False, gone=False)
            for code, version in under_way.items()
            if code not in known and (not text or text in code)
        ]
        return [*new, *sorted(found, key=lambda line: (line.version is None, line.field, line.name))]

    # One procedure

    async def show(self, visit: Visit) -> web.StreamResponse:
        code = code_of(visit.request.match_info["code"])
        async with self._shell.storage.read() as session:
            now = await self._shelf.in_force(session, code)
            rows = await versions.history(session, code)
            owner = (await owners.owners(session)).get(now.field, "") if now else ""
        shipped = self._shelf.shipped.get(code)
        if now is None and not rows:
            raise missing()
        known = self._shelf.library.get(code)
        return visit.render(
            "office/procedure.html",
            code=code,
            record=now,
            facts=[(label, said) for label, said in told(known or now)] if now else [],
            attached=[name for name in known.aliases if name not in now.aliases] if known and now else [],
            versions=[shown(row) for row in rows],
            shipped=shipped is not None,
            by_office=any(row.origin == Origin.OFFICE and row.state == VersionState.PUBLISHED for row in rows),
            under_way=next((shown(row) for row in rows if row.state in versions.ON_ITS_WAY), None),
            owner=visit.shell.rules.units.name(owner) if owner else "",
            other_province=now is not None and known is None,
        )

    async def compare(self, visit: Visit) -> web.StreamResponse:
        """Any two versions of a code, the shipped record among them."""
        code, query = code_of(visit.request.match_info["code"]), visit.request.query
        async with self._shell.storage.read() as session:
            rows = await versions.history(session, code)
        shipped = self._shelf.shipped.get(code)
        found = {str(row.id): read for row in rows if (read := record(row.code, row.body))}
        if shipped is not None:
            found["goc"] = shipped
        older, newer = found.get(query.get("cu", "")), found.get(query.get("moi", ""))
        if older is None or newer is None:
            raise missing()
        called = {str(row.id): shown(row) for row in rows}
        return visit.render(
            "office/procedure_compare.html",
            code=code,
            name=newer.name,
            differences=changed(older, newer),
            older=called.get(query["cu"]),
            newer=called.get(query["moi"]),
        )

    # A question tried out

    async def ask(self, visit: Visit) -> web.StreamResponse:
        return self._tried(visit, "")

    async def answer(self, visit: Visit) -> web.StreamResponse:
        """As a citizen would be answered at this moment; nothing of it is kept."""
        typed, settings = visit.text("cau", limits.MAX_TEXT), self._shell.settings
        if not typed:
            return self._tried(visit, "", "Gõ câu hỏi như người dân hay hỏi.")
        known = self._shell.known()
        page = str(settings.public_url).rstrip("/") if settings.public_url else None
        office = Office(settings.office_name, settings.office_contact, page)
        here = Address(WEB.name, "thu-hoi")
        tried = await trying.answer(typed, here, known, self._router, self._texts, office, visit.now)
        return self._tried(visit, tried.question, tried=tried)

    def _tried(self, visit: Visit, text: str, problem: str = "", tried: trying.Tried | None = None) -> web.Response:
        outcome = tried.outcome if tried else None
        replies = [part for reply in outcome.replies for part in render.parts(reply, WEB.traits)] if outcome else []
        return visit.render(
            "office/procedure_try.html",
            422 if problem else 200,
            text=text,
            problem=problem,
            outcome=outcome,
            decision=DECISIONS[outcome.decision] if outcome else "",
            replies=[(_marked(reply.text), reply.choices) for reply in replies],
            weighed=trying.explained(self._shell.known(), text) if outcome else [],
        )


async def _rows(session: AsyncSession, state: VersionState) -> list[ProcedureVersion]:
    statement = (
        select(ProcedureVersion).where(among(state), of_origin(Origin.OFFICE)).order_by(col(ProcedureVersion.id))
    )
    return list((await session.execute(statement)).scalars())


def _is_in(line: Line, chosen: str) -> bool:
    match chosen:
        case "kiem-tra":
            return line.due
        case "dang-lam":
            return line.version is not None
        case "bai-bo":
            return line.gone
    return True


def _marked(text: str) -> Markup:
    """A reply with its bold stretches, as every channel shows them."""
    return Markup(_BOLD.sub(r"<strong>\1</strong>", str(escape(text))))  # noqa: S704 - escaped before it is marked
