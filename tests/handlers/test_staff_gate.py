"""What is for officials does not exist for anybody else: every button, command and flow, by the router's own tables."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from handlers import assistant
from handlers.dialogue import Dialogue, Flow
from handlers.duties import Person, Role
from handlers.evidence import Evidence
from handlers.message import Choice
from handlers.outcome import Asked
from handlers.router import Command
from scheduler.ledger import Mark
from tests.handlers.duties_world import (
    ADMIN,
    COORDINATOR,
    EVERY_ROLE,
    HEAD,
    MONITOR,
    NEIGHBOUR,
    OFFICER,
    Chat,
    World,
    marked,
    weekly,
)

ROUTER = assistant.build()
STAFF_ACTIONS = sorted((name, roles) for name, (_, roles) in ROUTER._actions.items() if roles)
STAFF_WORDS = sorted((word, roles) for word, (_, roles) in ROUTER._staff_commands.items())
STAFF_FLOWS = sorted((name, roles) for name, (_, roles) in ROUTER._flows.items() if roles)
UNKNOWN = "không-co-nut-nay"


def outsiders(roles: frozenset[Role]) -> list[Person | None]:
    """A citizen, and each official who holds none of the roles."""
    return [None, *(person for person in EVERY_ROLE if not person.holds(*roles))]


def office() -> World:
    return World.of(weekly(), marked(weekly(9, due=date(2026, 8, 14)), Mark.REPORTED))


def test_the_gate_guards_what_it_should() -> None:
    """A list written by hand: nothing of this is for everybody."""
    guarded = {
        "nv", "nvx", "bao", "baoxem", "baorut", "baogui", "baosua", "baobo", "baohinh", "baomoi",
        "baohuy", "hoan", "chuyen", "vm", "toilaai", "roi", "choduyet", "xemviec", "duyet", "tra",
        "khongapdung", "bang", "bangviec", "kh", "khtat", "khtung", "khdat", "khxong", "lamviec",
    }  # fmt: skip
    assert {name for name, _ in STAFF_ACTIONS} == guarded
    assert {name for name, _ in STAFF_FLOWS} == {"bao", "vm", "hoan", "tra", "khongapdung", "kehoach"}


@pytest.mark.parametrize(("action", "roles"), STAFF_ACTIONS)
async def test_a_button_for_officials_is_an_unknown_one_to_others(action: str, roles: frozenset[Role]) -> None:
    for person in outsiders(roles):
        unknown = await Chat(person, office()).act(UNKNOWN)
        for arguments in ("", ":7", ":9:900", ":9:900:co", ":7:1787300000", ":2:0:de"):
            chat = Chat(person, office())
            assert await chat.act(action + arguments) == unknown, person
            assert chat.choices == ()
            assert chat.notes == []


@pytest.mark.parametrize(("word", "roles"), STAFF_WORDS)
async def test_a_command_for_officials_is_a_question_to_others(word: str, roles: frozenset[Role]) -> None:
    public = set(ROUTER._commands)
    for person in outsiders(roles):
        for typed in (word, f"/{word.replace(' ', '')}"):
            if word in public or typed[1:] in public:
                continue
            chat = Chat(person, office())
            await chat.say(typed)
            assert isinstance(chat.notes[0], Asked), (person, typed)
            assert not any("PL" in label for label in chat.labels)


@pytest.mark.parametrize(("name", "roles"), STAFF_FLOWS)
async def test_a_flow_of_officials_takes_nothing_from_others(name: str, roles: frozenset[Role]) -> None:
    """A chat that was an official's and is none any more."""
    data = {"duty": 7, "report": 900, "code": "BC", "name": "PL 3", "plan": 2, "chosen": {}, "by": "", "guess": []}
    flow = Flow(name, "line", {**data, "target": None, "evidence": Evidence("phát 2 lần").to_json()})
    for person in outsiders(roles):
        chat = Chat(person, office())
        chat.dialogue = Dialogue(flow=flow)
        await chat.say("ảnh không rõ")
        assert [type(note) for note in chat.notes] == [Asked]
        assert len(chat.outcome.replies) == 1
        assert "PL 3" not in chat.outcome.replies[0].text


async def test_a_citizens_photo_is_still_not_read() -> None:
    chat = Chat(None, office())
    assert "chưa đọc được nội dung" in await chat.photo()
    assert chat.notes == []


async def test_a_citizens_offered_choice_of_officials_is_an_unknown_button() -> None:
    chat = Chat(None, office())
    chat.dialogue = Dialogue(offered=(Choice("Báo đã làm", "bao:7"),))
    assert "tin nhắn cũ" in await chat.say("1")


@pytest.mark.parametrize("action", ["nvx:7", "bao:7", "baoxem:9", "baorut:9:900:co", "hoan:7", "chuyen:7", "vm:7"])
async def test_an_official_cannot_see_another_units_duty(action: str) -> None:
    chat = Chat(NEIGHBOUR, office())
    assert "không tìm thấy việc này" in await chat.act(action)
    assert chat.notes == []


@pytest.mark.parametrize("action", ["bao:7", "baorut:9:900:co", "hoan:7", "chuyen:7:11", "vm:7"])
async def test_who_sees_all_units_does_not_act_for_them(action: str) -> None:
    """A coordinator who is an officer of another unit sees the duty, and still cannot do it."""
    both = Person((*COORDINATOR.memberships, *NEIGHBOUR.memberships))
    chat = Chat(both, office())
    await chat.act(action)
    assert chat.notes == []
    assert chat.dialogue.flow is None


@pytest.mark.parametrize("person", [MONITOR, ADMIN, HEAD, OFFICER])
async def test_only_a_coordinator_decides(person: Person) -> None:
    for action in ("duyet:9:900", "tra:9:900:photo", "khongapdung:7"):
        chat = Chat(person, office())
        assert "tin nhắn cũ" in await chat.act(action)
        assert chat.notes == []


async def test_a_monitor_sees_a_card_without_buttons() -> None:
    chat = Chat(MONITOR, office())
    assert "UBND phường Đa Mai" in await chat.act("xemviec:9")
    assert chat.choices == ()


def test_commands_of_officials_are_in_no_public_list() -> None:
    public = {command.name for command in ROUTER.commands}
    staff = {command.name for command, _ in ROUTER.staff_commands}
    assert staff == {"congviec", "choduyet", "bang", "kehoach", "taikhoan", "roinhiemvu", "lamviec"}
    assert not public & staff
    assert all(roles for _, roles in ROUTER.staff_commands)


async def test_a_word_of_both_means_the_officials_command_to_an_official_only() -> None:
    assert await _opens_duties(OFFICER, "việc")
    assert not await _opens_duties(OFFICER, "/viec")
    assert not await _opens_duties(None, "việc")


async def _opens_duties(person: Person | None, typed: str) -> bool:
    chat = Chat(person, office())
    await chat.say(typed)
    return "PL 3, tuần 34" in chat.labels


@pytest.mark.parametrize("made_up", ["nvx", "nvx:", "nvx:x", "nvx:99999999999999999999", "nvx:-1", "nvx:²", "nv:999"])
async def test_a_made_up_button_does_no_harm(made_up: str) -> None:
    await Chat(OFFICER, office()).act(made_up)


def test_two_commands_of_one_name_fail_at_start() -> None:
    from handlers.router import Feature, Router

    async def handle(*_: object) -> object:
        raise AssertionError

    one = Feature(commands=(Command("bang", "", handle),))  # type: ignore[arg-type]
    two = replace(one, roles=frozenset(Role))
    with pytest.raises(ValueError, match="bang"):
        Router((one, two), handle)  # type: ignore[arg-type]


async def test_an_official_in_a_group_is_nobody() -> None:
    """The shell gives no person for a group; an invite is not taken there either."""
    chat = Chat(None, office())
    said = await chat.say("mã mời K7M2QD4X", group=True)
    assert "trò chuyện riêng" in said
    assert await chat.say("mã mời KHONGCO2", group=True) == said, "a group does not learn which codes there are"
