"""The sheet "Tổng hợp": the numbers of the report, each a formula over "Sổ kỳ" and a link to its rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from scheduler.ledger import FORM_NAMES
from scheduler.reports.body import partial_note, plan_name, undone_line
from scheduler.reports.breakdown import PROGRESS, task_cells, unit_cells
from scheduler.reports.counts import Count, Status
from scheduler.reports.figures import Figures
from scheduler.reports.ledger_sheet import YES, Counter
from scheduler.reports.opened import Opened
from scheduler.reports.rules import Rules
from scheduler.reports.sheet import Formula, Points, Sheet
from scheduler.reports.wording import STATUS_WORDS, day, decimal, percent

NAME = "Tổng hợp"
_WIDTHS = (62, 12, 16, 18)
_LINE = 95
"""So many signs stand on one line over all columns."""


@dataclass(frozen=True, slots=True)
class Number:
    """A line of the summary."""

    name: str
    count: Count
    unit: str
    formula: str


def numbers(figures: Figures) -> Iterator[tuple[str, list[Number]]]:
    """All numbers, under their headings."""
    yield "Mức độ hoàn thành kế hoạch", list(_fulfilment(figures))
    counter = Counter(figures.rows)
    yield (
        "Lượt báo cáo (mỗi lượt là một đơn vị báo một việc của một kỳ)",
        [
            Number(head, getattr(figures.total, name), "lượt", counter.count(*conditions))
            for head, name, conditions in PROGRESS
        ],
    )
    yield "Theo hình thức tuyên truyền", list(_forms(figures, counter))
    yield "Nhóm kênh (chỉ tính khi có ảnh, tệp hoặc đường dẫn)", list(_groups(figures, counter))
    yield (
        "Cần xem thêm",
        [
            Number("Báo cáo có hình thức mới", figures.new_forms, "lượt", counter.count(("Hình thức mới", YES))),
            Number("Báo cáo có ảnh giống báo cáo trước", figures.repeated, "lượt", counter.count(("Ảnh lặp", YES))),
        ],
    )


def _fulfilment(figures: Figures) -> Iterator[Number]:
    done, heard = figures.done, figures.heard
    states = task_cells("Trạng thái", figures)
    some = f'COUNTIFS({task_cells("Việc", figures)},"<>",{states},"<>{STATUS_WORDS[Status.IDLE]}")'
    yield Number("Việc hoàn thành", done.done, "việc", f'COUNTIFS({states},"{STATUS_WORDS[Status.DONE]}")')
    yield Number("Việc phải thực hiện trong kỳ", done.planned, "việc", some)
    yield Number("Đơn vị đã gửi báo cáo", heard.done, "đơn vị", f'COUNTIFS({unit_cells("Đã báo", figures)},">0")')
    yield Number(
        "Đơn vị phải báo cáo", heard.planned, "đơn vị", f'COUNTIFS({unit_cells("Theo kế hoạch", figures)},">0")'
    )
    complete = f'COUNTIFS({unit_cells("Báo đủ", figures)},"{YES}")'
    yield Number("Đơn vị đã báo đủ các lượt đến hạn", figures.complete, "đơn vị", complete)


def _forms(figures: Figures, counter: Counter) -> Iterator[Number]:
    sent = ("Đã báo", YES)
    for form in figures.forms:
        if form.reported.value:
            named = ("Hình thức", FORM_NAMES[form.form])
            proven = counter.count(named, ("Có minh chứng", YES))
            yield Number(f"{form.name}: số lượng", form.quantity, form.unit, counter.total("Số lượng", named, sent))
            yield Number(f"{form.name}: lượt báo cáo", form.reported, "lượt", counter.count(named, sent))
            yield Number(f"{form.name}: có minh chứng", form.proven, "lượt", proven)
    none = counter.count(("Mã dòng", "<>"), ("Hình thức", ""), sent)
    yield Number("Không ghi hình thức", figures.formless, "lượt", none)


def _groups(figures: Figures, counter: Counter) -> Iterator[Number]:
    for group in figures.groups:
        proven = counter.each(group.forms, ("Có minh chứng", YES))
        sent = counter.each(group.forms, ("Đã báo", YES))
        yield Number(f"{group.name}: có minh chứng", group.proven, "lượt", proven)
        yield Number(f"{group.name}: thiếu minh chứng", group.unproven, "lượt", f"{sent}-({proven})")


def add(sheet: Sheet, figures: Figures, rules: Rules, opened: Opened) -> None:
    """Write the sheet; the rows of its numbers go to ``opened``."""
    for place, width in enumerate(_WIDTHS):
        sheet.raw.set_column(place, place, width)
    _head(sheet, figures, rules)
    for heading, held in numbers(figures):
        sheet.append((heading, "Số liệu", "Đơn vị tính", "Các dòng"), _WIDTHS[0], "heading")
        for number in held:
            formula, link = (
                Formula(number.formula, number.count.value),
                opened.add(number.name, figures.opened(number.count)),
            )
            sheet.append((number.name, formula, number.unit, link), _WIDTHS[0], "text", "number", "centre", "centre")
        sheet.skip()
    _scores(sheet, figures, rules)
    _undone(sheet, figures)


def _head(sheet: Sheet, figures: Figures, rules: Rules) -> None:
    window = figures.window
    _say(sheet, f"{rules.letter.subject} {window.label}", "title")
    _say(sheet, plan_name(figures))
    _say(
        sheet,
        f"Số liệu từ ngày {day(window.start)} đến ngày {day(window.end)}; gửi báo cáo trước hoặc trong ngày "
        f"{day(window.send_by)}.",
    )
    if figures.partial:
        _say(sheet, partial_note(figures))
    if figures.below:
        limit = decimal(Fraction(rules.scoring.warn_below), 2)
        _say(sheet, f"Cảnh báo: tỷ lệ việc hoàn thành {percent(figures.done.share)}, dưới {limit}%.", "warning")
    sheet.skip()


def _say(sheet: Sheet, text: str, style: str = "note") -> None:
    sheet.say(text, style, len(_WIDTHS) - 1, lines=1 + len(text) // _LINE)


def _scores(sheet: Sheet, figures: Figures, rules: Rules) -> None:
    sheet.append(("Điểm tham khảo theo từng cách hiểu quy tắc", "Thực hiện", "Đa dạng", "Cộng"), _WIDTHS[0], "heading")
    for score in figures.scores:
        points = [
            Points(part) if part is not None else "–" for part in (score.performance, score.diversity, score.total)
        ]
        most = f"tối đa {decimal(score.most, 2)} điểm"
        sheet.append(
            (f"{score.reading} ({score.note}; {most})", *points), _WIDTHS[0], "text", "points", "points", "points"
        )
    _say(sheet, f"Nguồn: {rules.scoring.source}.")
    sheet.skip()


def _undone(sheet: Sheet, figures: Figures) -> None:
    if not figures.undone:
        return
    sheet.append(("Việc chưa hoàn thành", "", "", ""), _WIDTHS[0], "heading")
    for task in figures.undone:
        _say(sheet, undone_line(task))
