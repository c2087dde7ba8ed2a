"""The conversation, put together: one router over all features."""

from __future__ import annotations

from handlers import ask, feedback, forget, smalltalk, start
from handlers.router import Router


def build() -> Router:
    """Every feature in one table; fails at start when two of them own the same key."""
    return Router((start.FEATURE, smalltalk.FEATURE, ask.FEATURE, feedback.FEATURE, forget.FEATURE), ask.ask)
