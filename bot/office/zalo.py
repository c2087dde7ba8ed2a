"""The steps of authorising an Official Account, for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot import clock
from bot.channels.base import DeliveryError
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_token import challenge_of, consent_url, pkce
from bot.doors import official_account
from bot.offline import with_storage
from bot.settings import Settings
from bot.storage import Storage
from handlers.message import Message


@dataclass(frozen=True, slots=True)
class Step:
    """What the administrator needs: a page to agree on, and what proves that the answer is ours."""

    url: str
    verifier: str
    challenge: str


def begin(settings: Settings, redirect: str, verifier: str | None) -> Step:
    """The page of consent; a verifier of an earlier run keeps the challenge that stands in Zalo's console."""
    made, challenge = (verifier, challenge_of(verifier)) if verifier else pkce()
    oauth = str(settings.zalo_oauth_base_url).rstrip("/")
    url = consent_url(settings.zalo_oa_app_id or "", redirect, challenge, oauth_url=oauth)
    return Step(url, made, challenge)


async def finish(settings: Settings, code: str, verifier: str) -> str | None:
    """Trade the code for tokens and store them; what went wrong, in Vietnamese, or None."""

    async def work(channel: ZaloOaChannel) -> str | None:
        try:
            await channel.tokens.exchange(code, verifier)
        except DeliveryError as error:
            return f"Zalo chưa cấp khoá ({error.reason}). Mã chỉ dùng một lần, trong 10 phút: hãy chạy lại từ đầu."
        return None

    problem: str | None = await _with_account(settings, work)
    return problem


async def status(settings: Settings) -> dict[str, Any]:
    """What Zalo says of the account, and how its tokens are."""
    found: dict[str, Any] = await _with_account(settings, lambda channel: channel.status())
    return found


async def _with_account(settings: Settings, work: Any) -> Any:
    async def inner(storage: Storage) -> Any:
        channel = official_account(settings, storage, _never, _nobody, clock.now)
        try:
            return await work(channel)
        finally:
            await channel.stop()

    return await with_storage(settings, inner)


async def _never(_message: Message) -> bool:
    return False


async def _nobody(_chat: str) -> None:
    """The command line takes no events."""
