"""Fees and time limits by the ways of handing in: what is the same for all is said once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from handlers.texts import Texts
from knowledge.procedures import Channel, Method

Cases = Mapping[tuple[str | None, str], Sequence[Channel]]
"""Case and value -> the ways of handing in for which they hold."""


def fee_of(method: Method) -> str:
    return method.fee


def time_of(method: Method) -> str:
    return method.time_limit


def cases(methods: Sequence[Method], value: Callable[[Method], str]) -> Cases:
    """Case and value -> the ways of handing in for which they hold."""
    found: dict[tuple[str | None, str], list[Channel]] = {}
    for method in methods:
        channels = found.setdefault((method.when, value(method)), [])
        if method.channel not in channels:
            channels.append(method.channel)
    return found


def labels(methods: Sequence[Method], value: Callable[[Method], str], texts: Texts) -> list[tuple[str, str]]:
    """Label and value of each case; ways are named only where they differ. It is empty when there is but one."""
    told = cases(methods, value)
    every = {method.channel for method in methods}
    labels = []
    for (when, what), channels in told.items():
        ways = ", ".join(texts(f"channel.{channel}") for channel in channels)
        if set(channels) == every and (when or len(told) == 1):
            ways = ""
        label = texts("card.case", when=ways, what=when[:1].lower() + when[1:]) if ways and when else ways or when or ""
        labels.append((label, what))
    return labels
