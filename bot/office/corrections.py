"""What people corrected in a draft: kept beside its tasks, so that what the document says stays readable."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scheduler.plan import Reading, Task

KEY = "corrections"
"""Where they stand in the body of a draft, by the number of the task."""
CONTENT, LEAD, SUPPORT, RHYTHM = "content", "lead", "support", "rhythm"


@dataclass(frozen=True, slots=True)
class Correction:
    """Of one line of a draft."""

    read: Task
    """The task as it was read from the document."""
    what: tuple[str, ...]
    """Which of content, lead, support and rhythm are no longer as read."""
    by: str
    """The post of whoever corrected last."""
    at: datetime
    set_by: str = ""
    """The post of whoever set the rhythm, where ``what`` has it."""
    words: str = ""
    """The rhythm in the words of whoever set it; empty: the proposal was accepted."""

    @property
    def sets_rhythm(self) -> bool:
        return RHYTHM in self.what

    def to_json(self) -> dict[str, Any]:
        return {
            "read": self.read.to_json(),
            "what": list(self.what),
            "by": self.by,
            "at": self.at.isoformat(),
            "set_by": self.set_by,
            "words": self.words,
        }

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> Correction:
        """Read what :meth:`to_json` wrote."""
        at = datetime.fromisoformat(value["at"])
        read, what = Task.from_json(value["read"]), tuple(value["what"])
        return cls(read, what, value["by"], at, value["set_by"], value["words"])


def corrections(body: Mapping[str, Any]) -> dict[str, Correction]:
    """Those of a plan's body, by the number (TT) of the task."""
    return {tt: Correction.from_json(value) for tt, value in body.get(KEY, {}).items()}


def carried(reading: Reading, before: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a newer text with what was corrected in the draft before it, where the document says the same."""
    old = {task.tt: task for task in Reading.from_json(dict(before)).tasks}
    found = corrections(before)
    body, kept = reading.to_json(), {}
    for place, task in enumerate(reading.tasks):
        tt = next((tt for tt, one in found.items() if replace(one.read, tt=task.tt) == task), None)
        if tt is not None:
            correction = found.pop(tt)
            body["tasks"][place] = replace(old[tt], tt=task.tt).to_json()
            kept[task.tt] = replace(correction, read=task).to_json()
    return {**body, KEY: kept} if kept else body
