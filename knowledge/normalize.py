"""Vietnamese as people type it, brought to one form: accents, tone placement, case, emoji, Telex and VNI residue.

Two views of every word are kept: ``plain`` without accents, which always matches, and ``key`` with them, which is
evidence when somebody took the trouble to type them.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_TONES = {"\u0300": "f", "\u0301": "s", "\u0303": "x", "\u0309": "r", "\u0323": "j"}
"""Combining tone marks and the Telex letters that stand for them."""
_SHAPES = {"\u0302": "^", "\u0306": "(", "\u031b": "+"}
"""Circumflex, breve, horn: part of the letter, not of the tone."""

_WORD = re.compile(r"[^\W_]+")
_ALONE_Y = re.compile(r"^([bcdghklmnprstvx]+|qu)y$")

_ONSET = "(?:ngh|ng|nh|gh|gi|kh|ch|ph|th|tr|qu|[bcdghklmnprstvx])?"
_NUCLEUS = "(?:uy[aeu]|o[ae][iyo]|ua[iyou]|uo[iu]|[iy]eu|a[iouy]|e[ou]|i[aeu]|o[aei]|u[aeiouy]|ye|[aeiouy])"
_CODA = "(?:ng|nh|ch|[cmnpt])?"
SYLLABLE = re.compile(f"{_ONSET}{_NUCLEUS}{_CODA}")
"""The shape of a Vietnamese syllable without accents; nothing longer than seven letters passes."""

_VNI = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_VNI_SHAPE = {"6": "^", "7": "+", "8": "(", "9": "-"}


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a text in its two views."""

    plain: str
    key: str
    """Letters with their shapes, then the tone; equal for hòa and hoà. Equals ``plain`` when nothing was accented."""

    @property
    def accented(self) -> bool:
        return self.key != self.plain


def fold(text: str) -> str:
    """Lower case without accents, letters and digits only: "Đăng ký  Khai sinh!" -> "dang ky khai sinh"."""
    return " ".join(_WORD.findall(_bare(text)))


def _bare(text: str) -> str:
    marks = unicodedata.normalize("NFKD", text.casefold()).replace("đ", "d")
    bare = "".join(char for char in marks if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", bare.casefold())


def words(text: str) -> list[Word]:
    """The words of a text, each in its two views."""
    composed = unicodedata.normalize("NFC", text.casefold())
    return [word(part) for part in _WORD.findall(composed)]


@lru_cache(maxsize=20_000)
def word(text: str) -> Word:
    """One word. Tone placement and i/y (ký, kí) make no difference."""
    letters: list[str] = []
    plain: list[str] = []
    tone = ""
    for char in unicodedata.normalize("NFD", text):
        if char in _TONES:
            tone = _TONES[char]
        elif char in _SHAPES:
            letters.append(_SHAPES[char])
        elif char == "đ":
            letters.append("d-")
            plain.append("d")
        elif not unicodedata.combining(char):
            letters.append(char)
            plain.append(char)
    return Word(_one_i("".join(plain)), _one_i("".join(letters)) + (f"/{tone}" if tone else ""))


def _one_i(text: str) -> str:
    return _ALONE_Y.sub(r"\1i", text)


def tones(text: str) -> int:
    """How many tone marks a text has; a word of Vietnamese has at most one."""
    return 0 if text.isascii() else sum(char in _TONES for char in unicodedata.normalize("NFD", text))


@lru_cache(maxsize=20_000)
def untyped(text: str) -> str | None:
    """A word with the residue of Telex or VNI keys ("dawng", "kys", "d9ang1") as the word meant; None when it is none.

    Only the plain view is given: where the tone belongs is not always told.
    """
    if any(char.isdigit() for char in text):
        return _from_vni(text)
    return _from_telex(text)


def _from_vni(text: str) -> str | None:
    if not (text[:1].isalpha() and text.isascii()):
        return None
    letters = "".join(char for char in text if char not in _VNI and char not in _VNI_SHAPE)
    return letters if letters.isalpha() and SYLLABLE.fullmatch(letters) else None


def _from_telex(text: str) -> str | None:
    """Take out the keys that made accents, and see whether a syllable is left that was none before."""
    if not text.isascii() or len(text) < 3:
        return None
    bare = re.sub(r"dd", "d", text)
    bare = re.sub(
        r"(?<=[auo])w|^w|(?<=[^auo])w",
        lambda match: "" if match.start() and bare[match.start() - 1] in "auo" else "u",
        bare,
    )
    bare = re.sub(r"([aeo])\1", r"\1", bare)
    bare = re.sub(r"([aeo])(\w{0,2})\1$", r"\1\2", bare)
    bare = re.sub(r"(?<=[aeiouy])([sfrxj])(?=[a-z]*$)", "", bare, count=1)
    if bare == text or not SYLLABLE.fullmatch(bare):
        bare = re.sub(r"[sfrxj]$", "", bare)
    return bare if bare != text and SYLLABLE.fullmatch(bare) else None
