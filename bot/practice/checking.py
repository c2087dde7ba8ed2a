"""The practice on the command line: the course as it stands, and items that were read again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from bot import clock, learned
from bot.content import load_knowledge
from bot.practice import school
from bot.settings import Settings
from bot.storage import Storage, with_storage
from knowledge.practice.course import Course, Suspended
from scheduler.calendar import VIETNAM


async def course(settings: Settings) -> tuple[Course, date]:
    """The cases over what the office publishes now, and the day."""

    async def work(storage: Storage) -> tuple[Course, date]:
        shipped = load_knowledge(settings)
        library = await learned.library(storage, shipped.library, settings.province)
        made = shipped.lessons.course(library, await school.checks(storage))
        return made, clock.now().astimezone(VIETNAM).date()

    return await with_storage(settings, work)


async def read_again(settings: Settings, names: Sequence[str], by: str) -> tuple[list[Suspended], list[str]]:
    """Items suspended because their facts changed, all or those named; with ``by`` they are asked again.

    The second list: names that are none of them; then nothing is done.
    """
    made, today = await course(settings)
    waiting = {one.item.name: one for one in made.suspended(today) if one.why == "changed"}
    unknown = [name for name in names if name not in waiting]
    chosen = [waiting[name] for name in names if name in waiting] or list(waiting.values())
    if by and not unknown:
        await with_storage(settings, lambda storage: school.check(storage, chosen, by, clock.now()))
    return chosen, unknown
