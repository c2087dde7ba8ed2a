"""The words of time and what each may be: the lexicon of the tokeniser. A word may be several things at once."""

from __future__ import annotations

import unicodedata
from enum import StrEnum, auto
from functools import cache, lru_cache

from scheduler.text import fold


class W(StrEnum):
    """What a word or a sign may be in a wording of time."""

    DAY = auto()
    WEEK = auto()
    MONTH = auto()
    QUARTER = auto()
    YEAR = auto()
    HOUR = auto()
    MINUTE = auto()
    DAYPART = auto()
    PERIOD = auto()
    """Kỳ báo cáo: the period that is reported, whichever it is."""
    SCHOOL_YEAR = auto()
    TERM = auto()
    PHASE = auto()
    EVERY = auto()
    PLURAL = auto()
    TIMES = auto()
    """Lần, đợt, buổi: what can be counted as an occurrence."""
    BEFORE = auto()
    BY = auto()
    UNTIL = auto()
    END = auto()
    FROM = auto()
    SINCE = auto()
    IN = auto()
    AT = auto()
    WITHIN = auto()
    AFTER = auto()
    OF = auto()
    AND = auto()
    FIRST = auto()
    MID = auto()
    LAST = auto()
    HALF = auto()
    TENTH1 = auto()
    TENTH2 = auto()
    TENTH3 = auto()
    NEXT = auto()
    THIS = auto()
    ARISING = auto()
    """Phát sinh: an event, and the month "in which it arose"."""
    ORDINAL = auto()
    SUNDAY = auto()
    NUMBER = auto()
    TENS = auto()
    MUNG = auto()
    WORKING = auto()
    ATLEAST = auto()
    PER = auto()
    PERIODIC = auto()
    REPORT = auto()
    CONTINUOUS = auto()
    EVENT = auto()
    MEETING = auto()
    CHANGE = auto()
    EXCEPT = auto()
    ALTERNATE = auto()
    LUNAR = auto()
    LUNAR_DATE = auto()
    INTERIM = auto()
    DOCUMENT = auto()
    """Number of another document; the date after it is not one of the work."""
    REMEMBERED = auto()
    REFERENCE = auto()
    TIMETABLE = auto()
    HEDGE = auto()
    COMPLETE = auto()
    NOW = auto()
    BLANK = auto()
    UNREAD = auto()
    """A number that belongs to nothing; no word is one."""
    NOISE = auto()
    SLASH = auto()
    DASH = auto()
    DOT = auto()
    COMMA = auto()
    COLON = auto()
    SEMICOLON = auto()
    OPEN = auto()
    CLOSE = auto()


PHRASES: dict[W, str] = {
    W.DAY: "ngày",
    W.WEEK: "tuần|tuần lễ",
    W.MONTH: "tháng|thg|t",
    W.QUARTER: "quý|quí|q",
    W.YEAR: "năm",
    W.HOUR: "giờ|h|g|tiếng",
    W.MINUTE: "phút|p",
    W.DAYPART: "sáng|chiều|trưa|tối|buổi sáng|buổi chiều|buổi tối|đầu giờ|cuối giờ|đầu giờ sáng|đầu giờ chiều"
    "|cuối ngày",
    W.PERIOD: "kỳ báo cáo|kì báo cáo|kỳ|kì",
    W.SCHOOL_YEAR: "năm học|cả năm học",
    W.TERM: "học kỳ|học kì|hk",
    W.PHASE: "giai đoạn|nhiệm kỳ|thời kỳ",
    W.EVERY: "hằng|hàng|mỗi|từng|mỗi một|cứ|cứ mỗi|trong mỗi",
    W.PLURAL: "các|những|tất cả các",
    W.TIMES: "lần|lượt|đợt|buổi|phiên|cuộc|kỳ|hội nghị|lớp|chuyến",
    W.BEFORE: "trước",
    W.BY: "chậm nhất|muộn nhất|trễ nhất|không quá|không muộn hơn|không chậm hơn|hạn cuối|hạn chót|thời hạn|hạn|hạn là",
    W.UNTIL: "đến|tới|cho đến|đến hết|tới hết|cho đến hết",
    W.END: "hết|kết thúc",
    W.FROM: "từ|bắt đầu|bắt đầu từ|tính từ|từ sau",
    W.SINCE: "kể từ|kể từ sau",
    W.IN: "trong|trong khoảng",
    W.AT: "vào|là|vào dịp|dịp|nhân dịp",
    W.WITHIN: "trong vòng|trong thời hạn|trong thời gian|thời hạn",
    W.AFTER: "sau",
    W.OF: "của|thuộc",
    W.AND: "và|cùng|hoặc",
    W.FIRST: "đầu|đầu tiên|thứ nhất",
    W.MID: "giữa",
    W.LAST: "cuối|cuối cùng",
    W.HALF: "nửa",
    W.TENTH1: "thượng tuần",
    W.TENTH2: "trung tuần",
    W.TENTH3: "hạ tuần",
    W.NEXT: "sau|kế tiếp|tiếp theo|liền kề|sau liền kề|liền kề sau|liền sau|kế|tới|tiếp liền|kế tiếp theo"
    "|tiếp sau|kế sau",
    W.THIS: "này|nay|hiện tại",
    W.ARISING: "phát sinh",
    W.ORDINAL: "thứ",
    W.SUNDAY: "chủ nhật|chúa nhật|cn",
    W.TENS: "mươi",
    W.MUNG: "mùng|mồng",
    W.WORKING: "làm việc",
    W.ATLEAST: "ít nhất|tối thiểu|không dưới|tối đa|có|đạt|thực hiện|từ",
    W.PER: "trên|trong",
    W.PERIODIC: "định kỳ|định kì|thường kỳ",
    W.REPORT: "báo cáo|theo|sơ kết|tổng kết",
    W.CONTINUOUS: "thường xuyên|liên tục|suốt năm|cả năm|quanh năm|xuyên suốt|trong suốt|trong quá trình"
    "|suốt quá trình"
    "|lâu dài|suốt cả năm|trong cả năm|không thời hạn|trong suốt cả năm|trong suốt năm|toàn năm|suốt"
    "|các năm tiếp theo|những năm tiếp theo|các năm sau|những năm sau",
    W.EVENT: "khi|khi có|sau khi|ngay khi|ngay sau khi|trước khi|từ khi|kể từ khi|tùy theo tình hình"
    "|tuỳ theo tình hình"
    "|theo yêu cầu|theo tình hình|theo tình hình thực tế|theo thực tế|theo đợt|theo từng đợt|theo vụ việc"
    "|theo chỉ đạo"
    "|theo đề nghị|theo nhu cầu|theo sự việc|theo sự kiện|hạn do|đột xuất|thay đổi|có biến động|theo diễn biến",
    W.MEETING: "kỳ họp|kì họp|phiên họp|hội nghị|đại hội|cuộc họp",
    W.CHANGE: "đổi",
    W.LUNAR: "tết|tết nguyên đán|nguyên đán|tết âm lịch|tết cổ truyền|tết trung thu|trung thu|rằm|vu lan|giỗ tổ|tết ta"
    "|tháng giêng|tháng chạp",
    W.EXCEPT: "trừ|ngoại trừ|loại trừ|không kể|không tính",
    W.ALTERNATE: "cách",
    W.REFERENCE: "theo kế hoạch|theo quy định|theo qui định|theo lộ trình|theo hướng dẫn|chưa xác định|như trên|nt"
    "|theo tiến độ|theo phân công|theo chương trình|theo thông báo|theo văn bản|theo công văn|theo quyết định",
    W.TIMETABLE: "theo lịch|lịch phát sóng|lịch tiếp công dân",
    W.HEDGE: "dự kiến|riêng|hè|dịp hè|hoặc|khoảng|trong khoảng|đề nghị|có thể|tùy|tuỳ|nếu|nếu có|chờ|ước|tạm thời"
    "|khoảng chừng",
    W.COMPLETE: "hoàn thành|hoàn tất",
    W.LUNAR_DATE: "âm lịch",
    W.INTERIM: "sơ kết",
    W.REMEMBERED: "quốc khánh|cách mạng tháng tám|thương binh liệt sĩ|thương binh liệt sỹ|quốc tế lao động"
    "|quốc tế phụ nữ|quốc tế thiếu nhi|nhà giáo việt nam|pháp luật việt nam|tết dương lịch",
    W.NOW: "ngay|làm ngay|kịp thời",
    W.NOISE: "quy|thu|quy định|quy chế|quy trình|quy hoạch|quy mô|thủ tục|thư|việt nam|miền nam|mới|chuyển đổi"
    "|sửa đổi"
    "|trao đổi|đổi mới|chuyển đổi số|ngân hàng|mặt hàng|hàng hóa|ngày nay|đầu tư|thắng lợi|lần thứ|bước đầu"
    "|trước hết"
    "|trước mắt|sau này|quy ước|bộ phận một cửa|một cửa|hàng đầu|thi đua|tháng thanh niên|tháng hành động|nay",
}
"""Phrases that may be each thing, one "|" between them. The longest one that fits is read; NOISE keeps words from
being taken for what they resemble."""

NUMBERS: dict[str, int] = {
    "một": 1,
    "mốt": 1,
    "hai": 2,
    "ba": 3,
    "bốn": 4,
    "tư": 4,
    "lăm": 5,
    "nhăm": 5,
    "năm": 5,
    "sáu": 6,
    "bảy": 7,
    "bẩy": 7,
    "tám": 8,
    "chín": 9,
    "mười": 10,
}

REMEMBERED: dict[str, tuple[int, int]] = {
    "quoc khanh": (2, 9),
    "cach mang thang tam": (19, 8),
    "thuong binh liet si": (27, 7),
    "thuong binh liet sy": (27, 7),
    "quoc te lao dong": (1, 5),
    "quoc te phu nu": (8, 3),
    "quoc te thieu nhi": (1, 6),
    "nha giao viet nam": (20, 11),
    "phap luat viet nam": (9, 11),
    "tet duong lich": (1, 1),
}
"""Days of remembrance with a fixed date of the solar calendar, without accents -> day, month."""

_TONES = frozenset("\u0300\u0301\u0303\u0309\u0323")

Form = tuple[tuple[str, ...], W]


@lru_cache(maxsize=4096)
def key(word: str) -> str:
    """Spelling in which "hoà" is "hòa", "qúy" is "quý" and "thuờng" is "thường": the tone stands at the end."""
    letters, tone = [], ""
    for sign in unicodedata.normalize("NFD", word.lower()):
        if sign in _TONES:
            tone = sign
        else:
            letters.append(sign)
    return unicodedata.normalize("NFC", "".join(letters)).replace("uơ", "ươ") + tone


@lru_cache(maxsize=4096)
def bare(word: str) -> str:
    """A word without accents."""
    return fold(word)


@cache
def by_first_word() -> dict[str, tuple[Form, ...]]:
    """First word without accents -> phrases that begin so (words in the spelling of :func:`key`), longest first."""
    found: dict[str, list[Form]] = {}
    for kind, phrases in PHRASES.items():
        for phrase in phrases.split("|"):
            words = phrase.split()
            found.setdefault(bare(words[0]), []).append((tuple(map(key, words)), kind))
    for word in NUMBERS:
        found.setdefault(bare(word), []).append(((key(word),), W.NUMBER))
    return {first: tuple(sorted(forms, key=lambda form: -len(form[0]))) for first, forms in found.items()}


@cache
def values() -> dict[str, int]:
    """Number words in the spelling of :func:`key`, and without accents where nobody wrote any -> value."""
    spelt = {key(word): value for word, value in NUMBERS.items()}
    return {bare(word): value for word, value in NUMBERS.items()} | spelt
