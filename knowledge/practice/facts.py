"""The parts of a record that items stand on, and a fingerprint of them."""

from __future__ import annotations

import hashlib
import json
from enum import StrEnum
from typing import Any

from knowledge.procedures import Procedure


class Fact(StrEnum):
    """A part of a record that an item stands on."""

    NAME = "name"
    WHERE = "where"
    DOCUMENTS = "documents"
    WAYS = "ways"
    FEE = "fee"
    TIME = "time"
    RESULT = "result"


def digest(*facts: Any) -> str:
    """Of facts: equal as long as nothing about them changes."""
    told = json.dumps(facts, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def facts_of(record: Procedure, fact: Fact) -> Any:
    """The values of a record that belong to a fact."""
    lines = [(one.channel.value, one.when) for one in record.methods]
    match fact:
        case Fact.NAME:
            return [record.name, record.official_name, record.summary]
        case Fact.WHERE:
            return [record.agency, record.where]
        case Fact.DOCUMENTS:
            return [document.model_dump(mode="json") for document in record.documents]
        case Fact.WAYS:
            return lines
        case Fact.FEE:
            return [[*line, one.fee] for line, one in zip(lines, record.methods, strict=True)] + [record.fee_note]
        case Fact.TIME:
            return [[*line, one.time_limit] for line, one in zip(lines, record.methods, strict=True)] + [
                record.time_note
            ]
        case Fact.RESULT:
            return list(record.result)
