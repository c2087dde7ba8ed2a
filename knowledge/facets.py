"""What about a procedure is asked: documents, fee, time, place. Cue phrases of the word lists, in order of place."""

from __future__ import annotations

from collections.abc import Sequence

from knowledge.normalize import Word
from knowledge.reading import Facet
from knowledge.words import Found, Words

_THINGS = frozenset({"chieu", "khau", "kinh", "ngheo", "tich", "gia", "ca", "lam", "so", "can", "thoat", "dan", "nong"})
"""What follows "hộ" or "hồ" when it is part of a thing (hộ chiếu, hộ khẩu, hồ sơ) and not "on behalf of"."""
_SPECIFIC = (Facet.FORM, Facet.WHO, Facet.RESULT, Facet.LEGAL)
"""Parts whose cues are never said by the way: they lead."""


def facets_of(typed: Sequence[Word], words: Words) -> tuple[Facet, ...]:
    """The parts that are asked, the one asked first in front; GENERAL when nothing in particular is."""
    hits = [hit for hit in words.facets.found(typed) if not _names_a_thing(hit, typed)]
    first: dict[Facet, int] = {}
    for hit in hits:
        first.setdefault(Facet(hit.value), hit.start)
    general = first.pop(Facet.GENERAL, None)
    if not first:
        return (Facet.GENERAL,)
    if Facet.ONLINE in first and Facet.WHERE in first:
        first.pop(Facet.WHERE)
    if Facet.FORM in first or Facet.WHO in first:
        first.pop(Facet.WHERE, None)
    if set(first) == {Facet.ONLINE} and general is not None and general < first[Facet.ONLINE] - 6:
        return (Facet.GENERAL, Facet.ONLINE)
    return tuple(sorted(first, key=lambda facet: (facet not in _SPECIFIC, first[facet])))


def _names_a_thing(hit: Found, typed: Sequence[Word]) -> bool:
    end = hit.start + hit.length
    return typed[end - 1].plain == "ho" and end < len(typed) and typed[end].plain in _THINGS
