"""What about a procedure is asked: documents, fee, time, place. Cue phrases of the word lists, in order of place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Set
from itertools import pairwise

from knowledge.normalize import Word
from knowledge.reading import Facet
from knowledge.words import Found, Words

_THINGS = frozenset(
    {
        "chieu",
        "khau",
        "kinh",
        "ngheo",
        "tich",
        "gia",
        "ca",
        "lam",
        "so",
        "can",
        "thoat",
        "dan",
        "nong",
        "nay",
        "do",
        "tro",
    }
)
"""What follows "hộ" when it is part of a thing (hộ chiếu, hộ khẩu, hỗ trợ) and not "on behalf of"."""
_SPECIFIC = (Facet.FORM, Facet.WHO, Facet.RESULT, Facet.LEGAL)
"""Parts whose cues are never said by the way: they lead."""
_PAPER_ENDS = frozenset({"khong", "sao"})
_NOUNS = frozenset({Facet.FEE, Facet.TIME, Facet.LEGAL, Facet.DOCUMENTS})
_LISTED = frozenset({Facet.FEE, Facet.TIME, Facet.DOCUMENTS, Facet.WHERE, Facet.FORM})
"""Parts that are asked one after the other by their bare nouns."""
_AND = frozenset({"va", "voi", "cung", "hay", "hoac", "nua"})
_ASKING = frozenset({"gi", "nao", "dau", "bao", "may", "khong", "sao", "lau", "ai", "nhieu", "nhiu"})
"""A cue with one of these asks; one without may be a word of the procedure's own name (lệ phí trước bạ)."""


def facets_of(typed: Sequence[Word], words: Words, own: Set[str] = frozenset()) -> tuple[Facet, ...]:
    """The parts that are asked, the one asked first in front; GENERAL when nothing in particular is.

    ``own``: words and pairs of the name of the procedure that is meant; a noun made of them is no question.
    """
    first: dict[Facet, int] = {}
    asking: set[Facet] = set()
    cues = list(_cues(typed, words, own))
    row = _in_a_row(typed, words, own, cues)
    asking |= {Facet(hit.value) for hit in row}
    for hit in (*cues, *row):
        facet = Facet(hit.value)
        first[facet] = min(hit.start, first.get(facet, hit.start))
        if _ASKING & set(_said(hit, typed)):
            asking.add(facet)
    general = first.pop(Facet.GENERAL, None)
    if not first:
        return (_opening(typed, words, own),)
    if Facet.ONLINE in first or Facet.FORM in first or Facet.WHO in first:
        first.pop(Facet.WHERE, None)
    if not first:
        return (Facet.GENERAL,)
    if set(first) == {Facet.ONLINE} and general is not None and general < first[Facet.ONLINE] - 6:
        return (Facet.GENERAL, Facet.ONLINE)
    return tuple(sorted(first, key=lambda facet: (facet not in _SPECIFIC, facet not in asking, first[facet])))


def asks_for_a_paper(typed: Sequence[Word], words: Words) -> bool:
    """Whether a message asks of one paper and says nothing else: is it needed, what if it is missing.

    "Cần giấy khám sức khỏe không", "không có hợp đồng thuê nhà thì sao".
    """
    return any(
        hit.value == Facet.DOCUMENTS
        and typed[hit.start + hit.length - 1].plain in _PAPER_ENDS
        and hit.start <= 1
        and hit.start + hit.length >= len(typed) - 1
        for hit in words.facet_gaps.found(typed)
    )


def _cues(typed: Sequence[Word], words: Words, own: Set[str]) -> Iterator[Found]:
    plain = list(words.facets.found(typed))
    for hit in (*plain, *words.facet_gaps.found(typed)):
        if hit.value != Facet.NONE and not _names_a_thing(hit, typed) and not _is_own(hit, typed, own):
            yield hit


def _in_a_row(typed: Sequence[Word], words: Words, own: Set[str], cues: Sequence[Found]) -> list[Found]:
    """Nouns one after the other, or beside a cue, ask without a question: "lệ phí, thời gian, nơi nộp …"."""
    nouns = [hit for hit in words.nouns.found(typed) if not _is_own(hit, typed, own)]
    if not nouns:
        return []
    near = sorted((hit.start, hit.start + hit.length, hit.value) for hit in (*nouns, *cues) if hit.value in _LISTED)
    return [noun for noun in nouns if noun.value in _LISTED and any(_beside(noun, other, typed) for other in near)]


def _beside(noun: Found, other: tuple[int, int, str], typed: Sequence[Word]) -> bool:
    start, end, value = other
    between = typed[noun.start + noun.length : start] if noun.start < start else typed[end : noun.start]
    apart = max(start - noun.start - noun.length, noun.start - end)
    return value != noun.value and 0 <= apart <= 1 and all(word.plain in _AND for word in between)


def _said(hit: Found, typed: Sequence[Word]) -> list[str]:
    return [word.plain for word in typed[hit.start : hit.start + hit.length]]


def _is_own(hit: Found, typed: Sequence[Word], own: Set[str]) -> bool:
    said = _said(hit, typed)
    parts = {f"{first} {second}" for first, second in pairwise(said)} or set(said)
    return hit.value in _NOUNS and parts <= own and not _ASKING & set(said)


def _names_a_thing(hit: Found, typed: Sequence[Word]) -> bool:
    end = hit.start + hit.length
    before, last = (typed[hit.start - 1].plain if hit.start else ""), typed[end - 1].plain
    if typed[hit.start].plain == "ho" and before in {"giam", "bao", "chu", "can"}:
        return True
    return last == "ho" and end < len(typed) and typed[end].plain in _THINGS


def _opening(typed: Sequence[Word], words: Words, own: Set[str]) -> Facet:
    """What a message without any question asks by the noun it begins with: "Mẫu …", "Phí …", "Hồ sơ …"."""
    said = list(typed)
    fillers = {place for hit in words.filler.found(said) for place in range(hit.start, hit.start + hit.length)}
    for place, word in enumerate(said[:6]):
        hit = next(words.nouns.at(said, place), None)
        if hit is not None:
            return Facet.GENERAL if _is_own(hit, typed, own) else Facet(hit.value)
        if place not in fillers and word.plain not in {"xin", "cho", "hoi", "ve"}:
            break
    return Facet.GENERAL
