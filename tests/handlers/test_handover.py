"""A question handed to an official: what is promised, what is refused, what a typed code tells."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers import assistant, handover, texts
from handlers.context import Context, Office
from handlers.dialogue import Dialogue, Flow
from handlers.handed import Handed, NoHandovers, State, code_in
from handlers.message import Address, Choice, Message
from handlers.outcome import AnswerSeen, Asked, HandedOver, Judged, Keep, Outcome
from handlers.router import FLOW_LASTS, SINCE
from knowledge.reading import Decision
from knowledge.store import Knowledge

ROUTER = assistant.build()
NOW = datetime(2026, 11, 26, 7, tzinfo=UTC)
FRIDAY = datetime(2026, 11, 27, 10, tzinfo=UTC)
ASKED = "nuôi chim bồ câu trên sân thượng có phải xin phép không"


@dataclass
class Handing:
    """An office with one official, as the handlers see it."""

    pushes: bool = True
    most: int = 2
    ready: bool = True
    promised_at: datetime = FRIDAY
    questions: dict[int, str] = field(default_factory=lambda: {7: ASKED})
    open: tuple[Handed, ...] = ()
    known: dict[str, Handed] = field(default_factory=dict)

    async def asked(self, question: int, /) -> str | None:
        return self.questions.get(question)

    async def waiting(self) -> tuple[Handed, ...]:
        return self.open

    async def find(self, code: str, /) -> Handed | None:
        return self.known.get(code)

    async def new_code(self) -> str:
        return "HT-K4QM2P"


@pytest.fixture
def handing() -> Handing:
    return Handing()


@pytest.fixture
def ctx(known: Knowledge, handing: Handing) -> Context:
    return Context(NOW, known, texts.load(), Office("Một Cửa"), ref=9, handovers=handing)


def said(text: str = "", action: str | None = None) -> Message:
    return Message("1", Address("web", "c"), "c", text, action)


def labels(outcome: Outcome) -> list[str]:
    return [choice.label for choice in outcome.replies[-1].choices]


def flow(outcome: Outcome) -> Flow | None:
    assert not isinstance(outcome.dialogue, Keep)
    return outcome.dialogue.flow


async def test_who_was_not_answered_may_ask_an_official(ctx: Context) -> None:
    declined = await ROUTER.route(said(ASKED), ctx)
    assert declined.replies[-1].choices[0] == Choice("Nhờ cán bộ trả lời", "nho:9")
    for action in ("khong:7", "sai:7"):
        outcome = await ROUTER.route(said(action=action), ctx)
        assert Choice("Nhờ cán bộ trả lời", "nho:7") in outcome.replies[-1].choices
        assert [type(note) for note in outcome.notes] == [Judged]


async def test_gap_can_bo_hands_over_what_was_just_not_answered(ctx: Context) -> None:
    declined = await ROUTER.route(said(ASKED), ctx)
    assert isinstance(declined.dialogue, Dialogue)
    after = replace(ctx, dialogue=declined.dialogue)
    outcome = await ROUTER.route(said("gặp cán bộ"), after)
    assert outcome.replies[-1].choices[0].action == "nho:9"
    fresh = await ROUTER.route(said("gặp cán bộ"), ctx)
    assert fresh.replies[-1].choices[0].action == "nho"


async def test_where_nobody_answers_it_is_not_offered(ctx: Context) -> None:
    alone = replace(ctx, handovers=NoHandovers())
    for message in (said(ASKED), said("gặp cán bộ"), said(action="khong:7"), said(action="sai:7")):
        assert "Nhờ cán bộ trả lời" not in labels(await ROUTER.route(message, alone))
    assert "Nút này thuộc tin nhắn cũ" in (await ROUTER.route(said(action="nho:7"), alone)).replies[0].text
    assert "chưa có cán bộ" in (await ROUTER.route(said("nhờ cán bộ"), alone)).replies[0].text
    declined = await ROUTER.route(said("HT-K4QM2P"), alone)
    assert declined.decision is Decision.DECLINE


async def test_a_question_is_handed_over_with_a_code_and_a_promise(ctx: Context, handing: Handing) -> None:
    outcome = await ROUTER.route(said(action="nho:7"), ctx)
    assert outcome.notes == (HandedOver("HT-K4QM2P", ASKED, 7, FRIDAY),)
    text = outcome.replies[0].text
    assert ASKED in text
    assert "**HT-K4QM2P**" in text
    assert "trước **17:00 thứ Sáu 27/11/2026**" in text
    assert "gửi vào cuộc trò chuyện này" in text
    handing.pushes = False
    assert "không tự nhắn" in (await ROUTER.route(said(action="nho:7"), ctx)).replies[0].text


@pytest.mark.parametrize("action", ["nho", "nho:8", "nho:x", "nho:99999999999999999999", "nho:-7", "nho:²"])
async def test_what_is_no_question_of_this_chat_asks_for_a_line(ctx: Context, action: str) -> None:
    outcome = await ROUTER.route(said(action=action), ctx)
    assert outcome.notes == ()
    assert flow(outcome) == Flow("nho", "line", {SINCE: int(NOW.timestamp())})


@pytest.mark.parametrize("text", ["", "abc", "???", "[số căn cước] gì", "12 34", "alo"])
async def test_a_question_that_holds_nothing_asks_for_a_line(ctx: Context, handing: Handing, text: str) -> None:
    handing.questions[7] = text
    outcome = await ROUTER.route(said(action="nho:7"), ctx)
    assert outcome.notes == ()
    assert "gõ câu cần hỏi" in outcome.replies[0].text


def waiting_for_a_line(ctx: Context, age: timedelta = timedelta()) -> Context:
    since = int((NOW - age).timestamp())
    return replace(ctx, dialogue=Dialogue(flow=Flow("nho", "line", {SINCE: since})))


async def test_the_line_is_handed_over_also_where_it_could_be_answered(ctx: Context) -> None:
    line = "đăng ký khai sinh cho con cần giấy tờ gì?"
    outcome = await ROUTER.route(said(line), waiting_for_a_line(ctx))
    asked, handed = outcome.notes
    assert isinstance(asked, Asked)
    assert (asked.text, asked.decision) == (line, Decision.DECLINE)
    assert asked.candidates[0][0] == "1.001193"
    assert handed == HandedOver("HT-K4QM2P", line, 9, FRIDAY)
    assert flow(outcome) is None


async def test_the_flow_is_left_by_a_word_by_a_button_and_by_time(ctx: Context) -> None:
    left = await ROUTER.route(said("thôi"), waiting_for_a_line(ctx))
    assert (left.notes, flow(left)) == ((), None)
    pressed = await ROUTER.route(said(action="giup"), waiting_for_a_line(ctx))
    assert flow(pressed) is None
    too_old = waiting_for_a_line(ctx, FLOW_LASTS + timedelta(seconds=1))
    assert not any(isinstance(note, HandedOver) for note in (await ROUTER.route(said(ASKED), too_old)).notes)
    short = await ROUTER.route(said("ok"), waiting_for_a_line(ctx))
    assert short.replies[0].text.startswith("Em chưa thấy câu hỏi")
    assert flow(short) is not None


async def test_one_question_is_handed_over_once(ctx: Context, handing: Handing) -> None:
    handing.open = (Handed("HT-AAAAAA", ASKED, FRIDAY, question=7),)
    for message, where in (
        (said(action="nho:7"), ctx),
        (said("Nuôi chim bồ câu trên sân thượng có phải xin phép không?"), waiting_for_a_line(ctx)),
    ):
        outcome = await ROUTER.route(message, where)
        assert outcome.notes == ()
        assert "đã được chuyển rồi" in outcome.replies[0].text
        assert "HT-AAAAAA" in outcome.replies[0].text


async def test_a_chat_has_only_so_many_waiting(ctx: Context, handing: Handing) -> None:
    handing.open = (Handed("HT-AAAAAA", "một câu", FRIDAY), Handed("HT-BBBBBB", "hai câu", FRIDAY))
    outcome = await ROUTER.route(said(action="nho:7"), ctx)
    assert outcome.notes == ()
    assert "HT-AAAAAA, HT-BBBBBB" in outcome.replies[0].text


@pytest.mark.parametrize(
    "typed", ["HT-K4QM2P", "ht k4qm2p", "ht-k4qm2p", "Htk4qm2p", "HT – K4QM2P", "mã HT-K4QM2P đến đâu rồi ạ?"]
)
async def test_a_typed_code_tells_how_it_stands(ctx: Context, handing: Handing, typed: str) -> None:
    handing.known["HT-K4QM2P"] = Handed("HT-K4QM2P", ASKED, FRIDAY)
    outcome = await ROUTER.route(said(typed), ctx)
    assert outcome.replies[0].text == (
        f"Câu hỏi **HT-K4QM2P** (“{ASKED}”) đang chờ cán bộ trả lời, trước 17:00 thứ Sáu 27/11/2026."
    )
    late = replace(ctx, now=FRIDAY + timedelta(minutes=1))
    assert "đã quá giờ hẹn" in (await ROUTER.route(said(typed), late)).replies[0].text
    handing.known["HT-K4QM2P"] = replace(handing.known["HT-K4QM2P"], state=State.WITHDRAWN)
    assert "đã được rút lại" in (await ROUTER.route(said(typed), ctx)).replies[0].text


async def test_a_typed_code_tells_the_answer_and_that_it_was_seen(ctx: Context, handing: Handing) -> None:
    told = Handed("HT-K4QM2P", ASKED, FRIDAY, State.ANSWERED, 7, "Không cần. Xem mã 1.001193 ạ.", NOW)
    handing.known["HT-K4QM2P"] = told
    outcome = await ROUTER.route(said("ht k4qm2p"), ctx)
    assert "Không cần. Xem mã 1.001193 ạ." in outcome.replies[0].text
    assert outcome.notes == (AnswerSeen("HT-K4QM2P"),)
    assert outcome.replies[0].choices == (
        Choice("Đúng rồi", "nhodung"),
        Choice("Hỏi tiếp", "nho"),
        Choice("Đăng ký khai sinh", "xem:1.001193:general"),
    )


async def test_a_code_is_asked_in_the_middle_of_a_flow_and_is_no_line(ctx: Context, handing: Handing) -> None:
    handing.known["HT-K4QM2P"] = Handed("HT-K4QM2P", ASKED, FRIDAY)
    outcome = await ROUTER.route(said("HT-K4QM2P"), waiting_for_a_line(ctx))
    assert outcome.notes == ()
    assert "đang chờ" in outcome.replies[0].text


@pytest.mark.parametrize(
    ("typed", "code", "surely"),
    [
        ("HT-K4QM2P", "HT-K4QM2P", True),
        ("ht abcdef", "HT-ABCDEF", False),
        ("ht-abcdef", "HT-ABCDEF", True),
        ("ht nguyên", None, False),
        ("HT-K4QM2", None, False),
        ("HT-K4QM2PX", None, False),
        ("HT-K4QM10", None, False),
        ("xht-k4qm2p", None, False),
    ],
)
def test_what_is_a_code_and_what_is_surely_one(typed: str, code: str | None, surely: bool) -> None:
    found = code_in(typed)
    assert (found.code if found else None, found.surely if found else False) == (code, surely)


async def test_a_code_that_nothing_has_is_told_and_a_word_is_a_question(ctx: Context) -> None:
    assert "không tìm thấy mã HT-K4QM2P" in (await ROUTER.route(said("ht-k4qm2p"), ctx)).replies[0].text
    assert (await ROUTER.route(said("ht nguyen"), ctx)).decision is Decision.DECLINE


def test_the_answer_says_which_question_and_by_which_post(ctx: Context) -> None:
    text = handover.answer_text("Không cần ạ.", "Phòng Nội vụ", "Lệ phí: **miễn phí**", ctx)
    assert text == "Không cần ạ.\n\nLệ phí: **miễn phí**\n\nNơi trả lời: Phòng Nội vụ."
    reply = handover.answered("HT-K4QM2P", "a" * 50 + " " + "b" * 400, text, ctx)
    assert "**HT-K4QM2P**" in reply.text
    assert len(reply.text) < 400
    assert [choice.label for choice in reply.choices] == ["Đúng rồi", "Hỏi tiếp"]


async def test_dung_roi_thanks(ctx: Context) -> None:
    outcome = await ROUTER.route(said(action="nhodung"), ctx)
    assert (outcome.notes, "cảm ơn" in outcome.replies[0].text) == ((), True)
