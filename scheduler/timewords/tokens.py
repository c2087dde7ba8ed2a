"""Text -> tokens: words with what they may be, numbers (slips of text recognition repaired), signs."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scheduler.text import clean
from scheduler.timewords.words import W, bare, by_first_word, key, values


@dataclass(frozen=True, slots=True)
class Token:
    """A word, phrase, number or sign."""

    raw: str
    kinds: frozenset[W]
    number: int | None = None
    digits: int = 0
    """How many digits were written; 0: not written in digits."""
    repaired: bool = False
    """A letter was read as the digit it resembles ("2O24")."""
    plain: bool = False
    """A word without accents in a text that has none at all."""

    @property
    def is_year(self) -> bool:
        return self.digits == 4 and self.number is not None and 1900 <= self.number <= 2199


_PIECE = re.compile(
    r"""
    (?P<reference>(?:\b[sS][ốỐoO]\s+)?[0-9]+(?:/[0-9]{4})?/[^\W\d_]+-[^\W\d_]+
      |\b[sS][ốỐ]\s+[0-9]+(?:/[0-9]+){0,2}(?!\s*(?:lần|tin|bài)))
    |(?P<number>(?<![^\W_])(?=[lIiOo|]{0,6}[0-9])[0-9lIiOo|]{1,8}(?![^\W_]))
    |(?P<digits>[0-9]{1,12})
    |(?P<word>[^\W\d_]+)
    |(?P<blank>…+|\.{2,}|_+)
    |(?P<sign>/+|[-–—−]+|[.,;:()\[\]+&\n])
    """,
    re.VERBOSE,
)
_GLUED = re.compile(r"(q|hk)([ivl|]+)", re.IGNORECASE)
_DIGITS = str.maketrans("lIiOo|", "111001")
_ROMAN_LIKE = str.maketrans("l1|", "iii")
_ROMANS = {
    "i": 1,
    "ii": 2,
    "iii": 3,
    "iv": 4,
    "v": 5,
    "vi": 6,
    "vii": 7,
    "viii": 8,
    "ix": 9,
    "x": 10,
    "xi": 11,
    "xii": 12,
}
_SIGNS = {
    "/": W.SLASH,
    "-": W.DASH,
    "–": W.DASH,
    "—": W.DASH,
    "−": W.DASH,
    ".": W.DOT,
    ",": W.COMMA,
    ";": W.SEMICOLON,
    "\n": W.SEMICOLON,
    ":": W.COLON,
    "(": W.OPEN,
    "[": W.OPEN,
    ")": W.CLOSE,
    "]": W.CLOSE,
    "+": W.AND,
    "&": W.AND,
}
END = Token("", frozenset())
"""What stands after the last token."""


def tokenise(text: str) -> tuple[Token, ...]:
    """Tokens of a wording; remains of HTML, NFD and strange blanks are cleaned away first."""
    pieces = _pieces(clean(text))
    plain = all(bare(raw) == raw.lower() for kind, raw in pieces if kind == "word")
    tokens: list[Token] = []
    at = 0
    while at < len(pieces):
        kind, raw = pieces[at]
        if kind == "word":
            token, length = _phrase(pieces, at, plain=plain)
            tokens.append(token)
            at += length
            continue
        tokens.append(_other(kind, raw))
        at += 1
    return tuple(tokens)


def roman(token: Token) -> tuple[int, bool] | None:
    """Value of a Roman numeral or of what text recognition made of it ("1I", "lV"); whether it had to be repaired."""
    raw = token.raw.lower()
    numeral = raw.translate(_ROMAN_LIKE)
    value = _ROMANS.get(numeral)
    return None if value is None else (value, raw != numeral)


def _pieces(text: str) -> list[tuple[str, str]]:
    pieces: list[tuple[str, str]] = []
    for found in _PIECE.finditer(text):
        kind, raw = found.lastgroup or "", found.group()
        glued = _GLUED.fullmatch(raw) if kind == "word" else None
        if glued:
            pieces += [("word", glued.group(1)), ("word", glued.group(2))]
        else:
            pieces.append((kind, raw))
    return pieces


def _phrase(pieces: list[tuple[str, str]], at: int, *, plain: bool) -> tuple[Token, int]:
    """The longest phrase that begins here, with everything that it may be."""
    length = 1
    kinds: set[W] = set()
    for words, kind in by_first_word().get(bare(pieces[at][1]), ()):
        if len(words) < length and kinds:
            break
        if _fits(words, pieces, at):
            length = len(words)
            kinds.add(kind)
    raw = " ".join(word for _, word in pieces[at : at + length])
    number = values().get(key(raw)) if W.NUMBER in kinds else None
    return Token(raw, frozenset(kinds or {W.NOISE}), number, plain=plain), length


def _fits(words: tuple[str, ...], pieces: list[tuple[str, str]], at: int) -> bool:
    if at + len(words) > len(pieces):
        return False
    for word, (kind, raw) in zip(words, pieces[at : at + len(words)], strict=True):
        if kind != "word":
            return False
        spelt = key(raw)
        if spelt != word and not (spelt == bare(raw) == bare(word)):
            return False
    return True


def _other(kind: str, raw: str) -> Token:
    if kind in ("number", "digits"):
        digits = raw.translate(_DIGITS)
        return Token(raw, frozenset({W.NUMBER}), int(digits), len(digits), repaired=digits != raw)
    if kind == "reference":
        return Token(raw, frozenset({W.DOCUMENT, W.NOISE}))
    if kind == "blank":
        return Token(raw, frozenset({W.BLANK}))
    return Token(raw, frozenset({_SIGNS[raw[0]]}))
