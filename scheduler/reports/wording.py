"""How a report writes numbers, days and states, in Vietnamese."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from scheduler.ledger import ProofKind, State
from scheduler.reports.counts import Outcome, Status
from scheduler.reports.figures import local_day

FILL_IN = "[đơn vị bổ sung]"
"""What the ledger does not know and nobody may invent."""

STATE_WORDS = {
    State.PLANNED: "Chưa đến hạn",
    State.DUE_SOON: "Sắp đến hạn",
    State.OVERDUE: "Quá hạn",
    State.REPORTED: "Đã báo",
    State.REPORTED_LATE: "Báo muộn",
    State.ACCEPTED: "Đã duyệt",
    State.ACCEPTED_LATE: "Đã duyệt (muộn)",
    State.RETURNED: "Trả lại",
    State.NOT_APPLICABLE: "Không áp dụng",
}
OUTCOME_WORDS = {
    Outcome.ON_TIME: "Đúng hạn",
    Outcome.LATE: "Muộn",
    Outcome.OVERDUE: "Quá hạn",
    Outcome.RETURNED: "Trả lại",
    Outcome.WAITING: "Chưa đến hạn",
    Outcome.NOT_APPLICABLE: "Không áp dụng",
}
STATUS_WORDS = {
    Status.DONE: "Hoàn thành",
    Status.UNDONE: "Chưa hoàn thành",
    Status.WAITING: "Chưa đến hạn",
    Status.IDLE: "Không có lượt nào",
}
PROOF_WORDS = {
    ProofKind.PHOTO: "ảnh",
    ProofKind.FILE: "tệp",
    ProofKind.LINK: "đường dẫn",
    ProofKind.MESSAGE: "tin đã gửi",
    ProofKind.LINE: "lời kể",
}

_ILLEGIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def legible(text: str) -> str:
    """Text on one line, without the signs that an Office file may not hold."""
    return " ".join(_ILLEGIBLE.sub("", text).split())


def whole(number: int) -> str:
    """1234 -> "1.234"."""
    return f"{number:,}".replace(",", ".")


def decimal(number: Fraction, places: int) -> str:
    """7/8 with 2 places -> "0,88"; zeros at the end are left out."""
    step = Decimal(1).scaleb(-places)
    exact = Decimal(number.numerator) / Decimal(number.denominator)
    said = f"{exact.quantize(step, ROUND_HALF_UP):f}"
    front, _, behind = said.partition(".")
    behind = behind.rstrip("0")
    return whole(int(front)) + (f",{behind}" if behind else "")


def percent(share: Fraction | None) -> str:
    """7/8 -> "87,5%"; what is not all is never "100%"; "–": of nothing."""
    if share is None:
        return "–"
    said = decimal(share * 100, 1)
    return f"{'99,9' if said == '100' and share < 1 else said}%"


def day(value: date) -> str:
    """ "05/02/2024"."""
    return f"{value:%d/%m/%Y}"


def day_of(moment: datetime | None) -> str:
    """The day of a moment in Vietnam; nothing for no moment."""
    return day(local_day(moment)) if moment else ""


def blank_day(value: date) -> str:
    """The date of a draft, its day left blank: "ngày      tháng 02 năm 2024" (a leading 0 for months 1 and 2)."""
    month = f"{value.month:02}" if value.month <= 2 else str(value.month)
    return f"ngày      tháng {month} năm {value.year}"


def lowered(text: str) -> str:
    """The first letter small, as within a sentence; a text in capitals stays."""
    return text[:1].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def short(text: str, limit: int = 120) -> str:
    """The beginning of a text, with an ellipsis where it goes on."""
    said = legible(text).lstrip("-•+ ").rstrip(".;, ")
    if len(said) <= limit:
        return said
    return said[:limit].rsplit(" ", 1)[0].rstrip(".,;: ") + "…"
