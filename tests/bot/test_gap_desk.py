"""What officials make of questions that nobody could answer, on both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot import gaps
from bot.attaching import Trials
from bot.gaps import GapState, Groups, RefusedError, attach, open_gaps
from bot.storage import Storage
from bot.tables import Alias, Gap, Question
from knowledge.library import Library
from knowledge.store import Knowledge
from tests.conftest import HandClock

BIRTH, MARRIAGE = "1.001193", "1.000894"
TAKEN = "đăng ký lấy chồng ở phường"
"""An alias of MARRIAGE."""


class Asking:
    """Questions that were not answered, written down as they come."""

    def __init__(self, storage: Storage, clock: HandClock) -> None:
        self.storage = storage
        self.clock = clock
        self.number = 0

    async def ask(
        self,
        text: str,
        reason: str = "declined",
        *,
        channel: str = "web",
        candidates: tuple[tuple[str, float], ...] = (),
        state: str = "open",
    ) -> int:
        self.number += 1
        async with self.storage.write() as session:
            question = Question(
                id=self.number,
                asked_at=self.clock(),
                channel=channel,
                text=text,
                decision="decline",
                facet="none",
                candidates=[list(one) for one in candidates],
            )
            session.add(question)
            await session.flush()
            session.add(Gap(question_id=self.number, reason=reason, state=state, created_at=self.clock()))
        return self.number

    async def states(self) -> list[str]:
        async with self.storage.read() as session:
            return list((await session.execute(select(col(Gap.state)).order_by(col(Gap.question_id)))).scalars())

    async def aliases(self) -> list[tuple[str, str]]:
        async with self.storage.read() as session:
            return [(row.code, row.text) for row in (await session.execute(select(Alias))).scalars()]


@pytest.fixture
def asking(storage: Storage, clock: HandClock) -> Asking:
    return Asking(storage, clock)


async def test_questions_that_say_the_same_stand_together_with_their_figures(
    asking: Asking, storage: Storage, clock: HandClock
) -> None:
    await asking.ask("nuôi chim trên sân thượng", candidates=((BIRTH, 0.2), (MARRIAGE, 0.3)))
    clock.forward(timedelta(days=2))
    await asking.ask("nuôi chim trên sân thượng ạ", "wrong", channel="telegram", candidates=((BIRTH, 0.4),))
    await asking.ask("nuôi chim trên sân thượng", "none", channel="telegram")
    await asking.ask("lắp mái che lối đi chung")
    await asking.ask("đã xong rồi", state="answered")
    first, second = await open_gaps(storage)
    assert (first.id, first.ids, first.count) == (1, (1, 2, 3), 3)
    assert first.texts == ("nuôi chim trên sân thượng", "nuôi chim trên sân thượng ạ")
    assert first.reasons == ("declined", "none", "wrong")
    assert first.channels == (("telegram", 2), ("web", 1))
    assert first.last_at - first.first_at == timedelta(days=2)
    assert first.candidates == (BIRTH, MARRIAGE)
    assert (second.text, second.candidates) == ("lắp mái che lối đi chung", ())


async def test_groups_are_worked_out_again_when_something_came_or_was_settled(asking: Asking, storage: Storage) -> None:
    groups = Groups()

    async def texts() -> list[str]:
        async with storage.read() as session:
            return [gap.text for gap in await groups.read(session)]

    assert await texts() == []
    await asking.ask("nuôi chim trên sân thượng")
    await asking.ask("lắp mái che lối đi chung")
    assert await texts() == ["nuôi chim trên sân thượng", "lắp mái che lối đi chung"]
    async with storage.read() as session:
        assert await groups.read(session) is await groups.read(session)
    async with storage.write() as session:
        assert await gaps.settle(session, [1], GapState.OUT_OF_SCOPE) == [1]
        assert await gaps.settle(session, [1], GapState.ATTACHED) == []
    assert await texts() == ["lắp mái che lối đi chung"]
    async with storage.write() as session:
        assert await gaps.reopen(session, [1, 2], GapState.ATTACHED) == []
        assert await gaps.reopen(session, [1, 2], GapState.OUT_OF_SCOPE) == [1]
    assert len(await texts()) == 2


async def test_of_two_who_settle_at_once_one_is_told_nothing_was_open(asking: Asking, storage: Storage) -> None:
    await asking.ask("nuôi chim trên sân thượng")

    async def settle(state: GapState) -> list[int]:
        async with storage.write() as session:
            return await gaps.settle(session, [1], state)

    done = await asyncio.gather(settle(GapState.DRAFTED), settle(GapState.OUT_OF_SCOPE))
    assert sorted(done) == [[], [1]]


async def test_the_command_line_attaches_and_closes_the_group(
    asking: Asking, storage: Storage, world: Library, clock: HandClock
) -> None:
    await asking.ask("giấy tờ cho con chim non mới nở")
    await asking.ask("giấy tờ cho con chim non mới nở ạ")
    await asking.ask("lắp mái che lối đi chung")
    with pytest.raises(RefusedError, match="Không có câu hỏi số 99"):
        await attach(storage, world, 99, BIRTH, None, clock())
    with pytest.raises(RefusedError, match="Không có thủ tục mã"):
        await attach(storage, world, 1, "9.999999", None, clock())
    with pytest.raises(RefusedError, match=TAKEN):
        await attach(storage, world, 1, BIRTH, TAKEN, clock())
    assert await attach(storage, world, 1, BIRTH, None, clock()) == "giấy tờ cho con chim non mới nở"
    assert await asking.aliases() == [(BIRTH, "giấy tờ cho con chim non mới nở")]
    assert await asking.states() == ["attached", "attached", "open"]


async def test_a_trial_names_the_very_question_that_would_break(known: Knowledge) -> None:
    procedure = known.library.by_code[BIRTH]
    asked = "giấy tờ cho con chim non mới nở"
    trial = await Trials().run(known, procedure, TAKEN, [asked])
    (broken,) = trial.broken
    assert (broken.procedure.code, broken.phrase) == (MARRIAGE, TAKEN)
    for question in known.library.by_code[MARRIAGE].questions[:1]:
        other = await Trials().run(known, procedure, question, [asked])
        assert [(one.procedure.code, one.phrase) for one in other.broken] == [(MARRIAGE, question)]


async def test_a_trial_shows_how_questions_would_be_answered(known: Knowledge) -> None:
    procedure = known.library.by_code[BIRTH]
    asked = "giấy tờ cho con chim non mới nở"
    good = await Trials().run(known, procedure, asked, [asked])
    assert (good.broken, good.helps) == ((), True)
    assert good.after[0].reading.codes[0] == BIRTH
    far = "nuôi chim bồ câu trên sân thượng có phải xin phép không"
    useless = await Trials().run(known, procedure, "mua xe máy cũ trả góp", [far])
    assert (useless.broken, useless.helps) == ((), False)
    useful = await Trials().run(known, procedure, far, [far])
    assert (useful.broken, useful.helps) == ((), True)


async def test_a_trial_is_kept_until_the_knowledge_changes(known: Knowledge, world: Library) -> None:
    trials, procedure = Trials(), known.library.by_code[BIRTH]
    first = await trials.run(known, procedure, "một cách hỏi", ["một cách hỏi"])
    assert await trials.run(known, procedure, "một cách hỏi", ["một cách hỏi"]) is first
    assert await trials.run(known, procedure, "một cách hỏi", ["câu khác"]) is not first
    other = Knowledge(Library(world))
    assert await trials.run(other, procedure, "một cách hỏi", ["một cách hỏi"]) is not first
