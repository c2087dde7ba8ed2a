"""What the office added to the shipped knowledge: versions that were published, and names that were attached."""

from __future__ import annotations

from typing import TypeAlias

from bot import gaps, publishing
from bot.practice import school
from bot.storage import Storage
from bot.tables import Origin
from knowledge.gaps import with_aliases
from knowledge.library import Library

Stamp: TypeAlias = tuple[int, ...]
"""Equal as long as the office added nothing."""

NOTHING: Stamp = (0, 0, 0, 0, 0)


async def stamp(storage: Storage) -> Stamp:
    """Cheap to ask at every tick."""
    return (len(await gaps.aliases(storage)), *await publishing.stamp(storage), await school.stamp(storage))


async def records(storage: Storage, shipped: Library) -> Library:
    """What persons of the office wrote, then the shipped records, then imports: of a code the first counts."""
    written = await publishing.published(storage, Origin.OFFICE)
    return Library([*written, *shipped, *await publishing.published(storage, Origin.IMPORT)])


async def library(storage: Storage, shipped: Library, province: str) -> Library:
    """The records that people of the province can use, with the names that were attached."""
    known = (await records(storage, shipped)).for_province(province)
    return with_aliases(known, await gaps.aliases(storage))
