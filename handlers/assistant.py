"""The conversation, put together: one router over all features."""

from __future__ import annotations

from handlers import (
    account,
    ask,
    board,
    coordinate,
    feedback,
    forget,
    handover,
    life_event,
    open_class,
    plans,
    practice,
    reported,
    reporting,
    smalltalk,
    start,
    subscribe,
    switched,
    tasks,
    workplace,
)
from handlers.router import Router


def build() -> Router:
    """Every feature in one table; fails at start when two of them own the same key."""
    everybody = (
        *(start, smalltalk, ask, feedback, life_event, handover, subscribe),
        *(forget, account, practice, open_class),
    )
    officials = (tasks, reporting, reported, coordinate, board, plans, workplace)
    features = [feature.FEATURE for feature in (*everybody, *officials)]
    return Router([*features, coordinate.LOOKING, account.STAFF], ask.ask, switched.applied)
