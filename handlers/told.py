"""What an official's line says of work done: how many of what, by which form, with which links; what is a question."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.normalize import fold
from scheduler.ledger import Form

LINKS_AT_MOST = 20
LINK_LENGTH = 500
LARGEST = 10_000_000
"""A larger number is a slip, or no quantity at all."""

_LINK = re.compile(
    r"""(?<![\w@.])(?:https?://|www\.)[^\s\[\]<>"“”]++(?!\[)
    | (?<![\w@./])(?:[a-z0-9-]+\.)+(?:vn|com|net|org|be|me|gg|tv|info)/[^\s\[\]<>"“”]++(?!\[)""",
    re.VERBOSE | re.IGNORECASE,
)
"""An address as people paste it, also without "https://". One that was masked in part ("…/[số tài khoản]") is none."""
_BROKEN = re.compile(r"(?:https?://|www\.)[^\s\[]*\[[^\]]*\]\S*", re.IGNORECASE)
_TRAILING = ".,;:!?)…"

_THOUSANDS = re.compile(r"(?<![\d.,])(\d{1,3})(?:[.,](\d{3}))+(?![\d.,]?\d)")
_NO_QUANTITY = re.compile(
    r"""\d{1,2}\s*[/-]\s*\d{1,2}(?:\s*[/-]\s*\d{2,4})?          # 20/8, 20-8-2024
    | \d{1,2}\s*(?:h|g|giờ|gio|:)(?:\d{1,2}|\s*\d{2}\s*ph[uú]t)?(?![a-zà-ỹ])     # 18h, 7h30, 18:00, 5 giờ 30 phút
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ORDINALS = frozenset({"thu", "ngay", "tuan", "thang", "nam", "quy", "ky", "so", "pl", "t", "lan", "luc", "dot", "to"})
"""A number after one of these names something and counts nothing: "thứ 5", "tuần 34", "lần 2"."""

_UNITS = {
    "luot phat": "lượt phát",
    "luot chieu": "lượt chiếu",
    "luot hoc sinh": "lượt học sinh",
    "luot nguoi": "lượt người",
    "luot": "lượt",
    "lan": "lần",
    "buoi": "buổi",
    "tin bai": "tin, bài",
    "tin": "tin",
    "bai dang": "bài đăng",
    "bai viet": "bài viết",
    "bai": "bài",
    "chuyen muc": "chuyên mục",
    "phong su": "phóng sự",
    "video": "video",
    "clip": "clip",
    "pano": "pano",
    "pa no": "pano",
    "ap phich": "áp phích",
    "khau hieu": "khẩu hiệu",
    "bang ron": "băng rôn",
    "banner": "banner",
    "to roi": "tờ rơi",
    "to gap": "tờ gấp",
    "tai lieu": "tài liệu",
    "hoi nghi": "hội nghị",
    "lop": "lớp",
    "cuoc thi": "cuộc thi",
    "cuoc": "cuộc",
    "hoc sinh": "học sinh",
    "nguoi": "người",
    "cum": "cụm",
    "tam": "tấm",
}
"""What is counted, folded -> as it is shown; the seed's and the evaluators' units."""
_LONGEST_FIRST = sorted(_UNITS, key=lambda unit: -len(unit.split()))

_DIGITS = {"mot": 1, "hai": 2, "ba": 3, "bon": 4, "tu": 4, "nam": 5, "lam": 5, "sau": 6, "bay": 7, "tam": 8, "chin": 9}

_FORMS: tuple[tuple[Form, tuple[str, ...]], ...] = (
    (Form.RADIO, ("truyen thanh", "phat thanh", "phat loa", "loa", "dai xa", "dai phuong")),
    (Form.TELEVISION, ("truyen hinh", "phong su", "len song", "tivi", "ti vi")),
    (Form.LED, ("led", "bang dien tu", "man hinh dien tu")),
    (Form.SOCIAL, ("zalo", "facebook", "fb", "mang xa hoi", "fanpage", "tiktok", "youtube")),
    (Form.PORTAL, ("cong thong tin", "trang thong tin", "website", "web", "cong ttdt", "trang ttdt")),
    (Form.PANEL, ("pano", "pa no", "khau hieu", "ap phich", "bang ron", "cong chao")),
    (Form.LEAFLET, ("to gap", "to roi", "to xep", "cam nang")),
    (Form.CONTEST, ("cuoc thi", "hoi thi")),
    (Form.SCHOOL, ("hoc sinh", "truong hoc", "trai nghiem", "thcs")),
    (Form.MOBILE, ("luu dong", "tieu pham", "xe tuyen truyen")),
    (Form.MEETING, ("hoi nghi", "tap huan", "cuoc hop", "sinh hoat chi bo", "quan triet")),
)
_HOSTS: tuple[tuple[Form, tuple[str, ...]], ...] = (
    (Form.SOCIAL, ("facebook.com", "fb.com", "fb.watch", "zalo.me", "youtube.com", "youtu.be", "tiktok.com")),
    (Form.PORTAL, (".gov.vn",)),
)

_ASKING = (
    "bao nhieu", "bao lau", "bao gio", "o dau", "the nao", "nhu nao", "ra sao", "lam sao", "tai sao", "vi sao",
    "la gi", "can gi", "gi khong", "can nhung gi", "giay to gi", "duoc khong", "khi nao", "cho hoi", "xin hoi",
    "muon hoi", "phai khong", "co phai", "ai duoc", "may ngay",
)  # fmt: skip
_ASKING_END = frozenset({"không", "ko", "chưa", "gì", "nào", "sao", "mấy", "đâu"})
_ASKING_END_PLAIN = frozenset(fold(word) for word in _ASKING_END)
_POLITE = frozenset({"a", "ah", "vay", "nhi", "em"})

CANCEL = frozenset({"huy", "huy bo", "thoi", "bo qua", "thoat", "dung lai", "khong bao nua", "huy bao cao", "de sau"})
"""Words, folded, that end a flow."""


@dataclass(frozen=True, slots=True)
class Quantity:
    count: int
    unit: str
    """As it is shown: "lần", "tin, bài"."""


@dataclass(frozen=True, slots=True)
class Told:
    """What one line says."""

    text: str
    """Without its links."""
    quantity: Quantity | None
    form: Form | None
    links: tuple[str, ...]
    broken: bool = False
    """It holds a link of which a part was masked: that one cannot be opened and is not taken."""


def told(line: str) -> Told:
    """Read one line."""
    links = tuple(dict.fromkeys(_address(found) for found in _LINK.findall(line)))[:LINKS_AT_MOST]
    broken = _BROKEN.search(_LINK.sub(" ", line)) is not None
    text = " ".join(_BROKEN.sub(" ", _LINK.sub(" ", line)).split())
    form = next(iter(forms(text)), None) or next((f for link in links if (f := _form_of(link))), None)
    return Told(text, quantity(text), form, links, broken)


def has_link(line: str) -> bool:
    return _LINK.search(line) is not None


def _address(found: str) -> str:
    found = found.rstrip(_TRAILING)[:LINK_LENGTH]
    return found if found.lower().startswith(("http://", "https://")) else f"https://{found}"


def _form_of(link: str) -> Form | None:
    host = link.split("/")[2].lower()
    return next(
        (form for form, ends in _HOSTS if any(host == e or host.endswith(f".{e.lstrip('.')}") for e in ends)), None
    )


def forms(text: str) -> tuple[Form, ...]:
    """The forms of propaganda that a text names, the one named first in front."""
    folded = f" {fold(text)} "
    at = {
        form: min((folded.find(f" {word} ") for word in names if f" {word} " in folded), default=-1)
        for form, names in _FORMS
    }
    return tuple(sorted((form for form, place in at.items() if place >= 0), key=lambda form: at[form]))


def quantity(text: str) -> Quantity | None:
    """How many of what, the first thing counted; of one thing told in parts ("sáng 1 lần, chiều 1 lần") the sum.

    A total told before its parts ("2 lần: sáng 1 lần, chiều 1 lần") is not counted twice.
    """
    counted = list(_counted(text))
    if not counted:
        return None
    unit = counted[0].unit
    counts = [one.count for one in counted if one.unit == unit]
    total = counts[0] if len(counts) > 2 and counts[0] == sum(counts[1:]) else sum(counts)
    return Quantity(total, unit) if total <= LARGEST else None


def _counted(text: str) -> Iterator[Quantity]:
    plain = _THOUSANDS.sub(lambda found: re.sub(r"[.,]", "", found.group()), text)
    tokens = fold(_NO_QUANTITY.sub(" x ", plain)).split()
    for place in range(1, len(tokens)):
        unit = next((u for u in _LONGEST_FIRST if tokens[place : place + len(u.split())] == u.split()), None)
        if unit is None:
            continue
        count, start = _number_before(tokens, place)
        if count is not None and not (start and tokens[start - 1] in _ORDINALS):
            yield Quantity(count, _UNITS[unit])


def _number_before(tokens: list[str], end: int) -> tuple[int | None, int]:
    """The number that ends before a place, and where it begins."""
    last = tokens[end - 1]
    if last.isascii() and last.isdecimal() and len(last) <= 8:
        return int(last), end - 1
    words = [(count, end - size) for size in (3, 2, 1) if size <= end and (count := _spelled(tokens[end - size : end]))]
    return words[0] if words else (None, end)


def _spelled(words: list[str]) -> int | None:
    """A number up to 99 in words: "hai", "mười lăm", "hai mươi", "hai mươi mốt"."""
    match words:
        case [one]:
            return 10 if one == "muoi" else _DIGITS.get(one) if one != "lam" else None
        case ["muoi", one] if one in _DIGITS:
            return 10 + _DIGITS[one]
        case [ten, "muoi"] if ten in _DIGITS:
            return 10 * _DIGITS[ten]
        case [ten, "muoi", one] if ten in _DIGITS and one in _DIGITS:
            return 10 * _DIGITS[ten] + _DIGITS[one]
    return None


def is_question(line: str) -> bool:
    """Whether a line looks like a question: it ends in a mark or a word that asks, or holds one."""
    if has_link(line):
        return False
    if line.rstrip().endswith("?"):
        return True
    accented = not line.isascii()
    words = [word for word in re.findall(r"[^\W_]+", line.lower()) if fold(word) not in _POLITE]
    if not words:
        return False
    ends = words[-1] in _ASKING_END if accented else words[-1] in _ASKING_END_PLAIN
    text = f" {fold(' '.join(words))} "
    return (ends and text.split()[-2:] != ["ban", "sao"]) or any(f" {asking} " in text for asking in _ASKING)
