"""Every route of the office's page asked by every role, by nobody, and by a page of somebody else."""

from __future__ import annotations

import re
from datetime import timedelta

import aiohttp
import pytest
from multidict import CIMultiDict
from sqlalchemy import func, select

from bot.office import access, people
from bot.office.officials import RIGHTS, Right
from bot.tables import Audit
from bot.web.office.rooms import OfficePages
from bot.web.office.shell import DOOR, MENU, Route
from handlers.duties import PERSONS, Role
from handlers.message import Address
from tests.web.office_site import OfficeSite

LINK = f"{DOOR}/bi-mat"
NOTHING = ("987654", "9.999999", "khong-co", "docx", "xlsx", "csv", "png")
"""Values of what stands in a path; nothing of these numbers and names exists."""


@pytest.fixture
def routes(site: OfficeSite) -> list[Route]:
    return OfficePages(site.app.shell()).framed()


def filled(path: str) -> str:
    """The path with something in every place."""

    def value(place: re.Match[str]) -> str:
        pattern = place[2] or "[^{}/]+"
        return next((one for one in NOTHING if re.fullmatch(pattern, one)), pattern.split("|")[0])

    return re.sub(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}", value, path)


async def ask(http: aiohttp.ClientSession, route: Route, **headers: str) -> int:
    data = {"trong": ""} if route.method == "POST" else None
    sent = CIMultiDict(headers)
    async with http.request(route.method, filled(route.path), data=data, allow_redirects=False, headers=sent) as answer:
        await answer.read()
        if answer.status == 303 and answer.headers["Location"].startswith(DOOR):
            return 401
        return answer.status


async def test_nobody_is_sent_to_the_door_from_everywhere(site: OfficeSite, routes: list[Route]) -> None:
    assert len(routes) > 20
    for cookie in (None, "khong-phai-phien-nao", "x" * 5000):
        async with site.http(cookie) as http:
            for route in routes:
                assert await ask(http, route) == 401, (route.method, route.path)


@pytest.mark.parametrize("role", sorted(PERSONS))
async def test_each_role_opens_what_is_its_own_and_nothing_else(
    site: OfficeSite, routes: list[Route], role: Role
) -> None:
    await site.office.confirm()
    _, chat = await site.link(role)
    for route in sorted(routes, key=lambda one: one.path.endswith("/ra")):
        async with site.http(await site.secret(chat)) as http:
            status = await ask(http, route)
        about = (role, route.method, route.path, status)
        if route.path.endswith("/ra") and "{" not in route.path:
            assert status == 401, about  # the way out leads to the door
        elif role in RIGHTS[route.right]:
            assert status in {200, 303, 400, 404, 409, 410, 413, 422}, about
        else:
            assert status == 403, about


async def test_a_form_of_another_site_changes_nothing(site: OfficeSite, routes: list[Route]) -> None:
    await site.office.confirm()
    _, chat = await site.link(Role.ADMIN)
    secret = await site.secret(chat)
    forms = [route for route in routes if route.method == "POST"]
    assert forms
    for origin in ("https://kexau.example", "null", site.address.replace("http", "https") + ".kexau.example"):
        async with site.http(secret, origin=origin) as http:
            for route in forms:
                assert await ask(http, route) == 403, (origin, route.path)
    async with site.http(secret) as http:
        for route in forms:
            assert await ask(http, route, **{"Sec-Fetch-Site": "cross-site"}) == 403, route.path
            assert await ask(http, route, **{"Sec-Fetch-Site": "same-site"}) == 403, route.path
    async with aiohttp.ClientSession(site.address, headers={"Cookie": f"lamviec={secret}"}) as http:
        for route in forms:
            assert await ask(http, route) == 403, route.path
    async with site.app.storage.read() as session:
        assert (await session.execute(select(func.count()).select_from(Audit))).scalar_one() == 0


async def test_what_does_not_exist_is_told_to_who_may_look(site: OfficeSite, routes: list[Route]) -> None:
    """An id is looked for, and not believed: of numbers that nothing has, no page and no change comes."""
    _, chat = await site.link(Role.ADMIN)
    _, other = await site.link(Role.COORDINATOR)
    for route in routes:
        if not re.search(r"\{(id|so|ma|code|key)\b", route.path):
            continue
        for one in (chat, other):
            async with site.http(await site.secret(one)) as http:
                status = await ask(http, route)
            assert status in {403, 404, 409, 422}, (route.method, route.path, status)


async def test_a_session_ends_with_its_time_with_its_role_and_when_it_is_revoked(site: OfficeSite) -> None:
    person, chat = await site.link(Role.ADMIN)
    first, second = await site.secret(chat), await site.secret(chat)
    home = Route("GET", "/lam-viec", Right.ENTER, None)  # type: ignore[arg-type]
    async with site.http(first) as one, site.http(second) as two:
        assert await ask(one, home) == await ask(two, home) == 200
        async with site.app.storage.read() as session:
            held = await access.holder(session, second, site.clock())
        assert held
        async with one.post(f"/lam-viec/thiet-bi/{held.id}/ra", allow_redirects=False) as answer:
            assert answer.status == 303
        assert await ask(two, home) == 401
        assert await ask(one, home) == 200
        async with site.app.storage.write() as session:
            await people.remove(session, person.memberships[0].id)
        assert await ask(one, home) == 401
    _, chat = await site.link(Role.ADMIN)
    async with site.http(await site.secret(chat)) as one:
        assert await ask(one, home) == 200
        site.clock.forward(timedelta(hours=12, seconds=1))
        assert await ask(one, home) == 401


async def test_nobody_signs_somebody_else_out(site: OfficeSite) -> None:
    _, chat = await site.link(Role.ADMIN)
    _, thief = await site.link(Role.ADMIN)
    secret = await site.secret(chat)
    async with site.app.storage.read() as session:
        held = await access.holder(session, secret, site.clock())
    assert held
    path = f"/lam-viec/thiet-bi/{held.id}/ra"
    async with site.http(await site.secret(thief)) as http, http.post(path, allow_redirects=False) as answer:
        assert answer.status == 404
    async with site.http(secret) as http, http.get("/lam-viec") as answer:
        assert answer.status == 200


async def test_a_stolen_link_is_no_use_after_its_owner_came_in(site: OfficeSite) -> None:
    _, chat = await site.link(Role.ADMIN)
    async with site.app.storage.write() as session:
        await access.allow(session, chat, "bi-mat", site.clock())
    for expected in (303, 410):
        async with site.http() as http, http.post(LINK, data={}, allow_redirects=False) as answer:
            assert answer.status == expected
            assert ("Set-Cookie" in answer.headers) == (expected == 303)
    async with site.http(origin="https://kexau.example") as http, http.post(LINK, data={}) as answer:
        assert answer.status == 403


async def test_the_cookie_is_for_the_office_page_alone(site: OfficeSite) -> None:
    _, chat = await site.link(Role.ADMIN)
    async with site.app.storage.write() as session:
        await access.allow(session, chat, "bi-mat", site.clock())
    async with site.http() as http:
        headers = {"X-Forwarded-Proto": "https"}
        async with http.post(
            "/lam-viec/vao/bi-mat", data={"nho": "on"}, allow_redirects=False, headers=headers
        ) as sent:
            cookie = sent.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Secure" in cookie
    assert "Path=/lam-viec" in cookie
    assert "Max-Age=2592000" in cookie


async def test_the_way_back_leads_nowhere_else(site: OfficeSite) -> None:
    async with site.app.storage.write() as session:
        await access.create_account(session, "quantri", "mot-mat-khau-dai", "bg.p.nv", site.clock())
    for told, expected in (
        ("https://kexau.example", "/lam-viec"),
        ("//kexau.example/lam-viec", "/lam-viec"),
        ("/lam-viec\\kexau", "/lam-viec"),
        ("/quyen-rieng-tu", "/lam-viec"),
        ("/lam-viec/viec?don-vi=1", "/lam-viec/viec?don-vi=1"),
    ):
        async with site.http() as http:
            form = {"ten": "quantri", "mat-khau": "mot-mat-khau-dai", "ve": told}
            async with http.post(DOOR, data=form, allow_redirects=False) as answer:
                assert (answer.status, answer.headers["Location"]) == (303, expected)


async def test_passwords_cannot_be_guessed(site: OfficeSite) -> None:
    async with site.app.storage.write() as session:
        await access.create_account(session, "quantri", "mot-mat-khau-dai", "bg.p.nv", site.clock())
    now = site.clock()
    for _ in range(5):
        assert await access.check(site.app.storage, "quantri", "sai", now) == "wrong"
    assert await access.check(site.app.storage, "quantri", "mot-mat-khau-dai", now) == "locked"
    assert await access.check(site.app.storage, "khongco", "mot-mat-khau-dai", now) == "wrong"
    later = now + timedelta(minutes=15, seconds=1)
    assert await access.check(site.app.storage, "quantri", "mot-mat-khau-dai", later) == Address("account", "quantri")
    statuses = []
    async with site.http() as http:
        for _ in range(25):
            async with http.post(DOOR, data={"ten": "ai-do", "mat-khau": "sai"}) as answer:
                statuses.append(answer.status)
    assert statuses[:20] == [422] * 20
    assert statuses[20:] == [429] * 5


async def test_every_menu_entry_leads_to_a_page(site: OfficeSite, routes: list[Route]) -> None:
    known = {(route.method, route.path, route.right) for route in routes}
    assert [entry.href for entry in MENU if ("GET", entry.href, entry.right) not in known] == []
