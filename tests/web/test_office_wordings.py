"""Wordings in real Chromium: written from a procedure, mended, agreed to by a second person, printed and sent."""

from __future__ import annotations

import io
import os
import re
from datetime import date
from pathlib import Path

import docx
import pytest
import segno
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlmodel import col

from bot.office import people, wordings
from bot.tables import Announcement, Audit, Evidence, Submission, Wording
from handlers.duties import Role
from knowledge import aloud
from knowledge.library import Library
from knowledge.mouths import poster
from knowledge.mouths.facts import Setting
from knowledge.mouths.telling import Mouth, tell
from knowledge.store import Knowledge
from tests.bot.office_world import VHTT, WARDS, reading
from tests.bot.test_wordings import ZALO
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

pytestmark = pytest.mark.browser

CODE = "1.001193"
HERE = "/lam-viec/ban-tin"
SHOTS = os.environ.get("WORDING_SHOTS")
"""Folder for pictures of the pages, to be looked at."""


async def shot(page: Page, name: str) -> None:
    if SHOTS and page.viewport_size:
        path = Path(SHOTS) / f"{name}-{page.viewport_size['width']}.png"
        await page.screenshot(path=path, full_page=True)


async def rows(site: OfficeSite) -> list[Wording]:
    async with site.app.storage.read() as session:
        return list((await session.execute(select(Wording).order_by(col(Wording.id)))).scalars())


async def kept(site: OfficeSite, mouth: Mouth, *, state: str = "approved") -> int:
    """A wording that another person wrote, in the state asked for; its number."""
    _, chat = await site.link(Role.EDITOR)
    _, second = await site.link(Role.APPROVER)
    async with site.http(await site.secret(chat)) as http:
        page = await (await http.get(f"{HERE}/moi", params={"ma": CODE, "loai": mouth})).text()
        facts = re.search(r'name="facts" value="(\w+)"', page)
        assert facts
        setting = Setting(site.app.settings.office_name, date(2024, 3, 15), f"{site.address}/?noi={CODE}")
        record = site.app.knowledge.get(CODE)
        assert record
        sent = {"ma": CODE, "loai": mouth, "facts": facts[1], "chu": tell(mouth, record, setting), "viec": "gui"}
        answer = await http.post(f"{HERE}/moi", data=sent, allow_redirects=False)
        assert answer.status == 303, await answer.text()
    number = (await rows(site))[-1].id or 0
    if state == "approved":
        async with site.http(await site.secret(second)) as http:
            looked = {"ban": wordings.mark((await rows(site))[-1])}
            assert (await http.post(f"{HERE}/{number}/duyet", data=looked, allow_redirects=False)).status == 303
    return number


def changed(site: OfficeSite, **facts: object) -> None:
    """The office publishes the record with other facts."""
    known = site.app.knowledge
    new = [one.model_copy(update=facts) if one.code == CODE else one for one in known.library]
    site.app.knowledge = Knowledge(Library(new), known.events, known.lessons)


async def test_a_script_is_written_mended_approved_and_taken_to_the_announcer(
    context: BrowserContext, site: OfficeSite
) -> None:
    await site.let_in(context, Role.EDITOR, label="Cán bộ truyền thông")
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}")
    await faultless(page)
    await page.get_by_label("Thủ tục nào?").fill("làm giấy khai sinh cho con")
    await page.get_by_role("button", name="Tìm").click()
    await faultless(page)
    await shot(page, "search")
    await page.get_by_role("link", name="Phát thanh về Đăng ký khai sinh", exact=True).click()
    await faultless(page)
    await shot(page, "form")
    field = page.get_by_label("Nội dung bản tin")
    written = await field.input_value()
    assert aloud.load().leftovers(written) == []
    await field.fill(f"{written}\nMang CCCD, phí 75.000 đồng.")
    await page.get_by_role("button", name="Lưu và gửi duyệt").click()
    alert = page.get_by_role("alert")
    await expect(alert).to_contain_text("“CCCD” là chữ viết tắt")
    await expect(alert).to_contain_text("“75.000” là chữ số")
    await expect(page.get_by_text("Số 75.000 không có trong dữ liệu của thủ tục")).to_be_visible()
    await faultless(page)
    await shot(page, "problems")
    assert await rows(site) == []
    await page.get_by_role("button", name="Đổi số, chữ tắt thành lời").click()
    assert "Mang căn cước công dân, phí bảy mươi lăm nghìn đồng." in await field.input_value()
    await field.fill(written)
    await page.get_by_role("button", name="Lưu và gửi duyệt").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gửi duyệt")
    await faultless(page)
    await expect(page.get_by_role("button", name="Duyệt bản tin")).to_have_count(0)

    await site.let_in(context, Role.APPROVER, label="Lãnh đạo văn phòng")
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="1 Bản tin chờ duyệt").click()
    await page.get_by_role("link", name="Bài phát thanh: Đăng ký khai sinh").click()
    await shot(page, "approving")
    await page.get_by_role("button", name="Trả lại cho người viết").click()
    await expect(page.get_by_role("alert")).to_contain_text("Ghi điều cần sửa")
    await page.get_by_role("button", name="Duyệt bản tin").click()
    await expect(page.get_by_text("Đã duyệt. Bản tin dùng được")).to_be_visible()
    await faultless(page)
    await shot(page, "approved")
    async with page.expect_download() as got:
        await page.get_by_role("link", name="Tải bản Word").click()
    document = docx.Document(io.BytesIO(Path(await (await got.value).path()).read_bytes()))
    said = "\n".join(one.text for one in document.paragraphs)
    assert written.split("\n")[0] in said
    assert "Theo dữ liệu kiểm tra ngày" in said
    async with site.app.storage.read() as session:
        actions = list((await session.execute(select(col(Audit.action)).order_by(col(Audit.id)))).scalars())
    assert actions == ["wording.write", "wording.submit", "wording.approve"]


async def test_a_poster_is_exactly_one_sheet_with_the_way_to_the_live_answer(
    context: BrowserContext, site: OfficeSite
) -> None:
    number = await kept(site, Mouth.POSTER)
    await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}/{number}/to-in")
    link = f"{site.address}/?noi={CODE}"
    await expect(page.get_by_text(link)).to_be_visible()
    picture = page.get_by_role("img", name=link)
    assert await picture.get_attribute("src") == segno.make(link, error="m").svg_data_uri(scale=8, border=2)
    await expect(page.get_by_text("BẢN XEM THỬ – CHƯA DUYỆT")).to_have_count(0)
    await faultless(page)
    await shot(page, "poster")
    printed = await page.pdf(prefer_css_page_size=True, print_background=True)
    if SHOTS:
        (Path(SHOTS) / "poster.pdf").write_bytes(printed)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
    assert re.search(rb"/MediaBox\s*\[0 0 59[45]\.\d+ 84[12]\.\d+\]", printed)


async def test_the_fullest_poster_still_is_one_sheet(context: BrowserContext, site: OfficeSite) -> None:
    number = await kept(site, Mouth.POSTER)
    full = "Tên thủ tục dài vừa đủ hai dòng chữ to trên áp phích này đây\n"
    while poster.fits(full + "Nhãn: " + "chữ dài " * 7):
        full += "Nhãn: " + "chữ dài " * 7 + "\n"
    async with site.app.storage.write() as session:
        row = await session.get(Wording, number)
        assert row
        row.text = full
        session.add(row)
    await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}/{number}/to-in")
    printed = await page.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1


async def test_a_poster_nobody_agreed_to_says_so_on_the_sheet(context: BrowserContext, site: OfficeSite) -> None:
    number = await kept(site, Mouth.POSTER, state="submitted")
    await site.let_in(context, Role.APPROVER)
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}/{number}/to-in")
    await expect(page.get_by_text("BẢN XEM THỬ – CHƯA DUYỆT")).to_be_visible()
    await faultless(page)


async def test_once_the_facts_change_it_can_only_be_written_anew(context: BrowserContext, site: OfficeSite) -> None:
    number = await kept(site, Mouth.POST)
    changed(site, where="Trung tâm Phục vụ hành chính công phường")
    await site.let_in(context, Role.ADMIN)
    page = await context.new_page()
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="1 Bản tin phải viết lại vì dữ liệu đã đổi").click()
    await faultless(page)
    await shot(page, "outdated-list")
    await page.get_by_role("link", name="Bài đăng Zalo, Facebook: Đăng ký khai sinh", exact=True).click()
    await expect(page.get_by_text("Dữ liệu đã đổi: viết lại.")).to_be_visible()
    await expect(page.get_by_role("button", name="Soạn thông báo từ bản tin này")).to_have_count(0)
    await faultless(page)
    await shot(page, "outdated")
    answer = await page.request.get(f"{site.address}{HERE}/{number}/tai.txt")
    assert answer.status == 422
    await page.get_by_role("link", name="Viết lại từ dữ liệu mới").click()
    text = await page.get_by_label("Nội dung bản tin").input_value()
    assert "Nơi nộp: Trung tâm Phục vụ hành chính công phường" in text


async def test_facts_that_changed_while_one_wrote_are_shown_before_anything_is_kept(
    context: BrowserContext, site: OfficeSite
) -> None:
    await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}/moi?ma={CODE}&loai=post")
    await page.get_by_label("Nội dung bản tin").fill("Lời của tôi")
    changed(site, where="Trung tâm Phục vụ hành chính công phường")
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await expect(page.get_by_role("alert")).to_contain_text("Dữ liệu của thủ tục vừa đổi")
    await expect(page.get_by_label("Nội dung bản tin")).to_have_value("Lời của tôi")
    await faultless(page)
    assert await rows(site) == []
    await page.get_by_role("button", name="Lưu bản nháp").click()
    assert [row.text for row in await rows(site)] == ["Lời của tôi"]


async def test_sending_makes_an_announcement_that_brings_the_wording(context: BrowserContext, site: OfficeSite) -> None:
    number = await kept(site, Mouth.POST)
    await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}/{number}")
    await page.get_by_role("button", name="Soạn thông báo từ bản tin này").click()
    async with site.app.storage.read() as session:
        (made,) = (await session.execute(select(Announcement))).scalars()
    assert (made.wording_id, made.title, made.state) == (number, "Đăng ký khai sinh", "draft")
    assert made.audience == {"groups": True}
    assert f"/?noi={CODE}" in made.text
    await expect(page).to_have_url(re.compile(rf"/lam-viec/thong-bao/{made.id}\b"))


async def test_a_post_reaches_the_public_channel_and_is_evidence_there(
    context: BrowserContext, site: OfficeSite
) -> None:
    await site.office.confirm(reading(ZALO))
    channel = -1002
    async with site.app.storage.write() as session:
        code = await people.invite(session, WARDS[0], Role.PUBLIC, site.clock())
    await site.telegram.post_in_channel(channel, f"@MotCuaBot liên kết {code}")
    await site.telegram.wait_sent(channel)
    number = await kept(site, Mouth.POST)
    await site.let_in(context, Role.EDITOR, VHTT)
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}/{number}")
    await page.get_by_role("button", name="Soạn thông báo từ bản tin này").click()
    await expect(page.get_by_text("nhóm chat – tất cả đơn vị; kênh tin công khai – tất cả đơn vị")).to_be_visible()
    await expect(page.get_by_text("1 nơi nhận được")).to_be_visible()
    await faultless(page)
    await page.get_by_role("link", name="Sửa").click()
    await expect(page.get_by_label("Kênh tin công khai của đơn vị")).to_be_checked()
    await page.get_by_label("Nhóm chat của đơn vị").uncheck()
    await faultless(page)
    await page.get_by_role("button", name="Lưu và xem trước").click()
    await page.get_by_role("button", name="Gửi duyệt").click()
    await expect(page.get_by_text("Anh/chị là người viết nên không tự duyệt được")).to_be_visible()
    address = page.url
    await site.let_in(context, Role.APPROVER)
    await page.goto(address)
    await page.get_by_role("button", name="Duyệt, gửi cho 1 nơi").click()
    posted = (await site.telegram.wait_sent(channel, 2))[1]
    assert posted.text.startswith("Đăng ký khai sinh")
    assert not posted.buttons
    await expect(page.get_by_role("heading", name="Đã gửi 1/1 nơi")).to_be_visible()
    await site.app._tick()
    async with site.app.storage.read() as session:
        (report,) = (await session.execute(select(Submission))).scalars()
        (proof,) = (await session.execute(select(Evidence))).scalars()
    assert report.text == "Đăng bài vào kênh tin: Đăng ký khai sinh"
    assert proof.name == f"Telegram, tin số {posted.id}: Đăng ký khai sinh"
    await site.let_in(context, Role.COORDINATOR)
    await page.goto(f"{site.address}/lam-viec/viec/{report.occurrence_id}")
    await expect(page.get_by_text(proof.name).first).to_be_visible()
    await faultless(page)


async def test_a_record_past_its_review_date_is_refused(context: BrowserContext, site: OfficeSite) -> None:
    changed(site, review_by=date(2024, 3, 15))
    await site.let_in(context, Role.EDITOR)
    page = await context.new_page()
    answer = await page.goto(f"{site.address}{HERE}/moi?ma={CODE}&loai=led")
    assert answer
    assert answer.status == 409
    await expect(page.get_by_role("alert")).to_contain_text("quá hạn kiểm tra từ ngày 15/03/2024")
    await faultless(page)
