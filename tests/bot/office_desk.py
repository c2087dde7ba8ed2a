"""A coordinator at the office's page: who they are, reports to decide on, and what was recorded."""

from __future__ import annotations

from sqlalchemy import select
from sqlmodel import col

from bot.office import deciding
from bot.office.deciding import Decided, Pick
from bot.office.officials import Official, official
from bot.storage import Storage
from bot.tables import Audit
from handlers.duties import Person, Role
from handlers.message import Address
from scheduler.calendar import VIETNAM
from tests.bot.office_world import VHTT, OfficeWorld, local

FRIDAY = local(2024, 3, 15, 9)


def at_the_page(world: OfficeWorld, person: Person, chat: str) -> Official:
    return official(person, Address("recorder", chat), world.rules.units, world.now.astimezone(VIETNAM).date())


async def coordinator(world: OfficeWorld, unit: str = VHTT, chat: str = "dieu-phoi") -> Official:
    return at_the_page(world, await world.link(unit, Role.COORDINATOR, chat, label="Điều phối"), chat)


async def reported(world: OfficeWorld, ward: str, period: str, chat: str) -> Pick:
    """A ward reports; its row and its report."""
    await world.report(ward, "1", period, chat)
    duty = await world.duty(ward, "1", period, await world.person(chat))
    assert duty.report
    return Pick(duty.id, duty.report.id)


async def decide(world: OfficeWorld, by: Official, picks: list[Pick], reason: str | None = None) -> Decided:
    async with world.storage.write() as session:
        return await deciding.decide(session, world.rules, by, picks, reason, world.now)


async def audits(storage: Storage) -> list[tuple[str, str]]:
    async with storage.read() as session:
        rows = await session.execute(select(col(Audit.action), col(Audit.subject)).order_by(col(Audit.id)))
        return [(action, subject) for action, subject in rows]
