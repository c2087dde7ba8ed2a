"""Who looks after the records of a field, and which of them want looking at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.tables import FieldOwner, Member
from handlers.duties import Role
from knowledge.procedures import Procedure


async def owners(session: AsyncSession) -> dict[str, str]:
    """The unit of each field that was given to one."""
    found = await session.execute(select(col(FieldOwner.field), col(FieldOwner.unit)))
    return {str(field): str(unit) for field, unit in found}


async def assign(session: AsyncSession, field: str, unit: str | None) -> str | None:
    """Give a field to a unit, or (None) to nobody; the unit that had it."""
    row = await session.get(FieldOwner, field)
    before = row.unit if row else None
    if unit is None:
        await session.execute(delete(FieldOwner).where(col(FieldOwner.field) == field))
    else:
        row = row or FieldOwner(field=field, unit=unit)
        row.unit = unit
        session.add(row)
    return before


async def editors(session: AsyncSession) -> list[str]:
    """Units in which somebody edits."""
    found = select(col(Member.unit)).where(col(Member.role) == Role.EDITOR.value, col(Member.active))
    return sorted(set((await session.execute(found)).scalars()))


def looked_after(
    records: Iterable[Procedure], units: Collection[str], owners: Mapping[str, str], editing: Collection[str]
) -> list[Procedure]:
    """Of these records those that editors of the units look after.

    A field of nobody, or of a unit in which nobody edits, is everybody's.
    """
    everybody = {field for field, unit in owners.items() if unit not in editing}
    return [one for one in records if one.field in everybody or owners.get(one.field, "") in {"", *units}]


def to_review(records: Iterable[Procedure], today: date) -> list[Procedure]:
    """Records in force that are past their review date or come to it soon, the oldest first."""
    last = today + limits.REVIEW_AHEAD
    return sorted(
        (one for one in records if one.review_by <= last and one.valid_on(today)),
        key=lambda one: (one.review_by, one.code),
    )
