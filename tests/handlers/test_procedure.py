"""What is said of a procedure: fields of a record valid today, and nothing else."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from handlers import procedure, texts
from handlers.context import Context, Office
from handlers.message import Reply
from knowledge.library import Library, shipped
from knowledge.procedures import UNKNOWN, Procedure
from knowledge.reading import Facet
from knowledge.store import Knowledge

FACETS = [facet for facet in Facet if facet is not Facet.NONE]
FIGURE = re.compile(r"\d[\d.,/]*")


def answer(record: Procedure, facets: list[Facet], today: date, knowledge: Knowledge) -> Reply:
    now = datetime.combine(today, time(3), UTC)
    return procedure.reply(record, facets, Context(now, knowledge, texts.load(), Office("Một Cửa"), ref=1))


def figures(text: str) -> set[str]:
    return {found.strip(".,/") for found in FIGURE.findall(text)}


def own_figures(record: Procedure) -> set[str]:
    """Every figure of the record's fields, days as they are written for people, and the numbers of its steps."""
    days = {procedure.day(day) for day in (record.checked_on, record.review_by, record.effective_from) if day}
    steps = {str(number) for number in range(1, 30)}
    return figures(record.model_dump_json()) | days | steps


@pytest.mark.parametrize("record", list(shipped()), ids=lambda record: record.code)
def test_every_figure_in_an_answer_is_a_field_of_the_record(record: Procedure, known: Knowledge) -> None:
    for facet in FACETS:
        said = figures(answer(record, [facet], record.checked_on, known).text)
        assert said <= own_figures(record), (facet, said - own_figures(record))


@pytest.mark.parametrize("facet", [Facet.FEE, Facet.TIME, Facet.GENERAL])
def test_an_old_record_withholds_fee_and_time(world: Library, known: Knowledge, facet: Facet) -> None:
    record = world.get("2.000635")
    assert record
    fresh = answer(record, [facet], record.review_by - timedelta(days=1), known)
    old = answer(record, [facet], record.review_by, known)
    assert "quá hạn kiểm tra" not in fresh.text
    assert procedure.day(record.review_by) in old.text
    for method in record.methods:
        assert f"**{method.fee}**" not in old.text
        assert f"**{method.time_limit}**" not in old.text


def test_an_abolished_one_names_its_successor(world: Library, known: Knowledge) -> None:
    record = world.get("1.004884")
    assert record
    ended = date(2026, 10, 31)
    abolished = record.model_copy(update={"effective_until": ended, "successor": ("1.001193",)})
    said = answer(abolished, [Facet.FEE], date(2026, 11, 24), known)
    assert "không còn áp dụng sau ngày 31/10/2026" in said.text
    assert [choice.label for choice in said.choices] == ["Đăng ký khai sinh"]
    assert "lệ phí" not in said.text.lower()


def test_one_not_yet_in_force_says_from_when(world: Library, known: Knowledge) -> None:
    record = world.get("1.004884")
    assert record
    later = record.model_copy(update={"effective_from": date(2027, 1, 1)})
    assert "áp dụng từ ngày 01/01/2027" in answer(later, [Facet.TIME], date(2026, 11, 24), known).text


def test_only_what_was_asked_is_told(world: Library, known: Knowledge) -> None:
    record = world.get("1.001193")
    assert record
    said = answer(record, [Facet.TIME], record.checked_on, known).text
    assert "Thời hạn giải quyết" in said
    assert "☐" not in said
    assert "Nơi nộp" not in said


def context(record: Procedure, knowledge: Knowledge) -> Context:
    now = datetime.combine(record.checked_on, time(3), UTC)
    return Context(now, knowledge, texts.load(), Office("Một Cửa"), ref=1)


def test_steps_of_many_pages_are_cut_and_lead_to_the_source(world: Library, known: Knowledge) -> None:
    record = world.get("1.001193")
    assert record
    long = record.model_copy(update={"steps": tuple(f"Bước {n} " + "rất dài " * 80 for n in range(30))})
    said = procedure.steps(long, context(long, known))
    assert len(said.text) < 8000
    assert "xem đủ ở trang nguồn" in said.text
    assert said.choices[0].url == str(record.source_url)


@pytest.mark.parametrize("record", list(shipped()), ids=lambda record: record.code)
def test_the_short_answer_fits_on_a_phone(record: Procedure, known: Knowledge) -> None:
    said = answer(record, [Facet.GENERAL], record.checked_on, known)
    assert len(said.text) <= 1500
    assert len(said.text.splitlines()) <= 12
    for label in ("Ai làm", "Giấy tờ", "Lệ phí", "Thời hạn", "Nơi nộp", "Nộp trực tuyến"):
        assert f"- {label}" in said.text
    actions = [choice.action for choice in said.choices]
    assert procedure.show_action(record.code, Facet.DOCUMENTS) in actions
    assert not record.steps or f"{procedure.STEPS}:{record.code}" in actions


@pytest.mark.parametrize("record", list(shipped()), ids=lambda record: record.code)
def test_the_same_time_limit_is_said_once(record: Procedure, known: Knowledge) -> None:
    said = answer(record, [Facet.TIME], record.checked_on, known).text
    for line in said.splitlines():
        assert said.splitlines().count(line) == 1 or not line
    told = {(method.time_limit, method.when) for method in record.methods}
    assert sum(line.startswith("- ") for line in said.splitlines()) <= len(told)


def test_several_parts_are_told_under_one_title_and_nothing_else(world: Library, known: Knowledge) -> None:
    record = world.get("1.001193")
    assert record
    said = answer(record, [Facet.FEE, Facet.TIME, Facet.FORM], record.checked_on, known)
    assert said.text.splitlines()[0] == "**Đăng ký khai sinh** – lệ phí, bao lâu có kết quả, mẫu đơn, tờ khai:"
    assert said.text.count("Đăng ký khai sinh") == 1
    assert "Thời hạn giải quyết" in said.text
    assert "**Mẫu đơn, tờ khai**" in said.text
    assert "Nơi nộp" not in said.text
    offered = [choice.action for choice in said.choices]
    assert procedure.show_action(record.code, Facet.FEE) not in offered


def test_what_is_not_known_about_others_acting_comes_with_advice(known: Knowledge) -> None:
    record = next(record for record in shipped() if record.on_behalf == UNKNOWN)
    said = answer(record, [Facet.WHO], record.checked_on, known).text
    assert "Có nhờ người khác làm hộ được không: chưa có thông tin. Anh/chị hỏi bộ phận Một cửa" in said


def test_a_button_carries_all_parts_that_fit() -> None:
    action = procedure.show_action("1.001193", Facet.FEE, Facet.TIME, Facet.DOCUMENTS)
    assert action == "xem:1.001193:fee,time,documents"
    assert procedure.parsed("fee,time,documents") == (Facet.FEE, Facet.TIME, Facet.DOCUMENTS)
    assert len(procedure.show_action("1.001193", *FACETS).encode()) <= 64
    assert procedure.show_action("1.001193", Facet.NONE) == "xem:1.001193:general"


@pytest.mark.parametrize("old", ["", "fee", "gone", "fee,gone,fee"])
def test_an_old_button_is_understood(old: str) -> None:
    assert procedure.parsed(old) == ((Facet.FEE,) if "fee" in old else (Facet.GENERAL,))
