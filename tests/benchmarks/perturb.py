"""A question typed otherwise without another sense: the answer must stay the same."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable


def without_accents(text: str) -> str:
    """The text as many people type it."""
    marks = unicodedata.normalize("NFD", text.replace("đ", "d").replace("Đ", "D"))
    return "".join(char for char in marks if not unicodedata.combining(char))


def _glued(text: str, chance: random.Random) -> str:
    parts = text.split()
    if len(parts) < 4:
        return text
    place = chance.randrange(len(parts) - 1)
    return " ".join([*parts[:place], parts[place] + parts[place + 1], *parts[place + 2 :]])


def _half(text: str, chance: random.Random) -> str:
    return " ".join(without_accents(part) if chance.random() < 0.5 else part for part in text.split())


WAYS: dict[str, Callable[[str, random.Random], str]] = {
    "label": lambda text, _: f"Câu hỏi: {text}",
    "bullet": lambda text, _: f"- {text}",
    "number": lambda text, _: f"1. {text}",
    "quotes": lambda text, _: f"“{text}”",
    "emoji": lambda text, _: f"😊 {text} 🙏🙏",
    "politeness": lambda text, _: f"Dạ cho em hỏi {text} ạ, em cảm ơn nhiều",
    "upper case": lambda text, _: text.upper(),
    "spacing": lambda text, _: "  ".join(text.split(" ")),
    "line break": lambda text, _: text.replace(" ", "\n", 1),
    "punctuation": lambda text, _: f"{text} ???!!!",
    "no punctuation": lambda text, _: "".join(char for char in text if char.isalnum() or char == " "),
    "decomposed (NFD)": lambda text, _: unicodedata.normalize("NFD", text),
    "glued words": _glued,
    "no accents": lambda text, _: without_accents(text),
    "half the accents": _half,
}
