"""Heads of a plan's annex: which column says what, in any order and in the wordings that offices use."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from scheduler.documents import Cell
from scheduler.text import fold


class Role(StrEnum):
    """What a column says."""

    TT = "tt"
    GROUP = "group"
    CONTENT = "content"
    LEAD = "lead"
    SUPPORT = "support"
    TIME = "time"
    FROM = "from"
    UNTIL = "until"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Tick:
    """A column that is ticked when something is due in its month, quarter or other part of the year."""

    label: str
    """What a tick says ("Tháng", "Quý"), or all of it where no number follows ("6 tháng đầu năm")."""
    number: str = ""
    """Of the month ("3") or quarter ("III")."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of one table."""

    roles: tuple[Role | None, ...]
    ticks: dict[int, Tick]
    body: int
    """Place of the first row after the heads."""

    @property
    def said(self) -> frozenset[Role]:
        """The roles that the table has; ticks tell the time."""
        return frozenset(role for role in self.roles if role) | ({Role.TIME} if self.ticks else frozenset())

    def of(self, role: Role) -> list[int]:
        """The places of a role's columns."""
        return [place for place, one in enumerate(self.roles) if one is role]


_STRONG: dict[Role, tuple[str, ...]] = {
    Role.GROUP: ("lĩnh vực", "nhóm nhiệm vụ", "nhóm công việc", "nhóm nội dung", "nhóm giải pháp"),
    Role.CONTENT: ("nội dung", "nhiệm vụ", "công việc", "hoạt động", "đầu việc", "tên việc", "hạng mục", "công tác"),
    Role.LEAD: (
        "chủ trì", "đầu mối", "phụ trách", "chịu trách nhiệm", "trách nhiệm", "đơn vị thực hiện", "cơ quan thực hiện",
        "bộ phận thực hiện", "người thực hiện", "cá nhân thực hiện", "tổ chức thực hiện", "đơn vị triển khai",
        "phòng ban thực hiện", "địa phương thực hiện", "đơn vị tham mưu", "cơ quan tham mưu",
    ),
    Role.SUPPORT: ("phối hợp", "tham gia", "đơn vị liên quan", "cơ quan liên quan"),
    Role.FROM: ("từ ngày",),
    Role.UNTIL: ("đến ngày",),
    Role.TIME: (
        "thời gian", "thời hạn", "thời điểm", "tiến độ", "kỳ hạn", "hạn hoàn thành", "hạn thực hiện", "lịch thực hiện",
        "hoàn thành", "định kỳ", "tần suất",
    ),
    Role.NOTE: ("ghi chú", "sản phẩm", "kết quả", "minh chứng"),
}  # fmt: skip
_WEAK: dict[Role, tuple[str, ...]] = {
    Role.LEAD: ("phân công", "đơn vị", "cơ quan", "thực hiện"),
    Role.CONTENT: ("chương trình", "giải pháp", "mục tiêu", "việc"),
    Role.NOTE: ("kinh phí", "yêu cầu", "hình thức", "địa điểm", "chỉ tiêu"),
}
_EXACT = {
    Role.TT: ("tt", "stt", "số tt", "số thứ tự", "thứ tự", "số", "nr", "no"),
    Role.TIME: ("hạn", "ngày", "lịch", "thời gian"),
    Role.FROM: ("từ",),
    Role.UNTIL: ("đến",),
}
_NOT_LEAD = ("đơn vị tính", "đvt")
_LONGEST_HEAD = 90
_LONGEST_END = 3
"""Words in the second line of a head that a narrow column has broken."""
_DEEPEST = 3
_MONTH = re.compile(r"^(?:t|th|thang)\s*\.?\s*(0?[1-9]|1[0-2])(?:\s*[/-]\s*\d{4})?$")
_QUARTER = re.compile(r"^(?:quy|q)\s*\.?\s*([1-4]|[il1]{1,3}|[il1]v)(?:\s*[/-]\s*\d{4})?$")
_WEEK = re.compile(r"^tuan\s*(?:thu\s*)?([1-5])$")
_BARE = re.compile(r"^(?:0?[1-9]|1[0-2]|i{1,3}|iv)$")
_INDEX = re.compile(r"^\(?(?:\d{1,2}|[a-z])\)?(?:\s*=.*)?$")
_ROMAN = {"1": "I", "2": "II", "3": "III", "4": "IV", "i": "I", "ii": "II", "iii": "III", "iv": "IV"}


def at(rows: Sequence[Sequence[Cell]], start: int) -> Columns | None:
    """The columns when heads of an annex begin at a row: one row, or two or three that stand above each other."""
    best: Columns | None = None
    for depth in range(1, min(_DEEPEST, len(rows) - start) + 1):
        heads = rows[start : start + depth]
        if depth > 1 and not _goes_on(heads[-1], heads[-2]):
            break
        found = _columns(heads, start + depth)
        if found and (best is None or len(found.said) + len(found.ticks) >= len(best.said) + len(best.ticks)):
            best = found
    return best


def is_index(row: Sequence[Cell]) -> bool:
    """Whether a row only numbers the columns: (1), (2), (3) … or A, B, 1, 2 …"""
    said = [fold(cell.text) for cell in row if cell.text and not cell.across]
    if len(said) < 3 or not all(_INDEX.match(one) for one in said):
        return False
    numbers = [int(found.group()) for one in said if (found := re.search(r"\d+", one))]
    return len(numbers) < 2 or numbers == list(range(numbers[0], numbers[0] + len(numbers)))


def is_counted(head: str) -> bool:
    """Whether a head is the one of the column of numbers (TT, STT)."""
    return role_of(head) is Role.TT


@lru_cache(maxsize=4096)
def role_of(head: str) -> Role | None:
    """What a head's words announce; slips of scanning (0 for o, l for i, one wrong letter) are forgiven."""
    if not head or len(head) > _LONGEST_HEAD:
        return None
    key = _key(head)
    for role, wordings in _EXACT.items():
        if key in map(_key, wordings):
            return role
    if any(_key(wording) in key for wording in _NOT_LEAD):
        return None
    if "chutri" in key and "phoihop" in key:
        return Role.LEAD
    if ("batdau" in key) != ("ketthuc" in key):
        return Role.FROM if "batdau" in key else Role.UNTIL
    for vocabulary, near in ((_STRONG, False), (_STRONG, True), (_WEAK, False)):
        places = list(_places(key, vocabulary, near=near))
        if places:
            return min(places)[1]
    return None


def _places(key: str, vocabulary: dict[Role, tuple[str, ...]], *, near: bool) -> Iterator[tuple[int, Role]]:
    for role, wordings in vocabulary.items():
        for wording in wordings:
            wanted = _key(wording)
            place = _near(key, wanted) if near else key.find(wanted)
            if place >= 0:
                yield place, role


def _near(key: str, wanted: str) -> int:
    """Where a word stands with one letter wrong; -1 where it does not, or is too short to be sure."""
    if len(wanted) < 6:
        return -1
    for place in range(len(key) - len(wanted) + 1):
        if sum(one != other for one, other in zip(wanted, key[place:], strict=False)) <= 1:
            return place
    return -1


@lru_cache(maxsize=4096)
def _key(text: str) -> str:
    bare = re.sub(r"[^a-z0-9]", "", fold(text).replace("!", "i").replace("|", "i"))
    return bare.replace("0", "o").replace("1", "i").replace("l", "i").replace("rn", "m")


def _columns(heads: Sequence[Sequence[Cell]], body: int) -> Columns | None:
    stacks = [_stack(column) for column in zip(*heads, strict=True)]
    ticks = _ticks(stacks)
    roles = [None if place in ticks else _role(stack) for place, stack in enumerate(stacks)]
    named = {stack for stack in stacks if stack}
    known = {stack for stack, role in zip(stacks, roles, strict=True) if role} | {stacks[place] for place in ticks}
    columns = Columns(tuple(_settled(roles, stacks)), ticks, body)
    owners_or_time = columns.said & {Role.LEAD, Role.SUPPORT, Role.TIME, Role.UNTIL}
    if Role.CONTENT not in columns.said or not owners_or_time or len(known) * 2 < len(named):
        return None
    return columns


def _stack(column: Sequence[Cell]) -> tuple[str, ...]:
    """The heads above a column, from top to bottom, each once."""
    stack: list[str] = []
    for cell in column:
        text = " ".join(cell.text.split())
        if text and not cell.down and text not in stack:
            stack.append(text)
    return tuple(stack)


def _role(stack: tuple[str, ...]) -> Role | None:
    """The lowest head that says something, else what all say together ("Cơ quan" over "thực hiện")."""
    for head in reversed(stack):
        role = role_of(head)
        if role is not None and role_of(head) is not _weak(head):
            return role
    return role_of(" ".join(stack))


def _weak(head: str) -> Role | None:
    places = [] if any(_places(_key(head), _STRONG, near=False)) else list(_places(_key(head), _WEAK, near=False))
    return min(places)[1] if places else None


def _settled(roles: Sequence[Role | None], stacks: Sequence[tuple[str, ...]]) -> list[Role | None]:
    """One lead, one partner and one time column: the one that says it most plainly; groups only beside contents."""
    settled = list(roles)
    if Role.CONTENT not in settled:
        settled = [Role.CONTENT if role is Role.GROUP else role for role in settled]
    for role in (Role.TT, Role.LEAD, Role.SUPPORT, Role.TIME):
        places = [place for place, one in enumerate(settled) if one is role]
        best = min(places, key=lambda place: (_doubt(stacks[place]), place), default=None)
        for place in places:
            if place != best and stacks[place] != stacks[best or 0]:
                settled[place] = Role.NOTE if role is Role.TIME else None
    return settled


def _doubt(stack: tuple[str, ...]) -> int:
    """0 when a head names the lead outright (chủ trì), 1 for other plain words, 2 for weak ones."""
    if any("chutri" in _key(head) for head in stack):
        return 0
    return 2 if stack and _weak(stack[-1]) else 1


def _ticks(stacks: Sequence[tuple[str, ...]]) -> dict[int, Tick]:
    found = {place: tick for place, stack in enumerate(stacks) if stack and (tick := _tick(stack))}
    labels = {tick.label for tick in found.values()}
    return found if len(found) > 1 and len(labels) < len(found) else {}


def _tick(stack: tuple[str, ...]) -> Tick | None:
    own = fold(stack[-1])
    above = fold(" ".join(stack[:-1]))
    if month := _MONTH.match(own):
        return Tick("Tháng", str(int(month.group(1))))
    if quarter := _QUARTER.match(own):
        said = quarter.group(1)
        return Tick("Quý", _ROMAN[said if said in _ROMAN else said.replace("l", "i").replace("1", "i")])
    if week := _WEEK.match(own):
        return Tick("Tuần", week.group(1))
    if above and _BARE.match(own):
        if "quy" in above.split() and own in _ROMAN:
            return Tick("Quý", _ROMAN[own])
        if own.isdecimal() and (role_of(" ".join(stack[:-1])) is Role.TIME or "thang" in above.split()):
            return Tick("Tháng", str(int(own)))
    return None


def _ends(text: str, above: str) -> bool:
    """Whether these words can only be the second line of a head: "chủ trì" under "Cơ quan", "gian" under "Thời"."""
    if not text[:1].islower() or len(text.split()) > _LONGEST_END:
        return False
    return role_of(text) is not None or (not role_of(above) and role_of(f"{above} {text}") is not None)


def _goes_on(row: Sequence[Cell], above: Sequence[Cell]) -> bool:
    """Whether a row belongs to the heads above it: it fills what they left open, and says nothing but heads."""
    own = [cell for cell in row if cell.text and not cell.down and not cell.across]
    if not own or (row[0].text and not row[0].down and row[0].text != above[0].text):
        return False
    if all(_ends(cell.text, head.text) for cell, head in zip(row, above, strict=True) if cell in own):
        return True
    open_heads = any(
        cell.text and not cell.down and (not head.text or head.across or head.down)
        for cell, head in zip(row, above, strict=True)
    )
    if is_index(row) or not open_heads:
        return False
    known = [cell for cell in own if role_of(cell.text) or _tick(("tháng", cell.text)) or _tick(("quý", cell.text))]
    return len(known) == len(own) or (any(cell.down for cell in row) and row[0].down)
