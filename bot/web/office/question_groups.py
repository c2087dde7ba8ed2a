"""Questions that nobody could answer, those alike together: attached, drafted, or put out of scope in one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import gaps, handovers
from bot.attaching import Trial, Trials
from bot.gaps import GapState, Groups, OpenGap
from bot.office.audit import ACTIONS
from bot.office.officials import Right
from bot.tables import Audit, Gap, Handover, Question
from bot.web.office.question_search import Speaker, proposed
from bot.web.office.question_words import CHANNELS, PAGE, REASONS, STATES, promised
from bot.web.office.shell import HOME, Route, Shell, Visit, missing
from bot.web.pages import RefusedPageError
from handlers.privacy import mask, name_of, without_marks
from knowledge.normalize import fold
from knowledge.procedures import Procedure

GROUP = f"{PAGE}/nhom/{{id:[0-9]+}}"
SHOWN = 12
"""Wordings of a group that are shown."""
TRIED = 4
"""Wordings that are answered in the look ahead."""
UNDONE = (GapState.ATTACHED, GapState.DRAFTED, GapState.OUT_OF_SCOPE)
"""What can be taken back."""
_SETTLED = "Câu hỏi này vừa được người khác xử lý."


@dataclass(frozen=True, slots=True)
class Form:
    """What was filled in to attach a question: kept as it was typed."""

    code: str
    alias: str
    search: str
    problems: tuple[str, ...] = ()


class GroupPages:
    """The page of one group, and what can be done there."""

    def __init__(self, shell: Shell, groups: Groups) -> None:
        self._groups = groups
        self._trials = Trials()
        self._speaker = Speaker(shell)

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", GROUP, Right.KNOWLEDGE, self.show),
            Route("POST", f"{GROUP}/gan", Right.WRITE, self.attach),
            Route("POST", f"{GROUP}/viet", Right.WRITE, self.draft),
            Route("POST", f"{GROUP}/ngoai", Right.WRITE, self.out_of_scope),
            Route("POST", f"{GROUP}/mo-lai", Right.WRITE, self.reopen),
        ]

    async def _open(self, visit: Visit) -> OpenGap | None:
        """The group with this question; None: the question was dealt with. Raises RefusedPageError (404)."""
        number = visit.number("id")
        async with visit.shell.storage.read() as session:
            if await session.get(Gap, number) is None:
                raise missing()
            return next((gap for gap in await self._groups.read(session) if number in gap.ids), None)

    async def show(self, visit: Visit) -> web.StreamResponse:
        gap = await self._open(visit)
        if gap is None:
            return await self._closed(visit)
        return await self._page(visit, gap, Form("", gaps.tidy(without_marks(gap.text)), ""))

    async def _page(self, visit: Visit, gap: OpenGap, form: Form, trial: Trial | None = None) -> web.StreamResponse:
        waiting = await _waiting(visit, gap)
        broken = trial is not None and bool(trial.broken)
        refused = trial is not None and (broken or not trial.helps)
        return visit.render(
            "office/question_group.html",
            422 if form.problems or refused else 200,
            gap=gap,
            texts=gap.texts[:SHOWN],
            form=form,
            choices=proposed(visit, gap.candidates, form.search, form.code),
            trial=trial,
            after=self._after(trial) if trial and not broken else [],
            waiting=[(row, promised(row.promised_at, visit.now)) for row in waiting],
            channels=CHANNELS,
            reasons=REASONS,
        )

    def _after(self, trial: Trial) -> list[tuple[str, str, str]]:
        """Each wording, what would be done with it, and the words of the first answer."""
        return [(one.question, *self._speaker.outcome(one.reading, trial.known)) for one in trial.after]

    async def _closed(self, visit: Visit) -> web.StreamResponse:
        number = visit.number("id")
        async with visit.shell.storage.read() as session:
            gap, question = await session.get(Gap, number), await session.get(Question, number)
            history = select(Audit).where(col(Audit.subject) == f"gap:{number}").order_by(col(Audit.id).desc())
            rows = list((await session.execute(history)).scalars())
        if gap is None or question is None:
            raise missing()
        state = GapState(gap.state)
        return visit.render(
            "office/question_closed.html",
            question=question,
            state=STATES[state],
            undo=visit.may(Right.WRITE) and bool(rows) and state in UNDONE,
            attached=state is GapState.ATTACHED,
            history=[(row, ACTIONS[row.action]) for row in rows],
            channels=CHANNELS,
        )

    # What can be done

    async def attach(self, visit: Visit) -> web.StreamResponse:
        """Three buttons of one form: look for a procedure, look ahead, attach."""
        gap = await self._open(visit)
        if gap is None:
            return visit.go(f"{PAGE}?muc=chua", _SETTLED)
        form, found = _read(visit)
        if visit.text("lam") == "tim" or found is None:
            return await self._page(visit, gap, form)
        trial = await self._trials.run(visit.shell.known(), found, form.alias, gap.texts[:TRIED])
        if trial.broken or not trial.helps or visit.text("lam") != "gan":
            return await self._page(visit, gap, form, trial)
        after = {"code": found.code, "alias": form.alias}
        async with visit.shell.storage.write() as session:
            moved = await self._settle(session, visit, gap, GapState.ATTACHED, "gap.attach", after)
            if moved:
                await gaps.name(session, found.code, form.alias, visit.now)
        if moved:
            await visit.shell.learn()
        return visit.go(f"{PAGE}?muc=chua", f"Đã gắn vào “{found.name}”." if moved else _SETTLED)

    async def draft(self, visit: Visit) -> web.StreamResponse:
        gap = await self._open(visit)
        if gap is None:
            return visit.go(f"{PAGE}?muc=chua", _SETTLED)
        async with visit.shell.storage.write() as session:
            moved = await self._settle(session, visit, gap, GapState.DRAFTED, "gap.draft", {})
        if not moved:
            return visit.go(f"{PAGE}?muc=chua", _SETTLED)
        return visit.go(f"{HOME}/thu-tuc/moi?cau={gap.id}")

    async def out_of_scope(self, visit: Visit) -> web.StreamResponse:
        gap = await self._open(visit)
        if gap is None:
            return visit.go(f"{PAGE}?muc=chua", _SETTLED)
        async with visit.shell.storage.write() as session:
            moved = await self._settle(session, visit, gap, GapState.OUT_OF_SCOPE, "gap.out_of_scope", {})
        if not moved:
            return visit.go(f"{PAGE}?muc=chua", _SETTLED)
        return visit.go(f"{PAGE}/nhom/{gap.id}", "Đã đánh dấu ngoài phạm vi. Nhầm thì bấm “Mở lại”.")

    async def _settle(
        self, session: AsyncSession, visit: Visit, gap: OpenGap, state: GapState, action: str, more: dict[str, Any]
    ) -> list[int]:
        moved = await gaps.settle(session, gap.ids, state)
        if moved:
            after = {"state": state.value, "questions": moved, **more}
            visit.audit(session, action, f"gap:{gap.id}", before={"state": GapState.OPEN.value}, after=after)
        return moved

    async def reopen(self, visit: Visit) -> web.StreamResponse:
        """Undo what put a group aside: an alias is taken back, too. What was answered stays."""
        number = visit.number("id")
        async with visit.shell.storage.write() as session:
            gap = await session.get(Gap, number)
            if gap is None:
                raise missing()
            done = await _last(session, number)
            state, told = GapState(gap.state), dict(done.after or {}) if done else {}
            if state not in UNDONE or told.get("state") != state:
                raise RefusedPageError(409, "Không mở lại được", "Câu hỏi này đang mở, hoặc đã được trả lời.")
            if state is GapState.ATTACHED:
                await gaps.unname(session, str(told["code"]), str(told["alias"]))
            moved = await gaps.reopen(session, told.get("questions") or [number], state)
            after = {"state": GapState.OPEN.value, "questions": moved}
            visit.audit(session, "gap.reopen", f"gap:{number}", before=told, after=after)
        if state is GapState.ATTACHED:
            await visit.shell.learn()
        return visit.go(f"{PAGE}/nhom/{number}", "Đã mở lại.")


async def _last(session: AsyncSession, number: int) -> Audit | None:
    """What was done last with the group of this question."""
    statement = select(Audit).where(col(Audit.subject) == f"gap:{number}").order_by(col(Audit.id).desc()).limit(1)
    return (await session.execute(statement)).scalar_one_or_none()


async def _waiting(visit: Visit, gap: OpenGap) -> list[Handover]:
    """Citizens who wait for an answer to one of these; for whom may answer."""
    if not visit.may(Right.ANSWER):
        return []
    async with visit.shell.storage.read() as session:
        return await handovers.about(session, gap.ids)


def _read(visit: Visit) -> tuple[Form, Procedure | None]:
    """What was filled in, and the procedure chosen; None: something is wrong with it, which the form says."""
    masked = mask(visit.text("cach-hoi", gaps.ALIAS_LENGTH))
    alias = gaps.tidy(without_marks(masked.text))
    code, search, problems = visit.text("thu-tuc", 16), visit.text("tim", 100), []
    found = visit.shell.known().get(code)
    if visit.text("lam") != "tim":
        if found is None:
            problems.append("Chọn thủ tục mà câu hỏi này thuộc về.")
        if len(fold(alias).split()) < 2:
            problems.append("Cách hỏi cần ít nhất hai chữ.")
        if masked.kinds:
            kinds = ", ".join(name_of(kind) for kind in masked.kinds)
            problems.append(f"Cách hỏi có {kinds}, đã được bỏ đi. Xem lại rồi bấm tiếp.")
    form = Form(code if found else "", alias, search, tuple(problems))
    return form, None if problems else found
