"""What files call a fact, and the name it has in :mod:`knowledge.importers.facts`.

Labels are compared without case, accents and punctuation, so "MÃ TTHC", "Mã tthc:" and "ma TTHC" are one.
"""

from __future__ import annotations

import re

from knowledge.importers.facts import text
from knowledge.normalize import fold

SECTIONS = {
    "ma thu tuc": "code",
    "ma so thu tuc": "code",
    "ma thu tuc hanh chinh": "code",
    "ma tthc": "code",
    "ma so tthc": "code",
    "so quyet dinh": "decision",
    "quyet dinh cong bo": "decision",
    "ten thu tuc": "name",
    "ten thu tuc hanh chinh": "name",
    "ten tthc": "name",
    "cap thuc hien": "level",
    "cap giai quyet": "level",
    "loai thu tuc": "",
    "linh vuc": "field",
    "trinh tu thuc hien": "steps",
    "cach thuc thuc hien": "channels",
    "thoi han giai quyet": "time",
    "phi le phi": "fee",
    "le phi": "fee",
    "thanh phan ho so": "documents",
    "thanh phan so luong ho so": "documents",
    "so luong ho so": "",
    "so bo ho so": "",
    "doi tuong thuc hien": "subjects",
    "doi tuong thuc hien tthc": "subjects",
    "doi tuong thuc hien thu tuc hanh chinh": "subjects",
    "co quan thuc hien": "agency",
    "co quan thuc hien tthc": "agency",
    "co quan thuc hien thu tuc hanh chinh": "agency",
    "co quan giai quyet": "agency",
    "co quan co tham quyen": "authority",
    "dia chi tiep nhan hs": "receive_address",
    "dia chi tiep nhan ho so": "receive_address",
    "co quan duoc uy quyen": "",
    "co quan phoi hop": "",
    "ket qua thuc hien": "result",
    "ket qua thuc hien tthc": "result",
    "ket qua thuc hien thu tuc hanh chinh": "result",
    "can cu phap ly": "legal_basis",
    "can cu phap ly cua thu tuc hanh chinh": "legal_basis",
    "yeu cau dieu kien": "conditions",
    "yeu cau dieu kien thuc hien": "conditions",
    "yeu cau dieu kien thuc hien tthc": "conditions",
    "yeu cau dieu kien thuc hien thu tuc hanh chinh": "conditions",
    "ten mau don to khai": "forms",
    "mau don to khai": "forms",
    "tu khoa": "",
    "mo ta": "",
}
"""Labels of sections as the portal and decisions write them; an empty name: known, and not carried over."""

_SHORT = {
    "ma": "code",
    "ma so": "code",
    "ma so ho so tthc": "code",
    "code": "code",
    "ten": "name",
    "tthc": "name",
    "thu tuc": "name",
    "thu tuc hanh chinh": "name",
    "ten dich vu cong": "name",
    "name": "name",
    "nganh linh vuc": "field",
    "cap": "level",
    "cap tham quyen giai quyet": "level",
    "don vi thuc hien": "agency",
    "don vi giai quyet": "agency",
    "co quan": "agency",
    "tham quyen giai quyet": "authority",
    "thoi gian giai quyet": "time",
    "thoi han thuc hien": "time",
    "thoi gian thuc hien": "time",
    "thoi han": "time",
    "thoi gian": "time",
    "phi": "fee",
    "phi va le phi": "fee",
    "muc phi": "fee",
    "muc phi le phi": "fee",
    "muc thu phi le phi": "fee",
    "ho so": "documents",
    "giay to": "documents",
    "giay to can nop": "documents",
    "cach thuc": "channels",
    "cach thuc nop": "channels",
    "hinh thuc nop": "channels",
    "hinh thuc nop ho so": "channels",
    "hinh thuc thuc hien": "channels",
    "trinh tu": "steps",
    "cac buoc thuc hien": "steps",
    "doi tuong": "subjects",
    "can cu": "legal_basis",
    "co so phap ly": "legal_basis",
    "ket qua": "result",
    "ket qua giai quyet": "result",
    "dieu kien": "conditions",
    "dieu kien thuc hien": "conditions",
    "quyet dinh": "decision",
    "so quyet dinh cong bo": "decision",
    "qd cong bo": "decision",
    "bieu mau": "forms",
    "dia diem thuc hien": "receive_address",
    "noi tiep nhan ho so": "receive_address",
    "noi nop": "receive_address",
    "noi nop ho so": "receive_address",
    "dia chi": "address",
    "dia chi truy cap": "address",
    "duong dan": "address",
    "lien ket": "address",
    "link": "address",
    "url": "address",
    "pham vi": "scope",
    "pham vi ap dung": "scope",
    "tinh": "scope",
    "ngay cap nhat": "crawl_date",
    "ngay kiem tra": "crawl_date",
    "ngay ra soat": "crawl_date",
}
"""Shorter words that are clear as the head of a column and too common within a text."""

COLUMNS = {**SECTIONS, **_SHORT}

_BRACKETS = re.compile(r"\(([^)]*)\)")
_ORDER = re.compile(r"^\s*(?:[IVX]+|\d+(?:\.\d+)*|[a-zđ])[.)]\s+", re.IGNORECASE)
_UNITS = frozenset({"ngày", "ngày làm việc", "giờ", "giờ làm việc", "đồng", "nghìn đồng", "vnđ", "vnd"})


def section_of(label: str) -> str | None:
    """The fact that a section is about; None when the text is no label, "" when the fact is not carried over."""
    return SECTIONS.get(fold(_ORDER.sub("", label, count=1))) if len(label) <= 80 else None


def column_of(label: str) -> str | None:
    """The fact that a column holds; what stands in brackets is not part of its name."""
    return COLUMNS.get(fold(_BRACKETS.sub(" ", label))) if len(label) <= 200 else None


def unit_of(label: str) -> str:
    """The unit that the head of a column names in brackets: "Thời hạn giải quyết (ngày làm việc)"; else empty."""
    return next((unit for part in _BRACKETS.findall(label) if (unit := text(part).casefold()) in _UNITS), "")
