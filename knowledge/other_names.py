"""What people call procedures of an imported catalogue, which has only official names (``other_names.yaml``)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from pydantic import TypeAdapter, ValidationError

from knowledge.library import DATA, ContentError, read_yaml
from knowledge.procedures import Code, Text

FILE = DATA / "other_names.yaml"
_FILE: TypeAdapter[dict[Code, tuple[Text, ...]]] = TypeAdapter(dict[Code, tuple[Text, ...]])


@cache
def load() -> Mapping[str, tuple[str, ...]]:
    """Code -> names. Raises ContentError with every mistake of the file."""
    try:
        return _FILE.validate_python(read_yaml(FILE))
    except ValidationError as error:
        raise ContentError([f"{FILE.name}: {e['loc'][0]}: {e['msg']}" for e in error.errors()]) from error
