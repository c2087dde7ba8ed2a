"""Questions that are answered by more than one thing: several parts, former places, steps, open menus."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from handlers import assistant, texts
from handlers.context import Context, Office
from handlers.dialogue import Dialogue
from handlers.message import Address, Message
from handlers.outcome import Outcome
from knowledge.life_events import LifeEvent
from knowledge.news import News
from knowledge.places import Former
from knowledge.procedures import Procedure
from knowledge.reading import Decision, Facet, Match, Reading, Smalltalk
from knowledge.store import Knowledge

ROUTER = assistant.build()


@dataclass
class Understood:
    """The records of the small world, with messages understood as the test says."""

    known: Knowledge
    reading: Reading
    events: tuple[LifeEvent, ...] = ()
    fields: tuple[str, ...] = ()

    def read(self, _text: str, _topic: str | None = None) -> Reading:
        return self.reading

    def event(self, _text: str) -> LifeEvent | None:
        return None

    def former(self, text: str) -> Former | None:
        return self.known.former(text)

    def get(self, code: str) -> Procedure | None:
        return self.known.get(code)

    def news(self, code: str) -> News | None:
        return self.known.news(code)


async def asked(text: str, understood: Understood, dialogue: Dialogue | None = None) -> Outcome:
    now = datetime(2026, 11, 24, 2, tzinfo=UTC)
    ctx = Context(now, understood, texts.load(), Office("Một Cửa"), ref=7, dialogue=dialogue or Dialogue())
    return await ROUTER.route(Message("1", Address("web", "c"), "c", text), ctx)


def unsure(score: float, *facets: Facet) -> Reading:
    matches = (Match("1.001193", score, ""), Match("2.000635", score / 3, ""))
    return Reading(Decision.CLARIFY, matches, facets or (Facet.GENERAL,))


async def test_a_former_place_and_a_likely_procedure_are_answered_by_where_to_go(known: Knowledge) -> None:
    outcome = await asked("UBND huyện giờ làm khai sinh thế nào", Understood(known, unsure(0.7)))
    said = outcome.replies[0].text
    assert said.startswith("Từ ngày 01/07/2025 không còn cấp huyện")
    assert "Nơi nộp: " in said
    assert outcome.decision is Decision.ANSWER
    assert outcome.facet is Facet.WHERE
    assert outcome.codes == ("1.001193", "2.000635")


async def test_a_former_place_alone_is_answered_for_what_was_talked_of(known: Knowledge) -> None:
    talked = Dialogue(topic="1.004194")
    outcome = await asked("nhà tôi ở phường Dĩnh Kế cũ", Understood(known, unsure(0.1)), talked)
    assert "**phường Bắc Giang**" in outcome.replies[0].text
    assert outcome.codes == ("1.004194",)


async def test_a_former_place_without_anything_else_asks_what_is_needed(known: Knowledge) -> None:
    outcome = await asked("UBND thành phố còn không", Understood(known, unsure(0.1)))
    assert "Anh/chị gõ việc cần làm" in outcome.replies[0].text
    assert outcome.decision is Decision.DECLINE


async def test_a_former_place_with_a_doubtful_procedure_offers_it(known: Knowledge) -> None:
    outcome = await asked("UBND huyện làm giấy", Understood(known, unsure(0.4)), Dialogue(topic="1.004194"))
    assert outcome.decision is Decision.CLARIFY
    assert "1.001193" in outcome.codes


async def test_a_menu_carries_every_part_that_was_asked(known: Knowledge) -> None:
    outcome = await asked("hết bao nhiêu tiền, mấy ngày", Understood(known, unsure(0.4, Facet.FEE, Facet.TIME)))
    assert outcome.replies[0].choices[0].action == "xem:1.001193:fee,time"
    assert not isinstance(outcome.dialogue, str)
    chosen = await asked("1", Understood(known, unsure(0.4)), outcome.dialogue)
    assert chosen.replies[0].text.startswith("**Đăng ký khai sinh** – lệ phí, bao lâu có kết quả:")


async def test_a_menu_that_is_passed_by_twice_is_given_up(known: Knowledge) -> None:
    follow = Reading(Decision.ANSWER, (Match("1.004194", 1.0, ""),), (Facet.TIME,), topic="1.004194", followup=True)
    first = await asked("sổ đỏ thì sao", Understood(known, unsure(0.4)), Dialogue(topic="1.004194"))
    assert not isinstance(first.dialogue, str)
    second = await asked("bao lâu", Understood(known, follow), first.dialogue)
    assert second.decision is Decision.CLARIFY
    assert not isinstance(second.dialogue, str)
    third = await asked("bao lâu", Understood(known, follow), second.dialogue)
    assert third.codes[0] == "1.004194"


@pytest.mark.parametrize("text", ["các bước đăng ký khai sinh", "quy trình làm khai sinh"])
async def test_whoever_asks_for_the_steps_is_told_the_steps(text: str, known: Knowledge) -> None:
    sure = Reading(Decision.ANSWER, (Match("1.001193", 1.0, ""),), (Facet.GENERAL,), topic="1.001193")
    outcome = await asked(text, Understood(known, sure))
    assert "các bước làm:\n1. " in outcome.replies[0].text


async def test_how_on_earth_is_about_what_was_talked_of(known: Knowledge) -> None:
    declined = Reading(Decision.DECLINE)
    outcome = await asked("rồi làm sao nữa", Understood(known, declined), Dialogue(topic="1.001193"))
    assert outcome.codes == ("1.001193",)
    assert (await asked("rồi làm sao nữa", Understood(known, declined))).decision is Decision.DECLINE


async def test_a_part_without_a_procedure_asks_which(known: Knowledge) -> None:
    outcome = await asked("bao nhiêu tiền vậy ạ", Understood(known, Reading(Decision.DECLINE)))
    assert outcome.replies[0].text.startswith("Anh/chị cần làm việc gì ạ?")
    assert outcome.notes == ()
    gold = await asked("vàng bao nhiêu tiền", Understood(known, Reading(Decision.DECLINE)))
    assert "không đoán" in gold.replies[0].text


async def test_a_call_is_greeted_and_not_declined(known: Knowledge) -> None:
    outcome = await asked("cháu ơi", Understood(known, Reading(Decision.DECLINE)))
    assert outcome.decision is Decision.SMALLTALK


async def test_thanks_and_the_way_to_a_person_lead_on(known: Knowledge) -> None:
    talked = Dialogue(topic="1.001193")
    human = await asked("gặp cán bộ", Understood(known, Reading(Decision.DECLINE)), talked)
    assert human.replies[0].choices[0].action == "xem:1.001193:where"
    reading = Reading(Decision.SMALLTALK, smalltalk=Smalltalk.THANKS)
    assert (await asked("cảm ơn em", Understood(known, reading))).replies[0].choices
