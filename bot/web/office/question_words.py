"""Words of the pages about questions: channels, reasons, promises, how an answer was delivered."""

from __future__ import annotations

from datetime import datetime

from bot.gaps import GapState
from bot.handovers import Sending
from bot.tables import OutboxState
from bot.web.chat import WEB
from bot.web.office.shell import HOME
from bot.web.pages import moment
from scheduler.calendar import VIETNAM, weekday

PAGE = f"{HOME}/cau-hoi"
CHANNELS = {
    "web": "trang web",
    "telegram": "Telegram",
    "zalo-bot": "Zalo Bot",
    "zalo-oa": "Zalo OA",
    "console": "cửa sổ lệnh",
}
REASONS = {
    "declined": "không trả lời được",
    "none": "không có mục nào đúng",
    "wrong": "người hỏi báo chưa đúng",
}
STATES = {
    GapState.OPEN: "Chưa xử lý",
    GapState.ATTACHED: "Đã gắn vào thủ tục",
    GapState.DRAFTED: "Đã chuyển sang soạn thủ tục",
    GapState.OUT_OF_SCOPE: "Ngoài phạm vi",
    GapState.ANSWERED: "Đã trả lời người hỏi",
}


def promised(when: datetime, now: datetime) -> str:
    """A promise as an official reads it: "quá hẹn từ …", "hẹn hôm nay trước 17:00"."""
    local, today = when.astimezone(VIETNAM), now.astimezone(VIETNAM).date()
    if when < now:
        return f"quá hẹn từ {local:%H:%M} {weekday(local)} {local:%d/%m/%Y}"
    day = "hôm nay" if local.date() == today else f"{weekday(local)} {local:%d/%m/%Y}"
    return f"hẹn trước {local:%H:%M} {day}"


def sent_how(sending: Sending | None, channel: str) -> str:
    """What became of an answer on its way."""
    if sending is None:
        return "thông tin gửi đã xoá theo hạn lưu"
    fetched = channel == WEB.name
    match sending.state:
        case OutboxState.SENT if sending.at is not None:
            return f"{'người hỏi đã xem' if fetched else 'đã gửi'} lúc {moment(sending.at)}"
        case OutboxState.FAILED:
            return f"không gửi được ({_reason(sending.error)}); người hỏi vẫn xem được khi gõ mã"
        case OutboxState.HELD | OutboxState.MOOT:
            return "chưa chắc đã tới; người hỏi vẫn xem được khi gõ mã"
    if fetched:
        return "chờ người hỏi mở lại trang hoặc gõ mã"
    return f"đang gửi, lần trước lỗi: {_reason(sending.error)}" if sending.error else "đang gửi"


def _reason(error: str) -> str:
    """The platform's word, in ours where it is a known one."""
    told = error.lower()
    if "window" in told:
        return "người hỏi lâu chưa nhắn lại nên ứng dụng không cho gửi"
    if "block" in told:
        return "người hỏi đã chặn"
    return f"ứng dụng báo: {error}" if error else "không rõ lý do"
