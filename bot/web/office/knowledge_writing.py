"""Writing a procedure: the form of a draft, and the end of a procedure that is no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import publishing, versions
from bot.office.officials import Right
from bot.tables import Gap, ProcedureVersion, Question, VersionState
from bot.versions import RefusedError, Written
from bot.web.office import knowledge_form as forms
from bot.web.office.knowledge_form import Typed
from bot.web.office.knowledge_shelf import Shelf, code_of
from bot.web.office.knowledge_words import audited, changed
from bot.web.office.shell import HOME, Route, Visit, missing
from knowledge.changes import Kind
from knowledge.procedures import Procedure

HERE = f"{HOME}/thu-tuc"
CODE = f"{HERE}/{{code:[1-9]\\.[0-9]{{6}}}}"


@dataclass(frozen=True, slots=True)
class Desk:
    """What lies on the desk of whoever writes at a procedure."""

    code: str
    """Empty for one that has no code yet."""
    now: Procedure | None
    draft: ProcedureVersion | None

    @property
    def seen(self) -> str:
        return versions.mark(self.draft)


class WritingPages:
    """Forms that keep a draft."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", f"{HERE}/moi", Right.WRITE, self.begin),
            Route("POST", f"{HERE}/moi", Right.WRITE, self.save_new),
            Route("GET", f"{CODE}/sua", Right.WRITE, self.edit),
            Route("POST", f"{CODE}/sua", Right.WRITE, self.save),
            Route("GET", f"{CODE}/bai-bo", Right.WRITE, self.ask_abolish),
            Route("POST", f"{CODE}/bai-bo", Right.WRITE, self.abolish),
        ]

    # The form

    async def begin(self, visit: Visit) -> web.StreamResponse:
        """An empty form; from a question that nobody could answer it begins with that question."""
        typed = Typed()
        asked = visit.request.query.get("cau", "")
        if asked.isascii() and asked.isdecimal() and len(asked) < 10:
            async with visit.shell.storage.read() as session:
                question = await session.get(Question, int(asked))
                gap = await session.get(Gap, int(asked))
            if question is not None and gap is not None:  # what was answered is nobody's to read
                typed.values |= {"questions": " ".join(question.text.split()), "cau-hoi": asked}
        return self._form(visit, typed, Desk("", None, None))

    async def edit(self, visit: Visit) -> web.StreamResponse:
        desk = await self._desk(visit)
        if desk.draft is not None:
            if desk.draft.state != VersionState.DRAFT:
                return visit.go(f"{HERE}/ban/{desk.draft.id}", "Bản này đang chờ. Rút về rồi mới sửa được.")
            found = publishing.record(desk.code, desk.draft.body)
            typed = forms.of(found) if found else Typed({"code": desk.code})
            if desk.draft.decided_at is None:
                typed.values["note"] = desk.draft.note
            typed.values["holds_from"] = str(desk.draft.holds_from or "")
            return self._form(visit, typed, desk)
        assert desk.now is not None  # noqa: S101 - else there would be no desk
        typed = forms.of(desk.now)
        typed.values |= {"checked_on": "", "review_by": ""}  # whoever writes has looked at the source again
        return self._form(visit, typed, desk)

    async def _desk(self, visit: Visit) -> Desk:
        """Raises RefusedPageError (404) for a code of which nothing is known."""
        code = code_of(visit.request.match_info["code"])
        async with visit.shell.storage.read() as session:
            desk = Desk(code, await self._shelf.in_force(session, code), await versions.on_its_way(session, code))
        if desk.now is None and desk.draft is None:
            raise missing()
        return desk

    def _form(self, visit: Visit, typed: Typed, desk: Desk, seen: str | None = None) -> web.Response:
        return visit.render(
            "office/procedure_form.html",
            422 if typed.problems else 200,
            typed=typed,
            new=not desk.code,
            code=desk.code,
            record=desk.now,
            sent_back=desk.draft.note if desk.draft and desk.draft.decided_at else "",
            seen=desk.seen if seen is None else seen,
            labels=forms.LABELS,
            columns=forms.COLUMNS,
            choices=forms.CHOICES,
            fields=self._shelf.fields(),
        )

    async def save_new(self, visit: Visit) -> web.StreamResponse:
        return await self._save(visit, Desk("", None, None))

    async def save(self, visit: Visit) -> web.StreamResponse:
        return await self._save(visit, await self._desk(visit))

    async def _save(self, visit: Visit, desk: Desk) -> web.StreamResponse:
        """Keep a draft, or show the form again: with one more row, or with what is wrong."""
        typed = forms.read(visit.form)
        typed.values["cau-hoi"] = visit.text("cau-hoi", 10)
        if desk.code:
            typed.values["code"] = desk.code
        seen = visit.text("ban", 60)
        if table := visit.text("them", 20):
            typed.add_row(table)
            typed.problems.clear()
            return self._form(visit, typed, desk, seen)
        found, holds_from = forms.record(typed, visit.shell.today()), day_of(visit, "holds_from", typed)
        if found is not None and not desk.code and await self._is_known(visit, found.code):
            typed.problems["code"] = f"Mã {found.code} đã có. Mở thủ tục đó để sửa."
        if found is None or typed.problems:
            return self._form(visit, typed, desk, seen)
        kind = Kind.CHANGED if desk.now is not None else Kind.NEW
        try:
            number = await keep(visit, Written(found, kind, typed.value("note"), holds_from), desk.now, seen)
        except RefusedError as refused:
            typed.problems["note"] = str(refused)
            return self._form(visit, typed, desk, seen)
        return visit.go(f"{HERE}/ban/{number}", "Đã lưu bản nháp. Xem lại khác biệt rồi gửi duyệt.")

    async def _is_known(self, visit: Visit, code: str) -> bool:
        async with visit.shell.storage.read() as session:
            return await self._shelf.in_force(session, code) is not None or code in self._shelf.shipped.by_code

    # Abolishing

    async def ask_abolish(self, visit: Visit) -> web.StreamResponse:
        desk = await self._desk(visit)
        if desk.now is None:
            raise missing()
        if desk.draft is None:
            return self._abolishing(visit, Typed(), desk)
        found = publishing.record(desk.code, desk.draft.body)
        if found is None or desk.draft.state != VersionState.DRAFT or desk.draft.kind != Kind.ABOLISHED:
            return visit.go(f"{HERE}/ban/{desk.draft.id}", "Thủ tục này đang có bản chưa xong. Xử lý bản đó trước.")
        return self._abolishing(visit, forms.of(found), desk)

    def _abolishing(self, visit: Visit, typed: Typed, desk: Desk, seen: str | None = None) -> web.Response:
        return visit.render(
            "office/procedure_abolish.html",
            422 if typed.problems else 200,
            typed=typed,
            record=desk.now,
            seen=desk.seen if seen is None else seen,
            labels=forms.LABELS,
        )

    async def abolish(self, visit: Visit) -> web.StreamResponse:
        """A draft that says from when the procedure is no more, and what takes its place."""
        desk = await self._desk(visit)
        if desk.now is None:
            raise missing()
        sent, seen = forms.read(visit.form), visit.text("ban", 60)
        typed = forms.of(desk.now)
        names = ("effective_until", "successor", "source", "source_url", "checked_on", "note")
        typed.values |= {name: sent.value(name) for name in names}
        if not typed.value("effective_until"):
            typed.problems["effective_until"] = "Chọn ngày."
        typed.values["review_by"] = _after(typed.value("checked_on"), desk.now.review_by)
        unknown = [code for code in typed.value("successor").splitlines() if self._shelf.library.get(code) is None]
        if unknown:
            typed.problems["successor"] = f"Chưa có thủ tục mã {', '.join(unknown)} trong dữ liệu."
        found = forms.record(typed, visit.shell.today())
        if found is None:
            return self._abolishing(visit, typed, desk, seen)
        try:
            number = await keep(visit, Written(found, Kind.ABOLISHED, typed.value("note")), desk.now, seen)
        except RefusedError as refused:
            typed.problems["note"] = str(refused)
            return self._abolishing(visit, typed, desk, seen)
        return visit.go(f"{HERE}/ban/{number}", "Đã lưu bản nháp bãi bỏ. Xem lại rồi gửi duyệt.")


async def keep(
    visit: Visit, written: Written, now: Procedure | None, seen: str = "", action: str = "procedure.draft"
) -> int:
    """Keep a draft and write down what it changes of what is in force; its number. Raises RefusedError."""
    before, after = audited(changed(now, written.procedure))
    async with visit.shell.storage.write() as session:
        row = await versions.write(session, written, visit.official, visit.now, seen=seen)
        told = {"code": row.code, "note": written.note, **after}
        visit.audit(session, action, versions.subject(row), before=before, after=told)
        await _gap_drafted(session, visit)
    return row.id or 0


async def _gap_drafted(session: AsyncSession, visit: Visit) -> None:
    """A question that nobody could answer is being written about."""
    asked = visit.text("cau-hoi", 10)
    gap = await session.get(Gap, int(asked)) if asked.isascii() and asked.isdecimal() and len(asked) < 10 else None
    if gap is not None and gap.state == "open":
        gap.state = "drafted"
        session.add(gap)
        visit.audit(
            session, "gap.draft", f"gap:{gap.question_id}", before={"state": "open"}, after={"state": "drafted"}
        )


def day_of(visit: Visit, name: str, typed: Typed) -> date | None:
    """A day that may be left out; what is none is a mistake of the form."""
    typed_day = visit.text(name, 20)
    if not typed_day:
        return None
    try:
        return date.fromisoformat(typed_day)
    except ValueError:
        typed.problems[name] = "Ngày chưa đúng. Chọn lại ngày."
        return None


def _after(checked: str, review_by: date) -> str:
    """The review date of a record that ends: nobody asks it, but it comes after the day of checking."""
    try:
        return max(review_by, date.fromisoformat(checked) + timedelta(days=1)).isoformat()
    except (ValueError, OverflowError):
        return review_by.isoformat()
