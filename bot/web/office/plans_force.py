"""Putting a plan in force: each rhythm that its words leave open is accepted or set, and stands under a name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from aiohttp import web

from bot.office import correcting, plans
from bot.office.officials import Right
from bot.office.plan_lines import Line
from bot.office.plans import Choices, Confirmed, RefusedError
from bot.web.office.plans_found import PLANS, Found, found, must_be_draft, must_be_theirs
from bot.web.office.plans_lines import differences, shown
from bot.web.office.shell import Route, Shell, Visit
from scheduler.plan import Schedule

CHANGED = "Kế hoạch vừa được người khác sửa. Anh/chị xem lại các dòng dưới đây rồi xác nhận."


@dataclass(frozen=True, slots=True)
class _Wishes:
    """What was put into the form."""

    words: Mapping[int, str]
    """Number of the line -> the rhythm in words."""
    accept: bool
    since: str

    @property
    def first(self) -> date | None:
        """Raises RefusedError for what is no day."""
        if not self.since:
            return None
        try:
            return date.fromisoformat(self.since)
        except ValueError:
            raise RefusedError(
                [f"Ngày “{self.since}” không đúng: chọn lại ở ô “Tính các kỳ có hạn từ ngày”."]
            ) from None


class ForcePages:
    """The page that confirms a draft."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def routes(self) -> Sequence[Route]:
        path = f"{PLANS}/{{id}}/xac-nhan"
        return [Route("GET", path, Right.CONFIRM, self.ask), Route("POST", path, Right.CONFIRM, self.confirm)]

    async def ask(self, visit: Visit) -> web.StreamResponse:
        seen = await self._seen(visit)
        start, _ = seen.reading.plan.window
        today = self._shell.today()
        return await self._page(
            visit, seen, _Wishes({}, accept=False, since=today.isoformat() if start < today else "")
        )

    async def _seen(self, visit: Visit) -> Found:
        async with self._shell.storage.read() as session:
            seen = await found(session, visit, visit.number("id"))
        must_be_theirs(seen)
        must_be_draft(seen)
        return seen

    async def _page(
        self, visit: Visit, seen: Found, wishes: _Wishes, problems: Sequence[str] = (), *, status: int = 200
    ) -> web.Response:
        async with self._shell.storage.read() as session:
            differs = await differences(session, seen)
        lines = [shown(visit, seen, line) for line in seen.lines]
        return visit.render(
            "office/plan_confirm.html",
            422 if problems and status == 200 else status,
            seen=seen,
            open=[one for one in lines if not one.line.rhythm_set],
            set=[one for one in lines if one.line.rhythm_set and one.line.set_by],
            nobody=[one.line for one in lines if not any(unit.count for unit in one.line.lead)],
            wishes=wishes,
            problems=problems,
            differences=differs,
            base=PLANS,
        )

    async def confirm(self, visit: Visit) -> web.StreamResponse:
        seen = await self._seen(visit)
        wishes = _wished(visit, seen)
        if visit.text("dau", 700) != seen.mark:
            return await self._page(visit, seen, wishes, [CHANGED], status=409)
        try:
            choices = _choices(visit, seen, wishes)
            done = await self._put_in_force(visit, seen, choices)
        except RefusedError as error:
            return await self._page(visit, seen, wishes, error.problems)
        if done is None:
            return await self._page(visit, await self._seen(visit), wishes, [CHANGED], status=409)
        told = [f"Đã xác nhận: {done.tasks} việc, {done.occurrences} kỳ trong sổ.", *done.remarks]
        if done.past:
            told.append(
                f"{done.past} kỳ có hạn trước hôm nay đang tính là quá hạn; muốn bỏ, mở “Bỏ các kỳ trước một ngày”."
            )
        return visit.go(f"{PLANS}/{done.plan}", " ".join(told)[:290])

    async def _put_in_force(self, visit: Visit, seen: Found, choices: Choices) -> Confirmed | None:
        """None: somebody changed the plan in this moment. Raises RefusedError."""
        async with self._shell.storage.write() as session:
            row = await plans.locked(session, seen.id)
            if row is None or row.state != seen.row.state or row.body != seen.row.body:
                return None
            done = await plans.confirm(session, self._shell.rules, row, choices, visit.now)
            before = {"plan": seen.id, "state": seen.row.state}
            visit.audit(session, "plan.confirm", f"plan:{done.plan}", before=before, after=_recorded(done, choices))
        return done


def _wished(visit: Visit, seen: Found) -> _Wishes:
    words = {line.number: visit.text(f"nhip-{line.number}", 300) for line in seen.lines if not line.rhythm_set}
    return _Wishes(words, accept=bool(visit.text("nhan")), since=visit.text("tu", 10))


def _choices(visit: Visit, seen: Found, wishes: _Wishes) -> Choices:
    """What is decided. Raises RefusedError with a line for each rhythm that is not."""
    cadences: dict[str, Schedule] = {}
    problems, left = [], []
    for line in seen.lines:
        words = wishes.words.get(line.number, "")
        schedule = correcting.read_rhythm(words, seen.reading.plan) if words else None
        if schedule is not None:
            cadences[line.task.tt] = schedule
        elif words:
            problems.append(f"Việc {line.task.tt}: chưa hiểu nhịp “{words}”. Ví dụ ghi được: {correcting.EXAMPLES}.")
        elif not line.rhythm_set:
            left.append(line)
    problems += _not_decided(left, wishes)
    if problems:
        raise RefusedError(problems)
    return Choices(visit.official.signature, cadences, accept=wishes.accept, since=wishes.first)


def _not_decided(left: Sequence[Line], wishes: _Wishes) -> list[str]:
    problems = [f"Việc {line.task.tt}: không có nhịp đề nghị, cần ghi nhịp." for line in left if not line.rhythm]
    if not wishes.accept and (offered := [line.task.tt for line in left if line.rhythm]):
        numbers = ", ".join(offered)
        problems.append(f"Việc {numbers}: ghi nhịp, hoặc đánh dấu đồng ý với nhịp đề nghị.")
    return problems


def _recorded(done: Confirmed, choices: Choices) -> dict[str, object]:
    return {
        "state": "confirmed",
        "tasks": done.tasks,
        "rows": done.occurrences,
        "since": choices.since.isoformat() if choices.since else None,
        "accepted": choices.accept,
        "rhythms": {tt: schedule.to_json() for tt, schedule in choices.cadences.items()},
    }
