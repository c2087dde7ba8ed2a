"""A life event is a flow: answers are typed or pressed, questions in between are answered, and it can be left."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from handlers import assistant, texts
from handlers.context import Context, Office
from handlers.dialogue import Dialogue
from handlers.message import Address, Message
from handlers.outcome import Outcome
from knowledge.library import shipped
from knowledge.life_events import shipped_events
from knowledge.reading import Decision
from knowledge.store import Knowledge

ROUTER = assistant.build()
NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def whole() -> Knowledge:
    """All that is shipped."""
    library = shipped()
    return Knowledge(library, shipped_events(library))


class Talk:
    """A conversation that remembers where it stands, through the form in which it is stored."""

    def __init__(self, knowledge: Knowledge) -> None:
        self.ctx = Context(NOW, knowledge, texts.load(), Office("Một Cửa"), ref=1)

    async def say(self, text: str, action: str | None = None) -> Outcome:
        outcome = await ROUTER.route(Message("1", Address("web", "c"), "c", text, action), self.ctx)
        if isinstance(outcome.dialogue, Dialogue):
            stored = Dialogue.from_json(outcome.dialogue.to_json())
            self.ctx = replace(self.ctx, dialogue=stored, ref=self.ctx.ref + 1)
        return outcome


def last(outcome: Outcome) -> str:
    return outcome.replies[-1].text


async def test_typed_answers_lead_to_the_list(whole: Knowledge) -> None:
    talk = Talk(whole)
    assert "đăng ký kết hôn chưa" in last(await talk.say("vợ tôi mới sinh"))
    assert "làm một lần" in last(await talk.say("dạ có rồi ạ"))
    done = await talk.say("lam luon 1 lan")
    assert done.codes[0] == "2.000986"
    assert talk.ctx.dialogue.flow is None


async def test_a_question_in_between_is_answered_and_the_event_goes_on(whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("nhà em mới có em bé")
    aside = await talk.say("mà lệ phí bao nhiêu")
    assert aside.codes[0] == "1.001193"
    assert aside.facet.value == "fee"
    assert last(aside) == "Mình quay lại việc **Sinh con** nhé. Cha mẹ của bé đã đăng ký kết hôn chưa ạ?"
    assert (await talk.say("chưa")).codes[0] == "1.000689"


async def test_a_pressed_part_of_that_answer_does_not_end_the_event(whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("nhà em mới có em bé")
    pressed = await talk.say("Lệ phí", "xem:1.001193:fee")
    assert "Mình quay lại việc" in last(pressed)
    assert (await talk.say("2")).codes[0] == "1.000689"


async def test_the_event_does_not_come_back_for_ever(whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("nhà em mới có em bé")
    replies = [last(await talk.say(f"lệ phí làm căn cước bao nhiêu {extra}")) for extra in ("ạ", "vậy", "thế")]
    assert ["Mình quay lại" in reply for reply in replies] == [True, True, False]
    assert talk.ctx.dialogue.flow is None


async def test_not_knowing_is_explained_and_both_cases_are_listed(whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("nhà em mới có em bé")
    said = await talk.say("không biết nữa")
    assert said.decision is Decision.ANSWER
    assert "Giấy chứng nhận kết hôn thì là đã đăng ký" in last(said)
    assert {"1.001193", "1.000689", "2.000986"} <= set(said.codes)
    assert "nếu cha mẹ chưa đăng ký kết hôn" in last(said).lower()


@pytest.mark.parametrize("word", ["thôi", "để sau nhé", "dừng lại"])
async def test_the_event_can_be_left_and_taken_up_again(word: str, whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("ba tui mới mất")
    await talk.say("có lương hưu")
    left = await talk.say(word)
    assert talk.ctx.dialogue.flow is None
    assert [choice.label for choice in left.replies[0].choices] == ["Làm tiếp: Mất người thân"]
    assert "để lại nhà, đất" in last(await talk.say("1"))


async def test_an_answer_that_is_not_understood_is_asked_for_again(whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("nhà em mới có em bé")
    again = await talk.say("ờm hmm")
    assert "Em chưa rõ ý anh/chị" in last(again)
    assert again.notes == ()
    assert "Mình quay lại" not in last(again)
    for nonsense in ("ờm hmm", "hmm ờm"):
        again = await talk.say(nonsense)
    assert "vẫn chưa rõ" in last(again)
    assert talk.ctx.dialogue.flow is None


async def test_another_event_takes_the_place_of_the_first(whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("nhà em mới có em bé")
    assert "chia buồn" in last(await talk.say("ông nội mới mất hôm qua"))
    assert talk.ctx.dialogue.flow
    assert talk.ctx.dialogue.flow.step == "mat-nguoi-than"


async def test_what_was_told_is_said_back_and_not_asked(whole: Knowledge) -> None:
    first = await Talk(whole).say("tôi vừa mất ví, mất hết giấy tờ")
    assert "Em hiểu: mất ví" in last(first)
    assert "giấy phép lái xe" in last(first)


async def test_buttons_of_long_ago_still_work(whole: Knowledge) -> None:
    pressed = await Talk(whole).say("", "doi:sinh-con:cuoi=roi,gop=khong")
    assert pressed.codes[0] == "1.001193"
    assert "Việc trong gia đình" not in last(pressed)
    gone = await Talk(whole).say("", "doi:gone:x=y")
    assert gone.replies[0].choices


async def test_the_event_is_over_by_the_next_day(whole: Knowledge) -> None:
    talk = Talk(whole)
    await talk.say("nhà em mới có em bé")
    talk.ctx = replace(talk.ctx, now=NOW + timedelta(days=1))
    assert (await talk.say("rồi")).decision is Decision.SMALLTALK


async def test_every_action_of_an_event_fits_into_a_button(whole: Knowledge) -> None:
    for event in whole.events:
        talk = Talk(whole)
        outcome = await talk.say("", f"doi:{event.key}:")
        while outcome.decision is Decision.CLARIFY:
            choices = outcome.replies[-1].choices
            assert all(len((choice.action or "").encode()) <= 64 for choice in choices)
            outcome = await talk.say("", choices[0].action)
