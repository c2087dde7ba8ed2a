"""Procedures on the office's page in real Chromium: written, agreed to by a second person, imported, looked after."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select

from bot.office.upkeep import Upkeep
from bot.tables import Audit, Gap, ProcedureVersion, Question
from handlers.duties import Role
from knowledge.importers import jsonl
from knowledge.library import Library
from scheduler.calendar import VIETNAM
from tests.bot.office_world import NOI_VU, VHTT
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

pytestmark = pytest.mark.browser

BIRTH = "1.001193"
HERE = "/lam-viec/thu-tuc"


async def enter(context: BrowserContext, site: OfficeSite, role: Role, path: str = "", unit: str = NOI_VU) -> Page:
    """A page of an official of this role."""
    await site.let_in(context, role, unit)
    page = await context.new_page()
    await page.goto(f"{site.address}{HERE}{path}")
    return page


async def versions(site: OfficeSite) -> list[ProcedureVersion]:
    async with site.app.storage.read() as session:
        return list((await session.execute(select(ProcedureVersion).order_by("id"))).scalars())


async def write_fee(page: Page, site: OfficeSite, fee: str = "12.000 đồng") -> None:
    """Change the first fee of the registration of births in the form, and save."""
    await page.goto(f"{site.address}{HERE}/{BIRTH}/sua")
    await page.locator('[name="methods.0.fee"]').fill(fee)
    await page.get_by_label("Ngày kiểm tra với nguồn").fill("2024-03-14")
    await page.get_by_label("Phải kiểm tra lại trước ngày").fill("2027-03-14")
    await page.get_by_label("Đã sửa gì, vì sao").fill("Sửa lệ phí theo nguồn mới.")
    await page.get_by_role("button", name="Lưu và xem khác biệt").first.click()


async def asked(site: OfficeSite) -> str:
    """What a citizen who asks for the fee is told now."""
    async with site.http() as http:
        answer = await http.post("/api/chat", json={"text": "đăng ký khai sinh lệ phí bao nhiêu"})
        return json.dumps(await answer.json(), ensure_ascii=False)


async def test_the_list_finds_by_name_code_and_state(context: BrowserContext, site: OfficeSite) -> None:
    page = await enter(context, site, Role.EDITOR)
    await faultless(page)
    await page.get_by_label("Tên hoặc mã").fill("khai sinh")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.get_by_role("link", name="Đăng ký khai sinh", exact=True)).to_be_visible()
    await faultless(page)
    await page.get_by_label("Tên hoặc mã").fill("không có gì như vậy")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.get_by_text("Không thấy thủ tục nào như vậy")).to_be_visible()
    await page.goto(f"{site.address}{HERE}?tim={BIRTH}")
    await page.get_by_role("link", name="Đăng ký khai sinh", exact=True).click()
    await expect(page.get_by_role("heading", name="Trợ lý đang trả lời theo")).to_be_visible()
    await faultless(page)


async def test_a_question_is_tried_as_a_citizen_asks_it(context: BrowserContext, site: OfficeSite) -> None:
    page = await enter(context, site, Role.EDITOR, "/thu-hoi")
    await faultless(page)
    await page.get_by_label("Câu hỏi").fill("lam giay khai sinh cho con can gi")
    await page.get_by_role("button", name="Hỏi thử").click()
    await expect(page.get_by_text("Trả lời ngay")).to_be_visible()
    await expect(page.locator(".said-so").first).to_contain_text("Giấy chứng sinh")
    await expect(page.locator("td").first).to_have_text("Đăng ký khai sinh")
    await faultless(page)
    await page.get_by_label("Câu hỏi").fill("")
    await page.get_by_role("button", name="Hỏi thử").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await faultless(page)
    async with site.app.storage.read() as session:
        assert list((await session.execute(select(Question))).scalars()) == []


async def test_two_persons_publish_a_changed_fee_and_it_is_answered_at_once(
    context: BrowserContext, site: OfficeSite
) -> None:
    page = await enter(context, site, Role.EDITOR)
    assert "12.000" not in await asked(site)
    await write_fee(page, site)
    await expect(page.get_by_text("12.000 đồng").first).to_be_visible()
    await expect(page.locator(".change h3").first).to_have_text("Phí, lệ phí")
    await faultless(page)
    await page.get_by_role("button", name="Gửi duyệt").click()
    await expect(page.get_by_text("Chờ duyệt", exact=True)).to_be_visible()
    assert "12.000" not in await asked(site)
    await context.clear_cookies()
    await site.let_in(context, Role.APPROVER)
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="1 Bản thủ tục chờ duyệt").click()
    await expect(page.get_by_role("heading", name="Duyệt bản này?")).to_be_visible()
    await faultless(page)
    await page.get_by_role("button", name="Duyệt", exact=True).click()
    await expect(page.get_by_text("Đã công bố.")).to_be_visible()
    await faultless(page)
    assert "12.000" in await asked(site)
    await page.goto(f"{site.address}{HERE}/{BIRTH}")
    await page.get_by_role("button", name="So sánh").click()
    await expect(page.locator("ins").first).to_contain_text("12.000 đồng")
    await faultless(page)
    async with site.app.storage.read() as session:
        actions = list((await session.execute(select(Audit.action).order_by("id"))).scalars())  # type: ignore[call-overload]
    assert actions == ["procedure.draft", "procedure.submit", "procedure.publish"]


async def test_what_is_agreed_to_for_a_day_is_answered_from_that_day(context: BrowserContext, site: OfficeSite) -> None:
    page = await enter(context, site, Role.EDITOR)
    await write_fee(page, site)
    await page.get_by_role("button", name="Gửi duyệt").click()
    await context.clear_cookies()
    await site.let_in(context, Role.APPROVER)
    await page.reload()
    await page.get_by_label("Công bố từ ngày").fill("2024-03-18")
    await page.get_by_role("button", name="Duyệt", exact=True).click()
    await expect(page.get_by_text("Tự công bố ngày 18/03/2024")).to_be_visible()
    await faultless(page)
    await site.app._tick()
    assert "12.000" not in await asked(site)
    site.clock.forward(timedelta(days=3))
    await site.app._tick()
    assert "12.000" in await asked(site)
    assert [one.state for one in await versions(site)] == ["published"]


async def test_what_is_sent_back_says_why_and_is_mended(context: BrowserContext, site: OfficeSite) -> None:
    page = await enter(context, site, Role.EDITOR)
    editor = await context.cookies()
    await write_fee(page, site)
    await page.get_by_role("button", name="Gửi duyệt").click()
    await context.clear_cookies()
    await site.let_in(context, Role.APPROVER)
    await page.reload()
    await page.get_by_label("Cần sửa điều gì").fill("Thiếu số nghị quyết.")
    await page.get_by_role("button", name="Trả lại để sửa").click()
    await context.clear_cookies()
    await context.add_cookies(editor)  # type: ignore[arg-type]
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="1 Bản thủ tục trả lại để sửa").click()
    await expect(page.get_by_text("Thiếu số nghị quyết.")).to_be_visible()
    await expect(page.get_by_role("button", name="Gửi duyệt")).to_have_count(0)
    await faultless(page)
    await page.get_by_role("link", name="Sửa tiếp").click()
    await expect(page.locator('[name="methods.0.fee"]')).to_have_value("12.000 đồng")
    await page.get_by_label("Đã sửa gì, vì sao").fill("Đã ghi số nghị quyết.")
    await page.get_by_role("button", name="Lưu và xem khác biệt").first.click()
    await page.get_by_role("button", name="Gửi duyệt").click()
    await expect(page.get_by_text("Đã gửi duyệt.")).to_be_visible()


async def test_nobody_agrees_to_what_they_wrote(context: BrowserContext, site: OfficeSite) -> None:
    page = await enter(context, site, Role.ADMIN)
    await write_fee(page, site)
    await page.get_by_role("button", name="Gửi duyệt").click()
    await expect(page.get_by_text("một người khác duyệt")).to_be_visible()
    await faultless(page)
    (row,) = await versions(site)
    secret = (await context.cookies())[0]["value"]
    async with site.http(secret) as http:
        answer = await http.post(f"{HERE}/ban/{row.id}/duyet", data={"ngay": ""})
        assert answer.status == 409
    assert [one.state for one in await versions(site)] == ["submitted"]


async def test_mistakes_stand_beside_their_fields_and_nothing_is_lost(
    context: BrowserContext, site: OfficeSite
) -> None:
    page = await enter(context, site, Role.EDITOR, "/moi")
    await faultless(page)
    await page.get_by_label("Mã thủ tục (cần có)").fill("12345")
    await page.get_by_label("Tên gọi ngắn").fill("Cấp thẻ chợ đêm")
    await page.locator('[name="documents.0.name"]').fill("Đơn đề nghị")
    await page.get_by_role("button", name="Thêm giấy tờ").click()
    await expect(page.get_by_role("group", name="Thành phần hồ sơ, dòng 2")).to_be_visible()
    await page.locator('[name="documents.1.quantity"]').fill("1 bản chính")
    await page.get_by_label("Căn cứ pháp lý, dòng 1").locator("input").first.fill("nghị quyết số 5")
    await page.get_by_label("Các bước nộp trực tiếp").fill("- Nộp đơn\n- Nộp đơn")
    await page.get_by_role("button", name="Lưu và xem khác biệt").last.click()
    await expect(page.get_by_role("alert")).to_contain_text("Chưa lưu được")
    await expect(page.locator('[name="documents.0.name"]')).to_have_value("Đơn đề nghị")
    await expect(page.locator('[name="documents.1.quantity"]')).to_have_value("1 bản chính")
    await expect(page.get_by_label("Các bước nộp trực tiếp")).to_have_value("Nộp đơn\nNộp đơn")
    await expect(page.locator("#code-sai")).to_contain_text("1.001193")
    await expect(page.locator('[id="documents.1.name-sai"]')).to_have_text("Cần ghi mục này.")
    await expect(page.locator('[id="legal_basis.0.number-sai"]')).to_contain_text("60/2014/QH13")
    await faultless(page)
    assert await versions(site) == []


async def test_a_new_procedure_is_written_from_a_question_that_nobody_could_answer(
    context: BrowserContext, site: OfficeSite
) -> None:
    async with site.app.storage.write() as session:
        text = "xin thẻ bán hàng chợ đêm ở đâu"
        question = Question(id=7, asked_at=site.clock(), channel="web", text=text, decision="decline", facet="none")
        question.candidates = []
        session.add(question)
        await session.flush()
        session.add(Gap(question_id=7, reason="declined", created_at=site.clock()))
    page = await enter(context, site, Role.EDITOR, "/moi?cau=7")
    await expect(page.get_by_label("Câu hỏi mẫu")).to_have_value("xin thẻ bán hàng chợ đêm ở đâu")
    filled = {
        "code": "9.000001",
        "name": "Cấp thẻ chợ đêm",
        "official_name": "Thủ tục cấp thẻ chợ đêm",
        "field": "Thương mại",
        "agency": "Ủy ban nhân dân cấp xã",
        "summary": "Cấp thẻ cho người bán hàng ở chợ đêm.",
        "who": "Người bán hàng.",
        "where": "chưa có thông tin",
        "source": "Cổng Dịch vụ công quốc gia",
        "source_url": "https://dichvucong.gov.vn/",
        "checked_on": "2024-03-14",
        "review_by": "2025-03-14",
        "note": "Viết mới từ câu hỏi của người dân.",
    }
    for name, value in filled.items():
        await page.locator(f'[name="{name}"]').fill(value)
    await page.get_by_role("button", name="Lưu và xem khác biệt").first.click()
    await expect(page.get_by_role("heading", name="Nội dung thủ tục mới")).to_be_visible()
    await faultless(page)
    (row,) = await versions(site)
    assert (row.kind, row.state, row.body["where"]) == ("new", "draft", "chưa có thông tin")
    async with site.app.storage.read() as session:
        gap = await session.get(Gap, 7)
    assert gap
    assert gap.state == "drafted"


async def test_a_record_that_takes_a_question_of_another_is_refused(context: BrowserContext, site: OfficeSite) -> None:
    page = await enter(context, site, Role.EDITOR, f"/{BIRTH}/sua")
    other = site.app.knowledge.library.by_code["2.000635"].questions[0]
    area = page.get_by_label("Câu hỏi mẫu")
    await area.fill(f"{await area.input_value()}\n{other}")
    await page.get_by_label("Ngày kiểm tra với nguồn").fill("2024-03-14")
    await page.get_by_label("Phải kiểm tra lại trước ngày").fill("2027-03-14")
    await page.get_by_label("Đã sửa gì, vì sao").fill("Thêm câu hỏi.")
    await page.get_by_role("button", name="Lưu và xem khác biệt").first.click()
    await expect(page.get_by_role("alert")).to_contain_text("2.000635")
    await expect(page.get_by_role("button", name="Gửi duyệt")).to_have_count(0)
    await faultless(page)
    (row,) = await versions(site)
    secret = (await context.cookies())[0]["value"]
    async with site.http(secret) as http:
        assert (await http.post(f"{HERE}/ban/{row.id}/gui-duyet")).status == 409
    assert [one.state for one in await versions(site)] == ["draft"]


async def test_an_abolished_procedure_is_told_as_such_and_can_be_brought_back(
    context: BrowserContext, site: OfficeSite
) -> None:
    page = await enter(context, site, Role.EDITOR, f"/{BIRTH}/bai-bo")
    await faultless(page)
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await faultless(page)
    await page.get_by_label("Ngày cuối còn hiệu lực").fill("2024-03-14")
    await page.get_by_label("Mã thủ tục thay thế").fill("1.999999")
    await page.get_by_label("Nguồn", exact=True).fill("Cổng Dịch vụ công quốc gia")
    await page.get_by_label("Địa chỉ trang nguồn").fill("https://dichvucong.gov.vn/")
    await page.get_by_label("Ngày kiểm tra với nguồn").fill("2024-03-14")
    await page.get_by_label("Đã sửa gì, vì sao").fill("Nguồn nói đã bãi bỏ.")
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await expect(page.locator("#successor-sai")).to_have_text("Chưa có thủ tục mã 1.999999 trong dữ liệu.")
    await page.get_by_label("Mã thủ tục thay thế").fill("1.004884")
    await page.get_by_role("button", name="Lưu bản nháp").click()
    await page.get_by_role("button", name="Gửi duyệt").click()
    editor = await context.cookies()
    await context.clear_cookies()
    await site.let_in(context, Role.APPROVER)
    await page.reload()
    await page.get_by_role("button", name="Duyệt", exact=True).click()
    await expect(page.get_by_text("Đã công bố.")).to_be_visible()
    assert "không còn áp dụng" in await asked(site)
    await context.clear_cookies()
    await context.add_cookies(editor)  # type: ignore[arg-type]
    await page.goto(f"{site.address}{HERE}/{BIRTH}")
    await expect(page.get_by_text("Không còn hiệu lực từ sau ngày 14/03/2024")).to_be_visible()
    await faultless(page)
    await page.get_by_role("button", name="Quay lại bản biên soạn sẵn").click()
    await expect(page.get_by_text("Đã lập bản nháp từ bản cũ")).to_be_visible()
    await page.get_by_role("button", name="Bỏ bản nháp").click()
    await expect(page.get_by_text("Đã bỏ bản nháp.")).to_be_visible()
    assert [one.state for one in await versions(site)] == ["published", "rejected"]


def catalogue(world: Library, folder: Path) -> Path:
    """A list with one new procedure and one that says less than the shipped record."""
    birth = world.by_code[BIRTH]
    new = {"code": "9.000001", "name": "Cấp thẻ chợ đêm", "official_name": "Cấp thẻ chợ đêm"}
    fresh = birth.model_copy(update={**new, "aliases": (), "questions": ()})
    changed = birth.model_copy(update={"fee_note": "Miễn lệ phí cho trẻ em."})
    path = folder / "danh-muc.jsonl"
    path.write_bytes(b"".join(jsonl.written([fresh, changed])))
    return path


async def test_a_catalogue_is_shown_fact_by_fact_and_a_second_person_publishes(
    context: BrowserContext, site: OfficeSite, world: Library, tmp_path: Path
) -> None:
    page = await enter(context, site, Role.ADMIN, "/nhap")
    await faultless(page)
    await page.get_by_label("Tệp danh mục").set_input_files(catalogue(world, tmp_path))
    await page.get_by_role("button", name="Đọc tệp").click()
    await expect(page.get_by_text("Đọc được 2 thủ tục: 1 mới, 1 thay đổi")).to_be_visible()
    await expect(page.get_by_text("một người khác duyệt").first).to_be_visible()
    await expect(page.get_by_role("checkbox", name="Cấp thẻ chợ đêm")).to_have_count(0)
    await page.get_by_text("Xem nội dung").click()
    await faultless(page)
    assert site.app.knowledge.get("9.000001") is None
    await context.clear_cookies()
    await site.let_in(context, Role.APPROVER)
    await page.goto(f"{site.address}{HERE}/nhap")
    await page.get_by_role("checkbox", name="Cấp thẻ chợ đêm").check()
    await faultless(page)
    await page.get_by_role("button", name="Công bố mục đã chọn").click()
    await expect(page.get_by_text("Đã công bố 1 thủ tục.")).to_be_visible()
    assert site.app.knowledge.get("9.000001")
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Bỏ qua mục đã chọn").click()
    await expect(page.get_by_text("Không có bản nhập nào đang chờ.")).to_be_visible()
    assert [one.state for one in await versions(site)] == ["published", "rejected"]
    assert {one.author_id for one in await versions(site)} == {1}


async def test_what_a_catalogue_says_of_a_shipped_record_becomes_a_draft(
    context: BrowserContext, site: OfficeSite, world: Library, tmp_path: Path
) -> None:
    page = await enter(context, site, Role.EDITOR, "/nhap")
    await page.get_by_label("Tệp danh mục").set_input_files(catalogue(world, tmp_path))
    await page.get_by_role("button", name="Đọc tệp").click()
    await page.get_by_role("button", name=f"Đưa vào bản nháp {BIRTH}").click()
    await expect(page.get_by_label("Ghi chú về phí, lệ phí")).to_have_value("Miễn lệ phí cho trẻ em.")
    await expect(page.get_by_label("Cách gọi khác của người dân")).to_have_value(
        "\n".join(world.by_code[BIRTH].aliases)
    )


async def test_a_file_that_cannot_be_read_is_told_in_words(
    context: BrowserContext, site: OfficeSite, tmp_path: Path
) -> None:
    page = await enter(context, site, Role.EDITOR, "/nhap")
    broken = tmp_path / "danh mục.xlsx"
    broken.write_bytes(b"khong phai bang tinh")
    await page.get_by_label("Tệp danh mục").set_input_files(broken)
    await page.get_by_role("button", name="Đọc tệp").click()
    await expect(page.get_by_role("alert")).to_contain_text("Không đọc được tệp")
    await faultless(page)
    assert await versions(site) == []


async def test_a_field_is_given_to_a_unit_whose_editor_hears_of_it_once_a_week(
    context: BrowserContext, site: OfficeSite
) -> None:
    page = await enter(context, site, Role.EDITOR, "/phu-trach")
    _, chat = await site.link(Role.EDITOR, VHTT)
    await faultless(page)
    await page.get_by_label("Đơn vị phụ trách Hộ tịch").select_option(VHTT)
    await page.get_by_role("button", name="Lưu Hộ tịch").click()
    await expect(page.get_by_role("status").first).to_contain_text("Lĩnh vực Hộ tịch")
    await faultless(page)
    site.clock.time = datetime(2030, 3, 12, 9, tzinfo=VIETNAM)
    upkeep = Upkeep(site.app.storage, site.app.rules, lambda: site.app.knowledge.library)
    assert await upkeep.tick(site.clock()) == 2
    assert await upkeep.tick(site.clock()) == 0
    site.app.delivery.wake()
    number = int(chat.chat)
    said = (await site.telegram.wait_sent(number))[0].text
    assert "thủ tục cần kiểm tra lại với nguồn" in said
    assert "Đăng ký khai sinh" in said
