"""One assistant, all doors at once: the same conversation gives the same content, nothing is lost or answered twice.

Each platform is its strict fake over real HTTP; the web page is asked by HTTP, the terminal by its exchange. What each
platform refuses, and what happens when it fails, is tried in ``tests/channels``; here they stand beside each other.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import re
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import aiohttp
import pytest
from pydantic import AnyHttpUrl, SecretStr
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import metrics
from bot.app import App
from bot.office import access, audiences, people, plans
from bot.office.audiences import Audience
from bot.practice.notes import write as practised
from bot.settings import Settings
from bot.tables import Evidence, Inbox, Outbox, PlanState, PracticeTry
from bot.web.office.shell import COOKIE
from handlers.duties import Role
from handlers.message import Address, Message
from handlers.outcome import ClassOpened
from knowledge.store import Knowledge
from scheduler.calendar import VIETNAM
from tests import databases
from tests.bot.office_world import NOI_VU, TASKS, WARDS, reading
from tests.bot.process import running_bot
from tests.bot.test_office_evidence import drawn
from tests.conftest import HandClock
from tests.fakes import telegram, zalo_bot, zalo_oa
from tests.fakes.telegram import FakeTelegram
from tests.fakes.zalo_bot import FakeZaloBot
from tests.fakes.zalo_oa import FakeZaloOa

SECRET = "bi-mat-chung-cua-cac-webhook"
SECRETS = (SECRET, telegram.TOKEN, zalo_bot.TOKEN, zalo_oa.APP_SECRET, zalo_oa.SECRET_KEY, zalo_oa.FIRST_REFRESH)
FRIDAY = datetime(2024, 3, 15, 8, tzinfo=VIETNAM)


@dataclass
class Platforms:
    """The program and everything it talks to."""

    app: App
    clock: HandClock
    telegram: FakeTelegram
    zalo_bot: FakeZaloBot
    zalo_oa: FakeZaloOa
    http: aiohttp.ClientSession

    async def settle(self) -> None:
        """Until all that came in is answered and all that can leave has left."""
        async with asyncio.timeout(20):
            while await self._waiting():
                self.app.wake()
                self.app.delivery.wake()
                self.app.evidence.wake()
                await asyncio.sleep(0.01)

    async def _waiting(self) -> int:
        now = self.clock()
        async with self.app.storage.read() as session:
            counts = (
                select(func.count()).select_from(Inbox).where(col(Inbox.state) == "new"),
                select(func.count())
                .select_from(Outbox)
                .where(col(Outbox.state) == "queued", col(Outbox.not_before) <= now),
                select(func.count()).select_from(Evidence).where(col(Evidence.state) == "pending"),
            )
            return sum([(await session.execute(one)).scalar_one() for one in counts])

    async def answers(self) -> int:
        async with self.app.storage.read() as session:
            return (await session.execute(select(func.count()).select_from(Outbox))).scalar_one()


class Driver(Protocol):
    """Somebody on one channel."""

    name: str
    buttons: bool

    async def say(self, text: str) -> str:
        """Write; everything that was answered, as one text."""

    async def press(self, number: int) -> str:
        """Take the choice with that number (1, 2, ...) of the last answer."""


@dataclass
class Web:
    on: Platforms
    name: str = "web"
    buttons: bool = True
    session: str | None = None
    choices: list[dict[str, Any]] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    """Of all choices of the last answer."""

    async def say(self, text: str) -> str:
        return await self._post({"text": text})

    async def press(self, number: int) -> str:
        choice = self.choices[number - 1]
        return await self._post({"text": choice["label"], "action": choice["action"]})

    async def _post(self, body: dict[str, Any]) -> str:
        given = {**body, "session": self.session} if self.session else body
        async with self.on.http.post("/api/chat", json=given) as response:
            assert response.status == 200
            answer = await response.json()
        self.session = answer["session"]
        self.choices = answer["replies"][-1]["choices"]
        self.labels = [choice["label"] for reply in answer["replies"] for choice in reply["choices"]]
        return "\n".join(reply["text"] for reply in answer["replies"])


@dataclass
class Console:
    on: Platforms
    name: str = "console"
    buttons: bool = False
    number: int = 0

    async def say(self, text: str) -> str:
        self.number += 1
        message = Message(f"t:{self.number}", Address("console", "t"), "t", text)
        answer = await self.on.app.exchange.say(message)
        assert answer
        return "\n".join(reply.text for reply in answer.replies)

    async def press(self, number: int) -> str:
        return await self.say(str(number))


@dataclass
class Telegram:
    on: Platforms
    name: str = "telegram"
    buttons: bool = True
    person: int = 1001

    async def say(self, text: str) -> str:
        return await self._new(lambda: self.on.telegram.say(self.person, text))

    async def press(self, number: int) -> str:
        shown = self.on.telegram.to(self.person)[-1]
        return await self._new(lambda: self.on.telegram.click(self.person, shown.labels[number - 1]))

    async def _new(self, act: Callable[[], Any]) -> str:
        before = len(self.on.telegram.to(self.person))
        await act()
        await self.on.settle()
        return "\n".join(sent.text for sent in self.on.telegram.to(self.person)[before:])


@dataclass
class ZaloBot:
    on: Platforms
    name: str = "zalo-bot"
    buttons: bool = False
    person: str = "6ede9afa66b88fe6d6a9"

    async def say(self, text: str) -> str:
        before = len(self.on.zalo_bot.to(self.person))
        await self.on.zalo_bot.say(self.person, text)
        await self.on.settle()
        return "\n".join(sent.text for sent in self.on.zalo_bot.to(self.person)[before:])

    async def press(self, number: int) -> str:
        return await self.say(str(number))


@dataclass
class ZaloOa:
    on: Platforms
    name: str = "zalo-oa"
    buttons: bool = False
    person: str = "246845883529197922"

    async def say(self, text: str) -> str:
        before = len(self.on.zalo_oa.to(self.person))
        await self.on.zalo_oa.say(self.person, text)
        await self.on.settle()
        return "\n".join(sent.text for sent in self.on.zalo_oa.to(self.person)[before:])

    async def press(self, number: int) -> str:
        return await self.say(str(number))


DRIVERS: tuple[Callable[[Platforms], Driver], ...] = (Web, Console, Telegram, ZaloBot, ZaloOa)


@pytest.fixture
async def on(tmp_path: Path, known: Knowledge) -> AsyncIterator[Platforms]:
    async with AsyncExitStack() as stack:
        tg = await stack.enter_async_context(FakeTelegram())
        bot = await stack.enter_async_context(FakeZaloBot())
        oa = await stack.enter_async_context(FakeZaloOa())
        settings = Settings(
            data_dir=tmp_path,
            port=0,
            office_contact="Trung tâm Phục vụ hành chính công phường",
            telegram_bot_token=SecretStr(telegram.TOKEN),
            telegram_api_base_url=AnyHttpUrl(tg.base_url),
            telegram_webhook_secret=SecretStr(SECRET),
            zalo_bot_token=SecretStr(zalo_bot.TOKEN),
            zalo_bot_api_base_url=AnyHttpUrl(bot.base_url),
            zalo_bot_webhook_secret=SecretStr(SECRET),
            zalo_oa_id=zalo_oa.OA_ID,
            zalo_oa_app_id=zalo_oa.APP_ID,
            zalo_oa_app_secret=SecretStr(zalo_oa.APP_SECRET),
            zalo_oa_secret_key=SecretStr(zalo_oa.SECRET_KEY),
            zalo_oa_refresh_token=SecretStr(zalo_oa.FIRST_REFRESH),
            zalo_oa_api_base_url=AnyHttpUrl(oa.base_url),
            zalo_oauth_base_url=AnyHttpUrl(oa.oauth_url),
        )
        clock = HandClock()
        app = App(await databases.lay(settings), known, clock)
        await app.start()
        url = f"http://127.0.0.1:{app.port}"
        tg.webhook = telegram.Webhook(f"{url}/webhooks/telegram", SECRET)
        bot.webhook = zalo_bot.Webhook(f"{url}/webhooks/zalo-bot", SECRET)
        oa.webhook_url = f"{url}/webhooks/zalo-oa"
        http = await stack.enter_async_context(aiohttp.ClientSession(url))
        yield Platforms(app, clock, tg, bot, oa, http)
        await app.stop()


def content(text: str, choices: list[str]) -> str:
    """What is said, whatever the platform makes of it: without bold, counters of parts, numbered choices and spaces."""
    text = re.sub(r" \(\d+/\d+\)(?=\n|$)", "", text.replace("**", ""))
    for label in choices:
        text = re.sub(rf"^\d+\. {re.escape(label)}(?:: https?://\S+)?$", "", text, count=1, flags=re.MULTILINE)
    return re.sub(r"\s+", " ", text).strip()


async def test_the_same_conversation_gives_the_same_content_on_each_channel(on: Platforms) -> None:
    drivers = [make(on) for make in DRIVERS]
    web = drivers[0]
    assert isinstance(web, Web)
    steps: list[str | int] = [
        "lam giay khai sinh cho con can giay to gi",
        "the le phi bao nhieu",
        1,  # what stands first under the answer
        "đăng ký",
        2,
        "Đúng ý",
        "cảm ơn",
        "xoá dữ liệu",
        "không",
    ]
    for step in steps:
        said = {}
        for driver in drivers:
            said[driver.name] = await (driver.say(step) if isinstance(step, str) else driver.press(step))
        labels = [choice["label"] for choice in web.choices]
        wanted = content(said["web"], labels)
        assert wanted, step
        for name, text in said.items():
            assert content(text, labels) == wanted, (name, step)


async def test_a_pupil_practises_on_each_channel(on: Platforms) -> None:
    async with on.app.storage.write() as session:
        desk = on.app.school.desk(session, on.clock())
        new, day = await desk.new_class(), desk.today
        opened = ClassOpened("7A", new.code, new.secret, ("batuksinh",), day, day, day)
        await practised(desk, opened)
    drivers = [make(on) for make in DRIVERS]
    web = drivers[0]
    assert isinstance(web, Web)
    nicknames = {}
    for driver in drivers:
        await driver.say("luyện tập")
        welcome = await driver.say(f"7A-{new.code}")
        drawn = re.search(r"Chào (?:\*\*)?(.+?)(?:\*\*)? của lớp 7A", welcome)
        assert drawn, welcome
        nicknames[driver.name] = drawn[1]
    assert len(set(nicknames.values())) == len(drivers)
    for step in (1, "gợi ý", 1, "xin bản sao giấy khai sinh", "nghỉ", "luyện tập", 1):
        said = {}
        for driver in drivers:
            text = await (driver.say(step) if isinstance(step, str) else driver.press(step))
            said[driver.name] = text.replace(nicknames[driver.name], "BIỆT DANH")
        for name, text in said.items():
            assert content(text, web.labels) == content(said["web"], web.labels), (name, step)
    async with on.app.storage.read() as session:
        rows = list((await session.execute(select(PracticeTry))).scalars())
    assert len(rows) == 2 * len(drivers), "a hint and a wrong choice of each"


async def test_one_process_serves_all_of_them_at_the_same_time(on: Platforms) -> None:
    drivers = [make(on) for make in DRIVERS]
    answers = await asyncio.gather(*(driver.say("lệ phí đăng ký kết hôn bao nhiêu") for driver in drivers))
    assert all("Đăng ký kết hôn" in answer for answer in answers)


async def test_repeated_and_forged_updates_have_no_effect(on: Platforms) -> None:
    refused = {door: _refused(door) for door in ("telegram", "zalo-bot", "zalo-oa")}
    await on.telegram.say(1001, "xin chào", copies=3)
    await on.zalo_bot.say("person-1", "xin chào", copies=3)
    await on.zalo_oa.say("246845883529197922", "xin chào", copies=3)
    await on.settle()
    assert (len(on.telegram.sent), len(on.zalo_bot.sent), len(on.zalo_oa.sent)) == (1, 1, 1)
    stored = await on.answers()
    good = {
        "update_id": 1,
        "message": {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "text": "giả"},
    }
    async with on.http.post(
        "/webhooks/telegram", json=good, headers={"X-Telegram-Bot-Api-Secret-Token": "sai"}
    ) as response:
        assert response.status in {401, 403}
    assert await on.zalo_bot.push({"ok": True, "result": {}}, secret="sai" * 5) in {401, 403}
    forged = await on.zalo_oa.push(on.zalo_oa.said_by("246845883529197922", "giả mạo"), sign="key")
    assert set(forged.statuses) <= {401, 403}
    await on.settle()
    assert await on.answers() == stored
    assert all(_refused(door) > before for door, before in refused.items())


def _refused(door: str) -> float:
    found = next(iter(metrics.REFUSED.collect())).samples
    return float(sum(sample.value for sample in found if sample.labels.get("door") == door))


async def test_quick_messages_of_a_chat_are_answered_in_their_order(on: Platforms) -> None:
    people = [f"person-{number}" for number in range(5)]
    for text in ("1.001193", "1.000894", "1.004194", "xin chào", "cảm ơn", "1.001193"):
        for person in people:
            await on.zalo_bot.say(person, text)
    await on.settle()
    for person in people:
        said = [sent.text for sent in on.zalo_bot.to(person) if not re.search(r"\([2-9]/\d+\)$", sent.text)]
        starts = [
            "Đăng ký khai sinh",
            "Đăng ký kết hôn",
            "Đăng ký tạm trú",
            "Xin chào",
            "Dạ, không có gì",
            "Đăng ký khai sinh",
        ]
        assert len(said) == len(starts)
        assert all(text.startswith(start) for text, start in zip(said, starts, strict=True)), said


async def test_trouble_of_a_platform_loses_nothing(on: Platforms) -> None:
    on.telegram.flood(1)
    on.zalo_bot.flood()
    on.zalo_oa.refuse(-32)
    for driver in (Telegram(on), ZaloBot(on), ZaloOa(on)):
        await driver.say("xin chào")
    assert on.telegram.sent == []
    assert on.zalo_bot.sent == []
    assert on.zalo_oa.sent == []
    on.clock.time = on.clock.time.replace(hour=on.clock.time.hour + 1)
    await on.settle()
    assert (len(on.telegram.sent), len(on.zalo_bot.sent), len(on.zalo_oa.sent)) == (1, 1, 1)


async def confirmed(app: App, session: AsyncSession) -> None:
    """The small office's plan, in force since Friday."""
    kept = await plans.bring_in(session, reading(*TASKS), "ke-hoach.docx", "a", FRIDAY)
    row = await plans.find(session, kept.id, PlanState.DRAFT)
    decided = plans.Choices("Nguyễn Văn A", {}, accept=True, since=FRIDAY.date())
    await plans.confirm(session, app.rules, row, decided, FRIDAY)


async def test_an_official_is_reminded_sends_a_picture_and_reports_on_each(on: Platforms, tmp_path: Path) -> None:
    on.clock.time = FRIDAY
    chats = {"telegram": "1001", "zalo-bot": "6ede9afa66b88fe6d6a9", "zalo-oa": "246845883529197922"}
    on.telegram.meet(1001)
    on.zalo_bot.meet(chats["zalo-bot"])
    on.zalo_oa.meet(chats["zalo-oa"])
    async with on.app.storage.write() as session:
        await confirmed(on.app, session)
        for (channel, chat), ward in zip(chats.items(), WARDS, strict=True):
            code = await people.invite(session, ward, Role.OFFICER, FRIDAY)
            await people.join(session, code, Address(channel, chat), FRIDAY)
    await on.app._tick()
    await on.settle()
    data = drawn(3)
    shares: dict[str, Callable[[], Any]] = {
        "telegram": lambda: on.telegram.share(1001, "photo", data, caption="phát 2 lần"),
        "zalo-bot": lambda: on.zalo_bot.share(chats["zalo-bot"], data=data, caption="phát 2 lần"),
        "zalo-oa": lambda: on.zalo_oa.share(chats["zalo-oa"], "image", data, text="phát 2 lần"),
    }
    drivers: tuple[Driver, ...] = (Telegram(on), ZaloBot(on), ZaloOa(on))
    for driver in drivers:
        reminded = {"telegram": on.telegram.to(1001)[0].text, "zalo-bot": on.zalo_bot.sent[0].text}
        assert "Hạn hôm nay" in reminded.get(driver.name, on.zalo_oa.sent[0].text)
        assert "Báo đã làm" in await driver.press(1)
        await shares[driver.name]()
        await on.settle()
        receipt = await driver.say("Gửi báo cáo")
        assert re.search(r"đúng hạn.*BC-PL1-2024W11-", receipt.replace("*", "")), receipt
    async with on.app.storage.read() as session:
        proofs = list((await session.execute(select(Evidence).order_by(col(Evidence.id)))).scalars())
    assert [proof.state for proof in proofs] == ["kept"] * 3
    assert {proof.sha256 for proof in proofs} == {hashlib.sha256(data).hexdigest()}
    assert [proof.twin for proof in proofs] == [None, proofs[0].id, proofs[0].id]


async def test_a_group_of_a_unit_is_linked_by_a_mention_and_hears_its_reminders(on: Platforms) -> None:
    on.clock.time = FRIDAY
    bot_group, oa_group = "zgr-f8a7101d77709e2ec761", "f414c8f76fa586fbdfb4"
    async with on.app.storage.write() as session:
        await confirmed(on.app, session)
        codes = [await people.invite(session, ward, Role.GROUP, FRIDAY) for ward in WARDS]
        officer = await people.invite(session, WARDS[0], Role.OFFICER, FRIDAY)

    async def in_bot(text: str) -> str:
        before = len(on.zalo_bot.to(bot_group))
        await on.zalo_bot.say_in_group(bot_group, "member-1", f"@{on.zalo_bot.name} {text}")
        await on.settle()
        return " ".join(sent.text for sent in on.zalo_bot.to(bot_group)[before:])

    async def in_account(text: str) -> str:
        before = len(on.zalo_oa.to(f"g:{oa_group}"))
        await on.zalo_oa.say_in_group(oa_group, "111", f"@{on.zalo_oa.account['name']} {text}")
        await on.settle()
        return " ".join(sent.said.text for sent in on.zalo_oa.to(f"g:{oa_group}")[before:])

    assert "trò chuyện riêng" in await in_bot(f"liên kết {officer}")
    assert "liên kết nhóm này" in await in_bot(f"liên kết {codes[0]}")
    assert "liên kết nhóm này" in await in_account(f"liên kết {codes[1]}")
    await on.telegram.say_in_group(-1001, 1001, f"@MotCuaBot liên kết {codes[2]}")
    await on.settle()
    assert "liên kết nhóm này" in on.telegram.to(-1001)[-1].text
    assert "đã có người dùng" in await in_account(f"liên kết {codes[0]}")
    assert "nhóm chat" in await ZaloOa(on).say(f"liên kết {codes[0]}")
    await on.app._tick()
    await on.settle()
    reminders = [
        on.zalo_bot.to(bot_group)[-1].text,
        on.zalo_oa.to(f"g:{oa_group}")[-1].said.text,
        on.telegram.to(-1001)[-1].text,
    ]
    for text in reminders:
        assert "Hạn hôm nay" in text
        assert "nhắn riêng" in text
        assert "Báo đã làm" not in text
    said = await in_bot("việc của tôi")
    assert "Tuyên truyền chuyển đổi số" not in said, "in a group nobody is an official"
    await on.app._tick()
    await on.settle()
    assert [sent.text for sent in on.zalo_bot.to(bot_group)].count(reminders[0]) == 1


async def test_a_public_channel_is_linked_and_hears_announcements_but_no_reminders(on: Platforms) -> None:
    on.clock.time = FRIDAY
    channel = -1002
    async with on.app.storage.write() as session:
        await confirmed(on.app, session)
        code = await people.invite(session, WARDS[0], Role.PUBLIC, FRIDAY)
        officer = await people.invite(session, WARDS[0], Role.OFFICER, FRIDAY)

    async def said(text: str) -> list[str]:
        before = len(on.telegram.to(channel))
        await on.telegram.post_in_channel(channel, f"@MotCuaBot {text}")
        await on.settle()
        return [sent.text for sent in on.telegram.to(channel)[before:]]

    assert "kênh tin" in await ZaloOa(on).say(f"liên kết {code}")
    for silent in (
        "là trợ lý mới của phường",
        "làm khai sinh cần gì",
        "mã hồ sơ",
        "việc của tôi",
        "liên kết",
        "mã mời",
        "liên kết facebook",
    ):
        assert await said(silent) == []
    assert "trò chuyện riêng" in (await said(f"liên kết {officer}"))[0]
    assert "liên kết kênh này" in (await said(f"liên kết {code}"))[0]
    assert "đã có người dùng" in (await said(f"liên kết {code}"))[0]
    before = len(on.telegram.to(channel))
    await on.app._tick()
    await on.settle()
    assert len(on.telegram.to(channel)) == before, "what a unit has to do is nobody's business there"
    async with on.app.storage.read() as session:
        everybody = Audience(officials=True, groups=True)
        found = await audiences.resolve(session, everybody, on.app.rules, FRIDAY.date())
        assert not [one for one in found.addresses if one.chat == str(channel)]
        found = await audiences.resolve(session, Audience(public=True), on.app.rules, FRIDAY.date())
        assert [one.chat for one in found.addresses] == [str(channel)]


async def test_the_preview_of_an_announcement_is_what_each_platform_gets(on: Platforms) -> None:
    on.clock.time = FRIDAY
    chats = {"telegram": "1001", "zalo-bot": "6ede9afa66b88fe6d6a9", "zalo-oa": "246845883529197922"}
    on.telegram.meet(1001)
    on.zalo_bot.meet(chats["zalo-bot"])
    await ZaloOa(on).say("xin chào")
    secrets = {}
    async with on.app.storage.write() as session:
        for (channel, chat), ward in zip(chats.items(), WARDS, strict=True):
            code = await people.invite(session, ward, Role.OFFICER, FRIDAY)
            await people.join(session, code, Address(channel, chat), FRIDAY)
        for role in (Role.EDITOR, Role.APPROVER):
            desk = Address("web", f"chat-{role}")
            await people.join(session, await people.invite(session, NOI_VU, role, FRIDAY), desk, FRIDAY)
            secrets[role] = await access.begin(session, desk, FRIDAY, device="Chrome", trusted=False)
    before = {"telegram": len(on.telegram.to(1001)), "zalo-oa": len(on.zalo_oa.to(chats["zalo-oa"]))}
    typed = [("tieu-de", "Nghỉ lễ *30/4*"), ("cho", "can-bo"), ("vai", "officer"), ("khi", "ngay")]
    long = "\n".join(f"{place}. Đơn vị trực ngày {place}/4 – xem <lịch> & ghi *sổ*" for place in range(1, 70))

    async def page(role: Role, path: str, data: list[tuple[str, str]] | None = None) -> str:
        headers = {"Cookie": f"{COOKIE}={secrets[role]}", "Origin": f"http://127.0.0.1:{on.app.port}"}
        method = "GET" if data is None else "POST"
        async with on.http.request(method, f"/lam-viec/thong-bao{path}", data=data, headers=headers) as response:
            assert response.status == 200, await response.text()
            return await response.text()

    shown = await page(Role.EDITOR, "/moi", [*typed, ("noi-dung", long)])
    await page(Role.EDITOR, "/1/gui-duyet", [])
    previews: dict[str, list[str]] = {}
    for channel, body in re.findall(r"<h3>(Zalo OA|Zalo Bot|Telegram)\b(.*?)(?=<h3>|</section>)", shown, re.DOTALL):
        said = re.findall(r'<div class="said">(.*?)</div>', body, re.DOTALL)
        previews[channel] = [html.unescape(re.sub(r"</?strong>", "", one)) for one in said]
    looked = re.search(r'name="ban" value="([^"]*)"', await page(Role.APPROVER, "/1"))
    await page(Role.APPROVER, "/1/duyet", [("ban", looked[1])] if looked else [])
    await on.app._tick()
    await on.settle()
    assert previews == {
        "Telegram": [sent.text for sent in on.telegram.to(1001)[before["telegram"] :]],
        "Zalo Bot": [sent.text for sent in on.zalo_bot.to(chats["zalo-bot"])],
        "Zalo OA": [sent.text for sent in on.zalo_oa.to(chats["zalo-oa"])[before["zalo-oa"] :]],
    }
    assert all(parts and parts[0].startswith("Nghỉ lễ") for parts in previews.values())
    assert len(previews["Zalo OA"]) > 1, "longer than one message there"


async def test_no_secret_and_no_word_of_a_person_reaches_the_log(
    on: Platforms, capsys: pytest.CaptureFixture[str]
) -> None:
    on.telegram.refuse(500, "Internal Server Error")
    on.zalo_bot.cut()
    on.zalo_oa.fail(500)
    word = "quần đảo"
    for driver in (Telegram(on), ZaloBot(on), ZaloOa(on)):
        await driver.say(f"tôi muốn hỏi về {word}")
    written = "".join(capsys.readouterr())
    assert "not_delivered" in written
    assert not [secret for secret in SECRETS if secret in written]
    assert word not in written


async def test_the_program_itself_serves_all_channels_at_once(tmp_path: Path) -> None:
    """``python -m bot`` as an office starts it; Telegram and the bot by polling, the account by its webhook."""
    async with FakeTelegram() as tg, FakeZaloBot() as bot, FakeZaloOa() as oa:
        environment = {
            "TELEGRAM_BOT_TOKEN": telegram.TOKEN,
            "TELEGRAM_API_BASE_URL": tg.base_url,
            "ZALO_BOT_TOKEN": zalo_bot.TOKEN,
            "ZALO_BOT_API_BASE_URL": bot.base_url,
            "ZALO_OA_ID": zalo_oa.OA_ID,
            "ZALO_OA_APP_ID": zalo_oa.APP_ID,
            "ZALO_OA_APP_SECRET": zalo_oa.APP_SECRET,
            "ZALO_OA_SECRET_KEY": zalo_oa.SECRET_KEY,
            "ZALO_OA_REFRESH_TOKEN": zalo_oa.FIRST_REFRESH,
            "ZALO_OA_API_BASE_URL": oa.base_url,
            "ZALO_OAUTH_BASE_URL": oa.oauth_url,
        }
        async with running_bot(tmp_path, **environment) as process, aiohttp.ClientSession(process.url) as http:
            oa.webhook_url = f"{process.url}/webhooks/zalo-oa"
            question = "làm giấy khai sinh cho con cần giấy tờ gì"
            await tg.say(1001, question)
            await bot.say("person-1", question)
            await oa.say("246845883529197922", question)
            async with http.post("/api/chat", json={"text": question}) as response:
                web = (await response.json())["replies"][0]["text"].replace("**", "")
            async with asyncio.timeout(15):
                while not (tg.sent and bot.sent and oa.sent):
                    await asyncio.sleep(0.05)
            first = web.splitlines()[0]
            assert [sent[0].text.splitlines()[0] for sent in (tg.sent, bot.sent, oa.sent)] == [first] * 3
            errors = await process.stop()
    assert not [secret for secret in SECRETS if secret in errors + process.banner]
