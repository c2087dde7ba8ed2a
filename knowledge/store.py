"""The knowledge as the conversation uses it: records by code, and the reader that finds them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from knowledge import places, words
from knowledge.library import Library
from knowledge.life_events import EventFinder, LifeEvent
from knowledge.news import News
from knowledge.places import Former
from knowledge.practice.course import Lessons
from knowledge.procedures import Procedure
from knowledge.reader import Reader
from knowledge.reading import Reading


class Knowledge:
    """Built once at start, never changed: a change of the records builds a new one."""

    def __init__(
        self,
        library: Library,
        events: tuple[LifeEvent, ...] = (),
        lessons: Lessons | None = None,
        news: Mapping[str, News] | None = None,
    ) -> None:
        self.library = library
        self.events = events
        self.lessons = lessons or Lessons()
        counts = Counter(procedure.field for procedure in library)
        self.fields = tuple(sorted(counts, key=lambda field: (-counts[field], field)))
        self._news = news or {}
        self.reader = Reader(library)
        self._places = places.load()
        self._finder = EventFinder(events, words.load())

    def read(self, text: str, topic: str | None = None) -> Reading:
        return self.reader.read(text, topic)

    def event(self, text: str) -> LifeEvent | None:
        return self._finder.find(text)

    def former(self, text: str) -> Former | None:
        return self._places.find(text)

    def get(self, code: str) -> Procedure | None:
        return self.library.get(code)

    def news(self, code: str) -> News | None:
        return self._news.get(code)
