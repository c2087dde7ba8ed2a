"""The golden conversation: the same words of a citizen on every channel."""

from __future__ import annotations

from tests.conformance.driver import Driver, Heard

ASKS = "lam giay khai sinh cho con can giay to gi"
FOLLOWS_UP = "the le phi bao nhieu"
CHOOSES = "Bao lâu có kết quả"
JUDGES = "Đúng ý"
THANKS = "em cảm ơn nhiều nhé"
FORGETS = "xoá dữ liệu"
KEEPS = "Không, giữ lại"
WORDS = frozenset({ASKS, FOLLOWS_UP, THANKS, FORGETS})


async def converse(driver: Driver, person: int) -> list[tuple[Heard, ...]]:
    """The whole conversation; what was answered to each message."""
    return [
        await driver.say(person, ASKS),
        await driver.say(person, FOLLOWS_UP),
        await driver.choose(person, CHOOSES),
        await driver.choose(person, JUDGES),
        await driver.say(person, THANKS),
        await driver.say(person, FORGETS),
        await driver.choose(person, KEEPS),
    ]
