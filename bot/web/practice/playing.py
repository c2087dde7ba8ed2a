"""Pages on which a pupil plays: one item a page, answered by an ordinary form; the mock portal is a dress of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aiohttp import web
from multidict import MultiDictProxy
from sqlalchemy import select
from sqlmodel import col

from bot.practice.desk import PracticeDesk
from bot.practice.notes import write
from bot.tables import PracticeReturn, PracticeRun
from bot.web.practice.pages import COOKIE, Pages, RefusedPageError, form, go
from handlers.outcome import RunBegun, Tried
from handlers.practice_item import MOCK, fits
from handlers.privacy import looks_private
from handlers.pupils import REVIEW, Pupil
from knowledge.practice.items import Item, Kind, Level, dossier_number
from knowledge.practice.play import Marked, Run, Try, marked, matched

HOME = "/luyen-tap/cua-em"
NAMES = {Level.FIND: "Tìm", Level.PREPARE: "Chuẩn bị", Level.FILE: "Nộp", Level.TRACK: "Theo dõi"}
PORTAL_STEPS = (
    ("login", "Đăng nhập"),
    ("choose", "Chọn thủ tục"),
    ("form", "Điền tờ khai"),
    ("attach", "Đính kèm"),
    ("pay", "Nộp phí"),
    ("track", "Tra cứu"),
    ("more", "Bổ sung"),
    ("result", "Kết quả"),
)
FIELD = "o."
"""Before the key of a field of the mock form."""
TYPED_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Played:
    """Who plays what."""

    pupil: Pupil
    key: str
    run: Run


class Playing:
    """Routes of runs."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def routes(self) -> list[web.RouteDef]:
        guarded = self._pages.guarded
        return [
            web.post("/luyen-tap/bat-dau", guarded(self.begin)),
            web.get("/luyen-tap/lam/{run:[a-z0-9]+}", guarded(self.show)),
            web.post("/luyen-tap/lam/{run:[a-z0-9]+}", guarded(self.answer)),
            web.get("/luyen-tap/xong/{run:[a-z0-9]+}", guarded(self.ended)),
        ]

    async def begin(self, request: web.Request) -> web.StreamResponse:
        key = str((await form(request)).get("viec", ""))[:16]
        async with self._pages.writing() as desk:
            pupil = await _pupil(desk, request)
            if not pupil.classroom.is_open(desk.today):
                return go(HOME)
            if await desk.run(pupil, key) is None:
                items = (await desk.fresh(pupil, key)).items
                if not items:
                    raise RefusedPageError(
                        409,
                        "Việc này chưa làm được",
                        "Thông tin thủ tục vừa đổi và đang chờ kiểm tra lại, hoặc hôm nay chưa có câu nào quay lại.",
                    )
                await write(desk, RunBegun(pupil.id, key, tuple(item.name for item in items)))
        return go(f"/luyen-tap/lam/{key}")

    async def _played(self, desk: PracticeDesk, request: web.Request) -> Played | None:
        """What is under way; None: nothing of that name."""
        pupil = await _pupil(desk, request)
        key = request.match_info["run"]
        run = await desk.run(pupil, key)
        return Played(pupil, key, run) if run is not None else None

    async def show(self, request: web.Request) -> web.StreamResponse:
        async with self._pages.reading() as desk:
            played = await self._played(desk, request)
            if played is None or played.run.open is None:
                return go(HOME)
            return self._item(request, desk, played, played.run.open, before=_before(played.run, request))

    def _item(
        self,
        request: web.Request,
        desk: PracticeDesk,
        played: Played,
        item: Item,
        *,
        before: Marked | None = None,
        private: tuple[str, ...] = (),
    ) -> web.Response:
        run, case = played.run, desk.course.cases[item.case]
        portal = item.level in MOCK
        values: dict[str, Any] = {
            "run": run,
            "key": played.key,
            "item": item,
            "case": case,
            "pupil": played.pupil,
            "level": NAMES[item.level],
            "portal": portal,
            "steps": PORTAL_STEPS,
            "number": dossier_number(case),
            "hinted": run.hinted(item.name),
            "left": run.left(item.name),
            "tried": run.tried(item.name) if item.kind is Kind.ONE else frozenset(),
            "wrong": () if before else _wrong(run, item),
            "matched": _last_choice(run, item) if item.kind is Kind.FORM else (),
            "before": before,
            "private": private,
            "review": played.key == REVIEW,
        }
        return self._pages.render("practice/item.html", request, 422 if private else 200, **values)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        sent = await form(request)
        here = f"/luyen-tap/lam/{request.match_info['run']}"
        async with self._pages.writing() as desk:
            played = await self._played(desk, request)
            item = played.run.open if played else None
            if played is None or item is None:
                return go(HOME)
            if sent.get("cau") != item.name or not played.pupil.classroom.is_open(desk.today):
                return go(here)  # a page of before, or a form sent twice
            if "goiy" in sent:
                await write(desk, Tried(played.pupil.id, played.key, item.name, hint=True))
                return go(here)
            judged = _judged(item, sent)
            if not isinstance(judged, Marked):
                return self._item(request, desk, played, item, private=judged)
            if not judged.choice and item.kind is not Kind.FORM:
                return go(f"{here}?trong=1")
            note = Tried(played.pupil.id, played.key, item.name, judged.choice, judged.right)
            await write(desk, note)
            after = Run(played.run.items, (*played.run.tries, Try(item.name, judged.right, judged.choice)))
        if after.open is None:
            return go(f"/luyen-tap/xong/{played.key}?da={item.name.replace('/', '.')}")
        return go(f"{here}?da={item.name.replace('/', '.')}" if judged.right else here)

    async def ended(self, request: web.Request) -> web.StreamResponse:
        key = request.match_info["run"]
        async with self._pages.reading() as desk:
            pupil = await _pupil(desk, request)
            mine = select(PracticeRun).where(
                col(PracticeRun.pupil_id) == pupil.id,
                col(PracticeRun.run) == key,
                col(PracticeRun.ended_at).is_not(None),
            )
            rows = list((await desk.session.execute(mine.order_by(col(PracticeRun.id).desc()))).scalars())
            if not rows:
                return go(HOME)
            progress = await desk.progress(pupil)
            back = select(PracticeReturn).where(
                col(PracticeReturn.pupil_id) == pupil.id, col(PracticeReturn.item).in_(rows[0].items)
            )
            returns = list((await desk.session.execute(back.order_by(col(PracticeReturn.due_on)))).scalars())
            case = desk.course.case(key)
            cases = [one for one in pupil.classroom.cases if one in desk.course.cases]
            following = next((desk.course.cases[one] for one in cases if one not in progress.best), None)
            last = desk.course.item(request.query.get("da", "").replace(".", "/", 1))
            before = marked(last, last.right) if last and last.options and last.name in rows[0].items else None
        return self._pages.render(
            "practice/ended.html",
            request,
            case=case,
            rows=rows,
            best=max(row.points for row in rows),
            returns=returns,
            following=following,
            finished=all(one in progress.best for one in cases),
            before=before,
        )


async def _pupil(desk: PracticeDesk, request: web.Request) -> Pupil:
    pupil = await desk.pupil(request.cookies.get(COOKIE))
    if pupil is None:
        raise RefusedPageError(403, "Em chưa vào lớp", "Em nhập mã lớp, hoặc biệt danh và từ bí mật, rồi làm tiếp.")
    return pupil


def _judged(item: Item, sent: MultiDictProxy[Any]) -> Marked | tuple[str, ...]:
    """What came of a form that was sent, or the kinds of private data in it; none of it leaves this function."""
    if item.kind is not Kind.FORM:
        return marked(item, [str(key) for key in sent.getall("chon", [])])
    typed = {blank.key: str(sent.get(FIELD + blank.key, ""))[:TYPED_AT_MOST] for blank in item.blanks}
    fitting = [blank.key for blank in item.blanks if fits(typed[blank.key], blank.value)]
    others = (typed[blank.key] for blank in item.blanks if blank.key not in fitting)
    if kinds := dict.fromkeys(kind for text in others for kind in looks_private(text)):
        return tuple(kinds)
    return matched(item, fitting)


def _before(run: Run, request: web.Request) -> Marked | None:
    """The explanation of the item that was just done, when the page is told which."""
    name = request.query.get("da", "").replace(".", "/", 1)
    item = next((one for one in run.items if one.name == name), None)
    done = next((one for one in run.tries if one.item == name and one.right), None)
    if item is None or done is None:
        return None
    return marked(item, done.choice) if item.options else matched(item, done.choice)


def _last_choice(run: Run, item: Item) -> tuple[str, ...]:
    tries = [one for one in run.of(item.name) if not one.hint]
    return tries[-1].choice if tries else ()


def _wrong(run: Run, item: Item) -> tuple[str, ...]:
    """Why the last try was wrong; nothing where none was."""
    tries = [one for one in run.of(item.name) if not one.hint]
    if not tries or tries[-1].right:
        return ()
    return (marked(item, tries[-1].choice) if item.options else matched(item, tries[-1].choice)).explained
