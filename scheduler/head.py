"""What stands above a plan's text: number, date, issuer, title, and the time that the plan covers."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from scheduler.documents import Document
from scheduler.documents.document import lines_of
from scheduler.table import before_annex
from scheduler.text import fold


@dataclass(frozen=True, slots=True)
class Head:
    """The head of a document; None and empty texts: not said, or left blank."""

    title: str
    number: str | None = None
    issued_on: date | None = None
    wrong_date: str = ""
    """A date of issue that no calendar has ("30/02/2024")."""
    issuer: str = ""
    window: tuple[date, date] | None = None
    """First and last day that the title names."""


_NUMBER = re.compile(r"\bsố\s*:?\s*(?P<number>\d*)[\s.…_]*/\s*(?P<sign>[A-ZĐ0-9][\w&Đ-]*(?:-[\w&Đ]+)*)", re.IGNORECASE)
_DATE = re.compile(
    r"ngày\s*(?P<day>\d{0,2})[\s.…_]*tháng\s*(?P<month>\d{0,2})[\s.…_]*năm\s*(?P<year>\d{4})", re.IGNORECASE
)
_WITH = re.compile(r"^\(?\s*(?:ban hành )?kèm theo", re.IGNORECASE)
_WITH_DATE = re.compile(
    r"ngày\s*(?P<day>\d{0,2})[\s.…_]*[/-]\s*(?P<month>\d{1,2})\s*[/-]\s*(?P<year>\d{4})", re.IGNORECASE
)
_WITH_ISSUER = re.compile(r"\bcủa\s+(?P<issuer>[^()]+?)\s*\)?\s*\.?$", re.IGNORECASE)
_TYPES = re.compile(r"^(KẾ HOẠCH|CHƯƠNG TRÌNH|PHƯƠNG ÁN|QUYẾT ĐỊNH|Kế hoạch)(?=$|[\s:])\s*:?\s*")
_ANNEX = re.compile(r"^(?:PHỤ LỤC|Phụ lục)(?:\s+(?:SỐ\s+)?(?:[IVX]+|\d+))?\b\s*[.:\-–]?\s*")
_LIST = re.compile(r"^(?:DANH MỤC|BẢNG|BIỂU|LỊCH|PHÂN CÔNG|NHIỆM VỤ)\s")
_STOPS = re.compile(
    r"^(?:căn cứ|thực hiện|theo|trên cơ sở|kính gửi|xét|số\s*:|phụ lục|phần|[ivx]+\s*[.)]|\d+\s*[.)]|[(\-+*_]|tt\b|"
    r"stt\b|nhằm|để)",
    re.IGNORECASE,
)
_STATE = re.compile(r"\s*(?:cộng h[òo]a xã hội|độc lập).*$", re.IGNORECASE)
_OFFICES = (
    "ubnd",
    "uy ban",
    "hoi dong",
    "phong ",
    "so ",
    "van phong",
    "trung tam",
    "ban ",
    "chi cuc",
    "truong ",
    "dang uy",
)
_FAR = 25
"""Lines within which the head stands, where nothing says what kind of document it is."""
_LONGEST = 1_000
_SHORT = 150
_YEAR = re.compile(r"\b(?:nam\s*)?(20\d{2})\b")
_SPAN = re.compile(r"\b(20\d{2})\s*[-–]\s*(20\d{2})\b")
_QUARTER = re.compile(r"\bquy\s+(iv|i{1,3}|[1-4])\b")
_MONTH = re.compile(r"\bthang\s*(1[0-2]|0?[1-9])(?:\s*/|\s+nam\s|\s*,)")


def read(document: Document) -> Head:
    """The head of a document, from the lines in front of its annex."""
    lines = [
        line
        for block in document.blocks[: before_annex(document) + 1]
        for line in lines_of(block)
        if len(line) <= _LONGEST
    ]
    typed = next((place for place, line in enumerate(lines) if _TYPES.match(line)), None)
    zone = lines[:typed] if typed is not None else lines[:_FAR]
    with_annex = next((line for line in lines if _WITH.match(line)), "")
    title = _title(lines, typed) or document.name.rsplit(".", 1)[0]
    issued_on, wrong = _issued_on(zone, with_annex)
    return Head(title, _number(zone, with_annex), issued_on, wrong, _issuer(zone, with_annex), window_of(title))


def numbers(document: Document) -> tuple[str, ...]:
    """The signs at the tops of plans in one file ("12/KH-UBND"); each plan begins with its own."""
    found = (_NUMBER.match(line) for block in document.blocks for line in lines_of(block) if len(line) < _SHORT)
    return tuple(
        f"{one.group('number')}/{one.group('sign')}" for one in found if one and one.group("sign").startswith("KH")
    )


def window_of(title: str) -> tuple[date, date] | None:
    """First and last day that a title names: a span of years, a year, or a part of one; None when it names no year."""
    said = fold(title)
    if span := _SPAN.search(said):
        first, last = int(span.group(1)), int(span.group(2))
        if "nam hoc" in said:  # a school year begins on 5 September and ends on 31 May
            return date(first, 9, 5), date(last, 5, 31)
        return (date(first, 1, 1), date(last, 12, 31)) if first <= last else None
    years = _YEAR.findall(said)
    if not years:
        return None
    year = int(years[-1])
    if quarter := _QUARTER.search(said):
        first = {"i": 1, "ii": 4, "iii": 7, "iv": 10, "1": 1, "2": 4, "3": 7, "4": 10}[quarter.group(1)]
        return _months(year, first, first + 2)
    if "6 thang dau nam" in said:
        return _months(year, 1, 6)
    if "6 thang cuoi nam" in said:
        return _months(year, 7, 12)
    if month := _MONTH.search(said):
        return _months(year, int(month.group(1)), int(month.group(1)))
    return _months(year, 1, 12)


def _months(year: int, first: int, last: int) -> tuple[date, date]:
    return date(year, first, 1), date(year, last, monthrange(year, last)[1])


def _title(lines: Sequence[str], typed: int | None) -> str:
    if typed is not None:
        title = _after(lines, typed, _TYPES)
        if title:
            return title
    annex = next((place for place, line in enumerate(lines) if _ANNEX.match(line)), None)
    if annex is not None:
        return _after(lines, annex, _ANNEX)
    return next((line for line in lines if _LIST.match(line) and line.isupper()), "")


def _after(lines: Sequence[str], place: int, opening: re.Pattern[str]) -> str:
    """The rest of a line after its opening, else the lines below: until one names the year, or the text begins."""
    title = opening.sub("", lines[place], count=1).strip(" *:")
    for line in lines[place + 1 : place + 4]:
        if _STOPS.match(line) or _YEAR.search(fold(title)) or title.endswith((".", ";")) or len(line) > 300:
            break
        title = f"{title} {line}".strip()
    return title[:1].upper() + title[1:]


def _number(zone: Sequence[str], with_annex: str) -> str | None:
    """The number where it is filled in; a blank one is none, whatever the papers are that the text cites."""
    own = next((found for line in zone if (found := _NUMBER.match(line))), None)
    found = own or _NUMBER.search(with_annex)
    return f"{found.group('number')}/{found.group('sign')}" if found and found.group("number") else None


def _issued_on(zone: Sequence[str], with_annex: str) -> tuple[date | None, str]:
    """The date of issue, or the wording of one that does not exist."""
    found = next((found for line in zone if len(line) < 150 and (found := _DATE.search(line))), None)
    found = found or _WITH_DATE.search(with_annex)
    if found is None or not found.group("day") or not found.group("month"):
        return None, ""
    day, month, year = (int(found.group(part)) for part in ("day", "month", "year"))
    try:
        return date(year, month, day), ""
    except ValueError:
        return None, f"{day:02d}/{month:02d}/{year}"


def _issuer(zone: Sequence[str], with_annex: str) -> str:
    """The office in capitals above the number, else the one that the annex names."""
    issuer = ""
    for line in zone:
        said = _STATE.sub("", line).strip(" -–_*")
        if _NUMBER.match(line):
            break
        plain = fold(said)
        if issuer and fold(issuer) in {"uy ban nhan dan", "ubnd"} and said.isupper():
            issuer = f"{issuer} {said}"
        elif said.isupper() and plain.startswith(_OFFICES):
            issuer = said
    if issuer:
        return issuer
    named = _WITH_ISSUER.search(with_annex)
    return named.group("issuer").strip() if named else ""
