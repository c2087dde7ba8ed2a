"""The chat page as a person meets it, in real Chromium at the width of a phone and of a desk."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page, Route, expect

from bot.app import App
from bot.office import people
from handlers.duties import Role
from tests.bot.test_office_evidence import drawn

pytestmark = pytest.mark.browser
QUESTION = "làm giấy khai sinh cho con cần giấy tờ gì"
LARGEST = 150_000


class Watched:
    """A page, with everything it asked for and complained about."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.urls: list[str] = []
        self.bytes = 0
        self.complaints: list[str] = []
        page.on("request", lambda request: self.urls.append(request.url))
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))

    async def ask(self, text: str) -> None:
        await self.page.get_by_label("Câu hỏi của anh/chị").fill(text)
        await self.page.keyboard.press("Enter")

    @property
    def answers(self) -> object:
        return self.page.locator(".said.bot")


@pytest.fixture
async def chat(context: BrowserContext, page_server: str) -> AsyncIterator[Watched]:
    watched = Watched(await context.new_page())
    await watched.page.goto(page_server)
    yield watched
    assert all(url.startswith((page_server, "data:")) for url in watched.urls), watched.urls


async def narrow_enough(page: Page) -> bool:
    return bool(await page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


async def test_enter_asks_and_the_answer_leads_with_what_was_asked(chat: Watched) -> None:
    await chat.ask(QUESTION)
    answer = chat.page.locator(".said.bot").last
    await expect(answer).to_contain_text("giấy tờ cần có")
    await expect(answer).to_contain_text("Nguồn: Cổng Dịch vụ công quốc gia, mã 1.001193")
    await expect(answer.get_by_role("checkbox").first).to_be_visible()
    assert await narrow_enough(chat.page)
    assert chat.complaints == []


async def test_typing_without_accents_works(chat: Watched) -> None:
    await chat.ask("lam giay khai sinh cho con can giay to gi")
    await expect(chat.page.locator(".said.bot").last).to_contain_text("1.001193")


async def test_an_example_is_one_press_away(chat: Watched) -> None:
    await chat.page.get_by_role("button", name="Làm giấy khai sinh").click()
    await expect(chat.page.locator(".said.bot").last).to_contain_text("1.001193")
    await expect(chat.page.locator("#welcome")).to_be_hidden()


async def test_choices_work_by_press_and_by_keyboard(chat: Watched) -> None:
    await chat.ask(QUESTION)
    await chat.page.get_by_role("button", name="Nộp ở đâu").click()
    await expect(chat.page.locator(".said.bot").last).to_contain_text("Nơi nộp")
    await expect(chat.page.locator(".said.me").last).to_have_text("Nộp ở đâu")
    right = chat.page.get_by_role("button", name="Đúng ý").last
    await right.focus()
    await chat.page.keyboard.press("Enter")
    await expect(chat.page.locator(".said.bot").last).to_contain_text("cảm ơn")


async def test_old_choices_stay_usable(chat: Watched) -> None:
    await chat.ask(QUESTION)
    old = chat.page.get_by_role("button", name="Lệ phí").first
    await expect(old).to_be_visible()
    await chat.ask("thời tiết hôm nay")
    await expect(chat.page.locator(".said.bot")).to_have_count(2)
    await old.click()
    await expect(chat.page.locator(".said.bot").last).to_contain_text("lệ phí")


async def test_a_reload_shows_the_conversation_again(chat: Watched) -> None:
    await chat.ask(QUESTION)
    await expect(chat.page.locator(".said.bot")).to_have_count(1)
    await chat.page.reload()
    await expect(chat.page.locator(".said.me")).to_have_text([QUESTION])
    await expect(chat.page.locator(".said.bot")).to_contain_text("1.001193")
    await chat.ask("thế lệ phí bao nhiêu")
    await expect(chat.page.locator(".said.bot").last).to_contain_text("lệ phí")


async def test_a_lost_line_is_told_kindly_and_the_same_question_is_sent_again(chat: Watched) -> None:
    bodies: list[str | None] = []

    async def lose(route: Route) -> None:
        bodies.append(route.request.post_data)
        await route.abort() if len(bodies) == 1 else await route.continue_()

    await chat.page.route("**/api/chat", lose)
    await chat.ask(QUESTION)
    await expect(chat.page.locator("#state")).to_contain_text("đường mạng yếu")
    await chat.page.get_by_role("button", name="Thử lại").click()
    await expect(chat.page.locator(".said.bot").last).to_contain_text("1.001193")
    assert bodies[0] == bodies[1]
    await expect(chat.page.locator(".said.me")).to_have_count(1)


async def test_a_refusal_shows_the_servers_words_and_loses_nothing(chat: Watched) -> None:
    async def refuse(route: Route) -> None:
        await route.fulfill(status=429, json={"error": "Anh/chị nhắn nhanh quá."}, headers={"Retry-After": "3"})

    await chat.page.route("**/api/chat", refuse)
    await chat.ask(QUESTION)
    await expect(chat.page.locator("#state")).to_contain_text("nhắn nhanh quá")
    await expect(chat.page.locator(".said.me")).to_have_text([QUESTION])


async def test_being_offline_is_shown(chat: Watched, context: BrowserContext) -> None:
    await context.set_offline(True)
    await expect(chat.page.locator("#offline")).to_be_visible()
    await context.set_offline(False)
    await expect(chat.page.locator("#offline")).to_be_hidden()


async def test_an_empty_question_is_not_sent(chat: Watched) -> None:
    await chat.ask("   ")
    await chat.page.wait_for_timeout(200)
    assert not [url for url in chat.urls if url.endswith("/api/chat")]


async def test_enter_does_not_send_in_the_middle_of_a_composition(chat: Watched) -> None:
    await chat.page.get_by_label("Câu hỏi của anh/chị").fill("khai sinh")
    await chat.page.evaluate(
        """() => document.getElementById("cau-hoi").dispatchEvent(
            new KeyboardEvent("keydown", {key: "Enter", isComposing: true, bubbles: true, cancelable: true}))"""
    )
    await chat.page.wait_for_timeout(200)
    await expect(chat.page.locator(".said.me")).to_have_count(0)


async def test_an_answer_is_never_read_as_markup(chat: Watched) -> None:
    await chat.ask("<img src=x onerror=alert(1)> **đậm** khai sinh cho con cần giấy gì")
    await expect(chat.page.locator(".said.me")).to_contain_text("<img src=x onerror=alert(1)>")
    assert await chat.page.locator(".said img").count() == 0


async def test_a_new_question_clears_the_page(chat: Watched) -> None:
    await chat.ask(QUESTION)
    await expect(chat.page.locator(".said.bot")).to_have_count(1)
    await chat.page.get_by_role("button", name="Câu hỏi mới").click()
    await expect(chat.page.locator("#welcome")).to_be_visible()
    await expect(chat.page.locator(".said")).to_have_count(0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_accessibility_fault_in_light_or_dark(chat: Watched, scheme: str) -> None:
    await chat.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    for step in (None, QUESTION, "thời tiết hôm nay"):
        if step:
            await chat.ask(step)
            await expect(chat.page.locator("#state")).to_have_text("")
        found = await Axe().run(chat.page)
        assert found.violations_count == 0, found.generate_report()


async def test_the_privacy_page_has_no_accessibility_fault(context: BrowserContext, page_server: str) -> None:
    page = await context.new_page()
    await page.goto(f"{page_server}/quyen-rieng-tu")
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await narrow_enough(page)


async def test_everything_can_be_reached_by_keyboard(chat: Watched) -> None:
    await chat.page.keyboard.press("Tab")
    assert await chat.page.evaluate("document.activeElement.textContent") == "Đến ô gõ câu hỏi"
    await chat.page.keyboard.press("Enter")
    assert await chat.page.evaluate("document.activeElement.id") in {"cau-hoi", ""}
    for button in await chat.page.get_by_role("button").all():
        box = await button.bounding_box()
        assert box is None or box["height"] >= 44


async def test_the_whole_page_is_small(context: BrowserContext, page_server: str) -> None:
    page = await context.new_page()
    sizes: list[int] = []

    async def weigh(response: object) -> None:
        sizes.append(len(await response.body()))  # type: ignore[attr-defined]

    page.on("response", weigh)
    await page.goto(page_server)
    await page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < LARGEST


async def test_the_widget_opens_and_closes_by_keyboard_in_a_foreign_page(
    context: BrowserContext, page_server: str
) -> None:
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)

    async def foreign(route: Route) -> None:
        policy = f"default-src 'self'; script-src {page_server}; frame-src {page_server}"
        script = f'<script src="{page_server}/widget.js" defer></script>'
        html = f'<!doctype html><html lang="vi"><title>Phường</title><h1>Phường</h1>{script}'
        await route.fulfill(body=html, content_type="text/html", headers={"Content-Security-Policy": policy})

    await page.route("http://phuong.example/", foreign)
    await page.goto("http://phuong.example/")
    opener = page.get_by_role("button", name="Hỏi thủ tục")
    await opener.focus()
    await page.keyboard.press("Enter")
    frame = page.frame_locator("iframe")
    await frame.get_by_label("Câu hỏi của anh/chị").fill(QUESTION)
    await frame.get_by_role("button", name="Gửi").click()
    await expect(frame.locator(".said.bot").last).to_contain_text("1.001193")
    await page.get_by_role("button", name="Đóng khung hỏi đáp").focus()
    await page.keyboard.press("Escape")
    await expect(opener).to_be_focused()
    assert complaints == []


async def test_the_office_is_named(chat: Watched, app: App) -> None:
    await expect(chat.page.get_by_role("heading", level=1)).to_have_text(app.settings.office_name)


async def test_an_official_sends_a_picture_from_the_page(chat: Watched, app: App) -> None:
    attach = chat.page.get_by_role("button", name="Gửi ảnh, tệp")
    await chat.ask("xin chào")
    await expect(chat.page.locator(".said.bot").last).to_contain_text("Xin chào")
    await expect(attach).to_be_hidden()  # a citizen has nothing to attach
    async with app.storage.write() as session:
        code = await people.invite(session, "bn.w.07228", Role.OFFICER, app._now())
    await chat.ask(f"liên kết {code}")
    await chat.page.get_by_role("button", name="Đúng, liên kết").click()
    await expect(attach).to_be_visible()
    assert await narrow_enough(chat.page)
    async with chat.page.expect_file_chooser() as chooser:
        await attach.click()
    await (await chooser.value).set_files({"name": "loa.jpg", "mimeType": "image/jpeg", "buffer": drawn(1)})
    await expect(chat.page.locator(".said.me").last).to_contain_text("loa.jpg")
    await expect(chat.page.locator(".said.bot")).to_have_count(4)
    assert chat.complaints == []


async def test_the_link_of_an_invite_fills_in_the_words_to_send(context: BrowserContext, page_server: str) -> None:
    page = await context.new_page()
    await page.goto(f"{page_server}/?noi=li%C3%AAn%20k%E1%BA%BFt%20ABCD2345")
    await expect(page.get_by_label("Câu hỏi của anh/chị")).to_have_value("liên kết ABCD2345")
    await expect(page.locator(".said")).to_have_count(0)  # nothing is sent before the person presses
