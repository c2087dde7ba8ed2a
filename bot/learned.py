"""What the office added to the shipped knowledge: imports that were published, and names that were attached."""

from __future__ import annotations

from typing import TypeAlias

from bot import gaps, imports
from bot.practice import school
from bot.storage import Storage
from knowledge.gaps import with_aliases
from knowledge.library import Library

Stamp: TypeAlias = tuple[int, ...]
"""Equal as long as the office added nothing."""

NOTHING: Stamp = (0, 0, 0, 0)


async def stamp(storage: Storage) -> Stamp:
    """Cheap to ask at every tick."""
    return (len(await gaps.aliases(storage)), *await imports.stamp(storage), await school.stamp(storage))


async def library(storage: Storage, shipped: Library, province: str) -> Library:
    """The shipped records, then what was published; a shipped record keeps priority over an import of its code."""
    added = Library(await imports.published(storage)).for_province(province)
    return with_aliases(Library([*shipped, *added]), await gaps.aliases(storage))
