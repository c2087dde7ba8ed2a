"""Getting in: links that are good for one use, accounts with a password, sessions of browsers. Only hashes are kept."""

from __future__ import annotations

import asyncio
import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import limits
from bot.office import people
from bot.office.plans import RefusedError
from bot.storage import Storage
from bot.tables import Account, Member, Pass, WebSession
from handlers.duties import Role
from handlers.message import Address

ACCOUNT = "account"
"""The "channel" of accounts: nothing is ever sent there."""
NAME = re.compile(r"[a-z][a-z0-9._-]{2,39}")
BROWSERS = (
    ("Edg", "Edge"),
    ("coc_coc", "Cốc Cốc"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac", "máy Mac"),
    ("Linux", "Linux"),
)
"""What browsers call themselves, and how they are called; the first that fits."""
_HASHER = PasswordHasher()
"""argon2id, with the parameters of RFC 9106 for little memory, as the library sets them."""
_NOBODY = _HASHER.hash("a password that nobody has")
"""Checked where there is no such account, so that guessing names takes as long as guessing passwords."""


def digest(secret: str) -> str:
    """What is kept of a secret of ours: it is long and random, so a fast hash does."""
    return hashlib.sha256(f"office:{secret}".encode()).hexdigest()


def new_secret() -> str:
    return secrets.token_urlsafe(24)


# Links


async def allow(session: AsyncSession, address: Address, secret: str, now: datetime) -> None:
    """Whoever has the secret may come in as the holder of this chat, once, within :data:`limits.PASS_VALID`."""
    await session.execute(delete(Pass).where(col(Pass.expires_at) < now - limits.PASS_VALID))
    expires = now + limits.PASS_VALID
    session.add(
        Pass(digest=digest(secret), channel=address.channel, chat=address.chat, created_at=now, expires_at=expires)
    )
    await session.flush()


async def usable(session: AsyncSession, secret: str, now: datetime) -> bool:
    """Whether a link still lets in; looking does not use it up: messengers open links to show what is behind."""
    row = await session.get(Pass, digest(secret))
    return row is not None and row.used_at is None and row.expires_at >= now


async def take(session: AsyncSession, secret: str, now: datetime) -> Address | None:
    """Use a link up; whose it was. None: used, expired, or never given."""
    statement = (
        update(Pass)
        .where(col(Pass.digest) == digest(secret), col(Pass.used_at).is_(None), col(Pass.expires_at) >= now)
        .values(used_at=now)
        .returning(Pass)
    )
    row = (await session.execute(statement)).scalar_one_or_none()
    return Address(row.channel, row.chat) if row else None


# Accounts


async def create_account(session: AsyncSession, name: str, password: str, unit: str, now: datetime) -> int:
    """An admin with a password; the number of the membership. Raises RefusedError."""
    problems = []
    if not NAME.fullmatch(name):
        problems.append("Tên đăng nhập gồm 3–40 chữ thường không dấu, chữ số, dấu . _ -, bắt đầu bằng chữ.")
    if not limits.PASSWORD_AT_LEAST <= len(password) <= limits.PASSWORD_AT_MOST:
        problems.append(f"Mật khẩu dài từ {limits.PASSWORD_AT_LEAST} đến {limits.PASSWORD_AT_MOST} ký tự.")
    if not problems and await session.get(Account, name) is not None:
        problems.append(f"Đã có tài khoản “{name}”. Đổi mật khẩu bằng: account password {name}")
    if problems:
        raise RefusedError(problems)
    member = Member(unit=unit, role=Role.ADMIN.value, label="", created_at=now)
    session.add(member)
    await session.flush()
    assert member.id is not None  # noqa: S101 - it was just written
    hashed = await asyncio.to_thread(_HASHER.hash, password)
    session.add(Account(name=name, password=hashed, member_id=member.id, created_at=now))
    await people.connect(session, member.id, Address(ACCOUNT, name), now)
    return member.id


async def set_password(session: AsyncSession, name: str, password: str) -> None:
    """Another password; every browser of the account is sent out. Raises RefusedError."""
    row = await session.get(Account, name)
    if row is None:
        raise RefusedError([f"Không có tài khoản “{name}”."])
    if not limits.PASSWORD_AT_LEAST <= len(password) <= limits.PASSWORD_AT_MOST:
        raise RefusedError([f"Mật khẩu dài từ {limits.PASSWORD_AT_LEAST} đến {limits.PASSWORD_AT_MOST} ký tự."])
    row.password = await asyncio.to_thread(_HASHER.hash, password)
    row.failures, row.locked_until = 0, None
    session.add(row)
    await end_all(session, Address(ACCOUNT, name))


async def check(storage: Storage, name: str, password: str, now: datetime) -> Address | Literal["wrong", "locked"]:
    """Whether a password is right. After some wrong ones the account is locked for a while, for the right one, too."""
    async with storage.read() as session:
        row = await session.get(Account, name) if NAME.fullmatch(name) else None
    hashed = row.password if row else _NOBODY
    right = len(password) <= limits.PASSWORD_AT_MOST and await asyncio.to_thread(_matches, hashed, password)
    if row is None:
        return "wrong"
    async with storage.write() as session:
        row = await session.get(Account, name, with_for_update=True, populate_existing=True)
        if row is None:
            return "wrong"
        if row.locked_until is not None and now < row.locked_until:
            return "locked"
        row.failures = 0 if right else row.failures + 1
        row.locked_until = None
        if row.failures >= limits.PASSWORD_TRIES:
            row.failures, row.locked_until = 0, now + limits.PASSWORD_LOCK
        session.add(row)
    return Address(ACCOUNT, name) if right else "wrong"


def _matches(hashed: str, password: str) -> bool:
    try:
        return _HASHER.verify(hashed, password)
    except (VerificationError, InvalidHashError):
        return False


# Sessions


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that is let in, as it is shown in a list."""

    id: int
    device: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    here: bool
    """The one that is looking at the list."""


async def begin(session: AsyncSession, address: Address, now: datetime, *, device: str, trusted: bool) -> str:
    """Let a browser in; the secret for its cookie."""
    secret = new_secret()
    await session.execute(delete(WebSession).where(col(WebSession.expires_at) < now))
    session.add(
        WebSession(
            digest=digest(secret),
            channel=address.channel,
            chat=address.chat,
            device=device[:80],
            created_at=now,
            seen_at=now,
            expires_at=now + (limits.SESSION_TRUSTED if trusted else limits.SESSION_VALID),
        )
    )
    await session.flush()
    return secret


async def holder(session: AsyncSession, secret: str, now: datetime) -> WebSession | None:
    """The session of a cookie's secret, if it has not ended."""
    found = select(WebSession).where(col(WebSession.digest) == digest(secret), col(WebSession.expires_at) > now)
    return (await session.execute(found)).scalar_one_or_none()


async def end(session: AsyncSession, address: Address, number: int) -> str | None:
    """Send one browser of this chat out; what it was. None: there is none of that number, or it is somebody else's."""
    statement = (
        delete(WebSession)
        .where(
            col(WebSession.id) == number,
            col(WebSession.channel) == address.channel,
            col(WebSession.chat) == address.chat,
        )
        .returning(col(WebSession.device))
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def end_all(session: AsyncSession, address: Address) -> None:
    """Send every browser of this chat out."""
    theirs = (col(WebSession.channel) == address.channel, col(WebSession.chat) == address.chat)
    await session.execute(delete(WebSession).where(*theirs))


async def devices(session: AsyncSession, here: WebSession, now: datetime) -> list[Device]:
    """The browsers that are let in by the same chat, the last used first."""
    theirs = (col(WebSession.channel) == here.channel, col(WebSession.chat) == here.chat)
    found = select(WebSession).where(*theirs, col(WebSession.expires_at) > now).order_by(col(WebSession.seen_at).desc())
    return [
        Device(row.id or 0, row.device, row.created_at, row.seen_at, row.expires_at, row.id == here.id)
        for row in (await session.execute(found)).scalars()
    ]


def named(agent: str) -> str:
    """A browser and its system in words, from what it says of itself; no version, nothing that tells people apart."""
    browser = next((name for sign, name in BROWSERS if sign in agent), "Trình duyệt khác")
    system = next((name for sign, name in SYSTEMS if sign in agent), "")
    return f"{browser} trên {system}" if system else browser
