"""What an import would change: each imported record against the one known so far, fact by fact."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from knowledge.procedures import NATIONAL, UNKNOWN, Channel, Document, Method, Need, Procedure

NOT_COMPARED = frozenset({"code", "source", "source_url", "checked_on", "review_by"})
"""Fields that say where a record comes from, not what it says."""

_CHANNELS = {Channel.ONLINE: "Trực tuyến", Channel.COUNTER: "Trực tiếp", Channel.POST: "Bưu chính"}

Lines = tuple[str, ...]


class Kind(StrEnum):
    """What an import says of a procedure."""

    NEW = "new"
    CHANGED = "changed"
    ABOLISHED = "abolished"
    """It was imported before and a file that is said to be complete no longer has it."""
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not what it was; empty lines: the record does not say it."""

    label: str
    old: Lines
    new: Lines

    @property
    def is_loss(self) -> bool:
        """Whether the newer record no longer says what the older one said."""
        return bool(self.old) and not self.new

    def text(self) -> list[str]:
        """For people: "label: old → new", of lists what went and what came."""
        if len(self.old) <= 1 and len(self.new) <= 1:
            return [f"{self.label}: {_or_unknown(self.old)} → {_or_unknown(self.new)}"]
        gone = [f"  bỏ: {line}" for line in self.old if line not in self.new]
        come = [f"  thêm: {line}" for line in self.new if line not in self.old]
        return [f"{self.label}:", *((gone + come) or ["  chỉ đổi thứ tự"])]

    def to_json(self) -> dict[str, Any]:
        return {"field": self.label, "old": _or_unknown(self.old), "new": _or_unknown(self.new)}


@dataclass(frozen=True, slots=True)
class Change:
    """What an import says of one procedure."""

    kind: Kind
    procedure: Procedure
    """As imported; of an abolished one, as it was known."""
    differences: tuple[Difference, ...] = ()

    @property
    def losses(self) -> Lines:
        """Labels of the facts that would be lost."""
        return tuple(difference.label for difference in self.differences if difference.is_loss)


def compare(
    known: Mapping[str, Procedure], imported: Iterable[Procedure], expected: Collection[str] = ()
) -> list[Change]:
    """Imported records against those known, by code; of a code that comes twice the first counts.

    ``expected``: codes that the import would hold if they still existed; those that it does not hold are abolished.
    """
    by_code: dict[str, Procedure] = {}
    for procedure in imported:
        by_code.setdefault(procedure.code, procedure)
    changes = [_change(known.get(code), procedure) for code, procedure in by_code.items()]
    gone = sorted(code for code in expected if code not in by_code and code in known)
    return changes + [Change(Kind.ABOLISHED, known[code]) for code in gone]


def _change(old: Procedure | None, new: Procedure) -> Change:
    if old is None:
        return Change(Kind.NEW, new)
    differences = tuple(differences_between(old, new))
    return Change(Kind.CHANGED if differences else Kind.SAME, new, differences)


def differences_between(old: Procedure, new: Procedure) -> Iterator[Difference]:
    """Fact by fact. That a record was checked again counts once the older one has passed its review date."""
    before, after = facts(old), facts(new)
    for label, was in before.items():
        if was != after[label]:
            yield Difference(label, was, after[label])
    if before == after and old.stale_on(new.checked_on):
        yield Difference("Ngày kiểm tra", (f"{old.checked_on:%d/%m/%Y}",), (f"{new.checked_on:%d/%m/%Y}",))


def fingerprint(procedure: Procedure) -> str:
    """Equal for records that say the same, wherever they come from. 64 characters."""
    return hashlib.sha256(repr((procedure.code, facts(procedure))).encode()).hexdigest()


def facts(procedure: Procedure) -> dict[str, Lines]:
    """Everything that a record says, as lines under Vietnamese labels; what it does not say has no lines."""
    p = procedure
    return {
        "Tên thủ tục": (p.official_name,),
        "Tên gọi ngắn": _said(p.name if p.name != p.official_name else None),
        "Tóm tắt": _said(p.summary if p.summary not in (p.name, p.official_name) else None),
        "Lĩnh vực": _said(p.field),
        "Cấp thực hiện": p.levels,
        "Cơ quan thực hiện": _said(p.agency),
        "Phạm vi": _said(p.scope if p.scope != NATIONAL else None),
        "Quyết định công bố": _said(p.decision),
        "Đối tượng thực hiện": _said(p.who),
        "Nộp thay": _said(p.on_behalf),
        "Nơi nộp hồ sơ": _said(p.where),
        "Cách thức thực hiện": tuple(_way(method) for method in p.methods),
        "Thời hạn giải quyết": _by_way(p.methods, [method.time_limit for method in p.methods]),
        "Phí, lệ phí": _by_way(p.methods, [method.fee for method in p.methods]),
        "Ghi chú về thời hạn": _said(p.time_note),
        "Ghi chú về phí": _said(p.fee_note),
        "Thành phần hồ sơ": tuple(_document(document) for document in p.documents),
        "Mẫu đơn, tờ khai": tuple(f"{form.name} ({form.number})" if form.number else form.name for form in p.forms),
        "Trình tự thực hiện": p.steps,
        "Các bước nộp trực tuyến": p.online_steps,
        "Kết quả": p.result,
        "Yêu cầu, điều kiện": p.conditions,
        "Lưu ý": p.notes,
        "Căn cứ pháp lý": tuple(f"{basis.number}: {basis.title}" for basis in p.legal_basis),
        "Nộp trực tuyến tại": _said(str(p.online_url) if p.online_url else None),
        "Áp dụng từ": _said(f"{p.effective_from:%d/%m/%Y}" if p.effective_from else None),
        "Áp dụng đến": _said(f"{p.effective_until:%d/%m/%Y}" if p.effective_until else None),
        "Thủ tục thay thế": p.successor,
        "Tên gọi khác": p.aliases,
        "Câu hỏi mẫu": p.questions,
    }


def _said(value: str | None) -> Lines:
    return () if value is None or value == UNKNOWN else (value,)


def _or_unknown(lines: Lines) -> str:
    return "\n".join(lines) or UNKNOWN


def _way(method: Method) -> str:
    parts = (_CHANNELS[method.channel], method.when, method.how)
    return ": ".join(part for part in parts if part)


def _by_way(methods: Sequence[Method], values: Sequence[str]) -> Lines:
    """One line when all ways agree, else a line a way."""
    if len(set(values)) == 1:
        return _said(values[0])
    return tuple(f"{_CHANNELS[method.channel]}: {value}" for method, value in zip(methods, values, strict=True))


def _document(document: Document) -> str:
    more = (document.quantity, "xuất trình" if document.need is Need.SHOW else None)
    told = [part for part in more if part]
    name = f"{document.name} ({', '.join(told)})" if told else document.name
    name = f"{document.when}: {name}" if document.when else name
    return f"{name}. {document.note}" if document.note else name
