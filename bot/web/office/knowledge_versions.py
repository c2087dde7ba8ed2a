"""One version of a procedure: what it changes, the second person who agrees or sends it back, the way back to it."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import publishing, versions
from bot.office.officials import Right
from bot.tables import ProcedureVersion, VersionState
from bot.versions import RefusedError, Written
from bot.web.office.knowledge_form import Typed
from bot.web.office.knowledge_shelf import Shelf, code_of
from bot.web.office.knowledge_words import audited, changed, doubts, harm, shown, told
from bot.web.office.knowledge_writing import CODE, HERE, day_of, keep
from bot.web.office.shell import Route, Visit, missing
from bot.web.pages import RefusedPageError
from handlers.privacy import mask
from knowledge.changes import Kind
from knowledge.procedures import Procedure

VERSION = f"{HERE}/ban/{{id:[0-9]+}}"
_REASON = 500
"""Longest reason for sending a version back, in characters."""


class VersionPages:
    """The page of a version, and what is decided there."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", VERSION, Right.KNOWLEDGE, self.show),
            Route("POST", f"{VERSION}/gui-duyet", Right.WRITE, self.submit),
            Route("POST", f"{VERSION}/rut", Right.WRITE, self.withdraw),
            Route("POST", f"{VERSION}/bo", Right.WRITE, self.drop),
            Route("POST", f"{VERSION}/quay-lai", Right.WRITE, self.roll_back),
            Route("POST", f"{VERSION}/duyet", Right.APPROVE, self.approve),
            Route("POST", f"{VERSION}/tra-lai", Right.APPROVE, self.send_back),
            Route("POST", f"{CODE}/ban-goc", Right.WRITE, self.back_to_shipped),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def _page(self, visit: Visit, problem: str = "") -> web.Response:
        async with visit.shell.storage.read() as session:
            row = await self._version(session, visit)
            now = await self._shelf.in_force(session, row.code)
            wrote = await versions.writers(session, row)
        found = publishing.record(row.code, row.body)
        waits = row.state in versions.ON_ITS_WAY
        effects = await self._shelf.effects(found) if found and waits and row.kind != Kind.ABOLISHED else None
        return visit.render(
            "office/procedure_version.html",
            409 if problem else 200,
            version=shown(row),
            seen=versions.mark(row),
            record=found,
            facts=told(found) if found else [],
            differences=changed(now, found) if found and waits else [],
            new=now is None,
            waits=waits,
            harm=harm(effects) if effects else [],
            doubts=doubts(effects) if effects else [],
            own=bool(visit.official.ids & wrote),
            restorable=not waits and row.kind != Kind.ABOLISHED and row.state != VersionState.REVIEW,
            problem=problem,
        )

    async def _version(self, session: AsyncSession, visit: Visit) -> ProcedureVersion:
        row = await versions.find(session, visit.number("id"))
        if row is None:
            raise missing()
        return row

    async def submit(self, visit: Visit) -> web.StreamResponse:
        number = visit.number("id")
        if problem := await self._harm(visit):
            return await self._page(visit, problem)
        return await self._moved(
            visit, "procedure.submit", "Đã gửi duyệt.", lambda session: versions.submit(session, number, visit.now)
        )

    async def _harm(self, visit: Visit) -> str:
        """Why a version must not be published; empty: nothing speaks against it."""
        async with visit.shell.storage.read() as session:
            row = await self._version(session, visit)
        found = publishing.record(row.code, row.body)
        if found is None:
            return "Bản này không còn đúng mẫu. Mở ra sửa lại."
        if row.kind == Kind.ABOLISHED:
            return ""
        return " ".join(harm(await self._shelf.effects(found)))

    async def _moved(self, visit: Visit, action: str, done: str, move: versions.Move) -> web.StreamResponse:
        """Move a version to its next state and write that down; refused moves are told on its page."""
        try:
            async with visit.shell.storage.write() as session:
                before = await self._version(session, visit)
                was = before.state
                row = await move(session)
                told_ = {"before": {"state": was}, "after": {"code": row.code, "state": row.state, "note": row.note}}
                visit.audit(session, action, versions.subject(row), **told_)
        except RefusedError as refused:
            return await self._page(visit, str(refused))
        return visit.go(f"{HERE}/ban/{row.id}", done)

    async def withdraw(self, visit: Visit) -> web.StreamResponse:
        """Whoever writes takes back what waits."""
        number, done = visit.number("id"), "Đã rút về thành bản nháp."
        return await self._moved(visit, "procedure.send_back", done, lambda session: versions.withdraw(session, number))

    async def send_back(self, visit: Visit) -> web.StreamResponse:
        number, reason = visit.number("id"), mask(visit.text("ly-do", _REASON)).text
        if not reason:
            return await self._page(visit, "Ghi một câu: cần sửa điều gì.")
        return await self._moved(
            visit,
            "procedure.send_back",
            "Đã trả lại để sửa.",
            lambda session: versions.send_back(session, number, reason, visit.official, visit.now),
        )

    async def drop(self, visit: Visit) -> web.StreamResponse:
        number = visit.number("id")
        return await self._moved(
            visit,
            "procedure.drop",
            "Đã bỏ bản nháp.",
            lambda session: versions.drop(session, number, visit.official, visit.now),
        )

    async def approve(self, visit: Visit) -> web.StreamResponse:
        """A second person agrees: now, or from a day."""
        typed = Typed()
        day = day_of(visit, "ngay", typed)
        if typed.problems:
            return await self._page(visit, "Ngày công bố chưa đúng. Chọn lại, hoặc để trống để công bố ngay.")
        if problem := await self._harm(visit):
            return await self._page(visit, problem)
        async with visit.shell.storage.read() as session:
            row = await self._version(session, visit)
            now = await self._shelf.in_force(session, row.code)
        found = publishing.record(row.code, row.body)
        before, after = audited(changed(now, found)) if found else ({}, {})
        try:
            async with visit.shell.storage.write() as session:
                row = await versions.approve(
                    session, visit.number("id"), visit.official, day, visit.now, seen=visit.text("ban", 60)
                )
                out = row.state == VersionState.PUBLISHED
                action = "procedure.publish" if out else "procedure.approve"
                told_ = {"code": row.code, "state": row.state, "holds_from": str(day or ""), **after}
                visit.audit(session, action, versions.subject(row), before=before, after=told_)
        except RefusedError as refused:
            return await self._page(visit, str(refused))
        if out:
            await visit.shell.learn()
        done = "Đã công bố. Trợ lý trả lời theo bản này." if out else f"Đã duyệt. Công bố ngày {day:%d/%m/%Y}."
        return visit.go(f"{HERE}/ban/{row.id}", done)

    # Back to an older version

    async def roll_back(self, visit: Visit) -> web.StreamResponse:
        async with visit.shell.storage.read() as session:
            row = await self._version(session, visit)
        found = publishing.record(row.code, row.body)
        gone = row.kind == Kind.ABOLISHED or row.state in (*versions.ON_ITS_WAY, VersionState.REVIEW)
        if found is None or gone:
            return await self._page(visit, "Bản này không dùng lại được.")
        when = row.published_at or row.imported_at
        return await self._restored(visit, found, f"Quay lại bản số {row.id}, ngày {when:%d/%m/%Y}.")

    async def back_to_shipped(self, visit: Visit) -> web.StreamResponse:
        found = self._shelf.shipped.get(code_of(visit.request.match_info["code"]))
        if found is None:
            raise missing()
        return await self._restored(visit, found, "Quay lại bản biên soạn sẵn của chương trình.")

    async def _restored(self, visit: Visit, found: Procedure, note: str) -> web.StreamResponse:
        """A draft that says what an older version said: a second person agrees to it as to any other."""
        async with visit.shell.storage.read() as session:
            now = await self._shelf.in_force(session, found.code)
        written = Written(found, Kind.CHANGED if now else Kind.NEW, note)
        try:
            number = await keep(visit, written, now, "", "procedure.roll_back")
        except RefusedError as refused:
            raise RefusedPageError(409, "Chưa làm được", str(refused)) from refused
        return visit.go(f"{HERE}/ban/{number}", "Đã lập bản nháp từ bản cũ. Xem lại rồi gửi duyệt.")
