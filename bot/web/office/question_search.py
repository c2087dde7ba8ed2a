"""Finding the procedure that a question belongs to, and how the assistant would speak of it."""

from __future__ import annotations

from collections.abc import Iterable

from bot.web.office.shell import Shell, Visit
from handlers import procedure, texts
from handlers.context import Context, Knowledge, Office
from handlers.texts import Texts
from knowledge.procedures import Procedure
from knowledge.reading import Decision, Facet, Reading

PROPOSED = 4
FOUND = 6


class Speaker:
    """Says things as the assistant does, on pages."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._texts: Texts = texts.load()

    def context(self, known: Knowledge | None = None) -> Context:
        """A context without a chat; ``known``: what would be known, else what is."""
        settings = self._shell.settings
        office = Office(settings.office_name, settings.office_contact)
        return Context(self._shell.now(), known or self._shell.known(), self._texts, office, ref=0)

    def card(self, found: Procedure, facet: Facet = Facet.GENERAL) -> str:
        """The facts of a procedure as people are told them today."""
        return procedure.reply(found, (facet,), self.context()).text

    def outcome(self, reading: Reading, known: Knowledge) -> tuple[str, str]:
        """What would be done with a question, in a few words, and what would be said."""
        found = [record for match in reading.matches if (record := known.get(match.code))]
        if reading.decision is Decision.ANSWER and found:
            facets = [facet for facet in reading.facets if facet is not Facet.NONE] or [Facet.GENERAL]
            return f"trả lời ngay: {found[0].name}", procedure.reply(found[0], facets, self.context(known)).text
        if reading.decision is Decision.CLARIFY and found:
            return "đưa ra lựa chọn: " + "; ".join(record.name for record in found[:3]), ""
        return "vẫn chưa trả lời được", ""


def facet_of(told: str) -> Facet:
    """What of a procedure a question asked for; the short answer where that is not known."""
    known = {facet.value: facet for facet in Facet if facet is not Facet.NONE}
    return known.get(told, Facet.GENERAL)


def proposed(visit: Visit, codes: Iterable[str], search: str, chosen: str = "") -> list[Procedure]:
    """Procedures to choose from: what is chosen, what was searched for, what the question was taken to mean."""
    known = visit.shell.known()
    searched = [match.code for match in known.read(search).matches[:FOUND]] if search else []
    wanted = dict.fromkeys([chosen, *searched, *list(codes)[:PROPOSED]])
    return [found for code in wanted if (found := known.get(code))]
