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
from bot.web.pages import RefusedPageError, form, go
from bot.web.practice.pages import Pages, key_of
from handlers.outcome import RunBegun, Tried
from handlers.practice_item import MOCK, fits
from handlers.privacy import looks_private
from handlers.pupils import REVIEW, Pupil
from knowledge.practice.items import Item, Kind, Level, dossier_number
from knowledge.practice.play import Marked, Run, Try, marked, matched, remarked
from scheduler.calendar import VIETNAM

HOME = "/luyen-tap/cua-em"
NAMES = {Level.FIND: "Tìm", Level.PREPARE: "Chuẩn bị", Level.FILE: "Nộp", Level.TRACK: "Theo dõi"}
PORTAL_STEPS = (
    ("login", "Đăng nhập", "Đăng nhập tài khoản"),
    ("choose", "Chọn thủ tục", "Kết quả tìm thủ tục"),
    ("form", "Điền tờ khai", "Tờ khai điện tử"),
    ("attach", "Đính kèm", "Thành phần hồ sơ"),
    ("pay", "Nộp phí", "Thanh toán"),
    ("track", "Tra cứu", "Tra cứu hồ sơ"),
    ("more", "Bổ sung", "Yêu cầu bổ sung hồ sơ"),
    ("result", "Kết quả", "Kết quả giải quyết"),
)
"""Key of the item, name of the step, title of its page on the mock portal."""
DOSSIER = ("Đã gửi hồ sơ", "Đã tiếp nhận", "Yêu cầu bổ sung", "Đã bổ sung", "Đã có kết quả")
REACHED = {"more": 3, "result": 5}
"""How many states of the dossier the portal shows with an item."""
FIELD = "o."
"""Before the key of a field of the mock form."""
TYPED_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class Played:
    """Who plays which run."""

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
            if played is None or not played.pupil.classroom.is_open(desk.today):
                return go(HOME)
            if played.run.open is None:
                waiting = "Những câu còn lại đang chờ kiểm tra lại vì thông tin thủ tục vừa đổi. Em quay lại sau nhé."
                raise RefusedPageError(409, "Việc này đang tạm dừng", waiting)
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
        fitting: tuple[str, ...] = (),
    ) -> web.Response:
        run, case = played.run, desk.course.cases[item.case]
        last = _last(run, item)
        values: dict[str, Any] = {
            "run": run,
            "key": played.key,
            "item": item,
            "case": case,
            "pupil": played.pupil,
            "level": NAMES[item.level],
            "portal": item.level in MOCK,
            "steps": PORTAL_STEPS,
            "record": desk.course.library.get(case.code),
            "number": dossier_number(case),
            "states": DOSSIER if item.key in REACHED else (),
            "reached": REACHED.get(item.key, 0),
            "hinted": run.hinted(item.name),
            "left": run.left(item.name),
            "tried": run.tried(item.name) - item.right,
            "kept": (fitting if private else last.choice if last else ()),
            "wrong": _wrong(item, last),
            "empty": "trong" in request.query and not private,
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
                return go(here)  # a page of before, a form sent twice, or a class that is over
            if "goiy" in sent:
                await write(desk, Tried(played.pupil.id, played.key, item.name, hint=True))
                return go(here)
            if item.kind is Kind.FORM:
                typed = Typed.read(item, sent)
                if typed.private:
                    return self._item(request, desk, played, item, private=typed.private, fitting=typed.fitting)
                judged = matched(item, typed.fitting)
                empty = typed.empty
            else:
                judged = marked(item, _chosen(item, sent))
                empty = not judged.choice
            if empty:
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
            history = [(row.ended_at.astimezone(VIETNAM).date(), row.points, row.most) for row in rows if row.ended_at]
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
            history=history,
            best=progress.best.get(key),
            answered=len(rows[0].items),
            returns=returns,
            following=following,
            finished=all(one in progress.best for one in cases),
            before=before,
        )


async def _pupil(desk: PracticeDesk, request: web.Request) -> Pupil:
    pupil = await desk.pupil(key_of(request))
    if pupil is None:
        raise RefusedPageError(403, "Em chưa vào lớp", "Em nhập mã lớp, hoặc biệt danh và từ bí mật, rồi làm tiếp.")
    return pupil


@dataclass(frozen=True, slots=True)
class Typed:
    """What a mock form held. The typed text itself is read here and goes nowhere."""

    fitting: tuple[str, ...]
    """Keys of the fields that hold what stands on the mock card."""
    private: tuple[str, ...]
    """What looks like somebody's own data in the other fields."""
    empty: bool

    @classmethod
    def read(cls, item: Item, sent: MultiDictProxy[Any]) -> Typed:
        typed = {blank.key: str(sent.get(FIELD + blank.key, ""))[:TYPED_AT_MOST] for blank in item.blanks}
        fitting = tuple(blank.key for blank in item.blanks if fits(typed[blank.key], blank.value))
        others = (text for key, text in typed.items() if key not in fitting)
        private = dict.fromkeys(kind for text in others for kind in looks_private(text))
        return cls(fitting, tuple(private), not any(text.strip() for text in typed.values()))


def _chosen(item: Item, sent: MultiDictProxy[Any]) -> list[str]:
    chosen = [str(key) for key in sent.getall("chon", [])]
    return chosen[:1] if item.kind is Kind.ONE else chosen


def _before(run: Run, request: web.Request) -> Marked | None:
    """The explanation of the item that was just done, when the page is told which."""
    name = request.query.get("da", "").replace(".", "/", 1)
    item = next((one for one in run.items if one.name == name), None)
    done = next((one for one in run.tries if one.item == name and one.right), None)
    if item is None or done is None:
        return None
    return remarked(item, done.choice)


def _last(run: Run, item: Item) -> Try | None:
    """The last answer to an open item; it was wrong."""
    tries = [one for one in run.of(item.name) if not one.hint]
    return tries[-1] if tries else None


def _wrong(item: Item, last: Try | None) -> list[tuple[str, str]]:
    """Why the last try was wrong: of several options, each with its label; nothing where none was."""
    if last is None:
        return []
    judged = remarked(item, last.choice)
    chosen = [option for option in item.options if option.key in last.choice and not option.right and option.why]
    named = [(option.label if item.kind is Kind.MANY else "", option.why) for option in chosen]
    told = {option.why for option in chosen}
    return [*named, *(("", why) for why in judged.explained if why not in told)]
