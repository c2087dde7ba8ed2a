"""Switches of the office: sending off holds what is no answer, answering off says why, a notice stands on top."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.app import App
from bot.delivery import Delivery
from bot.office import switches
from bot.office.officials import Official, official
from bot.office.plans import RefusedError
from bot.office.switches import Gate, Name
from bot.outbox import put
from bot.settings import Settings
from bot.storage import Storage
from bot.tables import Audit, Gap, Outbox, Question
from handlers.duties import Role
from handlers.message import Address, Message, Reply
from handlers.procedure import show_action
from knowledge.reading import Decision, Facet
from knowledge.store import Knowledge
from scheduler.outbox import ANNOUNCEMENT, ANSWER, EMERGENCY, NOTICE, REMINDER
from tests import databases
from tests.bot.office_world import NOI_VU, OfficeWorld, local, office
from tests.bot.parts import Recorder

MORNING = local(2024, 3, 15, 8)
WHY = "Hệ thống đang bảo trì"
QUESTION = "đăng ký khai sinh cần giấy tờ gì"


async def admin(world: OfficeWorld) -> Official:
    person = await world.link(NOI_VU, Role.ADMIN, "quan-tri", channel="account")
    return official(person, Address("account", "quan-tri"), world.rules.units, world.now.date())


async def turn(storage: Storage, who: Official, name: Name, reason: str = WHY, *, switch_off: bool = True) -> None:
    async with storage.write() as session:
        await switches.turn(session, who, name, reason, MORNING, switch_off=switch_off)


async def work(delivery: Delivery) -> None:
    while await delivery.work() or delivery._under_way:
        for task in list(delivery._under_way):
            await task


async def test_sending_off_holds_everything_but_answers_and_loses_nothing(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        who = await admin(world)
        await turn(storage, who, Name.SENDING)
        async with storage.write() as session:
            for place, kind in enumerate((ANSWER, EMERGENCY, NOTICE, REMINDER, ANNOUNCEMENT)):
                address = Address("recorder", f"c{place}")
                await put(session, kind.name, address, kind, [Reply(kind.name)], MORNING)
        channel, gate = Recorder(), Gate(storage)
        delivery = Delivery(storage, {"recorder": channel}, lambda: MORNING, None, gate)
        await work(delivery)
        assert [text for _, text in channel.sent] == ["answer"]
        async with storage.read() as session:
            states = list((await session.execute(select(col(Outbox.state)).order_by(col(Outbox.id)))).scalars())
        assert states == ["sent", *["queued"] * 4]
        await turn(storage, who, Name.SENDING, "Đã bảo trì xong rồi", switch_off=False)
        gate.forget()
        await work(delivery)
        assert [text for _, text in channel.sent] == ["answer", "emergency", "notice", "reminder", "announcement"]


async def test_the_gate_asks_the_database_once_in_a_while(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        who, gate = await admin(world), Gate(storage)
        assert await gate.open()
        await turn(storage, who, Name.SENDING)
        assert await gate.open(), "what was read a moment ago still counts"
        gate.forget()
        assert not await gate.open()


async def test_every_turn_takes_a_reason_and_is_kept_with_who_and_when(storage: Storage) -> None:
    async with office(storage, MORNING) as world:
        who = await admin(world)
        with pytest.raises(RefusedError, match="Ghi lý do"):
            await turn(storage, who, Name.SENDING, "ừ")
        with pytest.raises(RefusedError, match="đang bật sẵn"):
            await turn(storage, who, Name.SENDING, switch_off=False)
        await turn(storage, who, Name.SENDING)
        with pytest.raises(RefusedError, match="đang tắt sẵn"):
            await turn(storage, who, Name.SENDING)
        await turn(storage, who, Name.SENDING, "Đã bảo trì xong rồi", switch_off=False)
        await turn(storage, who, Name.NOTICE, "Gọi 0912345678 để được giúp")
        await turn(storage, who, Name.NOTICE, "Cổng dịch vụ công bảo trì")
        with pytest.raises(RefusedError, match="tối đa"):
            await turn(storage, who, Name.NOTICE, "a" * 301)
        async with storage.read() as session:
            past = await switches.history(session, 10)
            off = await switches.off(session)
            actions = list((await session.execute(select(col(Audit.action)).order_by(col(Audit.id)))).scalars())
        assert [(one.name, one.off) for one in reversed(past)] == [
            (Name.SENDING, True),
            (Name.SENDING, False),
            (Name.NOTICE, True),
            (Name.NOTICE, True),
        ]
        assert past[1].reason == "Gọi [số điện thoại] để được giúp"
        assert past[0].by == who.signature
        assert off == {Name.NOTICE: "Cổng dịch vụ công bảo trì"}
        assert actions == ["switch.off", "switch.on", "switch.off", "switch.off"]


@pytest.fixture
async def app(tmp_path: Path, known: Knowledge) -> AsyncIterator[App]:
    contact = "Bộ phận Một cửa phường"
    settings = Settings(data_dir=tmp_path, port=0, office_name="Một Cửa", office_contact=contact)
    running = App(await databases.lay(settings), known)
    await running.start(serve=False)
    yield running
    await running.stop()


async def say(app: App, text: str, number: str, *, chat: str = "w1", action: str | None = None) -> tuple[str, str]:
    """Text and decision of the answer."""
    answer = await app.exchange.say(Message(number, Address("web", chat), chat, text, action))
    assert answer
    return "\n\n".join(reply.text for reply in answer.replies), answer.decision


async def set_switch(app: App, name: Name, reason: str, *, off: bool) -> None:
    world = OfficeWorld(app.storage, app.rules, MORNING, app.reminding)
    who = await admin(world)
    await turn(app.storage, who, name, reason, switch_off=off)
    await app._learn()


async def test_answering_off_says_why_and_where_to_go_and_keeps_no_gap(app: App) -> None:
    before, decision = await say(app, QUESTION, "1")
    assert decision == Decision.ANSWER
    await set_switch(app, Name.ANSWERING, "Đang cập nhật thủ tục.", off=True)
    for number, text in (("2", QUESTION), ("3", "một câu chẳng ai hiểu nổi xyz")):
        said, decision = await say(app, text, number)
        assert said == (
            "Dạ, em xin lỗi, hiện em tạm ngừng trả lời: Đang cập nhật thủ tục.\n\n"
            "Anh/chị có thể gặp cán bộ tại: Bộ phận Một cửa phường"
        )
        assert decision == Decision.DECLINE
    code = next(iter(app.knowledge.library)).code
    pressed, _ = await say(app, "", "4", action=show_action(code, Facet.FEE))
    assert "tạm ngừng trả lời" in pressed
    assert "Xin chào" in (await say(app, "xin chào", "5"))[0]
    assert "mã lớp" in (await say(app, "luyện tập", "6", chat="w2"))[0]
    async with app.storage.read() as session:
        assert list((await session.execute(select(Gap))).scalars()) == []
        assert len(list((await session.execute(select(Question))).scalars())) == 1
    await set_switch(app, Name.ANSWERING, "Đã cập nhật xong rồi", off=False)
    assert (await say(app, QUESTION, "7"))[0] == before


async def test_a_notice_stands_on_top_of_every_answer_until_it_is_taken_off(app: App) -> None:
    before, _ = await say(app, QUESTION, "1")
    await set_switch(app, Name.NOTICE, "Sáng nay trụ sở mất điện.", off=True)
    said, decision = await say(app, QUESTION, "2")
    assert said == f"**Lưu ý:** Sáng nay trụ sở mất điện.\n\n{before}"
    assert decision == Decision.ANSWER
    assert (await say(app, "một câu chẳng ai hiểu nổi xyz", "3"))[0].startswith("**Lưu ý:**")
    assert app._notice() == "Sáng nay trụ sở mất điện."
    await set_switch(app, Name.NOTICE, "Đã có điện trở lại", off=False)
    assert (await say(app, QUESTION, "4"))[0] == before
    assert app._notice() == ""
