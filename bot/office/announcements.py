"""Announcements of the office: written by one person, agreed to by a second, sent once to everybody they are for.

A draft is made by :func:`write` and lies on the page "Thông báo", where it is submitted and approved. Once it is
approved and due, :func:`tick` queues one row of the outbox for each chat; the words are made when the row leaves.
An emergency notice is written the same way, and released by one person with a reason.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.inbox import insert_new
from bot.office import audiences, audit
from bot.office.audiences import Audience
from bot.office.officials import RIGHTS, Official, Right
from bot.office.plans import RefusedError
from bot.office.rules import Rules
from bot.storage import Storage
from bot.tables import Announcement, AnnouncementState, Outbox, OutboxState, Wording
from handlers import announce
from handlers.message import Address, Reply
from handlers.privacy import mask, name_of
from handlers.texts import Texts
from scheduler.calendar import VIETNAM
from scheduler.outbox import ANNOUNCEMENT, EMERGENCY
from scheduler.units import Units

COMPOSE = "announcement"
"""Marks rows of the outbox whose words are made here."""
OPEN = (AnnouncementState.DRAFT, AnnouncementState.SUBMITTED, AnnouncementState.APPROVED, AnnouncementState.SENDING)
SENT_FROM = (AnnouncementState.SENDING, AnnouncementState.DONE)
"""States in which its rows may leave: a row that was held may be sent when all others are done."""


def subject(number: int | None) -> str:
    """What the record of changes calls it."""
    return f"announcement:{number}"


def reach(official: Official, units: Units) -> frozenset[str] | None:
    """Units that somebody who writes or approves may write to: in a ward, that ward; else every unit (None)."""
    held, writing = official.person.memberships, RIGHTS[Right.ANNOUNCE] | RIGHTS[Right.APPROVE]
    own = {one.unit for one in held if one.role in writing} or {one.unit for one in held}
    wards = {unit for unit in own if (found := units.get(unit)) is not None and found.kind == "ward"}
    if own - wards:
        return None
    return frozenset(wards) | (official.sight or frozenset())


# Writing


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept of what was typed, without personal data."""

    title: str
    text: str
    audience: Audience
    not_before: datetime | None = None
    reason: str = ""
    """Of an emergency."""
    masked: tuple[str, ...] = ()
    """What was taken out of the words, in Vietnamese: "số điện thoại"."""


def draft(title: str, text: str, audience: Audience, *, not_before: datetime | None = None, reason: str = "") -> Draft:
    """What was typed, as it is kept. Raises RefusedError where words are missing or too long."""
    clean = [mask(part) for part in (" ".join(title.split()), text.replace("\r\n", "\n").strip(), reason)]
    kinds = dict.fromkeys(kind for part in clean for kind in part.kinds)
    title, text, reason = (part.text for part in clean)
    told = []
    if not title:
        told.append("Ghi tiêu đề thông báo.")
    if len(title) > limits.ANNOUNCEMENT_TITLE:
        told.append(f"Tiêu đề dài {len(title)} ký tự, tối đa {limits.ANNOUNCEMENT_TITLE}.")
    if not text:
        told.append("Ghi nội dung thông báo.")
    if len(text) > limits.ANNOUNCEMENT_TEXT:
        told.append(f"Nội dung dài {len(text)} ký tự, tối đa {limits.ANNOUNCEMENT_TEXT}.")
    if told:
        raise RefusedError(told)
    short = reason[: limits.REASON_AT_MOST]
    return Draft(title, text, audience, not_before, short, tuple(name_of(kind) for kind in kinds))


async def write(
    session: AsyncSession,
    official: Official,
    title: str,
    text: str,
    audience: Audience,
    now: datetime,
    *,
    wording_id: int | None = None,
) -> int:
    """Keep a draft; its number, under which the page shows it (``/lam-viec/thong-bao/NUMBER``).

    ``audience``: of group chats of all units ``Audience(groups=True)``, of some ``Audience(groups=True, units=…)``, of
    subscribers ``Audience(fields=("Hộ tịch",))``. ``wording_id``: the wording that it brings; readers get a button to
    its procedure. Personal data in the words is masked. Nothing leaves before it was submitted on the page and a
    second person agreed. Raises RefusedError.
    """
    return await keep(session, official, draft(title, text, audience), now, wording_id=wording_id)


async def keep(
    session: AsyncSession,
    official: Official,
    new: Draft,
    now: datetime,
    *,
    wording_id: int | None = None,
    emergency: bool = False,
) -> int:
    """Keep a new draft; its number. One of an emergency leaves only by :func:`release`."""
    row = Announcement(
        title=new.title,
        text=new.text,
        audience=new.audience.to_json(),
        emergency=emergency,
        reason=new.reason,
        wording_id=wording_id,
        author=official.signature,
        author_id=official.first_id,
        created_at=now,
        not_before=new.not_before,
    )
    session.add(row)
    await session.flush()
    audit.record(session, official, "announcement.write", subject(row.id), now, after=facts(row))
    return row.id or 0


def rewrite(session: AsyncSession, official: Official, row: Announcement, new: Draft, now: datetime) -> None:
    """Change a draft; whoever changed it last is its author. Raises RefusedError where it is no draft any more."""
    _expect(row, AnnouncementState.DRAFT)
    before = facts(row)
    row.title, row.text, row.audience, row.not_before = new.title, new.text, new.audience.to_json(), new.not_before
    if row.emergency:
        row.reason = new.reason
    row.author, row.author_id = official.signature, official.first_id
    session.add(row)
    audit.record(session, official, "announcement.write", subject(row.id), now, before=before, after=facts(row))


def facts(row: Announcement) -> dict[str, Any]:
    """What the record of changes keeps of it."""
    planned = row.not_before.astimezone(VIETNAM).isoformat(timespec="minutes") if row.not_before else ""
    told = {"title": row.title, "text": row.text, "audience": row.audience, "not_before": planned, "reason": row.reason}
    return {"state": str(row.state), **{name: value for name, value in told.items() if value}}


async def take(session: AsyncSession, number: int) -> Announcement | None:
    """The announcement, locked until the transaction ends: of two presses at once the second finds it changed."""
    return await session.get(Announcement, number, with_for_update=True, populate_existing=True)


def _expect(row: Announcement, *states: AnnouncementState) -> None:
    if row.state not in states:
        raise RefusedError(["Thông báo này vừa được người khác xử lý. Xem lại trạng thái mới bên dưới."])


def _move(session: AsyncSession, official: Official, row: Announcement, to: AnnouncementState, now: datetime) -> None:
    """Another state, decided by this person."""
    row.state = to
    row.decided_by, row.decided_at = official.signature, now
    session.add(row)


def _check_audience(row: Announcement, official: Official, rules: Rules) -> None:
    if told := audiences.problems(Audience.from_json(row.audience), rules.units, reach(official, rules.units)):
        raise RefusedError(told)


# Deciding


def submit(session: AsyncSession, official: Official, row: Announcement, rules: Rules, now: datetime) -> None:
    """Give a draft to a second person. Raises RefusedError."""
    _expect(row, AnnouncementState.DRAFT)
    if row.emergency:
        raise RefusedError(["Thông báo khẩn gửi ở trang xác nhận riêng, không qua bước duyệt."])
    _check_audience(row, official, rules)
    row.state, row.reason = AnnouncementState.SUBMITTED, ""
    row.author, row.author_id = official.signature, official.first_id
    session.add(row)
    after = {"state": str(row.state)}
    audit.record(session, official, "announcement.submit", subject(row.id), now, after=after)


def fingerprint(row: Announcement) -> str:
    """Of what somebody agrees to: what was changed meanwhile is not agreed to unseen."""
    told = {name: value for name, value in facts(row).items() if name != "state"}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:16]


def _expect_seen(row: Announcement, seen: str | None) -> None:
    if seen is not None and seen != fingerprint(row):
        raise RefusedError(["Nội dung vừa được sửa sau khi anh/chị mở trang. Đọc lại bản mới bên dưới rồi bấm lại."])


def leaves_at(not_before: datetime | None, rules: Rules, now: datetime) -> datetime:
    """When something wished for then leaves: in working hours."""
    return rules.calendar.default.next_moment(max(now, not_before or now))


def approve(
    session: AsyncSession,
    official: Official,
    row: Announcement,
    rules: Rules,
    now: datetime,
    *,
    seen: str | None = None,
) -> datetime:
    """Agree to what was read (``seen``: its fingerprint); when it leaves. Raises RefusedError, also for the author."""
    _expect(row, AnnouncementState.SUBMITTED)
    if official.wrote(row.author_id):
        raise RefusedError(["Anh/chị là người viết thông báo này. Cần người thứ hai duyệt."])
    _expect_seen(row, seen)
    _check_audience(row, official, rules)
    when = row.not_before = leaves_at(row.not_before, rules, now)
    _move(session, official, row, AnnouncementState.APPROVED, now)
    after = {"state": str(row.state), "not_before": when.isoformat(timespec="minutes")}
    audit.record(session, official, "announcement.approve", subject(row.id), now, after=after)
    return when


def send_back(session: AsyncSession, official: Official, row: Announcement, reason: str, now: datetime) -> None:
    """Return it to its author with what is to be mended. Raises RefusedError."""
    _expect(row, AnnouncementState.SUBMITTED)
    if official.wrote(row.author_id):
        raise RefusedError(["Anh/chị là người viết thông báo này. Cần người thứ hai duyệt hoặc trả lại."])
    row.reason = reasoned(reason)
    _move(session, official, row, AnnouncementState.DRAFT, now)
    after = {"state": str(row.state), "reason": row.reason}
    audit.record(session, official, "announcement.send_back", subject(row.id), now, after=after)


def release(
    session: AsyncSession,
    official: Official,
    row: Announcement,
    rules: Rules,
    now: datetime,
    *,
    seen: str | None = None,
) -> None:
    """Let an emergency notice leave at once, on one person's word; ``seen`` as above. Raises RefusedError."""
    _expect(row, AnnouncementState.DRAFT)
    _expect_seen(row, seen)
    if not row.emergency or not official.may(Right.SWITCH):
        raise RefusedError(["Thông báo này không phải thông báo khẩn."])
    reasoned(row.reason)
    _check_audience(row, official, rules)
    row.not_before = now
    _move(session, official, row, AnnouncementState.APPROVED, now)
    audit.record(session, official, "announcement.emergency", subject(row.id), now, after=facts(row))


def reasoned(reason: str) -> str:
    """A reason as it is kept. Raises RefusedError where it says nothing."""
    kept = mask(" ".join(reason.split())).text[: limits.REASON_AT_MOST]
    if len(kept) < limits.REASON_AT_LEAST:
        raise RefusedError([f"Ghi lý do, ít nhất {limits.REASON_AT_LEAST} ký tự."])
    return kept


@dataclass(frozen=True, slots=True)
class Stopped:
    """What became of the messages of an announcement that was stopped."""

    taken_back: int
    under_way: int
    """Being sent at that moment: they may still arrive."""


async def stop(session: AsyncSession, official: Official, row: Announcement, reason: str, now: datetime) -> Stopped:
    """Take back what has not left. What is being sent cannot be called back. Raises RefusedError."""
    _expect(row, *OPEN)
    why, before = reasoned(reason), str(row.state)
    waiting = (col(Outbox.announcement_id) == row.id, col(Outbox.state) == OutboxState.QUEUED)
    idle = col(Outbox.lease_until).is_(None) | (col(Outbox.lease_until) < now)
    moot = update(Outbox).where(*waiting, idle).values(state=OutboxState.MOOT, error=f"stopped: {why}"[:500])
    back = len((await session.execute(moot.returning(col(Outbox.id)))).all())
    left = len((await session.execute(select(col(Outbox.id)).where(*waiting))).all())
    row.reason, row.ended_at = why, now
    _move(session, official, row, AnnouncementState.STOPPED, now)
    after = {"state": str(row.state), "reason": why, "taken_back": back, "under_way": left}
    audit.record(session, official, "announcement.stop", subject(row.id), now, before={"state": before}, after=after)
    return Stopped(back, left)


# Sending


def outbox_row(number: int, address: Address, now: datetime, *, emergency: bool) -> dict[str, Any]:
    """A row of the outbox for one chat: the same announcement is queued there once."""
    kind = EMERGENCY if emergency else ANNOUNCEMENT
    return {
        "key": f"ann:{number}:{address.channel}:{address.chat}",
        "channel": address.channel,
        "chat": address.chat,
        "kind": kind.name,
        "priority": kind.priority,
        "body": {"compose": COMPOSE},
        "announcement_id": number,
        "created_at": now,
        "not_before": now,
        "attempts": 0,
        "state": OutboxState.QUEUED,
    }


async def queue(session: AsyncSession, rows: Iterable[dict[str, Any]]) -> int:
    """Write rows that are not there yet; how many were new."""
    made, all_rows = 0, list(rows)
    for first in range(0, len(all_rows), limits.ANNOUNCEMENTS_QUEUED):
        some = all_rows[first : first + limits.ANNOUNCEMENTS_QUEUED]
        statement: Any = insert_new(session, Outbox).values(some).returning(col(Outbox.id))
        made += len((await session.execute(statement)).all())
    return made


async def tick(storage: Storage, rules: Rules, now: datetime) -> int:
    """Queue what is approved and due, end what has drained; how many messages wait to be sent now.

    Safe to run late, twice, or in two processes at once. Outside working hours only emergencies begin.
    """
    approved = select(col(Announcement.id), col(Announcement.emergency)).where(
        col(Announcement.state) == AnnouncementState.APPROVED, col(Announcement.not_before) <= now
    )
    async with storage.read() as session:
        found = await session.execute(approved.order_by(~col(Announcement.emergency), col(Announcement.id)))
        due = [(number or 0, emergency) for number, emergency in found]
        drained = list((await session.execute(select(col(Announcement.id)).where(*_drained()))).scalars())
    working = rules.calendar.default.is_working_time(now)
    made = 0
    for number, emergency in due:
        if emergency or working:
            async with storage.write() as session:
                made += await _begin(session, number, rules, now)
    if drained:
        ended = update(Announcement).where(col(Announcement.id).in_(drained), *_drained())
        async with storage.write() as session:
            await session.execute(ended.values(state=AnnouncementState.DONE, ended_at=now))
    return made


def _drained() -> tuple[Any, ...]:
    """Conditions: it is being sent and nothing of it waits."""
    waits = select(col(Outbox.id)).where(
        col(Outbox.announcement_id) == col(Announcement.id), col(Outbox.state) == OutboxState.QUEUED
    )
    return col(Announcement.state) == AnnouncementState.SENDING, ~waits.exists()


async def _begin(session: AsyncSession, number: int, rules: Rules, now: datetime) -> int:
    """Queue one: to whoever it is for at this moment."""
    row = await take(session, number)
    if row is None or row.state != AnnouncementState.APPROVED:
        return 0
    today = now.astimezone(VIETNAM).date()
    reached = await audiences.resolve(session, Audience.from_json(row.audience), rules, today)
    row.state = AnnouncementState.SENDING
    session.add(row)
    return await queue(
        session, (outbox_row(number, address, now, emergency=row.emergency) for address in reached.addresses)
    )


async def reply(session: AsyncSession, row: Outbox, rules: Rules, texts: Texts, now: datetime) -> Reply | None:
    """What a row of the outbox says; None: it was stopped, or the chat is not meant any more."""
    found = await session.get(Announcement, row.announcement_id)
    if found is None or found.state not in SENT_FROM:
        return None
    audience, today = Audience.from_json(found.audience), now.astimezone(VIETNAM).date()
    if not await audiences.includes(session, audience, Address(row.channel, row.chat), rules, today):
        return None
    return await worded(session, found, texts)


async def worded(session: AsyncSession, row: Announcement, texts: Texts) -> Reply:
    """An announcement as a message, before a platform's limits are laid on it."""
    wording = await session.get(Wording, row.wording_id) if row.wording_id is not None else None
    code = wording.code if wording else None
    return announce.announcement(row.title, row.text, texts, emergency=row.emergency, code=code)
