"""Teachers' pages in real Chromium, and thirty pupils of one class: by pages and by the chat, half of them leaving."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, expect
from sqlalchemy import select
from sqlmodel import SQLModel

from bot import tables
from bot.app import App
from bot.tables import PracticeClass, PracticePupil, PracticeRun, PracticeTry
from handlers.privacy import looks_private
from knowledge.practice.items import Kind
from tests.web.faults import faultless
from tests.web.practice_world import Player, open_class

pytestmark = pytest.mark.browser
BY_PAGES, BY_CHAT = 15, 15
AT_ONCE = 5


@pytest.fixture
async def http(page_server: str) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(page_server) as session:
        yield session


async def test_a_teacher_opens_a_class_prints_and_plans_a_visit(
    context: BrowserContext, app: App, page_server: str
) -> None:
    page = await context.new_page()
    await page.goto(f"{page_server}/luyen-tap/mo-lop")
    await faultless(page)
    await page.get_by_label("Tên lớp").fill("7A cô L")
    await page.get_by_label("Tất cả các việc").check()
    await page.get_by_role("button", name="Mở lớp").click()
    await expect(page.get_by_role("alert")).to_contain_text("Không ghi tên trường hay tên người")
    await expect(page.get_by_label("Tất cả các việc")).to_be_checked()
    await faultless(page)
    await page.get_by_label("Tên lớp").fill("7a")
    await page.get_by_role("button", name="Mở lớp").click()
    await expect(page.get_by_text("Lớp đã mở. Lưu trang này ngay")).to_be_visible()
    await faultless(page)
    code = await page.locator(".code").inner_text()
    here = page.url.split("?")[0]
    assert await page.get_by_label("Liên kết riêng của thầy cô").input_value() == here
    await page.get_by_label("Nơi tham quan").fill("Trung tâm Phục vụ hành chính công phường")
    await page.locator("#ngay").fill("2026-12-03")
    await page.get_by_role("button", name="Thêm buổi tham quan").click()
    await page.get_by_label("Số em đã đi").fill("34")
    await page.get_by_role("button", name="Bàn giao kết quả").click()
    message = await page.get_by_label("Tin gửi cán bộ Phòng Giáo dục").input_value()
    assert message.startswith("34 học sinh lớp 7A tham quan Trung tâm Phục vụ hành chính công phường ngày 03/12/2026")
    await faultless(page)
    for sheet in ("to-ma-qr", "phieu-chua", "tham-quan/1/to-qr", "xoa"):
        await page.goto(f"{here}/{sheet}")
        await faultless(page)
        if sheet == "to-ma-qr":
            await expect(page.locator(".huge")).to_have_text(code)
            pdf = await page.pdf(format="A4")
            assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
    await page.get_by_role("button", name="Có, xoá lớp").click()
    gone = await page.goto(here)
    assert gone
    assert gone.status == 404
    await faultless(page)
    link = re.search(r"https?://\S+", message)
    assert link
    await page.goto(link[0])
    await expect(page.locator("table")).to_contain_text("34")
    await faultless(page)


async def test_days_that_cannot_be_are_told_and_others_are_kept(http: aiohttp.ClientSession, app: App) -> None:
    today = app._now().date()
    good = {"lop": "8B", "bo": "tatca", "tu": today, "den": today, "het": today + timedelta(days=60)}
    for wrong, said in (
        ({"den": today - timedelta(days=1)}, "theo thứ tự"),
        ({"het": today + timedelta(days=400)}, "chậm nhất"),
        ({"tu": "hôm nay"}, "Chọn đủ ba ngày"),
        ({"bo": "rieng"}, "Chọn ít nhất một việc"),
    ):
        async with http.post("/luyen-tap/mo-lop", data=_text({**good, **wrong})) as response:
            assert response.status == 422
            assert said in await response.text()
    async with http.post("/luyen-tap/mo-lop", data=_text(good), allow_redirects=False) as response:
        here = response.headers["Location"].split("?")[0]
    later = today + timedelta(days=30)
    async with http.post(f"{here}/ngay", data=_text({"den": later, "het": later})) as response:
        assert f"{later:%d/%m/%Y}" in await response.text()
    async with http.post(f"{here}/ngay", data=_text({"den": later, "het": today})) as response:
        assert response.status == 422


def _text(values: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in values.items()}


async def test_a_wrong_secret_shows_nothing_and_does_nothing(http: aiohttp.ClientSession, app: App) -> None:
    _, secret = await open_class(app)
    _, other = await open_class(app, label="8B")
    async with http.post(
        f"/luyen-tap/lop/{other}/tham-quan", data={"noi": "Một Cửa", "ngay": "2026-12-03"}
    ) as response:
        assert response.status == 200
    for method, path in (
        ("GET", "/luyen-tap/lop/sai"),
        ("GET", "/luyen-tap/lop/sai/so-lieu.csv"),
        ("GET", "/luyen-tap/lop/sai/to-ma-qr"),
        ("POST", "/luyen-tap/lop/sai/xoa"),
        ("GET", f"/luyen-tap/lop/{secret}/tham-quan/1/to-qr"),
        ("POST", f"/luyen-tap/lop/{secret}/tham-quan/99999999999999999999/ket-qua"),
        ("GET", "/luyen-tap/ket-qua/sai"),
        ("GET", "/luyen-tap/ket-qua/sai/so-lieu.xlsx"),
    ):
        async with http.request(method, path, data={"so": "1"} if method == "POST" else None) as response:
            assert response.status == 404, path
            assert "Liên kết không đúng" in await response.text()
    async with http.post(f"/luyen-tap/lop/{secret}/tham-quan/1/ket-qua", data={"so": "30"}) as response:
        assert response.status == 404, "a visit of another class"


@dataclass
class Expected:
    """What the simulation itself saw, beside what is stored."""

    finished: int = 0
    left: int = 0
    nicknames: set[str] = field(default_factory=set)


async def by_page(browser: Browser, app: App, server: str, code: str, number: int, seen: Expected) -> None:
    chance = Random(number)  # noqa: S311 - the same class each time
    context = await browser.new_context(viewport={"width": 360, "height": 740}, locale="vi-VN")
    player = Player(await context.new_page(), app, server)
    await context.route(re.compile(r"/\?khung=1|/static/"), lambda route: route.abort())  # looks are tested elsewhere
    await player.enter(code)
    seen.nicknames.add(player.nickname)
    await player.begin("batuksinh")
    leaves = number % 2 == 0
    for place in range(99):
        item = await player.item()
        if item is None or (leaves and place > 3 + number % 4):
            break
        if chance.random() < 0.3 and item.kind is not Kind.FORM:
            await player.answer(item, right=False)
        if chance.random() < 0.15:
            await player.page.get_by_role("button", name="Gợi ý").click()
        await player.answer(item)
    if leaves:
        seen.left += 1
    else:
        await expect(player.page.locator(".score")).to_be_visible()
        seen.finished += 1
    await context.close()


async def by_chat(http: aiohttp.ClientSession, app: App, code: str, number: int, seen: Expected) -> None:
    """The same by POST /api/chat, with words and numbers."""
    chance = Random(1000 + number)  # noqa: S311 - the same class each time
    session: str | None = None

    async def say(**sent: str) -> str:
        nonlocal session
        body = {**sent, "session": session} if session else sent
        for _ in range(200):
            async with http.post("/api/chat", json=body) as response:
                if response.status == 429:
                    await asyncio.sleep(0.3)
                    continue
                assert response.status == 200, await response.text()
                answer = await response.json()
                session = answer["session"]
                return "\n".join(reply["text"] for reply in answer["replies"])
        raise AssertionError("never let in")

    welcome = await say(text=f"mã lớp {code}")
    nickname = re.search(r"Chào \*\*(.+?)\*\*", welcome)
    assert nickname
    seen.nicknames.add(nickname[1])
    said = await say(text="1")
    assert "Bà Tư" in said
    leaves = number % 2 == 0
    items = app.school.course.items("batuksinh", app._now().date())
    for item in items[: 4 if leaves else None]:
        if chance.random() < 0.3 and item.options:
            wrong = next(option for option in item.options if not option.right)
            end = f"batuksinh:batuksinh:{item.key}"
            if item.kind is Kind.ONE:
                said = await say(action=f"lttl:{end}:{wrong.key}")
            else:
                await say(action=f"ltch:{end}:{wrong.key}")
                said = await say(text="xong")
            assert "Chưa đúng" in said
        for sent in _right_answers(item):
            said = await say(**sent)
        assert "Đúng rồi" in said, (item.name, said)
    if leaves:
        assert "Nghỉ ở đây" in await say(text="nghỉ")
        seen.left += 1
    else:
        assert "cao nhất của em" in said
        seen.finished += 1


def _right_answers(item: Any) -> list[dict[str, str]]:
    end = f"batuksinh:batuksinh:{item.key}"
    if item.kind is Kind.FORM:
        return [{"text": blank.value} for blank in item.blanks]
    if item.kind is Kind.ONE:
        return [{"action": f"lttl:{end}:{next(iter(item.right))}"}]
    return [*({"action": f"ltch:{end}:{key}"} for key in sorted(item.right)), {"text": "xong"}]


async def test_thirty_pupils_half_leaving_and_the_teachers_figures_equal_a_recount(
    browser: Browser, app: App, page_server: str, http: aiohttp.ClientSession
) -> None:
    code, secret = await open_class(app, "batuksinh", "thuetro")
    seen = Expected()
    few = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with few:
            if number < BY_PAGES:
                await by_page(browser, app, page_server, code, number, seen)
            else:
                await by_chat(http, app, code, number, seen)

    await asyncio.gather(*(one(number) for number in range(BY_PAGES + BY_CHAT)))
    assert (seen.finished, seen.left, len(seen.nicknames)) == (15, 15, 30)
    await _the_page_says_what_the_rows_say(browser, app, f"{page_server}/luyen-tap/lop/{secret}", seen)
    assert await private_data(app) == []


async def _the_page_says_what_the_rows_say(browser: Browser, app: App, url: str, seen: Expected) -> None:
    pupils = {row.id: row.nickname for row in await _rows(app, PracticePupil)}
    runs = {row.id: row for row in await _rows(app, PracticeRun)}
    tries = await _rows(app, PracticeTry)
    page = await browser.new_page(viewport={"width": 1280, "height": 900})
    await page.goto(url)
    lines = await page.locator("section[aria-labelledby=ai] tbody tr").all_inner_texts()
    shown = {cells[0]: cells[1:4] for line in lines if (cells := line.split("\t"))}
    assert set(shown) == seen.nicknames == set(pupils.values())
    for number, nickname in pupils.items():
        ended = [run for run in runs.values() if run.pupil_id == number and run.ended_at]
        points = f"{round(100 * ended[0].points / ended[0].most)} %" if ended else "–"
        assert shown[nickname] == [f"{len(ended)}/2", str(len(ended)), points]
    assert sum(bool(run.ended_at) for run in runs.values()) == seen.finished
    first: dict[str, dict[int, bool]] = defaultdict(dict)
    for row in sorted(tries, key=lambda row: row.id or 0):
        if not row.hint:
            first[row.item].setdefault(runs[row.run_id].pupil_id, row.right)
    texts = await page.locator("section[aria-labelledby=kho] summary").all_inner_texts()
    assert len(texts) == len(first)
    for name, answers in first.items():
        item = app.school.course.item(name)
        assert item
        share = round(100 * sum(answers.values()) / len(answers))
        found = [text for text in texts if text.startswith(item.prompt)]
        assert [text for text in found if f"đúng ngay lần đầu: {share} %" in text], (name, share, found)
    await faultless(page)
    await page.close()


async def _rows(app: App, table: type[SQLModel]) -> list[Any]:
    async with app.storage.read() as session:
        return list((await session.execute(select(table))).scalars())


async def private_data(app: App) -> list[str]:
    """Everything in the tables of practice that looks like somebody's own data."""
    mine = [table for name, table in vars(tables).items() if name.startswith("Practice") and name != "PracticeCheck"]
    assert len(mine) >= 8
    assert PracticeClass in mine
    found = []
    for table in mine:
        for row in await _rows(app, table):
            words = [str(value) for value in row.model_dump(mode="json").values()]
            found += [f"{table.__name__}: {word}" for word in words if looks_private(word)]
    return found


async def test_the_scan_for_private_data_would_find_some(app: App) -> None:
    _, _ = await open_class(app)
    async with app.storage.write() as session:
        row = (await session.execute(select(PracticeClass))).scalar_one()
        session.add(
            PracticePupil(
                class_id=row.id or 0, nickname="0912345678", word_digest="", created_at=app._now(), seen_at=app._now()
            )
        )
    assert await private_data(app) == ["PracticePupil: 0912345678"]
