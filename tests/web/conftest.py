"""The real server, the real page, a real browser."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, async_playwright

from bot.app import App
from bot.settings import Settings
from knowledge.store import Knowledge
from tests import databases
from tests.web.office_site import OfficeSite, office_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-features=LocalNetworkAccessChecks",  # a page of elsewhere may embed the widget of this machine
]
WIDTHS = {"phone": (360, 740), "desktop": (1280, 900)}


@pytest.fixture
async def app(tmp_path: Path, known: Knowledge) -> AsyncIterator[App]:
    settings = Settings(data_dir=tmp_path, port=0, office_name="Một Cửa phường Bắc Giang")
    running = App(await databases.lay(settings), known)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def page_server(app: App) -> str:
    return f"http://127.0.0.1:{app.port}"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine (apt-get install chromium)")
    async with async_playwright() as playwright:
        running = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield running
        await running.close()


@pytest.fixture(params=WIDTHS)
async def context(request: pytest.FixtureRequest, browser: Browser) -> AsyncIterator[BrowserContext]:
    """A fresh visitor at a phone's and at a desk's width."""
    width, height = WIDTHS[request.param]
    opened = await browser.new_context(viewport={"width": width, "height": height}, locale="vi-VN")
    yield opened
    await opened.close()


@pytest.fixture
async def site(tmp_path: Path, known: Knowledge) -> AsyncIterator[OfficeSite]:
    """The office's page over a small office."""
    async with office_site(tmp_path, known) as running:
        yield running
