"""The public page of quality: open to everybody, no figure under five, kept for a minute."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.async_api import BrowserContext, expect

from bot.disclosure import LEAST, Hidden
from bot.figures import Feedback, Outcomes, Promises, Span, Talk
from bot.web.quality import Quality, quality, spans
from handlers.duties import Role
from knowledge.library import Library
from knowledge.reading import Decision
from tests.bot.figures_world import Asked, ask, seed
from tests.web.faults import faultless
from tests.web.office_site import OfficeSite

PAGE = "/chat-luong"
TODAY = date(2024, 3, 15)
COUNT = st.one_of(st.integers(0, 9), st.integers(0, 300))


@st.composite
def talks(draw: st.DrawFn, fields: Sequence[str]) -> Talk:
    """Figures of a span that fit together, large and small."""
    by_field = {name: count for name in fields if (count := draw(COUNT))}
    total = Outcomes(sum(by_field.values()), draw(COUNT), draw(COUNT))
    web = Outcomes(*(draw(st.integers(0, most)) for most in (total.answered, total.offered, total.declined)))
    rest = Outcomes(total.answered - web.answered, total.offered - web.offered, total.declined - web.declined)
    right = draw(st.integers(0, total.total))
    wrong = draw(st.integers(0, total.total - right))
    none = draw(st.integers(0, total.total - right - wrong))
    return Talk(
        span=Span(TODAY, TODAY),
        days=((TODAY, total),),
        channels=(("web", web), ("zalo-oa", rest)),
        fields=tuple(by_field.items()),
        feedback=Feedback(right, wrong, none, total.total - right - wrong - none),
        promises=Promises(draw(COUNT), draw(COUNT), draw(COUNT)),
    )


def numbers(told: Quality) -> list[int]:
    """Every figure that is told of questions."""
    cells = [told.year]
    for block in told.blocks:
        cells += block.total
        cells += [one.count for line in block.lines for one in line.told if not isinstance(one.count, str)]
        cells += [one.count for line in block.lines for one in line.told if isinstance(one.count, Hidden)]
    return [one for one in cells if isinstance(one, int)]


@given(st.data())
def test_nothing_under_five_is_told_and_nothing_follows_from_what_is(world: Library, data: st.DataObject) -> None:
    fields = sorted({record.field for record in world})
    told = quality([data.draw(talks(fields)), data.draw(talks(fields))], world, ("web", "zalo-oa", "telegram"), TODAY)
    assert all(number >= LEAST for number in numbers(told))
    for block in told.blocks:
        for place in range(len(told.spans)):
            column = [line.told[place].count for line in block.lines]
            total = block.total[place]
            shown = [one for one in column if isinstance(one, int)]
            hidden = len(column) - len(shown)
            if isinstance(total, Hidden):
                assert not shown
                continue
            rest = total - sum(shown)
            assert rest == 0 if not hidden else (rest == 0 or rest >= LEAST), block
            marked = [one for one in column if isinstance(one, Hidden)]
            assert len(marked) != 1, block


def test_the_two_times_touch_and_end_yesterday() -> None:
    recent, before = spans(TODAY)
    assert (recent.last, recent.days) == (date(2024, 3, 14), 30)
    assert before.last == recent.first - timedelta(days=1)
    assert (recent.last - before.first).days + 1 == 365


async def test_a_new_office_tells_nothing_yet(site: OfficeSite) -> None:
    async with site.http() as http:
        answer = await http.get(PAGE)
        text = await answer.text()
    assert answer.status == 200
    assert "11 tháng trước" not in text
    assert "dưới 5" in text


async def test_figures_are_those_of_the_office_but_small_ones_are_hidden(site: OfficeSite, world: Library) -> None:
    yesterday = site.clock() - timedelta(days=1)
    record = next(iter(world))
    await ask(
        site.app.storage,
        [
            *[Asked(yesterday, "web", Decision.ANSWER, record.code)] * 41,
            *[Asked(yesterday, "web", Decision.CLARIFY, record.code)] * 17,
            *[Asked(yesterday, "web", Decision.DECLINE)] * 3,
            *[Asked(site.clock(), "web", Decision.ANSWER, record.code)] * 1000,
        ],
    )
    async with site.http() as http:
        text = await (await http.get(PAGE)).text()
    rows = [
        [re.sub(r"<[^>]+>", " ", c).split() for c in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr.*?</tr>", text, re.S)
    ]
    told = {" ".join(row[0]): " ".join(row[1]) for row in rows[1:5]}
    assert told == {
        "Tất cả": "61",
        "Đã trả lời": "41 67,2%",
        "Đưa ra lựa chọn": "ẩn",
        "Chưa trả lời được": "dưới 5",
    }
    assert "1041" not in text


async def test_the_page_is_kept_for_a_minute(site: OfficeSite, world: Library) -> None:
    async with site.http() as http:
        before = await (await http.get(PAGE)).text()
        await seed(site.app.storage, site.clock(), world, count=300, days=25)
        assert await (await http.get(PAGE)).text() == before
        site.clock.forward(timedelta(seconds=61))
        assert await (await http.get(PAGE)).text() != before


@pytest.mark.browser
async def test_anybody_reads_the_page_and_finds_it_in_the_footer(
    context: BrowserContext, site: OfficeSite, world: Library
) -> None:
    await seed(site.app.storage, site.clock(), world, count=700, days=80)
    page = await context.new_page()
    await page.goto(f"{site.address}{PAGE}")
    await expect(page.get_by_role("heading", name="Trợ lý trả lời tốt đến đâu")).to_be_visible()
    await expect(page.get_by_role("columnheader", name="11 tháng trước").first).to_be_visible()
    await expect(page.get_by_role("heading", name="Vì sao có ô")).to_be_visible()
    await faultless(page)
    await site.let_in(context, Role.MONITOR)
    await page.goto(f"{site.address}/lam-viec")
    await page.get_by_role("link", name="Chất lượng trả lời").click()
    await expect(page.get_by_role("heading", name="Trợ lý trả lời tốt đến đâu")).to_be_visible()
