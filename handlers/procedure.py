"""What an answer says of a procedure: the part that was asked, from the fields of the record and from nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import groupby
from textwrap import shorten

from handlers.context import Context
from handlers.message import Choice, Reply
from handlers.texts import Texts
from knowledge.procedures import UNKNOWN, Channel, Document, Method, Need, Procedure
from knowledge.reading import Facet

SHOW = "xem"
"""Action of a choice that shows one part of a procedure: ``xem:CODE:FACET``."""

MORE: tuple[Facet, ...] = (Facet.DOCUMENTS, Facet.FEE, Facet.TIME, Facet.WHERE, Facet.ONLINE, Facet.WHO)
"""What is offered after an answer, in the order people ask for it."""
MORE_AT_MOST = 4

STEPS_AT_MOST = 10
STEP_LENGTH = 400
"""Longest step that is shown, in characters; imported records have some of many pages."""

_GENERAL_COVERS = (Facet.WHERE, Facet.TIME, Facet.FEE)
"""Parts that the general answer already tells."""


def show_action(code: str, facet: Facet) -> str:
    return f"{SHOW}:{code}:{facet.value}"


def day(value: date) -> str:
    """A day as people write it: 18/07/2026."""
    return f"{value:%d/%m/%Y}"


def reply(procedure: Procedure, facets: Sequence[Facet], ctx: Context) -> Reply:
    """The answer: a part for each facet asked, the source with its date, and the rest as choices."""
    texts = ctx.texts
    if not procedure.valid_on(ctx.today):
        return _not_in_force(procedure, ctx)
    lines: list[str] = []
    for facet in facets:
        title = texts("card.title", name=procedure.name, facet=texts(f"facet.{facet}").lower())
        lines += [title, *_part(procedure, facet, ctx), ""]
    if procedure.stale_on(ctx.today):
        lines += [texts("card.stale", day=day(procedure.review_by)), ""]
    lines.append(source_line(procedure, texts))
    return Reply("\n".join(lines), (*_links(procedure, facets, texts), *_more(procedure, facets, texts)))


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
    if Facet.FORM in facets or Facet.LEGAL in facets or (Facet.GENERAL in facets and _is_cut(procedure.steps)):
        return [Choice(texts("card.open_source"), url=str(procedure.source_url))]
    return []


def _more(procedure: Procedure, facets: Sequence[Facet], texts: Texts) -> list[Choice]:
    told = {*facets, *(_GENERAL_COVERS if Facet.GENERAL in facets else ())}
    rest = [facet for facet in MORE if facet not in told][:MORE_AT_MOST]
    return [Choice(texts(f"facet.{facet}"), show_action(procedure.code, facet)) for facet in rest]


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


def _by_channel(
    methods: Sequence[Method], value: Callable[[Method], str], texts: Texts, same: str, each: str, field: str
) -> list[str]:
    """One line where all ways agree, else a line a way; ways that say the same stand together."""
    if len({(value(m), m.when) for m in methods}) == 1 and not methods[0].when:
        return [texts(same, **{field: value(methods[0])})]
    lines = []
    for (what, when), group in groupby(methods, key=lambda m: (value(m), m.when)):
        channels = list(dict.fromkeys(texts(f"channel.{m.channel}") for m in group))
        where = ", ".join(channels)
        label = texts("card.case", when=where, what=when) if when else where
        lines.append(texts(each, channel=label, **{field: what}))
    return lines


def _fee(procedure: Procedure, ctx: Context) -> list[str]:
    if all(m.fee == UNKNOWN for m in procedure.methods):
        lines = _unknown(Facet.FEE, ctx.texts)
    else:
        lines = _by_channel(procedure.methods, lambda m: m.fee, ctx.texts, "card.same_fee", "card.fee", "fee")
    return [*lines, *([procedure.fee_note] if procedure.fee_note else [])]


def _time(procedure: Procedure, ctx: Context) -> list[str]:
    if all(m.time_limit == UNKNOWN for m in procedure.methods):
        lines = _unknown(Facet.TIME, ctx.texts)
    else:
        lines = _by_channel(procedure.methods, lambda m: m.time_limit, ctx.texts, "card.same_time", "card.time", "time")
    return [*lines, *([procedure.time_note] if procedure.time_note else [])]


def _where(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    place = _unknown(Facet.WHERE, texts) if procedure.where == UNKNOWN else [texts("card.where", where=procedure.where)]
    return [*place, texts("card.agency", agency=procedure.agency)]


def _online(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    online = [m for m in procedure.methods if m.channel is Channel.ONLINE]
    if not online:
        return [texts("card.no_online", where=procedure.where)]
    how = next((m.how for m in online if m.how), None)
    lines = [texts("card.can_online", how=how) if how else texts("card.can_online_plain")]
    if procedure.online_steps:
        lines += [texts("card.steps"), *_numbered(procedure.online_steps, texts)]
    return lines


def _who(procedure: Procedure, ctx: Context) -> list[str]:
    return [
        ctx.texts("card.who", who=procedure.who),
        ctx.texts("card.on_behalf", on_behalf=procedure.on_behalf),
        *_list("card.conditions", procedure.conditions, ctx.texts),
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


def _general(procedure: Procedure, ctx: Context) -> list[str]:
    texts = ctx.texts
    main = [d.name for d in procedure.documents if d.need is Need.SUBMIT and not d.when]
    lines = [procedure.summary, "", texts("card.where", where=procedure.where)]
    for facet in (Facet.TIME, Facet.FEE):
        lines += _part(procedure, facet, ctx)
    if main:
        lines.append(texts("card.short_documents", documents="; ".join(main)))
    if procedure.steps:
        lines += ["", texts("card.steps"), *_numbered(procedure.steps, texts)]
    return [*lines, *_list("card.notes", procedure.notes, texts)]


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
    Facet.GENERAL: _general,
}
