"""Plans at the office's page in real Chromium: a document uploaded, corrected, looked at beforehand, put in force."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select

from bot.tables import Audit, Occurrence, PlanState, Task
from bot.tables import Plan as PlanRow
from handlers.duties import Role
from scheduler.plan import Reading
from tests.bot.office_world import NOI_VU, VHTT, WARDS
from tests.scheduler.plan_files import HEAD_LINES, HEADS, document, saved, table
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

BASE = "/lam-viec/ke-hoach"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
ROWS = (
    ("1", "Tuyên truyền trên hệ thống truyền thanh", "UBND phường Da Mia", "", "Thứ Sáu hằng tuần", ""),
    ("2", "Đăng tin, bài trên Trang thông tin điện tử", "Phòng Văn hóa và Thông tin", "", "Thường xuyên", ""),
    ("3", "Lắp đặt pano trên tuyến đường chính", "Phòng Văn hóa và Thông tin", "Phòng Nội vụ", "Quý I/2024", ""),
    ("4", "Niêm yết thủ tục hành chính", "UBND các phường, xã", "", "Khi có thay đổi", ""),
)


def plan_file(rows: tuple[tuple[str, ...], ...] = ROWS, lines: tuple[str, ...] = HEAD_LINES) -> bytes:
    made = document(*lines)
    table(made, (HEADS, *rows))
    return saved(made)


def sent(data: bytes, name: str = "ke-hoach.docx", year: str = "") -> aiohttp.FormData:
    form = aiohttp.FormData()
    form.add_field("tep", data, filename=name, content_type=WORD)
    form.add_field("nam", year)
    return form


async def upload(
    http: aiohttp.ClientSession, data: bytes, name: str = "ke-hoach.docx", year: str = ""
) -> tuple[int, str]:
    """The status, and where it leads or what it says."""
    async with http.post(BASE, data=sent(data, name, year), allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def text_of(http: aiohttp.ClientSession, path: str) -> str:
    async with http.get(path) as answer:
        assert answer.status == 200, (path, answer.status)
        return await answer.text()


async def post(http: aiohttp.ClientSession, path: str, **data: str) -> tuple[int, str]:
    fields = {name.replace("_", "-"): value for name, value in data.items()}
    async with http.post(path, data=fields, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location") or await answer.text()


async def as_role(site: OfficeSite, role: Role, unit: str | None = None, *, label: str = "") -> aiohttp.ClientSession:
    _, chat = await site.link(role, unit, label=label)
    return site.http(await site.secret(chat))


async def mark_of(http: aiohttp.ClientSession, path: str) -> str:
    found = re.search(r'name="dau" value="([^"]+)"', await text_of(http, path))
    assert found
    return found[1]


async def everything(site: OfficeSite, what: Any) -> list[Any]:
    async with site.app.storage.read() as session:
        return list((await session.execute(select(what).order_by(what.id))).scalars())


# Flows in the browser


async def send_file(page: Page, tmp_path: Path) -> None:
    file = tmp_path / "ke-hoach-cchc.docx"
    await asyncio.to_thread(file.write_bytes, plan_file())
    await page.set_input_files("#tep", file)
    await page.get_by_role("button", name="Tải lên").click()


@pytest.mark.browser
async def test_a_document_becomes_a_ledger_after_it_was_corrected_looked_at_and_confirmed(
    context: BrowserContext, site: OfficeSite, tmp_path: Path
) -> None:
    await site.let_in(context, Role.ADMIN, label="Quản trị")
    page = await context.new_page()
    await page.goto(f"{site.address}{BASE}")
    await faultless(page)
    await send_file(page, tmp_path)
    await expect(page.get_by_text("Đã đọc 4 việc.")).to_be_visible()
    await expect(page.get_by_text("3 dòng cần anh/chị quyết định")).to_be_visible()
    await faultless(page)
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="Kế hoạch còn dòng cần quyết định").click()
    await page.get_by_role("button", name="Đồng ý nhịp này cho việc 2").click()
    await expect(page.get_by_text("2 dòng cần anh/chị quyết định")).to_be_visible()
    await faultless(page)
    first = page.get_by_role("article", name=re.compile("Việc 1"))
    await first.get_by_text("Sửa việc 1").click()
    await first.get_by_label("Đơn vị chủ trì").fill("phường Đa Mai")
    await first.get_by_label("Nhịp báo cáo").fill("thứ Năm hằng tuần")
    await faultless(page)
    await first.get_by_role("button", name="Lưu việc 1").click()
    await expect(page.get_by_text("Đã lưu việc 1.")).to_be_visible()
    await expect(first).to_contain_text("UBND phường Da Mia")  # the document's words
    await expect(first).to_contain_text("hằng tuần, hạn thứ Năm")
    await expect(first).to_contain_text("21/03/2024, 28/03/2024, 04/04/2024")
    await page.get_by_role("link", name="Xem trước tin nhắc").click()
    await expect(page.get_by_role("heading", name="Xem trước tin nhắc")).to_be_visible()
    await faultless(page)
    await page.get_by_label("Đơn vị").select_option(label="UBND phường Đa Mai")
    await page.get_by_role("button", name="Xem", exact=True).click()
    await expect(page.locator(".posts").first).to_contain_text("UBND phường Đa Mai")
    await faultless(page)
    await page.goto(f"{site.address}{BASE}/1/xac-nhan")
    await expect(page.get_by_label("Tính các kỳ có hạn từ ngày")).to_have_value("2024-03-15")
    await faultless(page)
    await page.get_by_role("button", name="Xác nhận kế hoạch").click()
    await expect(page.get_by_role("alert")).to_contain_text("Việc 4: ghi nhịp, hoặc đánh dấu đồng ý")
    await faultless(page)
    await page.get_by_label("Tôi đồng ý với nhịp đề nghị").check()
    await page.get_by_role("button", name="Xác nhận kế hoạch").click()
    await expect(page.get_by_text("Đã xác nhận: 4 việc, 65 kỳ trong sổ.")).to_be_visible()
    await faultless(page)
    rows = await everything(site, Occurrence)
    assert len(rows) == 52 + 12 + 1
    assert {row.unit for row in rows if row.period.startswith("2024-W")} == {WARDS[0]}
    assert {row.mark for row in rows if row.due_on < site.clock().date()} == {"not_applicable"}
    tasks = await everything(site, Task)
    by = "Quản trị, Phòng Nội vụ thành phố Bắc Giang (quản trị, số 1)"
    assert [task.set_by for task in tasks] == [by, by, None, by]
    actions = ["plan.upload", "plan.correct", "plan.correct", "plan.confirm"]
    assert [row.action for row in await everything(site, Audit)] == actions


@pytest.mark.browser
async def test_what_is_typed_wrong_is_told_beside_its_field_and_stays(
    context: BrowserContext, site: OfficeSite, tmp_path: Path
) -> None:
    await site.let_in(context, Role.COORDINATOR, label="Điều phối")
    page = await context.new_page()
    await page.goto(f"{site.address}{BASE}")
    await send_file(page, tmp_path)
    await expect(page.get_by_text("Người quản trị xác nhận kế hoạch.")).to_be_visible()
    await page.goto(f"{site.address}{BASE}/1/dong/1")
    await faultless(page)
    await page.get_by_label("Đơn vị chủ trì").fill("UBND phường Đa Mya Mya\nPhòng Nội vụ")
    await page.get_by_label("Nhịp báo cáo").fill("lúc nào rảnh")
    await page.get_by_label("Nội dung").fill("Nội dung vừa sửa")
    await page.get_by_role("button", name="Lưu việc 1").click()
    await expect(page.get_by_text("Không nhận ra đơn vị “UBND phường Đa Mya Mya”.")).to_be_visible()
    await expect(page.get_by_text("Chưa hiểu nhịp “lúc nào rảnh”.")).to_be_visible()
    await expect(page.get_by_label("Nội dung")).to_have_value("Nội dung vừa sửa")
    await expect(page.get_by_label("Đơn vị chủ trì")).to_have_value("UBND phường Đa Mya Mya\nPhòng Nội vụ")
    await faultless(page)
    await page.get_by_label("Nhịp báo cáo").fill("ngày 5 hằng tháng")
    await page.get_by_label("Đơn vị chủ trì").fill("UBND phường Da Mia")
    await page.get_by_role("button", name="Xem thử nhịp").click()
    await expect(page.get_by_text("Hiểu là: hằng tháng, hạn ngày 5.")).to_be_visible()
    await expect(page.get_by_text("05/04/2024, 05/05/2024, 05/06/2024. Chưa lưu.")).to_be_visible()
    await faultless(page)
    await page.get_by_label("Đơn vị chủ trì").fill("UBND phường Đa Mya Mya")
    await page.get_by_role("button", name="Lưu việc 1").click()
    await page.get_by_role("button", name="UBND phường Đa Mai").click()
    await expect(page.get_by_text("Đã lưu việc 1.")).to_be_visible()
    task = Reading.from_json((await everything(site, PlanRow))[0].body).tasks[0]
    assert [owner.unit for owner in task.lead] == [WARDS[0]]
    assert task.content == "Nội dung vừa sửa"
    await page.goto(f"{site.address}{BASE}/1/dong/1")
    await page.get_by_role("button", name="Lấy lại như trợ lý đọc").click()
    await expect(page.get_by_text("Việc 1: đã lấy lại như trợ lý đọc.")).to_be_visible()
    assert (await page.request.get(f"{site.address}{BASE}/1/xac-nhan")).status == 403


@pytest.mark.browser
async def test_a_plan_in_force_is_shown_copied_told_an_event_and_its_past_set_aside(
    context: BrowserContext, site: OfficeSite
) -> None:
    await site.office.confirm()
    await site.let_in(context, Role.ADMIN, label="Quản trị")
    page = await context.new_page()
    await page.goto(f"{site.address}{BASE}")
    await faultless(page)
    await page.get_by_role("link", name="Kế hoạch tuyên truyền cải cách hành chính năm 2024").click()
    await expect(page.get_by_text("do Nguyễn Văn A đặt")).to_have_count(2)
    await faultless(page)
    await page.locator("#su-kien summary").click()
    await page.get_by_label("Sự kiện gì").fill("Sửa thủ tục khai sinh")
    await page.get_by_role("button", name="Báo có sự kiện").click()
    await expect(page.get_by_text("Đã giao việc 4 cho 3 đơn vị.")).to_be_visible()
    assert [row.label for row in await everything(site, Occurrence)][-3:] == ["Sửa thủ tục khai sinh"] * 3
    await page.locator("#bo-ky summary").click()
    await page.get_by_label("Bỏ các kỳ có hạn trước ngày").fill("2024-03-15")
    await faultless(page)
    await page.get_by_role("button", name="Đếm số kỳ").click()
    await expect(page.get_by_text("32 kỳ chưa báo")).to_be_visible()
    await faultless(page)
    assert {row.mark for row in await everything(site, Occurrence)} == {"open"}
    await page.get_by_role("button", name="Bỏ 32 kỳ").click()
    await expect(page.get_by_text("cho 32 kỳ có hạn trước 15/03/2024")).to_be_visible()
    await page.locator("#chep summary").click()
    await page.get_by_label("Năm mới").fill("hai nghìn")
    await page.get_by_role("button", name="Chép thành bản nháp").click()
    await expect(page.get_by_role("alert")).to_contain_text("ghi bốn chữ số")
    await faultless(page)
    await page.get_by_label("Năm mới").fill("2025")
    await page.get_by_role("button", name="Chép thành bản nháp").click()
    await expect(page.get_by_role("heading", name=re.compile("năm 2025"))).to_be_visible()
    await expect(page.get_by_text("Bản nháp, chưa nhắc ai")).to_be_visible()
    actions = [row.action for row in await everything(site, Audit)]
    assert actions == ["plan.event", "plan.skip", "plan.copy"]


# What is refused, without a browser


async def test_files_that_cannot_be_read_are_refused_with_what_to_do(site: OfficeSite) -> None:
    async with await as_role(site, Role.COORDINATOR) as http:
        for name, data, told in (
            ("ke-hoach.docx", b"khong phai word", "ke-hoach.docx"),
            ("ke-hoach.docx", plan_file()[:1500], "ke-hoach.docx"),
            ("ke-hoach.pdf", b"%PDF-1.4", "hãy dùng bản .docx"),
            ("bang.csv", b"TT,Noi dung", "chép bảng vào Word"),
            ("bang.xlsx", b"PK\x03\x04", "chép bảng vào Word"),
            ("cu.doc", b"\xd0\xcf\x11\xe0", "lưu thành .docx"),
            ("rong.txt", b"", "tệp rỗng"),
            ("thu.txt", "Một bức thư.".encode(), "không tìm thấy bảng nhiệm vụ"),
        ):
            status, page = await upload(http, data, name)
            assert (status, told in page) == (422, True), name
        status, page = await post(http, BASE, nam="")
        assert (status, "Chọn tệp kế hoạch" in page) == (422, True)
    assert await everything(site, PlanRow) == []
    assert await everything(site, Audit) == []


async def test_a_document_without_its_year_asks_for_it_and_takes_the_one_told(site: OfficeSite) -> None:
    rows = tuple((*row[:4], row[4].replace("/2024", ""), row[5]) for row in ROWS)
    data = plan_file(rows, ("KẾ HOẠCH", "Tuyên truyền cải cách hành chính"))
    async with await as_role(site, Role.ADMIN) as http:
        status, page = await upload(http, data)
        assert (status, "không nêu năm của kế hoạch" in page) == (422, True)
        status, page = await upload(http, data, year="năm nay")
        assert (status, "năm nay" in page) == (422, True)
        assert (await upload(http, data, year="2024"))[0] == 303
    assert [row.year for row in await everything(site, PlanRow)] == [2024]


async def test_the_same_file_twice_leads_to_the_plan_that_is_there(site: OfficeSite) -> None:
    data = plan_file()
    async with await as_role(site, Role.ADMIN) as http:
        first = await upload(http, data)
        again = await upload(http, data, "ten-khac.docx")
        assert first[0] == again[0] == 303
        assert first[1] == again[1] == f"{BASE}/1"
        assert "Văn bản này" in await text_of(http, again[1])
        assert "Văn bản này" not in await text_of(http, again[1])  # told once
        changed = plan_file((*ROWS[:3], ("4", "Niêm yết", "UBND các phường, xã", "", "Khi có thay đổi", "")))
        assert (await upload(http, changed))[0] == 303
    assert [row.state for row in await everything(site, PlanRow)] == [PlanState.REPLACED, PlanState.DRAFT]
    assert [row.action for row in await everything(site, Audit)] == ["plan.upload", "plan.upload"]


async def test_a_monitor_looks_and_changes_nothing(site: OfficeSite) -> None:
    async with await as_role(site, Role.ADMIN) as http:
        await upload(http, plan_file())
        mark = await mark_of(http, f"{BASE}/1/dong/1")
    async with await as_role(site, Role.MONITOR) as http:
        for path in (BASE, f"{BASE}/1", f"{BASE}/1/xem-truoc"):
            page = await text_of(http, path)
            assert 'method="post"' not in page.split("<main")[1]
        assert (await upload(http, plan_file()))[0] == 403
        assert (await post(http, f"{BASE}/1/dong/1", dau=mark, chu_tri="phường Đa Mai"))[0] == 403
        for action in ("xac-nhan", "chep", "bo-ky", "su-kien"):
            assert (await post(http, f"{BASE}/1/{action}"))[0] == 403, action
    assert [row.action for row in await everything(site, Audit)] == ["plan.upload"]


async def test_numbers_that_nothing_has_are_not_found(site: OfficeSite) -> None:
    async with await as_role(site, Role.ADMIN) as http:
        await upload(http, plan_file())
        for path in ("2", "0", "x", "1/dong/5", "1/dong/0", "1/dong/x", "2/dong/1", "2/xem-truoc", "2/xac-nhan"):
            async with http.get(f"{BASE}/{path}") as answer:
                assert answer.status == 404, path
        for path in ("2/dong/1", "1/dong/9", "2/xac-nhan", "2/chep", "2/bo-ky", "2/su-kien"):
            assert (await post(http, f"{BASE}/{path}"))[0] == 404, path


async def test_two_officials_correct_different_lines_and_of_one_line_the_second_is_told(site: OfficeSite) -> None:
    one, two = await as_role(site, Role.ADMIN), await as_role(site, Role.COORDINATOR, label="Điều phối")
    async with one, two:
        await upload(one, plan_file())
        first, second = [await mark_of(one, f"{BASE}/1/dong/{line}") for line in (1, 2)]
        whole = {"noi_dung": "Tuyên truyền", "phoi_hop": "", "nhip": ""}
        done = await asyncio.gather(
            post(one, f"{BASE}/1/dong/1", dau=first, chu_tri="phường Đa Mai", **whole),
            post(two, f"{BASE}/1/dong/2", dau=second, chu_tri="P. VHTT", **{**whole, "nhip": "hằng quý"}),
        )
        assert [status for status, _ in done] == [303, 303]
        status, page = await post(two, f"{BASE}/1/dong/1", dau=first, chu_tri="phường Dĩnh Kế", **whole)
        assert (status, "vừa được người khác sửa" in page, "phường Dĩnh Kế" in page) == (409, True, True)
        tasks = Reading.from_json((await everything(site, PlanRow))[0].body).tasks
        assert [owner.unit for owner in tasks[0].lead] == [WARDS[0]]
        assert tasks[1].proposal
        assert "BYMONTH=3,6,9,12" in tasks[1].proposal.rules[0]
        kept = {row.after["tt"]: row for row in await everything(site, Audit) if row.action == "plan.correct"}
        assert {"content", "lead"} <= set(kept["1"].after)
        assert (kept["2"].before["rhythm"], kept["2"].after["rhythm"]) == (
            "hằng tháng, hạn ngày cuối tháng",
            "hằng quý, hạn ngày cuối quý",
        )


async def test_a_draft_that_was_changed_since_it_was_looked_at_is_not_confirmed(site: OfficeSite) -> None:
    async with await as_role(site, Role.ADMIN) as http:
        await upload(http, plan_file())
        seen = await mark_of(http, f"{BASE}/1/xac-nhan")
        line = await mark_of(http, f"{BASE}/1/dong/2")
        await post(http, f"{BASE}/1/dong/2", dau=line, nhan="1")
        status, page = await post(http, f"{BASE}/1/xac-nhan", dau=seen, nhan="1", tu="2024-03-15")
        assert (status, "vừa được người khác sửa" in page) == (409, True)
        assert await everything(site, Occurrence) == []
        seen = await mark_of(http, f"{BASE}/1/xac-nhan")
        status, page = await post(http, f"{BASE}/1/xac-nhan", dau=seen, nhan="1", tu="hôm nào", nhip_4="vui")
        assert status == 422
        assert "chưa hiểu nhịp “vui”" in page
        assert 'value="vui"' in page
        assert (await post(http, f"{BASE}/1/xac-nhan", dau=seen, nhan="1", tu="hôm nào"))[0] == 422
        status, where = await post(http, f"{BASE}/1/xac-nhan", dau=seen, nhan="1", nhip_4="hằng tháng")
        assert (status, where) == (303, f"{BASE}/1")
        assert (await post(http, f"{BASE}/1/xac-nhan", dau=seen, nhan="1"))[0] == 409
        assert (await post(http, f"{BASE}/1/dong/2", dau=line, nhan="1"))[0] == 409
    assert (await everything(site, Task))[3].cadence["rrule"] == "FREQ=MONTHLY;BYMONTHDAY=-1"


async def test_a_newer_text_tells_what_it_changes_and_takes_the_place_of_the_running_plan(site: OfficeSite) -> None:
    async with await as_role(site, Role.ADMIN) as http:
        await upload(http, plan_file())
        seen = await mark_of(http, f"{BASE}/1/xac-nhan")
        await post(http, f"{BASE}/1/xac-nhan", dau=seen, nhan="1")
        newer = (*ROWS[:2], (*ROWS[2][:2], "Phòng Nội vụ", *ROWS[2][3:]))
        await upload(http, plan_file(newer))
        page = await text_of(http, f"{BASE}/2/xac-nhan")
        assert "Việc 4: không còn trong bản mới" in page
        assert "chủ trì: Phòng Văn hóa và Thông tin → Phòng Nội vụ" in page
        assert "Mọi việc đều đã rõ nhịp." in page  # the rhythm that runs goes on
        status, where = await post(http, f"{BASE}/2/xac-nhan", dau=await mark_of(http, f"{BASE}/2/xac-nhan"))
        assert (status, where) == (303, f"{BASE}/1")
        page = await text_of(http, BASE)
        assert "Đã thay bằng bản mới (1)" in page
    rows = [row for row in await everything(site, Occurrence) if row.period == "once" and row.mark == "open"]
    assert NOI_VU in {row.unit for row in rows}


async def test_an_event_is_told_once_a_day_with_what_and_for_tasks_that_wait_for_one(site: OfficeSite) -> None:
    await site.office.confirm()
    async with await as_role(site, Role.COORDINATOR) as http:
        path = f"{BASE}/1/su-kien"
        assert (await post(http, path, viec="4", gi="Bãi bỏ thủ tục"))[0] == 303
        for fields, told in (
            ({"viec": "4", "gi": "Bãi bỏ thủ tục"}, "Hôm nay đã báo sự kiện"),
            ({"viec": "1", "gi": "Sự kiện"}, "không phải việc làm theo sự kiện"),
            ({"viec": "4", "gi": ""}, "Ghi ngắn gọn sự kiện gì."),
            ({"viec": "4", "gi": "Sự kiện", "han": "2024-03-14"}, "đã qua"),
            ({"viec": "4", "gi": "Sự kiện", "han": "mai"}, "chọn lại ngày"),
        ):
            status, page = await post(http, path, **fields)
            assert (status, told in page) == (422, True), fields
        assert (await post(http, f"{BASE}/1/bo-ky", truoc="2024-03-15", chac="1"))[0] == 403  # an admin's
    events = [row for row in await everything(site, Occurrence) if row.period.startswith("event-")]
    assert len(events) == 3


async def test_days_that_cannot_be_looked_at_are_told(site: OfficeSite) -> None:
    await site.office.confirm()
    async with await as_role(site, Role.MONITOR) as http:
        for days, told in (
            ("tu=2024-03-15&den=2024-03-01", "phải từ"),
            ("tu=x&den=2024-03-01", "Ghi ngày"),
            ("tu=9999-12-31", "Ghi ngày"),
            ("tu=2024-01-01&den=2024-12-31", "nhiều nhất 92 ngày"),
        ):
            async with http.get(f"{BASE}/1/xem-truoc?{days}") as answer:
                assert (answer.status, told in await answer.text()) == (422, True), days
        page = await text_of(http, f"{BASE}/1/xem-truoc?tu=2024-03-22&den=2024-03-22&don-vi={WARDS[0]}")
        assert "UBND phường Đa Mai" in page
        assert "UBND phường Dĩnh Kế</strong>" not in page


# Wards


async def test_a_ward_sees_its_own_lines_and_changes_nothing_of_the_citys_plan(site: OfficeSite) -> None:
    city = await as_role(site, Role.ADMIN)
    ward = await as_role(site, Role.ADMIN, WARDS[0])
    other = await as_role(site, Role.COORDINATOR, WARDS[1])
    async with city, ward, other:
        await upload(
            city, plan_file((*ROWS[1:3], ("4", "Việc của Đa Mai", "UBND phường Đa Mai", "", "Quý I/2024", "")))
        )
        page = await text_of(ward, f"{BASE}/1")
        assert "Việc của Đa Mai" in page
        assert "Lắp đặt pano" not in page
        assert "Lắp đặt pano" not in await text_of(ward, f"{BASE}/1/xem-truoc")
        assert (await ward.get(f"{BASE}/1/dong/1")).status == 404
        assert (await ward.get(f"{BASE}/1/dong/3")).status == 403
        for action in ("dong/3", "xac-nhan", "chep", "bo-ky", "su-kien"):
            status, page = await post(ward, f"{BASE}/1/{action}", nhan="1")
            assert (status, "Kế hoạch của thành phố" in page) == (403, True), action
        assert (await other.get(f"{BASE}/1")).status == 404
        assert "Tuyên truyền" not in (await text_of(other, BASE)).split("<main")[1]
        status, page = await upload(ward, plan_file())
        assert (status, "do thành phố tải lên" in page) == (422, True)
    assert [row.state for row in await everything(site, PlanRow)] == [PlanState.DRAFT]


async def test_a_ward_brings_in_and_confirms_a_plan_of_its_own(site: OfficeSite) -> None:
    own = ("1", "Tuyên truyền trong phường", "UBND phường Đa Mai", "", "Thứ Sáu hằng tuần", "")
    lines = (*HEAD_LINES[:3], "Chuyển đổi số của phường Đa Mai năm 2024")
    async with await as_role(site, Role.ADMIN, WARDS[0]) as http:
        status, page = await upload(http, plan_file((own, ROWS[2]), lines))
        assert (status, "không chỉ giao cho đơn vị của anh/chị" in page) == (422, True)
        assert (await upload(http, plan_file((own,), lines)))[0] == 303
        mark = await mark_of(http, f"{BASE}/1/dong/1")
        fields = {"dau": mark, "noi_dung": "Tuyên truyền", "phoi_hop": "", "nhip": ""}
        status, page = await post(http, f"{BASE}/1/dong/1", chu_tri="phường Dĩnh Kế", **fields)
        assert (status, "không giao được cho" in page) == (422, True)
        seen = await mark_of(http, f"{BASE}/1/xac-nhan")
        assert (await post(http, f"{BASE}/1/xac-nhan", dau=seen, tu="2024-03-15"))[0] == 303
    assert {row.unit for row in await everything(site, Occurrence)} == {WARDS[0]}
    assert VHTT not in WARDS


async def test_what_waits_is_told_to_who_can_do_it(site: OfficeSite) -> None:
    admin, coordinator = await as_role(site, Role.ADMIN), await as_role(site, Role.COORDINATOR)
    ward = await as_role(site, Role.ADMIN, WARDS[0])
    async with admin, coordinator, ward:
        await upload(admin, plan_file(ROWS[2:3]))
        assert "Kế hoạch chờ xác nhận" in await text_of(admin, "/lam-viec")
        assert "Kế hoạch" not in (await text_of(coordinator, "/lam-viec")).split("<main")[1].split("<footer")[0]
        await upload(admin, plan_file())
        for http in (admin, coordinator):
            page = await text_of(http, "/lam-viec")
            assert "Kế hoạch còn dòng cần quyết định" in page
            assert "còn 3 dòng" in page
        assert "Kế hoạch còn" not in await text_of(ward, "/lam-viec")
