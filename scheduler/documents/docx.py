"""Word documents (.docx): paragraphs and tables as a reader of the page sees them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import docx

from scheduler.documents import plain
from scheduler.documents.document import Block, Cell, Paragraph, Table, UnreadableError, grid
from scheduler.documents.encoding import check
from scheduler.documents.numbering import Numbering, W
from scheduler.text import clean

MAX_UNPACKED = 200_000_000
MAX_XML = 40_000_000
"""Bytes of all parts, and of those that are parsed, after unpacking; a small file that holds more is an attack."""
MAX_PARTS = 5_000
MAX_COLUMNS = 64
"""Word's own limit is 63."""
MAX_CELLS = 200_000
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What old Office files and encrypted new ones begin with."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_UNSEEN = {
    f"{W}{name}" for name in ("del", "moveFrom", "rPr", "pPr", "tcPr", "trPr", "tblPr", "delText", "instrText", "sdtPr")
} | {"{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
_BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}p": "\n", f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}
_WRAPPERS = {f"{W}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag")}
_OFF = {"0", "false", "off"}
_NOTE_MARK = re.compile(r"[\s\d*()\[\],]*\d[\s\d*()\[\],]*|\s*\*+\s*")
_MEASURE = re.compile(r"(?:^|[\s\d])(?:[kcdmh]?m|ha)$", re.IGNORECASE)
"""What a raised 2 or 3 belongs to ("500 m2"); any other raised number points to a note at the foot of the page."""


def blocks(data: bytes) -> tuple[Block, ...]:
    """The blocks of a document. Raises UnreadableError with a reason in Vietnamese."""
    _refuse_other_files(data)
    try:
        document = docx.Document(io.BytesIO(data))
        reader = _Reader(document)
        found = tuple(reader.blocks(document.element.body))
    except UnreadableError:
        raise
    except Exception as error:
        raise UnreadableError(f"tệp hỏng hoặc không phải tệp Word .docx ({type(error).__name__})") from error
    check("\n".join(block.text for block in found if isinstance(block, Paragraph)))
    if not any(isinstance(block, Table) for block in found) and "\t" in reader.raw:
        return plain.blocks(reader.raw)  # the table is made of tabs
    return found


def _refuse_other_files(data: bytes) -> None:
    if data.startswith(_OLE):
        if _ENCRYPTED in data:
            raise UnreadableError("tệp có mật khẩu; hãy bỏ mật khẩu rồi lưu lại")
        raise UnreadableError("tệp Word kiểu cũ; hãy mở bằng Word rồi lưu thành .docx")
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        raise UnreadableError("tệp hỏng hoặc không phải tệp Word .docx") from None
    if any(part.flag_bits & 1 for part in parts):
        raise UnreadableError("tệp có mật khẩu; hãy bỏ mật khẩu rồi lưu lại")
    parsed = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if len(parts) > MAX_PARTS or parsed > MAX_XML or sum(part.file_size for part in parts) > MAX_UNPACKED:
        raise UnreadableError("tệp bung ra quá lớn; hãy bỏ bớt ảnh hoặc chỉ giữ phần kế hoạch và phụ lục")


class _Reader:
    """Walks through one document; numbers of lists are counted on the way."""

    def __init__(self, document: Any) -> None:
        parts = {relation.reltype.rsplit("/", 1)[-1]: relation for relation in document.part.rels.values()}
        numbering = parts.get("numbering")
        definitions = numbering.target_part.element if numbering is not None else None
        self._numbering = Numbering(definitions, document.styles.element)
        self._raw: list[str] = []
        self._cells = 0

    @property
    def raw(self) -> str:
        """The text outside tables, with its tabs."""
        return "\n".join(self._raw)

    def blocks(self, container: Any) -> Iterator[Block]:
        for element in _children(container, f"{W}p", f"{W}tbl"):
            if element.tag == f"{W}tbl":
                yield from self._tables(element)
                continue
            raw = self._text(element)
            self._raw.append(raw)
            if text := clean(raw):
                yield Paragraph(text, _bold(element))

    def _tables(self, element: Any) -> list[Table]:
        """A table, and after it the tables that stand in its cells."""
        rows: list[list[Cell]] = []
        inner: list[Table] = []
        for row in _children(element, f"{W}tr"):
            if row.find(f"{W}trPr/{W}del") is None:
                rows.append(self._row(row, rows[-1] if rows else [], inner))
        return [grid(rows), *inner] if rows else inner

    def _row(self, row: Any, above: list[Cell], inner: list[Table]) -> list[Cell]:
        cells = [Cell()] * min(_value(row, f"{W}trPr/{W}gridBefore", 0), MAX_COLUMNS)
        for element in _children(row, f"{W}tc"):
            cell = self._cell(element, inner)
            if _continues(element, "vMerge"):
                merged = above[len(cells)] if len(cells) < len(above) else Cell()
                cell = Cell(merged.text, merged.bold, down=True)
            if _continues(element, "hMerge") and cells:
                cell = Cell(cells[-1].text, cells[-1].bold, across=True)
            cells.append(cell)
            span = min(_value(element, f"{W}tcPr/{W}gridSpan", 1), MAX_COLUMNS)
            cells += [Cell(cell.text, cell.bold, across=True, down=cell.down)] * (span - 1)
        self._cells += len(cells)
        if len(cells) > MAX_COLUMNS or self._cells > MAX_CELLS:
            raise UnreadableError("bảng trong tệp quá lớn")
        return cells

    def _cell(self, element: Any, inner: list[Table]) -> Cell:
        said: list[str] = []
        paragraphs = []
        for part in _children(element, f"{W}p", f"{W}tbl"):
            if part.tag == f"{W}p":
                paragraphs.append(part)
                said.append(self._text(part))
                continue
            tables = self._tables(part)
            inner += tables
            said += [
                " ".join(cell.text for cell in row if not cell.across) for table in tables[:1] for row in table.rows
            ]
        text = clean("\n".join(said))
        return Cell(text, bool(text) and all(_bold(part) for part in paragraphs if self._said(part)))

    def _text(self, paragraph: Any) -> str:
        text = self._said(paragraph)
        label = self._numbering.label(paragraph)
        return f"{label} {text.lstrip()}" if label else text

    @staticmethod
    def _said(paragraph: Any) -> str:
        return "".join(_runs(paragraph)).strip("\n ")


def _children(container: Any, *tags: str) -> Iterator[Any]:
    """The elements of these tags, also those that content controls and accepted changes wrap."""
    for child in container.iterchildren():
        if child.tag in tags:
            yield child
        elif child.tag in _WRAPPERS:
            yield from _children(child, *tags)


def _runs(element: Any) -> Iterator[str]:
    before = ""
    for child in element.iterchildren():
        if child.tag in _UNSEEN or _on(child.find(f"{W}rPr/{W}vanish")):
            continue
        if child.tag == f"{W}r":
            said = "".join(_runs(child))
            if not (_is_raised(child) and _NOTE_MARK.fullmatch(said) and not _MEASURE.search(before)):
                yield said
                before = said
            continue
        if child.tag == f"{W}t":
            yield child.text or ""
        elif child.tag == f"{W}sym":
            yield _symbol(child.get(f"{W}char") or "")
        else:
            yield _BREAKS.get(child.tag, "")
            yield from _runs(child)


def _is_raised(run: Any) -> bool:
    place = run.find(f"{W}rPr/{W}vertAlign")
    return place is not None and place.get(f"{W}val") == "superscript"


def _symbol(code: str) -> str:
    """A sign given by its place in a font (Wingdings: F0FC is a tick)."""
    try:
        return chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""


def _bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(f"{W}r") if "".join(_runs(run)).strip()]
    return bool(runs) and all(_on(run.find(f"{W}rPr/{W}b")) for run in runs)


def _on(mark: Any | None) -> bool:
    return mark is not None and mark.get(f"{W}val") not in _OFF


def _continues(cell: Any, merge: str) -> bool:
    mark = cell.find(f"{W}tcPr/{W}{merge}")
    return mark is not None and mark.get(f"{W}val") != "restart"


def _value(element: Any, path: str, otherwise: int) -> int:
    found = element.find(path)
    written = "" if found is None else found.get(f"{W}val") or ""
    return int(written) if written.isdecimal() and len(written) < 7 else otherwise
