"""A teacher's figures against a recount from the rows; what is hidden; files; what is handed over."""

from __future__ import annotations

import csv
import io
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import aiohttp
import openpyxl
import pytest
from sqlalchemy import select

from bot import limits
from bot.app import App
from bot.office import people, plans
from bot.practice import sheets, visits
from bot.practice.drawing import Draw
from bot.practice.figures import Figures, Rows, figures
from bot.settings import Settings
from bot.tables import (
    Evidence,
    Occurrence,
    PlanState,
    PracticeClass,
    PracticePupil,
    PracticeRun,
    PracticeTry,
    PracticeVisit,
    Submission,
)
from handlers.duties import Role
from handlers.told import told
from knowledge.practice.course import Course
from knowledge.practice.play import points as points_of
from knowledge.store import Knowledge
from scheduler.ledger import Form
from scheduler.plan import Kind, Schedule
from tests import databases
from tests.bot.office_world import reading, task
from tests.conftest import HandClock

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
CASES = ("batuksinh", "thuetro")


@pytest.fixture
def course(known: Knowledge) -> Course:
    return known.lessons.course(known.library, {})


def played(course: Course, pupils: int, seed: int, case: str = "thuetro") -> Rows:
    """Rows as a class leaves them: some right, some wrong, hints, runs given up, a second run."""
    chance = Random(seed)  # noqa: S311 - the same class each time
    made = [
        PracticePupil(id=n, class_id=1, nickname=f"Sóc {n}", word_digest="", created_at=NOW, seen_at=NOW)
        for n in range(1, pupils + 1)
    ]
    runs: list[PracticeRun] = []
    tries: list[PracticeTry] = []
    for pupil in made:
        for _ in range(chance.choice((1, 1, 2))):
            items = course.all_items(case)
            run = PracticeRun(
                id=len(runs) + 1, pupil_id=pupil.id or 0, run=case, items=[i.name for i in items], begun_at=NOW
            )
            runs.append(run)
            stop = chance.randrange(len(items) + 6)
            mine: list[Any] = []
            for item in items[:stop]:
                for right in (*[False] * chance.choice((0, 0, 0, 1, 2)), True):
                    wrong = [option.key for option in item.options if not option.right]
                    choice = sorted(item.right) if right else wrong[: chance.randrange(1, 3)]
                    row = PracticeTry(run_id=run.id or 0, item=item.name, choice=choice, right=right, at=NOW)
                    if chance.random() < 0.2:
                        hint = PracticeTry(run_id=run.id or 0, item=item.name, choice=[], hint=True, at=NOW)
                        mine.append(hint)
                    mine.append(row)
            tries += mine
            if stop >= len(items):
                run.ended_at, run.most = NOW, 2 * len(items)
                run.points = sum(points_of([t for t in mine if t.item == item.name]) for item in items)
    return Rows(made, runs, tries, badges=3)


@pytest.mark.parametrize("seed", range(12))
def test_the_figures_equal_a_recount_from_the_rows(course: Course, seed: int) -> None:
    rows = played(course, 5 + seed, seed)
    counted = figures(rows, course)
    by_nickname = {line.nickname: line for line in counted.pupils}
    for pupil in rows.pupils:
        ended = [run for run in rows.runs if run.pupil_id == pupil.id and run.ended_at]
        line = by_nickname[pupil.nickname]
        assert line.runs == len(ended)
        assert line.done == (1 if ended else 0)
        assert line.best == ({"thuetro": (max(run.points for run in ended), ended[0].most)} if ended else {})
    owner = {run.id: run.pupil_id for run in rows.runs}
    first: dict[str, dict[int, bool]] = defaultdict(dict)
    chosen: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows.tries:
        if not row.hint:
            first[row.item].setdefault(owner[row.run_id], row.right)
            for key in row.choice:
                chosen[row.item, key] += 1
    assert {line.item.name for line in counted.items} == set(first)
    for one in counted.items:
        answers = first[one.item.name]
        assert (one.answered, one.right_first) == (len(answers), sum(answers.values()))
        assert [made.count for made in one.choices] == [chosen[one.item.name, o.key] for o in one.item.options]
    shares = [line.share for line in counted.items if line.share is not None]
    assert shares == sorted(shares)


def test_figures_of_fewer_than_five_are_hidden_and_nicknames_stay(course: Course) -> None:
    counted = figures(played(course, 4, 1), course)
    assert len(counted.pupils) == 4
    assert counted.median is None
    assert all(line.hidden and line.share is None for line in counted.items)
    made = dict(sheets.sheets(counted, course, CASES, []))
    assert {row[3] for row in made["Câu hỏi"][1:]} == {sheets.HIDDEN}
    assert {row[4] for row in made["Lựa chọn"][1:]} == {sheets.HIDDEN}


def test_an_empty_class_has_figures_too(course: Course) -> None:
    counted = figures(Rows([], [], [], 0), course)
    assert counted == Figures((), (), 0)
    assert counted.median is None


def trip(**more: Any) -> PracticeVisit:
    day = date(2026, 12, 3)
    return PracticeVisit(**{"id": 1, "label": "7A", "desk": "Một Cửa phường", "day": day, "qr_key": "k", **more})


def test_the_workbook_opens_and_says_what_was_counted(course: Course) -> None:
    counted = figures(played(course, 8, 3), course)
    made = sheets.sheets(counted, course, CASES, [trip(desk="=1+1", came=30)])
    book = openpyxl.load_workbook(io.BytesIO(sheets.workbook(made)))
    assert book.sheetnames == ["Học sinh", "Câu hỏi", "Lựa chọn", "Tham quan"]
    names = [row[0].value for row in book["Học sinh"].iter_rows(min_row=2)]
    assert names == [line.nickname for line in counted.pupils]
    trips = [[cell.value for cell in row] for row in book["Tham quan"].iter_rows()]
    assert trips[1] == ["=1+1", "03/12/2026", 30]
    assert book["Tham quan"]["A2"].data_type == "s", "a text, and no formula"


@pytest.mark.parametrize("begins", ["=1+1", "+84", "-1", "@sum", "\tx"])
def test_no_cell_of_the_csv_is_a_formula(course: Course, begins: str) -> None:
    made = sheets.sheets(figures(played(course, 6, 2), course), course, CASES, [trip(desk=begins)])
    body = sheets.text(made)
    assert body.startswith(b"\xef\xbb\xbf")
    cells = [cell for row in csv.reader(io.StringIO(body.decode("utf-8-sig"))) for cell in row]
    assert f"'{begins}" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t"))]


def test_what_is_handed_over_is_frozen_and_read_by_who_reports(course: Course) -> None:
    row = trip()
    draw = Draw(Random(1))  # noqa: S311 - the same link each time
    visits.hand_over(row, 34, figures(played(course, 8, 3), course), draw, NOW)
    assert row.counts is not None
    assert (row.came, row.counts["came"], row.counts["pupils"]) == (34, 34, 8)
    first = row.result_key
    visits.hand_over(row, 33, figures(played(course, 9, 3), course), draw, NOW)
    assert (row.result_key, row.counts["came"], row.counts["pupils"]) == (first, 33, 9)
    link = f"https://motcua.example/luyen-tap/ket-qua/{row.result_key}"
    line = told(visits.message(row, link))
    assert line.quantity is not None
    assert line.quantity.count == 33
    assert line.links == (link,)
    assert ("Học sinh đã tham quan", "33") in visits.shown(row.counts)


def test_what_anybody_may_see_of_a_visit_hides_groups_under_five(course: Course) -> None:
    rows = played(course, 4, 1)
    few, row = figures(rows, course), trip()
    assert 0 < few.finished < limits.GROUP_AT_LEAST
    visits.hand_over(row, 30, few, Draw(Random(1)), NOW)  # noqa: S311 - any link
    told_to_all = dict(visits.shown(row.counts or {}))
    assert told_to_all.pop("Học sinh đã tham quan") == "30"
    assert set(told_to_all.values()) == {sheets.HIDDEN}
    visits.hand_over(row, 30, Figures((), (), 0), Draw(Random(1)), NOW)  # noqa: S311 - any link
    assert dict(visits.shown(row.counts or {}))["Học sinh làm xong ít nhất một việc"] == "0", "nobody is no group"


@pytest.mark.parametrize(
    ("desk", "wrong"),
    [
        ("Một Cửa phường Đa Mai", False),
        ("Trung tâm Phục vụ hành chính công, tầng 2", False),
        ("Một Cửa, 5 học sinh mỗi bàn", True),
        ("Một Cửa https://example.org/tin", True),
    ],
)
def test_a_desk_that_the_message_would_take_for_more_is_found(desk: str, *, wrong: bool) -> None:
    assert visits.misread(desk) is wrong
    row = trip(desk=desk, counts={"came": 34})
    line = told(visits.message(row, "https://motcua.example/luyen-tap/ket-qua/k"))
    right = line.quantity is not None and line.quantity.count == 34 and len(line.links) == 1
    assert right is not wrong


def test_no_score_of_a_file_is_taken_for_a_day(course: Course) -> None:
    made = dict(sheets.sheets(figures(played(course, 6, 2), course), course, CASES, []))
    scores = [cell for row in made["Học sinh"][1:] for cell in row[4:] if cell]
    assert scores
    assert all(re.fullmatch(r"\d+ trên \d+", str(score)) for score in scores)


# The pages, over HTTP


@dataclass
class School:
    """A server with a clock set by hand, and somebody who writes to it."""

    app: App
    clock: HandClock
    http: aiohttp.ClientSession

    def day(self, days: int = 0) -> str:
        return (self.clock().date() + timedelta(days=days)).isoformat()

    async def send(self, path: str, values: dict[str, str]) -> tuple[int, str, str]:
        """Status, where it leads to, and the page."""
        async with self.http.post(path, data=values, allow_redirects=False) as response:
            return response.status, response.headers.get("Location", "").split("?")[0], await response.text()

    async def page(self, path: str) -> str:
        async with self.http.get(path) as response:
            return await response.text()

    async def opened(self, **more: str) -> str:
        """The teacher's link of a new class."""
        days = {"tu": self.day(), "den": self.day(14), "het": self.day(60)}
        status, link, page = await self.send("/luyen-tap/mo-lop", {"lop": "7A", "bo": "tatca", **days, **more})
        assert status == 303, page
        return link

    async def say(self, session: str, **sent: str) -> str:
        async with self.http.post("/api/chat", json={"session": session, **sent}) as response:
            assert response.status == 200, await response.text()
            return "\n".join(reply["text"] for reply in (await response.json())["replies"])


@pytest.fixture
async def school(tmp_path: Path, known: Knowledge, clock: HandClock) -> AsyncIterator[School]:
    app = App(await databases.lay(Settings(data_dir=tmp_path, port=0)), known, clock)
    await app.start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{app.port}") as http:
        yield School(app, clock, http)
    await app.stop()


@pytest.mark.parametrize("day", [date(2027, 1, 2), date(2027, 5, 18), date(2027, 6, 1), date(2027, 12, 31)])
async def test_the_days_offered_can_be_taken_in_every_season(school: School, day: date) -> None:
    school.clock.time = datetime(day.year, day.month, day.day, 2, tzinfo=UTC)
    page = await school.page("/luyen-tap/mo-lop")
    offered = {name: re.findall(rf'name="{name}" value="([^"]+)"', page)[0] for name in ("tu", "den", "het")}
    assert await school.opened(**offered)


async def test_a_class_ends_in_time_however_often_its_days_are_changed(school: School) -> None:
    link = await school.opened()
    latest = school.clock().date() + limits.TERM_AT_MOST
    school.clock.forward(timedelta(days=50))
    wrong = {"den": school.day(), "het": (latest + timedelta(days=1)).isoformat()}
    status, _, page = await school.send(f"{link}/ngay", wrong)
    assert (status, f"chậm nhất là {latest:%d/%m/%Y}" in page) == (422, True)
    assert (await school.send(f"{link}/ngay", {"den": school.day(), "het": latest.isoformat()}))[0] == 303
    async with school.app.storage.read() as session:
        assert (await session.execute(select(PracticeClass))).scalar_one().ends_on == latest


async def test_cases_marked_beside_a_ready_set_are_not_dropped_in_silence(school: School) -> None:
    days = {"tu": school.day(), "den": school.day(14), "het": school.day(60)}
    status, _, page = await school.send("/luyen-tap/mo-lop", {"lop": "7A", "bo": "tatca", "viec": "thuetro", **days})
    assert status == 422
    assert "Có việc được đánh dấu riêng" in page
    assert re.search(r'value="thuetro" checked', page)
    assert await school.opened(bo="rieng", viec="thuetro")


async def test_a_form_of_another_site_opens_no_class(school: School) -> None:
    link = await school.opened()
    for path in ("/luyen-tap/mo-lop", f"{link}/xoa", f"{link}/ngay", f"{link}/tham-quan"):
        async with school.http.post(path, data={"lop": "7A"}, headers={"Origin": "https://xau.example"}) as response:
            assert response.status == 403, path
    async with school.app.storage.read() as session:
        assert len((await session.execute(select(PracticeClass))).scalars().all()) == 1


GD = "bg.p.gddt"
DUTY = "Tổ chức cho học sinh trung học cơ sở tham quan bộ phận Một cửa"


async def _officer(school: School) -> tuple[str, int]:
    """An official of the education office in the chat, and the duty of that office."""
    year = (date(2024, 1, 1), date(2024, 12, 31))
    plan = reading(task("8", DUTY, (GD,), Schedule(Kind.ONE_OFF, (), *year)))
    async with school.app.storage.write() as session:
        kept = await plans.bring_in(session, plan, "ke-hoach.docx", "a", school.clock())
        row = await plans.find(session, kept.id, PlanState.DRAFT)
        choices = plans.Choices("Nguyễn Văn A", cadences={}, accept=True)
        await plans.confirm(session, school.app.rules, row, choices, school.clock())
        number = (await session.execute(select(Occurrence).where(Occurrence.unit == GD))).scalar_one().id  # type: ignore[arg-type]
        code = await people.invite(session, GD, Role.OFFICER, school.clock())
    await school.say("can-bo-phong-giao-duc", text=f"liên kết {code}")
    assert "Phòng G" in await school.say("can-bo-phong-giao-duc", text="1")
    return "can-bo-phong-giao-duc", number or 0


async def test_the_officer_pastes_the_message_and_the_ledger_has_number_and_link(school: School) -> None:
    school.clock.time = datetime(2024, 11, 26, 2, tzinfo=UTC)  # the year of the plan; that office was closed in 2025
    link = await school.opened()
    visit = {"noi": "Một Cửa phường Đa Mai", "ngay": school.day()}
    assert (await school.send(f"{link}/tham-quan", visit))[0] == 303
    assert (await school.send(f"{link}/tham-quan/1/ket-qua", {"so": "34"}))[0] == 303
    message = re.findall(r"<textarea[^>]*readonly[^>]*>([^<]+)</textarea>", await school.page(link))[0]
    officer, duty = await _officer(school)
    await school.say(officer, action=f"bao:{duty}")
    said = await school.say(officer, text=message)
    assert "- Số lượng: **34 học sinh**" in said
    assert "- Đường dẫn: 1" in said
    assert "Mã **BC-PL8" in await school.say(officer, text="gửi")
    async with school.app.storage.read() as session:
        report = (await session.execute(select(Submission))).scalar_one()
        proof = (await session.execute(select(Evidence))).scalar_one()
    assert (report.quantity, report.form, proof.kind) == (34, Form.SCHOOL, "link")
    assert proof.name.endswith(re.findall(r"/luyen-tap/ket-qua/\S+", message)[0])
    assert "34" in await school.page(proof.name)
    assert (await school.send(f"{link}/xoa", {}))[0] == 303
    assert "Một Cửa phường Đa Mai" in await school.page(proof.name), "it outlives the class"
