"""A sheet that is written from top to bottom, and the picture it becomes.

First everything is measured and placed, then drawn: so a coloured ground is as high as what stands on it, and the sheet
as long as its content.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageDraw

from bot.practice.lettering import Style, draw_line, width, wrap

DPI = 150
"""Pixels an inch when printed."""

GROUND, PAPER, INK, SOFT, LINE = "#f4f6f5", "#ffffff", "#14211d", "#42524c", "#8fa39b"
BRAND, ON_BRAND, MINE, WARN, WARN_INK = "#0b5d4e", "#ffffff", "#dcefe8", "#fff3d6", "#4a3200"
"""The light colours of the chat page."""

Align = Literal["left", "centre", "right"]


@dataclass(frozen=True, slots=True)
class Box:
    """Where the ink of one line, or an image, is. Pixels; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int
    text: str = ""
    """Empty for an image."""

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )


@dataclass(frozen=True, slots=True)
class Picture:
    """A drawn picture, to be sent as PNG or printed as PDF. Neither says when: same content, same bytes."""

    image: Image.Image
    boxes: tuple[Box, ...]

    def png(self) -> bytes:
        out = io.BytesIO()
        self.image.save(out, "PNG", dpi=(DPI, DPI))
        return out.getvalue()

    def pdf(self) -> bytes:
        """One page, as large as the picture is at :data:`DPI`."""
        out = io.BytesIO()
        options = {"title": None, "creationDate": None, "modDate": None}
        self.image.save(out, "PDF", resolution=float(DPI), quality=92, subsampling=0, **options)
        return out.getvalue()


@dataclass(frozen=True, slots=True)
class _Ground:
    box: tuple[int, int, int, int]
    fill: str | None
    outline: str | None
    stroke: int
    radius: int


@dataclass(frozen=True, slots=True)
class _Line:
    left: int
    baseline: int
    text: str
    style: Style


class Sheet:
    """Takes content at ``y``, which moves down. ``left`` and ``right`` bound the column; all in pixels."""

    def __init__(self, width: int, left: int, right: int) -> None:
        self.width = width
        self.left = left
        self.right = right
        self.y = 0
        self._grounds: list[_Ground] = []
        self._lines: list[_Line] = []
        self._images: list[tuple[int, int, Image.Image]] = []

    def write(self, text: str, style: Style, *, indent: int = 0, align: Align = "left") -> None:
        """A paragraph. Nothing drawable in it: nothing happens."""
        left = self.left + indent
        room = self.right - left
        for line in wrap(text, style, room):
            spare = room - width(line, style)
            shift = {"left": 0, "centre": spare // 2, "right": spare}[align]
            self._lines.append(_Line(left + shift, self.y + style.above, line, style))
            self.y += style.pitch

    def write_beside(self, text: str, style: Style) -> None:
        """Like :meth:`write`, but what comes next begins at the same height: for a number before a paragraph."""
        y = self.y
        self.write(text, style)
        self.y = y

    def ground(
        self,
        box: tuple[int, int, int, int],
        fill: str | None = None,
        *,
        outline: str | None = None,
        stroke: int = 0,
        radius: int = 0,
    ) -> None:
        """A rectangle under all text: left, top, right, bottom."""
        self._grounds.append(_Ground(box, fill, outline, stroke, radius))

    def paste(self, image: Image.Image) -> None:
        """An image, centred in the column."""
        self._images.append(((self.left + self.right - image.width) // 2, self.y, image))
        self.y += image.height

    def picture(self, height: int) -> Picture:
        """Draw everything on a page of that height."""
        page = Image.new("RGB", (self.width, height), PAPER)
        on = ImageDraw.Draw(page)
        for ground in self._grounds:
            left, top, right, bottom = ground.box
            inside = (left, top, right - 1, bottom - 1)
            on.rounded_rectangle(inside, ground.radius, ground.fill, ground.outline, ground.stroke)
        boxes = []
        for left, top, image in self._images:
            page.paste(image, (left, top))
            boxes.append(Box(left, top, left + image.width, top + image.height))
        boxes += [
            Box(*draw_line(page, line.left, line.baseline, line.text, line.style), line.text) for line in self._lines
        ]
        return Picture(page, tuple(boxes))
