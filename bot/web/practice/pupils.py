"""Pages of a pupil: coming in by the class code, the own page, what is taken home, and leaving."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
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
from bot.web.pages import RefusedPageError, file, form, go
from bot.web.practice.pages import COOKIE, Pages, key_of, remember
from bot.web.practice.playing import NAMES, Playing
from handlers.outcome import CameBack, Enrolled
from handlers.pupils import REVIEW, Classroom, Newcomer, Progress, Pupil
from knowledge.practice.levels import levels
from knowledge.procedures import UNKNOWN, Procedure

ENTER = "/luyen-tap"
HOME = "/luyen-tap/cua-em"
PRESSED_AGAIN = timedelta(seconds=60)
"""Within this time the same form of coming in is a button that was pressed twice, and no second pupil."""


class PupilPages:
    """Routes under /luyen-tap that pupils use."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages
        self._wrong_codes = Rate(*limits.CODE_GUESSES)
        self._guessing: dict[str, datetime] = {}
        """Network addresses from which codes are not looked up, and until when."""
        self._one_comes_in = asyncio.Lock()
        self._welcomed: dict[str, tuple[datetime, Newcomer]] = {}
        """Who came in by which form, for as long as it may be sent again."""
        self._one_draws = asyncio.Lock()
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
            web.get("/luyen-tap/qr/{code:[0-9.]+}/{key:[A-Za-z0-9_-]+}", guarded(self.scanned)),
            web.post("/luyen-tap/thoat", guarded(self.leave)),
            web.get("/luyen-tap/xoa", guarded(self.ask_to_delete)),
            web.post("/luyen-tap/xoa", guarded(self.delete)),
            *self._playing.routes(),
        ]

    # Coming in

    async def enter(self, request: web.Request) -> web.StreamResponse:
        code = request.query.get("lop", "")[:16]
        async with self._pages.reading() as desk:
            pupil = await desk.pupil(key_of(request))
            classroom = await desk.classroom(code) if pupil and code else None
        if pupil and (not code or (classroom and classroom.id == pupil.classroom.id)):
            return go(HOME)
        return self._entrance(request, code=code)

    def _entrance(
        self, request: web.Request, *, code: str = "", problem: str = "", back_problem: str = ""
    ) -> web.Response:
        values = {"code": code, "problem": problem, "back_problem": back_problem, "turn": secrets.token_urlsafe(12)}
        return self._pages.render("practice/enter.html", request, 422 if problem or back_problem else 200, **values)

    async def come_in(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        code, turn = str(sent.get("lop", ""))[:40], str(sent.get("luot", ""))[:40]
        async with self._one_comes_in, self._pages.writing() as desk:
            classroom = await self._classroom(desk, code, request)
            if isinstance(classroom, str):
                return self._entrance(request, code=code[:16], problem=classroom)
            known = await desk.pupil(key_of(request))
            new = self._pressed_again(f"{classroom.id}:{turn}", desk.now)
            if known is not None and known.classroom.id == classroom.id:
                return go(HOME)
            if new is None:
                new = await desk.newcomer(classroom)
                if new is None:
                    return self._entrance(request, problem="Lớp này đã đủ người. Em hỏi lại thầy cô nhé.")
                await write(desk, Enrolled(classroom.id, new.nickname, new.word, new.key))
                if turn:
                    self._welcomed[f"{classroom.id}:{turn}"] = (desk.now, new)
        response = self._pages.render("practice/welcome.html", request, new=new, classroom=classroom)
        return remember(response, request, new.key)

    def _pressed_again(self, turn: str, now: datetime) -> Newcomer | None:
        """Who came in by this form a moment ago; None: nobody."""
        self._welcomed = {key: one for key, one in self._welcomed.items() if now - one[0] < PRESSED_AGAIN}
        return self._welcomed[turn][1] if turn in self._welcomed else None

    async def _classroom(self, desk: PracticeDesk, code: str, request: web.Request) -> Classroom | str:
        """The class that is played today, or why there is none."""
        classroom = await self._by_code(desk, code, request)
        if classroom is None:
            return "Không có lớp nào mang mã đó. Em xem lại mã trên giấy của thầy cô."
        if not classroom.is_open(desk.today):
            first, last = f"{classroom.opens_on:%d/%m/%Y}", f"{classroom.closes_on:%d/%m/%Y}"
            return f"Lớp này luyện tập từ {first} đến {last}."
        return classroom

    async def _by_code(self, desk: PracticeDesk, code: str, request: web.Request) -> Classroom | None:
        """The class of a code. Who typed too many that nobody has waits, or the right one would be found in the end."""
        host = host_of(request)
        self._guessing = {one: until for one, until in self._guessing.items() if until > desk.now}
        if host not in self._guessing:
            classroom = await desk.classroom(code)
            if classroom is not None or self._wrong_codes.allows(host):
                return classroom
            self._guessing[host] = desk.now + timedelta(seconds=self._wrong_codes.seconds)
        raise RefusedPageError(429, "Chờ một lát", "Có quá nhiều mã sai từ nơi này. Em thử lại sau mười phút.")

    async def come_back(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        code, nickname, word = (str(sent.get(name, ""))[:60] for name in ("lop", "bietdanh", "tu"))
        async with self._pages.writing() as desk:
            classroom = await self._by_code(desk, code, request)
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
        return await desk.pupil(key_of(request))

    # What is taken home

    async def card(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            case = desk.course.case(request.match_info["case"])
            record = desk.course.library.get(case.code) if case else None
        if case is None or record is None or not record.valid_on(desk.today):
            raise RefusedPageError(404, "Không có thẻ này", "Việc này không có trong phần luyện tập hiện nay.")
        stale = record.stale_on(desk.today)
        method = None if stale else case.method(record)
        qr = segno.make(self._live(request, record)).svg_data_uri(scale=6)
        return self._pages.render(
            "practice/card.html",
            request,
            case=case,
            record=record,
            fee=method.fee if method else UNKNOWN,
            time=method.time_limit if method else UNKNOWN,
            stale=stale,
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
        link, today = self._live(request, record), desk.today
        body = await self._drawn(lambda: pictures.card(case, record, link, today).png())
        return file(body, "image/png", f"the-{case.key}.png", inline=True)

    async def _drawn(self, draw: Callable[[], bytes]) -> bytes:
        """A picture takes a tenth of a second or more: one at a time, and others are served meanwhile."""
        async with self._one_draws:
            return await asyncio.to_thread(draw)

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
        is_pdf = request.match_info["kind"] == "pdf"

        def draw() -> bytes:
            made = pictures.certificate(pupil.nickname, label, len(cases), points, most, desk.today, office)
            return made.pdf() if is_pdf else made.png()

        kind = "application/pdf" if is_pdf else "image/png"
        return file(await self._drawn(draw), kind, f"chung-nhan-luyen-tap.{request.match_info['kind']}", inline=True)

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
        if key := key_of(request):
            async with self._pages.writing() as desk:
                known = delete(PracticeKey).where(col(PracticeKey.digest) == drawing.digest(key))
                await desk.session.execute(known)
        return _forgotten()

    async def ask_to_delete(self, request: web.Request) -> web.StreamResponse:
        return self._pages.render("practice/sure.html", request)

    async def delete(self, request: web.Request) -> web.StreamResponse:
        await form(request)
        if key := key_of(request):
            async with self._pages.writing() as desk:
                await forget_pupil(desk.session, key)
        return _forgotten()


def _all_done(cases: Sequence[str], progress: Progress) -> bool:
    return bool(cases) and all(key in progress.best for key in cases)


def _forgotten() -> web.Response:
    response = go(ENTER)
    response.del_cookie(COOKIE, path="/")
    return response
