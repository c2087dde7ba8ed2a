"""What a careful clerk would raise before a plan is put to work: gaps, contradictions, names nobody knows."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date

from scheduler import contradictions
from scheduler.documents import Document
from scheduler.documents.document import lines_of
from scheduler.head import Head, numbers
from scheduler.plan import Kind, Owner, Plan, Task
from scheduler.plan import Warning as Raised
from scheduler.table import before_annex
from scheduler.text import fold
from scheduler.units import Units

_DATE = re.compile(r"(?<![\d/.-])(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})(?!\d)")
_DAY_MONTH = re.compile(r"ngày\s+(\d{1,2})\s*(?:/|tháng)\s*(\d{1,2})(?!\s*[\d/])", re.IGNORECASE)
_WEEKDAY = re.compile(
    r"\b(?:thu (?:hai|ba|tu|nam|sau|bay|[2-7])|t[2-7]|chu nhat|cn|(?:hang|moi) ngay|cuoi tuan|dau tuan)\b"
)
_UNDEFINED = re.compile(r"\b(?:lien quan|chuc nang)\b")
_HOLES = (
    re.compile(r"\bmức(?: độ)?\s+(?:tại|của|trên|cho|ở|với|và)\b", re.IGNORECASE),
    re.compile(r"\b(?:đạt|đạt trên|đạt từ|tối thiểu|ít nhất)\s+%"),
    re.compile(r"\b(?:quý|tháng|ngày)\s*/\s*\d{4}", re.IGNORECASE),
)
"""Where a number is missing: "trực tuyến mức tại", "đạt trên %", "Quý /2024"."""
_OLD = re.compile(
    r"(?:dịch vụ(?: hành chính)? công|trực tuyến|thủ tục hành chính)[^.;]{0,40}?(?P<old>mức(?: độ)?\s*[34])\b",
    re.IGNORECASE,
)
"""Online services are told apart as "toàn trình" and "một phần" now, not by levels."""
_CITY = re.compile(r"\s+(?:thanh pho|tp\.?)(?:\s+\w+\s+\w+)?$")
_NEAREST = 3


def check(document: Document, head: Head, plan: Plan, tasks: Sequence[Task], units: Units) -> tuple[Raised, ...]:
    """Everything to be raised, the document as a whole first, then row by row."""
    place = before_annex(document)
    body = [line for block in document.blocks[:place] for line in lines_of(block)]
    return (
        *_of_head(head),
        *_of_plans(document),
        *_of_spellings(tasks, units),
        *_of_wording(body, tasks),
        *_of_numbers(tasks),
        *(warning for task in tasks for warning in _of_task(task, plan)),
        *_of_strangers(tasks, plan, units),
        *_of_contradictions(body, tasks),
    )


def of_year(head: Head, plan: Plan, asked: int | None) -> Iterator[Raised]:
    """Where the year comes from, when it is not plainly that of the title."""
    if head.window is None and asked is None:
        yield Raised("year_from_rows", None, f"Tên kế hoạch không nêu năm; lấy năm {plan.year} theo cột thời gian.")
    if head.window is not None and asked is not None and not head.window[0].year <= asked <= head.window[1].year:
        yield Raised(
            "year_differs", None, f"Tên kế hoạch ghi năm {plan.year}, khác năm {asked} được chọn; giữ {plan.year}."
        )


def _of_head(head: Head) -> Iterator[Raised]:
    if head.number is None:
        yield Raised("blank_number", None, "Văn bản chưa có số.")
    if head.wrong_date:
        yield Raised("impossible_date", None, f"Ngày ban hành {head.wrong_date} không có trong lịch.")
    elif head.issued_on is None:
        yield Raised("blank_date", None, "Văn bản chưa ghi ngày ban hành.")


def _of_plans(document: Document) -> Iterator[Raised]:
    if len(tops := numbers(document)) > 1:
        said = ", ".join(tops)
        yield Raised(
            "several_plans",
            None,
            f"Tệp có {len(tops)} kế hoạch (số {said}), đang đọc chung thành một; hãy tách mỗi kế hoạch một tệp.",
        )


def _of_spellings(tasks: Sequence[Task], units: Units) -> Iterator[Raised]:
    """One unit under several names; a city named or not, and capitals, make no difference."""
    spelled: dict[str, dict[str, str]] = defaultdict(dict)
    for owner in _owners(tasks):
        if owner.unit and "+" not in owner.unit and not units.is_group(owner.unit):
            spelled[owner.unit].setdefault(_CITY.sub("", fold(owner.text)), owner.text)
    for texts in spelled.values():
        if len(texts) > 1:
            said = ", ".join(f"“{text}”" for text in texts.values())
            yield Raised("unit_spellings", None, f"Một đơn vị được viết {len(texts)} cách: {said}.")


def _owners(tasks: Sequence[Task]) -> Iterator[Owner]:
    for task in tasks:
        yield from task.lead
        yield from task.support


def _of_wording(body: Sequence[str], tasks: Sequence[Task]) -> Iterator[Raised]:
    """Words that are missing, or that are no longer used."""
    said = [(None, line) for line in body] + [(task.tt or None, f"{task.content} {task.time_text}") for task in tasks]
    for row, text in said:
        where = f"Dòng {row}" if row else "Phần lời"
        for hole in _HOLES:
            if found := hole.search(text):
                yield Raised("missing_words", row, f"{where}: “{_around(text, found)}” có vẻ thiếu chữ hoặc số.")
        if found := _OLD.search(text):
            old = found.group("old")
            yield Raised("superseded_wording", row, f"{where}: “{old}” là cách gọi cũ (nay: toàn trình, một phần).")


def _around(text: str, found: re.Match[str]) -> str:
    """The words found, with two before and after."""
    before, after = text[: found.start()].split()[-2:], text[found.end() :].split()[:2]
    return " ".join([*before, found.group(), *after]).strip(" ,.;")


def _of_numbers(tasks: Sequence[Task]) -> Iterator[Raised]:
    """Numbers that come twice, or that are skipped; each group may count anew."""
    seen: dict[tuple[str, str], str] = {}
    for task in tasks:
        key = (task.group, task.tt)
        if task.tt and seen.get(key, task.content) != task.content:
            yield Raised("duplicate_number", task.tt, f"Số thứ tự {task.tt} có ở hai dòng khác nhau.")
        if not task.tt:
            yield Raised("no_number", None, f"Việc “{_short(task.content)}” không có số thứ tự.")
        seen.setdefault(key, task.content)
    before = 0
    for number in [int(task.tt) for task in tasks if task.tt.isdecimal() and len(task.tt) < 5]:
        if before and number > before + 1:
            missing = f"{before + 1}" if number == before + 2 else f"{before + 1}–{number - 1}"
            yield Raised("numbering_gap", str(number), f"Số thứ tự nhảy từ {before} đến {number}: thiếu {missing}.")
        before = number


def _of_task(task: Task, plan: Plan) -> Iterator[Raised]:
    where = _where(task)
    if not task.content:
        yield Raised("no_content", task.tt or None, f"{where}: chưa ghi nội dung.")
    yield from _of_owners(task, where)
    yield from _of_time(task, plan, where)


def _where(task: Task) -> str:
    return f"Dòng {task.tt}" if task.tt else f"Việc “{_short(task.content)}”"


def _short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:40].rsplit(' ', 1)[0]}…"


def _of_owners(task: Task, where: str) -> Iterator[Raised]:
    row = task.tt or None
    if not task.lead:
        yield Raised("no_lead", row, f"{where}: chưa có đơn vị chủ trì.")
    if len(task.lead) > 1:
        leads = "; ".join(owner.text for owner in task.lead)
        yield Raised(
            "several_leads",
            row,
            f"{where}: có {len(task.lead)} đơn vị chủ trì ({leads}); mỗi đơn vị phải báo cáo riêng.",
        )
    leading = {part for owner in task.lead for part in _parts(owner)}
    for owner in task.support:
        if leading.intersection(_parts(owner)):
            yield Raised("lead_is_support", row, f"{where}: “{owner.text}” vừa chủ trì vừa phối hợp.")


def _parts(owner: Owner) -> list[str]:
    return owner.unit.split("+") if owner.unit else [fold(owner.text)]


def _of_strangers(tasks: Sequence[Task], plan: Plan, units: Units) -> Iterator[Raised]:
    """Owners that nobody knows, and groups that are not defined: each wording once, with all its rows."""
    rows: dict[str, list[Task]] = defaultdict(list)
    for task in tasks:
        for text in dict.fromkeys(owner.text for owner in (*task.lead, *task.support) if _is_open(owner)):
            rows[text].append(task)
    for text, where in rows.items():
        named = f"Dòng {', '.join(task.tt for task in where)}" if all(task.tt for task in where) else _where(where[0])
        row = where[0].tt or None
        if _UNDEFINED.search(fold(text)):
            yield Raised("undefined_group", row, f"{named}: “{text}” chưa rõ gồm những đơn vị nào.")
        else:
            near = "; ".join(unit.name for unit in units.find(text, plan.window[0]).nearest[:_NEAREST])
            nearest = f" Gần nhất: {near}." if near else ""
            yield Raised("unknown_unit", row, f"{named}: chưa nhận ra đơn vị “{text}”.{nearest}")


def _is_open(owner: Owner) -> bool:
    return owner.unit is None or bool(_UNDEFINED.search(fold(owner.text)))


def _of_time(task: Task, plan: Plan, where: str) -> Iterator[Raised]:
    row, text, schedule = task.tt or None, task.time_text, task.schedule
    wrong = list(_impossible(text, plan.year))
    for said in wrong:
        yield Raised("impossible_date", row, f"{where}: ngày {said} không có trong lịch.")
    if wrong:
        return
    if not text:
        yield Raised("no_time", row, f"{where}: chưa có thời gian thực hiện.")
    elif schedule.kind is Kind.UNCLEAR:
        yield Raised("unclear_time", row, f"{where}: chưa rõ hạn từ “{text}”.")
    elif schedule.kind is Kind.CONTINUOUS:
        yield Raised(
            "no_rhythm", row, f"{where}: “{text}” không nêu hạn hay nhịp báo cáo; cần người phụ trách ấn định."
        )
    elif any("FREQ=WEEKLY" in rule for rule in schedule.rules) and not _WEEKDAY.search(fold(text)):
        yield Raised("weekly_without_day", row, f"{where}: “{text}” chưa nêu thứ và giờ trong tuần.")
    elif schedule.needs_confirmation and schedule.note:
        yield Raised("to_confirm", row, f"{where}: cần xác nhận “{text}” ({schedule.note.rstrip('.')}).")
    start, due = plan.window
    if schedule.due and (schedule.due < start or schedule.due > due) and schedule.kind is Kind.ONE_OFF:
        yield Raised("out_of_plan", row, f"{where}: “{text}” nằm ngoài thời gian của kế hoạch.")


def _impossible(text: str, year: int) -> Iterator[str]:
    """Dates in a text that no calendar has."""
    for found in _DATE.finditer(text):
        if not _is_date(*map(int, found.groups())):
            yield found.group()
    for found in _DAY_MONTH.finditer(text):
        if not _is_date(int(found.group(1)), int(found.group(2)), year):
            yield f"{found.group(1)}/{found.group(2)}"


def _is_date(day: int, month: int, year: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _of_contradictions(body: Sequence[str], tasks: Sequence[Task]) -> Iterator[Raised]:
    for found in contradictions.find(body, tasks):
        row = contradictions.described(found.kind, found.in_row)
        elsewhere = contradictions.described(found.kind, found.in_body)
        section = f"mục {found.place}" if found.place else "phần lời"
        text = f"{_where(found.task)} ghi {row}, nhưng {section} ghi {elsewhere}."
        yield Raised("body_contradicts", found.task.tt or None, text)
