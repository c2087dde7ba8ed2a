"""The questions of a case, made from the procedure's record as it is today.

Every option that states a fact takes it from a record: the right one from the case's procedure, the wrong ones from
other procedures or from what the record says about other people. Each item knows by :attr:`Item.facts` which facts it
stands on; when they change, it is suspended until somebody has looked at it (see :mod:`knowledge.practice.course`).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from knowledge.library import Library
from knowledge.normalize import fold
from knowledge.practice.cases import OPTIONS_AT_MOST, Case
from knowledge.practice.facts import Fact, digest, facts_of
from knowledge.practice.pools import Pools, is_free
from knowledge.practice.words import PracticeWords
from knowledge.procedures import UNKNOWN, Channel, Procedure


class Level(StrEnum):
    """The four levels, in their order: tìm, chuẩn bị, nộp, theo dõi."""

    FIND = "find"
    PREPARE = "prepare"
    FILE = "file"
    """On the mock portal, as the next."""
    TRACK = "track"


class Kind(StrEnum):
    """How an item is answered."""

    ONE = "one"
    MANY = "many"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class Option:
    key: str
    """Made of the label, so that an answer kept long ago still tells what was chosen."""
    label: str
    right: bool
    why: str
    """Said when it was chosen and is wrong."""


@dataclass(frozen=True, slots=True)
class Blank:
    """A field to fill in by the mock card."""

    key: str
    label: str
    value: str
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One question of a case."""

    case: str
    key: str
    level: Level
    kind: Kind
    prompt: str
    hint: str
    rule: str
    """Said when it is answered."""
    source: str
    """Where the facts come from, with the day; empty where none is stated."""
    facts: str
    """Digest of the facts that it stands on; empty: on none."""
    options: tuple[Option, ...] = ()
    blanks: tuple[Blank, ...] = ()
    missed: str = ""
    """Of many: what to say when right ones are missing; has ``{count}``."""

    @property
    def name(self) -> str:
        """Unique among all items: "batuksinh/fee"."""
        return f"{self.case}/{self.key}"

    @property
    def right(self) -> frozenset[str]:
        """Keys of the right options."""
        return frozenset(option.key for option in self.options if option.right)

    def option(self, key: str) -> Option | None:
        return next((option for option in self.options if option.key == key), None)


_NO_FILING = ("Chỉ trả kết quả", "Gửi bổ sung")
"""So begins what a record says of a way by which one does not file: results are sent, or papers that were missing."""
_PRINTED_THERE = "Cán bộ in"
"""So begins the note of a form that the official prints: nobody attaches it."""
_NOT_THERE = "khong phai uy ban nhan dan"
_PAYS = re.compile(r"\b(?:phi|le phi|thanh toan|nop tien)\b")
NAME_AT_MOST = 160
OPTIONS_AT_LEAST = 2
_NUMBER = re.compile(r"\d[\d.]*")


Draw = tuple[str, bool, str]
"""Label, right, why."""


class ItemMaker:
    """Makes the items of one case; ``record`` is its procedure, in force and read with the case."""

    def __init__(self, case: Case, record: Procedure, library: Library, made: Pools, words: PracticeWords) -> None:
        self._case = case
        self._record = record
        self._library = library
        self._pools = made
        self._say = words
        method = case.method(record)
        self._fee = method.fee if method else UNKNOWN
        self._time = method.time_limit if method else UNKNOWN
        self._person = {"person": case.person, "Person": _capital(case.person)}

    def items(self) -> Iterator[Item]:
        """All items, in their order; one whose fact the record does not give is left out."""
        makers: tuple[Callable[[], Item | None], ...] = (
            self._find, self._where, self._documents, self._ways, self._fee_item, self._time_item,
            self._login, self._choose, self._form, self._attach, self._pay, self._track, self._more, self._result,
        )  # fmt: skip
        for make in makers:
            if item := make():
                yield item

    # Find

    def _find(self) -> Item | None:
        draws: list[Draw] = [(self._record.name, True, "")]
        own = [facts_of(self._record, Fact.NAME)]
        for wrong in self._case.wrong:
            if other := self._library.get(wrong.code):
                why = self._say("find_wrong", name=other.name, summary=other.summary, why=wrong.why)
                draws.append((other.name, False, why))
                own.append(facts_of(other, Fact.NAME))
        return self._one(
            "find", Level.FIND, self._say("find", **self._person), draws, digest(*own),
            rule=self._say("find_right", name=self._record.name, summary=self._record.summary),
            hint=self._say("find_hint", ask=self._case.ask),
        )  # fmt: skip

    def _where(self) -> Item | None:
        record = self._record
        told = fold(f"{record.agency} {record.where}").replace(_NOT_THERE, "")
        draws: list[Draw] = [(record.agency, True, "")]
        for office in self._say.offices:
            if not any(words in told for words in office.unless):
                why = self._say("where_wrong", label=office.label, agency=record.agency)
                draws.append((office.label, False, why))
        rule = self._say("where_rule", agency=record.agency, where=record.where)
        prompt = self._say("where", name=record.name)
        return self._one("where", Level.FIND, prompt, self._few(draws), self._digest(Fact.WHERE), rule)

    # Prepare

    def _documents(self) -> Item:
        case, record = self._case, self._record
        names = self._prepared()
        draws: list[Draw] = [(name, True, "") for name in names]
        for document in record.documents:
            if document.name not in case.documents and document.when and len(draws) < OPTIONS_AT_MOST - 2:
                why = self._say("document_for_others", when=_inside(document.when), **self._person)
                draws.append((document.name, False, why))
        draws += [(extra.name, False, extra.why) for extra in case.extras]
        return self._many(
            "documents", Level.PREPARE, draws[:OPTIONS_AT_MOST], self._digest(Fact.DOCUMENTS),
            rule=self._say("documents_rule", names="; ".join(names)),
        )  # fmt: skip

    def _ways(self) -> Item:
        offered = {one.channel for one in self._record.methods if not (one.how or "").startswith(_NO_FILING)}
        labels = {channel: self._say(f"way_{channel.value}") for channel in Channel}
        draws: list[Draw] = [(label, channel in offered, self._say("way_unknown")) for channel, label in labels.items()]
        draws.append((self._say("way_chat"), False, self._say("way_chat_why")))
        names = "; ".join(label for channel, label in labels.items() if channel in offered)
        rule = self._say("ways_rule", names=names, tip=self._case.ways_tip)
        return self._many("ways", Level.PREPARE, draws, self._digest(Fact.WAYS), rule=rule)

    def _fee_item(self) -> Item | None:
        record, say = self._record, self._say
        note = record.fee_note or ""
        if self._fee == UNKNOWN:
            draws: list[Draw] = [(say("fee_unknown"), True, ""), (say("fee_free"), False, say("fee_not_free"))]
            rule = say("fee_unknown_rule", note=note)
        else:
            draws = [(_capital(self._fee), True, "")]
            rule = say("fee_rule", fee=self._fee, note=note)
            if not is_free(self._fee):
                draws.append((say("fee_free"), False, say("fee_not_free")))
        others = self._others(self._pools.fees, "fee", _NUMBER.findall(f"{self._all_fees()} {note}"))
        draws += [(value, False, say("fee_of_other", fee=value, name=name)) for value, name in others]
        return self._one("fee", Level.PREPARE, say("fee"), self._few(draws), self._digest(Fact.FEE), rule)

    def _time_item(self) -> Item | None:
        if self._time == UNKNOWN:
            return None
        record, say = self._record, self._say
        told = " ".join((*(method.time_limit for method in record.methods), record.time_note or ""))
        others = self._others(self._pools.times, "time", _NUMBER.findall(told))
        draws: list[Draw] = [(self._time, True, "")]
        draws += [(value, False, say("time_of_other", time=value, name=name)) for value, name in others]
        rule = say("time_rule", time=self._time, note=record.time_note or "")
        return self._one("time", Level.PREPARE, say("time"), self._few(draws), self._digest(Fact.TIME), rule)

    # File, on the mock portal

    def _login(self) -> Item:
        say = self._say
        blanks = (
            Blank("account", say("login_account"), f"MP-{self._case.key.upper()}"),
            Blank("otp", say("login_otp"), f"MAU-{int(digest(self._case.key, 'otp'), 16) % 900 + 100}"),
        )
        return self._form_item("login", Level.FILE, "login", blanks)

    def _choose(self) -> Item | None:
        record, say = self._record, self._say
        if not _is_readable(record.official_name):
            return None
        why = {wrong.code: wrong.why for wrong in self._case.wrong}
        near = [self._library.get(code) for code in why]
        same = self._shuffled(self._pools.by_field.get(record.field, ()), "choose", lambda one: one.code)
        others = {one.official_name: one for one in (*near, *same) if one and _is_readable(one.official_name)}
        others.pop(record.official_name, None)
        draws: list[Draw] = [(record.official_name, True, "")]
        for other in list(others.values())[:3]:
            said = say("find_wrong", name=other.name, summary=other.summary, why=why.get(other.code, ""))
            draws.append((other.official_name, False, said))
        rule = say("choose_right", official=record.official_name, code=record.code)
        prompt = say("choose", **self._person)
        return self._one("choose", Level.FILE, prompt, draws, self._digest(Fact.NAME), rule)

    def _form(self) -> Item:
        blanks = tuple(Blank(one.key, one.label, one.value, one.choices) for one in self._case.form)
        return self._form_item("form", Level.FILE, "form", blanks)

    def _attach(self) -> Item | None:
        case, say = self._case, self._say
        names = [name for name in self._prepared() if case.files is None or name in case.files]
        if not names:
            return None
        draws: list[Draw] = [(say("attach_clear", name=name), True, "") for name in names]
        blurred = say("attach_blurred", name=names[0])
        draws.append((blurred, False, say("attach_blurred_why")))
        draws += [(say("attach_clear", name=extra.name), False, extra.why) for extra in case.extras[:1]]
        rule = say("attach_rule", count=len(names))
        return self._many("attach", Level.FILE, draws, self._digest(Fact.DOCUMENTS), rule=rule)

    def _pay(self) -> Item | None:
        say = self._say
        if self._fee == UNKNOWN and not any(_PAYS.search(fold(step)) for step in self._record.online_steps):
            return None
        draws: list[Draw] = [
            (say("pay_stranger"), False, say("pay_stranger_why")),
            (say("pay_extra"), False, say("pay_extra_why")),
        ]
        if self._fee == UNKNOWN:
            draws.append((say("pay_look"), True, ""))
            draws.append((say("pay_nothing"), False, say("pay_unknown_rule")))
            rule = say("pay_unknown_rule")
        else:
            rule = say("pay_rule", fee=self._fee)
            if is_free(self._fee):
                draws.append((say("pay_nothing"), True, ""))
            else:
                draws.append((say("pay_amount", fee=self._fee), True, ""))
                draws.append((say("pay_nothing"), False, rule))
        prompt = say("pay", **self._person)
        return self._one("pay", Level.FILE, prompt, draws, self._digest(Fact.FEE), rule)

    # Track

    def _track(self) -> Item:
        number = dossier_number(self._case)
        blank = Blank("number", self._say("track_field"), number)
        return self._form_item("track", Level.TRACK, "track", (blank,), number=number)

    def _more(self) -> Item | None:
        draws: list[Draw] = [(reply.text, reply.right, reply.why) for reply in self._case.more.replies]
        rule = next(reply.why for reply in self._case.more.replies if reply.right)
        prompt = self._say("more", asks=self._case.more.asks, **self._person)
        return self._one("more", Level.TRACK, prompt, draws, self._digest(Fact.DOCUMENTS), rule)

    def _result(self) -> Item | None:
        record, say = self._record, self._say
        if not record.result:
            return None
        own = set(fold(" ".join((*record.result, record.name))).split())
        draws: list[Draw] = [(record.result[0], True, "")]
        pool = self._shuffled(self._pools.results, "result", lambda one: one[0])
        near = sorted(pool, key=lambda one: one[2] != record.field)
        others = {value: name for value, name, _ in near if not set(fold(value).split()) <= own}
        draws += [(value, False, say("result_of_other", name=name)) for value, name in list(others.items())[:3]]
        rule = say("result_rule", names="; ".join(record.result))
        prompt = say("result", **self._person)
        return self._one("result", Level.TRACK, prompt, draws, self._digest(Fact.RESULT), rule)

    # Parts

    def _prepared(self) -> list[str]:
        """The papers that the person has to see to; a form that the official prints is none."""
        notes = {document.name: document.note or "" for document in self._record.documents}
        return [name for name in self._case.documents if not notes.get(name, "").startswith(_PRINTED_THERE)]

    def _digest(self, fact: Fact) -> str:
        return digest(facts_of(self._record, fact))

    def _all_fees(self) -> str:
        return " ".join(method.fee for method in self._record.methods)

    def _others(self, pool: Iterable[tuple[str, str]], item: str, own: Iterable[str]) -> list[tuple[str, str]]:
        """Values of other procedures whose number is none of ours, in an order of this case."""
        mine = set(own)
        apart = [pair for pair in pool if not mine & set(_NUMBER.findall(pair[0]))]
        return self._shuffled(apart, item, lambda pair: pair[0])

    def _shuffled(self, things: Iterable[Any], item: str, name: Callable[[Any], str]) -> list[Any]:
        """Always the same order for one case and item."""
        return sorted(things, key=lambda thing: digest(self._case.key, item, name(thing)))

    def _few(self, draws: list[Draw]) -> list[Draw]:
        """Four options are enough."""
        return draws[:4]

    def _options(self, item: str, draws: Iterable[Draw]) -> tuple[Option, ...]:
        made = {fold(label): Option(option_key(label), label, right, why) for label, right, why in draws}
        return tuple(self._shuffled(made.values(), item, lambda option: option.key))

    def _source(self) -> str:
        day = f"{self._record.checked_on:%d/%m/%Y}"
        return self._say("source", source=self._record.source, code=self._record.code, day=day)

    def _one(
        self, key: str, level: Level, prompt: str, draws: list[Draw], facts: str, rule: str, hint: str = ""
    ) -> Item | None:
        options = self._options(key, draws)
        if len(options) < OPTIONS_AT_LEAST:
            return None
        wrong = [option for option in options if not option.right]
        hint = hint or self._say("one_hint", label=wrong[0].label)
        return Item(self._case.key, key, level, Kind.ONE, prompt, hint, rule, self._source(), facts, options)

    def _many(self, key: str, level: Level, draws: list[Draw], facts: str, *, rule: str) -> Item:
        options = self._options(key, draws)
        hint = self._say(f"{key}_hint", count=sum(option.right for option in options))
        prompt = self._say(key, **self._person)
        missed = self._say(f"{key}_missed", count="{count}", **self._person)
        return Item(
            self._case.key, key, level, Kind.MANY, prompt, hint, rule, self._source(), facts, options, missed=missed
        )

    def _form_item(self, key: str, level: Level, text: str, blanks: tuple[Blank, ...], **values: str) -> Item:
        prompt = self._say(text, **self._person, **values)
        rule = self._say(f"{text}_rule", **self._person)
        return Item(self._case.key, key, level, Kind.FORM, prompt, self._say("form_hint"), rule, "", "", blanks=blanks)


def _inside(when: str) -> str:
    """A condition in the middle of a sentence."""
    for opening in ("Nếu ", "Khi "):
        when = when.removeprefix(opening)
    return when[:1].lower() + when[1:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_readable(name: str) -> bool:
    """Whether an official name can be told from others on a phone: some are whole paragraphs, some shout."""
    return len(name) <= NAME_AT_MOST and not name.isupper() and name[-1] not in ":."


def option_key(label: str) -> str:
    """Short name of an option by its label: letters only, so that none looks like a number of anybody's."""
    return "".join(chr(ord("a") + byte % 26) for byte in hashlib.blake2b(fold(label).encode(), digest_size=8).digest())


def dossier_number(case: Case) -> str:
    """Of the mock dossier; no real one looks like it."""
    return f"MP-{int(digest(case.key, 'dossier'), 16) % 9000 + 1000}"
