"""Đăng ký nhận tin: a field or all of them, the list, stopping; only where somebody can be written to, and alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from handlers import assistant, subscribe, texts
from handlers.context import Context, Office
from handlers.dialogue import Dialogue
from handlers.message import Address, Choice, Message
from handlers.outcome import Asked, Keep, Note, Outcome, Subscribed, Unsubscribed
from handlers.subscriptions import EVERY
from knowledge.library import shipped
from knowledge.reading import Decision
from knowledge.store import Knowledge

ROUTER = assistant.build()
CITIZEN = "Hộ tịch"
RESIDENCE = "Đăng ký, quản lý cư trú"


@dataclass
class Chat:
    """One person on a channel; what they subscribe to is kept as the program keeps it."""

    known: Knowledge
    pulled: bool = False
    window: timedelta | None = None
    group: bool = False
    fields: list[str] = field(default_factory=list)
    dialogue: Dialogue = field(default_factory=Dialogue)
    notes: list[Note] = field(default_factory=list)
    choices: tuple[Choice, ...] = ()
    outcome: Outcome | None = None

    async def mine(self) -> tuple[str, ...]:
        return tuple(self.fields)

    async def say(self, text: str = "", action: str | None = None) -> str:
        now = datetime(2026, 11, 24, 2, tzinfo=UTC)
        ctx = Context(
            now, self.known, texts.load(), Office("Một Cửa"), ref=7, dialogue=self.dialogue, subscriptions=self
        )
        message = Message("1", Address("zalo-bot", "c"), "c", text, action, group=self.group)
        self.outcome = outcome = await ROUTER.route(message, ctx)
        if not isinstance(outcome.dialogue, Keep):
            self.dialogue = outcome.dialogue
        self.notes = [note for note in outcome.notes if isinstance(note, Subscribed | Unsubscribed)]
        for note in self.notes:
            self._write(note)
        self.choices = outcome.replies[-1].choices
        return outcome.replies[-1].text

    def _write(self, note: Note) -> None:
        match note:
            case Subscribed(field):
                self.fields = list(dict.fromkeys([*self.fields, field]))
            case Unsubscribed(field):
                self.fields = [] if field is None else [one for one in self.fields if one != field]

    async def press(self, label: str) -> str:
        choice = next(choice for choice in self.choices if choice.label == label)
        return await self.say(action=choice.action)

    @property
    def labels(self) -> list[str]:
        return [choice.label for choice in self.choices]


@pytest.fixture
def chat(known: Knowledge) -> Chat:
    return Chat(known)


BEGIN = ["đăng ký nhận tin", "dang ky nhan tin", "Đăng ký nhận tin!", "nhận tin", "nhan tin", "/nhantin", "đăng ký tin"]


@pytest.mark.parametrize("typed", BEGIN)
async def test_the_fields_of_the_knowledge_are_offered_with_all_of_them(chat: Chat, typed: str) -> None:
    assert "lĩnh vực nào" in await chat.say(typed)
    assert chat.labels[:2] == [CITIZEN, "Tất cả lĩnh vực"]
    assert set(chat.labels) - {"Tất cả lĩnh vực"} == set(chat.known.fields)
    assert chat.notes == []


async def test_the_field_that_was_just_talked_about_comes_first(chat: Chat) -> None:
    chat.dialogue = Dialogue(topic="1.004194")
    await chat.say("đăng ký nhận tin")
    assert chat.labels[0] == RESIDENCE


async def test_a_field_is_chosen_by_a_press_a_number_or_its_name(known: Knowledge) -> None:
    for how in ("1", "Hộ tịch", "ho tich"):
        chat = Chat(known)
        await chat.say("đăng ký nhận tin")
        said = await chat.say(how)
        assert "**Hộ tịch**" in said
        assert "huỷ nhận tin" in said
        assert chat.notes == [Subscribed(CITIZEN)]


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ("đăng ký nhận tin về hộ tịch", CITIZEN),
        ("dang ky nhan tin ho tich", CITIZEN),
        ("nhận tin lĩnh vực Hộ tịch", CITIZEN),
        ("đăng ký nhận tin tất cả", EVERY),
    ],
)
async def test_a_field_can_be_named_at_once(chat: Chat, typed: str, field: str) -> None:
    await chat.say(typed)
    assert chat.notes == [Subscribed(field)]


async def test_all_fields_are_one_press(chat: Chat) -> None:
    await chat.say("đăng ký nhận tin")
    assert "**Tất cả lĩnh vực**" in await chat.press("Tất cả lĩnh vực")
    assert chat.fields == [EVERY]


async def test_what_is_subscribed_to_is_not_offered_again(chat: Chat) -> None:
    chat.fields = [CITIZEN, EVERY]
    await chat.say("đăng ký nhận tin")
    assert not {CITIZEN, "Tất cả lĩnh vực"} & set(chat.labels)
    assert chat.labels[-1] == "Tin đã đăng ký"


async def test_many_fields_are_offered_page_by_page() -> None:
    chat = Chat(Knowledge(shipped()))
    await chat.say("đăng ký nhận tin")
    seen = [label for label in chat.labels if label in chat.known.fields]
    assert len(seen) == subscribe.PAGE
    while "Xem lĩnh vực khác" in chat.labels:
        await chat.press("Xem lĩnh vực khác")
        assert "Tất cả lĩnh vực" not in chat.labels
        seen += [label for label in chat.labels if label in chat.known.fields]
    assert sorted(seen) == sorted(chat.known.fields)


async def test_every_action_fits_into_a_button_and_finds_its_field() -> None:
    chat = Chat(Knowledge(shipped()))
    for name in chat.known.fields:
        choice = subscribe._take(name, _context(chat))
        assert len((choice.action or "").encode()) <= 64
        await chat.say(action=choice.action)
        assert chat.notes == [Subscribed(name)]


def _context(chat: Chat) -> Context:
    return Context(datetime(2026, 11, 24, 2, tzinfo=UTC), chat.known, texts.load(), Office("Một Cửa"), ref=7)


async def test_the_window_of_a_platform_is_told(chat: Chat) -> None:
    chat.window = timedelta(days=7)
    assert "trong 7 ngày" in await chat.say("đăng ký nhận tin về hộ tịch")


# Seeing and stopping


@pytest.mark.parametrize("typed", ["tin đã đăng ký", "tin da dang ky", "/tindadangky"])
async def test_the_list_says_what_one_hears_of(chat: Chat, typed: str) -> None:
    chat.fields = [CITIZEN, EVERY]
    said = await chat.say(typed)
    assert said.splitlines()[1:] == ["- Hộ tịch", "- Tất cả lĩnh vực"]
    assert chat.labels == ["Thôi nhận tin", "Thêm lĩnh vực"]


STOP = ["huỷ nhận tin", "hủy nhận tin", "huy nhan tin", "thôi nhận tin", "ngừng nhận tin", "/thoinhantin"]


@pytest.mark.parametrize("typed", STOP)
async def test_the_only_one_is_stopped_at_once(chat: Chat, typed: str) -> None:
    chat.fields = [CITIZEN]
    assert "thôi nhắn tin" in await chat.say(typed)
    assert chat.notes == [Unsubscribed(None)]
    assert chat.fields == []


async def test_of_several_one_is_chosen_or_all(chat: Chat) -> None:
    chat.fields = [CITIZEN, RESIDENCE, EVERY]
    await chat.say("huỷ nhận tin")
    assert chat.labels == [
        "Thôi nhận: Hộ tịch",
        f"Thôi nhận: {RESIDENCE}",
        "Thôi nhận: Tất cả lĩnh vực",
        "Thôi nhận hết",
    ]
    await chat.press("Thôi nhận: Tất cả lĩnh vực")
    assert chat.fields == [CITIZEN, RESIDENCE]
    await chat.say(action=subscribe.STOP)
    await chat.press("Thôi nhận hết")
    assert chat.fields == []


async def test_a_field_that_is_no_more_can_still_be_stopped(chat: Chat) -> None:
    chat.fields = ["Lĩnh vực cũ", CITIZEN]
    await chat.say("huỷ nhận tin")
    await chat.press("Thôi nhận: Lĩnh vực cũ")
    assert chat.fields == [CITIZEN]


@pytest.mark.parametrize("typed", ["tin đã đăng ký", "huỷ nhận tin"])
async def test_who_hears_of_nothing_is_told_so_and_how_to(chat: Chat, typed: str) -> None:
    assert "chưa đăng ký nhận tin nào" in await chat.say(typed)
    assert chat.labels == ["Đăng ký nhận tin"]
    assert chat.notes == []


async def test_an_old_button_asks_again(chat: Chat) -> None:
    for action in (f"{subscribe.TAKE}:00000000", subscribe.TAKE, f"{subscribe.BEGIN}:99", f"{subscribe.BEGIN}:x"):
        assert "lĩnh vực nào" in await chat.say(action=action)
        assert chat.notes == []


# Where it cannot be


ACTIONS = [subscribe.BEGIN, f"{subscribe.TAKE}:{subscribe.ALL}", subscribe.STOP, subscribe.LIST]


@pytest.mark.parametrize("action", ACTIONS)
async def test_on_a_page_that_is_never_written_to_the_way_is_told(chat: Chat, action: str) -> None:
    chat.pulled = True
    assert "Zalo hoặc Telegram" in await chat.say(action=action)
    assert chat.notes == []


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_group_subscribes_to_nothing(chat: Chat, action: str) -> None:
    chat.group = True
    assert "nhắn riêng cho em" in await chat.say(action=action)
    assert chat.notes == []


async def test_naming_a_field_in_a_group_subscribes_to_nothing(chat: Chat) -> None:
    chat.group = True
    await chat.say("đăng ký nhận tin về hộ tịch")
    assert chat.notes == []


# It takes no question away


QUESTIONS = [
    "đăng ký", "đăng ký kết hôn", "đăng ký nhận tin học bổng", "nhắn tin", "nhắn tin cho cán bộ",
    "đăng ký nhận con nuôi", "huỷ", "tin", "đăng ký tạm trú", "nhận tin nhắn VNeID ở đâu", "đăng ký tin học cho con",
]  # fmt: skip


@pytest.mark.parametrize("typed", QUESTIONS)
async def test_questions_are_answered_as_before(chat: Chat, typed: str) -> None:
    await chat.say(typed)
    assert chat.notes == []
    assert chat.outcome is not None
    assert not any((choice.action or "").startswith(subscribe.TAKE) for choice in chat.choices)
    asked = [note for note in chat.outcome.notes if isinstance(note, Asked)]
    assert asked or chat.outcome.decision in {Decision.DECLINE, Decision.SMALLTALK, Decision.CLARIFY}
