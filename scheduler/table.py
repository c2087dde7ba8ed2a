"""The annex of a plan: its table, or tables, found by their heads; every task as one raw row of texts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from scheduler import annexes
from scheduler import columns as heads
from scheduler.cells import Cells
from scheduler.columns import Columns
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
_AS_ROW = re.compile(r"^[-–(\s]*nhu (?:muc|dong|so|stt|tt|y|nhiem vu|noi dung)(?: so)? (\d+(?:\.\d+)*)[-–).\s]*$")
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
        if isinstance(block, Table) and annexes.columns_of(block):
            return place
    return len(document.blocks)


def _rows(name: str, blocks: Sequence[Paragraph | Table]) -> tuple[Row, ...]:
    if sum(len(block.rows) for block in blocks if isinstance(block, Table)) > MAX_ROWS:
        raise UnreadableError(f"{name}: bảng có quá nhiều dòng (tối đa {MAX_ROWS})")
    builder = _Builder()
    for annex in annexes.of(blocks):
        builder.take(annex.table, annex.heading)
    return tuple(draft.row() for draft in _inherited(builder.drafts) if draft.content or draft.lead)


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

    def take(self, table: Table, heading: str = "") -> None:
        """One more table; its heading names the group of its rows."""
        first = annexes.columns_of(table)
        place = 0
        if heading:
            self._group, self._part, self._headed = heading, "", True
        if first is not None and not self.drafts:
            self._columns, place = first, first.body
        self._broken = True
        while place < len(table.rows):
            columns = heads.at(table.rows, place)
            if columns is not None:
                self._columns = annexes.with_numbers(columns, table.rows)
                place, self._broken = columns.body, True
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
        self.drafts.append(
            _Draft(
                tt=tt,
                group=said.group or self._over(tt),
                content=content,
                lead=self._meant(said.lead, "lead"),
                support=self._meant(said.support, "support"),
                time=self._meant(said.time, "time"),
                note=self._meant(said.note, "note"),
            )
        )

    def _meant(self, text: str, name: str) -> str:
        """What a cell says: "nt" is the cell above, "như mục 1" the one of that row."""
        plain = fold(text)
        if plain and (_DITTO.match(plain) or _MARKS.match(text)):
            return str(getattr(self.drafts[-1], name)) if self.drafts else ""
        if named := _AS_ROW.match(plain):
            of_row = [draft for draft in self.drafts if draft.tt == named.group(1)]
            return str(getattr(of_row[-1], name)) if of_row else text
        return text


def _inherited(drafts: Sequence[_Draft]) -> list[_Draft]:
    """Parts of a row (2.1, 2.2; a, b) have its lead or time where they name none.

    Parts that name neither are what the row consists of. A row that lacks what each of its parts says is their
    heading, not a task.
    """
    kept: list[_Draft] = []
    place = 0
    while place < len(drafts):
        whole = drafts[place]
        end = place + 1
        while end < len(drafts) and _is_part(drafts[end].tt, whole.tt):
            end += 1
        parts = drafts[place + 1 : end]
        heads = bool(parts) and not (whole.lead and whole.time) and all(_complete(part, whole) for part in parts)
        if parts and whole.lead and not any(part.lead or part.time for part in parts):
            whole.content = " ".join([whole.content, *(_numbered(part) for part in parts)])
            kept.append(whole)
            place = end
            continue
        for part in parts:
            if whole.lead or part.lead:
                part.lead, part.time = part.lead or whole.lead, part.time or whole.time
                part.group = f"{whole.tt}. {whole.content}" if heads else part.group
        kept += [] if heads else [whole]
        place += 1
    return kept


def _numbered(part: _Draft) -> str:
    return f"{part.tt}{')' if part.tt.isalpha() else '.'} {part.content}"


def _is_part(tt: str, of: str) -> bool:
    return bool(of) and (tt.startswith(f"{of}.") or (of[0].isdigit() and len(tt) == 1 and tt.islower()))


def _complete(part: _Draft, whole: _Draft) -> bool:
    return bool(part.lead or whole.lead) and bool(part.time or whole.time) and bool(part.lead or part.time)


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
