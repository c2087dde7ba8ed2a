"""Taking an invite, the roles of a chat, giving one up."""

from __future__ import annotations

import pytest

from handlers.duties import Colleague, Invited, Person, Role
from handlers.outcome import Asked, Joined, Left
from tests.handlers.duties_world import (
    ADMIN,
    COORDINATOR,
    DA_MAI,
    EVERY_ROLE,
    LE_LOI,
    MONITOR,
    NAMES,
    OFFICER,
    Chat,
    World,
    membership,
)

CODE = "K7M2QD4X"


def inviting(problem: str | None = None, role: Role = Role.OFFICER) -> World:
    world = World()
    world.invites[CODE] = Invited(DA_MAI, NAMES[DA_MAI], role, "cán bộ văn hoá – xã hội", problem)
    world.invites["QWERTYUP"] = Invited(DA_MAI, NAMES[DA_MAI], role, "", problem)
    return world


# Taking an invite


@pytest.mark.parametrize(
    "typed",
    ["/start moi_K7M2QD4X", "/start moi-K7M2QD4X", "mã mời K7M2QD4X", "MA MOI k7m2-qd4x", "mã mời: K7M2 QD4X",
     "liên kết K7M2QD4X", "lien ket k7m2 qd4x"],
)  # fmt: skip
async def test_an_invite_is_shown_and_taken_after_a_yes(typed: str) -> None:
    chat = Chat(None, inviting())
    said = await chat.say(typed)
    assert "cán bộ văn hoá – xã hội (cán bộ phụ trách), **UBND phường Đa Mai**" in said
    assert chat.labels == ["Đúng, liên kết", "Không phải tôi"]
    assert chat.notes == []
    assert "Em đã liên kết" in await chat.say("1")
    assert chat.notes == [Joined(CODE)]
    assert chat.labels == ["Việc của tôi", "Trang làm việc"]


async def test_whoever_it_is_not_links_nothing() -> None:
    chat = Chat(None, inviting())
    await chat.say(f"mã mời {CODE}")
    assert "không liên kết gì" in await chat.say("Không phải tôi")
    assert chat.notes == []


@pytest.mark.parametrize("typed", ["mã mời ABCD2345", "/start moi_ABCD2345", "liên kết ABCD2345"])
async def test_an_unknown_code_gets_a_kind_answer(typed: str) -> None:
    chat = Chat(None, inviting())
    assert "không tìm thấy mã mời này" in await chat.say(typed)
    assert chat.notes == []


@pytest.mark.parametrize("typed", ["mã mời", "mã mời abc", "/start moi_"])
async def test_without_a_code_the_way_is_told(typed: str) -> None:
    chat = Chat(None, inviting())
    assert "Mã do quản trị" in await chat.say(typed)
    assert chat.world.asked == []


@pytest.mark.parametrize(
    "typed",
    ["liên kết VNeID", "liên kết tài khoản ngân hàng với VNeID", "liên kết tài khoản", "liên kết", "lien ket cccd 123",
     "mã mờ", "liên kết đào tạo 2026"],
)  # fmt: skip
async def test_a_question_that_begins_alike_is_a_question(typed: str) -> None:
    chat = Chat(None, inviting())
    await chat.say(typed)
    assert [type(note) for note in chat.notes] == [Asked]


async def test_a_code_of_letters_alone_is_one_when_it_is_known() -> None:
    assert "Mã này dành cho" in await Chat(None, inviting()).say("liên kết qwertyup")


@pytest.mark.parametrize(
    ("problem", "said"), [("used", "đã có người dùng"), ("expired", "hết hạn"), ("x", "không dùng")]
)
async def test_an_invite_that_cannot_be_taken_says_why(problem: str, said: str) -> None:
    chat = Chat(None, inviting(problem))
    assert said in await chat.say(f"mã mời {CODE}")
    assert said in await chat.act(f"moi:{CODE}")
    assert chat.notes == []


async def test_pressing_yes_twice_is_no_error() -> None:
    world = inviting("used")
    chat = Chat(OFFICER, world)
    assert "đã liên kết rồi" in await chat.act(f"moi:{CODE}")
    assert chat.notes == []


@pytest.mark.parametrize("button", ["moi", "moi:", "moi:x", "moi:ABCD2345", "moi:'; DROP TABLE"])
async def test_a_made_up_yes_links_nothing(button: str) -> None:
    chat = Chat(None, inviting())
    assert "không tìm thấy mã mời này" in await chat.act(button)
    assert chat.notes == []


async def test_an_invite_is_not_taken_in_a_group() -> None:
    chat = Chat(None, inviting())
    assert "trò chuyện riêng" in await chat.say(f"mã mời {CODE}", group=True)
    assert chat.notes == []


async def test_start_without_an_invite_is_still_the_greeting() -> None:
    chat = Chat(None, inviting())
    assert "Xin chào" in await chat.say("/start")
    assert chat.world.asked == []


# Who am I


@pytest.mark.parametrize(
    ("person", "door"),
    [
        (OFFICER, "Việc của tôi"),
        (COORDINATOR, "Chờ duyệt"),
        (MONITOR, "Bảng theo dõi"),
        (ADMIN, "Kế hoạch chờ xác nhận"),
    ],
)
async def test_everybody_sees_roles_and_what_they_open(person: Person, door: str) -> None:
    chat = Chat(person)
    said = await chat.say("tôi là ai")
    assert person.memberships[0].unit_name in said
    assert door in chat.labels
    for label in chat.labels:
        if label != "Thôi phụ trách":
            await chat.say("tôi là ai")
            assert "tin nhắn cũ" not in await chat.press(label)


@pytest.mark.parametrize("typed", ["tôi là ai", "toi la ai", "/taikhoan", "vai trò", "menu"])
async def test_it_can_be_asked_in_several_ways(typed: str) -> None:
    for person in EVERY_ROLE:
        assert "anh/chị là:" in await Chat(person).say(typed)


# Giving a role up


def left(world: World, *, reachable: bool) -> World:
    world.others = (
        Colleague(1, "", substitute=False, reachable=True),
        Colleague(20, "", substitute=False, reachable=reachable),
    )
    return world


async def test_leaving_is_asked_once_more() -> None:
    chat = Chat(OFFICER, left(World(), reachable=True))
    said = await chat.say("thôi phụ trách")
    assert "Việc của đơn vị vẫn giữ nguyên" in said
    assert "còn 1 người" in said
    assert chat.notes == []
    await chat.press("Đúng, tôi thôi")
    assert chat.notes == [Left(1)]


@pytest.mark.parametrize("world", [World(), left(World(), reachable=False)])
async def test_it_is_said_when_nobody_is_left(world: World) -> None:
    assert "**không còn ai**" in await Chat(OFFICER, world).say("rời nhiệm vụ")


async def test_one_of_several_roles_is_given_up() -> None:
    both = Person((*OFFICER.memberships, membership(9, LE_LOI, Role.OFFICER, substitute=True)))
    chat = Chat(both)
    await chat.say("bàn giao")
    assert len(chat.choices) == 2
    await chat.say("2")
    assert "UBND phường Lê Lợi" in chat.outcome.replies[0].text
    await chat.say("1")
    assert chat.notes == [Left(9)]


async def test_who_stays_sees_the_roles_again() -> None:
    chat = Chat(OFFICER)
    await chat.say("thôi phụ trách")
    assert "anh/chị là:" in await chat.press("Không, giữ nguyên")
    assert chat.notes == []


@pytest.mark.parametrize("button", ["roi:99:co", "roi:x:co", "roi:4:co"])
async def test_a_role_that_is_not_held_is_not_given_up(button: str) -> None:
    chat = Chat(OFFICER)
    assert "không còn giữ vai trò" in await chat.act(button)
    assert chat.notes == []
