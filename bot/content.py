"""The shipped knowledge as this office shows it."""

from __future__ import annotations

from bot.settings import Settings
from knowledge import library
from knowledge.life_events import shipped_events
from knowledge.practice.course import shipped_lessons
from knowledge.store import Knowledge


def load_knowledge(settings: Settings) -> Knowledge:
    """The shipped records that people of the office's province can use."""
    everything = library.shipped()
    return Knowledge(everything.for_province(settings.province), shipped_events(everything), shipped_lessons())
