"""What the office's switches make of an outcome: a notice on top of every answer, or the reason why none is given."""

from __future__ import annotations

from dataclasses import replace

from handlers.ask import way_out
from handlers.context import Context
from handlers.message import Reply
from handlers.outcome import Asked, Outcome
from knowledge.reading import Decision


def applied(outcome: Outcome, ctx: Context) -> Outcome:
    """The outcome as people get it. Only what comes from the knowledge is concerned: duties and practice go on."""
    if outcome.decision is Decision.SMALLTALK or not outcome.replies:
        return outcome
    if ctx.office.closed is not None:
        return _closed(ctx.office.closed, outcome, ctx)
    if ctx.office.notice is None:
        return outcome
    first, *others = outcome.replies
    told = ctx.texts("switched.notice", notice=ctx.office.notice, text=first.text)
    return replace(outcome, replies=(replace(first, text=told), *others))


def _closed(reason: str, outcome: Outcome, ctx: Context) -> Outcome:
    """Nothing of the answer is said. The question is no gap: it is not kept; what was said of an earlier answer is."""
    contact = ctx.office.contact
    where = ctx.texts("human.known", contact=contact) if contact else ctx.texts("human.unknown")
    reply = Reply(ctx.texts("switched.closed", reason=reason, where=where), way_out(ctx))
    notes = tuple(note for note in outcome.notes if not isinstance(note, Asked))
    return Outcome((reply,), notes=notes, decision=Decision.DECLINE)
