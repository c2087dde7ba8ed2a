"""Draws the pictures of docs/images again: ``python -m tests.web.screenshots`` (needs chromium)."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from playwright.async_api import async_playwright, expect

from bot.app import App
from bot.settings import Settings
from tests.web.conftest import CHROMIUM, FLAGS

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


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    asyncio.run(draw())
