"""``python -m bot``: everything in one process; other commands: ``python -m bot --help``."""

from __future__ import annotations

import sys

from bot.cli import app
from knowledge.library import ContentError


def main() -> None:
    """Entry point of the installed command. Content that cannot be used ends every command with its mistakes."""
    try:
        app(prog_name="python -m bot")
    except ContentError as error:
        sys.exit("\n".join(["Dữ liệu có lỗi:", *(f"  - {problem}" for problem in error.problems)]))


if __name__ == "__main__":
    main()
