"""What is new about a procedure: what was published of it lately, in words, from which day, for how long."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from knowledge.changes import Difference, Kind, differences_between
from knowledge.procedures import Procedure

NO_NEWS = frozenset({"Tên gọi ngắn", "Tóm tắt", "Tên gọi khác", "Câu hỏi mẫu", "Ngày kiểm tra"})
"""Labels of what concerns finding and checking a record: nobody has to hear of it."""

_DATES = frozenset({"Áp dụng từ", "Áp dụng đến"})
"""Told as the day from which it holds, unless there is nothing else to tell."""
FEE = "lệ phí"
TIME = "thời hạn giải quyết"
_SHORT = {"Phí, lệ phí": FEE}


@dataclass(frozen=True, slots=True)
class Age:
    """When a version was published, and for how long that is news."""

    published: date
    days: int
    """So many days answers say it, counted from the day on which it holds where that comes later."""
    holds_from: date | None = None
    """The day that the office set for it."""


@dataclass(frozen=True, slots=True)
class News:
    """One published version as news."""

    code: str
    name: str
    field: str
    kind: Kind
    """NEW, CHANGED or ABOLISHED."""
    day: date
    """The day from which it holds; of one that is abolished, from which it is no more."""
    since: date
    """First day on which answers say it."""
    until: date
    """From this day on they do not."""
    changed: tuple[str, ...] = ()
    """Labels of the facts that are not what they were, as they stand within a sentence."""

    def told_on(self, day: date) -> bool:
        """Whether answers say it on that day."""
        return self.since <= day < self.until


def news_of(old: Procedure | None, new: Procedure, age: Age, *, gone: bool = False) -> News | None:
    """What a version tells; None: nothing that anybody has to hear of.

    ``old``: what was said before; None: nothing. ``gone``: the version says that the procedure is no more.
    """
    changed: tuple[str, ...] = ()
    if not gone and old is not None:
        changed = tuple(_labels(differences_between(old, new)))
        if not changed:
            return None
    kind = Kind.ABOLISHED if gone else Kind.CHANGED if old else Kind.NEW
    day = _end(new, age) if gone else _day(old, new, age)
    later = max(age.published, day)
    since = age.published if gone else later
    return News(new.code, new.name, new.field, kind, day, since, later + timedelta(days=age.days), changed)


def _day(old: Procedure | None, new: Procedure, age: Age) -> date:
    """The day that the record names, where the version sets it; else the one the office set, else the publishing."""
    named = new.effective_from if old is None or old.effective_from != new.effective_from else None
    return named or age.holds_from or age.published


def _end(gone: Procedure, age: Age) -> date:
    """The first day without it."""
    last = gone.effective_until
    return last + timedelta(days=1) if last else age.holds_from or age.published


def _labels(differences: Iterable[Difference]) -> list[str]:
    labels = [one.label for one in differences if one.label not in NO_NEWS]
    facts = [label for label in labels if label not in _DATES] or labels
    return [_SHORT.get(label, label[:1].lower() + label[1:]) for label in facts]
