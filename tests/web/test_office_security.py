"""Attacks on the office's page: more than a role gives, agreeing to what was not seen, floods and files that swell."""

from __future__ import annotations

import asyncio
import gzip
import re
import time
from collections.abc import Sequence
from datetime import date, timedelta

import aiohttp
import pytest
from sqlalchemy import select

from bot import imports, limits, versions
from bot.imports import Author, Batch
from bot.office import access, announcements, people, wordings
from bot.office.audiences import Audience
from bot.office.officials import Official, official
from bot.tables import Announcement, Member, ProcedureVersion, Switch, Wording
from bot.versions import Written
from bot.web.pages import file
from handlers.duties import Role
from handlers.message import Address
from knowledge.changes import Kind
from knowledge.mouths.facts import Setting
from knowledge.mouths.telling import Mouth, tell
from knowledge.procedures import Procedure
from tests.bot.office_world import NOI_VU, VHTT, WARDS
from tests.web.office_site import OfficeSite

CODE = "1.001193"
TODAY = date(2024, 3, 15)
HOME = "/lam-viec"


async def add_role(site: OfficeSite, chat: Address, role: Role, unit: str) -> None:
    """The holder of a chat takes one more invite."""
    async with site.app.storage.write() as session:
        code = await people.invite(session, unit, role, site.clock())
        await people.join(session, code, chat, site.clock())


async def held(site: OfficeSite, chat: Address) -> Official:
    async with site.app.storage.read() as session:
        person = await people.person(session, chat, site.app.rules.units)
    assert person
    return official(person, chat, site.app.rules.units, TODAY)


async def post(
    site: OfficeSite, chat: Address, path: str, data: dict[str, str] | Sequence[tuple[str, str]] = ()
) -> tuple[int, str]:
    """Send a form; the status, and the page or where it leads."""
    async with site.http(await site.secret(chat)) as http:
        sent = aiohttp.FormData(data or {"trong": ""})
        async with http.post(f"{HOME}{path}", data=sent, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location") or await answer.text()


async def seen(site: OfficeSite, chat: Address, path: str, field: str = "ban") -> str:
    """What a page remembers of what it showed."""
    async with site.http(await site.secret(chat)) as http, http.get(f"{HOME}{path}") as answer:
        found = re.search(rf'name="{field}" value="([^"]*)"', await answer.text())
    return found[1] if found else ""


def record(site: OfficeSite) -> Procedure:
    found = site.app.knowledge.get(CODE)
    assert found
    return found


# More than a role gives


async def test_a_role_elsewhere_does_not_widen_what_an_admin_of_a_ward_may_do(site: OfficeSite) -> None:
    _, chat = await site.link(Role.MONITOR, NOI_VU)
    await add_role(site, chat, Role.ADMIN, WARDS[0])
    _, other = await site.link(Role.EDITOR, VHTT)
    member = (await held(site, other)).first_id
    form = {"don-vi": site.app.rules.units.name(VHTT), "vai-tro": "admin", "chuc-danh": "", "thay-the": ""}
    assert (await post(site, chat, "/nguoi/moi", form))[0] == 422
    assert (await post(site, chat, f"/nguoi/{member}/ket-thuc"))[0] == 404
    form["don-vi"] = site.app.rules.units.name(WARDS[0])
    assert (await post(site, chat, "/nguoi/moi", form))[0] == 200
    async with site.http(await site.secret(chat)) as http, http.get(f"{HOME}/nhat-ky") as answer:
        assert answer.status == 200  # a monitor of the city reads the whole record


async def test_who_writes_for_a_ward_and_works_elsewhere_announces_to_the_ward(site: OfficeSite) -> None:
    _, chat = await site.link(Role.OFFICER, VHTT)
    await add_role(site, chat, Role.EDITOR, WARDS[0])
    form = [("tieu-de", "Lịch tiếp công dân"), ("noi-dung", "Tuần này tiếp vào thứ Tư."), ("cho", "can-bo")]
    assert (await post(site, chat, "/thong-bao/moi", [*form, ("don-vi", VHTT)]))[0] == 422
    assert (await post(site, chat, "/thong-bao/moi", [*form, ("don-vi", WARDS[0])]))[0] == 303


async def test_an_admin_of_a_ward_does_not_switch_the_city_off(site: OfficeSite) -> None:
    _, ward = await site.link(Role.ADMIN, WARDS[0])
    form = {"huong": "tat", "ly-do": "Bảo trì hệ thống đến chiều"}
    _, city = await site.link(Role.ADMIN, NOI_VU)
    assert (await post(site, ward, "/thong-bao/cong-tac/answering", form))[0] == 422
    async with site.app.storage.read() as session:
        assert (await session.execute(select(Switch))).first() is None
    assert (await post(site, city, "/thong-bao/cong-tac/answering", form))[0] == 303


async def test_where_a_ward_runs_its_own_program_its_admin_turns_the_switches(site: OfficeSite) -> None:
    _, ward = await site.link(Role.ADMIN, WARDS[0])
    form = {"huong": "tat", "ly-do": "Bảo trì hệ thống đến chiều"}
    assert (await post(site, ward, "/thong-bao/cong-tac/answering", form))[0] == 303


# The second person


async def draft(site: OfficeSite, by: Official, fee_note: str) -> int:
    async with site.app.storage.write() as session:
        row = await versions.on_its_way(session, CODE)
        told = record(site).model_copy(update={"fee_note": fee_note})
        mark = versions.mark(row)
        row = await versions.write(session, Written(told, Kind.CHANGED, "Sửa ghi chú."), by, site.clock(), seen=mark)
        await versions.submit(session, row.id or 0, site.clock())
        return row.id or 0


async def test_a_version_that_changed_after_it_was_looked_at_is_not_published(site: OfficeSite) -> None:
    _, writer = await site.link(Role.EDITOR)
    _, second = await site.link(Role.APPROVER)
    by = await held(site, writer)
    number = await draft(site, by, "Miễn lệ phí cho trẻ em.")
    looked = await seen(site, second, f"/thu-tuc/ban/{number}")
    async with site.app.storage.write() as session:
        await versions.withdraw(session, number)
    assert await draft(site, by, "Thu thêm một khoản khác.") == number
    for stale in (looked, ""):
        assert (await post(site, second, f"/thu-tuc/ban/{number}/duyet", {"ngay": "", "ban": stale}))[0] == 409
    fresh = await seen(site, second, f"/thu-tuc/ban/{number}")
    assert fresh != looked
    assert (await post(site, second, f"/thu-tuc/ban/{number}/duyet", {"ngay": "", "ban": fresh}))[0] == 303


async def wording(site: OfficeSite, by: Official) -> int:
    setting = Setting(site.app.settings.office_name, TODAY, f"{site.address}/?noi={CODE}")
    text = tell(Mouth.POST, record(site), setting)
    async with site.app.storage.write() as session:
        return await wordings.write(session, by, record(site), Mouth.POST, text, site.clock())


async def change_wording(site: OfficeSite, by: Official, number: int, more: str, state: str) -> None:
    async with site.app.storage.write() as session:
        row = await wordings.take(session, number)
        assert row
        row.state = "draft"
        wordings.rewrite(session, by, row, row.text + more, site.clock())
        row.state = state


async def test_a_wording_that_changed_after_it_was_looked_at_is_not_approved(site: OfficeSite) -> None:
    _, writer = await site.link(Role.EDITOR)
    _, second = await site.link(Role.APPROVER)
    by = await held(site, writer)
    number = await wording(site, by)
    await change_wording(site, by, number, "\nMời bà con.", "submitted")
    looked = await seen(site, second, f"/ban-tin/{number}")
    await change_wording(site, by, number, "\nLời khác hẳn.", "submitted")
    for stale in (looked, ""):
        assert (await post(site, second, f"/ban-tin/{number}/duyet", {"ban": stale}))[0] == 422
    fresh = await seen(site, second, f"/ban-tin/{number}")
    assert (await post(site, second, f"/ban-tin/{number}/duyet", {"ban": fresh}))[0] == 303


async def test_who_wrote_a_wording_does_not_approve_it_after_a_colleague_touched_it(site: OfficeSite) -> None:
    _, writer = await site.link(Role.ADMIN)
    _, helper = await site.link(Role.EDITOR)
    number = await wording(site, await held(site, writer))
    await change_wording(site, await held(site, helper), number, "\nMời bà con.", "submitted")
    async with site.app.storage.read() as session:
        row = await session.get(Wording, number)
    assert row
    looked = wordings.mark(row)
    status, said = await post(site, writer, f"/ban-tin/{number}/duyet", {"ban": looked})
    assert (status, "người viết" in said) == (422, True)


async def test_who_wrote_an_announcement_does_not_approve_it_after_a_colleague_touched_it(site: OfficeSite) -> None:
    _, writer = await site.link(Role.ADMIN)
    _, helper = await site.link(Role.EDITOR)
    new = announcements.draft("Lịch tiếp công dân", "Tuần này tiếp vào thứ Tư.", Audience(officials=True))
    first, other = await held(site, writer), await held(site, helper)
    async with site.app.storage.write() as session:
        number = await announcements.keep(session, first, new, site.clock())
        row = await announcements.take(session, number)
        assert row
        announcements.submit(session, other, row, site.app.rules, site.clock())
        mark = announcements.fingerprint(row)
    status, said = await post(site, writer, f"/thong-bao/{number}/duyet", {"ban": mark})
    assert (status, "người viết" in said) == (422, True)
    _, second = await site.link(Role.APPROVER)
    assert (await post(site, second, f"/thong-bao/{number}/duyet", {"ban": mark}))[0] == 303


async def test_a_role_that_ended_is_still_the_same_person(site: OfficeSite) -> None:
    _, chat = await site.link(Role.EDITOR)
    wrote = await held(site, chat)
    await add_role(site, chat, Role.APPROVER, NOI_VU)
    number = await draft(site, wrote, "Miễn lệ phí cho trẻ em.")
    new = announcements.draft("Lịch tiếp công dân", "Tuần này tiếp vào thứ Tư.", Audience(officials=True))
    async with site.app.storage.write() as session:
        notice = await announcements.keep(session, wrote, new, site.clock())
        row = await announcements.take(session, notice)
        assert row
        announcements.submit(session, wrote, row, site.app.rules, site.clock())
        mark = announcements.fingerprint(row)
        await people.remove(session, wrote.first_id)
        version = await versions.find(session, number)
    looked = {"ngay": "", "ban": versions.mark(version)}
    assert (await post(site, chat, f"/thu-tuc/ban/{number}/duyet", looked))[0] == 409
    assert (await post(site, chat, f"/thong-bao/{notice}/duyet", {"ban": mark}))[0] == 422


async def bring_in(site: OfficeSite, code: str, by: Official) -> None:
    new = record(site).model_copy(update={"code": code, "aliases": (), "questions": ()})
    author = Author(by.signature, by.first_id)
    await imports.take(site.app.storage, site.app.shipped.library, [Batch("a.csv", [new])], site.clock(), author=author)


async def test_publishing_all_means_all_that_was_shown(site: OfficeSite) -> None:
    _, writer = await site.link(Role.EDITOR)
    _, second = await site.link(Role.APPROVER)
    by = await held(site, writer)
    await bring_in(site, "9.100001", by)
    looked = await seen(site, second, "/thu-tuc/nhap", "den")
    await bring_in(site, "9.100002", by)
    await post(site, second, "/thu-tuc/nhap/cong-bo", {"tat-ca": "1", "den": looked})
    async with site.app.storage.read() as session:
        states = {row.code: row.state for row in (await session.execute(select(ProcedureVersion))).scalars()}
    assert states["9.100002"] == "review"
    assert states["9.100001"] == "published"


# Floods


async def test_a_small_file_that_swells_is_not_unpacked(site: OfficeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "IMPORT_UNPACKED", 1_000_000, raising=False)
    _, chat = await site.link(Role.EDITOR)
    packed = gzip.compress(b'{"MaThuTuc": "' + b"0" * 3_000_000)
    form = aiohttp.FormData()
    form.add_field("tep", packed, filename="a.jsonl.gz", content_type="application/gzip")
    async with site.http(await site.secret(chat)) as http, http.post(f"{HOME}/thu-tuc/nhap", data=form) as answer:
        assert answer.status == 422
        assert "bung ra quá lớn" in await answer.text()


async def test_links_that_nobody_has_do_not_reach_the_one_writer(
    site: OfficeSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    take = access.take

    async def counted(*arguments: object) -> Address | None:
        taken.append(arguments)
        return await take(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(access, "take", counted)
    async with site.http() as http:
        for _ in range(3):
            assert (await http.post(f"{HOME}/vao/bia-dat", data={"a": ""})).status == 410
    assert taken == []


async def test_a_flood_of_passwords_leaves_room_for_all_else(site: OfficeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    at_once, most = 0, 0

    def slow(_hashed: str, _password: str) -> bool:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        time.sleep(0.05)
        at_once -= 1
        return False

    monkeypatch.setattr(access, "_matches", slow)
    async with site.http() as http:
        form = {"ten": "ai-do", "mat-khau": "sai"}
        answers = await asyncio.gather(*(http.post(f"{HOME}/vao", data=form) for _ in range(8)))
    assert {answer.status for answer in answers} == {422}
    assert most == 1


async def test_nobody_puts_words_into_our_mouth_by_a_link(site: OfficeSite) -> None:
    _, chat = await site.link(Role.ADMIN)
    async with site.http(await site.secret(chat)) as http:
        async with http.get(f"{HOME}?xong=Gọi+ngay+0900") as answer:
            assert 'role="status"' not in await answer.text()
        async with http.post(f"{HOME}/thiet-bi/987654/ra", data={}, allow_redirects=False) as answer:
            assert "Set-Cookie" not in answer.headers
        other = await site.secret(chat)
        async with site.app.storage.read() as session:
            held = await access.holder(session, other, site.clock())
        assert held
        async with http.post(f"{HOME}/thiet-bi/{held.id}/ra", data={}, allow_redirects=False) as answer:
            kept = answer.headers["Set-Cookie"]
        assert all(one in kept for one in ("xong=", "HttpOnly", "SameSite=Lax", "Path=/lam-viec", "Max-Age=60"))
        told = [await (await http.get(f"{HOME}/thiet-bi")).text() for _ in range(2)]
        assert ["Đã đăng xuất thiết bị đó." in page for page in told] == [True, False]


async def test_letters_that_no_database_keeps_are_left_out(site: OfficeSite) -> None:
    _, chat = await site.link(Role.EDITOR)
    form = [("tieu-de", "Lịch\0 tiếp dân"), ("noi-dung", "Thứ\0 Tư."), ("cho", "can-bo")]
    assert (await post(site, chat, "/thong-bao/moi", form))[0] == 303
    async with site.app.storage.read() as session:
        row = (await session.execute(select(Announcement))).scalar_one()
    assert (row.title, row.text) == ("Lịch tiếp dân", "Thứ Tư.")


async def test_a_name_of_a_file_writes_no_headers(site: OfficeSite) -> None:
    headers = file(b"", "text/plain", 'a"\r\nSet-Cookie: x=1\r\n.txt').headers
    assert "\r" not in headers["Content-Disposition"]
    assert "\n" not in headers["Content-Disposition"]


async def test_a_link_is_not_left_usable_by_a_role_that_ended(site: OfficeSite) -> None:
    person, chat = await site.link(Role.ADMIN)
    async with site.app.storage.write() as session:
        await access.allow(session, chat, "bi-mat", site.clock())
        await people.remove(session, person.memberships[0].id)
        assert (await session.get(Member, person.memberships[0].id)) is not None
    site.clock.forward(timedelta(seconds=1))
    async with site.http() as http:
        await http.post(f"{HOME}/vao/bi-mat", data={"a": ""})
        async with http.get(HOME, allow_redirects=False) as answer:
            assert answer.status == 303
