"""The appendices of the letter: the tasks of the plan, the evidence, the units."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from docx.document import Document

from scheduler.ledger import FORM_NAMES, Entry, Proof, ProofKind
from scheduler.reports.counts import Ratio, Row, Status
from scheduler.reports.figures import Figures, TaskFigures, UnitFigures
from scheduler.reports.page import BODY_LOOK, CENTRE, WIDE, Column, Look, add, appendix_page, grid
from scheduler.reports.rules import Letter
from scheduler.reports.wording import FILL_IN, PROOF_WORDS, STATUS_WORDS, blank_day, day_of, legible, percent, whole

_SHA = 12
"""So many signs of a SHA-256 stand in the letter; the spreadsheet has all of them."""

_TASKS = (
    Column("TT", 11, CENTRE),
    Column("Nội dung công việc", 50),
    Column("Cơ quan chủ trì", 32),
    Column("Kết quả", 34),
    Column("Minh chứng", 20),
    Column("Trạng thái", 21, CENTRE),
)
_EVIDENCE = (
    Column("TT", 10, CENTRE),
    Column("Tên minh chứng", 48),
    Column("Việc", 12, CENTRE),
    Column("Đơn vị, kỳ", 50),
    Column("Ngày báo", 22, CENTRE),
    Column("Kênh, hình thức", 35),
    Column("Đường dẫn hoặc tệp (mã SHA-256)", 70),
)
_UNITS = (
    Column("TT", 10, CENTRE),
    Column("Đơn vị", 80),
    Column("Việc hoàn thành/ việc được giao", 28, CENTRE),
    Column("Lượt phải báo", 20, CENTRE),
    Column("Đã báo", 18, CENTRE),
    Column("Đúng hạn", 18, CENTRE),
    Column("Muộn", 18, CENTRE),
    Column("Quá hạn", 18, CENTRE),
    Column("Trả lại", 18, CENTRE),
    Column("Tỷ lệ đã báo", 19, CENTRE),
)


def add_all(document: Document, figures: Figures, letter: Letter) -> None:
    """The appendices, each from a new page on."""
    tables: tuple[tuple[str, Sequence[Column], Sequence[Sequence[str]]], ...] = (
        ("KẾT QUẢ THEO TỪNG VIỆC CỦA KẾ HOẠCH", _TASKS, [_task(task) for task in figures.tasks]),
        ("DANH MỤC MINH CHỨNG", _EVIDENCE, list(_evidence(figures.rows))),
        ("KẾT QUẢ THEO TỪNG ĐƠN VỊ", _UNITS, [_unit(n, unit) for n, unit in enumerate(figures.units, 1)]),
    )
    for number, (title, columns, rows) in enumerate(tables, 1):
        appendix_page(document, landscape=len(columns) > WIDE)
        add(document, f"Phụ lục {number}", Look(bold=True, align=CENTRE))
        add(document, title, Look(bold=True, align=CENTRE))
        source = f"Kèm theo Báo cáo số      /BC-{letter.sign} {blank_day(figures.window.send_by)} của {letter.name}"
        add(document, f"({source})", Look(italic=True, align=CENTRE))
        add(document, "", Look(size=6))
        if rows:
            grid(document, columns, rows)
        else:
            add(document, f"Trong kỳ báo cáo chưa có số liệu. {FILL_IN}", BODY_LOOK)


def _task(task: TaskFigures) -> tuple[str, ...]:
    return task.tt, task.content, "; ".join(task.leads), _result(task), _proofs(task), STATUS_WORDS[task.status]


def _result(task: TaskFigures) -> str:
    if task.status is Status.IDLE:
        aside = task.progress.not_applicable.value
        return f"Không áp dụng: {whole(aside)} lượt." if aside else "Trong kỳ không có lượt nào."
    how = task.progress
    told = [
        f"Đã báo {whole(how.reported.value)}/{whole(how.planned.value)} lượt",
        f"đúng hạn {whole(how.on_time.value)}",
    ]
    for name, number in (("muộn", how.late), ("quá hạn", how.overdue), ("trả lại", how.returned)):
        if number.value:
            told.append(f"{name} {whole(number.value)}")
    return f"{', '.join(told)}. {whole(task.units.done.value)}/{whole(task.units.planned.value)} đơn vị báo đủ."


def _proofs(task: TaskFigures) -> str:
    return f"{whole(task.proofs.value)} minh chứng" if task.proofs.value else "Chưa có"


def _evidence(rows: Sequence[Row]) -> Iterator[tuple[str, ...]]:
    pieces = ((row.entry, proof) for row in rows for proof in row.proofs)
    for number, (entry, proof) in enumerate(pieces, 1):
        form = FORM_NAMES[entry.form] if entry.form else "Không ghi"
        whose = f"{entry.unit_name}, {entry.period.label}"
        reported_on = day_of(entry.standing.reported_at)
        yield str(number), _title(entry, proof), entry.tt, whose, reported_on, form, _place(proof)


def _title(entry: Entry, proof: Proof) -> str:
    """What the piece of evidence shows: what the unit said of it, else of which report it is."""
    code = f" ({entry.code})" if entry.code else ""
    if text := legible(entry.text):
        return f"{text}{code}"
    return f"{PROOF_WORDS[proof.kind].capitalize()} kèm báo cáo{code}"


def _place(proof: Proof) -> str:
    told = proof.kind in (ProofKind.LINK, ProofKind.MESSAGE)
    where = legible(proof.name) if told else f"Tệp {legible(proof.name)}"
    if proof.sha256:
        where += f" (SHA-256: {proof.sha256[:_SHA]}…)"
    if proof.twin:
        where += f"; ảnh giống báo cáo {legible(proof.twin)}, cần kiểm tra"
    return where


def _unit(number: int, unit: UnitFigures) -> tuple[str, ...]:
    how = unit.progress
    numbers = (how.planned, how.reported, how.on_time, how.late, how.overdue, how.returned)
    tasks = f"{whole(unit.tasks.done.value)}/{whole(unit.tasks.planned.value)}"
    share = Ratio(how.reported, how.planned).share
    return str(number), unit.name, tasks, *(whole(one.value) for one in numbers), percent(share)
