"""Báo đã làm: photos, links and lines are collected, shown once more, and sent. One press, one photo, one press.

The flow waits for as many messages as the person likes. Nothing is a report before [Gửi báo cáo] is pressed, and a
duty that has its report takes no second one.
"""

from __future__ import annotations

import re
from dataclasses import replace

from handlers import days, duty
from handlers.context import Context
from handlers.dialogue import Dialogue, Flow
from handlers.duties import Duty, Membership
from handlers.evidence import PROOFS, Evidence
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome, Reported
from handlers.report_draft import EDIT, FLOW, FORM, SEND, STOP, ReportDraft, first, preview
from handlers.router import Feature, FlowSteps
from handlers.told import CANCEL, Quantity, forms, has_link, is_question, told
from knowledge.normalize import fold
from knowledge.reading import Smalltalk
from scheduler.ledger import FORM_NAMES, Form, Mark, receipt

DROP = "baobo"
NEW_FORM = "baomoi"

_SEND = frozenset({"gui", "gui luon", "gui bao cao", "ok", "oke", "dong y", "dung", "dung roi", "vang", "du roi"})
_DONE = frozenset({"xong", "xong roi", "het roi"})
"""Words that send what was gathered; where nothing was, "done" is a line of a report, and "send" is none."""
_POLITE = frozenset({"a", "da", "em", "nhe", "nha", "giup", "di"})
_COURTESY = frozenset({Smalltalk.GREETING, Smalltalk.THANKS, Smalltalk.GOODBYE, Smalltalk.BOT, Smalltalk.HELP})
_PLACE = re.compile(r"^(?:UBND\s+)?(?:phường|xã|thị trấn)\s+|^UBND\s+", re.IGNORECASE)
OFFERED_AT_MOST = 8


def short_unit(name: str) -> str:
    """A unit's name as it stands in a receipt: "UBND phường Đa Mai" is "Đa Mai"."""
    return _PLACE.sub("", name)


def code_of(found: Duty) -> str:
    """The receipt of the next report for a duty."""
    return receipt(found.tt, found.period.key, short_unit(found.unit_short or found.unit_name), found.attempts + 1)


def _prompt(ctx: Context) -> Reply:
    draft = ReportDraft.of(ctx.dialogue.flow)
    if draft is None:
        return Reply(ctx.texts("reporting.which"), ctx.dialogue.offered)
    return preview(draft, ctx) if draft.evidence else first(draft, ctx)


def _shown(draft: ReportDraft, ctx: Context, said: str = "") -> Outcome:
    """The draft as it is now, remembered."""
    dialogue = replace(ctx.dialogue, flow=draft.flow(ctx), offered=())
    if draft.evidence:
        return Outcome((preview(draft, ctx, said),), dialogue)
    prompt = first(draft, ctx)
    return Outcome((replace(prompt, text=f"{said}\n\n{prompt.text}") if said else prompt,), dialogue)


def _over(ctx: Context) -> Dialogue:
    return replace(ctx.dialogue, flow=None, offered=())


# Begin


async def _begin(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return await _opened(arguments, ctx)


async def _opened(arguments: tuple[str, ...], ctx: Context) -> Outcome:
    found = await duty.find(arguments, ctx)
    if found is None:
        return duty.gone(ctx)
    if refusal := _refusal(found, ctx):
        return refusal
    draft, said = _taken_up(found, ctx)
    return _shown(draft, ctx, said)


def _refusal(found: Duty, ctx: Context) -> Outcome | None:
    """Why no report can be sent for it; None: it can."""
    texts = ctx.texts
    if duty.doer(found, ctx) is None:
        return Outcome((Reply(texts("reporting.not_yours", unit=found.unit_name)),))
    if duty.is_open(found):
        return None
    if found.standing.mark is Mark.NOT_APPLICABLE:
        return Outcome((Reply(texts("reporting.aside", name=duty.name(found, ctx), reason=found.reason)),), _over(ctx))
    code = found.report.code if found.report else ""
    said = texts("reporting.already", name=duty.name(found, ctx), code=code)
    return Outcome((Reply(said, duty.choices(found, ctx)),), _over(ctx))


def _taken_up(found: Duty, ctx: Context) -> tuple[ReportDraft, str]:
    """The draft to go on with, and what has to be said of another one that ends by it."""
    guess = tuple(form.value for form in forms(found.content))
    form = Form(guess[0]) if len(guess) == 1 else None
    fresh = ReportDraft(found.id, duty.name(found, ctx), guess, found.target, Evidence(form=form))
    flow = ctx.dialogue.flow
    if flow is not None and flow.name == FLOW and flow.step == "which":
        evidence = Evidence.from_json(flow.data["evidence"])
        return replace(fresh, evidence=replace(evidence, form=evidence.form or form)), ""
    before = ReportDraft.of(flow)
    if before is None or not before.evidence:
        return fresh, ""
    if before.duty == found.id:
        return before, ""
    return fresh, ctx.texts("reporting.dropped", name=before.name)


async def _unasked(message: Message, ctx: Context) -> Outcome | None:
    """A photo or link out of the blue begins the report of the only duty it can be for, or asks which."""
    if not (any(one.kind in PROOFS for one in message.media) or has_link(message.text)):
        return None
    assert ctx.person  # noqa: S101 - the router asks only who holds a role
    waiting = [found for found in await ctx.duties.mine(ctx.person) if duty.is_open(found) and duty.doer(found, ctx)]
    waiting.sort(key=lambda found: duty.group(found, ctx))
    if not waiting:
        return None
    begun = [found for found in waiting if ctx.now >= found.standing.soon]
    if len(begun) == 1 or len(waiting) == 1:
        draft, _ = _taken_up((begun or waiting)[0], ctx)
        return _added(draft, message, ctx)
    evidence = Evidence().plus(told(message.text), message.media)
    flow = duty.begun(FLOW, "which", ctx, evidence=evidence.to_json())
    choices = tuple(
        Choice(duty.name(found, ctx), f"{duty.REPORT}:{found.id}") for found in (begun or waiting)[:OFFERED_AT_MOST]
    )
    reply = Reply(ctx.texts("reporting.which"), choices)
    return Outcome((reply,), replace(ctx.dialogue, flow=flow))


# Go on


async def _step(message: Message, ctx: Context) -> Outcome | None:
    flow = ctx.dialogue.flow
    assert flow  # noqa: S101 - the router calls a step only in its flow
    typed = " ".join(word for word in fold(message.text).split() if word not in _POLITE)
    if typed in CANCEL:
        return _stopped(ctx)
    draft = ReportDraft.of(flow)
    if draft is None:
        return _more_for_which(flow, message, ctx)
    if not message.media and draft.evidence and typed in _SEND | _DONE:
        return await _send((str(draft.duty),), message, ctx)
    if not message.media and typed in _SEND:
        return _shown(draft, ctx)
    return None if _is_talk(message, ctx) else _added(draft, message, ctx)


def _more_for_which(flow: Flow, message: Message, ctx: Context) -> Outcome | None:
    """One more photo of an album before the duty was chosen."""
    if not message.media and not has_link(message.text):
        return None
    evidence = Evidence.from_json(flow.data["evidence"]).plus(told(message.text), message.media)
    flow = duty.begun(FLOW, "which", ctx, evidence=evidence.to_json())
    return Outcome((Reply(ctx.texts("reporting.which"), ctx.dialogue.offered),), replace(ctx.dialogue, flow=flow))


def _is_talk(message: Message, ctx: Context) -> bool:
    """Whether it is a question or a courtesy and no line of a report."""
    if message.media or not message.text:
        return False
    return is_question(message.text) or ctx.knowledge.read(message.text).smalltalk in _COURTESY


def _added(draft: ReportDraft, message: Message, ctx: Context) -> Outcome:
    line = told(message.text)
    if line.text.isascii() and line.text.isdecimal() and len(line.text) <= 6:
        line = replace(line, text="", quantity=Quantity(int(line.text), ""))
    draft = replace(draft, evidence=draft.evidence.plus(line, message.media))
    said = ctx.texts("reporting.broken_link") if line.broken else ""
    if message.media and not any(one.kind in PROOFS for one in message.media) and not line.text:
        said = ctx.texts("reporting.no_such_media")
    return _shown(draft, ctx, said)


# Change


async def _drafted(arguments: tuple[str, ...], ctx: Context) -> ReportDraft | Outcome:
    """The draft that a button of a preview is about; where there is none any more, what to do instead."""
    draft = ReportDraft.of(ctx.dialogue.flow)
    number = duty.number(arguments)
    if draft is not None and draft.duty == number and draft.evidence:
        return draft
    return await _opened(arguments, ctx)


async def _edit(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _drafted(arguments, ctx)
    if isinstance(draft, Outcome):
        return draft
    evidence = draft.evidence
    parts = (
        ("text", bool(evidence.text or evidence.count is not None)),
        ("media", bool(evidence.media)),
        ("links", bool(evidence.links)),
    )
    drops = tuple(Choice(ctx.texts(f"edit.{part}"), f"{DROP}:{draft.duty}:{part}") for part, there in parts if there)
    mark = Choice(ctx.texts("edit.not_new" if evidence.is_new_form else "edit.new"), f"{NEW_FORM}:{draft.duty}")
    back = Choice(ctx.texts("edit.back"), f"{duty.REPORT}:{draft.duty}")
    reply = Reply(ctx.texts("reporting.edit_what"), (*drops, mark, back))
    return Outcome((reply,), replace(ctx.dialogue, flow=draft.flow(ctx)))


async def _drop(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _drafted(arguments, ctx)
    if isinstance(draft, Outcome):
        return draft
    evidence = draft.evidence
    match arguments[1:2]:
        case ("text",):
            evidence, said = replace(evidence, text="", count=None, unit=""), ctx.texts("reporting.type_again")
        case ("media",):
            evidence, said = replace(evidence, media=()), ctx.texts("reporting.send_again")
        case ("links",):
            evidence, said = replace(evidence, links=()), ctx.texts("reporting.paste_again")
        case _:
            said = ""
    return _shown(replace(draft, evidence=evidence), ctx, said)


async def _form(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _drafted(arguments, ctx)
    if isinstance(draft, Outcome):
        return draft
    if len(arguments) > 1 and arguments[1] in {form.value for form in Form}:
        return _shown(replace(draft, evidence=replace(draft.evidence, form=Form(arguments[1]), chosen=True)), ctx)
    likely = [form for value in draft.guess if (form := Form(value))]
    ordered = dict.fromkeys((*likely, *Form))
    choices = tuple(Choice(FORM_NAMES[form], f"{FORM}:{draft.duty}:{form.value}") for form in ordered)
    return Outcome((Reply(ctx.texts("reporting.which_form"), choices),), replace(ctx.dialogue, flow=draft.flow(ctx)))


async def _new_form(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _drafted(arguments, ctx)
    if isinstance(draft, Outcome):
        return draft
    marked = replace(draft.evidence, is_new_form=not draft.evidence.is_new_form)
    said = ctx.texts("reporting.why_new") if marked.is_new_form else ""
    return _shown(replace(draft, evidence=marked), ctx, said)


async def _stop(_arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return _stopped(ctx)


def _stopped(ctx: Context) -> Outcome:
    """Nothing is reported; also said to who presses an old button."""
    ours = ctx.dialogue.flow is not None and ctx.dialogue.flow.name == FLOW
    reply = Reply(ctx.texts("reporting.stopped"), (Choice(ctx.texts("duty.mine"), duty.LIST),))
    return Outcome((reply,), _over(ctx) if ours else replace(ctx.dialogue, offered=()))


# Send


async def _send(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    draft = await _drafted(arguments, ctx)
    if isinstance(draft, Outcome):
        return draft
    found = await duty.find(arguments, ctx)
    if found is None:
        return replace(duty.gone(ctx), dialogue=_over(ctx))
    if refusal := _refusal(found, ctx):
        return refusal
    doer = duty.doer(found, ctx)
    assert doer  # noqa: S101 - else it was refused
    note = _note(found, doer, draft.evidence)
    return Outcome((_receipt(found, note.code, ctx),), _over(ctx), (note,))


def _note(found: Duty, doer: Membership, evidence: Evidence) -> Reported:
    return Reported(
        duty=found.id,
        code=code_of(found),
        membership=doer.id,
        text=evidence.text,
        form=evidence.form,
        quantity=evidence.count,
        is_new_form=evidence.is_new_form,
        links=evidence.links,
        media=evidence.media,
    )


def _receipt(found: Duty, code: str, ctx: Context) -> Reply:
    texts, due = ctx.texts, found.standing.due
    if ctx.now <= due:
        judged = texts("reporting.on_time")
    elif found.standing.mark is Mark.RETURNED:
        judged = texts("reporting.mended")
    else:
        judged = texts("reporting.late", late=days.late(due, ctx.now, ctx))
    lines = [texts("reporting.received", time=days.clock(ctx.now), judged=judged, code=code)]
    if ctx.now <= due:
        lines.append(texts("reporting.until", until=days.moment(due, ctx)))
    reported, planned = found.so_far
    if planned > 1:
        reported = min(reported + (found.standing.reported_at is None), planned)
        lines.append(texts("reporting.so_far", reported=reported, planned=planned))
    view = Choice(texts("duty.view"), f"{duty.VIEW}:{found.id}")
    return Reply("\n".join(lines), (view, Choice(texts("duty.mine"), duty.LIST)))


FEATURE = Feature(
    actions={
        duty.REPORT: _begin,
        SEND: _send,
        EDIT: _edit,
        DROP: _drop,
        FORM: _form,
        NEW_FORM: _new_form,
        STOP: _stop,
    },
    flows={FLOW: FlowSteps(_step, _prompt)},
    found=_unasked,
    roles=duty.DOERS,
)
