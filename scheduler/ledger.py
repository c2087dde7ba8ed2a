"""The ledger (sổ kỳ): a row for each task, unit and period. What people said is kept; what time adds is computed."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

from scheduler.plan import Kind, Schedule


class Mark(StrEnum):
    """What people have said of an occurrence."""

    OPEN = "open"
    REPORTED = "reported"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    """The coordinator wants it done again, and said why."""
    NOT_APPLICABLE = "not_applicable"
    """Set aside by a named person, with a reason."""


class State(StrEnum):
    """How an occurrence stands at a moment: what people said, and what the clock adds to it."""

    PLANNED = "planned"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    REPORTED = "reported"
    REPORTED_LATE = "reported_late"
    ACCEPTED = "accepted"
    ACCEPTED_LATE = "accepted_late"
    RETURNED = "returned"
    NOT_APPLICABLE = "not_applicable"


OPEN_MARKS = (Mark.OPEN, Mark.RETURNED)
"""Marks of an occurrence that somebody still has to do something about."""


class Rhythm(StrEnum):
    """Kinds of tasks that are reminded of in their own way."""

    DAILY = "daily"
    WEEKLY = "weekly"
    PERIODIC = "periodic"
    """Monthly, quarterly, half-yearly, yearly."""
    ONE_OFF = "one_off"
    EVENT = "event"


def rhythm(schedule: Schedule) -> Rhythm:
    """How a task comes round. Raises ValueError for a schedule that nobody has made definite yet."""
    if schedule.kind is Kind.EVENT:
        return Rhythm.EVENT
    if schedule.kind is Kind.ONE_OFF:
        return Rhythm.ONE_OFF
    if schedule.kind is not Kind.RECURRING or not schedule.rules:
        raise ValueError(f"no rhythm in a schedule of kind {schedule.kind.value}")
    frequencies = {rule.partition("FREQ=")[2].partition(";")[0] for rule in schedule.rules}
    if "DAILY" in frequencies or any(rule.count(",") >= 4 and "WEEKLY" in rule for rule in schedule.rules):
        return Rhythm.DAILY
    return Rhythm.WEEKLY if "WEEKLY" in frequencies else Rhythm.PERIODIC


@dataclass(frozen=True, slots=True)
class Period:
    """One turn of a task: the time it reports on and its due day."""

    key: str
    """Unique within the task and stable: "2024-W34", "2024-08", "2024-Q3", "2024-H1", "2024", "2024-08-14", "once"."""
    label: str
    """For people: "tuần 34 (19–25/8/2024)", "tháng 8/2024", "quý III/2024"."""
    start: date
    end: date
    due: date
    """As the plan says it; may be a day off."""
    at: time | None = None
    """Hour on the due day, where there is one."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the state of an occurrence depends on."""

    due: datetime
    """The moment after which a report is late: the end of the due day, or its hour."""
    soon: datetime
    """The moment of the first reminder."""
    mark: Mark = Mark.OPEN
    reported_at: datetime | None = None
    """When the report that counts came in; see :func:`counted_at`."""

    @property
    def on_time(self) -> bool | None:
        """Whether the report that counts came in time; None: there is none."""
        return None if self.reported_at is None else self.reported_at <= self.due

    def state(self, now: datetime) -> State:
        """How it stands at ``now``."""
        late = self.on_time is False
        match self.mark:
            case Mark.NOT_APPLICABLE:
                return State.NOT_APPLICABLE
            case Mark.ACCEPTED:
                return State.ACCEPTED_LATE if late else State.ACCEPTED
            case Mark.REPORTED:
                return State.REPORTED_LATE if late else State.REPORTED
            case Mark.RETURNED:
                return State.RETURNED
        if now > self.due:
            return State.OVERDUE
        return State.DUE_SOON if now >= self.soon else State.PLANNED


def counted_at(now: datetime, first: datetime | None, returned_at: datetime | None, grace: timedelta) -> datetime:
    """The moment by which a report sent ``now`` is judged on time or late.

    A report that was returned and is mended within the grace keeps the time of the first one: the days that the
    coordinator took to read it are not the unit's. Mended later, it counts by the day it was mended.
    """
    if first is not None and returned_at is not None and now <= returned_at + grace:
        return first
    return now


def receipt(tt: str, period: str, unit: str, attempt: int) -> str:
    """Code of a report: "BC-PL3-2024W34-LELOI"; a second one for the same period ends in "-2".

    ``unit`` is the unit's short name; only its letters and digits without accents are kept.
    """
    plain = unicodedata.normalize("NFD", unit.replace("đ", "d").replace("Đ", "D"))
    place = "".join(char for char in plain if char.isascii() and char.isalnum()).upper()
    code = f"BC-PL{tt}-{period.replace('-', '')}-{place}"
    return code if attempt <= 1 else f"{code}-{attempt}"


class Form(StrEnum):
    """Forms of propaganda as evaluators count them (Chỉ số CCHC: trực tuyến, điện tử, truyền thống)."""

    RADIO = "truyen_thanh"
    TELEVISION = "truyen_hinh"
    PORTAL = "cong_ttdt"
    SOCIAL = "mang_xa_hoi"
    LED = "led"
    PANEL = "pano_khau_hieu"
    LEAFLET = "to_gap"
    MEETING = "hoi_nghi"
    CONTEST = "cuoc_thi"
    SCHOOL = "truong_hoc"
    MOBILE = "luu_dong"
    OTHER = "khac"


FORM_NAMES: dict[Form, str] = {
    Form.RADIO: "Truyền thanh",
    Form.TELEVISION: "Truyền hình",
    Form.PORTAL: "Cổng, trang thông tin điện tử",
    Form.SOCIAL: "Mạng xã hội (Zalo, Facebook…)",
    Form.LED: "Màn hình LED, bảng điện tử",
    Form.PANEL: "Pano, khẩu hiệu",
    Form.LEAFLET: "Tờ gấp, tài liệu",
    Form.MEETING: "Hội nghị, tập huấn",
    Form.CONTEST: "Cuộc thi",
    Form.SCHOOL: "Trường học",
    Form.MOBILE: "Tuyên truyền lưu động",
    Form.OTHER: "Hình thức khác",
}

FORM_UNITS: dict[Form, str] = {
    Form.RADIO: "lượt phát",
    Form.TELEVISION: "lượt phát",
    Form.PORTAL: "tin, bài",
    Form.SOCIAL: "bài đăng",
    Form.LED: "lượt chiếu",
    Form.PANEL: "pano, khẩu hiệu",
    Form.LEAFLET: "tờ, tài liệu",
    Form.MEETING: "cuộc",
    Form.CONTEST: "cuộc",
    Form.SCHOOL: "lượt học sinh",
    Form.MOBILE: "buổi",
    Form.OTHER: "lần",
}
"""What a quantity of each form counts."""


class ProofKind(StrEnum):
    PHOTO = "photo"
    FILE = "file"
    LINK = "link"
    MESSAGE = "message"
    """A message that the platform took, told with its id there."""
    LINE = "line"
    """What was done, told in a line; does not count as proof of a form."""


@dataclass(frozen=True, slots=True)
class Proof:
    """One piece of evidence as a report lists it."""

    kind: ProofKind
    name: str
    """File name, address or the line itself."""
    sha256: str | None = None
    twin: str | None = None
    """Code of the earlier report that used a picture like this one; flagged, not refused."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger with all that a report or a board tells of it."""

    id: int
    tt: str
    """Number of the task in its plan."""
    content: str
    unit: str
    unit_name: str
    period: Period
    standing: Standing
    code: str | None = None
    """Code of the report in force ("BC-PL3-2024W34-LELOI")."""
    text: str = ""
    form: Form | None = None
    quantity: int | None = None
    is_new_form: bool = False
    reason: str = ""
    """Why it was returned or set aside."""
    proofs: tuple[Proof, ...] = ()
    support: tuple[str, ...] = ()
    """Names of the units that support."""
