"""The short answer to "how is it done": what people need first, a line each, so that it fits on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from textwrap import shorten

from handlers.context import Context
from handlers.texts import Texts
from handlers.ways import Cases, cases, fee_of, labels, time_of
from knowledge.procedures import UNKNOWN, Channel, Method, Need, Procedure
from knowledge.reading import Facet

FIRST_PAPERS = 3
"""Papers that the short answer names."""
SHORT_PAPER = 90
SHORT_FACT = 130
"""Characters of one paper, and of who and where, in the short answer; the rest is behind a button."""
SHORT_CASES = 2
"""Time limits or fees that the short answer tells side by side."""
_VALUES: dict[Facet, Callable[[Method], str]] = {Facet.FEE: fee_of, Facet.TIME: time_of}
_COUNTS = ("không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín", "mười")


def lines(procedure: Procedure, ctx: Context) -> list[str]:
    """What people need first, a line each: it has to fit on the screen of a phone."""
    texts = ctx.texts
    facts = [
        texts("card.short_who", what=_short(procedure.who)),
        _short_papers(procedure, texts),
        figure(procedure, Facet.FEE, ctx),
        figure(procedure, Facet.TIME, ctx),
        texts("card.short_where", what=_short(procedure.where)),
        _short_online(procedure, texts),
    ]
    open_ = any(UNKNOWN in fact for fact in facts)
    return [procedure.summary, *facts, *([texts("card.ask_counter")] if open_ else [])]


def _short(text: str) -> str:
    """The first sentences of a text, as many as fit."""
    kept, *sentences = text.split(". ")
    for sentence in sentences:
        if len(kept) + len(sentence) > SHORT_FACT:
            return f"{kept.rstrip('.')}…"
        kept = f"{kept}. {sentence}"
    return kept


def _short_papers(procedure: Procedure, texts: Texts) -> str:
    if not procedure.documents:
        return texts("card.short_no_papers", unknown=UNKNOWN)
    main = [d.name for d in procedure.documents if d.need is Need.SUBMIT and not d.when]
    if not main:
        return texts("card.short_case_papers")
    count = _COUNTS[len(main)] if len(main) < len(_COUNTS) else texts("card.many")
    named = "; ".join(shorten(name, SHORT_PAPER, placeholder="…") for name in main[:FIRST_PAPERS])
    more = texts("card.and_more") if len(main) > FIRST_PAPERS else ""
    cases = texts("card.and_cases") if len(main) < len(procedure.documents) else ""
    return texts("card.short_papers", count=count, papers=f"{named}{more}{cases}")


def figure(procedure: Procedure, facet: Facet, ctx: Context) -> str:
    """The fee or the time limit in one line; withheld where nobody has checked the record in time."""
    texts, name, value = ctx.texts, ctx.texts(f"figure.{facet}"), _VALUES[facet]
    if procedure.stale_on(ctx.today):
        return texts("card.short_withheld", name=name)
    told = cases(procedure.methods, value)
    if all(what == UNKNOWN for _, what in told):
        return texts("card.short_fact", name=name, what=UNKNOWN)
    if _is_manifold(told):
        return texts("card.short_cases", name=name, button=texts(f"facet.{facet}"))
    figures = labels(procedure.methods, value, texts)
    each = (f"**{what}** ({label})" if label else f"**{what}**" for label, what in figures)
    return texts("card.short_fact", name=name, what="; ".join(each))


def _short_online(procedure: Procedure, texts: Texts) -> str:
    if any(m.channel is Channel.ONLINE for m in procedure.methods):
        return texts("card.short_online")
    return texts("card.short_no_online") if procedure.methods else texts("card.short_online_open", unknown=UNKNOWN)


def _is_manifold(cases: Cases) -> bool:
    return len(cases) > SHORT_CASES


def left_out(procedure: Procedure) -> Iterator[Facet]:
    """The parts of which the short answer does not tell everything, papers first."""
    yield Facet.DOCUMENTS
    if procedure.fee_note or _is_manifold(cases(procedure.methods, fee_of)):
        yield Facet.FEE
    if procedure.time_note or _is_manifold(cases(procedure.methods, time_of)):
        yield Facet.TIME
    if any(m.channel is Channel.ONLINE for m in procedure.methods):
        yield Facet.ONLINE
    if procedure.on_behalf != UNKNOWN or _short(procedure.who) != procedure.who:
        yield Facet.WHO
    if _short(procedure.where) != procedure.where:
        yield Facet.WHERE
