"""Draws the pictures of docs/images again: ``python -m tests.web.screenshots`` (needs chromium)."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from bot.app import App
from bot.content import load_knowledge
from bot.settings import Settings
from handlers.duties import Role
from tests.bot.office_world import WARDS
from tests.web.conftest import CHROMIUM, FLAGS
from tests.web.office_site import office_site
from tests.web.practice_world import Player, open_class

FOLDER = Path(__file__).parent.parent.parent / "docs" / "images"
SIZES = {"360": (360, 780), "1280": (1280, 900)}
TALK = ("lam giay khai sinh cho con can giay to gi", "thế lệ phí bao nhiêu")


async def draw(scheme: str = "light", folder: Path = FOLDER, suffix: str = "") -> None:
    """A short conversation at each width."""
    with tempfile.TemporaryDirectory() as data:
        app = App(Settings(data_dir=Path(data), port=0, office_name="Một Cửa phường Bắc Giang"))
        await app.start()
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for name, (width, height) in SIZES.items():
                page = await browser.new_page(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
                await page.goto(f"http://127.0.0.1:{app.port}")
                await page.screenshot(path=folder / f"chat-start-{name}{suffix}.png")
                for question in TALK:
                    await page.get_by_label("Câu hỏi của anh/chị").fill(question)
                    await page.keyboard.press("Enter")
                    await expect(page.locator("#state")).to_have_text("")
                    await page.wait_for_timeout(300)
                await page.screenshot(path=folder / f"chat-{name}{suffix}.png")
            await browser.close()
        await app.stop()


PUPILS = 7


async def draw_practice(folder: Path = FOLDER) -> None:
    """A class of a few pupils: an item, the mock portal, and the teacher's page, at each width."""
    with tempfile.TemporaryDirectory() as data:
        app = App(Settings(data_dir=Path(data), port=0, office_name="Một Cửa phường Bắc Giang"))
        await app.start()
        server = f"http://127.0.0.1:{app.port}"
        code, secret = await open_class(app, "batuksinh", "thuetro", "khaisinhbe", "matcancuoc", "chuyentruong")
        async with async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for number in range(PUPILS):
                width, height = list(SIZES.values())[number % 2]
                context = await browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
                player = Player(await context.new_page(), app, server)
                await player.enter(code)
                await _play(player, number, folder / f"%s-{list(SIZES)[number]}.png" if number < 2 else None)
                await context.close()
            for name, (width, height) in SIZES.items():
                page = await browser.new_page(viewport={"width": width, "height": height}, locale="vi-VN")
                await page.goto(f"{server}/luyen-tap/lop/{secret}")
                await page.screenshot(path=folder / f"lop-{name}.png")
            await browser.close()
        await app.stop()


async def _play(player: Player, number: int, picture: Path | None) -> None:
    """Play a case, now and then wrongly; the first of each width are drawn."""
    await player.begin("thuetro")
    place = 0
    while (item := await player.item()) is not None:
        if picture and item.key in PICTURES:
            await player.page.wait_for_timeout(500)
            await player.page.screenshot(path=str(picture) % PICTURES[item.key])
        if item.options and (place * 7 + number * 3) % 5 == 0:
            await player.answer(item, right=False)
        await player.answer(item)
        place += 1


PICTURES = {"find": "luyen-tap", "form": "cong-mo-phong"}

OFFICE = {
    "hom-nay": (Role.COORDINATOR, "/lam-viec"),
    "viec": (Role.COORDINATOR, "/lam-viec/viec"),
    "cho-duyet": (Role.COORDINATOR, "/lam-viec/viec/cho-duyet"),
    "ke-hoach": (Role.ADMIN, "/lam-viec/ke-hoach/1"),
    "thu-tuc": (Role.EDITOR, "/lam-viec/thu-tuc/1.001193"),
    "cau-hoi": (Role.EDITOR, "/lam-viec/cau-hoi?muc=chua"),
    "ban-tin": (Role.EDITOR, "/lam-viec/ban-tin/moi?ma=1.001193&loai=loudspeaker"),
    "thong-bao": (Role.EDITOR, "/lam-viec/thong-bao/moi"),
    "so-lieu": (Role.MONITOR, "/lam-viec/so-lieu"),
}
"""Pages of officials that are drawn, and who looks at them."""
ASKED = ("thời tiết hôm nay", "xin giấy phép nuôi chim yến", "xin giay phep nuoi chim yen", "lệ phí đăng ký kết hôn")


async def draw_office(folder: Path = FOLDER) -> None:
    """The office of the tests, after two reports and some questions, at each width."""
    with tempfile.TemporaryDirectory() as data:
        async with office_site(Path(data), load_knowledge(Settings())) as site, async_playwright() as playwright:
            await site.office.confirm()
            for number, ward in enumerate(WARDS[:2]):
                await site.office.link(ward, Role.OFFICER, f"c{number}")
                await site.office.report(ward, "1", "2024-W11", f"c{number}")
            async with site.http() as http:
                for number, question in enumerate(ASKED):
                    await http.post("/api/chat", json={"text": question, "session": f"khach-{number}"})
            chats = {role: (await site.link(role))[1] for role, _ in OFFICE.values()}
            browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            for name, (width, height) in SIZES.items():
                for picture, (role, path) in OFFICE.items():
                    context = await browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
                    await site.let_in_as(context, chats[role])
                    page = await context.new_page()
                    await page.goto(f"{site.address}{path}")
                    await page.screenshot(path=folder / f"lam-viec-{picture}-{name}.png")
                    await context.close()
            await browser.close()


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(draw())
    asyncio.run(draw_practice())
    asyncio.run(draw_office())
