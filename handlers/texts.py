"""Every sentence that is said to people, by its name in ``texts.toml``."""

from __future__ import annotations

import string
import tomllib
import unicodedata
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "texts.toml"


class Texts:
    """Texts by dotted name: ``texts("ask.decline", office="...")``.

    A missing name or a missing or superfluous field raises KeyError: a wrong text never reaches a person.
    """

    def __init__(self, templates: dict[str, str]) -> None:
        self.templates = templates
        self.fields = {name: frozenset(_fields(text)) for name, text in templates.items()}

    def __call__(self, name: str, /, **values: object) -> str:
        if self.fields[name] != values.keys():
            raise KeyError(f"{name} wants {sorted(self.fields[name])}, was given {sorted(values)}")
        return self.templates[name].format(**values)


def _fields(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


def _flat(table: dict[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{prefix}{key}.")
        else:
            flat[prefix + key] = unicodedata.normalize("NFC", value.strip())
    return flat


def load(path: Path = FILE) -> Texts:
    """Read the text file."""
    return Texts(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
