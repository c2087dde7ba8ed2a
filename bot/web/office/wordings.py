"""Bản tin: from a procedure's facts to a script, a post, a line of lights, a poster; written, agreed to, sent."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import segno
from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import announcements, wording_files, wordings
from bot.office.audiences import Audience
from bot.office.officials import Right
from bot.office.plans import RefusedError
from bot.office.wordings import MOUTHS, Held
from bot.tables import Member, Wording
from bot.web.office.shell import HOME, Route, Shell, Todo, Visit, missing
from bot.web.pages import file
from handlers.duties import Role
from knowledge import aloud
from knowledge.changes import facts as facts_of
from knowledge.changes import fingerprint
from knowledge.mouths import facts, led, loudspeaker, poster
from knowledge.mouths.checking import remarks
from knowledge.mouths.facts import Setting, UncertainError
from knowledge.mouths.telling import Mouth, tell
from knowledge.procedures import Procedure

HERE = f"{HOME}/ban-tin"
ONE = f"{HERE}/{{id:[0-9]+}}"
STATES = {
    wordings.DRAFT: "bản nháp",
    wordings.SUBMITTED: "chờ duyệt",
    wordings.APPROVED: "đã duyệt",
    wordings.REPLACED: "đã thôi dùng",
}
SHORT = {Mouth.LOUDSPEAKER: "Phát thanh", Mouth.POST: "Bài đăng", Mouth.LED: "Bảng LED", Mouth.POSTER: "Áp phích"}
"""On buttons that stand side by side."""
_BESIDE = (
    "Tóm tắt",
    "Đối tượng thực hiện",
    "Nơi nộp hồ sơ",
    "Cách thức thực hiện",
    "Thời hạn giải quyết",
    "Phí, lệ phí",
    "Ghi chú về phí",
    "Ghi chú về thời hạn",
    "Thành phần hồ sơ",
    "Kết quả",
)
"""Facts shown beside a text, in this order."""


class WordingsRoom:
    """Wordings are about what everybody may know: whoever may look at procedures sees all of them."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", HERE, Right.KNOWLEDGE, self.show_all),
            Route("GET", f"{HERE}/moi", Right.WRITE, self.begin),
            Route("POST", f"{HERE}/moi", Right.WRITE, self.keep),
            Route("GET", ONE, Right.KNOWLEDGE, self.show),
            Route("POST", f"{ONE}/sua", Right.WRITE, self.change),
            Route("POST", f"{ONE}/bo", Right.WRITE, self.drop),
            Route("POST", f"{ONE}/duyet", Right.APPROVE, self.approve),
            Route("POST", f"{ONE}/tra-lai", Right.APPROVE, self.send_back),
            Route("POST", f"{ONE}/gui-di", Right.ANNOUNCE, self.send),
            Route("GET", f"{ONE}/tai.{{kind:txt|docx}}", Right.KNOWLEDGE, self.download),
            Route("GET", f"{ONE}/to-in", Right.KNOWLEDGE, self.sheet),
        ]

    async def todos(self, session: AsyncSession, visit: Visit, /) -> Sequence[Todo]:
        if not (visit.may(Right.APPROVE) or visit.may(Right.WRITE)):
            return ()
        all_ = await self._all(session)
        found = []
        if visit.may(Right.APPROVE) and (mine := wordings.waiting(all_, visit.official)):
            found.append(Todo("Bản tin chờ duyệt", len(mine), f"{HERE}#cho-duyet", _lines(mine)))
        if visit.may(Right.WRITE) and (old := _old(all_)):
            found.append(
                Todo("Bản tin phải viết lại vì dữ liệu đã đổi", len(old), f"{HERE}#viet-lai", _lines(old), urgent=True)
            )
        return found

    async def _all(self, session: AsyncSession) -> list[Held]:
        known, today = self._shell.known(), self._shell.today()
        return [wordings.held(row, known, today) for row in await wordings.listed(session)]

    def _setting(self, visit: Visit, code: str) -> Setting:
        settings = self._shell.settings
        link = self._shell.address(visit.request, f"/?noi={code}")
        return Setting(settings.office_name, self._shell.today(), link, settings.office_contact)

    # All of them

    async def show_all(self, visit: Visit) -> web.StreamResponse:
        async with self._shell.storage.read() as session:
            all_ = await self._all(session)
        mine = {one.id for one in wordings.waiting(all_, visit.official)} if visit.may(Right.APPROVE) else set()
        old = {one.id for one in _old(all_)}
        groups = {
            "cho-duyet": ("Chờ anh/chị duyệt", [one for one in all_ if one.id in mine]),
            "viet-lai": ("Phải viết lại: dữ liệu đã đổi", [one for one in all_ if one.id in old]),
            "dang-viet": ("Đang viết", [one for one in all_ if one.row.state == wordings.DRAFT]),
            "cho-nguoi-khac": ("Chờ người thứ hai duyệt", [
                one for one in all_ if one.row.state == wordings.SUBMITTED and one.id not in mine
            ]),
            "da-duyet": ("Đã duyệt, dùng được", [one for one in all_ if one.usable]),
        }  # fmt: skip
        sought = visit.request.query.get("tim", "")[:200].strip()
        return visit.render(
            "office/wordings.html",
            groups=[(key, title, listed) for key, (title, listed) in groups.items() if listed],
            sought=sought,
            found=self._found(sought) if sought else [],
            mouths=MOUTHS,
            short=SHORT,
        )

    def _found(self, sought: str) -> list[Procedure]:
        """Procedures by a code, or by words as a citizen would type them."""
        known = self._shell.known()
        codes = [sought, *known.read(sought).codes]
        found = dict.fromkeys(codes)
        return [record for code in found if (record := known.get(code))][: limits.PROCEDURES_OFFERED]

    # Writing

    async def begin(self, visit: Visit) -> web.StreamResponse:
        asked = visit.request.query
        record, mouth = self._record(asked.get("ma", "")), _mouth(asked.get("loai", ""))
        if record is None or mouth is None:
            return visit.go(HERE)
        try:
            text = tell(mouth, record, self._setting(visit, record.code))
        except UncertainError as error:
            return visit.render(
                "office/wording_uncertain.html", 409, record=record, mouth=MOUTHS[mouth], why=str(error)
            )
        return self._writing(visit, record, mouth, text)

    def _record(self, code: str) -> Procedure | None:
        return self._shell.known().get(code)

    def _writing(
        self,
        visit: Visit,
        record: Procedure,
        mouth: Mouth,
        text: str,
        *,
        problems: Sequence[str] = (),
        row: Wording | None = None,
        note: str = "",
    ) -> web.Response:
        """The form, with the text as it was typed and the facts beside it."""
        return visit.render(
            "office/wording_form.html",
            422 if problems else 200,
            record=record,
            mouth=mouth,
            mouth_name=MOUTHS[mouth],
            text=text,
            facts=fingerprint(record),
            problems=problems,
            note=note,
            number=row.id if row else None,
            action=f"{HERE}/{row.id}/sua" if row else f"{HERE}/moi",
            **self._beside(visit, mouth, text, record, told=problems),
        )

    def _beside(
        self, visit: Visit, mouth: Mouth, text: str, record: Procedure | None, *, told: Sequence[str] = ()
    ) -> dict[str, Any]:
        """What stands beside every text: its length, what is wrong with it, the facts and where they come from."""
        known = facts_of(record) if record else {}
        found = remarks(mouth, text, record, self._setting(visit, record.code)) if record else []
        return {
            "remarks": [one for one in found if one.text not in told],
            "length": _length(mouth, text),
            "beside": [(label, known[label]) for label in _BESIDE if known.get(label)],
            "source": facts.dated(record) if record else "",
        }

    async def keep(self, visit: Visit) -> web.StreamResponse:
        record, mouth = self._record(visit.text("ma")), _mouth(visit.text("loai"))
        if record is None or mouth is None:
            raise missing()
        typed = visit.text("chu", 4 * limits.WORDING_TEXT)
        if visit.text("viec") == "doc":
            return self._writing(visit, record, mouth, aloud.load().read(typed), note=_READ)
        setting = self._setting(visit, record.code)
        try:
            if visit.text("facts") != fingerprint(record):
                raise RefusedError(["Dữ liệu của thủ tục vừa đổi. Đối chiếu với cột bên cạnh rồi lưu lại."])
            facts.require_certain(record, setting.today)
            text = wordings.clean(typed, setting)
            async with self._shell.storage.write() as session:
                number = await wordings.write(session, visit.official, record, mouth, text, visit.now)
                done = await self._submitted(session, visit, number)
        except RefusedError as error:
            return self._writing(visit, record, mouth, typed, problems=error.problems)
        except UncertainError as error:
            return self._writing(visit, record, mouth, typed, problems=[str(error)])
        return visit.go(f"{HERE}/{number}", done)

    async def _submitted(self, session: AsyncSession, visit: Visit, number: int) -> str:
        """Hand it to the second person, where that was pressed; what was done."""
        if visit.text("viec") != "gui":
            return "Đã lưu bản nháp."
        one = await self._taken(session, number)
        wordings.submit(session, visit.official, one, self._setting(visit, one.row.code), visit.now)
        return "Đã gửi duyệt. Người thứ hai sẽ thấy ở trang Hôm nay."

    async def change(self, visit: Visit) -> web.StreamResponse:
        typed, number = visit.text("chu", 4 * limits.WORDING_TEXT), visit.number("id")
        async with self._shell.storage.read() as session:
            one = await self._held(session, number)
        if one.record is None:
            return await self._page(visit, number, problems=[one.outdated])
        if visit.text("viec") == "doc":
            return self._writing(visit, one.record, one.mouth, aloud.load().read(typed), row=one.row, note=_READ)
        try:
            text = wordings.clean(typed, self._setting(visit, one.row.code))
            async with self._shell.storage.write() as session:
                wordings.rewrite(session, visit.official, (await self._taken(session, number)).row, text, visit.now)
                done = await self._submitted(session, visit, number)
        except RefusedError as error:
            return self._writing(visit, one.record, one.mouth, typed, row=one.row, problems=error.problems)
        return visit.go(f"{HERE}/{number}", done)

    # One of them

    async def _held(self, session: AsyncSession, number: int) -> Held:
        row = await session.get(Wording, number)
        if row is None:
            raise missing()
        return wordings.held(row, self._shell.known(), self._shell.today())

    async def _taken(self, session: AsyncSession, number: int) -> Held:
        row = await wordings.take(session, number)
        if row is None:
            raise missing()
        return wordings.held(row, self._shell.known(), self._shell.today())

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit, visit.number("id"))

    async def _page(self, visit: Visit, number: int, *, problems: Sequence[str] = (), why: str = "") -> web.Response:
        async with self._shell.storage.read() as session:
            one = await self._held(session, number)
            reason = await wordings.reason(session, number) if one.row.state == wordings.DRAFT else ""
            looks = {"own": await wordings.own(session, visit.official, one.row), "seen": wordings.mark(one.row)}
        if (
            one.row.state == wordings.DRAFT
            and visit.may(Right.WRITE)
            and one.record
            and not one.outdated
            and not problems
        ):
            note = f"Người duyệt trả lại: {reason}" if reason else ""
            return self._writing(visit, one.record, one.mouth, one.row.text, row=one.row, note=note)
        return visit.render(
            "office/wording.html",
            422 if problems else 200,
            one=one,
            state=STATES[one.row.state],
            mouth_name=MOUTHS[one.mouth],
            reason=reason,
            problems=problems,
            why=why,
            **looks,
            **self._beside(visit, one.mouth, one.row.text, one.record),
        )

    async def _decide(
        self, visit: Visit, done: str, decide: Callable[[AsyncSession, Held], Any], why: str = ""
    ) -> web.Response:
        number = visit.number("id")
        try:
            async with self._shell.storage.write() as session:
                decided = decide(session, await self._taken(session, number))
                if decided is not None:
                    await decided
        except RefusedError as error:
            return await self._page(visit, number, problems=error.problems, why=why)
        return visit.go(f"{HERE}/{number}", done)

    async def approve(self, visit: Visit) -> web.StreamResponse:
        def decide(session: AsyncSession, one: Held) -> Any:
            setting = self._setting(visit, one.row.code)
            return wordings.approve(session, visit.official, one, setting, visit.now, seen=visit.text("ban", 16))

        return await self._decide(visit, "Đã duyệt. Bản tin dùng được từ bây giờ.", decide)

    async def send_back(self, visit: Visit) -> web.StreamResponse:
        why = visit.text("ly-do", limits.REASON_AT_MOST)
        return await self._decide(
            visit,
            "Đã trả lại cho người viết.",
            lambda session, one: wordings.send_back(session, visit.official, one.row, why, visit.now),
            why,
        )

    async def drop(self, visit: Visit) -> web.StreamResponse:
        number = visit.number("id")
        answer = await self._decide(
            visit, "", lambda session, one: wordings.drop(session, visit.official, one.row, visit.now)
        )
        return answer if answer.status != 303 else visit.go(HERE, f"Đã bỏ bản tin số {number}.")

    # Out into the world

    async def _usable(self, visit: Visit) -> Held | None:
        async with self._shell.storage.read() as session:
            one = await self._held(session, visit.number("id"))
        return one if one.usable else None

    async def _unusable(self, visit: Visit) -> web.Response:
        return await self._page(visit, visit.number("id"), problems=[_UNUSABLE])

    async def download(self, visit: Visit) -> web.StreamResponse:
        one = await self._usable(visit)
        if one is None:
            return await self._unusable(visit)
        if visit.request.match_info["kind"] == "docx":
            body = wording_files.sheet(one, self._shell.office, self._shell.today())
            return file(body, wording_files.DOCX, wording_files.name(one, "docx"))
        return file(wording_files.text(one), "text/plain", wording_files.name(one, "txt"))

    async def sheet(self, visit: Visit) -> web.StreamResponse:
        """The poster; one that nobody agreed to yet can be looked at, and says so across the sheet."""
        async with self._shell.storage.read() as session:
            one = await self._held(session, visit.number("id"))
        if one.mouth is not Mouth.POSTER:
            raise missing()
        if one.outdated or one.row.state == wordings.REPLACED:
            return await self._unusable(visit)
        link = self._setting(visit, one.row.code).link
        return visit.render(
            "office/wording_poster.html",
            one=one,
            blocks=poster.blocks(one.row.text),
            link=link,
            qr=segno.make(link, error="m").svg_data_uri(scale=8, border=2),
            source=wording_files.source(one),
        )

    async def send(self, visit: Visit) -> web.StreamResponse:
        """A draft of an announcement to groups and channels of units: looked at, submitted and approved there."""
        one = await self._usable(visit)
        if one is None or one.record is None:
            return await self._unusable(visit)
        official, units = visit.official, self._shell.rules.units
        reach = announcements.reach(official, units)
        title, text = _message(one.record, one.row.text)
        try:
            async with self._shell.storage.write() as session:
                audience = Audience(groups=True, public=await _any_channel(session, reach)).within(reach)
                number = await announcements.write(
                    session, official, title, text, audience, visit.now, wording_id=one.id
                )
        except RefusedError as error:
            return await self._page(visit, one.id, problems=error.problems)
        return visit.go(f"{HOME}/thong-bao/{number}", "Đã soạn thông báo từ bản tin. Chọn nơi nhận rồi gửi duyệt.")


_READ = "Đã đổi số và chữ viết tắt thành lời. Đọc lại, rồi bấm Lưu."
_UNUSABLE = "Chỉ bản tin đã duyệt và đúng với dữ liệu hôm nay mới gửi, tải và in được."


async def _any_channel(session: AsyncSession, reach: Collection[str] | None) -> bool:
    """Whether a unit within reach has a public channel."""
    found = select(col(Member.unit)).where(col(Member.role) == Role.PUBLIC.value, col(Member.active))
    return any(reach is None or unit in reach for unit in (await session.execute(found)).scalars())


def _mouth(told: str) -> Mouth | None:
    return Mouth(told) if told in set(Mouth) else None


def _old(all_: Sequence[Held]) -> list[Held]:
    """Approved, and no longer true."""
    return [one for one in all_ if one.row.state == wordings.APPROVED and one.outdated]


def _lines(some: Sequence[Held]) -> tuple[str, ...]:
    return tuple(f"{MOUTHS[one.mouth]}: {one.name}" for one in some[:3])


def _length(mouth: Mouth, text: str) -> str:
    match mouth:
        case Mouth.LOUDSPEAKER:
            return f"{wording_files.length(text)} (nên {loudspeaker.AT_LEAST}–{loudspeaker.AT_MOST} tiếng)"
        case Mouth.LED:
            return f"{len(text)} trên {led.AT_MOST} ký tự"
        case Mouth.POSTER:
            return f"khoảng {poster.height(text)} trên {poster.LINES_AT_MOST} dòng của một tờ A4"
    return f"{len(text)} ký tự"


def _message(record: Procedure, text: str) -> tuple[str, str]:
    """Title and text of a message: the name stands in the title and is not said again."""
    name = record.name if len(record.name) <= limits.ANNOUNCEMENT_TITLE else f"Thủ tục {record.code}"
    first, _, rest = text.partition("\n")
    return name, rest.strip() if first.strip() == record.name and rest.strip() else text
