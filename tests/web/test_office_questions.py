"""Questions in real Chromium: a citizen hands one over and reads the answer, officials answer, attach and put aside."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlmodel import col

from bot.tables import Alias, Audit, Gap, Handover, Outbox
from handlers.duties import Role
from handlers.message import Address, Message, Reply
from scheduler.calendar import VIETNAM
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

pytestmark = pytest.mark.browser

CITIZEN = 77
ASKED = "nuôi chim bồ câu trên sân thượng có phải xin phép không"
HAND_OVER = "Nhờ cán bộ trả lời"
HERE = "/lam-viec/cau-hoi"
TAKEN = "đăng ký lấy chồng ở phường"
"""An alias of another procedure."""


async def says(site: OfficeSite, text: str, *, session: str = "khach-thu-nhat-o-trang-web", press: str = "") -> Reply:
    """A citizen at the web chat types something, or presses a choice of the last answer."""
    here = Address("web", session)
    number = f"{session}:{text}:{press}:{site.clock().timestamp()}"
    answer = await site.app.exchange.say(Message(number, here, session, text))
    assert answer
    last = answer.replies[-1]
    if not press:
        return last
    (chosen,) = (choice for choice in last.choices if choice.label == press)
    answer = await site.app.exchange.say(Message(f"{number}:2", here, session, press, chosen.action))
    assert answer
    return answer.replies[-1]


async def rows(site: OfficeSite, table: type[Any]) -> list[Any]:
    async with site.app.storage.read() as session:
        return list((await session.execute(select(table))).scalars())


async def opened(context: BrowserContext, site: OfficeSite, path: str) -> Page:
    page = await context.new_page()
    await page.goto(f"{site.address}{path}")
    await faultless(page)
    return page


async def test_a_citizen_on_a_messenger_is_answered_and_asks_on(context: BrowserContext, site: OfficeSite) -> None:
    site.telegram.meet(CITIZEN)
    await site.telegram.say(CITIZEN, ASKED)
    await site.telegram.wait_sent(CITIZEN, 1)
    await site.telegram.click(CITIZEN, HAND_OVER)
    told = (await site.telegram.wait_sent(CITIZEN, 2))[-1]
    assert "17:00 thứ Hai 18/03/2024" in told.text
    assert "sẽ được gửi vào cuộc trò chuyện này" in told.text
    await site.let_in(context, Role.EDITOR)
    page = await opened(context, site, "/lam-viec")
    await page.get_by_role("link", name="Người dân đang chờ trả lời").click()
    await faultless(page)
    await expect(page.get_by_text(ASKED)).to_be_visible()
    await expect(page.get_by_text("hẹn trước 17:00 thứ Hai 18/03/2024")).to_be_visible()
    await page.get_by_role("link", name="Trả lời câu HT-").click()
    await faultless(page)
    await page.get_by_role("button", name="Xem trước").click()
    await expect(page.get_by_role("alert")).to_contain_text("Viết câu trả lời")
    await faultless(page)
    await page.get_by_label("Nội dung").fill("Việc nuôi chim không cần xin phép. Hỏi thêm số 0912345678.")
    await page.get_by_label("Tìm thủ tục khác").fill("đăng ký khai sinh")
    await page.get_by_role("button", name="Tìm").click()
    await expect(page.get_by_label("Nội dung")).to_have_value(
        "Việc nuôi chim không cần xin phép. Hỏi thêm số [số điện thoại]."
    )
    await page.get_by_label("Đăng ký khai sinh (1.001193)").check()
    await page.get_by_role("button", name="Xem trước").click()
    await expect(page.get_by_text("Cán bộ trả lời câu hỏi HT-")).to_be_visible()
    await expect(page.get_by_text("mã 1.001193")).to_be_visible()
    await faultless(page)
    await page.get_by_role("button", name="Sửa lại").click()
    await page.get_by_label("Nội dung").fill("Việc nuôi chim không cần xin phép.")
    await page.get_by_role("button", name="Xem trước").click()
    await page.get_by_role("button", name="Gửi cho người dân").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã trả lời câu hỏi HT-")
    await faultless(page)
    answer = (await site.telegram.wait_sent(CITIZEN, 3))[-1]
    assert "Việc nuôi chim không cần xin phép." in answer.text
    assert "Nơi trả lời: " in answer.text
    assert "mã 1.001193" in answer.text
    assert list(answer.labels)[:2] == ["Đúng rồi", "Hỏi tiếp"]
    await site.settled_reply()
    await page.goto(f"{site.address}{HERE}?muc=xong")
    await expect(page.get_by_text("đã gửi lúc 08:00 ngày 15/03/2024")).to_be_visible()
    await faultless(page)
    await page.get_by_role("link", name="Xem").first.click()
    await expect(page.get_by_role("heading", name="Đã trả lời")).to_be_visible()
    await faultless(page)
    (gap,) = await rows(site, Gap)
    assert gap.state == "answered"
    await site.telegram.click(CITIZEN, "Hỏi tiếp")
    assert "Anh/chị gõ câu cần hỏi" in (await site.telegram.wait_sent(CITIZEN, 4))[-1].text


async def test_a_citizen_at_the_page_reads_the_answer_when_they_come_back(
    context: BrowserContext, site: OfficeSite
) -> None:
    visitor = await context.new_page()
    await visitor.goto(site.address)
    await visitor.get_by_role("textbox").fill(ASKED)
    await visitor.keyboard.press("Enter")
    await visitor.get_by_role("button", name=HAND_OVER).click()
    await expect(visitor.get_by_text("Trang này không tự nhắn cho anh/chị được.")).to_be_visible()
    await faultless(visitor)
    await site.let_in(context, Role.COORDINATOR)
    (row,) = await rows(site, Handover)
    page = await opened(context, site, f"{HERE}/cho/{row.id}")
    await page.get_by_label("Nội dung").fill("Việc nuôi chim cảnh không cần xin phép.")
    await page.get_by_role("button", name="Xem trước").click()
    await page.get_by_role("button", name="Gửi cho người dân").click()
    await page.goto(f"{site.address}{HERE}?muc=xong")
    await expect(page.get_by_text("chờ người hỏi mở lại trang hoặc gõ mã")).to_be_visible()
    await faultless(page)
    await visitor.reload()
    await expect(visitor.get_by_text("Việc nuôi chim cảnh không cần xin phép.")).to_be_visible()
    await faultless(visitor)
    await page.reload()
    await expect(page.get_by_text("người hỏi đã xem lúc 08:00 ngày 15/03/2024")).to_be_visible()


async def test_the_second_of_two_who_answer_is_told_and_loses_nothing(
    context: BrowserContext, site: OfficeSite
) -> None:
    await says(site, ASKED, press=HAND_OVER)
    (row,) = await rows(site, Handover)
    await site.let_in(context, Role.EDITOR)
    first = await opened(context, site, f"{HERE}/cho/{row.id}")
    second = await opened(context, site, f"{HERE}/cho/{row.id}")
    for page, text in ((first, "Không cần xin phép ạ."), (second, "Phải hỏi khu dân cư trước ạ.")):
        await page.get_by_label("Nội dung").fill(text)
        await page.get_by_role("button", name="Xem trước").click()
        await expect(page.get_by_role("heading", name="Người dân sẽ nhận được")).to_be_visible()
    for page in (first, second):
        await page.get_by_role("button", name="Gửi cho người dân").click()
        await expect(page.get_by_role("button", name="Gửi cho người dân")).to_have_count(0)
    await expect(second.get_by_role("heading", name="Câu này vừa được người khác trả lời")).to_be_visible()
    await expect(second.get_by_text("Phải hỏi khu dân cư trước ạ.")).to_be_visible()
    await expect(second.get_by_text("Không cần xin phép ạ.")).to_be_visible()
    await faultless(second)
    assert len([one for one in await rows(site, Outbox) if one.kind == "reply"]) == 1
    assert len([one for one in await rows(site, Audit) if one.action == "handover.answer"]) == 1


async def test_what_the_platform_refuses_is_seen_and_the_code_still_tells(
    context: BrowserContext, site: OfficeSite
) -> None:
    site.telegram.meet(CITIZEN)
    await site.telegram.say(CITIZEN, ASKED)
    await site.telegram.wait_sent(CITIZEN, 1)
    await site.telegram.click(CITIZEN, HAND_OVER)
    await site.telegram.wait_sent(CITIZEN, 2)
    site.telegram.blocked.add(CITIZEN)
    (row,) = await rows(site, Handover)
    await site.let_in(context, Role.EDITOR)
    page = await opened(context, site, f"{HERE}/cho/{row.id}")
    await page.get_by_label("Nội dung").fill("Việc nuôi chim cảnh không cần xin phép.")
    await page.get_by_role("button", name="Xem trước").click()
    await page.get_by_role("button", name="Gửi cho người dân").click()
    assert (await site.settled_reply()).state == "failed"
    await page.goto(f"{site.address}{HERE}?muc=xong")
    await expect(page.get_by_text("không gửi được (người hỏi đã chặn)")).to_be_visible()
    await faultless(page)
    told = await says(site, row.code.lower().replace("-", " "))
    assert "không cần xin phép" in told.text


async def test_a_question_is_attached_after_a_look_at_what_will_be_answered(
    context: BrowserContext, site: OfficeSite
) -> None:
    await says(site, ASKED)
    await says(site, f"{ASKED} ạ", session="khach-thu-hai-o-trang-web")
    await site.let_in(context, Role.EDITOR)
    page = await opened(context, site, f"{HERE}?muc=chua")
    await expect(page.get_by_text("2 lần")).to_be_visible()
    await page.get_by_role("link", name="Xử lý câu").click()
    await faultless(page)
    await page.get_by_role("button", name="Xem trước khi gắn").click()
    await expect(page.get_by_role("alert")).to_contain_text("Chọn thủ tục")
    await faultless(page)
    await page.get_by_label("Tìm thủ tục khác").fill("khai sinh")
    await page.get_by_role("button", name="Tìm").click()
    await page.get_by_label("Đăng ký khai sinh (1.001193)").check()
    await page.get_by_label("Cách hỏi được ghi nhớ").fill(TAKEN)
    await page.get_by_role("button", name="Xem trước khi gắn").click()
    await expect(page.get_by_role("heading", name="Không gắn được")).to_be_visible()
    await expect(page.get_by_role("alert")).to_contain_text("của Đăng ký kết hôn")
    await faultless(page)
    assert await rows(site, Alias) == []
    await page.get_by_label("Cách hỏi được ghi nhớ").fill("nuôi chim bồ câu trên sân thượng")
    await page.get_by_role("button", name="Xem trước khi gắn").click()
    await expect(page.get_by_text("trả lời ngay: Đăng ký khai sinh").first).to_be_visible()
    await faultless(page)
    assert await rows(site, Alias) == []
    await page.get_by_role("button", name="Gắn vào thủ tục này").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã gắn vào “Đăng ký khai sinh”.")
    await expect(page.get_by_text("Không có câu hỏi nào chờ xử lý.")).to_be_visible()
    answer = await says(site, ASKED, session="khach-thu-ba-o-trang-web")
    assert "Đăng ký khai sinh" in answer.text
    assert {gap.state for gap in await rows(site, Gap)} == {"attached"}
    await page.goto(f"{site.address}{HERE}?muc=xong")
    await page.get_by_role("link", name="Xem “").click()
    await faultless(page)
    await page.get_by_role("button", name="Gỡ khỏi thủ tục và mở lại").click()
    await expect(page.get_by_role("heading", name="Đã có thủ tục cho câu này")).to_be_visible()
    assert await rows(site, Alias) == []
    assert {gap.state for gap in await rows(site, Gap)} == {"open"}
    declined = await says(site, ASKED, session="khach-thu-tu-o-trang-web")
    assert "Đăng ký khai sinh" not in declined.text


async def test_a_question_out_of_scope_can_be_taken_back(context: BrowserContext, site: OfficeSite) -> None:
    await says(site, ASKED)
    await site.let_in(context, Role.EDITOR)
    page = await opened(context, site, HERE)
    await page.get_by_role("link", name="Xử lý câu").click()
    await page.get_by_role("button", name="Ngoài phạm vi, không cần trả lời").click()
    await expect(page.get_by_role("status")).to_contain_text("Đã đánh dấu ngoài phạm vi")
    await faultless(page)
    await page.get_by_role("button", name="Mở lại").click()
    await expect(page.get_by_role("heading", name="Đã có thủ tục cho câu này")).to_be_visible()
    await page.goto(f"{site.address}{HERE}?muc=xong")
    await expect(page.get_by_text("Mở lại câu hỏi", exact=True)).to_be_visible()
    await faultless(page)


async def test_a_draft_is_begun_from_a_question(site: OfficeSite) -> None:
    await says(site, ASKED)
    (gap,) = await rows(site, Gap)
    async with await client(site, Role.EDITOR) as http:
        sent = await http.post(f"{HERE}/nhom/{gap.question_id}/viet", allow_redirects=False)
        assert (sent.status, sent.headers["Location"]) == (303, f"/lam-viec/thu-tuc/moi?cau={gap.question_id}")
        again = await http.post(f"{HERE}/nhom/{gap.question_id}/viet", allow_redirects=False)
        assert "vừa được người khác" in (await (await http.get(again.headers["Location"])).text())
        assert [row.action for row in await rows(site, Audit)] == ["gap.draft"]
        async with site.app.storage.write() as session:
            (row,) = (await session.execute(select(Audit))).scalars()
            row.after = {"state": "drafted"}  # as the page on which procedures are written leaves it
            session.add(row)
        await http.post(f"{HERE}/nhom/{gap.question_id}/mo-lai", allow_redirects=False)
        assert [one.state for one in await rows(site, Gap)] == ["open"]
        assert (await http.post(f"{HERE}/nhom/{gap.question_id}/mo-lai")).status == 409


async def client(site: OfficeSite, role: Role) -> aiohttp.ClientSession:
    _, chat = await site.link(role)
    return site.http(await site.secret(chat))


async def test_who_may_not_answer_sees_no_one_who_waits(site: OfficeSite) -> None:
    await says(site, ASKED, press=HAND_OVER)
    (row,) = await rows(site, Handover)
    for role in (Role.MONITOR, Role.APPROVER):
        async with await client(site, role) as http:
            told = await (await http.get(f"{HERE}?muc=cho")).text()
            assert row.code not in told
            assert (await http.get(f"{HERE}/cho/{row.id}")).status == 403
            assert (await http.post(f"{HERE}/cho/{row.id}/tra-loi", data={"lam": "gui"})).status == 403
            group = await (await http.get(f"{HERE}/nhom/{row.question_id}")).text()
            assert row.code not in group
            assert "Ngoài phạm vi" not in group
            assert (await http.post(f"{HERE}/nhom/{row.question_id}/ngoai")).status == 403


async def test_ids_that_are_none_are_not_found(site: OfficeSite) -> None:
    await says(site, "đăng ký khai sinh cần gì")
    async with await client(site, Role.EDITOR) as http:
        for number in ("1", "99", "999999999", "9999999999999999999999"):
            assert (await http.get(f"{HERE}/cho/{number}")).status == 404
            assert (await http.post(f"{HERE}/cho/{number}/tra-loi", data={"lam": "gui"})).status == 404
            assert (await http.get(f"{HERE}/nhom/{number}")).status == 404
            for what in ("gan", "viet", "ngoai", "mo-lai"):
                assert (await http.post(f"{HERE}/nhom/{number}/{what}", data={})).status == 404


async def test_a_forged_procedure_and_a_forged_step_change_nothing(site: OfficeSite) -> None:
    await says(site, ASKED, press=HAND_OVER)
    (row,) = await rows(site, Handover)
    async with await client(site, Role.EDITOR) as http:
        forged = {"lam": "gui", "tra-loi": "Không cần xin phép ạ.", "thu-tuc": "9.999999"}
        sent = await http.post(f"{HERE}/cho/{row.id}/tra-loi", data=forged)
        assert sent.status == 422
        assert "Không cần xin phép ạ." in await sent.text()
        attached = {"lam": "gan", "thu-tuc": "1.001193", "cach-hoi": TAKEN}
        assert (await http.post(f"{HERE}/nhom/{row.question_id}/gan", data=attached)).status == 422
        long = {"lam": "gui", "tra-loi": "a" * 2001}
        assert (await http.post(f"{HERE}/cho/{row.id}/tra-loi", data=long)).status == 422
        private = {"lam": "gui", "tra-loi": "Anh gọi số 0912345678 nhé."}
        shown = await (await http.post(f"{HERE}/cho/{row.id}/tra-loi", data=private)).text()
        assert "đã được che đi" in shown
    assert (await rows(site, Handover))[0].state == "waiting"
    assert await rows(site, Alias) == []
    assert await rows(site, Audit) == []


async def test_a_promise_of_today_is_urgent_and_a_broken_one_is_marked(
    context: BrowserContext, site: OfficeSite
) -> None:
    await says(site, ASKED, press=HAND_OVER)
    await site.let_in(context, Role.EDITOR)
    page = await opened(context, site, "/lam-viec")
    todo = page.get_by_role("listitem").filter(has_text="Người dân đang chờ trả lời")
    assert "urgent" not in (await todo.get_attribute("class") or "")
    site.clock.time = datetime(2024, 3, 18, 9, tzinfo=VIETNAM)
    await site.let_in(context, Role.EDITOR)
    await page.goto(f"{site.address}/lam-viec")
    assert "urgent" in (await todo.get_attribute("class") or "")
    await expect(todo).to_contain_text("hẹn trước 17:00 hôm nay")
    site.clock.time = datetime(2024, 3, 18, 17, 1, tzinfo=VIETNAM)
    await page.goto(f"{site.address}{HERE}")
    await expect(page.get_by_text("quá hẹn từ 17:00 thứ Hai 18/03/2024")).to_be_visible()
    await faultless(page)
    (row,) = await rows(site, Handover)
    assert "đã quá giờ hẹn" in (await says(site, row.code)).text


async def test_long_lists_have_pages(site: OfficeSite) -> None:
    async with site.app.storage.write() as session:
        for number in range(31):
            session.add(
                Handover(
                    code=f"HT-AAAA{number:02}",
                    channel="web",
                    chat="x",
                    text=f"Câu thứ {number} hỏi gì",
                    asked_at=site.clock(),
                    promised_at=site.clock(),
                )
            )
    async with await client(site, Role.EDITOR) as http:
        first = await (await http.get(f"{HERE}?muc=cho")).text()
        second = await (await http.get(f"{HERE}?muc=cho&trang=2")).text()
        assert ("HT-AAAA29" in first, "HT-AAAA30" in first) == (True, False)
        assert ("HT-AAAA29" in second, "HT-AAAA30" in second) == (False, True)
        assert (await http.get(f"{HERE}?muc=cho&trang=-5")).status == 200
        assert (await http.get(f"{HERE}?muc=khac&trang=abc")).status == 200
    async with site.app.storage.read() as session:
        assert (await session.execute(select(col(Handover.id)).limit(1))).scalar_one()
