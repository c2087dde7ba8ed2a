"""Getting into the office's page in real Chromium: by a link once, by a password, and being sent out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.async_api import BrowserContext, expect

from bot.office import access
from handlers.duties import Role
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

pytestmark = pytest.mark.browser


async def test_a_link_lets_in_once_and_looking_at_it_does_not_use_it_up(
    context: BrowserContext, site: OfficeSite
) -> None:
    _, chat = await site.link(Role.COORDINATOR, label="Điều phối")
    secret = access.new_secret()
    async with site.app.storage.write() as session:
        await access.allow(session, chat, secret, site.clock())
    link = f"{site.address}/lam-viec/vao/{secret}"
    async with site.http() as messenger:
        for _ in range(3):
            assert (await messenger.get(f"/lam-viec/vao/{secret}")).status == 200
    page = await context.new_page()
    await page.goto(link)
    await faultless(page)
    await page.get_by_label("nhớ trong 30 ngày").check()
    await page.get_by_role("button", name="Vào trang làm việc").click()
    await expect(page.get_by_role("heading", name="Hôm nay, 15/03/2024")).to_be_visible()
    await faultless(page)
    again = await page.goto(link)
    assert again
    assert again.status == 410
    await faultless(page)
    await page.goto(f"{site.address}/lam-viec/thiet-bi")
    await expect(page.get_by_text("máy này")).to_be_visible()
    await expect(page.get_by_text("hết hạn 14/04/2024")).to_be_visible()
    await faultless(page)
    await page.get_by_role("button", name="Đăng xuất Chrome trên Linux").click()
    await expect(page.get_by_role("heading", name="Vào trang làm việc")).to_be_visible()
    await faultless(page)


async def test_a_link_that_ran_out_lets_nobody_in(site: OfficeSite) -> None:
    _, chat = await site.link(Role.ADMIN)
    async with site.app.storage.write() as session:
        await access.allow(session, chat, "bi-mat", site.clock())
    site.clock.forward(timedelta(minutes=16))
    async with site.http() as http:
        assert (await http.get("/lam-viec/vao/bi-mat")).status == 410
        assert (await http.post("/lam-viec/vao/bi-mat", data={})).status == 410
