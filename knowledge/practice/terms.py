"""Labels of classes and ends of terms of lower-secondary schools (THCS)."""

from __future__ import annotations

import re
from datetime import date

_LABEL = re.compile(r"[6-9](?:[A-Z]\d{0,2}|/\d{1,2})?")
"""Grade 6 to 9 and the class in it: 7A, 8A2, 9/3. Nothing longer, so that no name gets in."""
_TERM_ENDS = ((1, 15), (5, 31))
"""Month and day by which the first and the second term are over."""


def label_of(typed: str) -> str | None:
    """The label of a class as it is shown, or None."""
    said = re.sub(r"^L[ỚO]P", "", "".join(typed.upper().split()))
    return said if _LABEL.fullmatch(said) else None


def term_end(day: date) -> date:
    """The end of the term that runs on this day."""
    ends = (date(day.year + years, month, last) for years in (0, 1) for month, last in _TERM_ENDS)
    return next(end for end in ends if end >= day)
