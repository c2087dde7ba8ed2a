"""The channels that the settings switch on, made with what each needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiohttp import web
from pydantic import SecretStr

from bot.channels.base import Channel
from bot.channels.zalo_bot import ZaloBotChannel
from bot.channels.zalo_oa import ZaloOaChannel
from bot.clock import Clock
from bot.settings import Settings
from bot.storage import Storage
from handlers.message import Message

Accept = Callable[[Message], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Doors:
    """Channels by the order in which they are preferred, and the routes of their webhooks."""

    channels: tuple[Channel, ...]
    routes: tuple[web.RouteDef, ...]


def build(
    settings: Settings,
    storage: Storage,
    accept: Accept,
    unfollowed: Callable[[str], Awaitable[None]],
    commands: Sequence[tuple[str, str]],
    now: Clock,
) -> Doors:
    """``accept`` stores a message; ``unfollowed`` is told the chat of who left; ``commands``: Telegram's menu."""
    made = [
        *_zalo_oa(settings, storage, accept, unfollowed, now),
        *_zalo_bot(settings, accept, now),
        *_telegram(settings, accept, commands),
    ]
    return Doors(tuple(channel for channel, _ in made), tuple(route for _, routes in made for route in routes))


_Door = tuple[Channel, tuple[web.RouteDef, ...]]


def _zalo_oa(
    settings: Settings, storage: Storage, accept: Accept, unfollowed: Callable[[str], Awaitable[None]], now: Clock
) -> list[_Door]:
    if settings.zalo_oa_id is None:
        return []
    channel = official_account(settings, storage, accept, unfollowed, now)
    return [(channel, (web.post("/webhooks/zalo-oa", channel.webhook),))]


def official_account(
    settings: Settings, storage: Storage, accept: Accept, unfollowed: Callable[[str], Awaitable[None]], now: Clock
) -> ZaloOaChannel:
    """The channel of the Official Account that the settings name."""
    return ZaloOaChannel(
        oa_id=settings.zalo_oa_id or "",
        app_id=settings.zalo_oa_app_id or "",
        app_secret=_told(settings.zalo_oa_app_secret) or "",
        secret_key=_told(settings.zalo_oa_secret_key),
        storage=storage,
        accept=accept,
        base_url=str(settings.zalo_oa_api_base_url).rstrip("/"),
        oauth_url=str(settings.zalo_oauth_base_url).rstrip("/"),
        refresh_token=_told(settings.zalo_oa_refresh_token),
        public_url=_public(settings),
        unfollowed=unfollowed,
        lists=settings.zalo_oa_lists,
        now=now,
    )


def _zalo_bot(settings: Settings, accept: Accept, now: Clock) -> list[_Door]:
    token = _told(settings.zalo_bot_token)
    if token is None:
        return []
    secret = _told(settings.zalo_bot_webhook_secret)
    channel = ZaloBotChannel(
        token=token,
        accept=accept,
        now=now,
        base_url=str(settings.zalo_bot_api_base_url).rstrip("/"),
        webhook_secret=secret,
        public_url=_public(settings),
    )
    return [(channel, (web.post("/webhooks/zalo-bot", channel.webhook),) if secret else ())]


def _telegram(settings: Settings, accept: Accept, commands: Sequence[tuple[str, str]]) -> list[_Door]:
    token = _told(settings.telegram_bot_token)
    if token is None:
        return []
    from bot.channels.telegram import TelegramChannel  # its library takes a while to import

    secret = _told(settings.telegram_webhook_secret)
    channel = TelegramChannel(
        token,
        base_url=str(settings.telegram_api_base_url).rstrip("/"),
        webhook_secret=secret,
        proxy=settings.telegram_proxy,
        public_url=_public(settings),
        commands=commands,
        accept=accept,
    )
    return [(channel, (web.post("/webhooks/telegram", channel.webhook),) if secret else ())]


def _told(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None


def _public(settings: Settings) -> str | None:
    return str(settings.public_url).rstrip("/") if settings.public_url else None
