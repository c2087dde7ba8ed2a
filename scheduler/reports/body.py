"""The text of the report, paragraph by paragraph. What the ledger does not know is left to be filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler.reports.counts import Count, Status
from scheduler.reports.evaluation import FormFigures
from scheduler.reports.figures import Figures, Missing, TaskFigures, Undone
from scheduler.reports.rules import Heading, Rules
from scheduler.reports.wording import FILL_IN, day, decimal, legible, lowered, percent, short, whole

_NAMED = 5
"""So many periods that a unit missed are named in the text; the spreadsheet has all."""
_UNITS = 8
"""So many units are named for a task; appendix 3 has all."""


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph of the report."""

    text: str
    heading: bool = False


def lines(figures: Figures, rules: Rules) -> Iterator[Line]:
    """The whole text, from the opening to the end mark."""
    yield from _opening(figures, rules)
    yield Line("1. Công tác chỉ đạo, triển khai", heading=True)
    yield from map(Line, _start(figures))
    yield Line("2. Kết quả thực hiện", heading=True)
    yield from _results(figures, rules)
    yield Line("3. Mức độ hoàn thành kế hoạch", heading=True)
    yield from map(Line, _fulfilment(figures))
    if rules.scoring.in_document:
        yield from map(Line, score_lines(figures, rules))
    yield Line("4. Đánh giá", heading=True)
    yield Line(f"4.1. Ưu điểm: {FILL_IN}")
    yield from map(Line, _shortcomings(figures, rules))
    yield Line(f"4.3. Nguyên nhân: {FILL_IN}")
    yield Line("5. Phương hướng kỳ sau", heading=True)
    yield Line(FILL_IN)
    yield Line("6. Kiến nghị, đề xuất", heading=True)
    yield Line(FILL_IN)
    yield Line(f"Trên đây là báo cáo {_subject(figures, rules)} của {rules.letter.name}./.")


def _subject(figures: Figures, rules: Rules) -> str:
    return f"{lowered(rules.letter.subject)} {figures.window.label}"


def _opening(figures: Figures, rules: Rules) -> Iterator[Line]:
    window = figures.window
    yield Line(
        f"Thực hiện {plan_name(figures)}, {rules.letter.name} báo cáo {_subject(figures, rules)} "
        f"(số liệu từ ngày {day(window.start)} đến ngày {day(window.end)}) như sau:"
    )
    if figures.partial:
        yield Line(partial_note(figures))


def _n(number: Count) -> str:
    return whole(number.value)


def plan_name(figures: Figures) -> str:
    """The plan as a sentence names it; a number or a day left blank is to be filled in."""
    plan = figures.plan
    number = f"số {plan.number}" if plan.number else "số [đơn vị bổ sung số]"
    issued = f"ngày {day(plan.issued_on)}" if plan.issued_on else "ngày [đơn vị bổ sung ngày]"
    title = legible(plan.title)
    if title.lower().startswith("kế hoạch"):
        title = title[len("kế hoạch") :].strip()
    issuer = f" của {legible(plan.issuer)}" if plan.issuer else ""
    return f"Kế hoạch {number} {issued}{issuer} về {lowered(title)}"


def partial_note(figures: Figures) -> str:
    """Why the figures are not the last word."""
    heard = figures.heard
    going_on = f"kỳ báo cáo chưa kết thúc (đến hết ngày {day(figures.window.end)}); " if figures.early else ""
    so_far = "mới có" if heard.done.value < heard.planned.value else "đã có"
    return (
        f"Số liệu chưa đầy đủ: {going_on}{so_far} {_n(heard.done)}/{_n(heard.planned)} đơn vị gửi báo cáo, "
        f"trong đó {_n(figures.complete)} đơn vị đã báo đủ các lượt đến hạn."
    )


def _start(figures: Figures) -> Iterator[str]:
    yield (
        f"Kế hoạch đề ra {whole(len(figures.tasks))} việc; trong kỳ báo cáo có {_n(figures.done.planned)} việc "
        f"phải thực hiện, giao cho {_n(figures.heard.planned)} đơn vị."
    )
    yield "Văn bản đã ban hành, phân công, kiểm tra, đôn đốc: [đơn vị bổ sung]"


def _results(figures: Figures, rules: Rules) -> Iterator[Line]:
    by_form = {form.form: form for form in figures.forms}
    last = len(rules.outline)
    for place, heading in enumerate(rules.outline, 1):
        yield Line(f"2.{place}. {heading.title}", heading=True)
        found = [form_line(by_form[form]) for form in heading.forms if by_form[form].reported.value]
        if place == last:
            found += _new_forms(figures)
        yield from map(Line, found or [_nothing(heading)])
    if figures.formless.value:
        yield Line(f"Ngoài ra có {_n(figures.formless)} lượt báo cáo không ghi hình thức tuyên truyền (Phụ lục 1).")


def _nothing(heading: Heading) -> str:
    if heading.forms:
        return f"Chưa có báo cáo nào trong kỳ ghi hình thức này. {FILL_IN}"
    return f"Số liệu của mục này không có trong sổ theo dõi. {FILL_IN}"


def form_line(form: FormFigures) -> str:
    """As in: Truyền thanh: 34 lượt phát, tổng hợp từ 12 lượt báo cáo; có minh chứng 11 lượt báo cáo (30 lượt phát)."""
    text = f"- {form.name}: "
    if form.quantity.value:
        text += f"{_n(form.quantity)} {form.unit}, tổng hợp từ "
    text += f"{_n(form.reported)} lượt báo cáo; {_proven(form)}"
    if form.unquantified.value:
        text += f"; {_n(form.unquantified)} lượt báo cáo không ghi số lượng"
    return f"{text}."


def _proven(form: FormFigures) -> str:
    if not form.proven.value:
        return "chưa có minh chứng"
    if form.proven.value == form.reported.value:
        return "đều có minh chứng"
    quantity = f" ({_n(form.proven_quantity)} {form.unit})" if form.proven_quantity.value else ""
    return f"có minh chứng {_n(form.proven)} lượt báo cáo{quantity}"


def _new_forms(figures: Figures) -> list[str]:
    return [
        f"- Hình thức mới, {legible(row.entry.unit_name)} (việc {row.entry.tt}): {_ended(row.entry.text)}"
        for row in figures.opened(figures.new_forms)
    ]


def _ended(text: str) -> str:
    said = legible(text).rstrip(".;, ")
    return f"{said}." if said else FILL_IN


def _fulfilment(figures: Figures) -> Iterator[str]:
    done, total = figures.done, figures.total
    if not total.planned.value:
        yield f"Trong kỳ báo cáo, kế hoạch không có lượt nào đến hạn. {FILL_IN}"
        return
    yield (
        f"Số việc hoàn thành: {_n(done.done)}/{_n(done.planned)} việc phải thực hiện trong kỳ, "
        f"đạt {percent(done.share)}."
    )
    yield (
        f"Số lượt báo cáo (mỗi lượt là một đơn vị báo một việc của một kỳ): theo kế hoạch {_n(total.planned)} "
        f"lượt, đã đến hạn {_n(total.due)} lượt; đã báo {_n(total.reported)} lượt, trong đó đúng hạn "
        f"{_n(total.on_time)} lượt, muộn {_n(total.late)} lượt; quá hạn chưa báo "
        f"{_n(total.overdue)} lượt; bị trả lại, chưa báo lại {_n(total.returned)} lượt; "
        f"chưa đến hạn {_n(total.waiting)} lượt."
    )
    if total.not_applicable.value:
        yield f"Không tính {_n(total.not_applicable)} lượt không áp dụng{_reasons(figures, total.not_applicable)}."
    yield from (f"- {undone_line(task)}" for task in figures.undone)
    yield from _others(figures)


def _reasons(figures: Figures, number: Count) -> str:
    said = dict.fromkeys(legible(row.entry.reason) for row in figures.opened(number) if row.entry.reason)
    return f" (lý do: {'; '.join(said)})" if said else ""


def _listed(units: list[str]) -> str:
    """The units by name; of many the first ones, for the appendix names all of them."""
    if len(units) <= _UNITS:
        return "; ".join(units)
    rest = whole(len(units) - _UNITS)
    return f"{'; '.join(units[:_UNITS])} và {rest} đơn vị khác (xem Phụ lục 3)"


def undone_line(task: Undone) -> str:
    """A task that is not done, what is missing, from whom and why."""
    parts = [f"Chưa hoàn thành: việc {task.tt} ({short(task.content)})."]
    if task.overdue.value:
        whom = _listed([f"{legible(one.unit_name)} ({_periods(one.periods)})" for one in task.overdue_by])
        parts.append(f"Quá hạn {_n(task.overdue)} lượt: {whom}; lý do: {FILL_IN}.")
    if task.returned.value:
        whom = _listed([f"{legible(one.unit_name)} ({_periods(one.periods)}{_why(one)})" for one in task.returned_by])
        parts.append(f"Bị trả lại, chưa báo lại {_n(task.returned)} lượt: {whom}.")
    return " ".join(parts)


def _why(missing: Missing) -> str:
    said = "; ".join(lowered(legible(reason)).rstrip(".") for reason in missing.reasons)
    return f", vì {said}" if said else ""


def _periods(labels: Sequence[str]) -> str:
    """The first periods by their short names, and how many more there are."""
    named = [legible(label).partition(" (")[0] for label in labels[:_NAMED]]
    more = len(labels) - len(named)
    return ", ".join(named) + (f" và {whole(more)} kỳ khác" if more else "")


def _others(figures: Figures) -> Iterator[str]:
    if waiting := figures.having(Status.WAITING):
        yield f"- Chưa đến hạn, chưa báo đủ: việc {_numbers(waiting)}."
    if idle := figures.having(Status.IDLE):
        yield f"- Không có lượt nào trong kỳ báo cáo, không tính vào tỷ lệ: việc {_numbers(idle)}."


def _numbers(tasks: Sequence[TaskFigures]) -> str:
    return ", ".join(task.tt for task in tasks)


def _shortcomings(figures: Figures, rules: Rules) -> Iterator[str]:
    total = figures.total
    found = []
    if figures.below:
        limit = f"{rules.scoring.warn_below.normalize():f}".replace(".", ",")
        found.append(f"mức độ hoàn thành kế hoạch đạt {percent(figures.done.share)}, dưới {limit}%")
    if total.overdue.value:
        found.append(f"{_n(total.overdue)} lượt báo cáo quá hạn chưa gửi")
    if total.late.value:
        found.append(f"{_n(total.late)} lượt báo cáo gửi muộn")
    if without := total.reported.value - total.proven.value:
        found.append(f"{whole(without)} lượt báo cáo không có minh chứng")
    known = f"{'; '.join(found)}. " if found else ""
    yield f"4.2. Tồn tại, hạn chế: {known}{FILL_IN}"
    if empty := [group.name for group in figures.groups if not group.proven.value]:
        yield f"Nhóm kênh chưa có minh chứng trong kỳ: {'; '.join(map(lowered, empty))}."


def score_lines(figures: Figures, rules: Rules) -> Iterator[str]:
    """The points by each reading of the rule, side by side."""
    yield f"Tự đối chiếu điểm ({rules.scoring.source}):"
    for score in figures.scores:
        if score.performance is None or score.total is None:
            yield f"- {score.reading} ({score.note}): không tính được vì trong kỳ không có việc nào phải thực hiện."
            continue
        yield (
            f"- {score.reading} ({score.note}): thực hiện kế hoạch {decimal(score.performance, 2)} điểm, "
            f"đa dạng hình thức {decimal(score.diversity, 2)} điểm, "
            f"cộng {decimal(score.total, 2)}/{decimal(score.most, 2)} điểm."
        )
