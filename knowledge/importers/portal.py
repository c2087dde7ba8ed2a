"""Word files (``.docx``): the national portal's "Chi tiết thủ tục hành chính", and decisions that copy its sections.

A procedure is a run of labelled sections ("Mã thủ tục:", "Trình tự thực hiện:" …). Labels stand in paragraphs, alone or
before their value, or in the first column of a table. The reader walks the body in its order, notes which section it
is in, and gives what stands there to that section; a second code or a second name begins the next procedure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from knowledge.importers.facts import text
from knowledge.importers.imported import Row
from knowledge.importers.labels import section_of
from knowledge.importers.lists import is_head, read_rows
from knowledge.normalize import fold

_TABLES: dict[str, dict[str, str]] = {
    "methods": {
        "hinh thuc nop": "channel",
        "hinh thuc thuc hien": "channel",
        "hinh thuc": "channel",
        "thoi han giai quyet": "time",
        "thoi gian giai quyet": "time",
        "phi le phi": "fee",
        "mo ta": "desc",
    },
    "documents": {
        "ten giay to": "name",
        "mau don to khai": "forms",
        "so luong": "quantity",
        "ban chinh": "originals",
        "ban sao": "copies",
    },
    "legal_basis": {
        "so ky hieu": "number",
        "so hieu": "number",
        "trich yeu": "title",
        "ten van ban": "title",
    },
}
"""Tables of facts: what their heads call each fact. The first fact must have a column, else it is no such table."""
_ONCE = frozenset({"code", "name"})
_ASIDE = frozenset({"time", "fee"})
"""Facts that also stand on a line within another section, which goes on below; behind a bullet they are part of it."""
_COUNTS = (re.compile(r"ban (chinh|sao) (\d+)"), re.compile(r"(\d+) ban (chinh|sao)"))
_BLOCKS = "./w:p | ./w:tbl | ./w:sdt/w:sdtContent/w:p | ./w:sdt/w:sdtContent/w:tbl"
"""Paragraphs and tables, also those in a field to be filled in (content control)."""


@dataclass(slots=True)
class _Draft:
    """A procedure while its sections are read: lines by section, and the rows of its tables."""

    lines: dict[str, list[str]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    titles: list[str] = field(default_factory=list)
    """Lines of the checklist since its last table: the last of them is the title of the next one."""
    remarks: list[str] = field(default_factory=list)

    def add(self, section: str, line: str) -> None:
        self.lines.setdefault(section, []).append(line)
        if section == "documents":
            self.titles.append(line)

    def title(self) -> str:
        """The title of a table that begins here; what stood before the title was a remark."""
        *before, last = self.titles or [""]
        self.remarks += before
        self.titles.clear()
        return last

    def facts(self) -> dict[str, Any]:
        """As :func:`procedure_of` takes them: a table says more than the lines around it."""
        facts: dict[str, Any] = {section: "\n".join(lines) for section, lines in self.lines.items()}
        facts |= {section: " ".join(self.lines.get(section, ())) for section in ("code", "name", "field", "decision")}
        if self.rows.get("methods"):
            facts["channels"] = None
        tables: dict[str, list[dict[str, Any]]] = {name: list(rows) for name, rows in self.rows.items() if rows}
        if "documents" in tables:
            remarks = [line for line in (*self.remarks, *self.titles) if not line.endswith(":")]
            tables["documents"] += [{"name": line, "group": "Lưu ý"} for line in remarks]
        return {**facts, **tables}


def rows_of_docx(path: Path) -> Iterator[Row]:
    """The procedures of a Word file, in their order. Raises whatever python-docx raises at a broken file."""
    import docx

    walk = _Walk()
    walk.blocks(docx.Document(str(path)).element.body)
    yield from walk.listed
    for number, draft in enumerate(walk.drafts, start=1):
        facts = draft.facts()
        if facts["code"] or facts["name"]:
            yield f"thủ tục thứ {number} ({(facts['code'] or facts['name'])[:60]})", facts


class _Walk:
    """Goes through a document once."""

    def __init__(self) -> None:
        self.drafts: list[_Draft] = []
        self.listed: list[Row] = []
        """Procedures of tables that list one a row."""
        self._section = ""
        self._lists = 0

    def blocks(self, parent: Any) -> None:
        """What stands in the body of a document or in a cell, given as its element."""
        from docx.oxml.table import CT_Tbl
        from docx.table import Table
        from docx.text.paragraph import Paragraph

        for block in parent.xpath(_BLOCKS):
            if isinstance(block, CT_Tbl):
                self._table(Table(block, parent))
            else:
                for line in Paragraph(block, parent).text.split("\n"):
                    self._line(text(line))

    def _line(self, line: str) -> None:
        label, _, value = line.partition(":")
        section, value = section_of(label), value.strip()
        if section is None or (section == self._section and section not in _ONCE):
            self._value(line)
        elif section in _ASIDE and value and self._section not in ("", *_ASIDE):
            if line[0].isalnum():
                self.drafts[-1].add(section, value)
            else:
                self._value(line)
        else:
            self._begin(section)
            self._value(value)

    def _begin(self, section: str) -> None:
        """Enter a section; a second code or name is that of the next procedure."""
        if not self.drafts or (section in _ONCE and section in self.drafts[-1].lines):
            self.drafts.append(_Draft())
        self._section = section

    def _value(self, line: str) -> None:
        if line and self._section:
            self.drafts[-1].add(self._section, line)

    def _table(self, table: Any) -> None:
        rows = [_cells(row) for row in table.rows]
        shown = [[text(cell.text) for cell in row] for row in rows]
        if any(is_head(cells) for cells in shown):
            self._lists += 1
            numbered = enumerate(shown, start=1)
            self.listed += read_rows((f"bảng {self._lists}, dòng {number}", cells) for number, cells in numbered)
        elif not (shown and self.drafts and self._take(rows, shown[0])):
            for cells, texts in zip(rows, shown, strict=True):
                self._labelled(cells, texts)

    def _take(self, rows: Sequence[Sequence[Any]], heads: Sequence[str]) -> bool:
        """Take the rows of a table whose heads tell what it holds; whether they do."""
        name, places = _places(heads)
        if not places:
            return False
        found = [{key: row[place].text for key, place in places.items() if place < len(row)} for row in rows[1:]]
        draft = self.drafts[-1]
        if name == "documents":
            title = draft.title()
            found = [{**_counts(paper), **paper, "group": title} for paper in found]
        draft.rows.setdefault(name, []).extend(found)
        return True

    def _labelled(self, cells: Sequence[Any], shown: Sequence[str]) -> None:
        """A row of a table without heads: a label and its value, else a line of the section it stands in."""
        labels = [section_of(label.rstrip(" :")) for label in shown[:2]]
        place = next((place for place, section in enumerate(labels) if section is not None), len(cells))
        if place + 1 < len(cells):
            self._begin(labels[place] or "")
            for cell in cells[place + 1 :]:
                self.blocks(cell._tc)  # noqa: SLF001 - python-docx has no name for what may hold a content control
        elif len(cells) == 1:
            self.blocks(cells[0]._tc)  # noqa: SLF001
        else:
            self._value(" – ".join(part for part in shown if part))


def _places(heads: Sequence[str]) -> tuple[str, dict[str, int]]:
    """Which table of facts the heads belong to, and in which column each fact stands; none: no places."""
    folded = [fold(head) for head in heads]
    for name, columns in _TABLES.items():
        places = {columns[head]: place for place, head in enumerate(folded) if head in columns}
        if len(places) > 1 and next(iter(columns.values())) in places:
            return name, places
    return "", {}


def _counts(paper: dict[str, str]) -> dict[str, str]:
    """How many originals and copies: "Bản chính: 1 - Bản sao: 0"."""
    written = fold(paper.get("quantity", ""))
    found = dict(_COUNTS[0].findall(written)) or {kind: count for count, kind in _COUNTS[1].findall(written)}
    return {"originals": found.get("chinh", ""), "copies": found.get("sao", "")}


def _cells(row: Any) -> list[Any]:
    """The cells of a row; merged ones are given once."""
    found: list[Any] = []
    for cell in row.cells:
        if not found or cell._tc is not found[-1]._tc:  # noqa: SLF001 - nothing else tells that they are one
            found.append(cell)
    return found
