"""Thông báo: written, looked at as each channel shows it, agreed to by a second person, watched while it leaves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from aiohttp import web
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import announcement_progress, announcements, people, posting, switches
from bot.office.announcement_progress import Progress
from bot.office.announcements import Draft
from bot.office.audiences import Audience
from bot.office.officials import Right
from bot.office.plans import RefusedError
from bot.tables import Announcement, AnnouncementState, Member, Outbox, OutboxState
from bot.web.office import announcement_form as forms
from bot.web.office.announcement_form import Typed
from bot.web.office.announcement_view import STATES, may, view, wrote
from bot.web.office.shell import HOME, Route, Shell, Todo, Visit, missing
from bot.web.pages import moment

PATH = f"{HOME}/thong-bao"
ONE = f"{PATH}/{{id:[0-9]+}}"
RECENT = timedelta(days=14)
"""So long failures of one's own announcements stand on today's page."""
FEW = 3


class AnnouncementsRoom:
    """List, form, one announcement, and what can be done with it."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", PATH, Right.KNOWLEDGE, self.show_all),
            Route("GET", f"{PATH}/moi", Right.ANNOUNCE, self.ask),
            Route("POST", f"{PATH}/moi", Right.ANNOUNCE, self.keep),
            Route("GET", f"{PATH}/khan", Right.SWITCH, self.ask_emergency),
            Route("POST", f"{PATH}/khan", Right.SWITCH, self.keep_emergency),
            Route("GET", ONE, Right.KNOWLEDGE, self.show),
            Route("GET", f"{ONE}/sua", Right.ANNOUNCE, self.edit),
            Route("POST", f"{ONE}/sua", Right.ANNOUNCE, self.change),
            Route("POST", f"{ONE}/gui-duyet", Right.ANNOUNCE, self.submit),
            Route("POST", f"{ONE}/duyet", Right.APPROVE, self.approve),
            Route("POST", f"{ONE}/tra-lai", Right.APPROVE, self.send_back),
            Route("POST", f"{ONE}/gui-khan", Right.SWITCH, self.release),
            Route("POST", f"{ONE}/dung", Right.ANNOUNCE, self.stop),
            Route("POST", f"{ONE}/gui-lai", Right.ANNOUNCE, self.resend),
            Route("POST", f"{ONE}/con-nghi", Right.ANNOUNCE, self.decide),
        ]

    # What waits

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        found = [*(await self._to_approve(session, visit)), *(await self._failed(session, visit))]
        return [todo for todo in found if todo.count]

    async def _to_approve(self, session: AsyncSession, visit: Visit) -> list[Todo]:
        if not visit.may(Right.APPROVE):
            return []
        rows = await self._rows(session, visit, col(Announcement.state) == AnnouncementState.SUBMITTED)
        waiting = [row for row in rows if not visit.official.wrote(row.author_id)]
        href = f"{PATH}/{waiting[0].id}" if len(waiting) == 1 else PATH
        return [Todo("Thông báo chờ duyệt", len(waiting), href, tuple(row.title for row in waiting[:FEW]))]

    async def _failed(self, session: AsyncSession, visit: Visit) -> list[Todo]:
        """Of one's own announcements, those that did not arrive everywhere."""
        if not visit.may(Right.ANNOUNCE):
            return []
        statement = (
            select(col(Announcement.id), col(Announcement.title), func.count())
            .join(Outbox, col(Outbox.announcement_id) == col(Announcement.id))
            .where(
                col(Announcement.author_id).in_(visit.official.ids),
                col(Announcement.state).in_(announcements.SENT_FROM),
                col(Announcement.created_at) > visit.now - RECENT,
                col(Outbox.state).in_((OutboxState.FAILED, OutboxState.HELD)),
            )
            .group_by(col(Announcement.id), col(Announcement.title))
            .order_by(col(Announcement.id).desc())
        )
        found = list(await session.execute(statement))
        lines = tuple(f"{title}: {count} nơi" for _, title, count in found[:FEW])
        href = f"{PATH}/{found[0][0]}" if len(found) == 1 else PATH
        return [Todo("Nơi chưa nhận thông báo của anh/chị", sum(count for *_, count in found), href, lines)]

    # Reading

    async def _rows(self, session: AsyncSession, visit: Visit, *conditions: object) -> list[Announcement]:
        """Announcements in this official's sight, the newest first: a ward's people see the ward's."""
        statement = select(Announcement).where(*conditions)  # type: ignore[arg-type]
        reach = announcements.reach(visit.official, self._shell.rules.units)
        if reach is not None:
            statement = statement.join(Member, col(Member.id) == col(Announcement.author_id))
            statement = statement.where(col(Member.unit).in_(reach))
        rows = await session.execute(statement.order_by(col(Announcement.id).desc()).limit(limits.PAGE_ROWS))
        return list(rows.scalars())

    async def _one(self, session: AsyncSession, visit: Visit, *, lock: bool = False) -> Announcement:
        """The announcement of the path. Raises RefusedPageError (404) where it is not for this official."""
        found = await self._rows(session, visit, col(Announcement.id) == visit.number("id"))
        row = await announcements.take(session, found[0].id or 0) if found and lock else next(iter(found), None)
        if row is None:
            raise missing()
        return row

    async def show_all(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.read() as session:
            rows = await self._rows(session, visit)
            counts = await announcement_progress.progress(session, [row.id or 0 for row in rows], visit.now)
            off = await switches.off(session)
        listed = [(row, STATES[AnnouncementState(row.state)], counts[row.id or 0]) for row in rows]
        return visit.render(
            "office/announcements.html", listed=listed, off=off, names=switches.Name, nothing=Progress()
        )

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def _page(self, visit: Visit, problems: Sequence[str] = (), reason: str = "") -> web.Response:
        async with self._shell.storage.read() as session:
            shown = await view(session, await self._one(session, visit), visit)
        values = {"shown": shown, "may": may(shown, visit), "problems": problems, "reason": reason}
        return visit.render("office/announcement.html", 422 if problems else 200, **values)

    # Writing

    async def ask(self, visit: Visit) -> web.StreamResponse:
        return self._form(visit, Typed())

    async def ask_emergency(self, visit: Visit) -> web.StreamResponse:
        return self._form(visit, Typed(), emergency=True)

    def _form(
        self,
        visit: Visit,
        typed: Typed,
        problems: Sequence[str] = (),
        *,
        row: Announcement | None = None,
        emergency: bool = False,
    ) -> web.Response:
        values = {"typed": typed, "options": forms.options(visit, typed), "problems": problems, "row": row}
        status = 422 if problems else 200
        return visit.render("office/announcement_form.html", status, **values, emergency=emergency)

    async def keep(self, visit: Visit) -> web.StreamResponse:
        return await self._keep(visit, emergency=False)

    async def keep_emergency(self, visit: Visit) -> web.StreamResponse:
        return await self._keep(visit, emergency=True)

    async def _keep(self, visit: Visit, *, emergency: bool) -> web.StreamResponse:
        typed = forms.sent(visit)
        try:
            new = forms.read(typed, visit, emergency=emergency)
        except RefusedError as refused:
            return self._form(visit, typed, refused.problems, emergency=emergency)
        async with self._shell.storage.write() as session:
            number = await announcements.keep(session, visit.official, new, visit.now, emergency=emergency)
        return visit.go(f"{PATH}/{number}", _kept(new))

    async def edit(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.read() as session:
            row = await self._one(session, visit)
        if row.state != AnnouncementState.DRAFT or (row.emergency and not visit.may(Right.SWITCH)):
            raise missing()
        return self._form(visit, forms.of(row), row=row, emergency=row.emergency)

    async def change(self, visit: Visit) -> web.StreamResponse:
        typed = forms.sent(visit)
        async with self._shell.storage.read() as session:
            row = await self._one(session, visit)
        if row.emergency and not visit.may(Right.SWITCH):
            raise missing()
        try:
            new = forms.read(typed, visit, emergency=row.emergency)
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                announcements.rewrite(session, visit.official, row, new, visit.now)
        except RefusedError as refused:
            return self._form(visit, typed, refused.problems, row=row, emergency=row.emergency)
        return visit.go(f"{PATH}/{row.id}", _kept(new))

    # Deciding

    async def submit(self, visit: Visit) -> web.StreamResponse:
        try:
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                announcements.submit(session, visit.official, row, self._shell.rules, visit.now)
        except RefusedError as refused:
            return await self._page(visit, refused.problems)
        return visit.go(f"{PATH}/{row.id}", "Đã gửi duyệt. Người thứ hai duyệt xong thì thông báo mới đi.")

    async def approve(self, visit: Visit) -> web.StreamResponse:
        await posting.stop_outdated(self._shell.storage, self._shell.known(), visit.now)
        try:
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                if await wrote(session, visit.official, row):
                    raise RefusedError(["Anh/chị là người viết thông báo này. Cần người thứ hai duyệt."])
                when = announcements.approve(
                    session, visit.official, row, self._shell.rules, visit.now, seen=visit.text("ban", 16)
                )
        except RefusedError as refused:
            return await self._page(visit, refused.problems)
        await self._leave(visit)
        said = "bắt đầu gửi" if when <= visit.now else f"gửi lúc {moment(when)}"
        return visit.go(f"{PATH}/{row.id}", f"Đã duyệt, {said}.")

    async def send_back(self, visit: Visit) -> web.StreamResponse:
        reason = visit.text("ly-do", limits.REASON_AT_MOST)
        try:
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                announcements.send_back(session, visit.official, row, reason, visit.now)
        except RefusedError as refused:
            return await self._page(visit, refused.problems, reason)
        return visit.go(f"{PATH}/{row.id}", "Đã trả lại cho người viết.")

    async def release(self, visit: Visit) -> web.StreamResponse:
        if visit.text("da-doc") != "1":
            return await self._page(visit, ["Đánh dấu “Tôi đã đọc lại” trước khi gửi."])
        try:
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                await self._must_be_theirs(session, visit, row)
                announcements.release(
                    session, visit.official, row, self._shell.rules, visit.now, seen=visit.text("ban", 16)
                )
        except RefusedError as refused:
            return await self._page(visit, refused.problems)
        await self._leave(visit)
        return visit.go(f"{PATH}/{row.id}", "Thông báo khẩn đang được gửi.")

    async def _must_be_theirs(self, session: AsyncSession, visit: Visit, row: Announcement) -> None:
        """One person of a ward does not alarm the subscribers of the whole city. Raises RefusedError."""
        units = self._shell.rules.units
        within = announcements.reach(visit.official, units) is not None
        if within and Audience.from_json(row.audience).fields and await people.admin_of_the_city(session, units):
            raise RefusedError(["Người dân đăng ký nhận tin là của cả thành phố: nhờ quản trị của thành phố gửi."])

    async def _leave(self, visit: Visit) -> None:
        """Begin at once with what is due, instead of at the next tick."""
        await announcements.tick(self._shell.storage, self._shell.rules, visit.now)
        self._shell.stored()

    async def stop(self, visit: Visit) -> web.StreamResponse:
        reason = visit.text("ly-do", limits.REASON_AT_MOST)
        try:
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                result = await announcements.stop(session, visit.official, row, reason, visit.now)
        except RefusedError as refused:
            return await self._page(visit, refused.problems, reason)
        flying = f" {result.under_way} tin đang gửi dở, không giữ lại được." if result.under_way else ""
        return visit.go(f"{PATH}/{row.id}", f"Đã dừng. Giữ lại {result.taken_back} tin chưa đi.{flying}")

    async def resend(self, visit: Visit) -> web.StreamResponse:
        try:
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                again = await announcement_progress.resend(session, visit.official, row, self._shell.rules, visit.now)
        except RefusedError as refused:
            return await self._page(visit, refused.problems)
        self._shell.stored()
        told = [f"gửi lại {again.same} nơi"] if again.same else []
        told += [f"chuyển {again.other} nơi sang kênh khác"] if again.other else []
        told += [f"{again.left} nơi không còn cách gửi"] if again.left else []
        return visit.go(f"{PATH}/{row.id}", f"Đã xử lý nơi chưa nhận: {', '.join(told) or 'không còn nơi nào'}.")

    async def decide(self, visit: Visit) -> web.StreamResponse:
        again = visit.text("gui-lai") == "1"
        try:
            async with self._shell.storage.write() as session:
                row = await self._one(session, visit, lock=True)
                count = await announcement_progress.decide(
                    session, visit.official, row, self._shell.rules, visit.now, again=again
                )
        except RefusedError as refused:
            return await self._page(visit, refused.problems)
        self._shell.stored()
        return visit.go(
            f"{PATH}/{row.id}", f"{'Gửi lại' if again else 'Không gửi lại'} {count} tin chưa rõ đã tới hay chưa."
        )


def _kept(new: Draft) -> str:
    """What was done, and what was taken out of the words."""
    masked = f" Đã che thông tin cá nhân: {', '.join(new.masked)}." if new.masked else ""
    return f"Đã lưu bản nháp. Xem lại bên dưới rồi gửi.{masked}"
