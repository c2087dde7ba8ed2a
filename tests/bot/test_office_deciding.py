"""A coordinator's decisions, one row with its history, messages in doubt, on both databases."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.office import deciding, dossier, mail, waiting
from bot.office.deciding import Pick, StrangeError
from bot.storage import Storage
from bot.tables import Difficulty, Outbox, OutboxState, Submission
from handlers.duties import Role
from handlers.outcome import Accepted, Stuck, Withdrawn
from scheduler.ledger import Mark, State
from tests.bot.office_desk import FRIDAY, at_the_page, audits, coordinator, decide, reported
from tests.bot.office_world import NOI_VU, WARDS, OfficeWorld, office


async def test_several_reports_are_accepted_at_once_and_each_is_recorded(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        by = await coordinator(world)
        picks = []
        for place, ward in enumerate(WARDS):
            await world.link(ward, Role.OFFICER, f"can-bo-{place}")
            picks.append(await reported(world, ward, "2024-W11", f"can-bo-{place}"))
        async with storage.read() as session:
            assert (await waiting.reports(session, world.rules, None, 10))[1] == 3
        done = await decide(world, by, picks)
        assert len(done.done) == 3
        assert done.done[0].endswith(", việc 1, tuần 11")
        async with storage.read() as session:
            assert (await waiting.reports(session, world.rules, None, 10))[1] == 0
            states = (await session.execute(select(col(Submission.state), col(Submission.decided_by)))).all()
        assert {tuple(one) for one in states} == {("accepted", by.first_id)}
        assert sorted(await audits(storage)) == sorted(
            ("report.accept", f"occurrence:{one.occurrence}") for one in picks
        )


async def test_a_returned_report_reaches_the_unit_with_its_reason(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        by = await coordinator(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        pick = await reported(world, WARDS[0], "2024-W11", "da-mai")
        await decide(world, by, [pick], "Ảnh không rõ")
        queued = [(row.chat, row.body) for row in await world.queued()]
        assert queued == [("da-mai", {"compose": "returned", "duty": pick.occurrence})]
        duty = await world.duty(WARDS[0], "1", "2024-W11", await world.person("da-mai"))
        assert (duty.standing.state(world.now), duty.reason) == (State.RETURNED, "Ảnh không rõ")


async def test_a_report_that_changed_meanwhile_is_left_alone_and_told(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        by = await coordinator(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.link(WARDS[1], Role.OFFICER, "dinh-ke")
        old = await reported(world, WARDS[0], "2024-W11", "da-mai")
        same = await reported(world, WARDS[1], "2024-W11", "dinh-ke")
        await world.write(Withdrawn(old.occurrence), "da-mai")
        new = await reported(world, WARDS[0], "2024-W11", "da-mai")
        done = await decide(world, by, [old, same])
        assert [len(one) for one in (done.done, done.changed, done.own)] == [1, 1, 0]
        assert "Đa Mai" in done.changed[0]
        again = await decide(world, by, [new, same])
        assert [len(one) for one in (again.done, again.changed)] == [1, 1]
        assert len(await audits(storage)) == 2


async def test_nobody_accepts_a_report_that_they_sent_themselves(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        person = await world.link(WARDS[0], Role.COORDINATOR, "da-mai")
        pick = await reported(world, WARDS[0], "2024-W11", "da-mai")
        done = await decide(world, at_the_page(world, person, "da-mai"), [pick])
        assert [len(one) for one in (done.done, done.changed, done.own)] == [0, 0, 1]
        assert await audits(storage) == []
        await world.write(Accepted(pick.occurrence), "da-mai")
        duty = await world.duty(WARDS[0], "1", "2024-W11", person)
        assert duty.standing.mark is Mark.REPORTED, "not in a chat either"
        assert duty.report
        assert duty.report.member in {one.id for one in person.memberships}


async def test_a_ward_s_coordinator_decides_for_the_ward_alone(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.link(WARDS[1], Role.OFFICER, "dinh-ke")
        own = await reported(world, WARDS[0], "2024-W11", "da-mai")
        other = await reported(world, WARDS[1], "2024-W11", "dinh-ke")
        by = await coordinator(world, WARDS[0], "phuong")
        for picks in ([own, other], [other], [Pick(10**8, 1)]):
            with pytest.raises(StrangeError):
                await decide(world, by, picks)
        for reason in (None, "Ảnh không rõ"):
            async with storage.read() as session:
                with pytest.raises(StrangeError):
                    await deciding.refuse_strange(session, world.rules, by, [other], world.now)
            assert await audits(storage) == [], reason
        with pytest.raises(StrangeError):
            async with storage.write() as session:
                await deciding.set_aside(session, world.rules, by, other.occurrence, "Không có loa", world.now)
        assert len((await decide(world, by, [own])).done) == 1


async def test_to_look_at_all_units_is_not_to_decide_for_them(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.link(NOI_VU, Role.MONITOR, "hai-vai")
        person = await world.link(WARDS[0], Role.COORDINATOR, "hai-vai")
        both = at_the_page(world, person, "hai-vai")
        assert both.sight is None
        assert deciding.desk(both, world.rules.units, date(2024, 3, 15)) == frozenset({WARDS[0]})
        await world.confirm()
        for ward, here in ((WARDS[0], True), (WARDS[1], False)):
            assert (await world.duty(ward, "1", "2024-W11", person)).decided_here is here
        officer = at_the_page(world, await world.link(WARDS[1], Role.OFFICER, "can-bo"), "can-bo")
        assert deciding.desk(officer, world.rules.units, date(2024, 3, 15)) == frozenset()


async def test_what_does_not_apply_is_set_aside_once_and_only_while_it_is_open(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        by = await coordinator(world)
        person = await world.link(WARDS[0], Role.OFFICER, "da-mai")
        number = (await world.duty(WARDS[0], "1", "2024-W12", person)).id
        told = []
        for _ in range(2):
            async with storage.write() as session:
                told.append(await deciding.set_aside(session, world.rules, by, number, "Mất điện cả tuần", world.now))
        assert told == [True, False]
        assert await audits(storage) == [("duty.aside", f"occurrence:{number}")]
        duty = await world.duty(WARDS[0], "1", "2024-W12", person)
        assert (duty.standing.state(world.now), duty.reason) == (State.NOT_APPLICABLE, "Mất điện cả tuần")


async def test_a_difficulty_is_closed_under_its_own_row_alone(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        by = await coordinator(world)
        person = await world.link(WARDS[0], Role.OFFICER, "da-mai")
        here = (await world.duty(WARDS[0], "1", "2024-W11", person)).id
        there = (await world.duty(WARDS[0], "1", "2024-W12", person)).id
        await world.write(Stuck(here, person.memberships[0].id, "Loa hỏng"), "da-mai")
        async with storage.read() as session:
            told = (await session.execute(select(col(Difficulty.id)))).scalar_one() or 0
            found, total = await waiting.stuck(session, world.rules, frozenset({WARDS[0]}), 5)
            assert [(one.text, total) for one in found] == [("Loa hỏng", 1)]
            assert (await waiting.stuck(session, world.rules, frozenset({WARDS[1]}), 5))[1] == 0
        with pytest.raises(StrangeError):
            async with storage.write() as session:
                await deciding.close_difficulty(session, world.rules, by, there, told, world.now)
        for expected in (True, False):
            async with storage.write() as session:
                assert await deciding.close_difficulty(session, world.rules, by, here, told, world.now) is expected
        assert await audits(storage) == [("difficulty.close", f"difficulty:{told}")]


# One row and the messages about it


async def test_a_row_tells_its_reports_and_the_messages_about_it_and_no_others(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        by = await coordinator(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai", label="Công chức văn hoá – xã hội")
        first = await reported(world, WARDS[0], "2024-W11", "da-mai")
        await decide(world, by, [first], "Thiếu đường dẫn")
        second = await reported(world, WARDS[0], "2024-W11", "da-mai")
        async with storage.write() as session:
            for place, duties in enumerate(([first.occurrence], [first.occurrence * 10, 7], [first.occurrence, 3])):
                session.add(
                    Outbox(
                        key=f"digest:{place}",
                        channel="recorder",
                        chat="da-mai",
                        kind="reminder",
                        body={"compose": "digest", "text": f"Tin {place}", "duties": duties},
                        created_at=world.now,
                        not_before=world.now,
                        state=OutboxState.SENT if place else OutboxState.FAILED,
                        platform_id="m-7" if place else None,
                        sent_at=world.now if place else None,
                        error=None if place else "blocked",
                    )
                )
        async with storage.read() as session:
            one = await dossier.read(session, world.rules, world.now, first.occurrence, None)
            hidden = await dossier.read(session, world.rules, world.now, first.occurrence, frozenset({WARDS[1]}))
        assert hidden is None
        assert one
        assert [(sent.id, sent.state, sent.reason) for sent in one.attempts] == [
            (second.report, "sent", ""),
            (first.report, "returned", "Thiếu đường dẫn"),
        ]
        assert one.attempts[1].decided_by == "Điều phối"
        assert one.waiting
        assert one.waiting.proofs[0].link == "https://example.org/tin"
        assert [(sent.state, sent.text, sent.platform_id, sent.error) for sent in one.messages] == [
            ("sent", "Tin 2", "m-7", ""),
            ("failed", "Tin 0", "", "blocked"),
            ("queued", "", "", ""),
        ]
        assert one.messages[0].to == "recorder – Công chức văn hoá – xã hội, UBND phường Đa Mai"


async def test_a_unit_is_shown_what_went_to_it_and_not_what_a_day_s_message_told_of_others(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        await coordinator(world)
        await world.link(WARDS[0], Role.OFFICER, "da-mai")
        number = (await reported(world, WARDS[0], "2024-W11", "da-mai")).occurrence
        async with storage.write() as session:
            for chat in ("dieu-phoi", "da-mai"):
                session.add(
                    Outbox(
                        key=f"digest:{chat}",
                        channel="recorder",
                        chat=chat,
                        kind="reminder",
                        body={"compose": "digest", "text": "Dĩnh Kế quá hạn", "duties": [number]},
                        created_at=world.now,
                        not_before=world.now,
                        state=OutboxState.QUEUED,
                    )
                )
        async with storage.read() as session:
            own = await dossier.read(session, world.rules, world.now, number, frozenset({WARDS[0]}))
            whole = await dossier.read(session, world.rules, world.now, number, None)
        assert own
        assert whole
        assert [(one.to.rpartition(", ")[2], one.text) for one in own.messages] == [("UBND phường Đa Mai", "")]
        assert [one.text for one in whole.messages] == ["Dĩnh Kế quá hạn"] * 2


@pytest.mark.parametrize("address", ["javascript:alert(1)", "http://[", "ftp://example.org/a", "example.org"])
async def test_only_pages_of_the_web_become_links(storage: Storage, address: str) -> None:
    async with office(storage, FRIDAY) as world:
        await world.confirm()
        person = await world.link(WARDS[0], Role.OFFICER, "da-mai")
        await world.report(WARDS[0], "1", "2024-W11", "da-mai", links=(address,))
        number = (await world.duty(WARDS[0], "1", "2024-W11", person)).id
        async with storage.read() as session:
            one = await dossier.read(session, world.rules, world.now, number, None)
        assert one
        assert [(proof.name, proof.link) for proof in one.attempts[0].proofs] == [(address, "")]


async def _doubts(world: OfficeWorld) -> list[int]:
    """Two messages in doubt to Đa Mai, one to Dĩnh Kế, one that was delivered."""
    await world.link(WARDS[0], Role.OFFICER, "da-mai")
    await world.link(WARDS[1], Role.OFFICER, "dinh-ke")
    told = (
        ("da-mai", OutboxState.HELD),
        ("da-mai", OutboxState.FAILED),
        ("dinh-ke", OutboxState.FAILED),
        ("da-mai", OutboxState.SENT),
    )
    async with world.storage.write() as session:
        rows = [
            Outbox(
                key=f"digest:{place}",
                channel="recorder",
                chat=chat,
                kind="reminder",
                body={"compose": "digest"},
                created_at=world.now,
                not_before=world.now - timedelta(days=1),
                attempts=12,
                state=state,
                error="blocked",
            )
            for place, (chat, state) in enumerate(told)
        ]
        session.add_all(rows)
        await session.flush()
        return [row.id or 0 for row in rows]


async def test_messages_in_doubt_are_sent_again_or_let_go_once(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        by = await coordinator(world)
        held, failed, other, sent = await _doubts(world)
        async with storage.read() as session:
            found, total = await mail.doubtful(session, world.rules, None, 10)
            assert ([one.id for one in found], total) == ([other, failed, held], 3)
        async with storage.write() as session:
            assert await mail.settle(session, by, [held, sent], None, world.now, again=True) == (1, 1)
        async with storage.write() as session:
            assert await mail.settle(session, by, [failed, other], None, world.now, again=False) == (2, 0)
        states = {row.id: (row.state, row.attempts) for row in await world.queued()}
        assert states == {held: ("queued", 0), failed: ("moot", 12), other: ("moot", 12), sent: ("sent", 12)}
        assert await audits(storage) == [("delivery.decide", f"outbox:{number}") for number in (held, failed, other)]


async def test_messages_to_other_units_are_out_of_sight(storage: Storage) -> None:
    async with office(storage, FRIDAY) as world:
        by = await coordinator(world, WARDS[0], "phuong")
        held, failed, other, _ = await _doubts(world)
        async with storage.read() as session:
            found, _ = await mail.doubtful(session, world.rules, by.sight, 10)
            assert [one.id for one in found] == [failed, held]
        with pytest.raises(LookupError):
            async with storage.write() as session:
                await mail.settle(session, by, [held, other], by.sight, world.now, again=True)
        assert {row.state for row in await world.queued()} == {"held", "failed", "sent"}
        assert await audits(storage) == []
