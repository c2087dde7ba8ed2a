"""Letters for pictures: the page's own typeface, its two subsets joined, words wrapped by their measured width.

The typeface comes in a Latin and a Vietnamese file with equal metrics. Each character is drawn
with the file that has its glyph; a character that neither has (an emoji) is left out.
"""

from __future__ import annotations

import functools
import math
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FONTS = Path(__file__).parent.parent / "web" / "static" / "fonts"
_SUBSETS = ("latin", "vietnamese")
_PROBE = 40
"""Size in pixels at which a font is asked whether it has a glyph."""

_ABOVE, _BELOW = 1.24, 0.28
"""Of the size, what a line needs above and below its baseline: "Ẳ" rises higher than the font says."""

Ink = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text looks: size in pixels, weight, colour as "#rrggbb"."""

    size: int
    colour: str
    bold: bool = False

    @property
    def above(self) -> int:
        """Pixels that a line needs above its baseline; small letters are fitted to the grid, so two more."""
        return math.ceil(self.size * _ABOVE) + 2

    @property
    def pitch(self) -> int:
        """Height of a line in pixels; lines that far apart never touch."""
        return self.above + math.ceil(self.size * _BELOW) + 1


@functools.lru_cache(maxsize=128)
def _font(subset: str, size: int, *, bold: bool) -> ImageFont.FreeTypeFont:
    path = FONTS / f"{subset}-{700 if bold else 400}.woff2"
    return ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)


@functools.cache
def _subset(char: str) -> str | None:
    """The file that has a glyph. A missing glyph of this typeface is drawn as nothing, so ink is the proof of one."""
    if char == " ":
        return _SUBSETS[0]
    if unicodedata.combining(char) or not char.isprintable():
        return None
    return next((name for name in _SUBSETS if _font(name, _PROBE, bold=False).getmask(char).getbbox()), None)


def drawable(text: str) -> str:
    """The text as it is drawn: NFC, single spaces, only characters that the typeface has."""
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    return " ".join("".join(char for char in composed if _subset(char)).split())


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A drawn character: its ink, where that lies seen from the pen on the baseline, and how far the pen moves on."""

    ink: Image.Image | None
    left: int
    top: int
    advance: int


@functools.lru_cache(maxsize=4096)
def _glyph(char: str, size: int, *, bold: bool) -> _Glyph:
    """Drawn once: a text repeats its letters. Pens stand on whole pixels, as the basic layout has it."""
    font = _font(_subset(char) or _SUBSETS[0], size, bold=bold)
    left, top, right, bottom = (int(edge) for edge in font.getbbox(char, anchor="ls"))
    cell = Image.new("L", (right - left + 2, bottom - top + 2))
    ImageDraw.Draw(cell).text((1 - left, 1 - top), char, fill=255, font=font, anchor="ls")
    inked = cell.getbbox()
    advance = round(font.getlength(char))
    if inked is None:
        return _Glyph(None, 0, 0, advance)
    return _Glyph(cell.crop(inked), left - 1 + inked[0], top - 1 + inked[1], advance)


def width(text: str, style: Style) -> int:
    """How far a drawable line reaches, in pixels."""
    return sum(_glyph(char, style.size, bold=style.bold).advance for char in text)


def wrap(text: str, style: Style, room: int) -> list[str]:
    """The lines of a text that fit into ``room`` pixels; only a word wider than that is broken."""
    lines: list[str] = []
    reached = room
    for word in drawable(text).split():
        reached += width(f" {word}", style)
        if reached <= room:
            lines[-1] += f" {word}"
        else:
            lines += _pieces(word, style, room)
            reached = width(lines[-1], style)
    return lines


def _pieces(word: str, style: Style, room: int) -> list[str]:
    """A broken word; a link is broken after its slashes."""
    pieces = [""]
    for char in word:
        if pieces[-1] and width(pieces[-1] + char, style) > room:
            cut = pieces[-1].rfind("/") + 1 or len(pieces[-1])
            pieces[-1:] = [pieces[-1][:cut], pieces[-1][cut:]]
        pieces[-1] += char
    return pieces


def fitting(text: str, style: Style, room: int, at_least: int) -> Style:
    """The style, shrunk until the text is one line, but not below ``at_least`` pixels."""
    line = drawable(text)
    while style.size > at_least and width(line, style) > room:
        style = replace(style, size=style.size - 2)
    return style


def draw_line(page: Image.Image, left: int, baseline: int, text: str, style: Style) -> Ink:
    """Draw one drawable line. Returns the box of its ink."""
    boxes: list[Ink] = []
    for char in text:
        glyph = _glyph(char, style.size, bold=style.bold)
        if glyph.ink:
            x, y = left + glyph.left, baseline + glyph.top
            page.paste(style.colour, (x, y), glyph.ink)
            boxes.append((x, y, x + glyph.ink.width, y + glyph.ink.height))
        left += glyph.advance
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)
