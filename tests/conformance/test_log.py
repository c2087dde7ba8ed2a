"""The check that every test of this package ends with can fail: it knows the secrets, and finds them in a log."""

from __future__ import annotations

from tests.conformance.city import BOT_SECRET, TELEGRAM_SECRET, City, leaks
from tests.fakes.zalo_oa import APP_SECRET, SECRET_KEY


async def test_all_that_is_secret_is_looked_for_also_what_was_issued_meanwhile(webhooks: City) -> None:
    zalo = webhooks.platforms.zalo_oa
    await zalo.wait(lambda: zalo.calls)
    known = webhooks.platforms.secrets()
    others = {webhooks.platforms.telegram.token, webhooks.platforms.zalo_bot.token}
    assert known >= {APP_SECRET, SECRET_KEY, TELEGRAM_SECRET, BOT_SECRET, *zalo.live(), *zalo.refreshes, *others}
    assert zalo.live()


def test_a_secret_in_a_log_is_found() -> None:
    assert leaks('{"url": "https://a.vn/bot123:AAx/getMe"}', {"123:AAx", "khac"}) == {"123:AAx"}
