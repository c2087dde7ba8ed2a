"""Announcements on the office's page, in real Chromium, with a Telegram that really gets them."""

from __future__ import annotations

import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select, update
from sqlmodel import col

from bot.office import announcements
from bot.office.audiences import Audience
from bot.office.officials import official
from bot.tables import Announcement, Outbox
from handlers.duties import Role
from handlers.message import Address
from tests.bot.office_world import WARDS
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

pytestmark = pytest.mark.browser
TITLE, TEXT = "Lịch tiếp công dân", "Tuần này tiếp công dân vào thứ Tư.\nMời các đơn vị niêm yết."
WHY = "Ghi nhầm ngày trong lịch"
SHOTS = os.environ.get("SHOTS_FOLDER")


async def shot(page: Page, name: str) -> None:
    """A picture to look at, where somebody asked for them."""
    if SHOTS:
        width = (page.viewport_size or {"width": 0})["width"]
        await page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


def number(chat: Address) -> int:
    return int(chat.chat)


async def fill(page: Page, site: OfficeSite, *, title: str = TITLE, text: str = TEXT) -> None:
    await page.goto(f"{site.address}/lam-viec/thong-bao")
    await page.get_by_role("link", name="Viết thông báo").click()
    await page.get_by_label("Tiêu đề").fill(title)
    await page.get_by_label("Nội dung", exact=True).fill(text)


async def draft(site: OfficeSite, by: Address, title: str = TITLE, audience: Audience | None = None) -> int:
    """Somebody wrote and submitted one already."""
    world = site.office
    person = await world.person(by.chat, by.channel)
    who = official(person, by, world.rules.units, site.clock().date())
    async with site.app.storage.write() as session:
        made = await announcements.write(session, who, title, TEXT, audience or Audience(officials=True), site.clock())
        row = await announcements.take(session, made)
        assert row
        announcements.submit(session, who, row, world.rules, site.clock())
    return made


async def test_what_is_wrong_is_said_and_what_was_typed_stays(context: BrowserContext, site: OfficeSite) -> None:
    await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    await fill(page, site, title="", text="Gọi 0912345678")
    await faultless(page)
    await shot(page, "compose")
    await page.get_by_label("Tiêu đề").evaluate("field => field.removeAttribute('required')")
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ghi tiêu đề")
    await expect(page.get_by_role("alert")).to_contain_text("Chọn nơi nhận")
    await expect(page.get_by_label("Nội dung", exact=True)).to_have_value("Gọi 0912345678")
    await faultless(page)
    await page.get_by_label("Tiêu đề").fill(TITLE)
    await page.get_by_label("Cán bộ đã liên kết").check()
    await page.get_by_text("Đơn vị nào?").click()
    await page.get_by_label("Các phường, xã").check()
    await faultless(page)
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_text("Đã che thông tin cá nhân: số điện thoại")).to_be_visible()
    await page.get_by_text("nơi không nhận được").click()
    await expect(page.get_by_text("UBND phường Đa Mai: chưa có ai liên kết")).to_be_visible()
    await faultless(page)
    await page.get_by_role("link", name="Sửa").click()
    await expect(page.get_by_label("Các phường, xã")).to_be_checked()
    await expect(page.get_by_label("Nội dung", exact=True)).to_have_value("Gọi [số điện thoại]")


async def submitted(page: Page, site: OfficeSite) -> None:
    """An editor writes to all officers, and gives it to a second person."""
    await fill(page, site)
    await page.get_by_label("Cán bộ đã liên kết").check()
    await page.get_by_text("Cán bộ vai trò nào?").click()
    await page.get_by_label("Cán bộ phụ trách").check()
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_text("2 nơi nhận được")).to_be_visible()
    await expect(page.get_by_text("Duyệt bây giờ thì gửi lúc 08:00 ngày 15/03/2024")).to_be_visible()
    await expect(page.locator(".bubble strong")).to_have_text(TITLE)
    await faultless(page)
    await shot(page, "draft")
    await page.get_by_role("button", name="Gửi duyệt").click()
    await expect(page.get_by_text("Anh/chị là người viết nên không tự duyệt được")).to_be_visible()


async def test_one_writes_another_approves_and_every_chat_gets_it_once(
    context: BrowserContext, site: OfficeSite
) -> None:
    _, da_mai = await site.link(Role.OFFICER, WARDS[0], label="Cán bộ văn hoá")
    _, gone = await site.link(Role.OFFICER, WARDS[1])
    site.telegram.blocked.add(number(gone))
    editor = await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    await submitted(page, site)
    approver = await site.let_in(context, Role.APPROVER)
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="1 Thông báo chờ duyệt").click()
    await expect(page.get_by_role("heading", name="Chờ anh/chị duyệt")).to_be_visible()
    await faultless(page)
    await shot(page, "approve")
    await page.get_by_role("button", name="Duyệt, gửi cho 2 nơi").click()
    await expect(page.get_by_text("Đã duyệt, bắt đầu gửi")).to_be_visible()
    (arrived,) = await site.telegram.wait_sent(number(da_mai))
    assert (arrived.text, arrived.bold) == (f"{TITLE}\n\n{TEXT}", (TITLE,))
    await expect(page.get_by_role("heading", name="Đã gửi 1/2 nơi")).to_be_visible()
    await site.app._tick()
    await site.let_in_as(context, editor)
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="Nơi chưa nhận thông báo của anh/chị").click()
    await expect(page.locator(".failed")).to_contain_text("Cán bộ phụ trách, UBND phường Dĩnh Kế (Telegram)")
    await expect(page.locator(".failed")).to_contain_text("người nhận đã chặn")
    await faultless(page)
    await shot(page, "failed")
    site.telegram.blocked.clear()
    await site.telegram.say(number(gone), "xin chào")
    await site.telegram.wait_sent(number(gone))
    await page.get_by_role("button", name="Gửi lại cho nơi chưa nhận").click()
    await expect(page.get_by_text("Đã xử lý nơi chưa nhận: gửi lại 1 nơi.")).to_be_visible()
    await site.telegram.wait_sent(number(gone), 2)
    await expect(page.get_by_role("heading", name="Đã gửi 2/2 nơi")).to_be_visible()
    await faultless(page)
    assert [len(site.telegram.to(number(chat))) for chat in (da_mai, approver)] == [1, 0]


async def test_planned_for_the_evening_it_waits_and_can_be_stopped(context: BrowserContext, site: OfficeSite) -> None:
    _, chat = await site.link(Role.OFFICER, WARDS[0])
    writer = await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    await fill(page, site)
    await page.get_by_label("Cán bộ đã liên kết").check()
    await page.get_by_label("Vào lúc:").check()
    await page.get_by_label("Ngày", exact=True).fill("2024-03-14")
    await page.get_by_label("Giờ", exact=True).fill("19:00")
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ngày giờ gửi đã qua")
    await page.get_by_label("Ngày", exact=True).fill("2024-03-15")
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_text("Duyệt bây giờ thì gửi lúc 07:30 ngày 18/03/2024")).to_be_visible()
    await page.get_by_role("button", name="Gửi duyệt").click()
    await site.let_in(context, Role.APPROVER)
    await page.reload()
    await page.get_by_role("button", name=re.compile("Duyệt, gửi cho")).click()
    await expect(page.get_by_text("Đã duyệt, gửi lúc 07:30 ngày 18/03/2024")).to_be_visible()
    await faultless(page)
    await site.app._tick()
    assert site.telegram.to(number(chat)) == []
    await site.let_in_as(context, writer)
    await page.reload()
    await page.get_by_text("Dừng, không gửi tiếp").click()
    await page.get_by_label("Lý do").fill(WHY)
    await page.get_by_role("button", name="Dừng gửi").click()
    await expect(page.get_by_text(f"Lý do: {WHY}")).to_be_visible()
    await faultless(page)
    site.clock.forward(timedelta(days=3))
    await site.app._tick()
    assert site.telegram.to(number(chat)) == []


async def test_stopped_while_it_leaves_the_rest_stays_here(context: BrowserContext, site: OfficeSite) -> None:
    chats = [(await site.link(Role.OFFICER, WARDS[0]))[1] for _ in range(3)]
    admin = await site.let_in(context, Role.ADMIN)
    one = await draft(site, admin, audience=Audience(officials=True, roles=(Role.OFFICER,)))
    async with site.app.storage.write() as session:
        row = await announcements.take(session, one)
        assert row
        row.state, row.not_before = "approved", site.clock()
        session.add(row)
    await announcements.tick(site.app.storage, site.app.rules, site.clock())
    async with site.app.storage.write() as session:
        first = (await session.execute(select(col(Outbox.id)).order_by(col(Outbox.id)))).scalars().first()
        later = update(Outbox).where(col(Outbox.id) != first)
        await session.execute(later.values(not_before=site.clock() + timedelta(hours=1)))
    site.app.delivery.wake()
    await site.telegram.wait_sent(number(chats[0]))
    page = await context.new_page()
    await page.goto(f"{site.address}/lam-viec/thong-bao/{one}")
    await expect(page.get_by_role("heading", name="Đã gửi 1/3 nơi")).to_be_visible()
    await expect(page.get_by_role("progressbar")).to_have_attribute("value", "1")
    await faultless(page)
    await shot(page, "sending")
    await page.get_by_text("Dừng, không gửi tiếp").click()
    await page.get_by_label("Lý do").fill(WHY)
    await page.get_by_role("button", name="Dừng gửi").click()
    await expect(page.get_by_text("Đã dừng. Giữ lại 2 tin chưa đi.")).to_be_visible()
    await expect(page.get_by_text("2 không gửi nữa")).to_be_visible()
    await faultless(page)
    await shot(page, "stopped")
    await page.goto(f"{site.address}/lam-viec/thong-bao")
    await expect(page.get_by_text("Đã gửi 1/3 nơi")).to_be_visible()
    await faultless(page)
    site.clock.forward(timedelta(hours=2))
    await site.app.delivery.work()
    assert [len(site.telegram.to(number(chat))) for chat in chats] == [1, 0, 0]


async def test_the_progress_moves_while_one_looks(context: BrowserContext, site: OfficeSite) -> None:
    _, chat = await site.link(Role.OFFICER, WARDS[0])
    admin = await site.let_in(context, Role.ADMIN)
    one = await draft(site, admin, audience=Audience(officials=True, roles=(Role.OFFICER,)))
    async with site.app.storage.write() as session:
        row = await announcements.take(session, one)
        assert row
        row.state, row.not_before = "approved", site.clock()
        session.add(row)
    page = await context.new_page()
    await page.goto(f"{site.address}/lam-viec/thong-bao/{one}")
    await expect(page.get_by_text("Đã duyệt, chờ đến giờ")).to_be_visible()
    await site.app._tick()
    await site.telegram.wait_sent(number(chat))
    await expect(page.get_by_role("heading", name="Đã gửi 1/1 nơi")).to_be_visible(timeout=10_000)
    await faultless(page)


async def test_it_goes_back_to_its_author_with_what_is_to_be_mended(context: BrowserContext, site: OfficeSite) -> None:
    _, editor = await site.link(Role.EDITOR)
    one = await draft(site, editor)
    await site.let_in(context, Role.APPROVER)
    page = await context.new_page()
    await page.goto(f"{site.address}/lam-viec/thong-bao/{one}")
    await page.get_by_text("Trả lại cho người viết").click()
    await page.get_by_label("Cần sửa gì?").fill("Ghi rõ giờ tiếp công dân")
    await page.get_by_role("button", name="Trả lại").click()
    await expect(page.get_by_text("Đã trả lại cho người viết")).to_be_visible()
    await site.let_in_as(context, editor)
    await page.goto(f"{site.address}/lam-viec/thong-bao/{one}")
    await expect(page.get_by_text("Bị trả lại: Ghi rõ giờ tiếp công dân")).to_be_visible()
    await faultless(page)


async def test_an_emergency_leaves_at_night_after_a_second_look(context: BrowserContext, site: OfficeSite) -> None:
    site.clock.forward(timedelta(hours=15))
    _, chat = await site.link(Role.OFFICER, WARDS[0])
    await site.let_in(context, Role.ADMIN)
    page = await context.new_page()
    await page.goto(f"{site.address}/lam-viec/thong-bao")
    await page.get_by_role("link", name="Thông báo khẩn").click()
    await faultless(page)
    await shot(page, "emergency")
    await page.get_by_label("Tiêu đề").fill("Mưa lớn")
    await page.get_by_label("Nội dung", exact=True).fill("Bộ phận Một cửa nghỉ sáng mai.")
    await page.get_by_label("Lý do gửi khẩn").fill("Mưa lớn ngập trụ sở, cần báo ngay")
    await page.get_by_label("Cán bộ đã liên kết").check()
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await expect(page.get_by_role("heading", name="Gửi khẩn ngay bây giờ?")).to_be_visible()
    await faultless(page)
    await shot(page, "emergency-confirm")
    assert site.telegram.to(number(chat)) == []
    await page.get_by_label("Tôi đã đọc lại").evaluate("field => field.removeAttribute('required')")
    await page.get_by_role("button", name="Gửi khẩn ngay").click()
    await expect(page.get_by_role("alert")).to_contain_text("Tôi đã đọc lại")
    await page.get_by_label("Tôi đã đọc lại").check()
    await page.get_by_role("button", name="Gửi khẩn ngay").click()
    await expect(page.get_by_text("Thông báo khẩn đang được gửi")).to_be_visible()
    (arrived,) = await site.telegram.wait_sent(number(chat))
    assert arrived.text.startswith("THÔNG BÁO KHẨN: Mưa lớn")
    await expect(page.get_by_role("heading", name="Đã gửi 2/2 nơi")).to_be_visible()
    await faultless(page)


async def test_a_switch_closes_the_assistant_with_a_reason_and_opens_it_again(
    context: BrowserContext, site: OfficeSite
) -> None:
    await site.let_in(context, Role.ADMIN)
    page = await context.new_page()
    await page.goto(f"{site.address}/lam-viec/thong-bao/cong-tac")
    await faultless(page)
    await page.get_by_text("Tắt trả lời tự động", exact=True).first.click()
    await page.get_by_label("Lý do (người dân đọc được)").fill("Đang cập nhật thủ tục, sáng mai mở lại.")
    await page.get_by_role("button", name="Tắt trả lời tự động").click()
    await expect(page.get_by_text("Đã làm: tắt trả lời tự động.")).to_be_visible()
    await faultless(page)
    await shot(page, "switches")
    await page.goto(f"{site.address}/")
    await expect(page.get_by_text("Tạm ngừng trả lời: Đang cập nhật thủ tục")).to_be_visible()
    await faultless(page)
    await page.get_by_label("Câu hỏi của anh/chị").fill("đăng ký khai sinh cần gì")
    await page.get_by_role("button", name="Gửi").click()
    await expect(page.get_by_role("log")).to_contain_text("hiện em tạm ngừng trả lời: Đang cập nhật thủ tục")
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="Công tắc đang tắt").click()
    await page.get_by_text("Bật lại trả lời tự động", exact=True).first.click()
    await page.get_by_role("textbox", name="Lý do").fill("Đã cập nhật xong thủ tục")
    await page.get_by_role("button", name="Bật lại trả lời tự động").click()
    await expect(page.get_by_text("Đã làm: bật lại trả lời tự động.")).to_be_visible()
    await faultless(page)


async def test_a_ward_sees_only_its_own_announcements(site: OfficeSite) -> None:
    _, city = await site.link(Role.EDITOR)
    _, ward = await site.link(Role.EDITOR, WARDS[0])
    theirs = await draft(site, city)
    own = await draft(site, ward, "Lịch của phường", Audience(officials=True, units=(WARDS[0],)))
    _, other = await site.link(Role.APPROVER, WARDS[1])
    async with site.http(await site.secret(ward)) as http:
        assert (await http.get(f"/lam-viec/thong-bao/{own}")).status == 200
        assert (await http.get(f"/lam-viec/thong-bao/{theirs}")).status == 404
        listed = await (await http.get("/lam-viec/thong-bao")).text()
        assert "Lịch của phường" in listed
        assert TITLE not in listed
        for what in ("gui-duyet", "dung", "gui-lai", "con-nghi", "sua"):
            sent = {"ly-do": WHY, "tieu-de": "x", "noi-dung": "y", "cho": "can-bo"}
            assert (await http.post(f"/lam-viec/thong-bao/{theirs}/{what}", data=sent)).status == 404, what
    async with site.http(await site.secret(other)) as http:
        for what in ("duyet", "tra-lai"):
            assert (await http.post(f"/lam-viec/thong-bao/{own}/{what}", data={"ly-do": WHY})).status == 404, what
    async with site.app.storage.read() as session:
        rows = list((await session.execute(select(Announcement))).scalars())
    assert {row.state for row in rows} == {"submitted"}


async def test_the_author_cannot_approve_even_by_a_form_of_their_own(site: OfficeSite) -> None:
    _, admin = await site.link(Role.ADMIN)
    one = await draft(site, admin)
    async with site.http(await site.secret(admin)) as http:
        answer = await http.post(f"/lam-viec/thong-bao/{one}/duyet", data={})
        assert answer.status == 422
        assert "Cần người thứ hai duyệt" in await answer.text()
        assert (await http.post(f"/lam-viec/thong-bao/{one}/gui-khan", data={"da-doc": "1"})).status == 422
    assert not site.telegram.called("sendMessage")
