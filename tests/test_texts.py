"""All that is said stands in one file, and every text of it is said somewhere with the right fields."""

from __future__ import annotations

import ast
import unicodedata
from pathlib import Path

from bot.office.audit import ACTIONS
from handlers import texts

ROOT = Path(__file__).parent.parent


def called() -> dict[str, set[frozenset[str]]]:
    """Names of texts in the code, with the fields given; a name with a variable end is kept as its beginning + '*'."""
    found: dict[str, set[frozenset[str]]] = {}
    for file in [*(ROOT / "handlers").glob("*.py"), *(ROOT / "bot").rglob("*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _is_name(node.value):
                found.setdefault(node.value, set())
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                beginning = str(node.values[0].value)
                if beginning.endswith(".") and beginning[:-1].isidentifier():
                    found.setdefault(beginning + "*", set())
            if isinstance(node, ast.Call) and _is_texts(node.func) and node.args:
                first = node.args[0]
                if isinstance(first, ast.Constant) and not any(k.arg is None for k in node.keywords):
                    fields = frozenset(k.arg for k in node.keywords if k.arg)
                    found.setdefault(str(first.value), set()).add(fields)
    return found


def _is_name(value: str) -> bool:
    head, dot, tail = value.partition(".")
    if value in ACTIONS:  # of the record of changes; what is said by such a name is found at its call
        return False
    return bool(dot) and head in SECTIONS and tail.isidentifier() and tail != "html"


def _is_texts(function: ast.expr) -> bool:
    name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
    return name in {"texts", "_texts"}


TEXTS = texts.load()
SECTIONS = {name.split(".")[0] for name in TEXTS.templates}


def test_every_text_that_is_said_is_known_and_filled() -> None:
    for name, given in called().items():
        if name.endswith("*"):
            assert any(known.startswith(name[:-1]) for known in TEXTS.templates), name
            continue
        assert name in TEXTS.templates, name
        for fields in given:
            assert fields == TEXTS.fields[name], name


def test_no_text_is_unused() -> None:
    names = called()
    beginnings = tuple(name[:-1] for name in names if name.endswith("*"))
    unused = [name for name in TEXTS.templates if name not in names and not name.startswith(beginnings)]
    assert unused == []


def test_every_text_is_nfc_without_stray_spaces() -> None:
    for name, text in TEXTS.templates.items():
        assert text == unicodedata.normalize("NFC", text), name
        assert text == text.strip(), name
        assert "  " not in text, name


def test_a_wrong_field_is_refused() -> None:
    for wrong in ({}, {"contact": "x", "more": "y"}):
        try:
            TEXTS("human.known", **wrong)
        except KeyError:
            continue
        raise AssertionError("a text with wrong fields was said")
