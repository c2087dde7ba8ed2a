"""Which unit looks after the records of which field: it is told when they are to be checked again."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from bot.office import owners
from bot.office.officials import Right
from bot.web.office.knowledge_shelf import Shelf
from bot.web.office.shell import HOME, Route, Visit, missing

HERE = f"{HOME}/thu-tuc/phu-trach"


class OwnerPages:
    """One page and its form."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", HERE, Right.KNOWLEDGE, self.show),
            Route("POST", HERE, Right.WRITE, self.assign),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        async with visit.shell.storage.read() as session:
            owned, editing = await owners.owners(session), await owners.editors(session)
        counts: dict[str, int] = dict.fromkeys(owned, 0)
        for one in self._shelf.library:
            counts[one.field] = counts.get(one.field, 0) + 1
        return visit.render(
            "office/procedure_owners.html",
            fields=[(field, counts[field], owned.get(field, "")) for field in sorted(counts)],
            units=_units(visit),
            editing=set(editing),
            name_of=visit.shell.rules.units.name,
        )

    async def assign(self, visit: Visit) -> web.StreamResponse:
        """One field to one unit, or to nobody."""
        field, unit = visit.text("linh-vuc"), visit.text("don-vi", 64)
        async with visit.shell.storage.write() as session:
            known = {*self._shelf.fields(), *await owners.owners(session)}
            if field not in known or (unit and unit not in dict(_units(visit))):
                raise missing()
            before = await owners.assign(session, field, unit or None)
            told = {"before": {"unit": before}, "after": {"unit": unit or None}}
            visit.audit(session, "field.owner", f"field:{field}", **told)
        name = visit.shell.rules.units.name(unit) if unit else "tất cả người biên tập"
        return visit.go(HERE, f"Lĩnh vực {field}: {name} phụ trách.")


def _units(visit: Visit) -> list[tuple[str, str]]:
    """Units that exist today, by name."""
    today, units = visit.shell.today(), visit.shell.rules.units
    here = [
        unit
        for unit in units.all()
        if (unit.valid_from is None or unit.valid_from <= today) and (unit.valid_to is None or today <= unit.valid_to)
    ]
    return sorted(((unit.id, unit.name) for unit in here), key=lambda one: one[1])
