"""The sheets "Theo việc" and "Theo đơn vị": the same numbers for every task and unit, formulas over "Sổ kỳ"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from scheduler.reports import ledger_sheet
from scheduler.reports.counts import Count, Outcome, Progress, Ratio
from scheduler.reports.figures import Figures, TaskFigures, UnitFigures, by_unit
from scheduler.reports.ledger_sheet import YES, Counter, task_key
from scheduler.reports.opened import Opened
from scheduler.reports.sheet import Cell, Column, Formula, Link, Sheet, cell_name, span
from scheduler.reports.wording import OUTCOME_WORDS, STATUS_WORDS, whole

TASKS, UNITS = "Theo việc", "Theo đơn vị"

PROGRESS: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
    ("Theo kế hoạch", "planned", (("Mã dòng", "<>"), ("Kết quả", f"<>{OUTCOME_WORDS[Outcome.NOT_APPLICABLE]}"))),
    ("Đã đến hạn", "due", (("Đến hạn", YES),)),
    ("Đã báo", "reported", (("Đã báo", YES),)),
    ("Đúng hạn", "on_time", (("Kết quả", OUTCOME_WORDS[Outcome.ON_TIME]),)),
    ("Muộn", "late", (("Kết quả", OUTCOME_WORDS[Outcome.LATE]),)),
    ("Quá hạn", "overdue", (("Kết quả", OUTCOME_WORDS[Outcome.OVERDUE]),)),
    ("Trả lại", "returned", (("Kết quả", OUTCOME_WORDS[Outcome.RETURNED]),)),
    ("Chưa đến hạn", "waiting", (("Kết quả", OUTCOME_WORDS[Outcome.WAITING]),)),
    ("Đã duyệt", "accepted", (("Đã duyệt", YES),)),
    ("Có minh chứng", "proven", (("Có minh chứng", YES),)),
    ("Không áp dụng", "not_applicable", (("Kết quả", OUTCOME_WORDS[Outcome.NOT_APPLICABLE]),)),
)
"""Head of a number, its name in Progress, the words that its rows have in "Sổ kỳ"."""

_NUMBERS = tuple(Column(head, 9, "number") for head, _, _ in PROGRESS)
_TASK_COLUMNS = (
    Column("Việc", 9, "centre"),
    Column("Nội dung công việc", 46),
    Column("Chủ trì", 28),
    Column("Phối hợp", 28),
    *_NUMBERS,
    Column("Tỷ lệ đã báo", 9, "percent"),
    Column("Đơn vị báo đủ", 9, "number"),
    Column("Đơn vị được giao", 9, "number"),
    Column("Số minh chứng", 9, "number"),
    Column("Trạng thái", 16, "centre"),
    Column("Xem các dòng", 15),
)
_UNIT_COLUMNS = (
    Column("Mã đơn vị", 14),
    Column("Đơn vị", 34),
    *_NUMBERS,
    Column("Tỷ lệ đã báo", 9, "percent"),
    Column("Việc hoàn thành", 9, "number"),
    Column("Việc được giao", 9, "number"),
    Column("Báo đủ", 8, "centre"),
    Column("Xem các dòng", 15),
)


def add_tasks(sheet: Sheet, figures: Figures) -> None:
    """Write the sheet by task."""
    counter, first = Counter(figures.rows), 1
    rows: list[Sequence[Cell]] = []
    for place, task in enumerate(figures.tasks, 1):
        held = task.progress.planned.value + task.progress.not_applicable.value
        rows.append(tuple(_task(task, place, counter, _range(first, held))))
        first += held
    sheet.table(_TASK_COLUMNS, rows)
    sheet.raw.freeze_panes(1, 2)


def add_units(sheet: Sheet, figures: Figures, opened: Opened) -> None:
    """Write the sheet by unit."""
    counter, held = Counter(figures.rows), by_unit(figures.rows)
    rows = [
        tuple(_unit(unit, place, counter, opened.add(f"Đơn vị: {unit.name}", held[unit.unit])))
        for place, unit in enumerate(figures.units, 1)
    ]
    sheet.table(_UNIT_COLUMNS, rows)
    sheet.raw.freeze_panes(1, 2)


def _range(first: int, held: int) -> Link | str:
    """The link to rows of "Sổ kỳ", which stand there by task."""
    target = f"internal:'{ledger_sheet.NAME}'!A{first + 1}:K{first + held}"
    return Link(target, f"Xem {whole(held)} dòng") if held else "–"


def _task(task: TaskFigures, place: int, counter: Counter, link: Link | str) -> Iterator[Cell]:
    key = ("Việc", cell_name(place, 0))
    yield from (task_key(task.tt), task.content, "; ".join(task.leads), "; ".join(task.support))
    yield from _progress(task.progress, key, counter)
    yield _share(task.progress, place, _TASK_COLUMNS)
    yield from (task.units.done.value, task.units.planned.value)
    yield Formula(counter.total("Số minh chứng", key), task.proofs.value)
    yield from (STATUS_WORDS[task.status], link)


def _unit(unit: UnitFigures, place: int, counter: Counter, link: Link | str) -> Iterator[Cell]:
    yield from (unit.unit, unit.name)
    yield from _progress(unit.progress, ("Mã đơn vị", cell_name(place, 0)), counter)
    yield _share(unit.progress, place, _UNIT_COLUMNS)
    yield from (unit.tasks.done.value, unit.tasks.planned.value, YES if unit.complete else None, link)


def _progress(progress: Progress, key: tuple[str, str], counter: Counter) -> Iterator[Formula]:
    for _, name, conditions in PROGRESS:
        number: Count = getattr(progress, name)
        yield Formula(counter.count(key, *conditions), number.value)


def _share(progress: Progress, place: int, columns: Sequence[Column]) -> Formula:
    heads = [column.head for column in columns]
    planned, reported = (cell_name(place, heads.index(head)) for head in ("Theo kế hoạch", "Đã báo"))
    share = Ratio(progress.reported, progress.planned).share
    return Formula(f'IF({planned}=0,"",{reported}/{planned})', "" if share is None else float(share), "percent")


def task_cells(head: str, figures: Figures) -> str:
    """A column of the sheet by task, as formulas name it."""
    return _cells(TASKS, _TASK_COLUMNS, head, len(figures.tasks))


def unit_cells(head: str, figures: Figures) -> str:
    """A column of the sheet by unit, as formulas name it."""
    return _cells(UNITS, _UNIT_COLUMNS, head, len(figures.units))


def _cells(sheet: str, columns: Sequence[Column], head: str, rows: int) -> str:
    return span(sheet, [column.head for column in columns].index(head), 1, rows)
