"""Where the body of a plan and its annex name different places for the same work."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from scheduler.plan import Task
from scheduler.text import fold

_KINDS = {
    "đường", "phố", "phường", "xã", "thôn", "trường", "cầu", "chợ", "hồ", "quảng trường", "thị trấn", "công viên",
    "ngã tư", "ngã ba", "khu phố", "tổ dân phố", "khu dân cư", "khu công nghiệp", "nhà văn hóa",
}  # fmt: skip
_NOT_AFTER = {
    ("thành", "phố"),
    ("hợp", "xã"),
    ("thị", "xã"),
    ("môi", "trường"),
    ("thị", "trường"),
    ("nhu", "cầu"),
    ("yêu", "cầu"),
}
_WORD = re.compile(r"\w+(?:[/-]\w+)*|[^\w\s]")
_EMPTY = frozenset(
    {"va", "cac", "tren", "cua", "ve", "o", "tai", "cho", "voi", "theo", "trong", "tu", "den", "la", "mot", "so"}
    | {"nhung", "nhu", "tuyen", "duong", "pho", "phuong", "xa"}
)
_ALIKE = 0.35
"""Share of the shorter text's words that both have, from which two texts speak of the same work."""
_ROMAN = re.compile(r"^([IVX]+)\s*[.)]\s")
_ARABIC = re.compile(r"^(\d+)\s*[.)]\s")


@dataclass(frozen=True, slots=True)
class Contradiction:
    """One row and the paragraph that differs from it."""

    task: Task
    place: str
    """Number of the section ("IV.1"); empty when the paragraph stands under none."""
    kind: str
    """What the names are of ("đường")."""
    in_row: tuple[str, ...]
    in_body: tuple[str, ...]


def find(body: Sequence[str], tasks: Sequence[Task]) -> Iterator[Contradiction]:
    """The rows whose places differ from those in the paragraph of the body that is most like them."""
    paragraphs = [(place, text, names(text), _words(text)) for place, text in _sections(body) if not text.isupper()]
    of_rows = [(task, names(task.content)) for task in tasks]
    for task, named in of_rows:
        words = _words(task.content)
        for kind, own in named.items():
            alike = [
                (_alike(words, of_text), place, said[kind])
                for place, _, said, of_text in paragraphs
                if kind in said and said[kind].keys() & own.keys()
            ]
            if not alike:
                continue
            score, place, said = max(alike, key=lambda one: one[0])
            everywhere = {name for _, other in of_rows for name in other.get(kind, {})}
            if score >= _ALIKE and (own.keys() - said.keys() or said.keys() - everywhere):
                yield Contradiction(task, place, kind, tuple(own.values()), tuple(said.values()))


def names(text: str) -> dict[str, dict[str, str]]:
    """The proper names after words for places: kind -> folded name -> name ("đường" -> Hùng Vương, Lê Lợi)."""
    words = _WORD.findall(text)
    found: dict[str, dict[str, str]] = {}
    for place in range(len(words)):
        kind = _kind(words, place)
        if kind is None:
            continue
        for name in _names_from(words, place + 1):
            found.setdefault(kind, {})[fold(name)] = name
    return found


def _kind(words: Sequence[str], place: int) -> str | None:
    """The word for a place that ends here; the longest one ("tổ dân phố" before "phố")."""
    for length in (3, 2, 1):
        if place + 1 < length:
            continue
        said = " ".join(words[place + 1 - length : place + 1]).lower()
        before = words[place - length].lower() if place >= length else ""
        if said in _KINDS and (before, said) not in _NOT_AFTER:
            return said
    return None


def _names_from(words: Sequence[str], start: int) -> Iterator[str]:
    """Names from a place on: "Hùng Vương, Lê Lợi và Quang Trung"; ends at the first word that is none."""
    name: list[str] = []
    for place in range(start, len(words)):
        word = words[place]
        if (name and word.isdecimal()) or (word[0].isupper() and not (word.isupper() and len(word) > 1)):
            name.append(word)
        elif name and (word == "," or word.lower() in {"và", "-"}):
            yield " ".join(name)
            name = []
        else:
            break
        if not name and place + 1 < len(words) and not words[place + 1][0].isupper():
            break
        if _opens_other(words, place + 1) and not name:
            break
    if name:
        yield " ".join(name)


def _opens_other(words: Sequence[str], place: int) -> bool:
    """Whether a unit begins here ("…, Phòng Nội vụ") and not one more name."""
    return place < len(words) and fold(words[place]) in {
        "phong",
        "trung",
        "ban",
        "uy",
        "van",
        "cong",
        "cac",
        "hoi",
        "doan",
    }


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in fold(text).replace(",", " ").split() if word.isalnum()) - _EMPTY


def _alike(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / max(min(len(one), len(other)), 1)


def _sections(body: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each line with the number of its section."""
    roman = arabic = ""
    for line in body:
        if found := _ROMAN.match(line):
            roman, arabic = found.group(1), ""
        elif found := _ARABIC.match(line):
            arabic = found.group(1)
        yield ".".join(filter(None, (roman, arabic))), line


def described(kind: str, names_of: Mapping[str, str] | Sequence[str]) -> str:
    """The names with their kind: "đường Hùng Vương, Lê Lợi"."""
    said = names_of.values() if isinstance(names_of, Mapping) else names_of
    return f"{kind} {', '.join(said)}"
