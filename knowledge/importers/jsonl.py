"""JSON lines (``.jsonl``, also ``.gz``): one procedure a line.

A line is either in the form of the national catalogue's extracts, or a whole record as ``procedures export`` writes it.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from knowledge.importers.facts import EXTRACTED
from knowledge.importers.imported import Bad, Imported, Row, collect
from knowledge.procedures import Procedure

_BOM = b"\xef\xbb\xbf"


def read(path: Path, received: date = EXTRACTED) -> Imported:
    """Read a file. Raises OSError when it cannot be read at all; of a broken archive, what came before is kept."""
    return collect(_rows(path), received)


def written(procedures: Iterable[Procedure]) -> Iterator[bytes]:
    """Whole records, a line each, that :func:`read` reads back to the same records."""
    for procedure in procedures:
        yield orjson.dumps(procedure.model_dump(mode="json", exclude_defaults=True)) + b"\n"


def _rows(path: Path) -> Iterator[Row]:
    for number, line in enumerate(_lines(path), start=1):
        if isinstance(line, Bad):
            yield f"sau dòng {number - 1}", line
        elif line.strip():
            yield f"dòng {number}", _row(line)


def _row(line: bytes) -> Any:
    try:
        return orjson.loads(line)
    except orjson.JSONDecodeError:
        return Bad("không phải JSON hợp lệ")


def _lines(path: Path) -> Iterator[bytes | Bad]:
    """The lines; what breaks off after some of them is the last item."""
    some = False
    try:
        with gzip.open(path) if path.suffix.lower() == ".gz" else path.open("rb") as file:
            for line in file:
                yield line if some else line.removeprefix(_BOM)
                some = True
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        if not some:
            raise OSError(f"broken archive: {error}") from error
        yield Bad("tệp nén bị hỏng hoặc cụt, phần sau không đọc được")
