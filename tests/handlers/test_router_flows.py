"""Flows of the router: who they belong to, when they end, what is offered while they wait."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from handlers.context import Context
from handlers.dialogue import Dialogue, Flow
from handlers.message import Address, Choice, Media, Message, Reply
from handlers.outcome import Keep, Outcome
from handlers.router import FLOW_LASTS, SINCE, Feature, FlowSteps, Router
from tests.handlers.duties_world import OFFICER, Chat

CTX = Chat(OFFICER).context
SINCE_NOW = {SINCE: int(CTX.now.timestamp())}


def said(text: str = "", *media: Media, action: str | None = None) -> Message:
    return Message("1", Address("web", "c"), "c", text, action, media)


async def question(message: Message, _ctx: Context) -> Outcome:
    return Outcome((Reply(f"asked {message.text}", (Choice("Lệ phí", "xem:fee"),)),))


async def press(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return Outcome((Reply(f"pressed {','.join(arguments)} {ctx.dialogue.flow is not None}"),))


async def step(message: Message, _ctx: Context) -> Outcome | None:
    return Outcome((Reply(f"took {message.text}{len(message.media)}"),)) if "?" not in message.text else None


async def unasked(message: Message, _ctx: Context) -> Outcome | None:
    return Outcome((Reply("found"),)) if message.media or "://" in message.text else None


def router(*, short: bool = False) -> Router:
    flow = FlowSteps(step, lambda _ctx: Reply("waits"), short=short)
    return Router((Feature(actions={"xem": press}, flows={"f": flow}, found=unasked),), question)


def inside(**data: int) -> Context:
    return replace(CTX, dialogue=Dialogue(flow=Flow("f", "line", {**SINCE_NOW, **data})))


async def test_choices_of_an_answer_stay_on_offer_when_the_flow_offers_none() -> None:
    outcome = await router().route(said("lệ phí?"), inside())
    assert [reply.text for reply in outcome.replies] == ["asked lệ phí?", "waits"]
    assert not isinstance(outcome.dialogue, Keep)
    after = replace(CTX, dialogue=outcome.dialogue)
    assert (await router().route(said("1"), after)).replies[0].text == "pressed fee True"


async def test_a_short_flow_ends_by_any_press() -> None:
    outcome = await router(short=True).route(said(action="xem:fee"), inside())
    assert outcome.replies[0].text == "pressed fee False"
    assert not isinstance(outcome.dialogue, Keep)
    assert outcome.dialogue.flow is None
    kept = await router().route(said(action="xem:fee"), inside())
    assert isinstance(kept.dialogue, Keep)


@pytest.mark.parametrize(("age", "taken"), [(FLOW_LASTS, True), (FLOW_LASTS + timedelta(seconds=1), False)])
async def test_a_flow_ends_by_itself(age: timedelta, *, taken: bool) -> None:
    ctx = replace(inside(), now=CTX.now + age)
    assert (await router().route(said("x"), ctx)).replies[0].text == ("took x0" if taken else "asked x")


async def test_a_picture_goes_to_the_flow_and_else_to_whoever_takes_it() -> None:
    picture = Media("image", "p")
    assert (await router().route(said("", picture), inside())).replies[0].text == "took 1"
    assert (await router().route(said("", picture), CTX)).replies[0].text == "found"
    assert (await router().route(said("https://a.vn"), CTX)).replies[0].text == "found"
    alone = Router((), question)
    assert "chưa đọc được" in (await alone.route(said("", picture), CTX)).replies[0].text
