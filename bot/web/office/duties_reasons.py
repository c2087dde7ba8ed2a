"""Why a report is returned or a period does not apply: a ready reason of the chat, words of one's own, or both."""

from __future__ import annotations

from bot.web.office.shell import Visit
from handlers import coordinate, texts
from handlers.privacy import mask

LONGEST = 500
"""Letters of a reason that are kept."""
READY = tuple(texts.load()(f"reason.{name}") for name in coordinate.READY_REASONS)
"""The reasons that can be pressed in the chat."""
WHY = "Chọn hoặc viết lý do trả lại: đơn vị đọc lý do này để biết cần sửa gì."


def reason(visit: Visit) -> str:
    """The reason in the form, without personal data; empty: none was given. The unit reads it."""
    ready = visit.text("ly-do-san")
    told = [ready] if ready in READY else []
    if own := visit.text("ly-do", LONGEST):
        told.append(own)
    return mask(": ".join(told)).text[:LONGEST]
