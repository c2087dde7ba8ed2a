"""Figures of questions and of units, on both databases, against what is counted by hand."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

from bot import figures
from bot.figures import NO_FIELD, Feedback, Outcomes, Practice, Promises, Span
from bot.office import board, people, unit_figures
from bot.office.roll import CLOSED, PULLED
from bot.storage import Storage
from bot.tables import PracticeClass, PracticePupil, PracticeRun
from handlers.duties import Role
from handlers.message import Address
from knowledge.library import Library
from knowledge.reading import Decision
from scheduler.ledger import Mark
from tests.bot.figures_world import Asked, ask, hand_over, seed
from tests.bot.office_world import VHTT, WARDS, local, office

MARCH = Span(date(2024, 3, 1), date(2024, 3, 31))
NOW = local(2024, 4, 2, 9)


async def test_a_day_begins_and_ends_at_midnight_in_vietnam(storage: Storage, world: Library) -> None:
    moments = (
        local(2024, 2, 29, 23, 59),
        local(2024, 3, 1),
        local(2024, 3, 1, 6, 59),
        local(2024, 3, 1, 7, 1),
        local(2024, 3, 1, 23, 59),
        local(2024, 3, 2),
        local(2024, 3, 31, 23, 59),
        local(2024, 4, 1),
    )
    await ask(storage, [Asked(moment) for moment in moments])
    async with storage.read() as session:
        talk = await figures.talk(session, MARCH, world, NOW)
    by_day = {day: counted.total for day, counted in talk.days}
    assert len(by_day) == 31
    assert {day: count for day, count in by_day.items() if count} == {
        date(2024, 3, 1): 4,
        date(2024, 3, 2): 1,
        date(2024, 3, 31): 1,
    }
    assert talk.total == Outcomes(answered=6)


async def test_questions_are_counted_by_outcome_channel_field_and_verdict(storage: Storage, world: Library) -> None:
    records = list(world)
    one = records[0]
    other = next(record for record in records if record.field != one.field)
    at = local(2024, 3, 5, 10)
    await ask(
        storage,
        [
            *[Asked(at, "web", Decision.ANSWER, one.code, "right")] * 4,
            *[Asked(at, "zalo-oa", Decision.ANSWER, other.code, "wrong")] * 2,
            Asked(at, "zalo-oa", Decision.ANSWER, "9.123456"),
            *[Asked(at, "web", Decision.CLARIFY, one.code, "none")] * 3,
            Asked(at, "web", Decision.CLARIFY, one.code),
            *[Asked(at, "telegram", Decision.DECLINE)] * 2,
            *[Asked(at, "telegram", Decision.SMALLTALK)] * 9,
        ],
    )
    async with storage.read() as session:
        talk = await figures.talk(session, MARCH, world, NOW)
    assert talk.total == Outcomes(answered=7, offered=4, declined=2)
    assert talk.channels == (
        ("web", Outcomes(4, 4, 0)),
        ("zalo-oa", Outcomes(3, 0, 0)),
        ("telegram", Outcomes(0, 0, 2)),
    )
    assert talk.fields == ((one.field, 4), (other.field, 2), (NO_FIELD, 1))
    assert talk.feedback == Feedback(right=4, wrong=2, none=3, silent=4)


async def test_all_ways_to_count_the_same_questions_agree(storage: Storage, world: Library) -> None:
    asked = await seed(storage, NOW, world, count=700, days=60)
    inside = [one for one in asked if MARCH.begins <= one.at < MARCH.ends]
    assert 0 < len(inside) < len(asked)
    async with storage.read() as session:
        talk = await figures.talk(session, MARCH, world, NOW)
    decided = Counter(one.decision for one in inside)
    total = Outcomes(decided[Decision.ANSWER], decided[Decision.CLARIFY], decided[Decision.DECLINE])
    assert talk.total == total
    assert sum((counted for _, counted in talk.days), Outcomes()) == total
    assert sum(count for _, count in talk.fields) == total.answered
    assert talk.feedback.told + talk.feedback.silent == total.total
    named = Counter(
        world.by_code[one.code].field for one in inside if one.decision is Decision.ANSWER and one.code is not None
    )
    assert dict(talk.fields) == dict(named)


async def test_a_promise_is_kept_late_broken_or_not_due(storage: Storage) -> None:
    due = local(2024, 3, 10, 16)
    await hand_over(storage, "HT-1", due, due)
    await hand_over(storage, "HT-2", due, due - timedelta(days=1))
    await hand_over(storage, "HT-3", due, due + timedelta(minutes=1))
    await hand_over(storage, "HT-4", due)
    await hand_over(storage, "HT-5", local(2024, 3, 30, 16))
    await hand_over(storage, "HT-6", due, state="withdrawn")
    await hand_over(storage, "HT-7", local(2024, 4, 1), local(2024, 4, 1))
    async with storage.read() as session:
        counted = await figures.promises(session, MARCH, local(2024, 3, 20))
        nothing = await figures.promises(session, Span(date(2023, 1, 1), date(2023, 1, 2)), NOW)
    assert counted == Promises(kept=2, late=1, broken=1, waiting=1)
    assert counted.due == 4
    assert nothing == Promises()


async def test_practice_is_counted_over_all_classes(storage: Storage) -> None:
    async with storage.write() as session:
        room = PracticeClass(
            code="K4QM",
            label="7A",
            teacher_digest="x",
            cases=[],
            opens_on=date(2024, 3, 1),
            closes_on=date(2024, 3, 20),
            ends_on=date(2024, 5, 31),
            created_at=local(2024, 3, 1, 8),
        )
        session.add(room)
        await session.flush()
        at = local(2024, 3, 2, 8)
        for number in range(3):
            pupil = PracticePupil(
                class_id=room.id or 0, nickname=f"Sóc {number}", word_digest="", created_at=at, seen_at=at
            )
            session.add(pupil)
            await session.flush()
            for ended in (at, None, local(2024, 4, 1)):
                session.add(PracticeRun(pupil_id=pupil.id or 0, run="on", items=[], begun_at=at, ended_at=ended))
    async with storage.read() as session:
        assert await figures.practice(session, MARCH) == Practice(classes=1, pupils=3, runs=3)


async def test_units_are_on_time_by_what_fell_due(storage: Storage) -> None:
    async with office(storage, local(2024, 3, 1, 7)) as town:
        await town.confirm()
        await town.link(WARDS[0], Role.OFFICER, "1")
        await town.link(WARDS[1], Role.OFFICER, "2")
        await town.report(WARDS[0], "1", "2024-W09", "1")
        town.now = local(2024, 3, 9, 9)
        await town.report(WARDS[0], "1", "2024-W10", "1")
        await town.report(WARDS[0], "1", "2024-W11", "1")
        await town.report(WARDS[1], "1", "2024-W10", "2")
        async with storage.write() as session:
            rows = await town.rows()
            aside = next(row for row in rows if row.unit == WARDS[1] and row.period == "2024-W09")
            aside.mark = Mark.NOT_APPLICABLE.value
            session.add(aside)
        town.now = local(2024, 3, 12, 9)
        async with storage.read() as session:
            found = await unit_figures.duties(session, town.rules, MARCH, town.now, None)
            seen = await unit_figures.duties(session, town.rules, MARCH, town.now, {WARDS[1]})
    by_unit = {one.unit: one for one in found}
    assert [one.unit for one in seen] == [WARDS[1]]
    assert seen[0] == by_unit[WARDS[1]]
    first, second = by_unit[WARDS[0]], by_unit[WARDS[1]]
    # March 2024 has five Fridays; on the 12th two are over, and a report that came early counts when its day has come
    assert (first.fell_due, first.on_time, first.late, first.missing, first.waiting) == (2, 1, 1, 0, 3)
    assert first.share == 0.5
    assert (second.fell_due, second.on_time, second.late, second.not_applicable) == (1, 0, 1, 1)
    third = by_unit[WARDS[2]]
    assert (third.fell_due, third.missing, third.share) == (2, 2, 0.0)
    assert by_unit[VHTT].share is None
    for one in found:
        assert one.fell_due == one.on_time + one.late + one.missing


async def test_reach_says_by_which_channel_and_why_not(storage: Storage) -> None:
    async with office(storage, local(2024, 3, 1, 7)) as town:
        await town.confirm()
        await town.link(WARDS[0], Role.OFFICER, "1")
        await town.link(WARDS[0], Role.HEAD, "2", channel="second")
        await town.link(WARDS[0], Role.GROUP, "9")
        await town.link(WARDS[1], Role.OFFICER, "3", channel="web")
        await town.link(WARDS[2], Role.OFFICER, "4")
        async with storage.write() as session:
            await people.close(session, Address("recorder", "4"), "blocked")
        async with storage.read() as session:
            found = {one.unit: one for one in await unit_figures.reach(session, town.rules, None)}
            seen = await unit_figures.reach(session, town.rules, {WARDS[2]})
            silent = dict(await board.unreachable(session, town.rules))
    assert (found[WARDS[0]].people, found[WARDS[0]].reached, found[WARDS[0]].problem) == (2, 2, "")
    assert dict(found[WARDS[0]].channels) == {"recorder": 1, "second": 1}
    assert (found[WARDS[1]].reached, found[WARDS[1]].problem) == (0, PULLED)
    assert (found[WARDS[2]].reached, found[WARDS[2]].problem) == (0, CLOSED)
    assert found[VHTT].problem == unit_figures.NO_OFFICER
    assert {one.name for one in found.values() if one.problem} == set(silent)
    assert [one.unit for one in seen] == [WARDS[2]]
