"""Sets of cases that a teacher takes as they are: "Năm việc đầu tiên"."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from knowledge.library import ContentError, read_yaml
from knowledge.practice.cases import FOLDER, Case
from knowledge.procedures import Text

FILE = FOLDER / "sets.yaml"


class CaseSet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z0-9]{1,12}$")
    name: Text
    cases: tuple[str, ...] = Field(min_length=1)


def shipped_sets() -> tuple[CaseSet, ...]:
    """The sets, the one offered first in front. Raises ContentError."""
    try:
        return TypeAdapter(tuple[CaseSet, ...]).validate_python(read_yaml(FILE))
    except ValidationError as error:
        raise ContentError([f"{FILE.name}: {e['loc']}: {e['msg']}" for e in error.errors()]) from error


def unknown(sets: tuple[CaseSet, ...], cases: tuple[Case, ...]) -> Iterator[str]:
    """Cases that a set names and nobody wrote, one English line a problem."""
    known = {case.key for case in cases}
    for one in sets:
        yield from (f"{one.key}: no case {key}" for key in one.cases if key not in known)
