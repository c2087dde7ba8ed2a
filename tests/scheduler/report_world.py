"""A small ledger made by hand: four wards, four tasks, a first quarter whose figures can be counted on paper."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from scheduler.ledger import Entry, Form, Mark, Period, Proof, ProofKind, Standing
from scheduler.plan import Plan

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
PLAN = Plan(
    title="Tuyên truyền cải cách hành chính nhà nước thành phố Bắc Giang năm 2024",
    year=2024,
    number="15/KH-UBND",
    issued_on=date(2024, 1, 22),
    issuer="UBND thành phố Bắc Giang",
)
TASKS = (
    ("1", "Tuyên truyền chuyển đổi số trên hệ thống truyền thanh", ("UBND các phường, xã",), ("Phòng VHTT",)),
    ("2", "Đăng tin, bài trên Trang thông tin điện tử", ("UBND phường A", "UBND phường B"), ()),
    ("3", "Chiếu khẩu hiệu trên màn hình LED", ("UBND phường D",), ()),
    ("7", "Cập nhật danh mục TTHC khi có thay đổi", ("UBND các phường, xã",), ()),
)
UNITS = {letter: f"UBND phường {letter}" for letter in "ABCD"}
AFTER = datetime(2024, 3, 20, 10, tzinfo=ZONE)
"""After the window of the first quarter."""

W09 = Period("2024-W09", "tuần 9 (26/2–03/3/2024)", date(2024, 2, 26), date(2024, 3, 3), date(2024, 3, 1))
W10 = Period("2024-W10", "tuần 10 (04–10/3/2024)", date(2024, 3, 4), date(2024, 3, 10), date(2024, 3, 8))
W11 = Period("2024-W11", "tuần 11 (11–17/3/2024)", date(2024, 3, 11), date(2024, 3, 17), date(2024, 3, 15))
JANUARY = Period("2024-01", "tháng 1/2024", date(2024, 1, 1), date(2024, 1, 31), date(2024, 1, 31))
FEBRUARY = Period("2024-02", "tháng 2/2024", date(2024, 2, 1), date(2024, 2, 29), date(2024, 2, 29))
ONCE = Period("once", "một lần", date(2024, 1, 1), date(2024, 3, 10), date(2024, 3, 10))
DECEMBER = Period("2023-12", "tháng 12/2023", date(2023, 12, 1), date(2023, 12, 31), date(2023, 12, 20))
"""Its due day lies in the window of the first quarter, but it is not of the plan for 2024."""

PHOTO = Proof(ProofKind.PHOTO, "loa.jpg", "a" * 64)
TWIN = Proof(ProofKind.PHOTO, "loa-cu.jpg", "b" * 64, twin="BC-PL1-2024W08-D")
LINK = Proof(ProofKind.LINK, "https://bacgiang.example/tin/1?a=1&b=2")
FILE = Proof(ProofKind.FILE, "bai-phat-thanh.docx", "c" * 64)
LINE = Proof(ProofKind.LINE, "Đã phát trên loa")


def moment(day: date, hour: int = 16) -> datetime:
    return datetime.combine(day, time(hour), ZONE)


def entry(
    number: int,
    tt: str,
    unit: str,
    period: Period,
    mark: Mark = Mark.OPEN,
    late: int | None = None,
    *,
    form: Form | None = None,
    quantity: int | None = None,
    proofs: tuple[Proof, ...] = (),
    reason: str = "",
    text: str = "",
    new: bool = False,
) -> Entry:
    """A row; ``late``: days after the due day on which it was reported (0 and less: in time), None: not reported."""
    due = moment(period.due, 23)
    reported = None if late is None else moment(period.due + timedelta(days=late))
    content = next(task[1] for task in TASKS if task[0] == tt)
    return Entry(
        id=number,
        tt=tt,
        content=content,
        unit=f"bg.{unit.lower()}",
        unit_name=UNITS[unit],
        period=period,
        standing=Standing(due, due - timedelta(days=1), mark, reported),
        code=None if late is None else f"BC-PL{tt}-{period.key.replace('-', '')}-{unit}",
        text=text,
        form=form,
        quantity=quantity,
        is_new_form=new,
        reason=reason,
        proofs=proofs,
        support=("Phòng Văn hóa và Thông tin",),
    )


def ledger() -> tuple[Entry, ...]:
    """All rows, in no order."""
    return (*_broadcasts(), *_articles(), *_outside())


def _broadcasts() -> Iterator[Entry]:
    radio = Form.RADIO
    yield entry(18, "1", "D", W10, Mark.ACCEPTED, 0, form=radio, quantity=4, proofs=(PHOTO, FILE))
    yield entry(
        11, "1", "A", W09, Mark.ACCEPTED, 0, form=radio, quantity=3, proofs=(PHOTO,), text="Phát bài về chữ ký số"
    )
    yield entry(12, "1", "A", W10, Mark.REPORTED, 2, form=radio, quantity=2, proofs=(LINK,))
    yield entry(13, "1", "B", W09, Mark.REPORTED, -1, form=radio, quantity=1, proofs=(LINE,))
    yield entry(14, "1", "B", W10)
    yield entry(
        15, "1", "C", W09, Mark.RETURNED, 0, form=radio, quantity=6, proofs=(PHOTO,), reason="Ảnh mờ, không đọc được"
    )
    yield entry(16, "1", "C", W10, Mark.NOT_APPLICABLE, reason="Mất điện toàn phường")
    yield entry(17, "1", "D", W09, Mark.ACCEPTED, 0, form=radio, quantity=None, proofs=(TWIN,))


def _articles() -> Iterator[Entry]:
    yield entry(21, "2", "A", JANUARY, Mark.ACCEPTED, 0, form=Form.PORTAL, quantity=5, proofs=(LINK,))
    yield entry(22, "2", "A", FEBRUARY, Mark.ACCEPTED, 3, form=Form.PORTAL, quantity=5, proofs=(LINK,))
    yield entry(23, "2", "B", JANUARY, Mark.REPORTED, 0, form=Form.SOCIAL, quantity=2, proofs=(LINK,))
    yield entry(24, "2", "B", FEBRUARY, Mark.REPORTED, 0, form=Form.SOCIAL, quantity=3)
    yield entry(
        31,
        "3",
        "D",
        ONCE,
        Mark.REPORTED,
        -5,
        form=Form.LED,
        quantity=10,
        proofs=(LINE,),
        text="Chiếu câu đố CCHC",
        new=True,
    )


def _outside() -> Iterator[Entry]:
    for number, unit in enumerate("ABCD", 41):
        yield entry(number, "1", unit, W11, Mark.REPORTED, 0, form=Form.RADIO, quantity=1, proofs=(PHOTO,))
    yield entry(45, "2", "A", DECEMBER, Mark.REPORTED, 0, form=Form.PORTAL, quantity=9, proofs=(LINK,))
