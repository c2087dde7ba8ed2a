"""Classes, pupils and runs in the database: SQLite and PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlmodel import SQLModel

from bot.practice import school
from bot.practice.desk import PracticeDesk, forget_classes, forget_pupil
from bot.practice.drawing import CLASS_AT_MOST, Draw
from bot.practice.notes import write
from bot.practice.school import School
from bot.storage import Storage
from bot.tables import (
    PracticeClass,
    PracticeKey,
    PracticePupil,
    PracticeReturn,
    PracticeRun,
    PracticeTry,
    PracticeVisit,
)
from handlers.outcome import CameBack, ClassOpened, Enrolled, RunBegun, Tried
from handlers.pupils import REVIEW, Pupil
from knowledge.practice.items import Item
from knowledge.store import Knowledge

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
END = date(2027, 1, 15)
TABLES = (PracticeClass, PracticePupil, PracticeKey, PracticeRun, PracticeTry, PracticeReturn)


class World:
    """A class that plays two cases, on a day that can be moved."""

    def __init__(self, storage: Storage, known: Knowledge) -> None:
        self.storage = storage
        self.school = School(known, Draw(Random(3)))  # noqa: S311 - drawn alike each time
        self.now = NOW

    @asynccontextmanager
    async def desk(self) -> AsyncIterator[PracticeDesk]:
        async with self.storage.write() as session:
            yield self.school.desk(session, self.now)

    async def open_class(self, label: str = "7A") -> str:
        async with self.desk() as desk:
            new = await desk.new_class()
            note = ClassOpened(label, new.code, new.secret, ("batuksinh", "thuetro"), TODAY, TODAY + timedelta(14), END)
            await write(desk, note)
        return f"{label}-{new.code}"

    async def enrol(self, code: str) -> tuple[str, Enrolled]:
        """The key of somebody new, and what was drawn."""
        async with self.desk() as desk:
            classroom = await desk.classroom(code)
            assert classroom
            new = await desk.newcomer(classroom)
            assert new
            note = Enrolled(classroom.id, new.nickname, new.word, new.key)
            await write(desk, note)
        return new.key, note

    async def begin(self, key: str, run: str) -> Pupil:
        async with self.desk() as desk:
            pupil = await desk.pupil(key)
            assert pupil
            items = (await desk.fresh(pupil, run)).items
            await write(desk, RunBegun(pupil.id, run, tuple(item.name for item in items)))
        return pupil

    async def answer(self, pupil: Pupil, run: str, *, right: bool = True, hint: bool = False) -> bool:
        """Answer the open item."""
        async with self.desk() as desk:
            found = await desk.run(pupil, run)
            assert found
            assert found.open
            return await write(desk, tried(pupil, run, found.open, right=right, hint=hint))

    async def finish(self, pupil: Pupil, run: str) -> None:
        while True:
            async with self.desk() as desk:
                if await desk.run(pupil, run) is None:
                    return
            await self.answer(pupil, run)

    async def count(self, table: type[SQLModel]) -> int:
        async with self.storage.read() as session:
            return int((await session.execute(select(func.count()).select_from(table))).scalar_one())


def tried(pupil: Pupil, run: str, item: Item, *, right: bool = True, hint: bool = False) -> Tried:
    wrong = next((option.key for option in item.options if not option.right), "")
    choice = () if hint else tuple(sorted(item.right)) if right else (wrong,)
    return Tried(pupil.id, run, item.name, choice, right=right and not hint, hint=hint)


@pytest.fixture
def scene(storage: Storage, known: Knowledge) -> World:
    return World(storage, known)


@pytest.mark.parametrize("typed", ["{code}", "7a {short}", "{short}", " 7A–{short} ", "7a{short}"])
async def test_a_class_is_found_as_people_type_its_code(scene: World, typed: str) -> None:
    code = await scene.open_class()
    said = typed.format(code=code.lower(), short=code[-4:].lower())
    async with scene.desk() as desk:
        found = await desk.classroom(said)
    assert found
    assert found.name == code


@pytest.mark.parametrize("label", ["7A", "9/3", "8A12", "6"])
async def test_every_label_that_is_allowed_can_be_typed_back(scene: World, label: str) -> None:
    code = await scene.open_class(label)
    async with scene.desk() as desk:
        found = await desk.classroom(code)
    assert found
    assert found.name == code


@pytest.mark.parametrize("typed", ["", "7A", "8B-{short}", "7A-ZZZZ", "a b c d e", "{short}{short}", "%", "' OR 1=1"])
async def test_another_code_finds_nothing(scene: World, typed: str) -> None:
    code = await scene.open_class()
    async with scene.desk() as desk:
        assert await desk.classroom(typed.format(short=code[-4:])) is None


async def test_only_nickname_choices_and_times_are_kept(scene: World) -> None:
    key, drawn = await scene.enrol(await scene.open_class())
    async with scene.storage.read() as session:
        pupil = (await session.execute(select(PracticePupil))).scalar_one()
        device = (await session.execute(select(PracticeKey))).scalar_one()
    assert pupil.nickname == drawn.nickname
    assert drawn.word not in str(pupil.model_dump())
    assert key not in str(device.model_dump())
    assert set(PracticePupil.model_fields) == {"id", "class_id", "nickname", "word_digest", "created_at", "seen_at"}


async def test_the_word_brings_a_pupil_back_on_another_device(scene: World) -> None:
    code = await scene.open_class()
    key, drawn = await scene.enrol(code)
    async with scene.desk() as desk:
        classroom = await desk.classroom(code)
        assert classroom
        assert await desk.returning(classroom, drawn.nickname, "cầu vồng cánh diều 10") is None
        other = await desk.returning(classroom, drawn.nickname.lower(), unaccented(drawn.word))
        assert other
        assert await write(desk, CameBack(classroom.id, drawn.nickname, other))
        first, second = await desk.pupil(key), await desk.pupil(other)
    assert first == second is not None
    assert other != key


def unaccented(text: str) -> str:
    from knowledge.normalize import fold

    return fold(text)


async def test_a_word_cannot_be_guessed_for_long(scene: World) -> None:
    code = await scene.open_class()
    _, drawn = await scene.enrol(code)
    async with scene.desk() as desk:
        classroom = await desk.classroom(code)
        assert classroom
        for number in range(6):
            assert await desk.returning(classroom, drawn.nickname, f"sai {number}") is None
        assert await desk.returning(classroom, drawn.nickname, drawn.word) is None


async def test_an_answer_counts_once_and_for_the_open_item_only(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    async with scene.desk() as desk:
        run = await desk.run(pupil, "batuksinh")
        assert run
        first, second = run.items[:2]
        assert not await write(desk, tried(pupil, "batuksinh", second))
        assert await write(desk, tried(pupil, "batuksinh", first))
        assert not await write(desk, tried(pupil, "batuksinh", first)), "it is no longer open"
    assert await scene.count(PracticeTry) == 1


async def test_a_hint_is_taken_once(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    assert await scene.answer(pupil, "batuksinh", hint=True)
    assert not await scene.answer(pupil, "batuksinh", hint=True)


async def test_leaving_and_coming_back_finds_the_same_item(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    await scene.answer(pupil, "batuksinh")
    await scene.answer(pupil, "batuksinh", right=False)
    again = await scene.begin(key, "batuksinh")
    async with scene.desk() as desk:
        run = await desk.run(again, "batuksinh")
        progress = await desk.progress(again)
    assert run
    assert run.place == 2
    assert run.left(run.items[1].name) == 1
    assert progress.under_way == ("batuksinh",)
    assert await scene.count(PracticeRun) == 1


async def test_the_best_run_counts_and_all_are_kept(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    await scene.finish(pupil, "batuksinh")
    await scene.begin(key, "batuksinh")
    await scene.answer(pupil, "batuksinh", right=False)
    await scene.finish(pupil, "batuksinh")
    async with scene.desk() as desk:
        progress = await desk.progress(pupil)
    points, most = progress.best["batuksinh"]
    assert points == most
    assert progress.times == {"batuksinh": 2}
    async with scene.storage.read() as session:
        runs = list((await session.execute(select(PracticeRun).order_by(PracticeRun.id))).scalars())  # type: ignore[arg-type]
    assert [run.most - run.points for run in runs] == [0, 1]


async def test_a_wrong_item_comes_back_after_2_7_and_21_days(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    await scene.answer(pupil, "batuksinh", right=False)
    await scene.finish(pupil, "batuksinh")
    for days in (2, 7, 21):
        scene.now += timedelta(days=days - 1)
        assert await due(scene, pupil) == ()
        scene.now += timedelta(days=1)
        assert await due(scene, pupil) == ("batuksinh/find",)
        await scene.begin(key, REVIEW)
        await scene.finish(pupil, REVIEW)
    assert await scene.count(PracticeReturn) == 0


async def due(scene: World, pupil: Pupil) -> tuple[str, ...]:
    async with scene.desk() as desk:
        return (await desk.progress(pupil)).due


async def test_what_comes_back_and_is_wrong_again_begins_anew(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    await scene.answer(pupil, "batuksinh", right=False)
    await scene.finish(pupil, "batuksinh")
    for days in (2, 7):
        scene.now += timedelta(days=days)
        await scene.begin(key, REVIEW)
        if days == 7:
            await scene.answer(pupil, REVIEW, right=False)
        await scene.finish(pupil, REVIEW)
    scene.now += timedelta(days=2)
    assert await due(scene, pupil) == ("batuksinh/find",)


async def test_an_item_suspended_in_the_middle_of_a_run_is_left_out(scene: World, known: Knowledge) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    record = known.library.get("2.000635")
    assert record
    from knowledge.library import Library

    dearer = tuple(method.model_copy(update={"fee": "8.000 đồng"}) for method in record.methods)
    newer = Library([record.model_copy(update={"methods": dearer}), *known.library])
    scene.school.course = known.lessons.course(newer, {})
    async with scene.desk() as desk:
        run = await desk.run(pupil, "batuksinh")
    assert run
    assert not {"batuksinh/fee", "batuksinh/pay"} & {item.name for item in run.items}
    await scene.finish(pupil, "batuksinh")
    assert await scene.count(PracticeReturn) == 0


async def test_the_office_reads_suspended_items_again(scene: World, known: Knowledge) -> None:
    record = known.library.get("2.000635")
    assert record
    from knowledge.library import Library

    dearer = tuple(method.model_copy(update={"fee": "8.000 đồng"}) for method in record.methods)
    newer = Knowledge(Library([record.model_copy(update={"methods": dearer}), *known.library]), (), known.lessons)
    await scene.school.learn(scene.storage, newer)
    waiting = scene.school.course.suspended(TODAY)
    assert {one.item.name for one in waiting} == {"batuksinh/fee", "batuksinh/pay"}
    before = await school.stamp(scene.storage)
    await school.check(scene.storage, waiting, "Trần Văn Duyệt", NOW)
    await school.check(scene.storage, waiting, "Trần Văn Duyệt", NOW)
    assert await school.stamp(scene.storage) == before + 2
    await scene.school.learn(scene.storage, newer)
    assert scene.school.course.suspended(TODAY) == []


async def test_a_class_is_deleted_after_its_term_and_counts_of_visits_stay(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    await scene.answer(pupil, "batuksinh", right=False)
    await scene.finish(pupil, "batuksinh")
    other_key, _ = await scene.enrol(await scene.open_class("8B"))
    async with scene.storage.write() as session:
        visit: dict[str, Any] = {"class_id": pupil.classroom.id, "label": "7A", "desk": "Một Cửa", "day": TODAY}
        session.add(PracticeVisit(**visit, qr_key="a"))
        session.add(PracticeVisit(**visit, qr_key="b", result_key="k", counts={"came": 30}, came=30, handed_at=NOW))
        (await session.get_one(PracticeClass, pupil.classroom.id + 1)).ends_on = date(2027, 5, 31)
    async with scene.storage.write() as session:
        assert await forget_classes(session, END) == 0, "the last day still counts"
    async with scene.storage.write() as session:
        assert await forget_classes(session, END + timedelta(days=1)) == 1
        assert await forget_classes(session, END + timedelta(days=1)) == 0
    left = {table.__name__: await scene.count(table) for table in TABLES}
    assert left == {
        "PracticeClass": 1,
        "PracticePupil": 1,
        "PracticeKey": 1,
        "PracticeRun": 0,
        "PracticeTry": 0,
        "PracticeReturn": 0,
    }
    async with scene.storage.read() as session:
        visits = list((await session.execute(select(PracticeVisit))).scalars())
    assert [(one.class_id, one.counts) for one in visits] == [(None, {"came": 30})]
    async with scene.desk() as desk:
        assert await desk.pupil(other_key)


async def test_a_pupil_who_asks_is_deleted_with_everything(scene: World) -> None:
    code = await scene.open_class()
    key, _ = await scene.enrol(code)
    await scene.enrol(code)
    pupil = await scene.begin(key, "batuksinh")
    await scene.answer(pupil, "batuksinh", right=False)
    async with scene.storage.write() as session:
        await forget_pupil(session, key)
        await forget_pupil(session, "unknown")
    assert [await scene.count(table) for table in (PracticePupil, PracticeRun, PracticeTry)] == [1, 0, 0]


async def test_two_answers_at_the_same_moment_count_as_one(scene: World) -> None:
    key, _ = await scene.enrol(await scene.open_class())
    pupil = await scene.begin(key, "batuksinh")
    counted = await asyncio.gather(*(scene.answer(pupil, "batuksinh", hint=True) for _ in range(6)))
    assert sorted(counted) == [False] * 5 + [True]
    assert await scene.count(PracticeTry) == 1


def test_a_whole_class_draws_different_nicknames_until_it_is_full() -> None:
    draw, taken = Draw(), set[str]()
    while (new := draw.newcomer(taken)) is not None:
        assert new.nickname not in taken
        assert len(new.nickname) <= 40
        taken.add(new.nickname)
    assert len(taken) == CLASS_AT_MOST
