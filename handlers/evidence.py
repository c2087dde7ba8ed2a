"""What an official has sent so far, before it is a report. A value, kept in the dialogue between messages."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any

from handlers.message import Media
from handlers.told import Told
from scheduler.ledger import Form

TEXT_LENGTH = 1500
MEDIA_AT_MOST = 20
LINKS_AT_MOST = 20
PROOFS = frozenset({"image", "file", "video", "audio"})
"""Kinds of media that prove something; a sticker or a place does not."""


@dataclass(frozen=True, slots=True)
class Evidence:
    text: str = ""
    count: int | None = None
    unit: str = ""
    """What is counted, as it was told; "" where nothing was."""
    form: Form | None = None
    chosen: bool = False
    """The form was chosen by the person: no line changes it any more."""
    is_new_form: bool = False
    links: tuple[str, ...] = ()
    media: tuple[Media, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.text or self.links or self.media or self.count is not None)

    @property
    def is_proof(self) -> bool:
        """Whether there is something that evaluators count as proof."""
        return bool(self.links or self.media)

    @property
    def images(self) -> int:
        return sum(one.kind == "image" for one in self.media)

    def plus(self, told: Told, media: tuple[Media, ...]) -> Evidence:
        """With one more message. A newer quantity or form takes the place of the older one."""
        text = "\n".join(part for part in (self.text, told.text) if part)[:TEXT_LENGTH]
        proofs = tuple(one for one in media if one.kind in PROOFS)
        new = replace(
            self,
            text=text,
            links=tuple(dict.fromkeys((*self.links, *told.links)))[:LINKS_AT_MOST],
            media=tuple(dict.fromkeys((*self.media, *proofs)))[:MEDIA_AT_MOST],
        )
        if told.quantity:
            new = replace(new, count=told.quantity.count, unit=told.quantity.unit)
        return replace(new, form=told.form) if told.form and not self.chosen else new

    def to_json(self) -> dict[str, Any]:
        return {**asdict(self), "media": [[one.kind, one.ref, one.name, one.size] for one in self.media]}

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Evidence:
        """Read what :meth:`to_json` wrote."""
        return cls(
            text=value["text"],
            count=value["count"],
            unit=value["unit"],
            form=Form(value["form"]) if value["form"] else None,
            chosen=value["chosen"],
            is_new_form=value["is_new_form"],
            links=tuple(value["links"]),
            media=tuple(Media(*one) for one in value["media"]),
        )
