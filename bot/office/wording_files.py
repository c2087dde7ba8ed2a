"""A wording as a file to take away: plain text, and the announcer's sheet as a Word document."""

from __future__ import annotations

from datetime import date

from bot.office.wordings import MOUTHS, Held
from knowledge import aloud
from knowledge.mouths import facts, loudspeaker
from knowledge.mouths.telling import Mouth
from scheduler.calendar import VIETNAM
from scheduler.reports.page import BOTH, CENTRE, LEFT, Look, add, blank, saved

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TITLE = Look(size=16, bold=True, align=CENTRE, before=6)
_NOTE = Look(size=12, italic=True, align=CENTRE, before=3)
_SPOKEN = Look(size=18, align=BOTH, before=12)
"""Large: it is read standing, at arm's length."""
_SOURCE = Look(size=11, italic=True, align=LEFT, before=18)


def source(one: Held) -> str:
    """Where the facts come from, and who agreed when."""
    told = facts.dated(one.record) if one.record else ""
    row = one.row
    if row.decided_at is not None and row.state == "approved":
        told += f" Duyệt ngày {facts.day(row.decided_at.astimezone(VIETNAM).date())}: {row.decided_by}."
    return told.strip()


def length(text: str) -> str:
    """How long a script is: "198 tiếng, đọc khoảng 79 giây"."""
    return f"{aloud.words(text)} tiếng, đọc khoảng {loudspeaker.seconds(text)} giây"


def name(one: Held, ending: str) -> str:
    """Of the file."""
    return f"{one.mouth.value}-{one.row.code}-{one.id}.{ending}"


def text(one: Held) -> bytes:
    """Plain text, with the source below; lines end as old Windows programs want them."""
    told = one.row.text if one.mouth is Mouth.LED else f"{one.row.text}\n\n---\n{source(one)}"
    return ("\ufeff" + told + "\n").replace("\n", "\r\n").encode()


def sheet(one: Held, office: str, today: date) -> bytes:
    """The announcer's sheet."""
    title = f"{MOUTHS[one.mouth]}: {one.name}"
    document = blank(title, office, today)
    add(document, title, _TITLE)
    add(document, f"{office}. {length(one.row.text)}.", _NOTE)
    for line in one.row.text.split("\n"):
        if line.strip():
            add(document, line, _SPOKEN)
    add(document, source(one), _SOURCE)
    return saved(document)
