"""Which mouths there are, and the text that each would say of a record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum

from knowledge.mouths import led, loudspeaker, post, poster
from knowledge.mouths.facts import Setting
from knowledge.procedures import Procedure


class Mouth(StrEnum):
    """Where a fact is told."""

    LOUDSPEAKER = "loudspeaker"
    POST = "post"
    LED = "led"
    POSTER = "poster"


_TELL: Mapping[Mouth, Callable[[Procedure, Setting], str]] = {
    Mouth.LOUDSPEAKER: loudspeaker.script,
    Mouth.POST: post.post,
    Mouth.LED: led.line,
    Mouth.POSTER: poster.words,
}


def tell(mouth: Mouth, record: Procedure, setting: Setting) -> str:
    """The text, from the record's fields only. Raises UncertainError where the record is not certain today."""
    return _TELL[mouth](record, setting)
