"""Plans without a table: numbered paragraphs that name lead, partners and time under labels or in sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from scheduler.documents.document import Cell, Paragraph, Table, grid

HEADS = ("TT", "Nội dung", "Chủ trì", "Phối hợp", "Thời gian", "Ghi chú")
_WHO = r"(?:(?:các\s+)?(?:cơ\s*quan|đơn\s*vị|bộ\s*phận|phòng,?\s*ban|người)(?:,\s*(?:cơ\s*quan|đơn\s*vị))?\s+)?"
_LABELS = {
    "content": r"(?:nội\s*dung|nhiệm\s*vụ|công\s*việc|tên\s*việc)"
    r"(?:\s+(?:công\s*việc|nhiệm\s*vụ|thực\s*hiện|cụ\s*thể))?",
    "lead": rf"{_WHO}(?:chủ\s*tr[ìiíỉ]|phụ\s*trách|đầu\s*mối|chịu\s*trách\s*nhiệm)(?:\s+thực\s*hiện|\s+chính)?"
    r"|(?:cơ\s*quan|đơn\s*vị|bộ\s*phận|người)\s+thực\s*hiện|phân\s*công(?:\s+thực\s*hiện)?",
    "support": rf"{_WHO}phối\s*hợp(?:\s+thực\s*hiện)?",
    "time": r"(?:thời\s*gian|thời\s*hạn|tiến\s*độ|thời\s*điểm|kỳ\s*hạn|hạn)"
    r"(?:\s+(?:thực\s*hiện|hoàn\s*thành|triển\s*khai|báo\s*cáo))?"
    r"|hoàn\s*thành",
    "note": r"ghi\s*chú|sản\s*phẩm(?:\s+(?:đầu\s*ra|dự\s*kiến))?"
    r"|kết\s*quả(?:\s+(?:đầu\s*ra|dự\s*kiến|thực\s*hiện))?|kinh\s*phí",
}
_LABEL = re.compile(
    r"(?:^|(?<=[\s.;,(\-–+•]))(?:"
    + "|".join(f"(?P<{name}>{wording})" for name, wording in _LABELS.items())
    + r")\s*:\s*",
    re.IGNORECASE,
)
_TASK = re.compile(r"^\(?(?:nhiệm\s*vụ|nội\s*dung|việc|mục)?\s*(\d+(?:\.\d+)*|[a-zđ])\s*[.):/]\s*(?=\S)", re.IGNORECASE)
_GROUP = re.compile(r"^(?:[IVX]+|[A-ZĐ])\s*[.)\-:]\s+\S")
_BULLET = re.compile(r"^\s*[-+•*–▪◦]\s*")
_ENDS = re.compile(r"^\s*(?:nơi\s*nhận|tm\.|kt\.|tl\.|trên\s+đây\s+là)", re.IGNORECASE)
_DUTIES = re.compile(r"tổ\s*chức\s*thực\s*hiện|trách\s*nhiệm", re.IGNORECASE)
_LONGEST = 4_000
"""Signs of a line; a longer one is no task."""
_LOOSE = " \n\t.;,-–(+•"
_VERBS = (
    r"(?:tổ chức|xây dựng|thực hiện|tham mưu|lắp đặt|biên tập|triển khai|rà soát|tuyên truyền|hướng dẫn|đăng tải|"
    r"cập nhật|"
    r"niêm yết|phát thanh|treo|in ấn|cấp phát|tập huấn|kiểm tra|theo dõi|đôn đốc|tổng hợp|báo cáo|công khai|phổ biến|"
    r"viết|"
    r"sản xuất|ban hành|mở|duy trì|vận hành|hỗ trợ|thay thế|đăng|phát|vận động|khảo sát|đánh giá|lồng ghép|bố trí)\b"
)
_ORDER = r"(?:giao|đề nghị|yêu cầu)(?:\s+cho)?\s+"
_UNIT = (
    r"(?:các\s+)?(?:phòng|ubnd|ủy ban|trung tâm|ban|văn phòng|công an|đài|hội|trường|bộ phận|công chức|thành đoàn|"
    r"đoàn|tổ)\s"
)
_A_UNIT = re.compile(rf"{_UNIT}[^.:;]{{1,160}}", re.IGNORECASE)
_LEADS = (
    re.compile(rf"^(?:{_ORDER})?(?P<lead>[^.:;(]{{3,160}}?)\s+chủ\s*trì\b,?\s*", re.IGNORECASE),
    re.compile(rf"^{_ORDER}(?P<lead>[^.:;]{{3,160}}?)\s+(?={_VERBS})", re.IGNORECASE),
    re.compile(rf"^(?P<lead>{_UNIT}[^.:;]{{1,160}}?)\s*:\s+", re.IGNORECASE),
    re.compile(rf"^(?P<lead>{_UNIT}[^.:;]{{1,160}}?)\s+(?={_VERBS})", re.IGNORECASE),
)
_WITH = re.compile(rf"^(?:và\s+)?phối\s*hợp\s+(?:với\s+)?(?P<support>[^.:;]{{3,240}}?),?\s+(?={_VERBS})", re.IGNORECASE)
_BRACKETS = re.compile(
    r"\(\s*(?:do\s+)?(?P<lead>[^();]{3,120}?)\s+chủ\s*trì\s*(?:[;,]\s*(?P<support>[^();]{3,160}?)\s+phối\s*hợp\s*)?"
    r"(?:[;,]\s*(?P<time>[^()]+?))?\s*\)[\s.;]*$",
    re.IGNORECASE,
)
_AFTER = re.compile(
    rf"(?:[.:;]|\s[-–](?=\s+(?:do\s+|giao\s+)?{_UNIT}))\s+"
    r"(?:do\s+|giao\s+)?(?P<lead>[^.:;()]{3,120}?)\s+chủ\s*trì(?:\s+thực\s+hiện)?"
    r"(?:[;,]\s*(?:phối\s*hợp\s+(?:với\s+)?(?P<partner>[^.;()]{3,160}?)|"
    r"(?P<support>[^.:;()]{3,160}?)\s+phối\s*hợp(?:\s+thực\s+hiện)?))?"
    r"(?P<rest>\s*$|\s*(?:[.;]|\s[-–]\s|,\s*(?=hoàn|trong|trước|thời|xong|chậm|hằng|hàng|thực|định|vào|từ|đến|mỗi|thường)).*$)",
    re.IGNORECASE,
)
"""The owners after the task: "Lắp đặt pano: Phòng VHTT chủ trì, UBND phường phối hợp, hoàn thành trước 30/6"."""
_DONE = r"(?:thực\s+hiện|thời\s+gian|thời\s+hạn|hoàn\s+thành|xong)\s+"
_SINCE = (
    r"trong|trước|chậm\s+nhất|muộn\s+nhất|đến|từ|vào|hằng|hàng|mỗi|định\s+kỳ|"
    r"thường\s+xuyên|quý|tháng|ngày|cuối|đầu|khi\s+có"
)
_PERIOD = (
    r"(?:hằng|hàng|mỗi)\s+(?:ngày|tuần|tháng|quý|năm)"
    r"|(?:trong|trước|đến|hết|từ|vào)\s+(?:hết\s+)?(?:ngày|tháng|quý|năm)\s*[\dIVX]"
    r"|định\s+kỳ|thường\s+xuyên"
)
_WHENS = (
    re.compile(rf"[,.;(]\s*(?P<time>(?:{_DONE})?(?:{_SINCE})\b[^.;()]*)\)?\s*[.;]?\s*$", re.IGNORECASE),
    re.compile(rf"\s(?P<time>(?:{_DONE})?(?:{_PERIOD})[^.;(),]*)\)?\s*[.;]?\s*$", re.IGNORECASE),
)


@dataclass(slots=True)
class _Item:
    tt: str
    content: str
    lead: str = ""
    support: str = ""
    time: str = ""
    note: str = ""
    last: str = "content"
    """The field that a following line goes on with."""
    bullets: list[str] = field(default_factory=list)
    """The lines of its content that begin with a dash."""
    headings: list[str] = field(default_factory=list)
    """Group headings since the item before."""

    @property
    def assigned(self) -> bool:
        return bool(self.lead or self.time)

    def add(self, name: str, text: str) -> None:
        """Add to a field; owners stay on lines of their own."""
        said = text.strip(_LOOSE if name != "content" else " \n\t").rstrip(")") if name != "note" else text.strip()
        before = str(getattr(self, name))
        between = "\n" if name in {"lead", "support"} else " "
        setattr(self, name, between.join(filter(None, (before, said))))
        self.last = name

    def cells(self) -> list[Cell]:
        return [
            Cell(text)
            for text in (self.tt, self.content.strip(" ;,-–("), self.lead, self.support, self.time, self.note)
        ]


def table_of(paragraphs: Sequence[Paragraph]) -> Table | None:
    """The table that numbered prose amounts to: a row for each number that names a lead or a time."""
    items = _without_inner(
        _items(line for paragraph in paragraphs for line in paragraph.text.split("\n") if len(line) <= _LONGEST)
    )
    labelled = [item for item in items if item.lead]
    items = [part for item in items for part in _duties(item)]
    for item in items:
        if not item.lead:
            _read_sentence(item)
        if not item.time:
            _read_time(item)
    if labelled:
        items = _without_duties(items, labelled)
    if not any(item.assigned for item in items):
        return None
    rows: list[list[Cell]] = [[Cell(head) for head in HEADS]]
    for item in items:
        rows += [_heading(text) for text in item.headings]
        if item.assigned:
            rows.append(item.cells())
        elif item.content and len(item.content) < 200:
            rows.append(_heading(f"{item.tt}. {item.content}"))
    return grid(rows)


def _duties(item: _Item) -> list[_Item]:
    """A unit and under it dashes with times of their own: each is a task of that unit."""
    unit = item.content.split(" - ", 1)[0].split(" + ", 1)[0].strip(" :.")
    timed = [_time_at_end(line) for line in item.bullets]
    if item.assigned or not _A_UNIT.fullmatch(unit) or not any(timed[:-1]):
        return [item]
    parts = []
    for place, line in enumerate(item.bullets):
        when = timed[place]
        content = line[: when.start()] if when else line
        time = _bare(when.group("time")) if when else ""
        parts.append(_Item(f"{item.tt}.{place + 1}", content.strip(" ,;."), unit, time=time))
    parts[0].headings = item.headings
    return parts


def _time_at_end(text: str) -> re.Match[str] | None:
    return next((when for form in _WHENS if (when := form.search(text))), None)


def _without_duties(items: Sequence[_Item], labelled: Sequence[_Item]) -> list[_Item]:
    """Where tasks name their leads under labels, "Tổ chức thực hiện" only tells each unit again what is its own.

    What has a time of its own there is a task all the same.
    """
    kept: list[_Item] = []
    heading = ""
    for item in items:
        heading = item.headings[-1] if item.headings else heading
        if item in labelled or item.time or not _DUTIES.search(heading):
            kept.append(item)
    return kept


def _heading(text: str) -> list[Cell]:
    return [Cell(text), *[Cell(text, across=True)] * (len(HEADS) - 1)]


def _items(lines: Iterator[str]) -> Iterator[_Item]:
    item: _Item | None = None
    headings: list[str] = []
    for line in lines:
        if _ENDS.match(line):
            break
        if _GROUP.match(line) and not _LABEL.search(line):
            headings.append(line)
        elif found := _TASK.match(line):
            if item is not None:
                yield item
            item = _Item(found.group(1), "", headings=headings)
            headings = []
            _read(item, line[found.end() :])
        elif item is not None and not headings:
            _read(item, line)
    if item is not None:
        yield item


def _without_inner(items: Iterator[_Item]) -> list[_Item]:
    """Letters under a number are tasks when each names its lead or time; else they are parts of the number's text."""
    kept: list[_Item] = []
    letters: list[_Item] = []
    for item in items:
        if item.tt.isalpha() and kept:
            letters.append(item)
            continue
        _settle(kept, letters)
        kept.append(item)
        letters = []
    _settle(kept, letters)
    return kept


def _settle(kept: list[_Item], letters: list[_Item]) -> None:
    if kept and letters and all(letter.assigned for letter in letters):
        kept += letters
        return
    for letter in letters:
        kept[-1].add("content", f"{letter.tt}) {letter.content}")
        for name in ("lead", "support", "time", "note"):
            if said := str(getattr(letter, name)):
                kept[-1].add(name, said)


def _read(item: _Item, line: str) -> None:
    """Add a line: the text before its first label goes on with what came before."""
    labels = list(_LABEL.finditer(line))
    opening = line[: labels[0].start()] if labels else line
    if _BULLET.sub("", opening).strip(_LOOSE):
        going_on = (
            item.last
            if item.last == "content" or not _BULLET.match(line) or item.last in {"lead", "support"}
            else "note"
        )
        item.add(going_on, opening.rstrip(" ;,(-–") if labels else opening)
        if going_on == "content" and _BULLET.match(line):
            item.bullets.append(_BULLET.sub("", opening))
    for place, label in enumerate(labels):
        end = labels[place + 1].start() if place + 1 < len(labels) else len(line)
        item.add(str(label.lastgroup), line[label.end() : end])


def _read_time(item: _Item) -> None:
    """A time at the end of what names the owners: "chủ trì: Phòng VHTT, hoàn thành trước 30/6"."""
    for name in ("support", "lead"):
        said = str(getattr(item, name))
        if when := _WHENS[0].search(said):
            setattr(item, name, said[: when.start()].strip(_LOOSE))
            item.time = _bare(when.group("time"))
            return


def _bare(time: str) -> str:
    return re.sub(r"^thực\s+hiện\s+", "", time.strip(" ,"), flags=re.IGNORECASE)


def _read_sentence(item: _Item) -> None:
    """ "Phòng VHTT chủ trì, phối hợp với UBND phường, xã lắp đặt pano, hoàn thành trước ngày 30/6/2024." """
    text = item.content
    if brackets := _BRACKETS.search(text):
        item.lead, item.support = brackets.group("lead"), brackets.group("support") or ""
        item.time = item.time or _bare(brackets.group("time") or "")
        item.content = text[: brackets.start()].strip(" ,;.")
        return
    if after := _AFTER.search(text):
        item.lead, item.support = after.group("lead"), after.group("partner") or after.group("support") or ""
        rest = re.sub(r"^\s*[-–]\s", ", ", after.group("rest"))
        if not item.time and (when := _WHENS[0].search(rest)):
            item.time = _bare(when.group("time"))
        item.content = text[: after.start()].strip(" ,;.")
        return
    found = next((found for form in _LEADS if (found := form.match(text))), None)
    if found is None:
        return
    item.lead = found.group("lead").strip(" ,")
    rest = text[found.end() :]
    if partners := _WITH.match(rest):
        item.support = partners.group("support").strip(" ,")
        rest = rest[partners.end() :]
    if not item.time and (when := _time_at_end(rest)):
        item.time = _bare(when.group("time"))
        rest = rest[: when.start()]
    rest = rest.strip(" ,;.")
    item.content = rest[:1].upper() + rest[1:]
