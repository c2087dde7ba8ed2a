"""Where a conversation stands. A value: handlers return a new one, the shell stores it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from handlers.message import Choice


@dataclass(frozen=True, slots=True)
class Flow:
    """A conversation of several steps that waits for something to be typed or pressed."""

    name: str
    step: str
    data: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dialogue:
    topic: str | None = None
    """Code of the procedure that a follow-up refers to."""
    facet: str | None = None
    """What was asked about it last."""
    offered: tuple[Choice, ...] = ()
    """The choices of the last reply: a number or a label typed by hand equals a press."""
    flow: Flow | None = None
    asked: int | None = None
    """Number of the question answered last."""
    alternatives: tuple[str, ...] = ()
    """Codes of what that question might have meant instead."""
    practice: str | None = None
    """Key of the pupil who practises here."""

    def offering(self, choices: tuple[Choice, ...]) -> Dialogue:
        return replace(self, offered=choices)

    def to_json(self) -> dict[str, Any]:
        """A JSON object; whatever has its default is left out."""
        state: dict[str, Any] = {}
        if self.topic:
            state["topic"] = self.topic
        if self.facet:
            state["facet"] = self.facet
        if self.offered:
            state["offered"] = [[c.label, c.action, c.url] for c in self.offered]
        if self.flow:
            state["flow"] = [self.flow.name, self.flow.step, self.flow.data]
        if self.asked is not None:
            state["asked"] = [self.asked, *self.alternatives]
        if self.practice:
            state["practice"] = self.practice
        return state

    @classmethod
    def from_json(cls, state: dict[str, Any]) -> Dialogue:
        """Read what :meth:`to_json` wrote, also by an older version: what is unknown is left out."""
        flow = state.get("flow")
        asked, *alternatives = state.get("asked") or [None]
        return cls(
            topic=state.get("topic"),
            facet=state.get("facet"),
            offered=tuple(Choice(*choice) for choice in state.get("offered", ())),
            flow=Flow(*flow) if flow else None,
            asked=asked,
            alternatives=tuple(alternatives),
            practice=state.get("practice"),
        )
