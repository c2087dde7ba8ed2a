"""The line on answers of a procedure that has just changed, and what is said of one that was taken out."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from handlers import assistant, news, procedure, texts
from handlers.context import Context, Office
from handlers.message import Address, Message
from knowledge.changes import Kind
from knowledge.library import Library
from knowledge.news import FEE, News
from knowledge.procedures import Procedure
from knowledge.reading import Facet
from knowledge.store import Knowledge

CODE = "1.004194"
DAY = date(2026, 11, 24)
FACETS = [facet for facet in Facet if facet is not Facet.NONE]
ROUTER = assistant.build()


def lately(kind: Kind = Kind.CHANGED, *changed: str, code: str = CODE) -> News:
    return News(code, "Đăng ký tạm trú", "Cư trú", kind, DAY, DAY, date(2026, 12, 8), changed)


def context(world: Library, told: News | None, today: date = DAY) -> Context:
    known = Knowledge(world, news={told.code: told} if told else {})
    return Context(datetime.combine(today, time(3), UTC), known, texts.load(), Office("Một Cửa"), ref=1)


async def asked(ctx: Context, text: str = "", action: str | None = None) -> str:
    outcome = await ROUTER.route(Message("1", Address("web", "c"), "c", text, action), ctx)
    return outcome.replies[0].text


@pytest.mark.parametrize("facet", FACETS)
def test_every_part_of_an_answer_says_it_below_its_title(world: Library, facet: Facet) -> None:
    ctx = context(world, lately(Kind.CHANGED, "lệ phí", "thời hạn giải quyết"))
    lines = procedure.reply(world.by_code[CODE], [facet], ctx).text.splitlines()
    assert lines[0].startswith("**Đăng ký tạm trú** – ")
    assert lines[1] == "Thủ tục này vừa thay đổi từ ngày 24/11/2026: lệ phí, thời hạn giải quyết."


def test_the_steps_say_it_too(world: Library) -> None:
    said = procedure.steps(world.by_code[CODE], context(world, lately(Kind.NEW))).text
    assert said.splitlines()[1] == "Thủ tục này mới có từ ngày 24/11/2026."


def test_an_end_to_come_is_said(world: Library) -> None:
    said = procedure.reply(world.by_code[CODE], [Facet.FEE], context(world, lately(Kind.ABOLISHED))).text
    assert said.splitlines()[1] == "Thủ tục này không còn áp dụng từ ngày 24/11/2026."


@pytest.mark.parametrize("today", [date(2026, 11, 23), date(2026, 12, 8), date(2027, 1, 1)])
def test_before_and_after_it_is_not_said(world: Library, today: date) -> None:
    record = world.by_code[CODE]
    with_it = procedure.reply(record, [Facet.FEE], context(world, lately(Kind.CHANGED, FEE), today))
    assert with_it == procedure.reply(record, [Facet.FEE], context(world, None, today))


def test_other_procedures_do_not_say_it(world: Library) -> None:
    ctx = context(world, lately(Kind.CHANGED, FEE))
    assert "vừa thay đổi" not in procedure.reply(world.by_code["1.001193"], [Facet.FEE], ctx).text


@pytest.mark.parametrize(("text", "action"), [("", "xem:9.000001:fee"), ("", "buoc:9.000001"), ("9.000001", None)])
async def test_of_one_that_was_taken_out_the_day_is_told(world: Library, text: str, action: str | None) -> None:
    ctx = context(world, lately(Kind.ABOLISHED, code="9.000001"))
    assert await asked(ctx, text, action) == "**Đăng ký tạm trú** (mã 9.000001) không còn áp dụng từ ngày 24/11/2026."
    assert "không còn áp dụng" not in await asked(context(world, None), text, action)


# The message


def record(world: Library, **facts: object) -> Procedure:
    return world.by_code[CODE].model_copy(update=facts)


def test_only_the_figures_that_changed_are_told(world: Library) -> None:
    known = record(
        world, methods=tuple(m.model_copy(update={"fee": "9.000 đồng"}) for m in world.by_code[CODE].methods)
    )
    said = news.message([news.Item(lately(Kind.CHANGED, FEE), known)], 0, context(world, None))
    assert said
    assert "- Lệ phí: **9.000 đồng**" in said.text
    assert "Thời hạn" not in said.text
    assert procedure.source_line(known, texts.load()) in said.text
    other = news.message([news.Item(lately(Kind.CHANGED, "thành phần hồ sơ"), known)], 0, context(world, None))
    assert other
    assert "9.000" not in other.text


def test_figures_that_nobody_checked_in_time_are_withheld(world: Library) -> None:
    known = record(world, review_by=DAY)
    said = news.message([news.Item(lately(Kind.NEW), known)], 0, context(world, None))
    assert said
    assert "em tạm không nêu" in said.text
    assert "3 ngày" not in said.text


def test_without_anything_true_there_is_no_message(world: Library) -> None:
    assert news.message([], 7, context(world, None)) is None
