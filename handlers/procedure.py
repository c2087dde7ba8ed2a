"""What an answer says of a procedure: the part that was asked, from the fields of the record and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from textwrap import shorten

from handlers import short_answer
from handlers.context import Context
from handlers.message import Choice, Reply
from handlers.texts import Texts
from handlers.ways import fee_of, labels, time_of
from knowledge.changes import Kind
from knowledge.procedures import UNKNOWN, Channel, Document, Need, Procedure
from knowledge.reading import Facet

SHOW = "xem"
"""Action of a choice that shows parts of a procedure: ``xem:CODE:FACET,FACET``."""
STEPS = "buoc"
"""Action of a choice that shows the steps: ``buoc:CODE``."""
LONGEST_ACTION = 64
"""Bytes that a platform carries with a button (Telegram)."""

MORE: tuple[Facet, ...] = (Facet.DOCUMENTS, Facet.FEE, Facet.TIME, Facet.WHERE, Facet.ONLINE, Facet.WHO)
"""What is offered after an answer, in the order people ask for it."""
MORE_AT_MOST = 4

STEPS_AT_MOST = 10
STEP_LENGTH = 400
"""Longest step that is shown, in characters; imported records have some of many pages."""

_NAMES_ITSELF = (Facet.FEE, Facet.TIME, Facet.WHERE, Facet.WHO, Facet.ONLINE, Facet.DOCUMENTS, Facet.GENERAL)
"""Parts whose first line says what they are about."""
_FACETS = frozenset(facet.value for facet in Facet if facet is not Facet.NONE)


def show_action(code: str, *facets: Facet) -> str:
    """The action that shows these parts; the last ones are left out where they do not fit."""
    wanted = [facet for facet in facets if facet is not Facet.NONE] or [Facet.GENERAL]
    while len(action := f"{SHOW}:{code}:{joined(wanted)}") > LONGEST_ACTION:
        wanted.pop()
    return action


def joined(facets: Sequence[Facet]) -> str:
    """Parts as an action and a dialogue carry them."""
    return ",".join(facets)


def parsed(text: str) -> tuple[Facet, ...]:
    """Parts from what :func:`joined` wrote, also long ago: what is unknown is left out, nothing is the short answer."""
    known = [Facet(name) for name in text.split(",") if name in _FACETS]
    return tuple(dict.fromkeys(known)) or (Facet.GENERAL,)


def day(value: date) -> str:
    """A day as people write it: 18/07/2026."""
    return f"{value:%d/%m/%Y}"


def reply(procedure: Procedure, facets: Sequence[Facet], ctx: Context) -> Reply:
    """The answer: a part for each facet asked, the source with its date, and the rest as choices."""
    texts = ctx.texts
    if not procedure.valid_on(ctx.today):
        return _not_in_force(procedure, ctx)
    asked = ", ".join(texts(f"facet.{facet}").lower() for facet in facets)
    lines = [texts("card.title", name=procedure.name, facet=asked), *banner(procedure, ctx)]
    for facet in facets:
        part = _part(procedure, facet, ctx)
        names_itself = facet in _NAMES_ITSELF and not part[0].startswith("- ")
        heading = [] if len(facets) == 1 or names_itself else [texts("card.part", facet=texts(f"facet.{facet}"))]
        lines += [*heading, *part, ""]
    return Reply(_closed(lines, procedure, ctx), (*_links(procedure, facets, texts), *_more(procedure, facets, ctx)))


def steps(procedure: Procedure, ctx: Context) -> Reply:
    """What one does, in order, and what to mind."""
    texts = ctx.texts
    if not procedure.valid_on(ctx.today):
        return _not_in_force(procedure, ctx)
    title = texts("card.title", name=procedure.name, facet=texts("card.show_steps").lower())
    lines = [title, *banner(procedure, ctx)]
    lines += _numbered(procedure.steps, texts) or [texts("card.unknown", what=texts("card.show_steps").lower())]
    lines += [*_list("card.notes", procedure.notes, texts), ""]
    links = [Choice(texts("card.open_source"), url=str(procedure.source_url))] if _is_cut(procedure.steps) else []
    more = [_choice(procedure, facet, texts) for facet in MORE[:MORE_AT_MOST]]
    return Reply(_closed(lines, procedure, ctx), (*links, *more))


def banner(procedure: Procedure, ctx: Context) -> list[str]:
    """A line that says that it has just changed, for as long as that is news."""
    news = ctx.knowledge.news(procedure.code)
    if news is None or not news.told_on(ctx.today):
        return []
    match news.kind:
        case Kind.NEW:
            return [ctx.texts("news.new", day=day(news.day))]
        case Kind.ABOLISHED:
            return [ctx.texts("news.ending", day=day(news.day))]
    return [ctx.texts("news.changed", day=day(news.day), what=", ".join(news.changed))]


def gone(code: str, ctx: Context) -> str | None:
    """What is said of a code whose record was taken out of the knowledge lately; None: nothing is known of it."""
    news = ctx.knowledge.news(code)
    if news is None or news.kind is not Kind.ABOLISHED:
        return None
    return ctx.texts("news.gone", name=news.name, code=code, day=day(news.day))


def _closed(lines: Sequence[str], procedure: Procedure, ctx: Context) -> str:
    """The text with where it comes from, and with a warning when that was long ago."""
    stale = procedure.stale_on(ctx.today)
    warning = [ctx.texts("card.stale", day=day(procedure.review_by)), ""] if stale else []
    return "\n".join([*lines, *warning, source_line(procedure, ctx.texts)])


def source_line(procedure: Procedure, texts: Texts) -> str:
    return texts("card.source", source=procedure.source, code=procedure.code, day=day(procedure.checked_on))


def _not_in_force(procedure: Procedure, ctx: Context) -> Reply:
    texts, choices = ctx.texts, []
    if procedure.effective_from and ctx.today < procedure.effective_from:
        text = texts("card.not_yet", name=procedure.name, code=procedure.code, day=day(procedure.effective_from))
    else:
        assert procedure.effective_until  # noqa: S101 - not valid and not in the future
        text = texts("card.abolished", name=procedure.name, code=procedure.code, day=day(procedure.effective_until))
        successors = [found for code in procedure.successor if (found := ctx.knowledge.get(code))]
        choices = [Choice(found.name, show_action(found.code, Facet.GENERAL)) for found in successors]
        if choices:
            text += "\n" + texts("card.replaced")
    return Reply(f"{text}\n\n{source_line(procedure, texts)}", tuple(choices))


def _links(procedure: Procedure, facets: Sequence[Facet], texts: Texts) -> list[Choice]:
    if Facet.ONLINE in facets and procedure.online_url:
        return [Choice(texts("card.open_portal"), url=str(procedure.online_url))]
    if Facet.FORM in facets or Facet.LEGAL in facets:
        return [Choice(texts("card.open_source"), url=str(procedure.source_url))]
    return []


def _choice(procedure: Procedure, facet: Facet, texts: Texts) -> Choice:
    return Choice(texts(f"facet.{facet}"), show_action(procedure.code, facet))


def _more(procedure: Procedure, facets: Sequence[Facet], ctx: Context) -> list[Choice]:
    """What is offered next: after the short answer the steps and whatever it left out, else the other parts."""
    texts = ctx.texts
    if Facet.GENERAL not in facets:
        return [_choice(procedure, facet, texts) for facet in MORE if facet not in facets][:MORE_AT_MOST]
    rest = [_choice(procedure, facet, texts) for facet in short_answer.left_out(procedure) if facet not in facets]
    steps = Choice(texts("card.show_steps"), f"{STEPS}:{procedure.code}") if procedure.steps else None
    return [*rest[:1], *([steps] if steps else []), *rest[1:MORE_AT_MOST]]


def _part(procedure: Procedure, facet: Facet, ctx: Context) -> list[str]:
    if facet in (Facet.FEE, Facet.TIME) and procedure.stale_on(ctx.today):
        return [ctx.texts("card.withheld", what=ctx.texts(f"facet.{facet}").lower())]
    return _PARTS[facet](procedure, ctx)


def _unknown(facet: Facet, texts: Texts) -> list[str]:
    if facet is Facet.TIME:
        return [texts("card.unknown_time")]
    return [texts("card.unknown", what=texts(f"facet.{facet}").lower())]


def _documents(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    if not procedure.documents:
        return _unknown(Facet.DOCUMENTS, texts)
    groups = {
        "everyone": [d for d in procedure.documents if d.need is Need.SUBMIT and not d.when],
        "cases": [d for d in procedure.documents if d.need is Need.SUBMIT and d.when],
        "show": [d for d in procedure.documents if d.need is Need.SHOW],
    }
    lines: list[str] = []
    for name, documents in groups.items():
        if documents:
            lines += [texts(f"card.{name}"), *(_document(d, texts) for d in documents)]
    return lines


def _document(document: Document, texts: Texts) -> str:
    text = document.name
    if document.quantity:
        text = texts("card.quantity", name=text, quantity=document.quantity)
    if document.when:
        text = texts("card.case", when=document.when, what=text)
    if document.note:
        text = texts("card.note", what=text.rstrip("."), note=document.note)
    return texts("card.document", name=text)


def _fee(procedure: Procedure, ctx: Context) -> list[str]:
    if all(m.fee == UNKNOWN for m in procedure.methods):
        lines = _unknown(Facet.FEE, ctx.texts)
    else:
        told = labels(procedure.methods, fee_of, ctx.texts)
        lines = [
            ctx.texts("card.fee", channel=label, fee=fee) if label else ctx.texts("card.same_fee", fee=fee)
            for label, fee in told
        ]
    return [*lines, *([procedure.fee_note] if procedure.fee_note else [])]


def _time(procedure: Procedure, ctx: Context) -> list[str]:
    if all(m.time_limit == UNKNOWN for m in procedure.methods):
        lines = _unknown(Facet.TIME, ctx.texts)
    else:
        told = labels(procedure.methods, time_of, ctx.texts)
        lines = [
            ctx.texts("card.time", channel=label, time=time) if label else ctx.texts("card.same_time", time=time)
            for label, time in told
        ]
    return [*lines, *([procedure.time_note] if procedure.time_note else [])]


def _where(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    place = _unknown(Facet.WHERE, texts) if procedure.where == UNKNOWN else [texts("card.where", where=procedure.where)]
    return [*place, texts("card.agency", agency=procedure.agency)]


def _online(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    online = [m for m in procedure.methods if m.channel is Channel.ONLINE]
    if not online:
        place = [] if procedure.where == UNKNOWN else [texts("card.where", where=procedure.where)]
        return [texts("card.no_online"), *place]
    how = next((m.how for m in online if m.how), None)
    lines = [texts("card.can_online", how=how) if how else texts("card.can_online_plain")]
    if procedure.online_steps:
        lines += [texts("card.steps"), *_numbered(procedure.online_steps, texts)]
    return lines


def _who(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    known = procedure.on_behalf != UNKNOWN
    return [
        texts("card.who", who=procedure.who),
        texts("card.on_behalf", on_behalf=procedure.on_behalf) if known else texts("card.unknown_behalf"),
        *_list("card.conditions", procedure.conditions, texts),
    ]


def _form(procedure: Procedure, ctx: Context) -> list[str]:
    if not procedure.forms:
        return _unknown(Facet.FORM, ctx.texts)
    return [
        ctx.texts("card.form", name=f.name, number=f.number) if f.number else ctx.texts("card.item", text=f.name)
        for f in procedure.forms
    ]


def _result(procedure: Procedure, ctx: Context) -> list[str]:
    if not procedure.result:
        return _unknown(Facet.RESULT, ctx.texts)
    return [ctx.texts("card.item", text=text) for text in procedure.result]


def _legal(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    lines = [texts("card.legal", number=basis.number, title=basis.title) for basis in procedure.legal_basis]
    if procedure.decision:
        lines.append(texts("card.decision", decision=procedure.decision))
    return lines or _unknown(Facet.LEGAL, texts)


def _numbered(steps: Sequence[str], texts: Texts) -> list[str]:
    shown = [
        texts("card.step", number=number, text=shorten(text, STEP_LENGTH, placeholder="…"))
        for number, text in enumerate(steps[:STEPS_AT_MOST], start=1)
    ]
    return [*shown, texts("card.more_at_source")] if _is_cut(steps) else shown


def _is_cut(steps: Sequence[str]) -> bool:
    """Whether steps are too many or too long to be shown whole."""
    return len(steps) > STEPS_AT_MOST or any(len(text) > STEP_LENGTH for text in steps)


def _list(title: str, items: Sequence[str], texts: Texts) -> list[str]:
    return ["", texts(title), *(texts("card.item", text=item) for item in items)] if items else []


_PARTS: dict[Facet, Callable[[Procedure, Context], list[str]]] = {
    Facet.DOCUMENTS: _documents,
    Facet.FEE: _fee,
    Facet.TIME: _time,
    Facet.WHERE: _where,
    Facet.ONLINE: _online,
    Facet.WHO: _who,
    Facet.FORM: _form,
    Facet.RESULT: _result,
    Facet.LEGAL: _legal,
    Facet.GENERAL: short_answer.lines,
}
