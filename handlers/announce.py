"""The words of an announcement of the office: what it says stands with the office, how it is framed stands here."""

from __future__ import annotations

from handlers import procedure
from handlers.message import Choice, Reply
from handlers.texts import Texts
from knowledge.reading import Facet


def announcement(title: str, text: str, texts: Texts, *, emergency: bool = False, code: str | None = None) -> Reply:
    """The message as it leaves; ``code``: of the procedure that it is about, which can then be asked for by a press."""
    more = (Choice(texts("announcement.more"), procedure.show_action(code, Facet.GENERAL)),) if code else ()
    if emergency:
        return Reply(texts("announcement.emergency", title=title, text=text), more)
    return Reply(texts("announcement.normal", title=title, text=text), more)
