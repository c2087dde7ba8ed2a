"""Pupils' pages in real Chromium, at the width of a phone and of a desk."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from PIL import Image
from playwright.async_api import Browser, BrowserContext, expect
from sqlalchemy import func, select

from bot.app import App
from bot.practice import visits
from bot.storage import Storage
from bot.tables import (
    PracticeBadge,
    PracticeClass,
    PracticeKey,
    PracticePupil,
    PracticeReturn,
    PracticeRun,
    PracticeTry,
    PracticeVisit,
)
from scheduler.calendar import VIETNAM
from tests.web.faults import faultless
from tests.web.practice_world import Player, open_class

pytestmark = pytest.mark.browser
CCCD = "001205012345"


@pytest.fixture
async def player(context: BrowserContext, app: App, page_server: str) -> Player:
    return Player(await context.new_page(), app, page_server)


@pytest.fixture
async def http(page_server: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(page_server, cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def rows(storage: Storage, table: type) -> int:
    async with storage.read() as session:
        return int((await session.execute(select(func.count()).select_from(table))).scalar_one())


async def test_a_pupil_comes_in_plays_to_the_end_and_takes_something_home(player: Player, app: App) -> None:
    code, _ = await open_class(app, "thuetro")
    page = player.page
    await page.goto(f"{player.server}/luyen-tap?lop={code}")
    await expect(page.get_by_label("Mã lớp").first).to_have_value(code)
    await faultless(page)
    await player.enter(code)
    await faultless(page)
    await player.begin("thuetro")
    mock = page.get_by_text("MÔ PHỎNG – không nộp thật")
    seen = set()
    while (item := await player.item()) is not None:
        await faultless(page)
        seen.add(item.key)
        portal = item.level in ("file", "track")
        assert await mock.count() == (1 if portal else 0)
        assert ("MÔ PHỎNG" in await page.title()) == portal
        if portal:
            await expect(page.locator("[aria-current=step]")).to_have_count(1)
            await page.evaluate("scrollTo(0, document.body.scrollHeight)")
            await expect(mock).to_be_in_viewport()
        await player.answer(item)
    assert len(seen) == 14
    await expect(page.get_by_role("status")).to_contain_text("28/28")
    await faultless(page)
    await page.get_by_role("link", name="Thẻ dạy lại").click()
    await expect(page.locator("article")).to_contain_text("chưa có thông tin")
    await expect(page.locator("article")).to_contain_text("3 ngày làm việc")
    await faultless(page)
    await page.goto(f"{player.server}/luyen-tap/cua-em")
    await expect(page.locator("main")).to_contain_text("Điểm cao nhất: 28/28")
    await expect(page.get_by_role("link", name="Giấy chứng nhận (PDF)")).to_be_visible()
    await faultless(page)
    for path, kind in (("chung-nhan.png", "PNG"), ("the/thuetro.png", "PNG")):
        got = await page.request.get(f"{player.server}/luyen-tap/{path}")
        assert Image.open(io.BytesIO(await got.body())).format == kind
    pdf = await page.request.get(f"{player.server}/luyen-tap/chung-nhan.pdf")
    assert (await pdf.body()).startswith(b"%PDF")


async def test_a_wrong_choice_is_explained_a_hint_costs_and_leaving_resumes_elsewhere(
    player: Player, app: App, browser: Browser
) -> None:
    code, _ = await open_class(app, "batuksinh")
    page = player.page
    await player.enter(code)
    await player.begin("batuksinh")
    find = await player.item()
    assert find
    wrong = next(option for option in find.options if not option.right)
    await player.answer(find, right=False)
    await expect(page.get_by_role("alert")).to_contain_text(wrong.why)
    await expect(page.get_by_role("alert")).to_contain_text("còn 1 điểm")
    await expect(page.locator(f"input[value='{wrong.key}']")).to_be_disabled()
    await faultless(page)
    await page.get_by_role("button", name="Gợi ý").click()
    await expect(page.locator(".hint")).to_contain_text(find.hint)
    await expect(page.locator("#cho")).to_contain_text("còn 0 điểm")
    await player.answer(find)
    await expect(page.get_by_role("status").first).to_contain_text(find.rule)
    await expect(page.locator("#cho")).to_contain_text("câu 2/13")
    other = await browser.new_context(locale="vi-VN")
    again = Player(await other.new_page(), app, player.server)
    await again.page.goto(f"{player.server}/luyen-tap")
    await again.page.get_by_text("Em đã có biệt danh").click()
    await again.page.locator("#lop-cu").fill(code.lower())
    await again.page.get_by_label("Biệt danh").fill(player.nickname)
    await again.page.get_by_label("Từ bí mật").fill("sai hẳn 10")
    await again.page.get_by_role("button", name="Làm tiếp").click()
    await expect(again.page.get_by_role("alert")).to_contain_text("Chưa khớp")
    await again.page.get_by_label("Biệt danh").fill(player.nickname)
    await again.page.get_by_label("Từ bí mật").fill(player.word)
    await again.page.get_by_role("button", name="Làm tiếp").click()
    await expect(again.page.locator("h2")).to_contain_text(player.nickname)
    await again.begin("batuksinh")
    await expect(again.page.locator("#cho")).to_contain_text("câu 2/13")
    await other.close()


async def test_real_looking_data_is_refused_with_a_lesson_and_kept_nowhere(player: Player, app: App) -> None:
    code, _ = await open_class(app, "batuksinh")
    await player.enter(code)
    await player.begin("batuksinh")
    while (item := await player.item()) is not None and item.key != "form":
        await player.answer(item)
    assert item
    before = await rows(app.storage, PracticeTry)
    page = player.page
    for typed, kind in (
        (CCCD, "số căn cước"),
        ("0912 345 678", "số điện thoại"),
        ("số 12 ngõ 5 đường Láng", "địa chỉ nhà"),
    ):
        await page.get_by_label(item.blanks[0].label).fill(typed)
        await player.send(item)
        lesson = page.get_by_role("alert")
        await expect(lesson).to_contain_text("Dừng lại một chút")
        await expect(lesson).to_contain_text(kind)
        assert typed not in await page.content()
        await faultless(page)
    assert await rows(app.storage, PracticeTry) == before
    await page.get_by_label(item.blanks[0].label).fill("Ai đó khác")
    await player.send(item)
    await expect(page.locator(".not-yet").first).to_be_visible()
    await expect(page.locator("#cho")).to_contain_text("còn 1 điểm")
    assert "Ai đó khác" not in await page.content()
    await expect(page.get_by_label(item.blanks[0].label)).to_have_attribute("aria-invalid", "true")
    await page.get_by_label(item.blanks[2].label).fill(item.blanks[2].value)
    await player.send(item)
    await expect(page.get_by_label(item.blanks[2].label)).to_have_value(item.blanks[2].value)
    await expect(page.locator(".not-yet")).to_have_count(2)
    await faultless(page)
    kept = b"".join(file.read_bytes() for file in app.settings.data_dir.glob("*.db*"))
    assert player.nickname.encode() in kept
    assert not [word for word in (CCCD, "0912 345 678", "đường Láng", "Ai đó khác") if word.encode() in kept]


async def test_of_several_each_wrong_one_is_explained_by_name_and_right_ones_stay_ticked(
    player: Player, app: App
) -> None:
    code, _ = await open_class(app, "batuksinh")
    await player.enter(code)
    await player.begin("batuksinh")
    while (item := await player.item()) is not None and item.key != "documents":
        await player.answer(item)
    assert item
    page = player.page
    await player.send(item)
    await expect(page.get_by_role("alert")).to_contain_text("Em chưa chọn mục nào")
    await expect(page.locator("#cho")).to_contain_text("còn 2 điểm")
    await faultless(page)
    for option in item.options:
        await page.locator(f"input[value='{option.key}']").check()
    await player.send(item)
    for option in item.options:
        box = page.locator(f"input[value='{option.key}']")
        if option.right:
            await expect(box).to_be_checked()
        else:
            await expect(page.get_by_role("alert")).to_contain_text(f"“{option.label}”: {option.why}")
            await expect(box).to_be_disabled()
    assert (await page.title()).startswith("Chưa đúng")
    await faultless(page)
    await player.send(item)
    await expect(page.get_by_role("status").first).to_contain_text(item.rule)


async def test_the_assistant_answers_beside_the_question_and_dark_pages_have_no_fault(player: Player, app: App) -> None:
    code, _ = await open_class(app, "batuksinh")
    await player.page.emulate_media(color_scheme="dark")
    await player.enter(code)
    await player.begin("batuksinh")
    frame = player.page.frame_locator("iframe[title='Hỏi trợ lý']")
    await frame.get_by_label("Câu hỏi của anh/chị").fill("xin bản sao giấy khai sinh")
    await frame.get_by_role("button", name="Gửi").click()
    await expect(frame.locator(".said.bot").last).to_contain_text("2.000635")
    await faultless(player.page)
    while (item := await player.item()) is not None and item.key != "login":
        await player.answer(item)
    await faultless(player.page)


async def test_what_was_answered_wrong_comes_back_and_is_told_when(player: Player, app: App) -> None:
    code, _ = await open_class(app, "batuksinh")
    await player.enter(code)
    await player.begin("batuksinh")
    item = await player.item()
    assert item
    await player.answer(item, right=False)
    await player.play()
    page = player.page
    back = (app._now() + timedelta(days=2)).astimezone(VIETNAM)
    await expect(page.locator("main")).to_contain_text(
        f"1 câu sẽ quay lại để em nhớ lâu hơn, sớm nhất ngày {back:%d/%m/%Y}"
    )
    async with app.storage.write() as session:
        row = (await session.execute(select(PracticeReturn))).scalar_one()
        row.due_on -= timedelta(days=2)
        session.add(row)
    await page.get_by_role("link", name="Trang của em").click()
    await expect(page.locator(".due")).to_contain_text("1 câu quay lại hôm nay")
    await faultless(page)
    await page.get_by_role("button", name="Ôn câu quay lại").click()
    await expect(page.locator("#cho")).to_contain_text("câu 1/1")
    assert await player.play() == 1
    await expect(page.locator("main")).to_contain_text("Em đã ôn xong 1 câu")
    await faultless(page)


async def test_every_card_to_take_home_is_one_sheet_of_paper(browser: Browser, app: App, page_server: str) -> None:
    page = await browser.new_page()
    for case in app.school.course.cases:
        await page.goto(f"{page_server}/luyen-tap/the/{case}")
        printed = await page.pdf(format="A4")
        assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1, case


async def test_it_works_without_javascript(browser: Browser, app: App, page_server: str) -> None:
    code, _ = await open_class(app, "batuksinh")
    plain = await browser.new_context(java_script_enabled=False, viewport={"width": 360, "height": 740})
    player = Player(await plain.new_page(), app, page_server)
    await player.enter(code)
    await player.begin("batuksinh")
    assert await player.play() == 13
    await expect(player.page.locator(".score")).to_contain_text("26/26")
    await plain.close()


async def test_it_works_by_keyboard_alone(player: Player, app: App) -> None:
    code, _ = await open_class(app, "batuksinh")
    await player.enter(code)
    await player.begin("batuksinh")
    item = await player.item()
    assert item
    page = player.page
    for _ in range(20):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.name === 'chon'"):
            break
    for _ in item.options:
        await page.keyboard.press("ArrowDown")
        if await page.evaluate("document.activeElement.value") in item.right:
            break
    outlined = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
    assert outlined != "none"
    await page.keyboard.press("Enter")
    await expect(page.locator("#cho")).to_contain_text("câu 2/13")


async def test_a_form_of_another_site_is_refused(http: aiohttp.ClientSession, app: App) -> None:
    code, secret = await open_class(app)
    forged = {"Origin": "https://xau.example"}
    for path in ("/luyen-tap/vao", "/luyen-tap/mo-lop", f"/luyen-tap/lop/{secret}/xoa", "/luyen-tap/xoa"):
        async with http.post(path, data={"lop": code}, headers=forged) as response:
            assert response.status == 403, path
    assert await rows(app.storage, PracticePupil) == 0


async def test_a_proxy_that_changes_our_name_refuses_nobody_of_ours(http: aiohttp.ClientSession, app: App) -> None:
    code, _ = await open_class(app, "batuksinh")
    ours = {"Origin": "https://motcua.example", "Sec-Fetch-Site": "same-origin"}
    async with http.post("/luyen-tap/vao", data={"lop": code}, headers=ours) as response:
        assert response.status == 200
    theirs = {"Origin": "https://motcua.example", "Sec-Fetch-Site": "cross-site"}
    async with http.post("/luyen-tap/xoa", headers=theirs) as response:
        assert response.status == 403


async def test_a_form_sent_twice_counts_once(http: aiohttp.ClientSession, app: App) -> None:
    code, _ = await open_class(app, "batuksinh")
    for _ in range(2):
        async with http.post("/luyen-tap/vao", data={"lop": code}) as response:
            assert response.status == 200
        async with http.post("/luyen-tap/bat-dau", data={"viec": "batuksinh"}) as response:
            assert response.status == 200
    assert (await rows(app.storage, PracticePupil), await rows(app.storage, PracticeRun)) == (1, 1)
    item = app.school.course.items("batuksinh", app.school.course.library.get("2.000635").checked_on)[0]  # type: ignore[union-attr]
    sent = {"cau": item.name, "chon": next(iter(item.right))}
    for _ in range(2):
        async with http.post("/luyen-tap/lam/batuksinh", data=sent) as response:
            assert "câu 2/13" in await response.text()
    assert await rows(app.storage, PracticeTry) == 1


async def test_a_button_pressed_twice_makes_one_pupil_with_one_word(http: aiohttp.ClientSession, app: App) -> None:
    code, _ = await open_class(app)
    sent = {"lop": code, "luot": "abc123"}
    words = []
    for _ in range(2):
        async with http.post("/luyen-tap/vao", data=sent, headers={"Cookie": ""}) as response:
            words.append(re.findall(r"<dd>(.*?)</dd>", await response.text()))
        http.cookie_jar.clear()
    assert words[0] == words[1]
    assert len(words[0]) == 3
    assert await rows(app.storage, PracticePupil) == 1
    async with http.post("/luyen-tap/vao", data={**sent, "luot": "other"}) as response:
        assert response.status == 200
    assert await rows(app.storage, PracticePupil) == 2


async def test_another_class_can_be_entered_on_a_known_device(http: aiohttp.ClientSession, app: App) -> None:
    first, _ = await open_class(app)
    second, _ = await open_class(app, label="8A2")
    async with http.post("/luyen-tap/vao", data={"lop": first}) as response:
        assert response.status == 200
    for code, path in ((first, "/luyen-tap/cua-em"), (second, "/luyen-tap")):
        async with http.get("/luyen-tap", params={"lop": code}) as response:
            assert response.url.path == path
    async with http.post("/luyen-tap/vao", data={"lop": second}) as response:
        assert "của lớp 8A2" in await response.text()


async def test_outside_its_days_a_class_is_neither_entered_nor_played(http: aiohttp.ClientSession, app: App) -> None:
    code, _ = await open_class(app, "batuksinh")
    async with http.post("/luyen-tap/vao", data={"lop": code}) as response:
        assert response.status == 200
    async with http.post("/luyen-tap/bat-dau", data={"viec": "batuksinh"}) as response:
        assert response.url.path == "/luyen-tap/lam/batuksinh"
    async with app.storage.write() as session:
        classroom = (await session.execute(select(PracticeClass))).scalar_one()
        classroom.opens_on -= timedelta(days=30)
        classroom.closes_on -= timedelta(days=30)
        session.add(classroom)
        last = classroom.closes_on
    async with http.get("/luyen-tap/lam/batuksinh") as response:
        assert response.url.path == "/luyen-tap/cua-em"
        assert f"{last:%d/%m/%Y}" in await response.text()
    sent = {"cau": "batuksinh/find", "goiy": "1"}
    async with http.post("/luyen-tap/lam/batuksinh", data=sent) as response:
        assert response.url.path == "/luyen-tap/cua-em"
    assert await rows(app.storage, PracticeTry) == 0
    http.cookie_jar.clear()
    async with http.post("/luyen-tap/vao", data={"lop": code}) as response:
        assert response.status == 422
        assert f"{last:%d/%m/%Y}" in await response.text()


@pytest.mark.parametrize("cookie", ["luyentap=", "luyentap=kh\u00f4ng", "luyentap=\udce9", "luyentap=" + "x" * 4000])
async def test_a_cookie_that_is_none_of_ours_is_nobody(http: aiohttp.ClientSession, cookie: str) -> None:
    sent = {"Cookie": cookie.encode("utf-8", "surrogateescape").decode("latin-1")}
    async with http.get("/luyen-tap/cua-em", headers=sent) as response:
        assert response.status == 200
        assert response.url.path == "/luyen-tap"


async def test_a_form_that_nobody_can_read_is_refused_with_a_page(http: aiohttp.ClientSession) -> None:
    for charset in ("utf-8", "no-such"):
        sent = {"Content-Type": f"application/x-www-form-urlencoded; charset={charset}"}
        async with http.post("/luyen-tap/vao", data=b"lop=\xff\xfe", headers=sent) as response:
            assert response.status == 400
            assert "Không đọc được" in await response.text()


@pytest.mark.parametrize("code", ["", "7A-ZZZZ", "<script>alert(1)</script>", "7A-" + "9" * 400])
async def test_an_unknown_code_gets_a_clear_answer(http: aiohttp.ClientSession, code: str) -> None:
    async with http.post("/luyen-tap/vao", data={"lop": code}) as response:
        assert response.status == 422
        text = await response.text()
    assert "Không có lớp nào mang mã đó" in text
    assert "<script>alert" not in text


async def test_codes_cannot_be_guessed_for_long(http: aiohttp.ClientSession, app: App) -> None:
    right, _ = await open_class(app)
    for _ in range(61):
        async with http.post("/luyen-tap/vao", data={"lop": "7A-ZZZZ"}) as response:
            status = response.status
    assert status == 429
    async with http.post("/luyen-tap/vao", data={"lop": right}) as response:
        assert response.status == 429  # or the right one would be found in the end
    back = {"lop": right, "bietdanh": "Sóc Nâu 12", "tu": "x"}
    async with http.post("/luyen-tap/tro-lai", data=back) as response:
        assert response.status == 429


async def test_nobody_plays_without_a_key(http: aiohttp.ClientSession, app: App) -> None:
    await open_class(app)
    for path in ("/luyen-tap/lam/batuksinh", "/luyen-tap/xong/batuksinh"):
        async with http.get(path) as response:
            assert response.status == 403
    async with http.post("/luyen-tap/bat-dau", data={"viec": "batuksinh"}) as response:
        assert response.status == 403
    async with http.get("/luyen-tap/the/khongco") as response:
        assert response.status == 404


async def test_the_code_at_the_desk_gives_a_badge_to_the_class_that_visits(
    http: aiohttp.ClientSession, app: App
) -> None:
    code, _ = await open_class(app, "batuksinh")
    async with http.get("/luyen-tap/qr/2.000635/khongco", allow_redirects=False) as response:
        assert response.headers["Location"] == "/?noi=2.000635"
    async with http.post("/luyen-tap/vao", data={"lop": code}) as response:
        assert response.status == 200
    async with app.storage.write() as session:
        classroom = await app.school.desk(session, app._now()).classroom(code)
        assert classroom
        day = app._now().date() + timedelta(days=1)
        visits.plan(session, classroom.id, "7A", "Một Cửa phường, gọi 0912345678", day, app.school.draw)
    async with app.storage.read() as session:
        visit = (await session.execute(select(PracticeVisit))).scalar_one()
    assert "0912345678" not in visit.desk
    for _ in range(2):
        async with http.get(f"/luyen-tap/qr/2.000635/{visit.qr_key}") as response:
            assert "nhận huy hiệu" in await response.text()
    assert await rows(app.storage, PracticeBadge) == 1
    async with http.get("/luyen-tap/cua-em") as response:
        assert "Huy hiệu tham quan" in await response.text()


async def test_leaving_forgets_the_device_and_deleting_forgets_the_pupil(http: aiohttp.ClientSession, app: App) -> None:
    code, _ = await open_class(app)
    async with http.post("/luyen-tap/vao", data={"lop": code}) as response:
        assert response.status == 200
    async with http.post("/luyen-tap/thoat") as response:
        assert response.url.path == "/luyen-tap"
    assert (await rows(app.storage, PracticeKey), await rows(app.storage, PracticePupil)) == (0, 1)
    async with http.post("/luyen-tap/vao", data={"lop": code}) as response:
        assert response.status == 200
    async with http.get("/luyen-tap/xoa") as response:
        assert "không lấy lại được" in await response.text()
    async with http.post("/luyen-tap/xoa") as response:
        assert response.url.path == "/luyen-tap"
    assert (await rows(app.storage, PracticeKey), await rows(app.storage, PracticePupil)) == (0, 1)
