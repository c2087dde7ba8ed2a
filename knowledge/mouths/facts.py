"""What all mouths have in common: whether a record may be spoken from, and its facts as short lines.

Everything comes from fields of the record. A text that would be too long loses whole facts in a fixed order; no fact
is ever cut, and none is made up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from knowledge import aloud
from knowledge.procedures import UNKNOWN, Channel, Document, Method, Need, Procedure

WAYS = {Channel.ONLINE: "trực tuyến", Channel.COUNTER: "trực tiếp", Channel.POST: "qua bưu chính"}
OTHER_PAPERS = "các giấy tờ khác theo hướng dẫn"
"""Said where the record has papers that are not named."""
PAPERS_AT_MOST = 5
"""A text that is heard or glanced at names no more papers than this."""
_CASES = ("nếu", "khi", "kèm", "đối với", "trường hợp", "với", "để")
"""Words with which the case of a paper begins where it can follow its name."""


class UncertainError(Exception):
    """The record is not certain today, so nothing is worded from it; the message is Vietnamese, for officials."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Who speaks, and when."""

    office: str
    today: date
    link: str = ""
    """To the live answer."""
    contact: str | None = None
    """Where the office is asked, as it is told to citizens."""


def require_certain(record: Procedure, today: date) -> None:
    """Raises UncertainError for a record that is not in force or that nobody has checked in time."""
    if not record.valid_on(today):
        raise UncertainError("Thủ tục này hôm nay không có hiệu lực, nên không viết bản tin được.")
    if record.stale_on(today):
        raise UncertainError(
            f"Dữ liệu của thủ tục này quá hạn kiểm tra từ ngày {day(record.review_by)}: "
            "kiểm tra và công bố lại rồi mới viết bản tin."
        )


def day(when: date) -> str:
    """A day as it is written here."""
    return f"{when:%d/%m/%Y}"


def dated(record: Procedure) -> str:
    """Where the facts come from: stands beside every wording."""
    return f"Theo dữ liệu kiểm tra ngày {day(record.checked_on)}, nguồn {record.source}, mã thủ tục {record.code}."


def cases(methods: Sequence[Method], value: Callable[[Method], str]) -> list[tuple[str, str]]:
    """What a fact is by way of handing in and by case: (label, value); one with an empty label: always the same."""
    found: dict[tuple[str, str], list[Channel]] = {}
    for method in methods:
        channels = found.setdefault((method.when or "", value(method)), [])
        if method.channel not in channels:
            channels.append(method.channel)
    every = {method.channel for method in methods}
    told = []
    for (when, what), channels in found.items():
        ways = "" if set(channels) == every else ", ".join(WAYS[channel] for channel in channels)
        told.append((", ".join(part for part in (ways, small(when)) if part), what))
    return told


def together(told: Iterable[tuple[str, str]]) -> str:
    """Cases in one line: "trực tuyến: miễn phí; trực tiếp: 8.000 đồng"."""
    return "; ".join(f"{label}: {what}" if label else what for label, what in told)


def fee(record: Procedure) -> str:
    """Fees of a record in one line; :data:`UNKNOWN` where it gives none."""
    return _line(record, lambda method: method.fee)


def time(record: Procedure) -> str:
    """Time limits of a record in one line; :data:`UNKNOWN` where it gives none."""
    return _line(record, lambda method: method.time_limit)


def _line(record: Procedure, value: Callable[[Method], str]) -> str:
    if all(not known(value(method)) for method in record.methods):
        return UNKNOWN
    return together(cases(record.methods, value))


def portal(record: Procedure) -> str | None:
    """Where it is filed online, by name: "" where it is and the name is not known; None: it is not filed online."""
    ways = [method for method in record.methods if method.channel is Channel.ONLINE]
    if not ways:
        return None
    if record.online_url and (name := aloud.load().portal(record.online_url.host or "")):
        return name
    told = {method.how for method in ways if method.how}
    return told.pop().rstrip(".") if len(told) == 1 else ""


def papers(record: Procedure) -> list[Document]:
    """Papers by how many people need them: those of everybody first, then those of a way of handing in, then cases."""
    return sorted(record.documents, key=lambda one: 0 if not one.when else 1 if one.when.startswith("Khi nộp") else 2)


def paper(document: Document, *, quantity: bool = True) -> str:
    """One paper in a line: name, how many, in which case."""
    told = document.name
    if quantity and document.quantity:
        told += f" ({document.quantity})"
    if document.need is Need.SHOW and quantity:
        told += ", để xuất trình"
    if document.when:
        case = small(document.when)
        told += f", {case}" if case.startswith(_CASES) else f", đối với trường hợp: {case}"
    return told


def known(value: str | None) -> bool:
    """Whether a fact says something."""
    return bool(value) and value != UNKNOWN


def small(text: str) -> str:
    """With a small letter in front, unless it is a name or a short form."""
    return text if text[1:2].isupper() else text[:1].lower() + text[1:]


def ended(text: str) -> str:
    """With a full stop, if nothing ends it."""
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of a text that stay or go together."""

    lines: tuple[str, ...]
    rank: int = 0
    """0: always there; else what has the lowest comes first, as long as it fits."""


def joined(parts: Iterable[Part], between: str = "\n") -> str:
    """The lines of all parts."""
    return between.join(line for part in parts for line in part.lines)


def fitted(parts: Sequence[Part], fits: Callable[[str], bool], *, between: str = "\n") -> str:
    """The text of as many parts as fit: those of rank 0 in any case, then the others by rank, each whole or not."""
    kept = [part for part in parts if not part.rank]
    for part in sorted((part for part in parts if part.rank), key=lambda part: part.rank):
        more = [one for one in parts if one in kept or one is part]
        if fits(joined(more, between)):
            kept = more
    return joined(kept, between)


def _field(label: str, value: str | None, rank: int) -> list[Part]:
    return [Part((f"{label}: {value}",), rank)] if value and known(value) else []


def with_papers(build: Callable[[int], Sequence[Part]], fits: Callable[[str], bool]) -> str:
    """The text with as many papers as fit beside all else; where not even one does, other facts go by rank, too."""
    for count in range(PAPERS_AT_MOST, 0, -1):
        if fits(text := joined(build(count))):
            return text
    return fitted(build(1), fits)


def written(record: Procedure, count: int) -> list[Part]:
    """The facts of a record as lines to read: who, where, papers, fee, time, online. Unknown fee and time say so.

    ``count``: how many papers are named at most.
    """
    name = portal(record)
    named = [paper(one) for one in papers(record)[:count]]
    more = [f"- {aloud.sentence(OTHER_PAPERS)}"] if len(record.documents) > len(named) else []
    listed = [Part(("Giấy tờ:", *(f"- {one}" for one in named), *more), 4)] if named else []
    return [
        *_field("Ai làm", record.who, 5),
        *_field("Nơi nộp", record.where, 1),
        *listed,
        Part((f"Phí, lệ phí: {fee(record)}",), 2),
        Part((f"Thời hạn: {time(record)}",), 2),
        *_field("Nộp trực tuyến", name if name != "" else "có", 3),
    ]
