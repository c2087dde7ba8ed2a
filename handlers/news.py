"""The message to those who wanted to hear of changes: which procedure, what of it, from which day. Facts are fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from handlers import procedure, short_answer, subscribe
from handlers.context import Context
from handlers.message import Choice, Reply
from knowledge.changes import Kind
from knowledge.news import FEE, TIME, News
from knowledge.procedures import Procedure
from knowledge.reading import Facet

TOLD_AT_MOST = 5
"""Procedures that one message tells of; the rest is counted."""
OPENED_AT_MOST = 3

_FIGURES = ((FEE, Facet.FEE), (TIME, Facet.TIME))


@dataclass(frozen=True, slots=True)
class Item:
    """A procedure that was published, and what is new about it."""

    news: News
    record: Procedure


def message(items: Sequence[Item], more: int, ctx: Context) -> Reply | None:
    """One message for all that was published together; ``more``: how many others there are. None: nothing is true."""
    if not items:
        return None
    told = [_told(item, ctx) for item in items[:TOLD_AT_MOST]]
    rest = more + len(items) - len(told)
    lines = [ctx.texts("news.head"), *told, *([ctx.texts("news.more", count=rest)] if rest else [])]
    there = [item.record for item in items if item.news.kind is not Kind.ABOLISHED]
    general = [(one.name, procedure.show_action(one.code, Facet.GENERAL)) for one in there[:OPENED_AT_MOST]]
    open_ = tuple(Choice(name, action) for name, action in general)
    return Reply("\n\n".join(lines), (*open_, Choice(ctx.texts("news.stop"), subscribe.STOP)))


def _told(item: Item, ctx: Context) -> str:
    news, day = item.news, procedure.day(item.news.day)
    match news.kind:
        case Kind.NEW:
            first = ctx.texts("news.told_new", name=news.name, day=day)
        case Kind.ABOLISHED:
            first = ctx.texts("news.told_gone", name=news.name, day=day)
        case _:
            first = ctx.texts("news.told_changed", name=news.name, day=day, what=", ".join(news.changed))
    figures = [short_answer.figure(item.record, facet, ctx) for label, facet in _FIGURES if _is_told(news, label)]
    return "\n".join([first, *figures, procedure.source_line(item.record, ctx.texts)])


def _is_told(news: News, label: str) -> bool:
    return news.kind is Kind.NEW or label in news.changed
