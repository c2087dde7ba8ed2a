"""Việc in real Chromium and over HTTP: what everybody sees, who decides, what reaches the unit, what is printed."""

from __future__ import annotations

import asyncio
import hashlib
import io
import re
from dataclasses import dataclass
from datetime import date, timedelta

import docx
import openpyxl
import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlmodel import col

from bot import limits
from bot.office.evidence import FOLDER, store
from bot.tables import Audit, Difficulty, Evidence, Outbox, OutboxState, Submission, Task
from handlers.duties import Role
from handlers.message import Media
from handlers.outcome import Stuck
from scheduler.ledger import Mark
from tests.bot.office_world import NOI_VU, WARDS, WEEKLY, local, reading, task
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

pytestmark = pytest.mark.browser

DUTIES = "/lam-viec/viec"
SCRIPT = b"<script>alert(1)</script>"
PICTURE = b"\xff\xd8\xff\xe0" + b"0" * 64


@dataclass
class Scene:
    """Đa Mai and Dĩnh Kế reported week 11 yesterday, week 10 a week before; Đa Mai is stuck in week 12."""

    site: OfficeSite
    da_mai: int
    """Row of Đa Mai's week 11."""
    dinh_ke: int
    picture: int
    page: int
    """A kept file that is a page of HTML."""
    stuck: int
    difficulty: int

    async def of(self, table: type[Audit | Outbox | Submission]) -> list[object]:
        async with self.site.app.storage.read() as session:
            return list((await session.execute(select(table).order_by(col(table.id)))).scalars())

    async def report_of(self, row: int) -> int:
        async with self.site.app.storage.read() as session:
            newest = select(col(Submission.id)).where(col(Submission.occurrence_id) == row)
            return (await session.execute(newest.order_by(col(Submission.attempt).desc()).limit(1))).scalar_one() or 0

    async def mark(self, row: int) -> str:
        rows = {one.id: one.mark for one in await self.site.office.rows()}
        return rows[row]

    async def actions(self) -> list[str]:
        async with self.site.app.storage.read() as session:
            return list((await session.execute(select(col(Audit.action)).order_by(col(Audit.id)))).scalars())


@pytest.fixture
async def scene(site: OfficeSite) -> Scene:
    world = site.office
    await world.confirm()
    officer = await world.link(WARDS[0], Role.OFFICER, "da-mai", label="Công chức văn hoá – xã hội")
    await world.link(WARDS[1], Role.OFFICER, "dinh-ke")
    media = (Media("image", "anh"), Media("document", "trang", "ke hoach\r\n.html"))
    for at, week in ((local(2024, 3, 7, 9), "2024-W10"), (local(2024, 3, 14, 9), "2024-W11")):
        world.now = at
        await world.report(WARDS[0], "1", week, "da-mai", media=media if week == "2024-W11" else ())
        await world.report(WARDS[1], "1", week, "dinh-ke")
    world.now = site.clock()
    rows = {
        (unit, week): (await world.duty(unit, "1", week, await world.person(chat))).id
        for unit, chat in ((WARDS[0], "da-mai"), (WARDS[1], "dinh-ke"))
        for week in ("2024-W11", "2024-W12")
    }
    stuck = rows[WARDS[0], "2024-W12"]
    await world.write(Stuck(stuck, officer.memberships[0].id, "Loa phường hỏng"), "da-mai")
    picture, page = await _keep(site)
    async with site.app.storage.read() as session:
        told = (await session.execute(select(col(Difficulty.id)))).scalar_one() or 0
    return Scene(site, rows[WARDS[0], "2024-W11"], rows[WARDS[1], "2024-W11"], picture, page, stuck, told)


async def _keep(site: OfficeSite) -> list[int]:
    """The files of the report, as if the platform had given them."""
    folder = site.app.settings.data_dir / FOLDER
    async with site.app.storage.write() as session:
        rows = list(
            (
                await session.execute(select(Evidence).where(col(Evidence.kind) != "link").order_by(col(Evidence.id)))
            ).scalars()
        )
        for row, data in zip(rows, (PICTURE, SCRIPT), strict=True):
            row.state, row.sha256, row.size = "kept", store(folder, data), len(data)
            session.add(row)
        return [row.id or 0 for row in rows]


async def opened(context: BrowserContext, site: OfficeSite, path: str) -> Page:
    page = await context.new_page()
    answer = await page.goto(f"{site.address}{path}")
    assert answer
    assert answer.status == 200
    await faultless(page)
    return page


# Accepting


async def test_yesterday_s_reports_are_accepted_with_three_presses(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.COORDINATOR)
    page = await opened(context, scene.site, "/lam-viec")
    await page.get_by_role("link", name="4 Báo cáo chờ duyệt").click()
    await faultless(page)
    await page.get_by_role("link", name="Gửi hôm qua").click()
    await faultless(page)
    await page.get_by_role("link", name="Chọn tất cả 2").click()
    await faultless(page)
    await page.get_by_role("button", name="Duyệt các báo cáo đã chọn").click()
    await expect(page.get_by_role("status")).to_have_text("Đã duyệt 2 báo cáo.")
    await expect(page.get_by_role("heading", name="2 báo cáo chờ duyệt")).to_be_visible()
    await faultless(page)
    assert [await scene.mark(row) for row in (scene.da_mai, scene.dinh_ke)] == [Mark.ACCEPTED] * 2
    assert await scene.actions() == ["report.accept"] * 2


async def test_one_reason_returns_several_reports_and_reaches_the_units_without_javascript(
    browser: Browser, scene: Scene
) -> None:
    _, chat = await scene.site.link(Role.OFFICER, WARDS[0])
    plain = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    await scene.site.let_in(plain, Role.COORDINATOR)
    page = await plain.new_page()
    await page.goto(f"{scene.site.address}{DUTIES}/cho-duyet?gui=hom-qua&chon=tat-ca")
    await page.get_by_text("Trả lại các báo cáo đã chọn").first.click()
    await page.get_by_label("Lý do có sẵn").select_option("Ảnh không rõ")
    await page.get_by_label("Cần sửa gì").fill("chụp lại bảng tin, gọi 0912345678")
    await page.get_by_role("button", name="Trả lại các báo cáo đã chọn").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã trả lại 2 báo cáo.")
    queued = [row for row in await scene.of(Outbox) if isinstance(row, Outbox) and row.body.get("duty") == scene.da_mai]
    assert [(row.chat, row.body["compose"]) for row in queued] == [(chat.chat, "returned")]
    rows = {one.id: one for one in await scene.site.office.rows()}
    assert rows[scene.da_mai].reason == "Ảnh không rõ: chụp lại bảng tin, gọi [số điện thoại]"
    assert rows[scene.dinh_ke].mark == Mark.RETURNED
    await plain.close()


async def test_a_return_without_a_reason_changes_nothing_and_keeps_what_was_ticked(
    context: BrowserContext, scene: Scene
) -> None:
    await scene.site.let_in(context, Role.COORDINATOR)
    page = await opened(context, scene.site, f"{DUTIES}/cho-duyet")
    await page.get_by_role("checkbox").first.check()
    await page.get_by_text("Trả lại các báo cáo đã chọn").first.click()
    await page.get_by_role("button", name="Trả lại các báo cáo đã chọn").click()
    await expect(page.get_by_role("alert")).to_contain_text("lý do trả lại")
    await expect(page.get_by_role("checkbox").first).to_be_checked()
    await expect(page.get_by_role("checkbox").nth(1)).not_to_be_checked()
    await faultless(page)
    assert await scene.actions() == []


async def test_a_report_that_changed_meanwhile_is_skipped_and_told(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.COORDINATOR)
    page = await opened(context, scene.site, f"{DUTIES}/cho-duyet?gui=hom-qua&chon=tat-ca")
    _, other = await scene.site.link(Role.COORDINATOR)
    async with scene.site.http(await scene.site.secret(other)) as http:
        form = {"bao-cao": str(await scene.report_of(scene.da_mai)), "lam": "duyet"}
        answer = await http.post(f"{DUTIES}/{scene.da_mai}/duyet", data=form, allow_redirects=False)
        assert answer.status == 303
    await page.get_by_role("button", name="Duyệt các báo cáo đã chọn").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã duyệt 1 báo cáo.")
    await expect(page.get_by_role("status")).to_contain_text("Bỏ qua 1 báo cáo vừa thay đổi")
    await expect(page.get_by_role("status")).to_contain_text("Đa Mai, việc 1, tuần 11")
    assert await scene.actions() == ["report.accept"] * 2


# Looking


async def test_the_matrix_leads_to_a_row_and_the_row_is_decided(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.COORDINATOR)
    page = await opened(context, scene.site, DUTIES)
    await page.get_by_role("link", name="Việc 1", exact=True).click()
    await faultless(page)
    await expect(page.get_by_role("columnheader", name="tuần 12")).to_be_visible()
    await page.get_by_role("link", name="B, Đã báo: UBND phường Đa Mai, tuần 11").click()
    await faultless(page)
    await expect(page.get_by_role("heading", name="Việc 1 – UBND phường Đa Mai – tuần 11")).to_be_visible()
    await page.get_by_text("Trả lại để đơn vị sửa").click()
    await page.get_by_label("Cần sửa gì").fill("Thiếu ảnh bảng tin")
    await faultless(page)
    await page.get_by_role("button", name="Trả lại").click()
    await expect(page.get_by_role("heading", name="Trả lại")).to_be_visible()
    await expect(page.get_by_text("Lý do: Thiếu ảnh bảng tin")).to_be_visible()
    await faultless(page)
    await page.get_by_text("Kỳ này không áp dụng cho đơn vị").click()
    await page.get_by_label("Vì sao không áp dụng").fill("Mất điện cả tuần")
    await page.get_by_role("button", name="Ghi không áp dụng").click()
    await expect(page.get_by_role("heading", name="Không áp dụng")).to_be_visible()
    await faultless(page)
    assert await scene.actions() == ["report.return", "duty.aside"]


async def test_a_difficulty_is_found_from_today_and_closed(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.COORDINATOR)
    page = await opened(context, scene.site, "/lam-viec")
    await page.get_by_role("link", name="1 Vướng mắc đang mở").click()
    await faultless(page)
    await page.get_by_role("link", name="Mở kỳ này").click()
    await faultless(page)
    await page.get_by_role("button", name="Đóng vướng mắc này").click()
    await expect(page.get_by_role("status")).to_have_text("Đã đóng vướng mắc.")
    assert await scene.actions() == ["difficulty.close"]


async def test_the_table_is_filtered_and_the_month_leads_into_it(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.MONITOR)
    page = await opened(context, scene.site, f"{DUTIES}/bang")
    await page.get_by_label("Đơn vị").select_option("UBND phường Đa Mai")
    await page.get_by_label("Trạng thái").select_option("Đã báo")
    await page.get_by_role("button", name="Lọc").click()
    await expect(page.locator("tbody tr")).to_have_count(2)
    await expect(page.locator("tbody tr").last).to_contain_text("tuần 11")
    await faultless(page)
    await page.goto(f"{scene.site.address}{DUTIES}/lich")
    await faultless(page)
    await page.get_by_role("link", name="Việc 1 hạn 15/03/2024").click()
    await expect(page.locator("tbody tr")).to_have_count(3)
    await faultless(page)
    await page.goto(f"{scene.site.address}{DUTIES}/lich?thang=2024-12")
    await page.get_by_role("link", name="Tháng 1/2025").click()
    await expect(page.get_by_role("heading", name="Hạn báo cáo tháng 1/2025")).to_be_visible()
    await faultless(page)


async def test_a_long_table_is_shown_page_by_page(context: BrowserContext, site: OfficeSite) -> None:
    wards = tuple(unit.id for unit in site.app.rules.units.expand("@all_wards", date(2024, 1, 1)))
    await site.office.confirm(reading(task("1", "Truyền thanh", wards, WEEKLY)))
    await site.let_in(context, Role.MONITOR)
    page = await opened(context, site, f"{DUTIES}/bang?trang-thai=overdue")
    await expect(page.locator("tbody tr")).to_have_count(160)
    await page.goto(f"{site.address}{DUTIES}/bang")
    await expect(page.locator("tbody tr")).to_have_count(limits.PAGE_ROWS)
    await page.get_by_role("link", name="Trang sau").click()
    await expect(page.get_by_text("trang 2/5")).to_be_visible()
    await faultless(page)


async def test_the_matrix_of_a_year_in_sixteen_wards_is_one_legible_sheet_of_a3(
    browser: Browser, site: OfficeSite
) -> None:
    wards = tuple(unit.id for unit in site.app.rules.units.expand("@all_wards", date(2024, 1, 1)))
    assert len(wards) == 16
    await site.office.confirm(reading(task("1", "Tuyên truyền trên hệ thống truyền thanh", wards, WEEKLY)))
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    await site.let_in(context, Role.MONITOR)
    async with site.app.storage.read() as session:
        number = (await session.execute(select(col(Task.id)))).scalar_one()
    page = await opened(context, site, f"{DUTIES}/in?viec={number}")
    await expect(page.get_by_role("button", name="In trang này")).to_be_visible()
    printed = await page.pdf(format="A3", landscape=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1
    box = re.search(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)", printed)
    assert box
    assert [round(float(side) / 72 * 25.4) for side in box.groups()] == [420, 297]
    await page.emulate_media(media="print")
    await page.set_viewport_size({"width": 1512, "height": 1047})  # 400 x 277 mm at 96 dots an inch
    table = page.locator("table.matrix")
    assert await table.evaluate("one => one.getBoundingClientRect().right <= innerWidth")
    assert await table.evaluate("one => one.getBoundingClientRect().bottom <= innerHeight")
    size = await page.locator("tbody td").first.evaluate("one => parseFloat(getComputedStyle(one).fontSize)")
    assert size >= 12 - 0.01  # 9 pt
    assert await page.locator("tbody tr").count() == 16
    assert await page.locator("tbody td").count() == 16 * 52
    await context.close()


async def test_a_whole_plan_is_printed_as_a_sheet_for_each_task(browser: Browser, scene: Scene) -> None:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    await scene.site.let_in(context, Role.MONITOR)
    page = await opened(context, scene.site, f"{DUTIES}/in")
    printed = await page.pdf(format="A3", landscape=True)
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", printed)) == 1 + 3
    await context.close()


async def test_without_a_plan_every_page_says_so(context: BrowserContext, site: OfficeSite) -> None:
    await site.let_in(context, Role.COORDINATOR)
    for path in ("", "/bang", "/lich", "/bao-cao"):
        page = await opened(context, site, f"{DUTIES}{path}")
        await expect(page.get_by_role("heading", name="Chưa có kế hoạch nào đang chạy")).to_be_visible()
    for path in ("/cho-duyet", "/vuong-mac", "/nghi-ngo"):
        await opened(context, site, f"{DUTIES}{path}")


# Files


async def test_the_report_of_the_quarter_is_downloaded_and_opens(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.COORDINATOR)
    page = await opened(context, scene.site, f"{DUTIES}/bao-cao")
    await page.get_by_label("Kỳ báo cáo").select_option("2024-Q1")
    for label, ending in (("Word", "docx"), ("Excel", "xlsx")):
        await page.get_by_role("radio", name=label).check()
        async with page.expect_download() as told:
            await page.get_by_role("button", name="Tải báo cáo").click()
        download = await told.value
        assert download.suggested_filename == f"bao-cao-2024-Q1.{ending}"
        data = io.BytesIO(await asyncio.to_thread((await download.path()).read_bytes))
        if ending == "docx":
            assert any("quý I" in part.text for part in docx.Document(data).paragraphs)
        else:
            assert "Ma trận" in openpyxl.load_workbook(data).sheetnames


async def test_a_period_that_no_report_has_is_told_and_an_officer_s_report_is_of_the_own_unit(scene: Scene) -> None:
    _, chat = await scene.site.link(Role.OFFICER, WARDS[0])
    async with scene.site.http(await scene.site.secret(chat)) as http:
        answer = await http.get(f"{DUTIES}/bao-cao/tai?ky=2024-Q2&dang=xlsx")
        assert answer.status == 422
        assert "Không có báo cáo quý II riêng" in await answer.text()
        answer = await http.get(f"{DUTIES}/bao-cao/tai?ky=2024-Q1&dang=xlsx")
        assert answer.status == 200
        book = openpyxl.load_workbook(io.BytesIO(await answer.read()))
        told = {cell.value for sheet in book for line in sheet.iter_rows() for cell in line}
        assert "UBND phường Đa Mai" in told
        assert "UBND phường Dĩnh Kế" not in told
        assert (await http.get(f"{DUTIES}/bao-cao/tai?ky=2024-Q1&don-vi={WARDS[1]}")).status == 404


async def test_proof_is_handed_out_as_a_file_to_keep_and_never_as_a_page(scene: Scene) -> None:
    _, chat = await scene.site.link(Role.COORDINATOR)
    async with scene.site.http(await scene.site.secret(chat)) as http:
        picture = await http.get(f"{DUTIES}/minh-chung/{scene.picture}")
        assert (picture.status, picture.content_type) == (200, "image/jpeg")
        assert hashlib.sha256(await picture.read()).digest() == hashlib.sha256(PICTURE).digest()
        assert f"BC-PL1-2024W11-DAMAI-{scene.picture}.jpg" in picture.headers["Content-Disposition"]
        page = await http.get(f"{DUTIES}/minh-chung/{scene.page}")
        assert (page.status, page.content_type) == (200, "application/octet-stream")
        assert page.headers["Content-Disposition"].startswith("attachment;")
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        assert (await http.get(f"{DUTIES}/minh-chung/999999")).status == 404


# Messages in doubt


async def test_a_message_in_doubt_is_sent_again_from_the_page(context: BrowserContext, scene: Scene) -> None:
    _, chat = await scene.site.link(Role.OFFICER, WARDS[0], label="Công chức tư pháp")
    now = scene.site.clock()
    async with scene.site.app.storage.write() as session:
        session.add(
            Outbox(
                key="returned:1",
                channel=chat.channel,
                chat=chat.chat,
                kind="notice",
                body={"compose": "returned", "duty": scene.da_mai},
                created_at=now - timedelta(hours=1),
                not_before=now,
                state=OutboxState.HELD,
                error="in doubt",
            )
        )
    await scene.site.let_in(context, Role.COORDINATOR)
    page = await opened(context, scene.site, "/lam-viec")
    await page.get_by_role("link", name="1 Tin chưa rõ đã tới hay chưa").click()
    await faultless(page)
    await expect(page.get_by_text("Telegram – Công chức tư pháp, UBND phường Đa Mai")).to_be_visible()
    await page.get_by_role("button", name="Gửi lại các tin đã chọn").click()
    await expect(page.get_by_role("alert")).to_have_text("Chưa chọn tin nào.")
    await page.get_by_role("link", name="Chọn tất cả 1").click()
    await faultless(page)
    await page.get_by_role("button", name="Gửi lại các tin đã chọn").click()
    await expect(page.get_by_role("status")).to_have_text("Đang gửi lại 1 tin.")
    await expect(page.get_by_text("Mọi tin nhắc đã tới nơi.")).to_be_visible()
    await faultless(page)
    assert await scene.actions() == ["delivery.decide"]


# Who may


async def test_an_officer_sees_the_own_unit_and_how_to_report(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.OFFICER, WARDS[0])
    page = await opened(context, scene.site, "/lam-viec")
    await expect(page.get_by_text("Báo cáo bằng cách nhắn cho trợ lý: việc của tôi")).to_be_visible()
    await page.get_by_role("link", name="Việc của đơn vị cần báo cáo").click()
    await faultless(page)
    rows = page.locator("tbody tr")
    await expect(rows.first).to_contain_text("UBND phường Đa Mai")
    assert await rows.count() == await rows.filter(has_text="UBND phường Đa Mai").count() > 0
    await page.goto(f"{scene.site.address}{DUTIES}")
    await faultless(page)
    await expect(page.get_by_role("rowheader")).to_have_text(["UBND phường Đa Mai"])
    for path in (f"/{scene.da_mai}", "/lich", "/in"):
        await opened(context, scene.site, f"{DUTIES}{path}")


LOOKED_AT = ("/{da_mai}", "/minh-chung/{picture}", "/minh-chung/{page}", "/bang?don-vi=" + WARDS[0])


async def test_whoever_sits_in_another_ward_gets_404_on_every_id(scene: Scene) -> None:
    ids = {"da_mai": scene.da_mai, "picture": scene.picture, "page": scene.page}
    report = await scene.report_of(scene.da_mai)
    for role in (Role.OFFICER, Role.HEAD, Role.COORDINATOR, Role.MONITOR):
        _, chat = await scene.site.link(role, WARDS[1])
        async with scene.site.http(await scene.site.secret(chat)) as http:
            for path in LOOKED_AT:
                assert (await http.get(f"{DUTIES}{path.format(**ids)}")).status == 404, (role, path)
            table = await (await http.get(f"{DUTIES}/bang")).text()
            assert "Đa Mai" not in table
            assert "Dĩnh Kế" in table
            forms: tuple[tuple[str, dict[str, str]], ...] = (
                (f"/{scene.da_mai}/duyet", {"bao-cao": str(report), "lam": "duyet"}),
                (f"/{scene.dinh_ke}/vuong-mac/{scene.difficulty}/dong", {}),
                (f"/{scene.stuck}/vuong-mac/{scene.difficulty}/dong", {}),
                (f"/{scene.stuck}/khong-ap-dung", {"ly-do": "Không có loa"}),
                ("/cho-duyet", {"chon": f"{scene.da_mai}:{report}", "lam": "duyet"}),
            )
            expected = 404 if role is Role.COORDINATOR else 403
            for path, form in forms:
                assert (await http.post(f"{DUTIES}{path}", data=form)).status == expected, (role, path)
    assert await scene.actions() == []
    assert await scene.mark(scene.da_mai) == Mark.REPORTED


async def test_a_report_of_another_row_is_not_decided_by_its_number(scene: Scene) -> None:
    _, chat = await scene.site.link(Role.COORDINATOR, WARDS[1])
    report = await scene.report_of(scene.da_mai)
    async with scene.site.http(await scene.site.secret(chat)) as http:
        form = {"bao-cao": str(report), "lam": "duyet"}
        answer = await http.post(f"{DUTIES}/{scene.dinh_ke}/duyet", data=form)
        assert answer.status == 409
        assert "vừa thay đổi" in await answer.text()
    assert await scene.actions() == []


async def test_a_monitor_and_an_admin_look_and_decide_nothing(scene: Scene) -> None:
    report = await scene.report_of(scene.da_mai)
    for role in (Role.MONITOR, Role.ADMIN):
        _, chat = await scene.site.link(role, NOI_VU)
        async with scene.site.http(await scene.site.secret(chat)) as http:
            page = await (await http.get(f"{DUTIES}/{scene.da_mai}")).text()
            assert "Duyệt báo cáo" not in page
            assert "BC-PL1-2024W11-DAMAI" in page
            assert (await http.get(f"{DUTIES}/nghi-ngo")).status == 200
            for path in (f"/{scene.da_mai}/duyet", "/cho-duyet", "/nghi-ngo", f"/{scene.stuck}/khong-ap-dung"):
                form = {"bao-cao": str(report), "lam": "duyet", "chon": f"{scene.da_mai}:{report}", "ly-do": "x"}
                assert (await http.post(f"{DUTIES}{path}", data=form)).status == 403, (role, path)
    assert await scene.actions() == []


async def test_a_ward_s_coordinator_waits_for_the_ward_s_reports_alone(context: BrowserContext, scene: Scene) -> None:
    await scene.site.let_in(context, Role.COORDINATOR, WARDS[1])
    page = await opened(context, scene.site, "/lam-viec")
    await page.get_by_role("link", name="2 Báo cáo chờ duyệt").click()
    await expect(page.get_by_role("checkbox")).to_have_count(2)
    await expect(page.get_by_text("UBND phường Đa Mai")).to_have_count(0)
    await faultless(page)


async def test_a_form_of_another_site_decides_nothing(scene: Scene) -> None:
    _, chat = await scene.site.link(Role.COORDINATOR)
    report = await scene.report_of(scene.da_mai)
    async with scene.site.http(await scene.site.secret(chat), origin="https://elsewhere.example") as http:
        form = {"bao-cao": str(report), "lam": "duyet"}
        assert (await http.post(f"{DUTIES}/{scene.da_mai}/duyet", data=form)).status == 403
    assert await scene.mark(scene.da_mai) == Mark.REPORTED
