"""``python -m bot``: everything in one process; other commands: ``python -m bot --help``."""

from __future__ import annotations

from bot.cli import app


def main() -> None:
    """Entry point of the installed command."""
    app(prog_name="python -m bot")


if __name__ == "__main__":
    main()
