"""What no page of ours may have, at any width: a fault that axe finds, or something to scroll sideways."""

from __future__ import annotations

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page


async def faultless(page: Page) -> None:
    """Look once the page is there as a whole: a press returns while the next page is still being read."""
    await page.wait_for_load_state("load")
    found = await Axe().run(page)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url
