"""The conversation, put together: one router over all features."""

from __future__ import annotations

from handlers import ask, feedback, forget, life_event, smalltalk, start
from handlers.router import Router


def build() -> Router:
    """Every feature in one table; fails at start when two of them own the same key."""
    features = (start, smalltalk, ask, feedback, life_event, forget)
    return Router((feature.FEATURE for feature in features), ask.ask)
