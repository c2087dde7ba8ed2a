"""A line for the board of lights: capitals, at most 160 characters."""

from __future__ import annotations

from knowledge.mouths import facts
from knowledge.mouths.facts import Part, Setting, UncertainError, known
from knowledge.procedures import Procedure

AT_MOST = 160
"""Characters: what passes before somebody who waits at a crossing."""


def line(record: Procedure, setting: Setting) -> str:
    """The line. Raises UncertainError, also where the procedure's name alone is too long."""
    facts.require_certain(record, setting.today)
    if len(record.name) > AT_MOST:
        raise UncertainError("Tên thủ tục dài hơn một dòng bảng LED. Đặt tên gọi ngắn cho thủ tục trước.")
    name, fee, time = facts.portal(record), facts.fee(record), facts.time(record)
    parts = [
        Part((record.name,)),
        *([Part((f"nơi nộp: {record.where.rstrip('.')}",), 5)] if known(record.where) else []),
        *([Part((f"giải quyết: {time}",), 2)] if known(time) else []),
        *([Part((fee if ":" not in fee and "miễn" in fee.lower() else f"phí: {fee}",), 3)] if known(fee) else []),
        *([Part((f"nộp trực tuyến trên {name}",), 4)] if name else []),
        Part((setting.office,), 6),
    ]
    return facts.fitted(parts, lambda text: len(text) <= AT_MOST, between=" - ").upper()
