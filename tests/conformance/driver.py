"""One person at one channel: writes, presses or types a choice, sends a picture, reads what comes back.

What was read is brought to one form (:class:`Heard`): without marks of bold, with the parts of a split answer put
together, and with choices as labels whether they were buttons or numbered lines.
"""

from __future__ import annotations

import itertools
import re
import time
from abc import ABC, abstractmethod
from collections import Counter
from dataclasses import dataclass
from typing import Any

import aiohttp

from bot.channels.render import plain
from bot.exchange import Exchange
from handlers.message import Address, Message
from tests.conformance.city import BOT_SECRET, TELEGRAM_SECRET, Platforms, Records

_COUNTED = re.compile(r" \((\d+)/(\d+)\)\Z")
_NUMBERED = re.compile(r"(\d+)\. (.+)")
_IDS = itertools.count(5_000_001)
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"


@dataclass(frozen=True, slots=True)
class Heard:
    """One answer as a person takes it in."""

    text: str
    choices: tuple[str, ...] = ()
    """Labels; of a link with its address."""


def together(messages: list[tuple[str, tuple[str, ...]]]) -> list[tuple[str, tuple[str, ...]]]:
    """Messages with split answers put together again: "(1/3)", "(2/3)", "(3/3)" are one. Fails on a missing part."""
    whole: list[tuple[str, tuple[str, ...]]] = []
    parts: list[str] = []
    for text, choices in messages:
        if not (found := _COUNTED.search(text)):
            assert not parts, "a part is missing"
            whole.append((text, choices))
            continue
        number, of = int(found[1]), int(found[2])
        parts.append(text[: found.start()])
        assert number == len(parts), "parts are out of order"
        if number == of:
            whole.append(("\n".join(parts), choices))
            parts = []
    assert not parts, "the last part is missing"
    return whole


def one_form(text: str, choices: tuple[str, ...], *, buttons: bool) -> Heard:
    """An answer in the one form; where there are no buttons the choices are the numbered lines at the end."""
    lines = plain(text).split("\n")
    if not buttons:
        lines, choices = _cut_off(lines)
    return Heard(" ".join(" ".join(lines).split()), choices)


def _cut_off(lines: list[str]) -> tuple[list[str], tuple[str, ...]]:
    for start in range(len(lines) - 1, -1, -1):
        found = [_NUMBERED.fullmatch(line) for line in lines[start:]]
        if not all(found):
            break
        if [match[1] for match in found if match] == [str(n) for n in range(1, len(found) + 1)]:
            return lines[:start], tuple(match[2] for match in found if match)
    return lines, ()


class Driver(ABC):
    """People are numbers; each has a chat of their own."""

    name: str
    buttons = False

    def __init__(self) -> None:
        self.offered: dict[int, tuple[str, ...]] = {}
        """The choices that each person saw last."""

    @abstractmethod
    def chat(self, person: int) -> str:
        """The id of a person's chat."""

    @abstractmethod
    async def say(self, person: int, text: str) -> tuple[Heard, ...]:
        """Write, and read what is answered."""

    async def choose(self, person: int, label: str) -> tuple[Heard, ...]:
        """Type the number of a choice that was just offered; where there are buttons, press it."""
        assert label in self.offered[person], f"{self.name} offers no {label!r}, but {self.offered[person]}"
        return await self.say(person, str(self.offered[person].index(label) + 1))

    def read(self, person: int, messages: list[tuple[str, tuple[str, ...]]]) -> tuple[Heard, ...]:
        heard = tuple(one_form(*message, buttons=self.buttons) for message in together(messages))
        if heard:
            self.offered[person] = heard[-1].choices
        return heard


class WebDriver(Driver):
    """POST /api/chat. Keeps the actions of the buttons it was shown."""

    name = "web"
    buttons = True

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        super().__init__()
        self._url, self._session = url, session
        self._actions: dict[tuple[int, str], str] = {}

    def chat(self, person: int) -> str:
        return f"phien-hoi-dap-cua-nguoi-{person}"

    async def say(self, person: int, text: str) -> tuple[Heard, ...]:
        return await self._ask(person, text=text)

    async def choose(self, person: int, label: str) -> tuple[Heard, ...]:
        return await self._ask(person, action=self._actions[person, label])

    async def _ask(self, person: int, **asked: str) -> tuple[Heard, ...]:
        body = {"session": self.chat(person), **asked}
        async with self._session.post(f"{self._url}/api/chat", json=body) as answer:
            found = await answer.json()
            assert answer.status == 200, found
        messages = []
        for reply in found["replies"]:
            shown = [c["label"] if c["action"] else f"{c['label']}: {c['url']}" for c in reply["choices"]]
            self._actions |= {(person, c["label"]): c["action"] for c in reply["choices"] if c["action"]}
            messages.append((reply["text"], tuple(shown)))
        return self.read(person, messages)


class ConsoleDriver(Driver):
    """The terminal's way in: choices by number, nothing is pushed."""

    name = "console"

    def __init__(self, exchange: Exchange) -> None:
        super().__init__()
        self._exchange = exchange
        self._numbers = itertools.count(1)

    def chat(self, person: int) -> str:
        return f"console-{person:016x}"

    async def say(self, person: int, text: str) -> tuple[Heard, ...]:
        chat = self.chat(person)
        message = Message(f"{chat}:{next(self._numbers)}", Address("console", chat), chat, text)
        answer = await self._exchange.say(message)
        assert answer is not None, "no answer in time"
        return self.read(person, [(reply.text, ()) for reply in answer.replies])


class PushedDriver(Driver):
    """A platform that brings what people write and shows them what is sent."""

    forgeries: tuple[str, ...] = ()
    """Ways in which somebody may pretend to be the platform."""
    webhook = True

    def __init__(self, platforms: Platforms, records: Records) -> None:
        super().__init__()
        self.platforms, self.records = platforms, records
        self.sent_by: Counter[int] = Counter()
        """Messages of each person that were new."""
        self._read: Counter[int] = Counter()

    @abstractmethod
    def event(self, person: int, text: str) -> Any:
        """What the platform tells of a message, to be brought by :meth:`bring`."""

    @abstractmethod
    async def bring(self, event: Any, forged: str = "") -> int:
        """Post an event once; the status that was answered."""

    @abstractmethod
    def shown(self, person: int) -> list[tuple[str, tuple[str, ...]]]:
        """Everything the assistant ever sent to a person: text and buttons."""

    @abstractmethod
    async def share(self, person: int, data: bytes, caption: str) -> None:
        """Send a picture by the platform."""

    async def picture(self, person: int, data: bytes, caption: str = "") -> tuple[Heard, ...]:
        """Send a picture, and read what is answered."""
        self.sent_by[person] += 1
        await self.share(person, data, caption)
        return await self.answers(person)

    async def write(self, person: int, text: str) -> None:
        """Write without waiting for an answer."""
        self.sent_by[person] += 1
        assert await self.bring(self.event(person, text)) == 200

    async def say(self, person: int, text: str) -> tuple[Heard, ...]:
        await self.write(person, text)
        return await self.answers(person)

    async def answers(self, person: int, seconds: float = 15.0) -> tuple[Heard, ...]:
        """What came since the last look, once nothing more is to come."""
        await self.records.settle(self.name, self.chat(person), self.sent_by[person], seconds)
        return self.news(person)

    def news(self, person: int) -> tuple[Heard, ...]:
        """What came since the last look."""
        everything = self.shown(person)
        fresh = everything[self._read[person] :]
        self._read[person] = len(everything)
        return self.read(person, fresh)


class TelegramDriver(PushedDriver):
    name = "telegram"
    buttons = True
    forgeries: tuple[str, ...] = ("no", "wrong")

    def chat(self, person: int) -> str:
        return str(7_700_000_000 + person)

    def event(self, person: int, text: str) -> Any:
        number = int(self.chat(person))
        self.platforms.telegram.meet(number)
        message = {
            "message_id": next(_IDS),
            "from": {"id": number, "is_bot": False, "first_name": "An"},
            "chat": {"id": number, "type": "private"},
            "date": int(time.time()),
            "text": text,
        }
        return {"update_id": 900_000 + next(_IDS), "message": message}

    async def bring(self, event: Any, forged: str = "") -> int:
        told = {"no": {}, "wrong": {SECRET_HEADER: "doan-mo"}}
        headers = told.get(forged, {SECRET_HEADER: TELEGRAM_SECRET})
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.platforms.telegram.webhook.url, json=event, headers=headers) as answer,
        ):
            return answer.status

    def shown(self, person: int) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (sent.text, tuple(b["text"] if "callback_data" in b else f"{b['text']}: {b['url']}" for b in sent.buttons))
            for sent in self.platforms.telegram.to(int(self.chat(person)))
        ]

    async def choose(self, person: int, label: str) -> tuple[Heard, ...]:
        self.sent_by[person] += 1
        await self.platforms.telegram.click(int(self.chat(person)), label)
        return await self.answers(person)

    async def share(self, person: int, data: bytes, caption: str) -> None:
        await self.platforms.telegram.share(int(self.chat(person)), "photo", data, caption=caption)


class TelegramPollingDriver(TelegramDriver):
    """The same bot without a webhook: the platform keeps updates until they are fetched."""

    forgeries = ()
    webhook = False

    async def bring(self, event: Any, forged: str = "") -> int:
        assert not forged
        await self.platforms.telegram.deliver({"message": event["message"]}, int(event["message"]["chat"]["id"]))
        return 200


class ZaloBotDriver(PushedDriver):
    name = "zalo-bot"
    forgeries: tuple[str, ...] = ("no", "wrong")

    def chat(self, person: int) -> str:
        return f"6ede9afa66b88fe6d{person:04x}"

    def event(self, person: int, text: str) -> Any:
        self.platforms.zalo_bot.meet(self.chat(person))
        return self.platforms.zalo_bot.event("text", self.chat(person), self.chat(person), {"text": text})

    async def bring(self, event: Any, forged: str = "") -> int:
        secret = {"no": "", "wrong": "doan-mo-thoi"}.get(forged, BOT_SECRET)
        return await self.platforms.zalo_bot.push({"ok": True, "result": event}, secret=secret)

    def shown(self, person: int) -> list[tuple[str, tuple[str, ...]]]:
        return [(sent.text, ()) for sent in self.platforms.zalo_bot.to(self.chat(person))]

    async def share(self, person: int, data: bytes, caption: str) -> None:
        await self.platforms.zalo_bot.share(self.chat(person), "image", data, caption=caption)


class ZaloBotPollingDriver(ZaloBotDriver):
    """The same bot without a webhook: the platform hands out one update a question, and never again."""

    forgeries = ()
    webhook = False

    async def bring(self, event: Any, forged: str = "") -> int:
        assert not forged
        await self.platforms.zalo_bot.deliver(event, event["message"]["chat"]["id"])
        return 200


class ZaloOaDriver(PushedDriver):
    name = "zalo-oa"
    forgeries = ("no", "key", "hmac", "other")

    def chat(self, person: int) -> str:
        return str(2_512_523_625_412_515_000 + person)

    def event(self, person: int, text: str) -> Any:
        return self.platforms.zalo_oa.said_by(self.chat(person), text)

    async def bring(self, event: Any, forged: str = "") -> int:
        posted = await self.platforms.zalo_oa.push(event, sign=forged or "body")
        assert len(posted.statuses) == 1, posted.statuses
        return posted.statuses[0]

    def shown(self, person: int) -> list[tuple[str, tuple[str, ...]]]:
        return [(sent.text, ()) for sent in self.platforms.zalo_oa.to(self.chat(person))]

    async def share(self, person: int, data: bytes, caption: str) -> None:
        await self.platforms.zalo_oa.share(self.chat(person), "image", data, text=caption or None)


PUSHED: dict[str, type[PushedDriver]] = {
    "telegram": TelegramDriver,
    "zalo-bot": ZaloBotDriver,
    "zalo-oa": ZaloOaDriver,
}
POLLING: dict[str, type[PushedDriver]] = {"telegram": TelegramPollingDriver, "zalo-bot": ZaloBotPollingDriver}
