"""Accounts with a password, from the command line."""

from __future__ import annotations

from dataclasses import dataclass

from bot import clock
from bot.office import access, rules, workbench
from bot.office.plans import RefusedError
from bot.settings import Settings
from bot.storage import Storage, with_storage
from scheduler.calendar import VIETNAM


@dataclass(frozen=True, slots=True)
class Made:
    unit_name: str
    page: str


async def create(settings: Settings, name: str, password: str, unit: str) -> Made:
    """Make an admin with a password. Raises RefusedError for an unknown unit, a taken name, a weak password."""
    office, now = rules.load(settings), clock.now()
    found = workbench.unit_id(unit, office.units, now.astimezone(VIETNAM).date())
    if office.units.is_group(found):
        raise RefusedError([f"“{unit}” là một nhóm. Hãy chọn một đơn vị."])

    async def work(storage: Storage) -> None:
        async with storage.write() as session:
            await access.create_account(session, name, password, found, now)

    await with_storage(settings, work)
    return Made(office.units.name(found), f"{settings.page_url}/lam-viec")


async def change(settings: Settings, name: str, password: str) -> None:
    """Set another password. Raises RefusedError."""

    async def work(storage: Storage) -> None:
        async with storage.write() as session:
            await access.set_password(session, name, password)

    await with_storage(settings, work)
