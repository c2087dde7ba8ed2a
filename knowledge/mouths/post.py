"""A post for Zalo and Facebook: short, no emoji, no hashtags, with a link to the live answer."""

from __future__ import annotations

from knowledge.mouths import facts
from knowledge.mouths.facts import Part, Setting
from knowledge.procedures import Procedure

AT_MOST = 1200
"""Characters; more is folded away on a phone and not read."""


def post(record: Procedure, setting: Setting) -> str:
    """The post. Raises UncertainError."""
    facts.require_certain(record, setting.today)
    link = [Part((f"Xem đầy đủ và hỏi thêm: {setting.link}",))] if setting.link else []

    def parts(papers: int) -> list[Part]:
        return [
            Part((record.name, record.summary, "")),
            *facts.written(record, papers),
            Part(("",)),
            *link,
            Part((facts.dated(record), setting.office)),
        ]

    return facts.with_papers(parts, lambda text: len(text) <= AT_MOST)
