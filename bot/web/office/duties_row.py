"""One row of the ledger: how it stands, what was reported and sent about it, and a coordinator's decision."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from aiohttp import web

from bot.office import deciding, dossier
from bot.office.deciding import Decided, Pick, StrangeError
from bot.office.dossier import Dossier, KeptFile
from bot.office.evidence import FOLDER, path_of
from bot.office.officials import Right
from bot.web.office.duties_reasons import READY, WHY, reason
from bot.web.office.duties_states import ATTEMPTS, DELIVERIES, PICTURES
from bot.web.office.duties_views import DUTIES
from bot.web.office.shell import Route, Visit, missing
from bot.web.pages import file
from scheduler.ledger import OPEN_MARKS, ProofKind, State
from scheduler.reports.wording import legible

ROW = f"{DUTIES}/{{id:[0-9]+}}"
SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg", ".jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", ".png"),
    (b"GIF8", "image/gif", ".gif"),
    (b"%PDF-", "application/pdf", ".pdf"),
)
"""What may be named by its kind: told by the first bytes, never by the name it came with."""
ASIDE_WHY = "Viết lý do vì sao kỳ này không áp dụng: lý do được lưu cùng chức danh của anh/chị."
CHANGED = "Báo cáo này vừa thay đổi (đơn vị rút lại, gửi lại, hoặc người khác đã duyệt). Anh/chị xem lại bên dưới."
OWN = "Báo cáo này do chính anh/chị gửi: cần một người khác duyệt."


class RowPages:
    """What belongs to one row."""

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", ROW, Right.DUTIES, self.show),
            Route("GET", f"{DUTIES}/minh-chung/{{id:[0-9]+}}", Right.DUTIES, self.evidence),
            Route("POST", f"{ROW}/duyet", Right.DECIDE, self.decide),
            Route("POST", f"{ROW}/khong-ap-dung", Right.DECIDE, self.set_aside),
            Route("POST", f"{ROW}/vuong-mac/{{told:[0-9]+}}/dong", Right.DECIDE, self.close),
        ]

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def _page(self, visit: Visit, problem: str = "", status: int = 200) -> web.Response:
        found = await _read(visit)
        desk = deciding.desk(visit.official, visit.shell.rules.units, visit.shell.today())
        decides = visit.may(Right.DECIDE) and (desk is None or found.duty.unit in desk)
        return visit.render(
            "office/duties_row.html",
            status,
            one=found,
            duty=found.duty,
            picture=PICTURES[found.duty.standing.state(visit.now)],
            open=found.duty.standing.mark in OPEN_MARKS,
            overdue=found.duty.standing.state(visit.now) is State.OVERDUE,
            decides=decides,
            attempts=ATTEMPTS,
            deliveries=DELIVERIES,
            kinds=KINDS,
            ready=READY,
            problem=problem,
            typed=visit.text("ly-do", 500),
            picked=visit.text("ly-do-san"),
            path_here=f"{DUTIES}/{found.duty.id}",
        )

    async def decide(self, visit: Visit) -> web.StreamResponse:
        """Accept or return the very report that was looked at."""
        number, returns = visit.number("id"), visit.text("lam") == "tra"
        why = reason(visit) if returns else None
        if why == "":
            return await self._page(visit, WHY, 422)
        told = visit.text("bao-cao")
        pick = Pick(number, int(told) if told.isascii() and told.isdecimal() and len(told) < 10 else 0)
        try:
            async with visit.shell.storage.write() as session:
                done = await deciding.decide(session, visit.shell.rules, visit.official, (pick,), why, visit.now)
        except StrangeError:
            raise missing() from None
        return await self._after(visit, done, returns=returns)

    async def _after(self, visit: Visit, done: Decided, *, returns: bool) -> web.Response:
        if not done.done:
            return await self._page(visit, OWN if done.own else CHANGED, 409)
        visit.shell.stored()
        said = f"Đã trả lại báo cáo: {done.done[0]}. Đơn vị được báo ngay." if returns else f"Đã duyệt: {done.done[0]}."
        return visit.go(f"{DUTIES}/{visit.number('id')}", said)

    async def set_aside(self, visit: Visit) -> web.StreamResponse:
        """The period does not apply to the unit."""
        number, why = visit.number("id"), reason(visit)
        if not why:
            return await self._page(visit, ASIDE_WHY, 422)
        try:
            async with visit.shell.storage.write() as session:
                done = await deciding.set_aside(session, visit.shell.rules, visit.official, number, why, visit.now)
        except StrangeError:
            raise missing() from None
        if not done:
            return await self._page(visit, CHANGED, 409)
        return visit.go(f"{DUTIES}/{number}", "Đã ghi kỳ này không áp dụng; trợ lý không nhắc nữa.")

    async def close(self, visit: Visit) -> web.StreamResponse:
        """A difficulty is settled."""
        number, told = visit.number("id"), visit.number("told")
        try:
            async with visit.shell.storage.write() as session:
                done = await deciding.close_difficulty(
                    session, visit.shell.rules, visit.official, number, told, visit.now
                )
        except StrangeError:
            raise missing() from None
        said = "Đã đóng vướng mắc." if done else "Vướng mắc này đã được đóng từ trước."
        return visit.go(f"{DUTIES}/{number}", said)

    async def evidence(self, visit: Visit) -> web.StreamResponse:
        """A file that was kept, to download."""
        async with visit.shell.storage.read() as session:
            found = await dossier.kept_file(session, visit.number("id"), visit.official.sight)
        if found is None:
            raise missing()
        path = path_of(visit.shell.settings.data_dir / FOLDER, found.sha256)
        try:
            body = await asyncio.to_thread(path.read_bytes)
        except OSError:
            raise missing() from None
        kind, name = _safe(found, body, visit.number("id"))
        return file(body, kind, name)


KINDS = {
    ProofKind.PHOTO: "Ảnh",
    ProofKind.FILE: "Tệp",
    ProofKind.LINK: "Đường dẫn",
    ProofKind.MESSAGE: "Tin đã gửi",
    ProofKind.LINE: "Nội dung",
}


def _safe(found: KeptFile, body: bytes, number: int) -> tuple[str, str]:
    """The kind that a browser is told, and a name under which the file is saved."""
    kind, ending = next(
        ((kind, ending) for sign, kind, ending in SIGNATURES if body.startswith(sign)), ("application/octet-stream", "")
    )
    own = legible(found.name).replace("/", "_").replace("\\", "_").strip(". ")[-120:]
    if own:
        return kind, own
    return kind, f"{found.code}-{number}{ending}"


async def _read(visit: Visit) -> Dossier:
    async with visit.shell.storage.read() as session:
        found = await dossier.read(session, visit.shell.rules, visit.now, visit.number("id"), visit.official.sight)
    if found is None:
        raise missing()
    return found
