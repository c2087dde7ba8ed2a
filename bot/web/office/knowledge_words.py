"""How the pages of procedures call things: states, kinds, what was changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.tables import Origin, ProcedureVersion, VersionState
from knowledge.changes import Difference, Kind, differences_between, facts
from knowledge.effects import Effects
from knowledge.procedures import Procedure

STATES = {
    VersionState.DRAFT: "Bản nháp",
    VersionState.SUBMITTED: "Chờ duyệt",
    VersionState.APPROVED: "Đã duyệt, chờ đến ngày",
    VersionState.REVIEW: "Bản nhập, chờ xem",
    VersionState.PUBLISHED: "Đang công bố",
    VersionState.REJECTED: "Đã bỏ",
    VersionState.REPLACED: "Đã thay",
}
KINDS = {Kind.NEW: "mới", Kind.CHANGED: "thay đổi", Kind.ABOLISHED: "bãi bỏ", Kind.SAME: "giữ nguyên"}
ASKED = frozenset(
    {
        "Nộp thay",
        "Nơi nộp hồ sơ",
        "Cách thức thực hiện",
        "Thời hạn giải quyết",
        "Phí, lệ phí",
        "Thành phần hồ sơ",
        "Mẫu đơn, tờ khai",
        "Trình tự thực hiện",
        "Kết quả",
        "Căn cứ pháp lý",
        "Nộp trực tuyến tại",
    }
)
"""Facts of which it is told that they are not known; of all others it is enough not to name them."""
_AUDITED = 300
"""Longest text of a fact in the record of changes."""
_SHOWN = 40
"""Most facts of one change that are written into it."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A version as a line of a list."""

    id: int
    code: str
    state: VersionState
    kind: str
    by_office: bool
    author: str
    note: str
    file: str
    made_at: datetime
    decided_by: str
    decided_at: datetime | None
    published_at: datetime | None
    holds_from: date | None
    sent_back: bool

    @property
    def called(self) -> str:
        """The state in words."""
        return "Trả lại để sửa" if self.sent_back else STATES[self.state]


def shown(row: ProcedureVersion) -> Shown:
    state = VersionState(row.state)
    return Shown(
        id=row.id or 0,
        code=row.code,
        state=state,
        kind=KINDS[Kind(row.kind)],
        by_office=row.origin == Origin.OFFICE,
        author=row.author or "",
        note=row.note,
        file=row.file,
        made_at=row.imported_at,
        decided_by=row.decided_by or "",
        decided_at=row.decided_at,
        published_at=row.published_at,
        holds_from=row.holds_from,
        sent_back=state is VersionState.DRAFT and row.decided_at is not None,
    )


def told(procedure: Procedure) -> list[tuple[str, tuple[str, ...]]]:
    """Everything that a record says, with its source; what people ask for and it does not say has no lines."""
    said = {**facts(procedure), "Phạm vi": (procedure.scope,), **_where_from(procedure)}
    return [(label, lines) for label, lines in said.items() if lines or label in ASKED]


def _where_from(procedure: Procedure) -> dict[str, tuple[str, ...]]:
    return {
        "Nguồn": (procedure.source,),
        "Địa chỉ trang nguồn": (str(procedure.source_url),),
        "Ngày kiểm tra với nguồn": (f"{procedure.checked_on:%d/%m/%Y}",),
        "Phải kiểm tra lại trước ngày": (f"{procedure.review_by:%d/%m/%Y}",),
    }


def changed(old: Procedure | None, new: Procedure) -> list[Difference]:
    """What a version changes, its source and dates included; of a new procedure everything that it says."""
    if old is None:
        return [Difference(label, (), lines) for label, lines in told(new) if lines]
    before, after = _where_from(old), _where_from(new)
    said = [one for one in differences_between(old, new) if one.label != "Ngày kiểm tra"]
    return [
        *said,
        *(Difference(label, before[label], after[label]) for label in before if before[label] != after[label]),
    ]


def audited(differences: Sequence[Difference]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What it was and what it became, for the record of changes."""
    kept = differences[:_SHOWN]
    return _texts((one.label, one.old) for one in kept), _texts((one.label, one.new) for one in kept)


def _texts(lines: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
    return {label: "\n".join(said)[:_AUDITED] for label, said in lines}


def harm(effects: Effects) -> list[str]:
    """Why a version cannot be published, a sentence each."""
    claimed = [f"“{phrase}” đã là cách gọi của thủ tục {code}." for code, phrase in effects.claimed]
    broken = [f"Câu hỏi “{phrase}” sẽ không còn ra đúng thủ tục {code}." for code, phrase in effects.broken]
    return claimed + broken


def doubts(effects: Effects) -> list[str]:
    """What could be better about a version."""
    return [f"Câu hỏi mẫu “{phrase}” chưa tìm ra thủ tục này. Nên đổi cách viết." for _, phrase in effects.unfound]
