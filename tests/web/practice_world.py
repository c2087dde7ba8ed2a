"""A class that is opened for a test, and a pupil who plays in a real browser."""

from __future__ import annotations

from datetime import timedelta

from playwright.async_api import Page

from bot.app import App
from bot.practice.notes import write
from handlers.outcome import ClassOpened
from knowledge.practice.items import Item, Kind, Level


async def open_class(app: App, *cases: str, label: str = "7A") -> tuple[str, str]:
    """The code that pupils type, and the secret of the teacher's link."""
    async with app.storage.write() as session:
        desk = app.school.desk(session, app._now())
        new, today = await desk.new_class(), desk.today
        keys = cases or tuple(app.school.course.cases)
        last = today + timedelta(days=14)
        await write(desk, ClassOpened(label, new.code, new.secret, keys, today, last, last + timedelta(days=30)))
    return f"{label}-{new.code}", new.secret


class Player:
    """A pupil at a page."""

    def __init__(self, page: Page, app: App, server: str) -> None:
        self.page = page
        self.app = app
        self.server = server
        self.nickname = ""
        self.word = ""

    async def enter(self, code: str) -> None:
        await self.page.goto(f"{self.server}/luyen-tap")
        await self.page.get_by_label("Mã lớp").first.fill(code)
        await self.page.get_by_role("button", name="Vào lớp").click()
        self.nickname, self.word = (await self.page.locator(".keep dd").all_inner_texts())[:2]
        await self.page.get_by_role("link", name="Bắt đầu").click()

    async def begin(self, case: str) -> None:
        await self.page.locator(f"button[name=viec][value={case}]").click()

    async def item(self) -> Item | None:
        """The item on the page; None: there is none."""
        name = self.page.locator("input[name=cau]")
        return self.app.school.course.item(await name.input_value()) if await name.count() else None

    async def answer(self, item: Item, *, right: bool = True) -> None:
        """Give the right answer, or a wrong one."""
        if item.kind is Kind.FORM:
            for blank in item.blanks:
                field = self.page.locator(f"[name='o.{blank.key}']")
                if blank.choices:
                    await field.select_option(blank.value)
                else:
                    await field.fill(blank.value if right else "khác")
        else:
            wanted = [option for option in item.options if option.right == right]
            for option in wanted if right else wanted[:1]:
                await self.page.locator(f"input[value='{option.key}']").check()
        await self.send(item)

    async def send(self, item: Item) -> None:
        name = "Gửi" if item.level in (Level.FILE, Level.TRACK) else "Trả lời"
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def play(self, most: int = 99) -> int:
        """Answer so many items rightly; how many there were."""
        for number in range(most):
            item = await self.item()
            if item is None:
                return number
            await self.answer(item)
        return most
