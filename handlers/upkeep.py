"""What an editor is told once a week: the records that are to be checked against their source again."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.context import Context
from handlers.message import Choice, Reply
from handlers.procedure import day
from knowledge.procedures import Procedure

NAMED_AT_MOST = 10
PAGE = "/lam-viec/thu-tuc?loc=kiem-tra"
"""Where they are listed."""


def digest(due: Sequence[Procedure], ctx: Context) -> Reply | None:
    """Those past their date first; None: everything was renewed."""
    if not due:
        return None
    texts = ctx.texts
    lines = [texts("upkeep.title", count=len(due))]
    for one in due[:NAMED_AT_MOST]:
        shown = {"name": one.name, "code": one.code, "day": day(one.review_by)}
        lines.append(texts("upkeep.late", **shown) if one.stale_on(ctx.today) else texts("upkeep.soon", **shown))
    if (more := len(due) - NAMED_AT_MOST) > 0:
        lines.append(texts("upkeep.more", count=more))
    lines.append(texts("upkeep.why"))
    door = [Choice(texts("upkeep.open"), url=f"{ctx.office.page}{PAGE}")] if ctx.office.page else []
    return Reply("\n".join(lines), tuple(door))
