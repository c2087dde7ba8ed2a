"""Who an official is here: taking an invite, the roles of this chat, giving one up. No name is asked for."""

from __future__ import annotations

import re
from dataclasses import replace

from handlers import board, coordinate, duty, plans, workplace
from handlers.context import Context
from handlers.duties import CHATS, PERSONS, Invited, Membership, Role
from handlers.message import Choice, Message, Reply
from handlers.outcome import Joined, Left, Outcome
from handlers.router import Command, Feature
from handlers.smalltalk import HELP
from knowledge.normalize import fold

JOIN = "moi"
NOT_ME = "moikhong"
WHO = "toilaai"
LEAVE = "roi"

LINK = "start moi"
"""What a link or QR code of an invite sends ("/start moi_K7M2QD4X"), folded."""
INVITE = "ma moi"
CONNECT = "lien ket"
"""Begins questions, too: only what can be a code is taken for one."""
_CODE = re.compile(r"[A-Z0-9]{6,16}")
_YES = "co"


# Taking an invite


async def _offered(message: Message, ctx: Context) -> Outcome | None:
    """What an invite gives, and whether this is the person. None: these words begin something else."""
    typed = fold(message.text)
    beginning = next(words for words in (LINK, INVITE, CONNECT) if typed.startswith(words))
    code = _code(typed.removeprefix(beginning))
    words = len(message.text.split()) - len(CONNECT.split())
    if beginning == CONNECT and (code is None or words > 2):
        return None
    if code is None:
        return None if message.public else Outcome((Reply(ctx.texts("account.how")),))
    invited = await ctx.duties.invited(code)
    if message.public and invited is None:
        return None
    if message.group or message.public:
        return _of_chat(invited, code, Role.PUBLIC if message.public else Role.GROUP, ctx)
    if invited is None and beginning == CONNECT and (code.isalpha() or words > 1):
        return None
    return _refusal(invited, ctx) or _asked(invited, code, ctx)


def _of_chat(invited: Invited | None, code: str, chat: Role, ctx: Context) -> Outcome:
    """In a group or channel only the chat itself can be linked; nothing is told of any other code."""
    if invited is None or invited.role is not chat:
        return Outcome((Reply(ctx.texts("account.private_only")),))
    if refusal := _refusal(invited, ctx, chat=chat):
        return refusal
    said = ctx.texts(f"account.{chat}_joined", unit=invited.unit_name)
    return Outcome((Reply(said),), replace(ctx.dialogue, flow=None), (Joined(code),))


def _code(text: str) -> str | None:
    """The code in what was typed, in capitals without spaces and dashes; None: there is none."""
    code = "".join(text.split()).upper()
    return code if _CODE.fullmatch(code) else None


def _asked(invited: Invited | None, code: str, ctx: Context) -> Outcome:
    assert invited  # noqa: S101 - else it was refused
    said = ctx.texts("account.sure", unit=invited.unit_name, role=_post(invited.role, invited.label, ctx))
    yes, no = Choice(ctx.texts("account.yes"), f"{JOIN}:{code}"), Choice(ctx.texts("account.no"), NOT_ME)
    return Outcome((Reply(said, (yes, no)),), replace(ctx.dialogue, flow=None))


def _refusal(invited: Invited | None, ctx: Context, *, chat: Role | None = None) -> Outcome | None:
    """Why an invite cannot be taken in this kind of chat (None: a person's own); None: it can."""
    if invited is None:
        return Outcome((Reply(ctx.texts("account.unknown")),))
    if invited.role in CHATS and invited.role is not chat:
        return Outcome((Reply(ctx.texts(f"account.{invited.role}_only")),))
    held = ctx.person.memberships if ctx.person else ()
    if any(one.unit == invited.unit and one.role is invited.role for one in held):
        said = ctx.texts("account.already", unit=invited.unit_name, role=_post(invited.role, invited.label, ctx))
        return Outcome((Reply(said, doors(ctx)),))
    match invited.problem:
        case None:
            return None
        case "used":
            return Outcome((Reply(ctx.texts("account.used")),))
        case "expired":
            return Outcome((Reply(ctx.texts("account.expired")),))
    return Outcome((Reply(ctx.texts("account.unusable")),))


async def _join(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    code = _code("".join(arguments[:1]))
    if code is None or message.group:
        return Outcome((Reply(ctx.texts("account.unknown" if code is None else "account.private_only")),))
    invited = await ctx.duties.invited(code)
    if refusal := _refusal(invited, ctx):
        return refusal
    assert invited  # noqa: S101 - else it was refused
    said = ctx.texts("account.joined", unit=invited.unit_name, role=_post(invited.role, invited.label, ctx))
    return Outcome((Reply(said, _doors_of({invited.role}, ctx)),), notes=(Joined(code),))


async def _not_me(_arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return Outcome((Reply(ctx.texts("account.not_linked")),), replace(ctx.dialogue, offered=()))


def _post(role: Role, label: str, ctx: Context) -> str:
    """What the unit calls the post, and what one may do by it."""
    name = ctx.texts(f"role.{role}")
    return ctx.texts("account.post", label=label, role=name) if label else name


# Who am I


async def _who(_message: Message, ctx: Context) -> Outcome:
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    lines = [ctx.texts("account.roles"), *(_membership(one, ctx) for one in ctx.person.memberships)]
    leave = Choice(ctx.texts("account.leave"), LEAVE)
    return Outcome((Reply("\n".join(lines), (*doors(ctx), leave, Choice(ctx.texts("menu.help"), HELP))),))


def _membership(one: Membership, ctx: Context) -> str:
    post = _post(one.role, one.label, ctx)
    said = ctx.texts("account.membership", post=post, unit=one.unit_name)
    return ctx.texts("account.as_substitute", said=said) if one.substitute else said


def doors(ctx: Context) -> tuple[Choice, ...]:
    """What this person's roles open."""
    return _doors_of({one.role for one in ctx.person.memberships} if ctx.person else set(), ctx)


def _doors_of(roles: set[Role], ctx: Context) -> tuple[Choice, ...]:
    every = (
        (duty.DOERS, "duty.mine", duty.LIST),
        (coordinate.ROLES, "review.queue", coordinate.QUEUE),
        (board.ROLES, "board.board", board.BOARD),
        (plans.ROLES, "planning.drafts", plans.DRAFTS),
        (workplace.ROLES, "workplace.open", workplace.OPEN),
    )
    return tuple(Choice(ctx.texts(label), action) for may, label, action in every if may & roles)


# Giving a role up


async def _leave(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    """``roi`` asks which role, ``roi:ID`` whether, ``roi:ID:co`` does it."""
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    held = ctx.person.memberships
    chosen = next((one for one in held if one.id == duty.number(arguments)), None)
    if chosen is None and arguments:
        return Outcome((Reply(ctx.texts("account.left_before"), doors(ctx)),))
    if chosen is None and len(held) > 1:
        choices = tuple(Choice(_plain(_membership(one, ctx)), f"{LEAVE}:{one.id}") for one in held)
        return Outcome((Reply(ctx.texts("account.leave_which"), choices),))
    chosen = chosen or held[0]
    post = _post(chosen.role, chosen.label, ctx)
    if arguments[1:] != (_YES,):
        return await _leave_sure(chosen, post, ctx)
    said = ctx.texts("account.left", post=post, unit=chosen.unit_name)
    return Outcome((Reply(said),), replace(ctx.dialogue, flow=None, offered=()), (Left(chosen.id),))


async def _leave_sure(chosen: Membership, post: str, ctx: Context) -> Outcome:
    others = [one for one in await ctx.duties.peers(chosen) if one.id != chosen.id]
    reached = sum(one.reachable for one in others)
    lines = [ctx.texts("account.leave_sure", post=post, unit=chosen.unit_name)]
    lines.append(ctx.texts("account.others", count=reached) if reached else ctx.texts("account.nobody_left"))
    yes = Choice(ctx.texts("account.leave_yes"), f"{LEAVE}:{chosen.id}:{_YES}")
    return Outcome((Reply("\n".join(lines), (yes, Choice(ctx.texts("account.stay"), WHO))),))


async def _leave_command(message: Message, ctx: Context) -> Outcome:
    return await _leave((), message, ctx)


def _plain(line: str) -> str:
    return line.removeprefix("- ").replace("**", "")


FEATURE = Feature(
    actions={JOIN: _join, NOT_ME: _not_me},
    openings={LINK: _offered, INVITE: _offered, CONNECT: _offered},
    public=True,
)
"""Taking an invite: for everybody, for nobody has a role before."""

STAFF = Feature(
    actions={WHO: lambda _arguments, message, ctx: _who(message, ctx), LEAVE: _leave},
    commands=(
        Command("taikhoan", "Vai trò của tôi", _who, ("tôi là ai", "vai trò", "vai trò của tôi", "tài khoản", "menu")),
        Command(
            "roinhiemvu", "Thôi phụ trách", _leave_command, ("rời nhiệm vụ", "thôi phụ trách", "thôi việc", "bàn giao")
        ),
    ),
    roles=PERSONS,
)
