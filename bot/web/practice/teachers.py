"""Pages of a teacher: opening a class, its figures, what is printed, visits. Who has the secret link sees it all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import segno
from aiohttp import web
from multidict import MultiDictProxy
from sqlalchemy import select
from sqlmodel import col

from bot import limits
from bot.intake import Rate
from bot.practice import drawing, sheets, visits
from bot.practice.desk import PracticeDesk, classroom_of, forget_class
from bot.practice.figures import Figures, figures, read
from bot.practice.notes import write
from bot.tables import PracticeClass, PracticeVisit
from bot.web.chat import host_of
from bot.web.pages import RefusedPageError, file, form, go
from bot.web.practice.pages import Pages
from handlers.outcome import ClassOpened
from knowledge.practice.course import Course
from knowledge.practice.sets import shipped_sets
from knowledge.practice.terms import label_of, term_end
from scheduler.calendar import VIETNAM

OPEN = "/luyen-tap/mo-lop"
CLASS = "/luyen-tap/lop/{secret}"
RESULT = "/luyen-tap/ket-qua/{key}"
DEFAULT_DAYS = 14
HARDEST = 10
"""Items on the review sheet."""
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class TeacherPages:
    """Routes that teachers use."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._opened = Rate(*limits.CLASSES_OPENED)

    def routes(self) -> list[web.RouteDef]:
        guarded = self._pages.guarded
        return [
            web.get(OPEN, guarded(self.ask)),
            web.post(OPEN, guarded(self.open)),
            web.get(CLASS, guarded(self.show)),
            web.get(f"{CLASS}/to-ma-qr", guarded(self.code_sheet)),
            web.get(f"{CLASS}/phieu-chua", guarded(self.review_sheet)),
            web.get(f"{CLASS}/so-lieu.{{kind:csv|xlsx}}", guarded(self.download)),
            web.post(f"{CLASS}/ngay", guarded(self.change_days)),
            web.post(f"{CLASS}/tham-quan", guarded(self.plan_visit)),
            web.get(f"{CLASS}/tham-quan/{{visit:[0-9]+}}/to-qr", guarded(self.desk_sheet)),
            web.post(f"{CLASS}/tham-quan/{{visit:[0-9]+}}/ket-qua", guarded(self.hand_over)),
            web.get(f"{CLASS}/xoa", guarded(self.ask_to_delete)),
            web.post(f"{CLASS}/xoa", guarded(self.delete)),
            web.get(RESULT, guarded(self.result)),
            web.get(f"{RESULT}/so-lieu.xlsx", guarded(self.result_sheet)),
        ]

    # Opening

    async def ask(self, request: web.Request) -> web.StreamResponse:
        today = self._pages.today()
        first = shipped_sets()[0]
        last = today + timedelta(days=DEFAULT_DAYS)
        chosen = {
            "lop": "",
            "bo": first.key,
            "viec": frozenset[str](),
            "tu": today.isoformat(),
            "den": last.isoformat(),
            "het": min(term_end(last), today + limits.TERM_AT_MOST).isoformat(),
        }
        return self._opening(request, chosen, {})

    def _opening(self, request: web.Request, chosen: Mapping[str, Any], problems: Mapping[str, str]) -> web.Response:
        course, today = self._pages.school.course, self._pages.today()
        fields: dict[str, list[Any]] = {}
        for case in course.cases.values():
            record = course.library.get(case.code)
            if record and course.items(case.key, today):
                fields.setdefault(record.field, []).append(case)
        sets = [(one, [key for key in one.cases if key in course.cases]) for one in shipped_sets()]
        values = {"chosen": chosen, "problems": problems, "fields": fields, "sets": sets}
        return self._pages.render("practice/teacher_open.html", request, 422 if problems else 200, **values)

    async def open(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        chosen = {name: str(sent.get(name, ""))[:40] for name in ("lop", "bo", "tu", "den", "het")}
        picked = frozenset(str(key) for key in sent.getall("viec", []))
        note, problems = self._read(chosen, picked)
        if note is None:
            return self._opening(request, {**chosen, "viec": picked}, problems)
        if not self._opened.allows(host_of(request)):
            raise RefusedPageError(429, "Chờ một lát", "Nơi này vừa mở nhiều lớp quá. Thầy cô thử lại sau một giờ.")
        async with self._pages.writing() as desk:
            new = await desk.new_class()
            label, cases, (opens, closes, ends) = note
            await write(desk, ClassOpened(label, new.code, new.secret, cases, opens, closes, ends))
        return go(f"/luyen-tap/lop/{new.secret}?moi=1")

    def _read(
        self, chosen: Mapping[str, str], picked: frozenset[str]
    ) -> tuple[tuple[str, tuple[str, ...], tuple[date, date, date]] | None, dict[str, str]]:
        """Label, cases and days as they are to be kept; or what is wrong, by field."""
        course = self._pages.school.course
        problems: dict[str, str] = {}
        label = label_of(chosen["lop"])
        if label is None:
            problems["lop"] = "Tên lớp gồm khối 6–9 và ký hiệu, ví dụ 7A, 8A2, 9/3. Không ghi tên trường hay tên người."
        ready = next((one.cases for one in shipped_sets() if one.key == chosen["bo"]), ())
        wanted = picked if chosen["bo"] == "rieng" else ready
        cases = tuple(key for key in course.cases if key in wanted)
        if chosen["bo"] != "rieng":
            cases = tuple(key for key in ready if key in course.cases)
        if chosen["bo"] != "rieng" and picked:
            problems["viec"] = "Có việc được đánh dấu riêng. Chọn “Tự chọn từng việc”, hoặc bỏ các dấu đó."
        elif not cases:
            problems["viec"] = "Chọn ít nhất một việc."
        days = self._days(chosen, self._pages.today(), problems)
        if label is None or days is None or problems:
            return None, problems
        return (label, cases, days), {}

    def _days(
        self, chosen: Mapping[str, str], opened: date, problems: dict[str, str]
    ) -> tuple[date, date, date] | None:
        """From, to and end of term of a class opened on that day; what is wrong is added to ``problems``."""
        try:
            opens, closes, ends = (date.fromisoformat(chosen[name]) for name in ("tu", "den", "het"))
        except ValueError:
            problems["ngay"] = "Chọn đủ ba ngày."
            return None
        today = self._pages.today()
        latest = opened + limits.TERM_AT_MOST
        if not opens <= closes <= ends or ends < today:
            problems["ngay"] = "Các ngày phải theo thứ tự: từ ngày, đến ngày, hết học kỳ; hết học kỳ chưa qua."
        elif ends > latest:
            problems["ngay"] = f"Hết học kỳ chậm nhất là {latest:%d/%m/%Y}: khi đó dữ liệu của lớp được xoá."
        return opens, closes, ends

    # The class

    async def _row(self, desk: PracticeDesk, request: web.Request) -> PracticeClass:
        digest = drawing.digest(request.match_info["secret"])
        found = select(PracticeClass).where(col(PracticeClass.teacher_digest) == digest)
        row = (await desk.session.execute(found)).scalar_one_or_none()
        if row is None:
            raise _nothing()
        return row

    async def _counted(self, request: web.Request) -> tuple[PracticeClass, Figures, list[PracticeVisit], Course]:
        async with self._pages.reading() as desk:
            row = await self._row(desk, request)
            rows = await read(desk.session, row.id or 0)
            trips = await visits.planned(desk.session, row.id or 0)
        return row, figures(rows, desk.course), trips, desk.course

    async def show(self, request: web.Request) -> web.StreamResponse:
        return await self._class_page(request)

    async def _class_page(self, request: web.Request, problem: str = "") -> web.Response:
        row, counted, trips, course = await self._counted(request)
        secret = request.match_info["secret"]
        return self._pages.render(
            "practice/teacher_class.html",
            request,
            422 if problem else 200,
            classroom=classroom_of(row),
            ends_on=row.ends_on,
            figures=counted,
            cases=[course.cases[key] for key in row.cases if key in course.cases],
            titles={key: case.title for key, case in course.cases.items()},
            visits=[(one, self._message(request, one)) for one in trips],
            here=f"/luyen-tap/lop/{secret}",
            link=self._pages.address(request, f"/luyen-tap/lop/{secret}"),
            new="moi" in request.query,
            problem=problem,
            least=limits.GROUP_AT_LEAST,
        )

    def _message(self, request: web.Request, visit: PracticeVisit) -> str:
        if visit.result_key is None:
            return ""
        return visits.message(visit, self._pages.address(request, f"/luyen-tap/ket-qua/{visit.result_key}"))

    async def code_sheet(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            classroom = classroom_of(await self._row(desk, request))
        link = self._pages.address(request, f"/luyen-tap?lop={classroom.name}")
        return self._pages.render(
            "practice/sheet_code.html",
            request,
            classroom=classroom,
            link=self._pages.address(request, "/luyen-tap"),
            qr=segno.make(link, error="m").svg_data_uri(scale=8),
        )

    async def review_sheet(self, request: web.Request) -> web.StreamResponse:
        row, counted, _, course = await self._counted(request)
        return self._pages.render(
            "practice/sheet_review.html",
            request,
            classroom=classroom_of(row),
            lines=[line for line in counted.items if line.item.options and not line.hidden][:HARDEST],
            titles={key: case.title for key, case in course.cases.items()},
        )

    async def download(self, request: web.Request) -> web.StreamResponse:
        row, counted, trips, course = await self._counted(request)
        made = sheets.sheets(counted, course, row.cases, trips)
        if request.match_info["kind"] == "xlsx":
            return file(sheets.workbook(made), XLSX, f"lop-{row.code}.xlsx")
        return file(sheets.text(made), "text/csv", f"lop-{row.code}.csv")

    async def change_days(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        problems: dict[str, str] = {}
        async with self._pages.writing() as desk:
            row = await self._row(desk, request)
            told = {"tu": row.opens_on.isoformat(), "den": str(sent.get("den", "")), "het": str(sent.get("het", ""))}
            opened = row.created_at.astimezone(VIETNAM).date()
            days = self._days(told, opened, problems)
            if days and not problems:
                _, row.closes_on, row.ends_on = days
                desk.session.add(row)
        if problems:
            return await self._class_page(request, problems["ngay"])
        return go(f"/luyen-tap/lop/{request.match_info['secret']}")

    # Visits

    async def plan_visit(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        place, day = str(sent.get("noi", "")).strip(), _day(sent, "ngay")
        if not place or day is None:
            return await self._class_page(request, "Ghi nơi tham quan và chọn ngày.")
        if visits.misread(place):
            return await self._class_page(request, "Nơi tham quan chỉ ghi tên nơi đó, không kèm số lượng hay liên kết.")
        async with self._pages.writing() as desk:
            row = await self._row(desk, request)
            visits.plan(desk.session, row.id or 0, row.label, place, day, desk.draw)
        return go(f"/luyen-tap/lop/{request.match_info['secret']}#tham-quan")

    async def _visit(self, desk: PracticeDesk, request: web.Request) -> tuple[PracticeClass, PracticeVisit]:
        row = await self._row(desk, request)
        number = request.match_info["visit"]
        visit = await visits.of_class(desk.session, row.id or 0, int(number)) if len(number) < 10 else None
        if visit is None:
            raise _nothing()
        return row, visit

    async def desk_sheet(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            row, visit = await self._visit(desk, request)
            cases = [desk.course.cases[key] for key in row.cases if key in desk.course.cases]
            records = [record for case in cases if (record := desk.course.library.get(case.code))]
        codes = []
        for record in records:
            link = self._pages.address(request, f"/luyen-tap/qr/{record.code}/{visit.qr_key}")
            codes.append((record, segno.make(link, error="m").svg_data_uri(scale=5)))
        return self._pages.render("practice/visit_sheet.html", request, visit=visit, codes=codes)

    async def hand_over(self, request: web.Request) -> web.StreamResponse:
        came = str((await form(request)).get("so", ""))
        if not (came.isdecimal() and len(came) < 5 and 0 < int(came) <= visits.CAME_AT_MOST):
            return await self._class_page(request, f"Ghi số học sinh đã đi, từ 1 đến {visits.CAME_AT_MOST}.")
        async with self._pages.writing() as desk:
            row, visit = await self._visit(desk, request)
            counted = figures(await read(desk.session, row.id or 0), desk.course)
            visits.hand_over(visit, int(came), counted, desk.draw, desk.now)
            desk.session.add(visit)
        return go(f"/luyen-tap/lop/{request.match_info['secret']}#tham-quan")

    async def _result(self, request: web.Request) -> PracticeVisit:
        async with self._pages.reading() as desk:
            row = await visits.result(desk.session, request.match_info["key"])
        if row is None:
            raise _nothing()
        return row

    async def result(self, request: web.Request) -> web.StreamResponse:
        row = await self._result(request)
        return self._pages.render(
            "practice/visit_result.html", request, visit=row, lines=visits.shown(row.counts or {})
        )

    async def result_sheet(self, request: web.Request) -> web.StreamResponse:
        row = await self._result(request)
        return file(sheets.workbook(sheets.of_visit(row)), XLSX, f"tham-quan-{row.day:%Y-%m-%d}.xlsx")

    # The end

    async def ask_to_delete(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            classroom = classroom_of(await self._row(desk, request))
        here = f"/luyen-tap/lop/{request.match_info['secret']}"
        return self._pages.render("practice/teacher_sure.html", request, classroom=classroom, here=here)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        await form(request)
        async with self._pages.writing() as desk:
            await forget_class(desk.session, (await self._row(desk, request)).id or 0)
        return go(OPEN)


def _nothing() -> RefusedPageError:
    """The same for a secret that never was and for a class that is no more."""
    return RefusedPageError(404, "Không có trang này", "Liên kết không đúng, hoặc lớp đã được xoá khi hết học kỳ.")


def _day(sent: MultiDictProxy[Any], name: str) -> date | None:
    try:
        return date.fromisoformat(str(sent.get(name, "")))
    except ValueError:
        return None
