"""Answering a citizen who waits: written, looked at as it will arrive, and sent once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncSession

from bot import gaps, handovers, limits
from bot.channels import render
from bot.intake import readable
from bot.office.officials import RIGHTS, Official, Right
from bot.records import load_dialogue, save_dialogue
from bot.tables import Gap, Handover, Question
from bot.web.office.question_search import Speaker, facet_of, proposed
from bot.web.office.question_words import CHANNELS, PAGE, promised, sent_how
from bot.web.office.shell import Route, Shell, Visit, missing
from handlers import handover
from handlers.handed import State
from handlers.message import Address, Message, Reply
from handlers.privacy import mask, name_of
from knowledge.procedures import Procedure

ONE = f"{PAGE}/cho/{{id:[0-9]+}}"
SHORTEST = 10
"""Letters of the shortest answer without a procedure."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A hand-over with the question that it is about, as the assistant had taken it."""

    row: Handover
    question: Question | None
    gap: int | None
    """The question still stands among those that nobody could answer."""
    sent: str

    @property
    def candidates(self) -> tuple[str, ...]:
        return gaps.likeliest([self.question]) if self.question else ()


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in, as it is kept: personal data is masked."""

    text: str = ""
    code: str = ""
    search: str = ""
    masked: str = ""
    """Kinds of personal data that were masked."""
    problem: str = ""


class AnswerPages:
    """The page of one hand-over."""

    def __init__(self, shell: Shell) -> None:
        self._speaker = Speaker(shell)

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", ONE, Right.ANSWER, self.show),
            Route("POST", f"{ONE}/tra-loi", Right.ANSWER, self.answer),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        return self._page(visit, await _asked(visit), Form())

    def _page(
        self, visit: Visit, asked: Asked, form: Form, *, preview: Reply | None = None, status: int = 200
    ) -> web.Response:
        row = asked.row
        return visit.render(
            "office/question_answer.html",
            422 if form.problem else status,
            row=row,
            waits=row.state == State.WAITING,
            answered=row.state == State.ANSWERED,
            promise=promised(row.promised_at, visit.now),
            late=row.promised_at < visit.now,
            asked=asked,
            form=form,
            choices=proposed(visit, asked.candidates, form.search, form.code),
            preview=preview,
            said=render.plain(preview.text) if preview else "",
            answer=render.plain(row.answer),
            channels=CHANNELS,
            most=limits.HANDOVER_TEXT,
            post=_post(visit.official),
        )

    async def answer(self, visit: Visit) -> web.StreamResponse:
        """Four buttons of one form: look for a procedure, look at the message, go back to it, send it."""
        asked = await _asked(visit)
        form, found = _read(visit)
        if asked.row.state != State.WAITING:
            return self._page(visit, asked, form, status=409)
        step = visit.text("lam")
        if step in ("tim", "sua"):
            return self._page(visit, asked, Form(form.text, form.code, form.search))
        text, reply = self._made(visit, asked, form, found)
        if not form.problem and len(text) > limits.HANDOVER_ANSWER:
            over = f"Câu trả lời cùng thông tin thủ tục dài quá {limits.HANDOVER_ANSWER} ký tự. Anh/chị viết ngắn lại."
            form = Form(form.text, form.code, form.search, form.masked, over)
        if form.problem:
            return self._page(visit, asked, form)
        if step != "gui" or form.masked:
            return self._page(visit, asked, form, preview=reply)
        return await self._send(visit, asked, form, text, reply)

    def _made(self, visit: Visit, asked: Asked, form: Form, found: Procedure | None) -> tuple[str, Reply]:
        """The answer as it is kept, and the message as it arrives."""
        facet = facet_of(asked.question.facet if asked.question else "")
        card = self._speaker.card(found, facet) if found else None
        context = self._speaker.context()
        text = handover.answer_text(form.text, _post(visit.official), card, context)
        return text, handover.answered(asked.row.code, asked.row.text, text, context)

    async def _send(self, visit: Visit, asked: Asked, form: Form, text: str, reply: Reply) -> web.StreamResponse:
        row = asked.row
        async with visit.shell.storage.write() as session:
            done = await handovers.answer(session, row, text, visit.official.signature, visit.now)
            if done:
                await self._queue(session, visit, row, reply)
                after = {"state": State.ANSWERED.value, "procedure": form.code or None}
                visit.audit(
                    session, "handover.answer", f"handover:{row.id}", before={"state": State.WAITING.value}, after=after
                )
        if not done:
            return self._page(visit, await _asked(visit), form, status=409)
        visit.shell.stored()
        return visit.go(f"{PAGE}?muc=cho", f"Đã trả lời câu hỏi {row.code}.")

    async def _queue(self, session: AsyncSession, visit: Visit, row: Handover, reply: Reply) -> None:
        """The message leaves at once, or lies ready; a number typed in answer means a choice of it."""
        traits = visit.shell.traits.get(row.channel)
        await handovers.send(session, row, render.parts(reply, traits) if traits else [reply], visit.now)
        if traits is not None and not traits.pulled:
            spoken = Message("", Address(row.channel, row.chat), row.chat)
            dialogue = await load_dialogue(session, spoken)
            await save_dialogue(session, spoken, dialogue.offering(reply.choices), visit.now)


async def _asked(visit: Visit) -> Asked:
    """Raises RefusedPageError (404)."""
    async with visit.shell.storage.read() as session:
        row = await handovers.find(session, visit.number("id"))
        if row is None:
            raise missing()
        question = await session.get(Question, row.question_id) if row.question_id else None
        gap = await session.get(Gap, question.id) if question else None
        sendings = await handovers.sendings(session, [row.id or 0])
    open_gap = gap.question_id if gap and gap.state == gaps.GapState.OPEN else None
    return Asked(row, question, open_gap, sent_how(sendings.get(row.id or 0), row.channel))


def _post(official: Official) -> str:
    """The office whose post lets them answer: what the citizen is told. A label may name a person, a unit does not."""
    able = (one.unit_name for one in official.person.memberships if one.role in RIGHTS[Right.ANSWER])
    return next(able, official.person.memberships[0].unit_name)


def _read(visit: Visit) -> tuple[Form, Procedure | None]:
    """What was filled in, masked, and the procedure that goes with it; what is wrong stands in the form."""
    masked = mask(readable(visit.text("tra-loi", limits.HANDOVER_TEXT + 1)))
    code, search = visit.text("thu-tuc", 16), visit.text("tim", 100)
    found = visit.shell.known().get(code) if code else None
    problem = ""
    if code and found is None:
        problem = f"Không có thủ tục mã {code} trong dữ liệu. Anh/chị chọn lại."
    elif len(masked.text) > limits.HANDOVER_TEXT:
        problem = f"Câu trả lời dài quá {limits.HANDOVER_TEXT} ký tự. Anh/chị viết ngắn lại."
    elif found is None and sum(char.isalpha() for char in masked.text) < SHORTEST:
        problem = "Viết câu trả lời, hoặc chọn thủ tục để gửi kèm thông tin."
    kinds = ", ".join(name_of(kind) for kind in masked.kinds)
    return Form(masked.text, code if found else "", search, kinds, problem), found
