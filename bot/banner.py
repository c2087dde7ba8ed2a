"""What is printed at start: where to open the page, which channels are off, and how to switch each on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.app import App

HOW_TO_SWITCH_ON = {
    "zalo-bot": "Zalo Bot: đặt ZALO_BOT_TOKEN (lấy từ Zalo Bot Creator) trong tệp .env rồi chạy lại.",
    "zalo-oa": "Zalo OA: đặt các dòng ZALO_OA_… trong tệp .env, rồi chạy: python -m bot zalo-oa login",
    "telegram": "Telegram: đặt TELEGRAM_BOT_TOKEN (lấy từ @BotFather) trong tệp .env rồi chạy lại.",
}
"""One line for each channel that can be switched on."""


def banner(app: App, seconds: float) -> str:
    """The lines for whoever started the program."""
    url = app.settings.page_url if app.settings.public_url else f"http://{app.settings.host}:{app.port}"
    database = "SQLite" if app.storage.is_sqlite else "PostgreSQL"
    lines = [
        f"{app.settings.office_name} đã sẵn sàng sau {seconds:.1f} giây. Bấm Ctrl-C để dừng.".replace(".", ",", 1),
        f"  Mở trang hỏi đáp:  {url}",
        f"  Thủ tục:           {len(app.knowledge.library)}",
        f"  Cơ sở dữ liệu:     {database}",
    ]
    off = [line for name, line in HOW_TO_SWITCH_ON.items() if name not in app.channels]
    lines += ["  Kênh đang tắt:", *(f"    - {line}" for line in off or ["không có"])]
    return "\n".join(lines)
