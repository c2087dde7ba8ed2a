"""What practice says around the facts of a record, from ``data/practice/words.yaml``."""

from __future__ import annotations

import functools
import string
from collections.abc import Mapping
from dataclasses import dataclass

from knowledge.library import read_yaml
from knowledge.practice.cases import FOLDER


@dataclass(frozen=True, slots=True)
class OtherOffice:
    """An office that a question may name as a wrong answer."""

    label: str
    unless: tuple[str, ...]
    """Folded words; a record whose agency or place has one of them makes this office no wrong answer."""


class PracticeWords:
    """Texts by name. A missing or superfluous field raises KeyError: a wrong text never reaches a pupil."""

    def __init__(self, templates: Mapping[str, str], offices: tuple[OtherOffice, ...]) -> None:
        self.offices = offices
        self.templates = templates
        self.fields = {
            name: {field for _, field, _, _ in string.Formatter().parse(text) if field}
            for name, text in templates.items()
        }

    def __call__(self, name: str, /, **values: object) -> str:
        wanted = self.fields[name]
        if not wanted <= values.keys():
            raise KeyError(f"{name} wants {sorted(wanted)}, was given {sorted(values)}")
        return " ".join(self.templates[name].format(**values).split())


@functools.cache
def load() -> PracticeWords:
    """The shipped texts."""
    read = read_yaml(FOLDER / "words.yaml")
    assert isinstance(read, dict)  # noqa: S101 - a content file of ours
    offices = tuple(OtherOffice(one["label"], tuple(one["unless"])) for one in read.pop("offices"))
    return PracticeWords(read, offices)
