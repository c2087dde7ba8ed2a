"""One item of practice in a chat: how it is shown, and what was typed or pressed as its answer.

A choice of one is pressed or named by its letter; of many, each press ticks one and "xong" hands them in, or their
numbers are typed in one go; a mock form is asked field by field.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Any

from handlers.context import Context
from handlers.dialogue import Flow
from handlers.message import Choice, Reply
from handlers.pupils import REVIEW
from handlers.router import SINCE
from knowledge.normalize import fold
from knowledge.practice.items import Item, Kind, Level
from knowledge.practice.play import Run

FLOW = "luyen"
ANSWER = "lttl"
TICK = "ltch"
HAND_IN = "ltnop"
FILL = "lto"
HINT = "ltgy"

MOCK = (Level.FILE, Level.TRACK)
"""Levels that are played on the mock portal."""
_DONE = frozenset({"xong", "xong roi", "nop", "gui", "het roi", "du roi", "ok"})
_HINT = frozenset({"goi y", "goi y di", "cho goi y", "cho em goi y", "giup em", "kho qua"})
_LETTERS = "abcdefgh"
_PLACES = re.compile(r"\d{1,2}(?:[\s,;.+]+(?:va\s+)?\d{1,2})+")


@dataclass(frozen=True, slots=True)
class Open:
    """What the flow keeps: which item is open, what is ticked, what of a form matched so far."""

    run: str
    item: str
    ticked: tuple[str, ...] = ()
    blank: int = 0
    """Number of the field that is asked now."""
    matched: tuple[str, ...] = ()

    def flow(self, ctx: Context) -> Flow:
        data: dict[str, Any] = {"run": self.run, "ticked": list(self.ticked), SINCE: int(ctx.now.timestamp())}
        return Flow(FLOW, self.item, {**data, "blank": self.blank, "matched": list(self.matched)})

    @classmethod
    def of(cls, flow: Flow | None) -> Open | None:
        """What a flow keeps; None: it is another flow."""
        if flow is None or flow.name != FLOW:
            return None
        data = flow.data
        return cls(data["run"], flow.step, tuple(data["ticked"]), data["blank"], tuple(data["matched"]))


def ask(opened: Open, item: Item, run: Run | None, ctx: Context, before: str = "") -> Reply:
    """The item as a message; ``before`` is said first. Without ``run`` it is only recalled, without points."""
    texts = ctx.texts
    lines = [before, ""] if before else []
    if item.level in MOCK:
        lines.append(texts("practice.mock"))
    title = ctx.practice.course.cases[item.case].title
    if run is None:
        lines.append(texts("practice.recall", title=title))
    else:
        place = texts("practice.place", title=title, place=run.place, count=len(run.items), left=run.left(item.name))
        lines.append(place)
        if not run.tries and opened.run != REVIEW:
            lines += [ctx.practice.course.cases[item.case].story, ""]
    lines.append(item.prompt)
    if item.kind is Kind.FORM:
        lines += ["", *_card(item, opened, ctx)]
    elif item.kind is Kind.MANY:
        lines.append(texts("practice.many", count=len(opened.ticked)))
    hinted = run is not None and run.hinted(item.name)
    if hinted:
        lines.append(texts("practice.hint", hint=item.hint))
    elif item.kind is Kind.FORM and not item.blanks[opened.blank].choices:
        lines.append(texts("practice.type_hint"))  # a button would have a number, and "01" is typed into fields
    return Reply("\n".join(lines), _choices(opened, item, run, ctx, offer_hint=not hinted))


def _card(item: Item, opened: Open, ctx: Context) -> list[str]:
    """The mock card, and the field that is asked."""
    lines = [ctx.texts("practice.card_title")]
    lines += [f"- {blank.label}: {blank.value}" for blank in item.blanks if not blank.choices]
    blank = item.blanks[opened.blank]
    return [*lines, "", ctx.texts("practice.fill_choice" if blank.choices else "practice.fill", label=blank.label)]


def _choices(opened: Open, item: Item, run: Run | None, ctx: Context, *, offer_hint: bool) -> tuple[Choice, ...]:
    tail = (Choice(ctx.texts("practice.take_hint"), f"{HINT}:{opened.run}:{item.key}"),) if offer_hint else ()
    end = f"{opened.run}:{item.case}:{item.key}"
    match item.kind:
        case Kind.ONE:
            tried = run.tried(item.name) if run else frozenset()
            left = [option for option in item.options if option.key not in tried]
            return (*(Choice(option.label, f"{ANSWER}:{end}:{option.key}") for option in left), *tail)
        case Kind.MANY:
            ticks = tuple(
                Choice(f"{'☑' if option.key in opened.ticked else '☐'} {option.label}", f"{TICK}:{end}:{option.key}")
                for option in item.options
            )
            return (*ticks, Choice(ctx.texts("practice.hand_in"), f"{HAND_IN}:{end}"), *tail)
        case Kind.FORM:
            fills = tuple(
                Choice(label, f"{FILL}:{end}:{place}") for place, label in enumerate(item.blanks[opened.blank].choices)
            )
            return (*fills, *tail) if fills else ()


def ticked(opened: Open, item: Item, key: str) -> Open:
    """One more ticked, or one less."""
    if key in opened.ticked:
        return replace(opened, ticked=tuple(one for one in opened.ticked if one != key))
    return replace(opened, ticked=(*opened.ticked, key)) if item.option(key) else opened


def typed_choice(text: str, opened: Open, item: Item, run: Run) -> tuple[str, ...] | None:
    """The options that a typed line chooses: a letter, a row of numbers, or "xong"; None: it is something else."""
    said = fold(text)
    options = item.options
    if item.kind is Kind.ONE:
        left = [option for option in options if option.key not in run.tried(item.name)]
        place = _LETTERS.find(said) if len(said) == 1 else -1
        return (left[place].key,) if 0 <= place < len(left) else None
    if said in _DONE:
        return opened.ticked
    if _PLACES.fullmatch(said):
        places = [int(number) for number in re.findall(r"\d+", said)]
        return tuple(options[place - 1].key for place in places if 1 <= place <= len(options))
    return None


def wants_hint(text: str) -> bool:
    return fold(text) in _HINT


def fits(typed: str, value: str) -> bool:
    """Whether what was typed is what stands on the mock card; accents, case and spaces apart."""
    return fold(typed) == fold(value)
