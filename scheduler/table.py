"""The annex of a plan: its table, or tables, found by their heads; every task as one raw row of texts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from scheduler import columns as heads
from scheduler.cells import NUMBER, Cells
from scheduler.columns import Columns, Role
from scheduler.documents import Cell, Document, Paragraph, Table, UnreadableError
from scheduler.documents.prose import table_of
from scheduler.text import fold

MAX_ROWS = 5_000
"""A province's plan has some two hundred."""


@dataclass(frozen=True, slots=True)
class Row:
    """A task as its row says it. Texts are on one line, except those of the owners."""

    tt: str
    group: str
    content: str
    lead_cell: str
    """May hold several lines, one or more owners in each."""
    support_cell: str
    time_text: str
    note: str


@dataclass(slots=True)
class _Draft:
    tt: str
    group: str
    content: str
    lead: str
    support: str
    time: str
    note: str

    def row(self) -> Row:
        lead, support = _parted(self.lead, self.support)
        return Row(self.tt, self.group, self.content, lead, support, self.time, self.note)


_DITTO = re.compile(
    r"^[\s\-–—.\"'“”(/]*(?:n\s*\.?\s*t|nhu (?:tren|hang tren|dong tren|muc tren)|idem)[\s\-–—.\"'“”)/]*$"
)
_MARKS = re.compile(r"^[\s\"'“”″〃`´,/\\-]*(?:[\"″”“〃/]|''|´´|``)[\s\"'“”″〃`´,/\\-]*$")
_LEADING_NUMBER = re.compile(r"^(\d+(?:\.\d+)*)\s*[.)]\s+(?=\S)")
_HEADING_NUMBER = re.compile(r"^(?:[IVX]+|[A-ZĐ])\s*[.)\-:]\s")
_PART = re.compile(r"^(\d+)\.\s")
_HIGH = re.compile(r"^(?:[IVX]+|[A-ZĐ])$")
_BULLET = re.compile(r"^[-+•*–▪◦]\s*")
_FOOT = re.compile(r"^(?:tong cong|tong so|cong:?$|noi nhan|nguoi lap|ghi chu:|luu y:|kt\.|tm\.)")
_UNIT_HEAD = re.compile(
    r"^(?:các |cac )?(?:phòng|p\.|ubnd|ủy ban|uỷ ban|trung tâm|tt |ban |văn phòng|vp|công an|đài|hội|sở|trường|chi cục|"
    r"tổ |bộ phận|công chức|thành đoàn|đoàn|liên đoàn|lđlđ|mặt trận|mttq|viễn thông|điện lực|bưu điện|đảng|thanh tra|"
    r"cơ quan)",
    re.IGNORECASE,
)
_BOTH = re.compile(r"(?:đơn vị |cơ quan |bộ phận )?(chủ trì|phối hợp)(?: thực hiện)?\s*[:\-–]\s*", re.IGNORECASE)
_LONGEST_HEADING = 160
_LONGEST_CELL = 20_000
"""Signs; what goes on longer is no cell of a plan."""


def rows(document: Document) -> tuple[Row, ...]:
    """The tasks of a document: of its annex tables, else of its numbered prose; empty when it has neither.

    Raises UnreadableError for more rows than a plan can have.
    """
    if found := _rows(document.name, document.blocks):
        return found
    prose = table_of([block for block in document.blocks if isinstance(block, Paragraph)])
    return _rows(document.name, [prose]) if prose else ()


def before_annex(document: Document) -> int:
    """Number of blocks in front of the first annex table: where the head and the body of the plan stand."""
    for place, block in enumerate(document.blocks):
        if isinstance(block, Table) and _first_heads(block):
            return place
    return len(document.blocks)


def _rows(name: str, blocks: Sequence[Paragraph | Table]) -> tuple[Row, ...]:
    if sum(len(block.rows) for block in blocks if isinstance(block, Table)) > MAX_ROWS:
        raise UnreadableError(f"{name}: bảng có quá nhiều dòng (tối đa {MAX_ROWS})")
    builder = _Builder()
    for block in _annexes(blocks):
        builder.take(block)
    return tuple(draft.row() for draft in builder.drafts if draft.content or draft.lead)


def _annexes(blocks: Sequence[Paragraph | Table]) -> Iterator[Table]:
    """The tables that have an annex's heads, the plainest ones; and those without heads that go on with one."""
    tables = [block for block in blocks if isinstance(block, Table)]
    found = {id(table): columns for table in tables if (columns := _first_heads(table))}
    owned = [columns for columns in found.values() if {Role.LEAD, Role.SUPPORT} & columns.said]
    most = max((len(columns.said) for columns in owned or found.values()), default=0)
    width = 0
    for table in tables:
        columns = found.get(id(table))
        if columns is not None and len(columns.said) >= max(most - 1, 2) and (not owned or columns in owned):
            width = table.width
            yield table
        elif columns is None and width and table.width == width and width > 2:
            yield table
        else:
            width = 0


def _first_heads(table: Table) -> Columns | None:
    for place, row in enumerate(table.rows):
        if sum(bool(cell.text) and not cell.across for cell in row) > 1 and (found := heads.at(table.rows, place)):
            return _with_numbers(found, table.rows)
    return None


def _with_numbers(columns: Columns, rows: Sequence[Sequence[Cell]]) -> Columns:
    """A first column without a head that holds numbers is the one of the numbers."""
    if columns.roles[0] is not None or Role.TT in columns.said or 0 in columns.ticks:
        return columns
    said = [row[0].text for row in rows[columns.body :] if row[0].text and not row[0].across]
    if said and sum(bool(NUMBER.match(text)) for text in said) * 2 > len(said):
        return Columns((Role.TT, *columns.roles[1:]), columns.ticks, columns.body)
    return columns


class _Builder:
    """Takes tables row by row and makes drafts of tasks; a table may go on where the one before ended."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self._columns: Columns | None = None
        self._group = ""
        self._part = ""
        """The heading of a numbered part of the group ("3. …" over 3.1, 3.2)."""
        self._broken = False
        """The row before was a repeated head, or the table begins anew: a page may have broken here."""
        self._headed = False
        """The row before was a heading: what follows is a task of its own."""

    def take(self, table: Table) -> None:
        first = _first_heads(table)
        place = 0
        if first is not None and not self.drafts:
            self._columns, place = first, first.body
        self._broken = True
        while place < len(table.rows):
            columns = heads.at(table.rows, place)
            if columns is not None:
                self._columns, place, self._broken = _with_numbers(columns, table.rows), columns.body, True
                continue
            if self._columns is not None:
                self._row(table.rows, place)
            place += 1

    def _row(self, rows: Sequence[Sequence[Cell]], place: int) -> None:
        row, columns = rows[place], self._columns
        if columns is None or not any(cell.text for cell in row) or heads.is_index(row):
            return
        said = Cells(row, columns)
        if _FOOT.match(fold(said.content or row[0].text)) and not said.owned:
            return
        if said.alone and (heading := self._heading(said, rows, place)):
            self._part = heading if _PART.match(heading) else ""
            self._group = self._group if self._part else heading
            self._headed = True
            return
        if said.same_task and self.drafts:
            self._more(said)
        elif self.drafts and not self._headed and self._continues(said):
            self._join(said)
        else:
            self._new(said)
        self._broken = self._headed = False

    def _heading(self, said: Cells, rows: Sequence[Sequence[Cell]], place: int) -> str:
        """The group that a row announces; empty when the row is a task, or goes on with one."""
        text = f"{said.tt}. {said.content}" if said.tt else said.content
        if said.whole or (said.tt and _HIGH.match(said.tt)) or _HEADING_NUMBER.match(text):
            return text
        if said.tt:
            under = said.tt[0].isdigit() and self._is_part_of(said.tt, rows, place)
            return text if under or said.bold or said.content.isupper() else ""
        if said.bold or said.content.isupper():
            return text
        fresh = said.content[:1].isupper() and not _BULLET.match(said.content) and not self._broken
        complete = bool(self.drafts) and bool(self.drafts[-1].lead or self.drafts[-1].time)
        short = len(text) <= _LONGEST_HEADING and not text.endswith((".", ";"))
        return text if said.counted and fresh and complete and short and self._following(rows, place) else ""

    def _following(self, rows: Sequence[Sequence[Cell]], place: int) -> Cells | None:
        """The next row that says something and has a number, or owners of its own."""
        said = (
            Cells(row, self._columns) for row in rows[place + 1 :] if self._columns and any(cell.text for cell in row)
        )
        following = next(said, None)
        return following if following and (following.tt or following.owned) else None

    def _is_part_of(self, tt: str, rows: Sequence[Sequence[Cell]], place: int) -> bool:
        """Whether the next row is a part of this number's: 3.1, a, or one without a number but with owners."""
        following = self._following(rows, place)
        if following is None:
            return False
        if following.tt:
            return following.tt.startswith(f"{tt}.") or following.tt.lower() == "a"
        return bool(following.lead) and not following.content[:1].islower() and bool(following.content)

    def _continues(self, said: Cells) -> bool:
        """Whether a row without a number goes on with the task above: a page or a line broke it."""
        last = self.drafts[-1]
        if said.tt:
            return self._broken and said.tt == last.tt and not said.content[:1].isupper()
        if not said.content or said.content[:1].islower():
            return True
        if not said.counted:
            return not said.lead and not said.time and bool(_BULLET.match(said.content) or self._broken)
        if said.time and last.time and not said.time[:1].islower() and said.lead:
            return False
        rivals = said.lead and last.lead and said.lead[:1].isupper() and said.time
        return not rivals or self._broken

    def _join(self, said: Cells) -> None:
        last = self.drafts[-1]
        last.content = _joined(last.content, said.content, owners=False)
        last.lead = _joined(last.lead, said.lead, owners=True)
        last.support = _joined(last.support, said.support, owners=True)
        last.time = _joined(last.time, said.time, owners=False)
        last.note = _joined(last.note, said.note, owners=False)

    def _over(self, tt: str) -> str:
        """The nearest heading over a number: a numbered part ends where the numbers leave it."""
        part = _PART.match(self._part)
        if part and tt.isdecimal() and int(tt) > int(part.group(1)):
            self._part = ""
        return self._part or self._group

    def _more(self, said: Cells) -> None:
        """Rows that share one number and one content: other owners of the same task, or the same at another time."""
        last = self.drafts[-1]
        if said.time and said.own_time and last.time and said.time != last.time:
            self._new(said)
        else:
            self._join(said)

    def _new(self, said: Cells) -> None:
        tt, content = said.tt, said.content
        if not tt and (found := _LEADING_NUMBER.match(content)):
            tt, content = found.group(1), content[found.end() :]
        if not tt and not said.counted:
            tt = str(len(self.drafts) + 1)
        above = self.drafts[-1] if self.drafts else None
        self.drafts.append(
            _Draft(
                tt=tt,
                group=said.group or self._over(tt),
                content=content,
                lead=_as_above(said.lead, above.lead if above else ""),
                support=_as_above(said.support, above.support if above else ""),
                time=_as_above(said.time, above.time if above else ""),
                note=_as_above(said.note, above.note if above else ""),
            )
        )


def _as_above(text: str, above: str) -> str:
    plain = fold(text)
    if plain and (_DITTO.match(plain) or _MARKS.match(text)):
        return above
    return text


def _joined(above: str, below: str, *, owners: bool) -> str:
    """Two parts of one cell that a page or line break has parted."""
    if len(above) > _LONGEST_CELL:
        return above
    if not above or not below or below == above or _DITTO.match(fold(below)):
        return above or below
    if owners and (_BULLET.match(below) or (below[:1].isupper() and _UNIT_HEAD.match(below))):
        return f"{above}\n{below}"
    if below[0] in ",;.):":
        return above + below
    return f"{above} {below}"


def _parted(lead: str, support: str) -> tuple[str, str]:
    """Leads and partners that one cell names under labels ("Chủ trì: … Phối hợp: …")."""
    marks = list(_BOTH.finditer(lead))
    if not marks:
        return lead, support
    parts: dict[str, list[str]] = {"chu tri": [lead[: marks[0].start()]], "phoi hop": []}
    for place, mark in enumerate(marks):
        end = marks[place + 1].start() if place + 1 < len(marks) else len(lead)
        parts[fold(mark.group(1))].append(lead[mark.end() : end])
    leads, partners = ("\n".join(filter(None, (one.strip(" \n;,.-–") for one in said))) for said in parts.values())
    return leads, "\n".join(filter(None, (support, partners)))
