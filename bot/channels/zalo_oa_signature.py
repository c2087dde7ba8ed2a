"""Whether an event comes from Zalo: a SHA-256 over application, raw body, time and the account's secret key.

It is a plain digest of the four put one after the other, no HMAC (zalo-java-sdk, MacUtils). Where the time is taken
from is told in two ways, so both are tried: the header X-ZEvent-Timestamp and the body's ``timestamp``.
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime, timedelta

SIGNATURE_HEADER = "X-ZEvent-Signature"
TIME_HEADER = "X-ZEvent-Timestamp"
LADDER = timedelta(hours=2, minutes=10)
"""Older events are refused: Zalo's last try comes 1 h 50 min after the first."""
_LONGEST_TIME = 20


def digest(app_id: str, body: bytes, timestamp: str, secret_key: str) -> str:
    """The signature's hexadecimal digits."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + secret_key.encode()).hexdigest()


def signed_with(
    given: str, app_id: str, body: bytes, times: dict[str, str | None], secret_key: str
) -> tuple[str, str] | None:
    """Which of the times (by its name) the signature was made with, and that time; None for a forged one."""
    mac = given.strip().removeprefix("mac=").lower().encode("utf-8", "surrogateescape")
    found = None
    for name, timestamp in times.items():
        if timestamp is None or len(timestamp) > _LONGEST_TIME:
            continue
        if hmac.compare_digest(mac, digest(app_id, body, timestamp, secret_key).encode()):
            found = found or (name, timestamp)
    return found


def is_stale(timestamp: str, now: datetime) -> bool:
    """Whether a time in milliseconds lies further back than Zalo repeats events; false for what is no time."""
    if not (timestamp.isascii() and timestamp.isdigit()):
        return False
    try:
        return datetime.fromtimestamp(int(timestamp) / 1000, UTC) < now - LADDER
    except (OverflowError, ValueError, OSError):
        return False
