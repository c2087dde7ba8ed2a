"""Inviting officials from the command line, and who is reached how."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import segno
from sqlalchemy import select
from sqlmodel import col

from bot import clock
from bot.office import board, people, rules, workbench
from bot.office.people import ROLE_NAMES
from bot.office.plans import RefusedError
from bot.settings import Settings
from bot.storage import Storage, with_storage
from bot.tables import Link, Member
from handlers.duties import CHATS, Role
from scheduler.calendar import VIETNAM


@dataclass(frozen=True, slots=True)
class Made:
    """An invite, shown once: only its hash is kept."""

    code: str
    unit: str
    unit_name: str
    role: Role
    page: str
    qr: Path | None
    telegram: str | None = ""
    """The bot's name on Telegram; "": nobody knows it here, None: the office has no bot there."""

    @property
    def link(self) -> str:
        """Opens the chat page with the words to send."""
        return f"{self.page}/?noi={quote(f'liên kết {self.code}')}"

    @property
    def for_a_chat(self) -> bool:
        """Taken by a group or a channel and not by a person."""
        return self.role in CHATS

    def to_json(self) -> dict[str, Any]:
        return {"code": self.code, "unit": self.unit, "role": self.role.value, "link": self.link}

    def text(self) -> str:
        days = people.VALID.days
        if self.role is Role.GROUP:
            return self._for_group(days)
        if self.role is Role.PUBLIC:
            return self._for_channel(days)
        apps = "Zalo" if self.telegram is None else "Zalo hoặc Telegram"
        lines = [
            f"Mã mời: {self.code}   ({self.unit_name}, {ROLE_NAMES[self.role]}; dùng một lần, trong {days} ngày)",
            "",
            f"Người được mời nhắn cho trợ lý trên {apps}, hoặc trên trang web:  liên kết {self.code}",
            *self._on_telegram(),
            f"Trang web: {self.link}",
            f"Trang web và cửa sổ lệnh không nhận được tin nhắc; muốn được nhắc, hãy liên kết {apps}.",
        ]
        if self.qr:
            lines.append(f"Mã QR: {self.qr}")
        return "\n".join(lines)

    def _on_telegram(self) -> list[str]:
        if self.telegram is None:
            return []
        hint = "" if self.telegram else "  (thay TEN_BOT bằng tên của bot)"
        return [f"Telegram: https://t.me/{self.telegram or 'TEN_BOT'}?start=moi_{self.code}{hint}"]

    def _for_group(self, days: int) -> str:
        lines = [
            f"Mã mời: {self.code}   (nhóm chat của {self.unit_name}; dùng một lần, trong {days} ngày)",
            "",
            "Thêm trợ lý vào nhóm, rồi trong nhóm nhắn, có nhắc tên trợ lý (@):",
            f"  @TÊN_TRỢ_LÝ liên kết {self.code}",
            "Từ đó tin nhắc việc của đơn vị cũng được gửi vào nhóm. Báo cáo vẫn nhắn riêng cho trợ lý.",
        ]
        return "\n".join(lines)

    def _for_channel(self, days: int) -> str:
        lines = [
            f"Mã mời: {self.code}   (kênh tin của {self.unit_name}; dùng một lần, trong {days} ngày)",
            "",
            "Chỉ làm được với kênh trên Telegram. Thêm trợ lý làm quản trị viên của kênh, cho quyền đăng tin,",
            "rồi đăng trong kênh, có nhắc tên trợ lý (@) ở đầu:",
            f"  @{self.telegram or 'TÊN_TRỢ_LÝ'} liên kết {self.code}",
            "Trợ lý trả lời là đã liên kết; sau đó xoá hai bài ấy. Từ đó bản tin và thông báo đã duyệt đăng được",
            "lên kênh. Kênh không nhận tin nhắc việc.",
        ]
        return "\n".join(lines)


async def make(settings: Settings, unit: str, role: str, label: str, *, substitute: bool, qr: Path | None) -> Made:
    """Make an invite. Raises RefusedError for an unknown unit, role or picture format."""
    office = rules.load(settings)
    now = clock.now()
    if role not in {one.value for one in Role}:
        raise RefusedError([f"Không có vai trò “{role}”. Các vai trò: {', '.join(one.value for one in Role)}."])
    found = workbench.unit_id(unit, office.units, now.astimezone(VIETNAM).date())
    if office.units.is_group(found):
        raise RefusedError([f"“{unit}” là một nhóm. Hãy mời từng đơn vị."])
    if qr is not None and not re.fullmatch(r"\.(png|svg)", qr.suffix.lower()):
        raise RefusedError(["Mã QR chỉ ghi được ra tệp .png hoặc .svg."])

    async def work(storage: Storage) -> str:
        async with storage.write() as session:
            return await people.invite(session, found, Role(role), now, label=label, substitute=substitute)

    code = await with_storage(settings, work)
    telegram = "" if settings.telegram_bot_token else None
    made = Made(code, found, office.units.name(found), Role(role), settings.page_url, qr, telegram)
    if qr is not None:
        try:
            segno.make(made.link, error="m").save(str(qr), scale=8)
        except OSError as error:
            raise RefusedError([f"{qr}: không ghi được ({error.strerror})."]) from None
    return made


@dataclass(frozen=True, slots=True)
class Row:
    id: int
    unit: str
    unit_name: str
    role: Role
    label: str
    substitute: bool
    links: tuple[tuple[str, str], ...]
    """(channel, open or closed)."""


@dataclass(frozen=True, slots=True)
class Everybody:
    rows: tuple[Row, ...]
    unreachable: tuple[tuple[str, str], ...]

    def to_json(self) -> dict[str, Any]:
        return {
            "people": [
                {
                    "id": row.id,
                    "unit": row.unit,
                    "role": row.role.value,
                    "label": row.label,
                    "substitute": row.substitute,
                    "links": [{"channel": channel, "state": state} for channel, state in row.links],
                }
                for row in self.rows
            ],
            "unreachable": [{"unit": unit, "why": why} for unit, why in self.unreachable],
        }

    def text(self) -> str:
        lines = [self._line(row) for row in self.rows] or ["Chưa có ai liên kết. Mời bằng: people invite ĐƠN_VỊ"]
        if self.unreachable:
            lines += ["", f"{len(self.unreachable)} đơn vị có việc mà chưa nhắc được:"]
            lines += [f"  - {unit}: {why}" for unit, why in self.unreachable]
        return "\n".join(lines)

    def _line(self, row: Row) -> str:
        links = ", ".join(
            f"{channel}{'' if state == 'open' else ' (không nhận được tin)'}" for channel, state in row.links
        )
        what = f"{ROLE_NAMES[row.role]}{', dự phòng' if row.substitute else ''}{f', {row.label}' if row.label else ''}"
        return f"số {row.id}: {row.unit_name} – {what} – {links or 'chưa liên kết'}"


async def listed(settings: Settings) -> Everybody:
    """Everybody who holds a role, and the units with something to do that cannot be reminded."""
    office = rules.load(settings)

    async def work(storage: Storage) -> Everybody:
        async with storage.read() as session:
            members = select(Member).where(col(Member.active)).order_by(col(Member.unit), col(Member.id))
            found = list((await session.execute(members)).scalars())
            links = list((await session.execute(select(Link).order_by(col(Link.id)))).scalars())
            silent = await board.unreachable(session, office)
        return Everybody(tuple(_row(member, links, office.units.name(member.unit)) for member in found), silent)

    everybody: Everybody = await with_storage(settings, work)
    return everybody


def _row(member: Member, links: list[Link], name: str) -> Row:
    mine = tuple((link.channel, link.state) for link in links if link.member_id == member.id)
    return Row(member.id or 0, member.unit, name, Role(member.role), member.label, member.substitute, mine)


async def remove(settings: Settings, number: int) -> bool:
    """End a membership; False: there is none of that number."""

    async def work(storage: Storage) -> bool:
        async with storage.write() as session:
            return await people.remove(session, number)

    done: bool = await with_storage(settings, work)
    return done
