"""What will be a report once it is sent: kept in the flow, and shown before every further step."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import shorten

from handlers import duty
from handlers.context import Context
from handlers.dialogue import Flow
from handlers.evidence import Evidence
from handlers.message import Choice, Reply
from scheduler.ledger import FORM_NAMES, FORM_UNITS

FLOW = "bao"
SEND = "baogui"
EDIT = "baosua"
FORM = "baohinh"
STOP = "baohuy"


@dataclass(frozen=True, slots=True)
class ReportDraft:
    """What the flow keeps."""

    duty: int
    name: str
    """Of the duty, for the preview."""
    guess: tuple[str, ...]
    """Forms that the task itself names."""
    target: int | None
    evidence: Evidence

    def flow(self, ctx: Context) -> Flow:
        return duty.begun(
            FLOW,
            "collect",
            ctx,
            duty=self.duty,
            name=self.name,
            guess=list(self.guess),
            target=self.target,
            evidence=self.evidence.to_json(),
        )

    @classmethod
    def of(cls, flow: Flow | None) -> ReportDraft | None:
        """What a flow keeps; None: it is another flow, or waits for the duty to be chosen."""
        if flow is None or flow.name != FLOW or flow.step != "collect":
            return None
        data = flow.data
        evidence = Evidence.from_json(data["evidence"])
        return cls(data["duty"], data["name"], tuple(data["guess"]), data["target"], evidence)


def first(draft: ReportDraft, ctx: Context) -> Reply:
    """Without buttons on purpose: a number typed now tells how many, and presses nothing."""
    return Reply(ctx.texts("reporting.begin", name=draft.name))


def preview(draft: ReportDraft, ctx: Context, said: str = "") -> Reply:
    texts, evidence = ctx.texts, draft.evidence
    lines = [texts("reporting.noted", name=draft.name)]
    if evidence.text:
        lines.append(texts("reporting.text", text=shorten(evidence.text, 200, placeholder="…")))
    if evidence.count is not None:
        unit = evidence.unit or (FORM_UNITS[evidence.form] if evidence.form else "")
        lines.append(texts("reporting.quantity", count=f"{evidence.count} {unit}".strip()))
    if evidence.images:
        lines.append(texts("reporting.images", count=evidence.images))
    if files := len(evidence.media) - evidence.images:
        lines.append(texts("reporting.files", count=files))
    if evidence.links:
        lines.append(texts("reporting.links", count=len(evidence.links)))
    lines.append(
        texts("reporting.form", form=FORM_NAMES[evidence.form] if evidence.form else texts("reporting.unknown"))
    )
    if evidence.is_new_form:
        lines.append(texts("reporting.new_form"))
    if draft.target and evidence.count is None:
        lines.append(texts("reporting.target", count=draft.target))
    lines.append(texts("reporting.more" if evidence.is_proof else "reporting.no_proof"))
    text = "\n".join(lines)
    return Reply(f"{said}\n\n{text}" if said else text, _choices(draft, ctx))


def _choices(draft: ReportDraft, ctx: Context) -> tuple[Choice, ...]:
    form = "reporting.other_form" if draft.evidence.form else "reporting.choose_form"
    return (
        Choice(ctx.texts("reporting.send"), f"{SEND}:{draft.duty}"),
        Choice(ctx.texts("reporting.edit"), f"{EDIT}:{draft.duty}"),
        Choice(ctx.texts(form), f"{FORM}:{draft.duty}"),
        Choice(ctx.texts("reporting.stop"), f"{STOP}:{draft.duty}"),
    )
