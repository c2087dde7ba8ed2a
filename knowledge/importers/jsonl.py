"""JSON lines (``.jsonl``, also ``.gz``): one procedure a line, in the form of the national catalogue's extracts."""

from __future__ import annotations

import gzip
import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from knowledge.procedures import NATIONAL, UNKNOWN, Channel, Procedure

REVIEW_AFTER = timedelta(days=365)
_CHANNELS = {"trực tuyến": Channel.ONLINE, "trực tiếp": Channel.COUNTER, "dịch vụ bưu chính": Channel.POST}
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_PORTAL = "https://dichvucong.gov.vn/"


@dataclass(frozen=True, slots=True)
class Imported:
    """The good rows, and what is wrong with the others: one line each, with the row's number."""

    procedures: list[Procedure]
    problems: list[str]


def read(path: Path) -> Imported:
    """Read a file. Raises OSError when it cannot be read at all."""
    procedures: list[Procedure] = []
    problems: list[str] = []
    for number, line in enumerate(_lines(path), start=1):
        if not line.strip():
            continue
        try:
            procedures.append(procedure_of(json.loads(line)))
        except ValidationError as error:
            wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:3])
            problems.append(f"dòng {number}: {wrong}")
        except (ValueError, TypeError, AttributeError, KeyError) as error:
            problems.append(f"dòng {number}: {type(error).__name__}: {error}")
    return Imported(procedures, problems)


def _lines(path: Path) -> Iterator[str]:
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        yield from file


def text(value: object) -> str:
    """One clean line of NFC text; empty for anything that is no text."""
    if not isinstance(value, str):
        return ""
    shown = "".join(
        " " if unicodedata.category(char) == "Cc" else char
        for char in unicodedata.normalize("NFC", value)
        if unicodedata.category(char) not in {"Cf", "Co", "Cn", "Cs"}
    )
    return " ".join(shown.split())


def procedure_of(row: dict[str, Any]) -> Procedure:
    """A record with the facts of a row. Raises ValueError or ValidationError when code or name are missing."""
    name = text(row["name"])
    agency = text(row.get("agency")) or text(row.get("issuer")) or UNKNOWN
    url = text(row.get("url")) or _PORTAL
    checked = _DAY.search(text(row.get("crawl_date")))
    day = date.fromisoformat(checked.group()) if checked else date(2026, 7, 18)
    scope = text(row.get("scope")).removeprefix("province:")
    return Procedure(
        code=text(row["code"]),
        name=name,
        official_name=name,
        field=text(row.get("field")) or UNKNOWN,
        levels=tuple(found for level in row.get("level") or () if (found := text(level))),
        agency=agency,
        scope=NATIONAL if scope in ("", "national") else scope,
        summary=name,
        who=", ".join(found for subject in row.get("subjects") or () if (found := text(subject))) or UNKNOWN,
        where=text(row.get("receive_address")) or agency,
        methods=[_method(method) for method in row.get("methods") or () if _channel(method)],
        documents=[{"name": found} for item in row.get("documents") or () if (found := text(item.get("name")))],
        source="Cổng Dịch vụ công quốc gia",
        source_url=url,
        checked_on=day,
        review_by=day + REVIEW_AFTER,
    )


def _channel(method: dict[str, Any]) -> Channel | None:
    return _CHANNELS.get(text(method.get("channel")).casefold())


def _method(method: dict[str, Any]) -> dict[str, Any]:
    time, fee = text(method.get("time")), text(method.get("fee"))
    return {
        "channel": _channel(method),
        "time_limit": f"{time} ngày" if time.isdigit() else time if time not in ("", "N/A") else UNKNOWN,
        "fee": fee if fee not in ("", "N/A") else UNKNOWN,
        "how": text(method.get("desc")) or None,
    }
