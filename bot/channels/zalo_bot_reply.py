"""What Zalo's refusals mean for the outbox."""

from __future__ import annotations

import re

from bot.channels.base import DeliveryError
from bot.channels.zalo_bot_http import NotSentError, RefusedError, ZaloBotError

_GONE = re.compile(r"forbidden|block|kick|\bban|deactivat|permission|not allowed|not a member", re.IGNORECASE)
"""Words of a 403 that concern the person; Zalo's own table calls 403 an error of its server."""
_WHO = re.compile(r"chat|user|recipient|conversation|group", re.IGNORECASE)
"""Words of a 404 that concern the person; without them the method or the address of the API was not found."""


def failure(error: ZaloBotError) -> DeliveryError:
    """Permanent, wait, try again, or nobody knows whether it arrived.

    A refused token (401) is our mistake and no reason to give the person up, so it is tried again.
    """
    reason = str(error)
    if isinstance(error, NotSentError):
        return DeliveryError(reason)
    if not isinstance(error, RefusedError):
        return DeliveryError(reason, in_doubt=True)
    if error.code == 429:
        return DeliveryError(reason, retry_after=error.wait)
    if error.code == 408 or error.code >= 500:
        return DeliveryError(reason, in_doubt=True)
    return DeliveryError(reason, permanent=_concerns_the_person(error))


def _concerns_the_person(error: RefusedError) -> bool:
    if error.code == 403:
        return bool(_GONE.search(error.description))
    if error.code == 404:
        return bool(_WHO.search(error.description))
    return error.code == 400
