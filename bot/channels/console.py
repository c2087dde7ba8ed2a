"""The terminal: the same conversation, choices by number."""

from __future__ import annotations

from bot.channels.base import PulledChannel

CONSOLE = PulledChannel("console", buttons=False, markup=False)
