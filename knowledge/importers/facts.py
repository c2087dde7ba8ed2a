"""From the facts of one row to a procedure, whatever file the row stood in.

Readers give a plain mapping in the words of the national catalogue's extracts; every value may be a text or a list:
``code name field level agency authority issuer scope decision steps documents forms methods subjects result conditions
legal_basis receive_address url online_url crawl_date source``, and for files that have one column for all ways of
handing in, ``channels time fee``. What a row does not say is :data:`UNKNOWN` or left out, never made up.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from pydantic import HttpUrl, ValidationError

from knowledge.normalize import fold
from knowledge.procedures import CODE, LEGAL_NUMBER, NATIONAL, UNKNOWN, Channel, Need, Procedure, is_clean

REVIEW_AFTER = timedelta(days=365)
"""See docs/decisions/0004-review-date.md."""
EXTRACTED = date(2026, 7, 18)
"""The day on which the national extract was made: a row without a day of its own was checked then."""
PORTAL = "https://dichvucong.gov.vn/"
PORTAL_NAME = "Cổng Dịch vụ công quốc gia"

_LOCAL_CODE = re.compile(r"([1-9]\.\d{6})(?:\.\d{2,3})*\.[A-Z]\d{1,3}")
"""A code as provinces write it, with their own sign behind the national code: 2.001218.000.00.00.H38."""
_UNSAID = frozenset({"", "-", "--", "n/a", "#n/a", "#ref!", "#value!", "không có thông tin", "không xác định", UNKNOWN})
_LONGEST_UNSAID = max(map(len, _UNSAID))
_COUNT = re.compile(r"\s*[0-9]{1,3}\s*")
_MARK = re.compile(r"(?:[-–—+*•●▪◦·‣☐✓]+\s*|\d{1,2}[.)]\s+)+")
_STEP = re.compile(r"bước\s+(\d{1,2})\s*[:.)–-]?\s*", re.IGNORECASE)
_FILE = re.compile(r"\.(?:docx?|xlsx?|pdf|rtf|rar|zip)$", re.IGNORECASE)
_NUMBER_IN_TEXT = re.compile(r"(?<![\d/])\d+(?:\.\d+)?/(?:\d{4}/)?[A-ZĐ][\dA-ZĐa-zđ-]*")
_ISO_DAY = re.compile(r"(20\d{2})-(\d{2})-(\d{2})")
_WRITTEN_DAY = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](20\d{2})")
_WAYS = {"truc tuyen": Channel.ONLINE, "buu chinh": Channel.POST, "buu dien": Channel.POST, "bcci": Channel.POST}
_WAYS |= {"truc tiep": Channel.COUNTER}
_LEVELS = {"xa": "Cấp xã", "tinh": "Cấp tỉnh", "bo": "Cấp bộ", "trung uong": "Cấp trung ương"}
_ALL_NEEDED = re.compile(
    r"(?:[a-z\d]{1,2} )?(?:cac )?"
    r"(?:\d* ?bo ho so|thanh phan(?: so luong)?(?: ho so)?(?: (?:bao )?gom)?|(?:ho so )?(?:bao )?gom|ho so"
    r"|giay to(?: phai)? nop|giay to)"
)
"""Titles over documents that name no case: "Thành phần hồ sơ", "Bao gồm", "Giấy tờ phải nộp"."""
_NOTE = "lưu ý"
"""What stands below this title is no document but a remark."""


def text(value: object) -> str:
    """One clean line of NFC text; a number as people write it; empty for anything else."""
    if not isinstance(value, str):
        return _number(value)
    composed = unicodedata.normalize("NFC", value)
    if is_clean(composed):
        return composed
    line = " ".join(composed.split())
    return line if line.isprintable() else _printable(line)


def _number(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return ""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


def _printable(line: str) -> str:
    shown = "".join(
        " " if unicodedata.category(char) == "Cc" else char
        for char in line
        if unicodedata.category(char) not in {"Cf", "Co", "Cn", "Cs"}
    )
    return " ".join(unicodedata.normalize("NFC", shown).split())


def said(value: object) -> str:
    """As :func:`text`, and empty for the words by which files say that they say nothing: N/A, --, #N/A."""
    line = text(value)
    return "" if len(line) <= _LONGEST_UNSAID and line.casefold() in _UNSAID else line


def lines(value: object) -> list[str]:
    """The lines of a text, or the items of a list, without bullets, numbers and bold marks; empty ones left out."""
    parts = value.splitlines() if isinstance(value, str) else [_name(item) for item in _items(value)]
    return [line for part in parts if (line := _unmarked(part))]


def once(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, whatever its case, in the order of its first coming."""
    found = list(values)
    if len(found) < 2:
        return tuple(found)
    first: dict[str, str] = {}
    for value in found:
        first.setdefault(value.casefold(), value)
    return tuple(first.values())


def _items(value: object) -> Iterable[Any]:
    if isinstance(value, list | tuple):
        return value
    return () if value is None else (value,)


def _name(item: object) -> object:
    return item.get("name") if isinstance(item, Mapping) else item


def _unmarked(part: object) -> str:
    line = said(part.replace("**", "") if isinstance(part, str) else part)
    if line[:1].isalpha():
        return line
    if found := _MARK.match(line):
        line = line[found.end() :]
    return line if any(map(str.isalnum, line)) else ""


def code_of(value: object) -> str:
    """The procedure code that a cell holds. Raises ValueError when it holds none.

    Excel makes a number of 1.001193, and of 1.010100 the number 1.0101: a fraction is written with the six decimals
    that every code has. A whole number is no code.
    """
    if isinstance(value, float) and not value.is_integer() and abs(value - round(value, 6)) < 1e-9:
        value = f"{value:.6f}"
    found = text(value)
    if not found:
        raise ValueError("thiếu mã thủ tục")
    if local := _LOCAL_CODE.fullmatch(found):
        found = local[1]
    if not CODE.fullmatch(found):
        raise ValueError(f"“{found[:40]}” không phải mã thủ tục (dạng 1.001193)")
    return found


def procedure_of(row: Mapping[str, Any], received: date = EXTRACTED) -> Procedure:
    """A record with the facts of a row; ``received``: the day of a row that names none.

    A row with ``checked_on`` is a whole record that this program wrote: it is checked, and taken as it is. Raises
    ValueError with a Vietnamese reason when code or name are missing or wrong.
    """
    if not isinstance(row, Mapping):
        raise ValueError("không phải một thủ tục")
    if "checked_on" in row:
        return Procedure.model_validate(row)
    code = code_of(row.get("code"))
    name = said(row.get("name"))
    if not name:
        raise ValueError(f"thủ tục {code} thiếu tên")
    day = _day(row.get("crawl_date")) or received
    return Procedure.model_validate(
        {
            "code": code,
            "name": name,
            "official_name": name,
            "summary": name,
            "field": said(row.get("field")) or UNKNOWN,
            "levels": once(_level(part) for part in _parts(row.get("level"))),
            "scope": _scope(row.get("scope")),
            "decision": said(row.get("decision")) or None,
            "who": ", ".join(once(_parts(row.get("subjects"), ";"))) or UNKNOWN,
            **_handing_in(row),
            **_papers(row),
            "steps": _steps(row.get("steps")),
            "result": once(lines(row.get("result"))),
            "conditions": once(lines(row.get("conditions"))),
            "legal_basis": list(_legal_basis(row.get("legal_basis"))),
            "source": said(row.get("source")) or PORTAL_NAME,
            "checked_on": day,
            "review_by": day + REVIEW_AFTER,
        }
    )


def _scope(value: object) -> str:
    scope = said(value).removeprefix("province:")
    return NATIONAL if scope.casefold() in ("", "national", NATIONAL) else scope


def _handing_in(row: Mapping[str, Any]) -> dict[str, Any]:
    """Who takes the dossier, where and how, and the links."""
    agency = said(row.get("agency")) or said(row.get("authority")) or said(row.get("issuer")) or UNKNOWN
    shared = [_method(way, row.get("time"), row.get("fee"), None) for way in channels_in(_ways_of(row))]
    methods = [*_methods(row), *shared]
    url = _url(row.get("url"))
    online = url if any(method["channel"] is Channel.ONLINE for method in methods) else None
    return {
        "agency": agency,
        "where": said(row.get("receive_address")) or agency,
        "methods": methods,
        "fee_note": None if shared else said(row.get("fee")) or None,
        "time_note": None if shared else _time(row.get("time")),
        "online_url": _url(row.get("online_url")) or online,
        "source_url": url or PORTAL,
    }


def _parts(value: object, marks: str = ";,") -> list[str]:
    """Items of a list; of a text, what stands between the marks or on lines of its own."""
    if isinstance(value, str):
        return [line for part in re.split(f"[{marks}\n]", value) if (line := _unmarked(part))]
    return lines(value)


@lru_cache(maxsize=100)
def _level(part: str) -> str:
    return _LEVELS.get(fold(part).removeprefix("cap "), part)


def _url(value: object) -> HttpUrl | None:
    address = text(value)
    if not address.startswith(("http://", "https://")):
        return None
    try:
        return HttpUrl(address)
    except ValidationError:
        return None


def _day(value: object) -> date | None:
    written = text(value)
    try:
        if found := _ISO_DAY.search(written):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _WRITTEN_DAY.search(written):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        return None
    return None


@lru_cache(maxsize=1000)
def channels_in(said_of_ways: str) -> tuple[Channel, ...]:
    """The ways of handing in that a text names, each once: "Trực tiếp hoặc qua dịch vụ bưu chính"."""
    pieces = [fold(piece) for piece in re.split(r"[;,.\n/]|hoặc| và ", said_of_ways)]
    able = [piece for piece in pieces if not re.search(r"\b(?:khong|chua)\b", piece)]
    return tuple(dict.fromkeys(way for piece in able for words, way in _WAYS.items() if words in piece))


def _ways_of(row: Mapping[str, Any]) -> str:
    """The text of files that name all ways in one place, with one time and fee for all."""
    return "\n".join(lines(row.get("channels")))


def _methods(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """A line a way, each with its own time and fee."""
    for item in _items(row.get("methods")):
        if isinstance(item, Mapping):
            for channel in channels_in(text(item.get("channel")))[:1]:
                yield _method(channel, item.get("time"), item.get("fee"), item.get("desc"))


def _method(channel: Channel, time: object, fee: object, how: object) -> dict[str, Any]:
    return {
        "channel": channel,
        "time_limit": _time(time) or UNKNOWN,
        "fee": said(fee) or UNKNOWN,
        "how": said(how) or None,
    }


def _time(value: object) -> str | None:
    """A bare number is a number of days: the portal's rule."""
    found = said(value)
    return f"{found} ngày" if found.isdigit() else found or None


def _papers(row: Mapping[str, Any]) -> dict[str, Any]:
    """The checklist, the forms that belong to it, and what the file says beside it."""
    given = row.get("documents")
    documents: list[dict[str, Any]] = []
    forms = lines(row.get("forms"))
    notes: list[str] = []
    for item in lines(given) if isinstance(given, str) else _items(given):
        name = _unmarked(_name(item))
        more = item if isinstance(item, Mapping) else {}
        if more.get("forms"):
            forms += lines(more["forms"])
        need, case = _case(text(more.get("group")))
        if name and case == _NOTE:
            notes.append(name)
        elif name:
            documents.append({"name": name, "need": need, "when": case, "quantity": _quantity(more)})
    names = once(_FILE.sub("", form).strip() or form for form in forms)
    return {"documents": documents, "forms": [{"name": name} for name in names], "notes": once(notes)}


@lru_cache(maxsize=4000)
def _case(group: str) -> tuple[Need, str | None]:
    """What the title over documents says of them: handed in or only shown, and in which case."""
    title = _unmarked(group).rstrip(" :.;")
    folded = fold(title)
    if not folded or _ALL_NEEDED.fullmatch(folded):
        return Need.SUBMIT, None
    if folded.startswith("luu y"):
        return Need.SUBMIT, _NOTE
    if "giay to" in folded and folded.endswith("xuat trinh") and "nop" not in folded:
        return Need.SHOW, None
    return Need.SUBMIT, title


def _quantity(item: Mapping[str, Any]) -> str | None:
    counts = ((item.get("originals"), "bản chính"), (item.get("copies"), "bản sao"))
    found = [f"{number} {kind}" for value, kind in counts if (number := _count(value))]
    return ", ".join(found) or None


def _count(value: object) -> int:
    """How many; 0 for anything that is no number of papers."""
    if isinstance(value, str) and _COUNT.fullmatch(value):
        value = int(value)
    return int(value) if isinstance(value, int | float) and 0 < value < 1000 else 0


def _steps(value: object) -> tuple[str, ...]:
    """A step a line; where the lines count "Bước 1", "Bước 2", what stands below a step belongs to it."""
    found = lines(value)
    starts = [(place, int(match[1])) for place, line in enumerate(found) if (match := _STEP.match(line))]
    if len(starts) < 2 or starts[0][0] != 0 or [number for _, number in starts] != list(range(1, len(starts) + 1)):
        return once(found)
    ends = [place for place, _ in starts[1:]] + [len(found)]
    steps = (_joined(found[start:end]) for (start, _), end in zip(starts, ends, strict=True))
    return once(step for step in steps if step)


def _joined(parts: list[str]) -> str:
    first = _STEP.sub("", parts[0], count=1)
    told = [part for part in (first, *parts[1:]) if part]
    return " ".join([*(part if part[-1] in ".;:,!?" else f"{part};" for part in told[:-1]), *told[-1:]])


def _legal_basis(value: object) -> Iterator[dict[str, str]]:
    """Those with a number: "60/2014/QH13 | Luật Hộ tịch", or a number within the line. Others cannot be looked up."""
    known: set[str] = set()
    for number, title in _basis_items(value):
        if not LEGAL_NUMBER.fullmatch(number):
            found = _NUMBER_IN_TEXT.search(f"{number} {title}")
            number = found.group().rstrip("-") if found else ""  # noqa: PLW2901
        if LEGAL_NUMBER.fullmatch(number) and number not in known:
            known.add(number)
            yield {"number": number, "title": _unmarked(title) or number}


def _basis_items(value: object) -> Iterator[tuple[str, str]]:
    """Number and title of each; the number is empty where a line does not set it apart."""
    one_a_line = isinstance(value, str) and "|" in value
    pieces = re.split("\n" if one_a_line else "[\n;]", value) if isinstance(value, str) else _items(value)
    for piece in pieces:
        if isinstance(piece, Mapping):
            yield said(piece.get("number")), said(piece.get("title"))
        else:
            number, mark, title = text(piece).partition("|")
            yield (said(number), said(title)) if mark else ("", said(number))
