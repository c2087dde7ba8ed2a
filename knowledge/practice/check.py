"""Proves the shipped cases: nothing contradicts a record, the assistant finds what is asked, every item was read."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from knowledge.library import ContentError, Library
from knowledge.practice.cases import CASES_AT_LEAST, Case, against
from knowledge.practice.course import Course, shipped_lessons
from knowledge.practice.items import Item, Kind
from knowledge.practice.sets import shipped_sets, unknown
from knowledge.reader import Reader
from knowledge.reading import Decision


def problems(library: Library, reader: Reader, today: date) -> Iterator[str]:
    """What is wrong with the practice, one line a thing."""
    try:
        lessons, sets = shipped_lessons(), shipped_sets()
    except ContentError as error:
        yield from error.problems
        return
    if len(lessons.cases) < CASES_AT_LEAST:
        yield f"luyện tập: chỉ có {len(lessons.cases)} tình huống, cần {CASES_AT_LEAST}"
    yield from (f"sets.yaml: {problem}" for problem in unknown(sets, lessons.cases))
    course = lessons.course(library, {})
    for case in lessons.cases:
        yield from (f"{case.key}: {problem}" for problem in of_case(case, course, reader))
    for one in course.suspended(today):
        yield f"{one.item.name}: thông tin thủ tục đã đổi, đọc lại rồi chạy python -m knowledge.practice"


def of_case(case: Case, course: Course, reader: Reader) -> Iterator[str]:
    """What is wrong with one case and its items."""
    yield from against(case, course.library)
    reading = reader.read(case.ask)
    if reading.decision is not Decision.ANSWER or reading.codes[:1] != (case.code,):
        yield f"“{case.ask}” ra {reading.codes[:1]} ({reading.decision})"
    for item in course.all_items(case.key):
        yield from (f"{item.key}: {problem}" for problem in of_item(item))


def of_item(item: Item) -> Iterator[str]:
    """An item that cannot be answered, or not by one answer only."""
    right = len(item.right)
    if item.kind is Kind.ONE and right != 1:
        yield f"có {right} lựa chọn đúng"
    if item.kind is Kind.MANY and not 0 < right < len(item.options):
        yield f"có {right} lựa chọn đúng trên {len(item.options)}"
    if len({option.key for option in item.options}) != len(item.options):
        yield "hai lựa chọn giống nhau"
    yield from (
        f"“{option.label}” sai mà không giải thích" for option in item.options if not (option.right or option.why)
    )
