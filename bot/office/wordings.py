"""Wordings of procedures for the office's mouths: written by one person, agreed to by a second, bound to the facts.

A wording keeps the fingerprint of the record it was made from. Once the record says something else, or nobody has
checked it in time, the wording is outdated: it is neither approved nor printed nor sent, and is to be written anew.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import audit
from bot.office.officials import Official
from bot.office.plans import RefusedError
from bot.tables import Audit, Wording
from handlers.privacy import mask, name_of
from knowledge.changes import fingerprint
from knowledge.mouths.checking import remarks
from knowledge.mouths.facts import Setting, UncertainError, require_certain
from knowledge.mouths.telling import Mouth
from knowledge.procedures import Procedure
from knowledge.store import Knowledge

DRAFT, SUBMITTED, APPROVED, REPLACED = "draft", "submitted", "approved", "replaced"
MOUTHS = {
    Mouth.LOUDSPEAKER: "Bài phát thanh",
    Mouth.POST: "Bài đăng Zalo, Facebook",
    Mouth.LED: "Dòng chữ bảng LED",
    Mouth.POSTER: "Áp phích A4 có mã QR",
}
CHANGED = "Dữ liệu đã đổi: viết lại."
_OWN = "Anh/chị là người viết bản tin này. Cần người thứ hai duyệt hoặc trả lại."
GONE = "Thủ tục không còn trong dữ liệu: bản tin này không dùng được nữa."


@dataclass(frozen=True, slots=True)
class Held:
    """A wording beside what the record says today."""

    row: Wording
    record: Procedure | None
    outdated: str
    """Why it is not to be used, in Vietnamese; empty: it is true."""

    @property
    def id(self) -> int:
        return self.row.id or 0

    @property
    def mouth(self) -> Mouth:
        return Mouth(self.row.mouth)

    @property
    def name(self) -> str:
        """Of the procedure."""
        return self.record.name if self.record else f"Thủ tục {self.row.code}"

    @property
    def usable(self) -> bool:
        """Whether it may be sent, printed and taken away."""
        return self.row.state == APPROVED and not self.outdated


def held(row: Wording, known: Knowledge, today: date) -> Held:
    """A wording with what is known of its procedure today."""
    record = known.get(row.code)
    return Held(row, record, _why_outdated(row, record, today))


def _why_outdated(row: Wording, record: Procedure | None, today: date) -> str:
    if record is None:
        return GONE
    if fingerprint(record) != row.facts:
        return CHANGED
    try:
        require_certain(record, today)
    except UncertainError as error:
        return str(error)
    return ""


def subject(number: int | None) -> str:
    """What the record of changes calls it."""
    return f"wording:{number}"


async def listed(session: AsyncSession) -> list[Wording]:
    """All that are in use or being written, the newest first."""
    statement = select(Wording).where(col(Wording.state) != REPLACED).order_by(col(Wording.id).desc())
    return list((await session.execute(statement.limit(limits.PAGE_ROWS))).scalars())


async def take(session: AsyncSession, number: int) -> Wording | None:
    """The wording, locked until the transaction ends."""
    return await session.get(Wording, number, with_for_update=True, populate_existing=True)


async def reason(session: AsyncSession, number: int) -> str:
    """What the second person wanted mended when it was last sent back; empty: it never was."""
    statement = (
        select(col(Audit.after))
        .where(col(Audit.subject) == subject(number), col(Audit.action) == "wording.send_back")
        .order_by(col(Audit.id).desc())
        .limit(1)
    )
    told: dict[str, Any] = (await session.execute(statement)).scalar_one_or_none() or {}
    return str(told.get("reason", ""))


# Writing


def clean(text: str, setting: Setting) -> str:
    """What was typed as it is kept. Raises RefusedError for personal data: masking would leave a hole in a text that
    is read to thousands. The office's own contact is none."""
    typed = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").strip().split("\n"))
    if len(typed) > limits.WORDING_TEXT:
        raise RefusedError([f"Bản tin dài {len(typed)} ký tự, tối đa {limits.WORDING_TEXT}."])
    public = [one for one in (setting.contact, setting.link) if one]
    rest = typed
    for one in public:
        rest = rest.replace(one, " ")
    if kinds := mask(rest).kinds:
        named = ", ".join(name_of(kind) for kind in kinds)
        raise RefusedError([f"Bản tin có {named}. Bỏ đi rồi lưu lại: bản tin không nêu dữ liệu riêng của ai."])
    return typed


async def write(
    session: AsyncSession, official: Official, record: Procedure, mouth: Mouth, text: str, now: datetime
) -> int:
    """Keep a new draft; its number. ``text`` went through :func:`clean`."""
    row = Wording(
        code=record.code,
        mouth=mouth.value,
        text=text,
        facts=fingerprint(record),
        author=official.signature,
        author_id=official.first_id,
        made_at=now,
    )
    session.add(row)
    await session.flush()
    audit.record(session, official, "wording.write", subject(row.id), now, after=_facts(row))
    return row.id or 0


def _facts(row: Wording) -> dict[str, Any]:
    return {"code": row.code, "mouth": row.mouth, "state": row.state, "text": row.text}


def rewrite(session: AsyncSession, official: Official, row: Wording, text: str, now: datetime) -> None:
    """Change a draft; whoever changed it last is its author. Raises RefusedError where it is no draft any more."""
    _expect(row, DRAFT)
    before = _facts(row)
    row.text, row.author, row.author_id, row.made_at = text, official.signature, official.first_id, now
    session.add(row)
    audit.record(session, official, "wording.write", subject(row.id), now, before=before, after=_facts(row))


def _expect(row: Wording, state: str) -> None:
    if row.state != state:
        raise RefusedError(["Bản tin này vừa được người khác xử lý. Xem lại trạng thái mới bên dưới."])


def _check(one: Held, setting: Setting) -> None:
    """Raises RefusedError for what nobody may approve."""
    if one.outdated or one.record is None:
        raise RefusedError([one.outdated])
    if told := [found.text for found in remarks(one.mouth, one.row.text, one.record, setting) if found.blocks]:
        raise RefusedError(told)


# Deciding


def submit(session: AsyncSession, official: Official, one: Held, setting: Setting, now: datetime) -> None:
    """Give a draft to a second person. Raises RefusedError."""
    _expect(one.row, DRAFT)
    _check(one, setting)
    one.row.state = SUBMITTED
    session.add(one.row)
    audit.record(session, official, "wording.submit", subject(one.id), now, after={"state": SUBMITTED})


def mark(row: Wording) -> str:
    """Of what somebody agrees to: what was changed meanwhile is not agreed to unseen."""
    told = "\0".join((row.code, row.mouth, row.facts, row.text))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


async def own(session: AsyncSession, official: Official, row: Wording) -> bool:
    """Whether they wrote at it, be it before somebody else did."""
    return await audit.wrote(session, official, row.author_id, subject(row.id), "wording.write")


async def approve(
    session: AsyncSession, official: Official, one: Held, setting: Setting, now: datetime, *, seen: str | None = None
) -> None:
    """Agree to what another person wrote and this one read (``seen``: its :func:`mark`).

    It takes the place of the older one of its mouth. Raises RefusedError.
    """
    row = one.row
    _expect(row, SUBMITTED)
    if await own(session, official, row):
        raise RefusedError([_OWN])
    if seen is not None and seen != mark(row):
        raise RefusedError(["Bản tin vừa được sửa sau khi anh/chị mở trang. Đọc lại bản mới bên dưới rồi duyệt."])
    _check(one, setting)
    older = update(Wording).where(
        col(Wording.code) == row.code, col(Wording.mouth) == row.mouth, col(Wording.state) == APPROVED
    )
    await session.execute(older.values(state=REPLACED))
    row.state, row.decided_by, row.decided_at = APPROVED, official.signature, now
    session.add(row)
    audit.record(session, official, "wording.approve", subject(row.id), now, after=_facts(row))


def send_back(session: AsyncSession, official: Official, row: Wording, why: str, now: datetime) -> None:
    """Return it to its author with what is to be mended. Raises RefusedError."""
    _expect(row, SUBMITTED)
    _second(official, row)
    kept = mask(" ".join(why.split())).text[: limits.REASON_AT_MOST]
    if len(kept) < limits.REASON_AT_LEAST:
        raise RefusedError([f"Ghi điều cần sửa, ít nhất {limits.REASON_AT_LEAST} ký tự."])
    row.state, row.decided_by, row.decided_at = DRAFT, official.signature, now
    session.add(row)
    after = {"state": DRAFT, "reason": kept}
    audit.record(session, official, "wording.send_back", subject(row.id), now, after=after)


def drop(session: AsyncSession, official: Official, row: Wording, now: datetime) -> None:
    """Lay one aside that is not wanted any more; what waits for a second person is sent back first. Raises
    RefusedError."""
    if row.state not in (DRAFT, APPROVED):
        raise RefusedError(["Bản tin này đang chờ duyệt hoặc vừa được thay. Xem lại trạng thái mới bên dưới."])
    before = _facts(row)
    row.state = REPLACED
    session.add(row)
    audit.record(session, official, "wording.drop", subject(row.id), now, before=before, after={"state": REPLACED})


def _second(official: Official, row: Wording) -> None:
    if official.wrote(row.author_id):
        raise RefusedError([_OWN])


def waiting(all_: Sequence[Held], official: Official) -> list[Held]:
    """What this second person can decide on."""
    return [one for one in all_ if one.row.state == SUBMITTED and not official.wrote(one.row.author_id)]
