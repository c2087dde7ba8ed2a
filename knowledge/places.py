"""Offices and wards that no longer exist: people go on naming them, and are told who does their work now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.library import DATA, ContentError, read_yaml
from knowledge.normalize import Word, words
from knowledge.procedures import Text
from knowledge.words import Phrases

FILE = DATA / "places.yaml"
_SHORT = {"ubnd": "ủy ban nhân dân", "ub": "ủy ban", "tp": "thành phố", "ca": "công an", "p": "phường"}


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
        said = _opened(text)
        if ward := next(self._wards.found(said), None):
            old, _, now = ward.value.partition("|")
            return Former(old, now, self._since)
        if next(self._district.found(said), None):
            return Former("", None, self._since)
        return None


def _opened(text: str) -> list[Word]:
    said = []
    for one in words(text):
        full = _SHORT.get(one.plain)
        said += words(full) if full else [one]
    return said


@cache
def load() -> Places:
    """Read the places. Raises ContentError."""
    try:
        return Places(_File.model_validate(read_yaml(FILE)))
    except ValidationError as error:
        raise ContentError([f"{FILE.name}: {e['loc']}: {e['msg']}" for e in error.errors()]) from error
