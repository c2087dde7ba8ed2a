"""Figures on the office's page: the page at both widths, the workbook with the same numbers, sight, bad days."""

from __future__ import annotations

import io
from datetime import date, datetime, timedelta

import openpyxl
import pytest
from playwright.async_api import BrowserContext, expect

from bot import figures
from bot.figures import Span
from bot.web.office.figures import drawn, quick, read_span
from handlers.duties import Role
from knowledge.library import Library
from tests.bot.figures_world import hand_over, seed
from tests.bot.office_world import WARDS
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

PAGE = "/lam-viec/so-lieu"
TODAY = date(2024, 3, 15)


@pytest.mark.browser
async def test_a_monitor_looks_at_a_month_and_then_at_the_year(
    context: BrowserContext, site: OfficeSite, world: Library
) -> None:
    await site.office.confirm()
    await seed(site.app.storage, site.clock(), world, count=200, days=25)
    await hand_over(site.app.storage, "HT-1", site.clock() - timedelta(days=1))
    await site.let_in(context, Role.MONITOR)
    page = await context.new_page()
    await page.goto(f"{site.address}{PAGE}")
    await expect(page.get_by_role("heading", name="Số liệu 15/02/2024 – 15/03/2024")).to_be_visible()
    await expect(page.get_by_role("definition").first).to_have_text("200")
    await expect(page.get_by_role("row").filter(has_text="Quá hẹn, chưa trả lời")).to_contain_text("100,0%")
    on_time = page.get_by_role("region", name="Báo cáo đúng hạn theo đơn vị")
    await expect(on_time.get_by_role("row").filter(has_text="UBND phường Đa Mai")).to_contain_text("0,0%")
    await page.get_by_text("Bảng số theo ngày").click()
    await expect(page.get_by_role("region", name="Số câu hỏi theo thời gian").get_by_role("row")).to_have_count(31)
    await faultless(page)
    await page.get_by_role("link", name="Năm nay").click()
    await expect(page.get_by_label("Từ ngày")).to_have_value("2024-01-01")
    await page.get_by_label("Từ ngày").fill("2023-03-15")
    await page.get_by_role("button", name="Xem").click()
    await expect(page.get_by_text("Bảng số theo tháng")).to_be_visible()
    await faultless(page)
    await page.get_by_label("Từ ngày").fill("2024-03-20")
    await page.get_by_role("button", name="Xem").click()
    await expect(page.get_by_role("alert")).to_contain_text("đang trước")
    await expect(page.get_by_label("Từ ngày")).to_have_value("2024-03-20")
    await faultless(page)


async def test_the_workbook_has_the_figures_of_the_page_as_numbers_and_days(site: OfficeSite, world: Library) -> None:
    await site.office.confirm()
    await seed(site.app.storage, site.clock(), world, count=300, days=40)
    _, chat = await site.link(Role.MONITOR)
    async with site.http(await site.secret(chat)) as http:
        answer = await http.get(f"{PAGE}.xlsx?tu=2024-03-01&den=2024-03-15")
        assert answer.status == 200
        assert "so-lieu-2024-03-01-2024-03-15.xlsx" in answer.headers["Content-Disposition"]
        book = openpyxl.load_workbook(io.BytesIO(await answer.read()))
    span = Span(date(2024, 3, 1), TODAY)
    async with site.app.storage.read() as session:
        talk = await figures.talk(session, span, world, site.clock())
    assert book.sheetnames == [
        "Tổng hợp",
        "Theo ngày",
        "Theo lĩnh vực",
        "Theo kênh",
        "Câu đang chờ",
        "Đúng hạn",
        "Liên lạc",
    ]
    assert all(page.freeze_panes == "A2" for page in book)
    days = list(book["Theo ngày"].iter_rows(min_row=2, values_only=True))
    assert [(day.date(), *rest) for day, *rest in days if isinstance(day, datetime)] == [
        (day, one.total, one.answered, one.offered, one.declined) for day, one in talk.days
    ]
    total = {row[0]: row[1:3] for row in book["Tổng hợp"].iter_rows(min_row=2, values_only=True)}
    assert total["Câu hỏi"] == (talk.total.total, None)
    count, share = total["Đã trả lời"]
    assert count == talk.total.answered
    assert isinstance(share, float)
    assert abs(share - talk.total.answered / talk.total.total) < 1e-9
    fields = list(book["Theo lĩnh vực"].iter_rows(min_row=2, max_col=2, values_only=True))
    assert fields == list(talk.fields)
    units = {row[0]: row[1] for row in book["Đúng hạn"].iter_rows(min_row=2, values_only=True)}
    assert units == {site.app.rules.units.name(ward): 2 for ward in WARDS}  # two Fridays are over, the third is today


async def test_an_official_of_a_ward_sees_the_figures_of_the_ward_alone(site: OfficeSite) -> None:
    await site.office.confirm()
    _, chat = await site.link(Role.COORDINATOR, WARDS[0])
    await site.link(Role.OFFICER, WARDS[1])
    async with site.http(await site.secret(chat)) as http:
        text = await (await http.get(f"{PAGE}?tu=2024-03-01&den=2024-03-15")).text()
        book = openpyxl.load_workbook(io.BytesIO(await (await http.get(f"{PAGE}.xlsx")).read()))
    assert "UBND phường Đa Mai" in text
    assert "Dĩnh Kế" not in text
    for name in ("Đúng hạn", "Liên lạc"):
        units = {row[0] for row in book[name].iter_rows(min_row=2, values_only=True)}
        assert units == {"UBND phường Đa Mai"}


async def test_roles_without_the_right_see_no_figures(site: OfficeSite) -> None:
    for role in (Role.OFFICER, Role.HEAD, Role.TEACHER):
        _, chat = await site.link(role)
        async with site.http(await site.secret(chat)) as http:
            for path in (PAGE, f"{PAGE}.xlsx"):
                assert (await http.get(path)).status == 403
    async with site.http() as http:
        assert (await http.get(PAGE, allow_redirects=False)).status == 303


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"tu": "2024-03-10"}, "Chọn đủ hai ngày"),
        ({"tu": "hôm qua", "den": "2024-03-10"}, "Chọn đủ hai ngày"),
        ({"tu": "2024-03-11", "den": "2024-03-10"}, "đang trước"),
        ({"tu": "2010-01-01", "den": "2024-03-10"}, "nhiều nhất 1100 ngày"),
        ({"tu": "0001-01-01", "den": "0001-01-02"}, "nhiều nhất"),
        ({"tu": "9999-12-30", "den": "9999-12-31"}, "nhiều nhất"),
    ],
)
async def test_days_that_cannot_be_are_told_and_kept_as_they_were_typed(
    site: OfficeSite, typed: dict[str, str], said: str
) -> None:
    asked = read_span(typed, TODAY)
    assert said in asked.problem
    assert (asked.first, asked.last) == (typed.get("tu", ""), typed.get("den", ""))
    _, chat = await site.link(Role.ADMIN)
    async with site.http(await site.secret(chat)) as http:
        answer = await http.get(PAGE, params=typed)
        assert answer.status == 422
        assert said in await answer.text()


def test_quick_spans_begin_with_their_week_month_quarter_and_year() -> None:
    begins = {name: span.first for name, span in quick(date(2024, 8, 14))}
    assert begins == {
        "Tuần này": date(2024, 8, 12),
        "Tháng này": date(2024, 8, 1),
        "Quý này": date(2024, 7, 1),
        "Năm nay": date(2024, 1, 1),
    }


async def test_a_long_span_is_drawn_by_months_that_add_up(site: OfficeSite, world: Library) -> None:
    await seed(site.app.storage, site.clock(), world, count=300, days=300)
    async with site.app.storage.read() as session:
        talk = await figures.talk(session, Span(date(2023, 4, 1), TODAY), world, site.clock())
    bars = drawn(talk)
    assert [bar.label for bar in bars][:2] == ["04/2023", "05/2023"]
    assert len(bars) == 12
    assert sum(bar.counted.total for bar in bars) == talk.total.total > 0
