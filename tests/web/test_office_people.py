"""People, the record of changes and the page for teachers: who may do what, and what is written down of it."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import aiohttp
import openpyxl
import pytest
from playwright.async_api import BrowserContext, expect
from sqlalchemy import select
from sqlmodel import col

from bot.office import access, people
from bot.office.officials import RIGHTS, Right
from bot.tables import Audit, Invite, Member, WebSession
from bot.web.office.history import change, differences, subject
from bot.web.office.people import looks_like_a_person
from handlers.duties import PERSONS, Role
from handlers.message import Address
from scheduler.calendar import VIETNAM
from tests.bot.office_world import NOI_VU, WARDS
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

PAGE = "/lam-viec/nguoi"
FORM = {"don-vi": "UBND phường Đa Mai", "vai-tro": "officer", "chuc-danh": "Cán bộ tư pháp"}


async def audits(site: OfficeSite) -> list[Audit]:
    async with site.app.storage.read() as session:
        return list((await session.execute(select(Audit).order_by(col(Audit.id)))).scalars())


async def invites(site: OfficeSite) -> list[Invite]:
    async with site.app.storage.read() as session:
        return list((await session.execute(select(Invite).where(col(Invite.used_at).is_(None)))).scalars())


async def client(site: OfficeSite, role: Role, unit: str | None = None) -> aiohttp.ClientSession:
    _, chat = await site.link(role, unit)
    return site.http(await site.secret(chat))


@pytest.mark.browser
async def test_an_admin_invites_somebody_who_joins_and_later_ends_the_role(
    context: BrowserContext, site: OfficeSite
) -> None:
    await site.office.confirm()
    await site.let_in(context, Role.ADMIN, label="Quản trị")
    page = await context.new_page()
    await page.goto(f"{site.address}{PAGE}")
    await faultless(page)
    await page.get_by_text("Mời người, nhóm chat hoặc kênh tin").click()
    await page.get_by_label("Đơn vị").fill("UBND phường Đa Maii phố")
    await page.get_by_label("Chức danh").fill("Nguyễn Văn A")
    await page.get_by_role("button", name="Tạo mã mời").click()
    await expect(page.get_by_role("alert")).to_contain_text("Gần nhất")
    await expect(page.get_by_role("alert")).to_contain_text("không ghi tên người")
    await expect(page.get_by_role("alert")).not_to_contain_text("bg.w")
    await expect(page.get_by_label("Chức danh")).to_have_value("Nguyễn Văn A")
    await faultless(page)
    await page.get_by_label("Đơn vị").fill("ubnd p da mai")
    await page.get_by_label("Chức danh").fill("Cán bộ tư pháp")
    await page.get_by_role("button", name="Tạo mã mời").click()
    await expect(page.get_by_role("heading", name="Mã mời Cán bộ tư pháp, UBND phường Đa Mai")).to_be_visible()
    await expect(page.get_by_role("img", name="Mã QR")).to_be_visible()
    await faultless(page)
    code = await page.locator(".code").inner_text()
    await expect(page.locator(".said-words")).to_contain_text(f"liên kết {code}")
    site.telegram.meet(2001)
    async with site.app.storage.write() as session:
        await people.join(session, code, Address("telegram", "2001"), site.clock())
    await page.get_by_role("link", name="Xong, về mục Người").click()
    await expect(page.get_by_text("Không có mã nào đang chờ.")).to_be_visible()
    await expect(page.get_by_text(code)).to_have_count(0)
    await page.get_by_role("link", name=re.compile("Cán bộ tư pháp, UBND phường Đa Mai")).click()
    await expect(page.get_by_role("heading", name="Kết thúc vai trò số")).to_be_visible()
    await faultless(page)
    await page.get_by_role("button", name="Kết thúc vai trò").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã kết thúc vai trò cán bộ phụ trách")
    await page.get_by_text("Đã thôi giữ vai trò (1)").click()
    await expect(page.get_by_text("từ 15/03/2024 đến 15/03/2024")).to_be_visible()
    await faultless(page)
    await page.goto(f"{site.address}/lam-viec/nhat-ky")
    await expect(page.get_by_text("2 thay đổi")).to_be_visible()
    await faultless(page)
    await page.get_by_text("Tìm trong nhật ký").click()
    await page.get_by_label("Việc").select_option("Mời một người")
    await page.get_by_role("button", name="Lọc").click()
    await expect(page.get_by_text("1 thay đổi")).to_be_visible()
    await expect(page.get_by_text("Chức danh:")).to_be_visible()
    await faultless(page)


async def test_a_code_that_nobody_took_is_withdrawn(context: BrowserContext, site: OfficeSite) -> None:
    await site.let_in(context, Role.ADMIN)
    page = await context.new_page()
    async with site.app.storage.write() as session:
        code = await people.invite(session, WARDS[0], Role.OFFICER, site.clock(), label="Cán bộ tư pháp")
    await page.goto(f"{site.address}{PAGE}")
    await faultless(page)
    await page.get_by_role("button", name="Thu hồi mã mời Cán bộ tư pháp, UBND phường Đa Mai").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã thu hồi mã mời")
    await expect(page.get_by_text("Không có mã nào đang chờ.")).to_be_visible()
    async with site.app.storage.write() as session:
        assert await people.invited(session, code, site.app.rules.units, site.clock()) is None
        await people.join(session, code, Address("telegram", "2001"), site.clock())
        assert await people.person(session, Address("telegram", "2001"), site.app.rules.units) is None
    (row,) = await audits(site)
    told = {"unit": WARDS[0], "role": "officer", "label": "Cán bộ tư pháp"}
    assert (row.action, row.subject, row.before) == ("people.withdraw", f"unit:{WARDS[0]}", told)


async def test_a_code_of_another_ward_or_one_that_was_taken_stays(site: OfficeSite) -> None:
    async with site.app.storage.write() as session:
        other = people.digest(await people.invite(session, WARDS[1], Role.OFFICER, site.clock()))
        code = await people.invite(session, WARDS[0], Role.OFFICER, site.clock())
        await people.join(session, code, Address("telegram", "2001"), site.clock())
    async with await client(site, Role.ADMIN, WARDS[0]) as http:
        for mark in (other, "", "khong-co"):
            assert (await http.post(f"{PAGE}/ma-moi/thu-hoi", data={"ma": mark})).status == 404
        answer = await http.post(f"{PAGE}/ma-moi/thu-hoi", data={"ma": people.digest(code)})
        assert "vừa có người dùng" in await answer.text()
    assert [one.unit for one in await invites(site)] == [WARDS[1]]
    async with site.app.storage.read() as session:
        assert await people.person(session, Address("telegram", "2001"), site.app.rules.units)
    assert not await audits(site)


async def test_a_public_channel_is_invited_with_its_own_words(context: BrowserContext, site: OfficeSite) -> None:
    await site.let_in(context, Role.ADMIN)
    page = await context.new_page()
    await page.goto(f"{site.address}{PAGE}")
    await page.get_by_text("Mời người, nhóm chat hoặc kênh tin").click()
    await page.get_by_label("Đơn vị").fill("UBND phường Đa Mai")
    await page.get_by_label("Vai trò").select_option("Kênh tin công khai của đơn vị")
    await page.get_by_role("button", name="Tạo mã mời").click()
    code = await page.locator(".code").inner_text()
    await expect(page.locator(".said-words")).to_contain_text(f"@MotCuaBot liên kết {code}")
    await expect(page.get_by_role("img")).to_have_count(0)
    await faultless(page)
    await site.telegram.post_in_channel(-1002, f"@MotCuaBot liên kết {code}")
    assert "Đã liên kết kênh này" in (await site.telegram.wait_sent(-1002))[0].text
    await page.get_by_role("link", name="Xong, về mục Người").click()
    await expect(page.get_by_text("Số 2, từ 15/03/2024. Nhắn được qua Telegram.")).to_be_visible()


async def test_an_invite_is_recorded_without_its_code_and_lets_in_once(site: OfficeSite) -> None:
    async with await client(site, Role.ADMIN) as http:
        text = await (await http.post(f"{PAGE}/moi", data={**FORM, "thay-the": "on"})).text()
    found = re.search(r'class="code">([A-Z2-9]{8})<', text)
    assert found
    code = found[1]
    row = (await audits(site))[-1]
    assert (row.action, row.subject) == ("people.invite", f"unit:{WARDS[0]}")
    assert row.after == {"unit": WARDS[0], "role": "officer", "label": "Cán bộ tư pháp", "substitute": True}
    assert code not in str(row.after)
    async with site.app.storage.write() as session:
        offered = await people.invited(session, code, site.app.rules.units, site.clock())
    assert offered
    assert (offered.unit, offered.role, offered.label, offered.problem) == (
        WARDS[0],
        Role.OFFICER,
        "Cán bộ tư pháp",
        None,
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"don-vi": ""}, "Ghi tên đơn vị"),
        ({"don-vi": "Các phường, xã"}, "là một nhóm"),
        ({"don-vi": "Sở nào đó"}, "Không có đơn vị"),
        ({"vai-tro": "vua"}, "Chọn một vai trò"),
        ({"chuc-danh": "Trần Thị Bích Ngọc"}, "không ghi tên người"),
        ({"chuc-danh": "gọi 0912345678"}, "không ghi tên người"),
    ],
)
async def test_a_form_that_cannot_be_is_told_and_invites_nobody(
    site: OfficeSite, change: dict[str, str], said: str
) -> None:
    async with await client(site, Role.ADMIN) as http:
        answer = await http.post(f"{PAGE}/moi", data={**FORM, **change})
        text = await answer.text()
    assert answer.status == 422
    assert said in text
    assert all(f'value="{typed}"' in text for typed in {**FORM, **change}.values() if typed != "vua")
    assert not await invites(site)
    assert not await audits(site)


async def test_a_unit_that_is_no_more_is_told_with_its_successor(site: OfficeSite) -> None:
    unit = next(one for one in site.app.rules.units.all() if one.id == WARDS[0])
    assert unit.valid_to
    assert unit.successor
    site.clock.time = site.clock().replace(year=unit.valid_to.year + 1)
    async with await client(site, Role.ADMIN) as http:
        await http.post(f"{PAGE}/moi", data=FORM)
        text = await (await http.post(f"{PAGE}/moi", data={**FORM, "don-vi": WARDS[0]})).text()
        await site.link(Role.OFFICER, WARDS[0])
        listed = await (await http.get(PAGE)).text()
    successor = site.app.rules.units.name(unit.successor)
    since = (unit.valid_to + timedelta(days=1)).strftime("%d/%m/%Y")
    assert f"nay không còn hoạt động. Từ {since}: {successor}." in text
    assert f"từ {since}: {successor}" in listed


async def test_an_admin_of_a_ward_invites_for_the_ward_and_for_nobody_else(site: OfficeSite) -> None:
    city, _ = await site.link(Role.ADMIN)
    other, _ = await site.link(Role.OFFICER, WARDS[1])
    async with await client(site, Role.ADMIN, WARDS[0]) as http:
        listed = await (await http.get(PAGE)).text()
        assert "UBND phường Đa Mai" in listed
        assert "Dĩnh Kế" not in listed
        assert "Nội vụ" not in listed
        for unit in ("Phòng Nội vụ thành phố", "UBND phường Dĩnh Kế"):
            answer = await http.post(f"{PAGE}/moi", data={**FORM, "don-vi": unit, "vai-tro": "admin"})
            assert answer.status == 422
            assert "không thuộc phạm vi" in await answer.text()
        for person in (city, other):
            path = f"{PAGE}/{person.memberships[0].id}/ket-thuc"
            assert (await http.get(path)).status == 404
            assert (await http.post(path, data={})).status == 404
        assert not await invites(site)
        assert (await http.post(f"{PAGE}/moi", data={**FORM, "vai-tro": "teacher"})).status == 200
    assert [(one.unit, one.role) for one in await invites(site)] == [(WARDS[0], "teacher")]


async def test_the_last_admin_role_of_ones_own_cannot_be_ended(site: OfficeSite) -> None:
    me, chat = await site.link(Role.ADMIN)
    other, other_chat = await site.link(Role.ADMIN)
    mine = f"{PAGE}/{me.memberships[0].id}/ket-thuc"
    async with site.http(await site.secret(chat)) as http:
        answer = await http.post(mine, data={})
        assert answer.status == 409
        assert "quản trị cuối cùng của chính anh/chị" in await answer.text()
        ended = await http.post(f"{PAGE}/{other.memberships[0].id}/ket-thuc", data={}, allow_redirects=False)
        assert ended.status == 303
    async with site.app.storage.read() as session:
        rows = {row.id: row.active for row in (await session.execute(select(Member))).scalars()}
        assert rows == {me.memberships[0].id: True, other.memberships[0].id: False}
        assert await people.person(session, other_chat, site.app.rules.units) is None
    assert [(row.action, row.before) for row in await audits(site)] == [
        ("people.remove", {"unit": NOI_VU, "role": "admin", "label": ""})
    ]


async def test_who_loses_the_role_is_out_of_the_page_at_the_next_request(site: OfficeSite) -> None:
    editor, chat = await site.link(Role.EDITOR)
    browser = site.http(await site.secret(chat))
    async with await client(site, Role.ADMIN) as http, browser:
        assert (await browser.get("/lam-viec/so-lieu")).status == 200
        await http.post(f"{PAGE}/{editor.memberships[0].id}/ket-thuc", data={})
        answer = await browser.get("/lam-viec/so-lieu", allow_redirects=False)
        assert (answer.status, answer.headers["Location"].split("?")[0]) == (303, "/lam-viec/vao")
        assert (await http.post(f"{PAGE}/{editor.memberships[0].id}/ket-thuc", data={})).status == 404
    async with site.app.storage.read() as session:
        assert (await session.execute(select(WebSession))).scalars().first()


async def test_only_admins_open_people_and_a_page_of_somebody_else_ends_nothing(site: OfficeSite) -> None:
    victim, _ = await site.link(Role.OFFICER)
    path = f"{PAGE}/{victim.memberships[0].id}/ket-thuc"
    for role in PERSONS - RIGHTS[Right.PEOPLE]:
        async with await client(site, role) as http:
            for answer in (await http.get(PAGE), await http.post(f"{PAGE}/moi", data=FORM), await http.post(path)):
                assert answer.status == 403, (role, answer.url)
    _, chat = await site.link(Role.ADMIN)
    async with site.http(await site.secret(chat), origin="https://example.org") as http:
        assert (await http.post(path, data={})).status == 403
        assert (await http.post(f"{PAGE}/moi", data=FORM)).status == 403
        for number in ("999999", "99999999999999"):
            assert (await http.get(f"{PAGE}/{number}/ket-thuc")).status == 404
    assert not await audits(site)
    assert not await invites(site)


async def test_an_invite_that_runs_out_unused_waits_on_todays_page(site: OfficeSite) -> None:
    async with await client(site, Role.ADMIN) as http, await client(site, Role.ADMIN, WARDS[1]) as ward:
        await http.post(f"{PAGE}/moi", data=FORM)
        assert "Mã mời sắp hết hạn" not in await (await http.get("/lam-viec")).text()
        site.clock.forward(timedelta(days=11, minutes=1))
        for browser in (http, ward):
            async with site.app.storage.write() as session:
                for row in (await session.execute(select(WebSession))).scalars():
                    row.expires_at = site.clock() + timedelta(hours=1)
                    session.add(row)
            told = "Mã mời sắp hết hạn" in await (await browser.get("/lam-viec")).text()
            assert told is (browser is http)
        site.clock.forward(timedelta(days=3))
        async with site.app.storage.write() as session:
            for row in (await session.execute(select(WebSession))).scalars():
                row.expires_at = site.clock() + timedelta(hours=1)
                session.add(row)
        assert "Mã mời sắp hết hạn" not in await (await http.get("/lam-viec")).text()
        assert "đã hết hạn" in await (await http.get(PAGE)).text()


def test_a_label_is_a_post_and_no_name() -> None:
    for name in ("Nguyễn Văn A", "TRẦN THỊ B", "Lê Thu", "Ông Tám", "Chị Hoa", "Đỗ Thị Kim Liên", "a@b.vn"):
        assert looks_like_a_person(name), name
    for post in (
        "",
        "Cán bộ tư pháp",
        "Phó Chủ tịch",
        "Hồ sơ một cửa",
        "Đô thị",
        "Văn hoá",
        "Lãnh đạo",
        "Trưởng phòng",
    ):
        assert not looks_like_a_person(post), post


# The record of changes


async def test_the_record_is_filtered_paged_and_exported(site: OfficeSite) -> None:
    person, chat = await site.link(Role.MONITOR)
    member = person.memberships[0].id
    async with site.app.storage.write() as session:
        for number in range(450):
            at = site.clock() - timedelta(days=number // 50)
            session.add(
                Audit(
                    at=at,
                    member_id=member,
                    by="Biên tập",
                    action="procedure.publish" if number % 2 else "gap.attach",
                    subject=f"procedure:1.00{number:04}",
                    before={"fee": f"{number}.000 đồng", "same": 1},
                    after={"fee": "=1+1", "same": 1},
                )
            )
    async with site.http(await site.secret(chat)) as http:
        first = await (await http.get("/lam-viec/nhat-ky")).text()
        last = await (await http.get("/lam-viec/nhat-ky?trang=99")).text()
        one = await (await http.get("/lam-viec/nhat-ky?doi-tuong=1.000017&viec=procedure.publish")).text()
        none = await (await http.get("/lam-viec/nhat-ky?doi-tuong=%25")).text()
        days = await (await http.get("/lam-viec/nhat-ky?tu=2024-03-14&den=2024-03-14")).text()
        wrong = await http.get("/lam-viec/nhat-ky?tu=2024-03-14&den=hom-qua")
        book = openpyxl.load_workbook(
            io.BytesIO(await (await http.get("/lam-viec/nhat-ky.xlsx?viec=gap.attach")).read())
        )
    assert first.count("<li><h2>") == 200
    assert "450 thay đổi" in first
    assert "Trang 1 / 3" in first
    assert last.count("<li><h2>") == 50
    assert "1 thay đổi" in one
    assert "17.000 đồng" in one
    assert "same" not in one
    assert "0 thay đổi" in none
    assert "50 thay đổi" in days
    assert wrong.status == 422
    assert "Ngày chưa đúng" in await wrong.text()
    rows = list(book.active.iter_rows(min_row=2, values_only=True))  # type: ignore[union-attr]
    assert len(rows) == 225
    assert rows[0][0] == site.clock().astimezone(VIETNAM).replace(tzinfo=None)
    assert rows[0][6] == "=1+1"


async def test_a_ward_sees_what_its_own_people_changed(site: OfficeSite) -> None:
    async with await client(site, Role.ADMIN) as http:
        await http.post(f"{PAGE}/moi", data={**FORM, "chuc-danh": "Việc của thành phố"})
    async with await client(site, Role.ADMIN, WARDS[0]) as http:
        await http.post(f"{PAGE}/moi", data={**FORM, "chuc-danh": "Việc của phường"})
        text = await (await http.get("/lam-viec/nhat-ky")).text()
        book = openpyxl.load_workbook(io.BytesIO(await (await http.get("/lam-viec/nhat-ky.xlsx")).read()))
    assert "Việc của phường" in text
    assert "Việc của thành phố" not in text
    told = str(list(book.active.iter_rows(values_only=True)))  # type: ignore[union-attr]
    assert "Việc của phường" in told
    assert "Việc của thành phố" not in told


async def test_the_record_speaks_of_units_roles_and_states_in_words(site: OfficeSite) -> None:
    async with await client(site, Role.ADMIN) as http:
        await http.post(f"{PAGE}/moi", data=FORM)
        text = await (await http.get("/lam-viec/nhat-ky")).text()
    assert "đơn vị UBND phường Đa Mai" in text
    assert "cán bộ phụ trách" in text
    assert WARDS[0] not in text
    units = site.app.rules.units
    assert subject("procedure:1.001193", units) == "thủ tục 1.001193"
    assert subject("khac:7", units) == "khac 7"
    row = Audit(at=site.clock(), by="", action="x", subject="session", before={"state": "open"}, after={"state": "mới"})
    told = change(row, units)
    assert (told.subject, told.differences[0].before, told.differences[0].after) == ("thiết bị", "đang mở", "mới")


def test_a_difference_names_what_changed_and_leaves_out_the_rest() -> None:
    found = differences({"state": "draft", "code": "1.001193", "old": None}, {"state": "approved", "code": "1.001193"})
    assert [(one.name, one.before, one.after) for one in found] == [
        ("Trạng thái", "draft", "approved"),
        ("old", "trống", None),
    ]
    assert differences(None, {"off": True, "units": ["a", "b"], "more": {"a": 1}})[0].after == "có"
    assert [one.after for one in differences(None, {"units": ["a", "b"], "more": {"a": 1}})] == ["a; b", '{"a":1}']
    assert differences(None, None) == ()


# Teachers


@pytest.mark.browser
async def test_a_teacher_finds_the_way_to_open_a_class(context: BrowserContext, site: OfficeSite) -> None:
    await site.let_in(context, Role.TEACHER)
    page = await context.new_page()
    await page.goto(f"{site.address}/lam-viec/lop-hoc")
    await expect(page.get_by_role("definition").first).to_have_text("dưới 5")
    await faultless(page)
    await page.get_by_role("link", name="Mở lớp").click()
    await expect(page).to_have_url(re.compile("/luyen-tap/mo-lop$"))


async def test_a_password_holder_who_lost_the_role_gets_nowhere(site: OfficeSite) -> None:
    async with site.app.storage.write() as session:
        number = await access.create_account(session, "quantri", "mot mat khau dai", NOI_VU, site.clock())
    secret = await site.secret(Address(access.ACCOUNT, "quantri"))
    async with await client(site, Role.ADMIN) as http, site.http(secret) as browser:
        text = await (await http.get(PAGE)).text()
        assert "Mật khẩu trang làm việc" in text
        assert (await browser.get(PAGE)).status == 200
        assert (await http.post(f"{PAGE}/{number}/ket-thuc", data={}, allow_redirects=False)).status == 303
        assert (await browser.get(PAGE, allow_redirects=False)).status == 303
