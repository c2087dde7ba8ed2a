"""A relative who died, told as people tell it: "ba tui mới mất", "má em qua đời", "ông nội mất hôm qua"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from knowledge.normalize import Word, word

_DIED = frozenset({("qua", "doi"), ("tu", "tran"), ("da", "khuat"), ("khuat", "nui")})
_AFTER = frozenset((
    "a", "bay", "cach", "can", "chieu", "de", "dem", "dot", "duoc", "gio", "hoi", "hom", "huhu", "khi", "lam",
    "luc", "nam", "nay", "ngay", "o", "phai", "roi", "sang", "sau", "thang", "thi", "toi", "trua", "truoc",
    "tuan", "xong",
))  # fmt: skip
"""What may follow "mất" when somebody died; a thing that was lost does not stand here."""
_AFTER_ACCENTED = frozenset(word(one).key for one in ("vì", "tại", "đột"))
"""The same, but without accents they may be a thing: "mat vi" is a purse."""
_WHOSE_AND_WHEN = frozenset((
    "bi", "chang", "chau", "con", "cua", "da", "em", "khong", "may", "minh", "moi", "nha", "ta", "tao", "toi",
    "tui", "vua",
))  # fmt: skip
_OWN = frozenset({"em", "con", "chau"})
"""Younger relatives, named only with whose they are: "em tôi", "con tui"; alone they are the one who writes."""
_WRITTEN = {
    word(one).plain: word(one).key
    for one in ("thầy", "cô", "dì", "cụ", "má", "chú", "cậu", "mợ", "bác", "bầm", "tía", "chị", "nhà", "nội", "ngoại")
}
"""Relatives whose word with other accents is another word: thấy, có, đi, mã, chữ."""
_ACCENTED_ONLY = frozenset({"thay", "co", "di", "cu", "u", "nha", "than", "nhan"})


def deceased(typed: Sequence[Word], kin: frozenset[str]) -> range | None:
    """The words that say that a relative died, from the relative on; None where none do.

    ``kin``: last words of relatives without accents. "Mất" with a thing behind it is a loss: "mẹ em mất ví".
    """
    for place in range(len(typed)):
        if (end := _death_ends(typed, place, kin)) and (start := _relative(typed[:place], kin)) is not None:
            return range(start, end)
    return None


def names_a_loss(typed: Sequence[Word], kin: frozenset[str]) -> bool:
    """Whether a message says that a thing was lost: "mẹ em mất giấy tờ"."""
    return any(one.plain == "mat" and _is_lost(after, kin) for one, after in pairwise(typed))


def _death_ends(typed: Sequence[Word], place: int, kin: frozenset[str]) -> int | None:
    """Where the words for dying that begin here end."""
    after = typed[place + 1] if place + 1 < len(typed) else None
    if (typed[place].plain, after.plain if after else "") in _DIED:
        return place + 2
    if typed[place].plain != "mat":
        return None
    return None if after and _is_lost(after, kin) else place + 1


def _is_lost(after: Word, kin: frozenset[str]) -> bool:
    """Whether what stands behind "mất" is a thing; a relative there begins the next sentence, or is who died."""
    return not (after.plain in _AFTER or after.key in _AFTER_ACCENTED or _is_kin(after, kin))


def _relative(before: Sequence[Word], kin: frozenset[str]) -> int | None:
    """Where the relative begins with whom these words end; whose and when may stand between."""
    end = len(before)
    while end and before[end - 1].plain in _WHOSE_AND_WHEN and not _is_kin(before[end - 1], kin):
        end -= 1
    start = end
    while start and _is_kin(before[start - 1], kin):
        start -= 1
    if start < end:
        return start
    plain = [one.plain for one in before[end : end + 2]]
    return (
        end
        if len(plain) == 2 and plain[0] in _OWN and plain[1] in _WHOSE_AND_WHEN - {"moi", "vua", "da", "bi"}
        else None
    )


def _is_kin(one: Word, kin: frozenset[str]) -> bool:
    if one.plain not in kin:
        return False
    return one.key == _WRITTEN.get(one.plain, one.key) if one.accented else one.plain not in _ACCENTED_ONLY
