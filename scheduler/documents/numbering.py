"""Numbers that Word writes by itself: they stand in no text, yet a row's TT is often one of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_LEVELS = 9


@dataclass(frozen=True, slots=True)
class _Level:
    form: str = "decimal"
    pattern: str = "%1."
    start: int = 1


class Numbering:
    """Counts the list paragraphs of one document, in order."""

    def __init__(self, definitions: Any | None, styles: Any | None) -> None:
        """Take the roots of numbering.xml and styles.xml, where the document has them."""
        self._levels: dict[str, dict[int, _Level]] = {}
        self._lists: dict[str, str] = {}
        self._restarts: dict[str, dict[int, int]] = defaultdict(dict)
        self._counts: dict[str, Counter[int]] = defaultdict(Counter)
        self._styles: dict[str, Any] = {}
        if definitions is not None:
            self._read(definitions)
        if styles is not None:
            self._styles = {style.get(f"{W}styleId"): style for style in styles.iterchildren(f"{W}style")}

    def label(self, paragraph: Any) -> str:
        """What Word shows before this paragraph ("1.", "I.", "- "); empty for one that is in no list."""
        place = self._place(paragraph)
        if place is None or place[0] not in self._lists:
            return ""
        list_id, depth = place
        abstract = self._lists[list_id]
        levels = self._levels.get(abstract, {})
        level = levels.get(depth, _Level())
        if level.form == "bullet":
            return "-"
        self._count(list_id, abstract, depth, levels)
        label = level.pattern
        for step in range(depth + 1):
            of_step = levels.get(step, _Level())
            number = self._counts[abstract][step] or of_step.start
            label = label.replace(f"%{step + 1}", _written(number, of_step.form))
        return label.strip()

    def _count(self, list_id: str, abstract: str, depth: int, levels: dict[int, _Level]) -> None:
        counts = self._counts[abstract]
        restart = self._restarts[list_id].pop(depth, None)
        start = levels.get(depth, _Level()).start if restart is None else restart
        counts[depth] = counts[depth] + 1 if counts[depth] and restart is None else start
        for deeper in range(depth + 1, _LEVELS):
            counts[deeper] = 0

    def _place(self, paragraph: Any) -> tuple[str, int] | None:
        """List and depth of a paragraph: its own, else those of its style or of the style that this is based on."""
        properties = paragraph.find(f"{W}pPr")
        if properties is None:
            return None
        found = _list_of(properties)
        style = properties.find(f"{W}pStyle")
        for _ in range(_LEVELS):
            if found is not None or style is None:
                break
            defined = self._styles.get(style.get(f"{W}val"))
            if defined is None:
                break
            inner = defined.find(f"{W}pPr")
            found = _list_of(inner) if inner is not None else None
            style = defined.find(f"{W}basedOn")
        return found

    def _read(self, root: Any) -> None:
        for abstract in root.iterchildren(f"{W}abstractNum"):
            levels = {_number(level, "ilvl"): _level(level) for level in abstract.iterchildren(f"{W}lvl")}
            self._levels[abstract.get(f"{W}abstractNumId")] = levels
        for one in root.iterchildren(f"{W}num"):
            list_id = one.get(f"{W}numId")
            self._lists[list_id] = _value(one, "abstractNumId")
            for override in one.iterchildren(f"{W}lvlOverride"):
                if start := _value(override, "startOverride"):
                    self._restarts[list_id][_number(override, "ilvl")] = _int(start, 1)


def _list_of(properties: Any) -> tuple[str, int] | None:
    listed = properties.find(f"{W}numPr")
    if listed is None or not (list_id := _value(listed, "numId")):
        return None
    return list_id, min(max(_int(_value(listed, "ilvl"), 0), 0), _LEVELS - 1)


def _level(level: Any) -> _Level:
    return _Level(_value(level, "numFmt") or "decimal", _value(level, "lvlText"), _int(_value(level, "start"), 1))


def _value(parent: Any, name: str) -> str:
    child = parent.find(f"{W}{name}")
    return "" if child is None else child.get(f"{W}val") or ""


def _number(element: Any, name: str) -> int:
    return _int(element.get(f"{W}{name}"), 0)


def _int(written: str | None, otherwise: int) -> int:
    return int(written) if written and written.isdecimal() and len(written) < 7 else otherwise


def _written(number: int, form: str) -> str:
    if form in {"upperRoman", "lowerRoman"}:
        roman = _roman(number)
        return roman if form == "upperRoman" else roman.lower()
    if form in {"upperLetter", "lowerLetter"}:
        letter = chr(ord("A") + (number - 1) % 26)
        return letter if form == "upperLetter" else letter.lower()
    if form == "none":
        return ""
    return f"{number:02d}" if form == "decimalZero" else str(number)


def _roman(number: int) -> str:
    if not 0 < number < 40:
        return str(number)
    written = ""
    for value, sign in _ROMAN:
        while number >= value:
            written, number = written + sign, number - value
    return written
