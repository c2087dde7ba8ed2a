"""From the door to the platform: stored once, answered once, in order, whatever goes wrong. On both databases."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from sqlalchemy import select

from bot.channels.base import DeliveryError
from bot.storage import Storage
from bot.tables import Inbox, Outbox
from tests.bot.parts import Recorder, build, message, running
from tests.conftest import HandClock


async def rows(storage: Storage, table: type[Inbox] | type[Outbox]) -> list[Inbox | Outbox]:
    async with storage.read() as session:
        return list((await session.execute(select(table).order_by(table.id))).scalars())  # type: ignore[arg-type]


async def test_it_answers_a_message(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock)) as path:
        assert await path.intake.accept(message("xin chào"))
        await path.settle()
    assert path.channel.sent == [("c1", "echo xin chào")]


async def test_it_answers_a_repeated_update_once(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock)) as path:
        results = await asyncio.gather(*(path.intake.accept(message("hỏi", id="7")) for _ in range(5)))
        await path.settle()
        assert not await path.intake.accept(message("hỏi", id="7"))
        await path.settle()
    assert sorted(results) == [False, False, False, False, True]
    assert path.channel.texts("c1") == ["echo hỏi"]


async def test_the_same_id_on_another_channel_is_another_message(storage: Storage, clock: HandClock) -> None:
    path = build(storage, clock)
    path.writer.start()
    assert (await path.intake.store(message("a", id="1"))).new
    assert (await path.intake.store(message("a", id="1", channel="other"))).new
    await path.writer.stop()


async def test_it_keeps_the_order_within_a_chat(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock, Recorder(pause=0.002))) as path:
        for number in range(12):
            for chat in ("a", "b", "c"):
                await path.intake.store(message(f"{number}", chat=chat))
        await path.settle()
    for chat in ("a", "b", "c"):
        assert path.channel.texts(chat) == [f"echo {number}" for number in range(12)]


async def test_what_was_stored_before_a_crash_is_answered_after_the_restart(storage: Storage, clock: HandClock) -> None:
    before = build(storage, clock)
    before.writer.start()
    await before.intake.accept(message("chưa trả lời"))
    await before.writer.stop()  # nobody dispatched it: the process died here
    async with running(build(storage, clock)) as after:
        await after.settle()
    assert after.channel.texts("c1") == ["echo chưa trả lời"]


async def test_what_was_queued_before_a_crash_is_sent_after_the_lease(storage: Storage, clock: HandClock) -> None:
    before = build(storage, clock)
    before.writer.start()
    await before.intake.accept(message("một"))
    await before.dispatcher.work()
    async with storage.write() as session:
        from bot import outbox

        claimed = await outbox.claim(session, ["recorder"], "dead", clock(), 10)
    assert [row.body["text"] for row in claimed] == ["echo một"]
    await before.writer.stop()
    after = build(storage, clock)
    assert not await after.delivery.work()  # still claimed by the dead one
    clock.forward(timedelta(seconds=61))
    async with running(after):
        await after.settle()
    assert after.channel.texts("c1") == ["echo một"]


async def test_two_processes_send_each_message_once(storage: Storage, clock: HandClock) -> None:
    shared = Recorder()
    async with running(build(storage, clock, shared)) as one, running(build(storage, clock, shared)):
        for number in range(40):
            await one.intake.store(message(f"{number}", chat=f"c{number % 7}"))
        await one.settle()
    assert len(shared.sent) == 40
    for chat in range(7):
        numbers = [int(text.removeprefix("echo ")) for text in shared.texts(f"c{chat}")]
        assert numbers == sorted(numbers)


async def test_a_failing_handler_is_tried_again_and_then_says_sorry(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock)) as path:
        await path.intake.accept(message("boom"))
        for _ in range(4):
            await asyncio.sleep(0.05)
            clock.forward(timedelta(seconds=5))
            path.dispatcher.wake()
        await path.settle()
        await path.intake.accept(message("sau đó"))
        await path.settle()
    said = path.channel.texts("c1")
    assert said[0].startswith("Em xin lỗi")
    assert said[1:] == ["echo sau đó"]


async def test_a_platform_that_asks_to_wait_is_obeyed(storage: Storage, clock: HandClock) -> None:
    channel = Recorder(trouble=[DeliveryError("flood", retry_after=30)])
    async with running(build(storage, clock, channel)) as path:
        await path.intake.accept(message("x"))
        async with asyncio.timeout(10):
            while not (refused := [row for row in await rows(storage, Outbox) if getattr(row, "error", None)]):
                await asyncio.sleep(0.02)
        assert channel.sent == []
        (row,) = refused
        assert isinstance(row, Outbox)
        assert row.not_before == clock() + timedelta(seconds=30)
        clock.forward(timedelta(seconds=31))
        path.delivery.wake()
        await path.settle()
    assert channel.texts("c1") == ["echo x"]


async def test_a_permanent_failure_is_not_tried_again_and_does_not_block_the_chat(
    storage: Storage, clock: HandClock
) -> None:
    channel = Recorder(trouble=[DeliveryError("blocked", permanent=True)])
    async with running(build(storage, clock, channel)) as path:
        await path.intake.accept(message("một"))
        await path.settle()
        await path.intake.accept(message("hai"))
        await path.settle()
    assert channel.texts("c1") == ["echo hai"]
    states = [row.state for row in await rows(storage, Outbox)]
    assert states == ["failed", "sent"]


async def test_nothing_is_sent_without_the_platforms_id(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock)) as path:
        for number in range(10):
            await path.intake.store(message(str(number)))
        await path.settle()
    for row in await rows(storage, Outbox):
        assert isinstance(row, Outbox)
        assert row.state == "sent"
        assert row.platform_id


async def test_a_long_answer_leaves_in_numbered_parts_in_order(storage: Storage, clock: HandClock) -> None:
    text = " ".join(f"từ{number}" for number in range(100))
    async with running(build(storage, clock)) as path:
        await path.intake.accept(message(text, id="long"))
        await path.settle()
    parts = path.channel.texts("c1")
    assert len(parts) > 1
    assert parts[0].endswith(f"(1/{len(parts)})")
    joined = " ".join(part.rsplit(" (", 1)[0] for part in parts)
    assert joined == f"echo {text}"


async def test_a_flood_is_kept_but_answered_by_one_request_to_slow_down(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock)) as path:
        for number in range(200):
            await path.intake.accept(message(str(number)))
        await path.settle()
        said = path.channel.texts("c1")
        assert sum(text.startswith("Anh/chị nhắn nhanh quá") for text in said) == 1
        assert len(said) == 21
        assert len(await rows(storage, Inbox)) == 200
        await path.intake.accept(message("người khác", chat="c2"))
        await path.settle()
    assert path.channel.texts("c2") == ["echo người khác"]


async def test_personal_data_is_masked_before_it_is_stored(storage: Storage, clock: HandClock) -> None:
    async with running(build(storage, clock)) as path:
        await path.intake.accept(message("cccd của em là 024099001234", id="p"))
        await path.settle()
    (row,) = await rows(storage, Inbox)
    assert "024099001234" not in str(row.body)
    assert "[số căn cước]" in row.body["text"]
    assert "024099001234" not in str([r.body for r in await rows(storage, Outbox)])
