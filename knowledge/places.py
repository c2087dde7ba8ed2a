"""Offices and wards that no longer exist: people go on naming them, and are told who does their work now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge import words as word_lists
from knowledge.library import DATA, ContentError, read_yaml
from knowledge.normalize import Word, word
from knowledge.procedures import Text
from knowledge.spelling import opened
from knowledge.words import Found, Phrases

FILE = DATA / "places.yaml"


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    since: date
    source: Text
    checked_on: date
    wards: Mapping[Text, Text]
    district: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Former:
    """A place of before that a message names."""

    name: str
    now: str | None
    """The ward or commune that has its area now; None for an office of the district level, which has no successor."""
    since: date


class Places:
    """Finds former wards and offices of the district level in what people write."""

    def __init__(self, file: _File) -> None:
        self._since = file.since
        self._wards = Phrases((old, f"{old}|{now}") for old, now in file.wards.items() if old.lower() != now.lower())
        self._district = Phrases((name, "") for name in file.district)

    def find(self, text: str) -> Former | None:
        """The first former ward, else the first office of the district level; None when neither is named."""
        said = [word(part) for part in opened(text, word_lists.load().short)]
        if ward := next(self._wards.found(said), None):
            old, _, now = ward.value.partition("|")
            return Former(old, now, self._since)
        if next(self._district.found(said), None):
            return Former("", None, self._since)
        return None

    @property
    def words(self) -> frozenset[str]:
        """Every word of their names, without accents."""
        return frozenset(one for names in (self._wards, self._district) for name in names.phrases for one in name)

    def named(self, typed: Sequence[Word]) -> Iterator[Found]:
        """Where former wards and offices stand in a row of words."""
        yield from self._wards.found(typed)
        yield from self._district.found(typed)


@cache
def load() -> Places:
    """Read the places. Raises ContentError."""
    try:
        return Places(_File.model_validate(read_yaml(FILE)))
    except ValidationError as error:
        raise ContentError([f"{FILE.name}: {e['loc']}: {e['msg']}" for e in error.errors()]) from error
