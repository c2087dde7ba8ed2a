"""A new official follows docs/trang-lam-viec.md: accepts yesterday's reports, answers a question, takes a report."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path

import docx
import pytest
from playwright.async_api import BrowserContext, expect
from sqlalchemy import select
from sqlmodel import col

from bot.tables import Handover, Occurrence
from handlers.duties import Role
from handlers.message import Address
from tests.bot.office_world import WARDS
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

pytestmark = pytest.mark.browser
GUIDE = Path(__file__).parent.parent.parent / "docs" / "trang-lam-viec.md"


async def _yesterday(site: OfficeSite) -> Address:
    """The plan runs, two wards reported, a citizen on Telegram waits for an answer; the official is a coordinator."""
    await site.office.confirm()
    _, chat = await site.link(Role.COORDINATOR, label="Điều phối")
    for number, ward in enumerate(WARDS[:2]):
        await site.office.link(ward, Role.OFFICER, f"c{number}")
        await site.office.report(ward, "1", "2024-W11", f"c{number}")
    site.telegram.meet(55)
    await site.telegram.say(55, "xin giấy phép nuôi chim yến trong nhà")
    await site.telegram.wait_sent(55, 1)
    await site.telegram.click(55, "Nhờ cán bộ trả lời")
    sent = await site.telegram.wait_sent(55, 2)
    assert "Mã theo dõi" in sent[-1].text
    site.clock.forward(timedelta(days=1))
    site.office.now = site.clock()
    return chat


async def test_a_new_official_does_the_mornings_work(context: BrowserContext, site: OfficeSite) -> None:
    chat = await _yesterday(site)
    page = await context.new_page()
    site.telegram.meet(int(chat.chat))
    await site.telegram.say(int(chat.chat), "trang làm việc")
    assert await site.telegram.wait_sent(int(chat.chat), 1)
    await site.let_in_as(context, chat)
    await page.goto(f"{site.address}/lam-viec")
    await expect(page.locator(".todos")).to_contain_text("2 Báo cáo chờ duyệt")
    await faultless(page)

    await page.get_by_role("link", name="Báo cáo chờ duyệt").click()
    await page.get_by_role("link", name="Gửi hôm qua").click()
    await page.get_by_role("link", name="Chọn tất cả 2").click()
    await page.get_by_role("button", name=re.compile("Duyệt các báo cáo đã chọn")).click()
    await expect(page.get_by_role("status")).to_contain_text("2")
    await faultless(page)
    async with site.app.storage.read() as session:
        marks = list(
            (await session.execute(select(col(Occurrence.mark)).where(col(Occurrence.period) == "2024-W11"))).scalars()
        )
    assert marks.count("accepted") == 2

    await page.get_by_role("link", name="Câu hỏi", exact=True).click()
    await page.get_by_role("link", name="Người dân đang chờ").click()
    await page.get_by_role("link", name=re.compile("^Trả lời")).click()
    await page.get_by_label("Nội dung").fill("Anh/chị hỏi Phòng Kinh tế của phường trước khi làm nhà nuôi yến ạ.")
    await page.get_by_role("button", name="Xem trước").click()
    await expect(page.get_by_role("heading", name="Người dân sẽ nhận được")).to_be_visible()
    await faultless(page)
    await page.get_by_role("button", name="Gửi cho người dân").click()
    answer = (await site.telegram.wait_sent(55, 3))[-1].text
    assert "Phòng Kinh tế của phường" in answer
    assert "xin giấy phép nuôi chim yến" in answer
    async with site.app.storage.read() as session:
        row = (await session.execute(select(Handover))).scalar_one()
    assert row.state == "answered"
    posted = await site.settled_reply()
    assert (posted.chat, posted.state) == ("55", "sent")
    assert posted.platform_id

    await page.get_by_role("link", name="Việc", exact=True).click()
    await page.get_by_role("link", name="Tải báo cáo").click()
    await expect(page.get_by_label("Kỳ báo cáo").locator("option:checked")).to_contain_text("Quý I năm 2024")
    async with page.expect_download() as waiting:
        await page.get_by_role("button", name="Tải báo cáo").click()
    file = await (await waiting.value).path()
    text = "\n".join(paragraph.text for paragraph in docx.Document(io.BytesIO(Path(file).read_bytes())).paragraphs)
    assert "BÁO CÁO" in text
    assert "quý I năm 2024" in text


def test_the_guide_names_what_is_pressed() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for label in (
        "trang làm việc",
        "Chờ duyệt",
        "Chọn tất cả",
        "Duyệt các báo cáo đã chọn",
        "Người dân đang chờ",
        "Xem trước",
        "Gửi cho người dân",
        "Tải báo cáo",
    ):
        assert f"**{label}**" in guide, label
    assert len(guide.split()) < 700
