"""Pages of a pupil: coming in by the class code, the own page, what is taken home, and leaving."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import segno
from aiohttp import web
from sqlalchemy import delete, select
from sqlmodel import col

from bot import limits
from bot.inbox import insert_new
from bot.intake import Rate
from bot.practice import drawing, pictures
from bot.practice.desk import PracticeDesk, forget_pupil, runs_of
from bot.practice.notes import write
from bot.tables import PracticeBadge, PracticeKey, PracticeVisit
from bot.web.chat import host_of
from bot.web.practice.pages import COOKIE, Pages, RefusedPageError, form, go, remember
from bot.web.practice.playing import NAMES, Playing
from handlers.outcome import CameBack, Enrolled
from handlers.pupils import REVIEW, Classroom, Progress, Pupil
from knowledge.practice.levels import levels
from knowledge.procedures import UNKNOWN, Procedure

ENTER = "/luyen-tap"
HOME = "/luyen-tap/cua-em"
STEPS_AT_MOST = 4


class PupilPages:
    """Routes under /luyen-tap that pupils use."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._wrong_codes = Rate(*limits.CODE_GUESSES)
        self._playing = Playing(pages)

    def routes(self) -> list[web.RouteDef]:
        guarded = self._pages.guarded
        return [
            web.get(ENTER, guarded(self.enter)),
            web.post("/luyen-tap/vao", guarded(self.come_in)),
            web.post("/luyen-tap/tro-lai", guarded(self.come_back)),
            web.get(HOME, guarded(self.home)),
            web.get("/luyen-tap/the/{case:[a-z0-9]+}", guarded(self.card)),
            web.get("/luyen-tap/the/{case:[a-z0-9]+}.png", guarded(self.card_picture)),
            web.get("/luyen-tap/chung-nhan.{kind:png|pdf}", guarded(self.certificate)),
            web.get("/luyen-tap/qr/{code}/{key}", guarded(self.scanned)),
            web.post("/luyen-tap/thoat", guarded(self.leave)),
            web.get("/luyen-tap/xoa", guarded(self.ask_to_delete)),
            web.post("/luyen-tap/xoa", guarded(self.delete)),
            *self._playing.routes(),
        ]

    # Coming in

    async def enter(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            if await desk.pupil(request.cookies.get(COOKIE)) and "lop" not in request.query:
                return go(HOME)
        return self._entrance(request, code=request.query.get("lop", "")[:16])

    def _entrance(
        self, request: web.Request, *, code: str = "", problem: str = "", back_problem: str = ""
    ) -> web.Response:
        values = {"code": code, "problem": problem, "back_problem": back_problem}
        return self._pages.render("practice/enter.html", request, 422 if problem or back_problem else 200, **values)

    async def come_in(self, request: web.Request) -> web.StreamResponse:
        code = str((await form(request)).get("lop", ""))[:40]
        async with self._pages.writing() as desk:
            classroom = await self._classroom(desk, code, request)
            if isinstance(classroom, str):
                return self._entrance(request, code=code[:16], problem=classroom)
            known = await desk.pupil(request.cookies.get(COOKIE))
            if known is not None and known.classroom.id == classroom.id:
                return go(HOME)
            new = await desk.newcomer(classroom)
            if new is None:
                return self._entrance(request, problem="Lớp này đã đủ chỗ. Em hỏi lại thầy cô nhé.")
            await write(desk, Enrolled(classroom.id, new.nickname, new.word, new.key))
        response = self._pages.render("practice/welcome.html", request, new=new, classroom=classroom)
        return remember(response, request, new.key)

    async def _classroom(self, desk: PracticeDesk, code: str, request: web.Request) -> Classroom | str:
        """The class that is played today, or why there is none."""
        classroom = await desk.classroom(code)
        if classroom is None:
            if not self._wrong_codes.allows(host_of(request)):
                raise RefusedPageError(429, "Chờ một lát", "Có quá nhiều mã sai từ nơi này. Em thử lại sau mười phút.")
            return "Không có lớp nào mang mã đó. Em xem lại mã trên giấy của thầy cô."
        if not classroom.is_open(desk.today):
            first, last = f"{classroom.opens_on:%d/%m/%Y}", f"{classroom.closes_on:%d/%m/%Y}"
            return f"Lớp này luyện tập từ {first} đến {last}."
        return classroom

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        code, nickname, word = (str(sent.get(name, ""))[:60] for name in ("lop", "bietdanh", "tu"))
        async with self._pages.writing() as desk:
            classroom = await desk.classroom(code)
            key = await desk.returning(classroom, nickname, word) if classroom else None
            if classroom is None or key is None:
                problem = "Chưa khớp. Em xem lại mã lớp, biệt danh và từ bí mật đã chép trong vở."
                return self._entrance(request, code=code[:16], back_problem=problem)
            await write(desk, CameBack(classroom.id, nickname, key))
        return remember(go(HOME), request, key)

    # The own page

    async def home(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            pupil = await self._pupil(desk, request)
            if pupil is None:
                return go(ENTER)
            progress = await desk.progress(pupil)
            runs = await runs_of(desk, pupil.id)
            asked = (item for key in pupil.classroom.cases for item in desk.course.items(key, desk.today))
            reached = levels(asked, runs)
            cases = [
                {
                    "case": case,
                    "best": progress.best.get(key),
                    "times": progress.times.get(key, 0),
                    "under_way": key in progress.under_way,
                    "askable": bool(desk.course.items(key, desk.today)),
                }
                for key in pupil.classroom.cases
                if (case := desk.course.case(key))
            ]
            names = [record.name for code in progress.badges if (record := desk.course.library.get(code))]
        values: dict[str, Any] = {
            "pupil": pupil,
            "progress": progress,
            "cases": cases,
            "levels": reached,
            "names": NAMES,
        }
        open_now = pupil.classroom.is_open(desk.today)
        finished = bool(cases) and all(one["best"] for one in cases)
        return self._pages.render(
            "practice/home.html", request, **values, badges=names, open_now=open_now, finished=finished, review=REVIEW
        )

    @staticmethod
    async def _pupil(desk: PracticeDesk, request: web.Request) -> Pupil | None:
        return await desk.pupil(request.cookies.get(COOKIE))

    # What is taken home

    async def card(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            case = desk.course.case(request.match_info["case"])
            record = desk.course.library.get(case.code) if case else None
        if case is None or record is None or not record.valid_on(desk.today):
            raise RefusedPageError(404, "Không có thẻ này", "Việc này không có trong phần luyện tập hiện nay.")
        method = None if record.stale_on(desk.today) else case.method(record)
        qr = segno.make(self._live(request, record)).svg_data_uri(scale=6)
        return self._pages.render(
            "practice/card.html",
            request,
            case=case,
            record=record,
            fee=method.fee if method else UNKNOWN,
            time=method.time_limit if method else UNKNOWN,
            steps=record.online_steps[:STEPS_AT_MOST],
            qr=qr,
        )

    def _live(self, request: web.Request, record: Procedure) -> str:
        """The answer of the assistant, as it is on the day when somebody looks."""
        return self._pages.address(request, f"/?noi={record.code}")

    async def card_picture(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            case = desk.course.case(request.match_info["case"])
            record = desk.course.library.get(case.code) if case else None
        if case is None or record is None:
            raise RefusedPageError(404, "Không có thẻ này", "Việc này không có trong phần luyện tập hiện nay.")
        picture = pictures.card(case, record, self._live(request, record), desk.today)
        return _file(picture.png(), "image/png", f"the-{case.key}.png")

    async def certificate(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            pupil = await self._pupil(desk, request)
            if pupil is None:
                return go(ENTER)
            progress = await desk.progress(pupil)
        cases = [key for key in pupil.classroom.cases if key in desk.course.cases]
        if not _all_done(cases, progress):
            raise RefusedPageError(404, "Chưa có giấy chứng nhận", "Em làm xong hết các việc của lớp rồi quay lại nhé.")
        points, most = (sum(progress.best[key][place] for key in cases) for place in (0, 1))
        label, office = pupil.classroom.label, self._pages.office
        drawn = pictures.certificate(pupil.nickname, label, len(cases), points, most, desk.today, office)
        if request.match_info["kind"] == "pdf":
            return _file(drawn.pdf(), "application/pdf", "chung-nhan-luyen-tap.pdf")
        return _file(drawn.png(), "image/png", "chung-nhan-luyen-tap.png")

    # At the real desk

    async def scanned(self, request: web.Request) -> web.StreamResponse:
        """A badge for a pupil of the class that visits; the live answer for everybody else."""
        async with self._pages.writing() as desk:
            record = desk.course.library.get(request.match_info["code"])
            if record is None:
                raise RefusedPageError(404, "Không có thủ tục này", "Mã trên giấy không còn dùng được.")
            pupil = await self._pupil(desk, request)
            here = select(col(PracticeVisit.class_id)).where(col(PracticeVisit.qr_key) == request.match_info["key"])
            classes = set((await desk.session.execute(here)).scalars())
            if pupil is None or pupil.classroom.id not in classes:
                return go(f"/?noi={record.code}")
            values = {"pupil_id": pupil.id, "code": record.code, "at": desk.now}
            await desk.session.execute(insert_new(desk.session, PracticeBadge).values(values))
        return self._pages.render("practice/badge.html", request, record=record, pupil=pupil)

    # Leaving

    async def leave(self, request: web.Request) -> web.StreamResponse:
        await form(request)
        if key := request.cookies.get(COOKIE):
            async with self._pages.writing() as desk:
                known = delete(PracticeKey).where(col(PracticeKey.digest) == drawing.digest(key))
                await desk.session.execute(known)
        return _forgotten()

    async def ask_to_delete(self, request: web.Request) -> web.StreamResponse:
        return self._pages.render("practice/sure.html", request)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        await form(request)
        if key := request.cookies.get(COOKIE):
            async with self._pages.writing() as desk:
                await forget_pupil(desk.session, key)
        return _forgotten()


def _all_done(cases: Sequence[str], progress: Progress) -> bool:
    return bool(cases) and all(key in progress.best for key in cases)


def _forgotten() -> web.Response:
    response = go(ENTER)
    response.del_cookie(COOKIE, path="/")
    return response


def _file(body: bytes, kind: str, name: str) -> web.Response:
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return web.Response(body=body, content_type=kind, headers=headers)
