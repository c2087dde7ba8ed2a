"""QR codes as pixels, every module equally large."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import segno
from PIL import Image

QUIET = 4
"""Modules of white around a QR code (ISO/IEC 18004)."""
_WIDTH, _SMALLEST = 480, 4
"""Pixels of a code, and of a module of a long link."""


def qr(link: str) -> Image.Image:
    """The QR code of a link with its quiet zone, at most 480 pixels wide unless the link is very long.

    Raises ValueError when the link is empty or too long (2331 bytes).
    """
    if not link:
        raise ValueError("no link")
    rows = segno.make_qr(link, error="m").matrix
    size = len(rows)
    modules = Image.new("L", (size + 2 * QUIET, size + 2 * QUIET), 255)
    modules.putdata([0 if module else 255 for module in _framed(rows)])
    scale = max(_SMALLEST, _WIDTH // modules.width)
    return modules.resize((modules.width * scale, modules.height * scale), Image.Resampling.NEAREST)


def _framed(rows: Sequence[Sequence[int]]) -> Iterator[int]:
    """The modules row by row, with the quiet zone around them."""
    wide = len(rows) + 2 * QUIET
    yield from [0] * (QUIET * wide)
    for row in rows:
        yield from [*[0] * QUIET, *row, *[0] * QUIET]
    yield from [0] * (QUIET * wide)
