"""Two texts of one plan: which task became which, and what a person should look at before the new one is in force."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher

from scheduler.plan import Owner, Task
from scheduler.text import fold

ALIKE = 0.6
"""Likeness of the wording from which two rows are the same task (0 nothing in common, 1 equal)."""
SAME_ROW = 0.15
"""What the same number of row adds to the likeness: offices mend wordings more often than they shuffle rows."""


@dataclass(frozen=True, slots=True)
class Changes:
    kept: tuple[tuple[Task, Task], ...]
    """(old, new) of tasks in both texts, changed or not."""
    added: tuple[Task, ...]
    removed: tuple[Task, ...]

    @property
    def changed(self) -> tuple[tuple[Task, Task], ...]:
        """Tasks in both texts that differ in something."""
        return tuple((old, new) for old, new in self.kept if differences(old, new))

    def lines(self) -> list[str]:
        """For people, in Vietnamese."""
        lines = [f"Việc {task.tt}: mới thêm – {_short(task.content)}" for task in self.added]
        lines += [f"Việc {task.tt}: không còn trong bản mới – {_short(task.content)}" for task in self.removed]
        for old, new in self.changed:
            lines += [f"Việc {new.tt}: {line}" for line in differences(old, new)]
        return lines or ["Không có điểm nào khác."]


def compare(old: tuple[Task, ...], new: tuple[Task, ...]) -> Changes:
    """Pair the tasks of two texts by likeness, the most alike first."""
    pairs = sorted(
        ((_likeness(a, b), i, j) for i, a in enumerate(old) for j, b in enumerate(new)),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    matched: dict[int, int] = {}
    for likeness, i, j in pairs:
        if likeness >= ALIKE and i not in matched and j not in matched.values():
            matched[i] = j
    back = {j: i for i, j in matched.items()}
    return Changes(
        kept=tuple((old[back[j]], task) for j, task in enumerate(new) if j in back),
        added=tuple(task for j, task in enumerate(new) if j not in back),
        removed=tuple(task for i, task in enumerate(old) if i not in matched),
    )


def _likeness(a: Task, b: Task) -> float:
    ratio = SequenceMatcher(None, fold(a.content), fold(b.content), autojunk=False).ratio()
    return ratio + (SAME_ROW if a.tt == b.tt else 0.0)


def differences(old: Task, new: Task) -> list[str]:
    """What differs between two texts of a task, a Vietnamese line each."""
    lines = []
    if old.tt != new.tt:
        lines.append(f"số thứ tự {old.tt} → {new.tt}")
    if old.content != new.content:
        lines.append(f"nội dung: {_short(old.content)} → {_short(new.content)}")
    for what, before, after in (("chủ trì", old.lead, new.lead), ("phối hợp", old.support, new.support)):
        if _units(before) != _units(after):
            lines.append(f"{what}: {_names(before)} → {_names(after)}")
    if old.time_text != new.time_text:
        lines.append(f"thời gian: {old.time_text or '(trống)'} → {new.time_text or '(trống)'}")
    return lines


def _units(owners: tuple[Owner, ...]) -> set[str]:
    return {owner.unit or fold(owner.text) for owner in owners}


def _names(owners: tuple[Owner, ...]) -> str:
    return "; ".join(owner.text for owner in owners) or "(trống)"


def _short(text: str, most: int = 80) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
