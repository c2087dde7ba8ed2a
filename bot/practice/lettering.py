"""Letters for pictures: the page's own typeface, its two subsets joined, words wrapped by their measured width.

The typeface comes in a Latin and a Vietnamese file with equal metrics. A line is drawn in runs, each with the file that
has its glyphs; a character that neither has (an emoji) is left out.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path

from PIL import ImageDraw, ImageFont

FONTS = Path(__file__).parent.parent / "web" / "static" / "fonts"
_SUBSETS = ("latin", "vietnamese")
_PROBE = 40
"""Size in pixels at which a font is asked whether it has a glyph."""

ABOVE = 1.16
"""Of the size, what a line needs above its baseline: "Ẵ" rises higher than the ascent that the font states."""
BELOW = 0.28

Ink = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: size in pixels, weight, colour as "#rrggbb"."""

    size: int
    colour: str
    bold: bool = False

    @property
    def pitch(self) -> int:
        """Height of a line in pixels; lines that far apart never touch."""
        return round(self.size * ABOVE) + round(self.size * BELOW)


@functools.lru_cache(maxsize=128)
def _font(subset: str, size: int, bold: bool) -> ImageFont.FreeTypeFont:  # noqa: FBT001 - the key of a cache
    path = FONTS / f"{subset}-{700 if bold else 400}.woff2"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _subset(char: str) -> str | None:
    """The file that has a glyph. A missing glyph of this typeface is drawn as nothing, so ink is the proof of one."""
    if char == " ":
        return _SUBSETS[0]
    if unicodedata.combining(char) or not char.isprintable():
        return None
    return next((name for name in _SUBSETS if _font(name, _PROBE, False).getmask(char).getbbox()), None)


def drawable(text: str) -> str:
    """The text as it is drawn: NFC, single spaces, only characters that the typeface has."""
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join("".join(char for char in composed if _subset(char)).split())


def _runs(text: str, style: Style) -> Iterator[tuple[str, ImageFont.FreeTypeFont]]:
    for subset, chars in groupby(text, _subset):
        if subset:
            yield "".join(chars), _font(subset, style.size, style.bold)


@functools.lru_cache(maxsize=4096)
def width(text: str, style: Style) -> float:
    """How far a line reaches, in pixels."""
    return sum(font.getlength(run) for run, font in _runs(text, style))


def wrap(text: str, style: Style, room: float) -> list[str]:
    """The lines of a text that fit into ``room`` pixels; only a word wider than that is broken."""
    lines: list[str] = []
    for word in drawable(text).split():
        together = f"{lines[-1]} {word}" if lines else word
        if width(together, style) <= room:
            lines[-1:] = [together]
        else:
            lines += _pieces(word, style, room)
    return lines


def _pieces(word: str, style: Style, room: float) -> list[str]:
    pieces = [""]
    for char in word:
        if pieces[-1] and width(pieces[-1] + char, style) > room:
            pieces.append("")
        pieces[-1] += char
    return pieces


def fitting(text: str, style: Style, room: float, at_least: int) -> Style:
    """The style, shrunk until the text is one line, but not below ``at_least`` pixels."""
    while style.size > at_least and len(wrap(text, style, room)) > 1:
        style = replace(style, size=style.size - 2)
    return style


def draw_line(on: ImageDraw.ImageDraw, left: float, baseline: int, text: str, style: Style) -> Ink:
    """Draw one line. Returns the box of its ink: left, top, right, bottom in pixels."""
    boxes = []
    at = left
    for run, font in _runs(text, style):
        on.text((at, baseline), run, fill=style.colour, font=font, anchor="ls")
        boxes.append(on.textbbox((at, baseline), run, font=font, anchor="ls"))
        at += font.getlength(run)
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return int(min(lefts)), int(min(tops)), -int(-max(rights) // 1), -int(-max(bottoms) // 1)
