"""Who is let in, and what is in their sight: on both databases."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot import limits
from bot.office import access, people
from bot.office.officials import RIGHTS, Official, Right, official
from bot.office.plans import RefusedError
from bot.storage import Storage
from bot.tables import Account, Pass, WebSession
from handlers.duties import CHATS, Membership, Person, Role
from handlers.message import Address
from scheduler import units
from tests.bot.office_world import NOI_VU, WARDS, local

NOW = local(2024, 3, 15, 8)
CHAT = Address("telegram", "7")
UNITS = units.load()
BAC_GIANG = "bn.w.07210"
"""The ward that took over Dĩnh Kế and Hoàng Văn Thụ on 1 July 2025."""


def somebody(*held: tuple[str, Role], on: date = date(2024, 3, 15)) -> Official:
    posts = tuple(Membership(n, unit, UNITS.name(unit), role) for n, (unit, role) in enumerate(held, start=1))
    return official(Person(posts), CHAT, UNITS, on)


async def test_of_many_who_press_the_same_link_one_comes_in(storage: Storage) -> None:
    async with storage.write() as session:
        await access.allow(session, CHAT, "bi-mat", NOW)

    async def press() -> Address | None:
        async with storage.write() as session:
            return await access.take(session, "bi-mat", NOW)

    came = await asyncio.gather(*(press() for _ in range(5)))
    assert [one for one in came if one] == [CHAT]
    async with storage.read() as session:
        assert not await access.usable(session, "bi-mat", NOW)


async def test_nothing_that_lets_in_is_kept_as_it_is(storage: Storage) -> None:
    async with storage.write() as session:
        await access.allow(session, CHAT, "bi-mat-cua-lien-ket", NOW)
        cookie = await access.begin(session, CHAT, NOW, device="Chrome", trusted=True)
        await access.create_account(session, "quantri", "mot-mat-khau-dai", NOI_VU, NOW)
    async with storage.read() as session:
        kept = [
            str(row.model_dump())
            for table in (Pass, WebSession, Account)
            for row in (await session.execute(select(table))).scalars()
        ]
    assert len(kept) == 3
    for secret in ("bi-mat-cua-lien-ket", cookie, "mot-mat-khau-dai"):
        assert not any(secret in row for row in kept)
    assert any("$argon2id$" in row for row in kept)


async def test_links_and_sessions_run_out(storage: Storage) -> None:
    async with storage.write() as session:
        await access.allow(session, CHAT, "bi-mat", NOW)
        short = await access.begin(session, CHAT, NOW, device="Chrome", trusted=False)
        long = await access.begin(session, CHAT, NOW, device="Chrome", trusted=True)
    async with storage.write() as session:
        assert await access.take(session, "bi-mat", NOW + limits.PASS_VALID + timedelta(seconds=1)) is None
        assert await access.take(session, "khac", NOW) is None
        later = NOW + timedelta(hours=13)
        assert await access.holder(session, short, NOW)
        assert await access.holder(session, short, later) is None
        assert await access.holder(session, long, later)
        assert await access.holder(session, long, NOW + timedelta(days=30, seconds=1)) is None


async def test_another_password_sends_every_browser_out(storage: Storage) -> None:
    here = Address(access.ACCOUNT, "quantri")
    async with storage.write() as session:
        await access.create_account(session, "quantri", "mot-mat-khau-dai", NOI_VU, NOW)
        cookie = await access.begin(session, here, NOW, device="Chrome", trusted=True)
        person = await people.person(session, here, UNITS)
    assert person
    assert person.holds(Role.ADMIN)
    assert await access.check(storage, "quantri", "mot-mat-khau-dai", NOW) == here
    async with storage.write() as session:
        await access.set_password(session, "quantri", "mot-mat-khau-khac")
        assert await access.holder(session, cookie, NOW) is None
    assert await access.check(storage, "quantri", "mot-mat-khau-dai", NOW) == "wrong"
    assert await access.check(storage, "quantri", "mot-mat-khau-khac", NOW) == here


@pytest.mark.parametrize(("name", "password"), [("QT", "mot-mat-khau-dai"), ("quantri", "ngan"), ("có dấu", "x" * 300)])
async def test_a_weak_password_or_a_name_that_cannot_be_typed_is_refused(
    storage: Storage, name: str, password: str
) -> None:
    with pytest.raises(RefusedError):
        async with storage.write() as session:
            await access.create_account(session, name, password, NOI_VU, NOW)
    async with storage.read() as session:
        assert (await session.execute(select(Account))).first() is None


async def test_an_account_is_made_once(storage: Storage) -> None:
    async with storage.write() as session:
        await access.create_account(session, "quantri", "mot-mat-khau-dai", NOI_VU, NOW)
    with pytest.raises(RefusedError, match="Đã có tài khoản"):
        async with storage.write() as session:
            await access.create_account(session, "quantri", "mot-mat-khau-khac", NOI_VU, NOW)


def test_who_looks_after_all_sees_all_and_a_unit_sees_its_own() -> None:
    for role in (Role.COORDINATOR, Role.MONITOR, Role.ADMIN):
        assert somebody((NOI_VU, role)).sight is None
    assert somebody((WARDS[0], Role.OFFICER)).sight == frozenset({WARDS[0]})
    assert somebody((WARDS[0], Role.COORDINATOR)).sight == frozenset({WARDS[0]})
    both = somebody((WARDS[0], Role.OFFICER), (WARDS[1], Role.HEAD))
    assert both.sees(WARDS[0])
    assert both.sees(WARDS[1])
    assert not both.sees(WARDS[2])


def test_a_ward_sees_the_units_whose_work_it_took_over() -> None:
    after = somebody((BAC_GIANG, Role.OFFICER), on=date(2025, 7, 2))
    assert after.sees(BAC_GIANG)
    assert after.sees("bg.w.07231")
    assert after.sees("bg.w.Trần_Nguyên_Hãn")  # by way of Ngô Quyền
    assert not after.sees(WARDS[0])
    before = somebody((WARDS[1], Role.OFFICER), on=date(2025, 6, 30))
    assert before.sight == frozenset({WARDS[1]})


def test_a_ward_with_no_city_above_runs_its_own_offices() -> None:
    now = date(2026, 11, 24)
    for role in (Role.ADMIN, Role.COORDINATOR, Role.MONITOR):
        ward = somebody((BAC_GIANG, role), on=now)
        assert ward.sees("cx.vhxh")
        assert ward.sees("bg.w.07231")
        assert not ward.sees("bn.w.07228")
        assert somebody(("cx.vp", role), on=now).sight is None
    assert not somebody((BAC_GIANG, Role.OFFICER), on=now).sees("cx.vhxh")
    assert not somebody(("cx.vp", Role.OFFICER), on=now).sees(BAC_GIANG)


def test_a_monitor_changes_nothing() -> None:
    looking = {Right.ENTER, Right.DUTIES, Right.PLANS, Right.KNOWLEDGE, Right.FIGURES, Right.AUDIT}
    assert {right for right, roles in RIGHTS.items() if Role.MONITOR in roles} == looking


def test_a_unit_has_its_own_duties_and_no_more() -> None:
    for role in (Role.OFFICER, Role.HEAD):
        assert {right for right, roles in RIGHTS.items() if role in roles} == {Right.ENTER, Right.DUTIES}
    assert {right for right, roles in RIGHTS.items() if Role.TEACHER in roles} == {Right.ENTER, Right.TEACH}


def test_every_right_has_its_roles_and_a_chat_has_none() -> None:
    assert set(RIGHTS) == set(Right)
    assert not any(CHATS & roles for roles in RIGHTS.values())


def test_the_signature_names_the_post_and_no_person() -> None:
    person = Person((Membership(3, WARDS[0], "UBND phường Đa Mai", Role.EDITOR, "Cán bộ tư pháp"),))
    assert official(person, CHAT, UNITS, date(2024, 3, 15)).signature == (
        "Cán bộ tư pháp, UBND phường Đa Mai (biên tập, số 3)"
    )


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        (
            "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36",
            "Chrome trên Android",
        ),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605 Version/17 Safari/604",
            "Safari trên iPhone",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64) AppleWebKit/537.36 Chrome/130 Safari/537.36 Edg/130",
            "Edge trên Windows",
        ),
        ("curl/8", "Trình duyệt khác"),
        ("", "Trình duyệt khác"),
    ],
)
def test_a_device_is_called_by_its_browser_and_system(agent: str, expected: str) -> None:
    assert access.named(agent) == expected
