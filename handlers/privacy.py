"""Personal data that people type although nobody asked: found and masked before anything is stored or logged.

What looks like personal data but is not stays as it is: procedure codes (1.001193), fees (50.000 đồng), dossier codes
(000.00.12.H02-251101-0003), numbers of legal documents (123/2015/NĐ-CP) and dates.

Sources of the shapes: CCCD and personal identification number 12 digits beginning with a province 001-096 (Thông tư
07/2016/TT-BCA, 59/2021/TT-BCA), CMND 9 digits, social insurance number 10 digits, telephone numbers of ten digits
with the prefixes 03 05 07 08 09 (mobile) and 02 (fixed, 11 digits).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Container
from dataclasses import dataclass

_KEEP = re.compile(
    r"""
    (?<![\w.]) [1-9]\.\d{6} (?![\w])                              # procedure code
    | (?<!\w) (?:[A-Z]?\d{2,3}\.)+[A-Z]?\d{2,3}-\d{6}-\d{4,}       # dossier code
    | (?<!\w) \d+(?:\.\d+)?/(?:\d{4}/)?[A-ZĐ][\w.-]*                # number of a legal document
    | (?<!\w) \d{1,2}[/.-]\d{1,2}[/.-]\d{4} (?!\d)                  # date
    | (?<!\w) \d{1,3}(?:[.,\s]\d{3})+ \s* (?:đồng|dong|đ|d|vnđ|vnd|k|usd)\b   # money
    | (?<!\w) \d+ \s* (?:đồng|dong|vnđ|vnd|usd|triệu|trieu|nghìn|nghin|ngàn|ngan|tỷ|ty)\b
    """,
    re.VERBOSE | re.IGNORECASE,
)

_LINK = re.compile(r"https?://\S+", re.IGNORECASE)
_IN_LINKS = frozenset({"phone", "cccd", "email"})
"""Looked for in addresses, too. Other long numbers there are ids of posts and times of news."""
_GAP = r"[ .\-]?"
_SHAPES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("email", re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("plate", re.compile(r"(?<!\w)(?:1[1-9]|[2-9]\d)[ -]?[A-Z]{1,2}\d?[ -]?\d{3}\.?\d{2}(?!\w)", re.IGNORECASE)),
    ("phone", re.compile(rf"(?<![\w.])(?:\+?84|0){_GAP}[35789](?:{_GAP}\d){{8}}(?!\w)")),
    ("phone", re.compile(rf"(?<![\w.])(?:\+?84|0){_GAP}2(?:{_GAP}\d){{9}}(?!\w)")),
    ("cccd", re.compile(rf"(?<![\w.])0\d{{2}}(?:{_GAP}\d){{9}}(?!\w)")),
    ("account", re.compile(r"(?<![\w.])\d(?:[ .\-]?\d){12,18}(?!\w)")),
    ("bhxh", re.compile(rf"(?<![\w.])\d(?:{_GAP}\d){{9}}(?!\w)")),
    ("cmnd", re.compile(rf"(?<![\w.])\d{{3}}(?:{_GAP}\d{{3}}){{2}}(?!\w)")),
)

_NAMES = {
    "email": "địa chỉ thư điện tử",
    "plate": "biển số xe",
    "phone": "số điện thoại",
    "cccd": "số căn cước",
    "account": "số tài khoản",
    "bhxh": "số bảo hiểm xã hội",
    "cmnd": "số CMND",
}


_PLACE = r"(?:xã|xa|phường|phuong|thị\ trấn|thi\ tran|huyện|huyen|quận|quan|thành\ phố|thanh\ pho|tp)"
_HAMLET = r"(?:thôn|thon|xóm|xom|ấp|buôn|buon|khu\ phố|khu\ pho|tổ\ dân\ phố|to\ dan\ pho|cụm\ dân\ cư)"
_LANE = r"(?:ngõ|ngo|ngách|ngach|hẻm|hem|kiệt)"
_STREET = rf"(?:đường|duong|phố|pho|{_LANE})"
_ADDRESS = re.compile(
    rf"""
    \b(?:số|so)\ (?:(?:nhà|nha)\ )?\d+[a-z]?(?:/\d+)*\b(?=.*\b(?:{_STREET}|{_HAMLET})\b)
    | \b(?:số\ nhà|so\ nha|{_LANE})\ \d
    | \b\d+[a-z]?(?:/\d+)*,?\ {_STREET}\ \w
    | \b(?:tổ|to|đội|doi|khu)\ \d+\b(?=.*\b(?:{_HAMLET}|{_PLACE})\b)
    | \b{_HAMLET}\ \w+(?:\ \w+){{0,3}}(?:,|\ -)?\ {_PLACE}\ \w
    | \b(?:đường|duong|phố)\ \w+(?:\ \w+){{0,3}},\ {_PLACE}\ \w
    """,
    re.VERBOSE,
)
"""A home's address as people write it, with accents or without any; only asked where an address is out of place."""
_MADE_UP = re.compile(r"\b(?:mẫu|mau|mô phỏng|mo phong|thí dụ|thi du|ví dụ|vi du)\b")
"""What stands on a mock card says of itself that it is none."""
_SPACES = re.compile(r"\s+")


def looks_private(text: str, masked: tuple[str, ...] = ()) -> tuple[str, ...]:
    """What in a text looks like somebody's own data, in Vietnamese: also what was masked before, and addresses.

    Addresses are not masked in questions ("đăng ký tạm trú ở số 5 ngõ 3"): there they tell what is asked.
    """
    kinds = dict.fromkeys(_NAMES[kind] for kind in (*masked, *mask(text).kinds))
    told = _SPACES.sub(" ", unicodedata.normalize("NFC", text).lower())
    if _ADDRESS.search(told) and not _MADE_UP.search(told):
        kinds["địa chỉ nhà"] = None
    return tuple(kinds)


_MARK = re.compile("|".join(re.escape(f"[{name}]") for name in _NAMES.values()))


@dataclass(frozen=True, slots=True)
class Masked:
    text: str
    kinds: tuple[str, ...]
    """What was found, each kind once, in order."""


def mask(text: str) -> Masked:
    """Replace personal data by its kind in brackets: "cccd của em là [số căn cước]"."""
    kinds: set[str] = set()

    def clean(piece: str, wanted: Container[str]) -> str:
        for kind, shape in _SHAPES:
            if kind not in wanted:
                continue
            piece, found = shape.subn(f"[{_NAMES[kind]}]", piece)
            if found:
                kinds.add(kind)
        return piece

    def prose(piece: str) -> str:
        return _around(_KEEP, piece, str, lambda rest: clean(rest, _NAMES))

    masked = _around(_LINK, text, lambda link: clean(link, _IN_LINKS), prose)
    return Masked(masked, tuple(sorted(kinds, key=lambda kind: masked.index(_NAMES[kind]))))


def _around(pattern: re.Pattern[str], text: str, inside: Callable[[str], str], outside: Callable[[str], str]) -> str:
    """The text with what the pattern finds treated one way, and what lies between another way."""
    parts: list[str] = []
    end = 0
    for match in pattern.finditer(text):
        parts += [outside(text[end : match.start()]), inside(match.group())]
        end = match.end()
    return "".join([*parts, outside(text[end:])])


def without_marks(text: str) -> str:
    """A masked text without what :func:`mask` put in: it says nothing about the question."""
    return _MARK.sub(" ", text)


def name_of(kind: str) -> str:
    """The kind in Vietnamese: "số căn cước"."""
    return _NAMES[kind]
