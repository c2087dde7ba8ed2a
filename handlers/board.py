"""How all units stand, for who urges and who watches: each task in its latest period, and what needs somebody."""

from __future__ import annotations

from textwrap import shorten

from handlers import coordinate, duty
from handlers.context import Context
from handlers.duties import Board, BoardRow
from handlers.message import Choice, Message, Reply
from handlers.outcome import Outcome
from handlers.router import Command, Feature

ROLES = coordinate.LOOKERS
BOARD = "bang"
ROW = "bangviec"

ROWS_AT_MOST = 6
UNITS_AT_MOST = 5
LINES_AT_MOST = 5
CHOICES_AT_MOST = 8


def row_text(row: BoardRow, ctx: Context) -> str:
    """ "PL 3, tuần 34: 7/8 đơn vị đã báo (6 đúng hạn, 1 trễ). Chưa báo: …"."""
    texts, done = ctx.texts, row.on_time + row.late
    called = texts("duty.name", tt=row.tt, period=duty.period(row.label))
    parts = [texts("board.row", name=called, done=done, units=row.units, on_time=row.on_time, late=row.late)]
    if done == 0:
        parts = [texts("board.row_none", name=called, units=row.units)]
    for label, units in (
        ("board.overdue", row.overdue),
        ("board.returned", row.returned),
        ("board.waiting", row.waiting),
        ("board.put_off", row.put_off),
        ("board.twins", row.twins),
    ):
        if units:
            parts.append(texts("board.units", label=texts(label), units=duty.names(units, UNITS_AT_MOST, ctx)))
    return " ".join(parts)


def needs(board: Board, ctx: Context, *, deciding: bool) -> list[str]:
    """What needs somebody besides the reports themselves; ``deciding``: for who can do something about it."""
    texts = ctx.texts
    lines = []
    if board.to_accept:
        lines.append(texts("board.to_accept" if deciding else "board.unread", count=board.to_accept))
    if board.stuck:
        lines += [texts("board.stuck", count=len(board.stuck)), *_cut(board.stuck, ctx)]
    if board.unreachable:
        lines += [texts("board.unreachable", count=len(board.unreachable)), *_cut(board.unreachable, ctx)]
    if board.doubtful:
        lines.append(texts("board.doubtful", count=board.doubtful))
    return lines


def _cut(pairs: tuple[tuple[str, str], ...], ctx: Context) -> list[str]:
    lines = [ctx.texts("board.pair", who=who, what=what) for who, what in pairs[:LINES_AT_MOST]]
    more = len(pairs) - LINES_AT_MOST
    return [*lines, ctx.texts("board.and_more", count=more)] if more > 0 else lines


async def _board(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return await _page(duty.number(arguments) or 0, ctx)


async def _command(_message: Message, ctx: Context) -> Outcome:
    return await _page(0, ctx)


async def _page(first: int, ctx: Context) -> Outcome:
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    found = await ctx.duties.board(ctx.person)
    deciding = ctx.person.holds(*coordinate.ROLES)
    first = first if first < len(found.rows) else 0
    shown = found.rows[first : first + ROWS_AT_MOST]
    lines = [ctx.texts("board.title"), *(f"- {row_text(row, ctx)}" for row in shown)]
    if not found.rows:
        lines = [ctx.texts("board.empty")]
    if first == 0 and (further := needs(found, ctx, deciding=deciding)):
        lines += ["", *further]
    choices = [
        Choice(ctx.texts("board.open_row", tt=row.tt, period=duty.period(row.label)), f"{ROW}:{first + place}")
        for place, row in enumerate(shown)
        if row.open
    ]
    if (more := len(found.rows) - first - ROWS_AT_MOST) > 0:
        choices.append(Choice(ctx.texts("board.more", count=more), f"{BOARD}:{first + ROWS_AT_MOST}"))
    if deciding and found.to_accept:
        choices.insert(0, Choice(ctx.texts("review.queue"), coordinate.QUEUE))
    return Outcome((Reply("\n".join(lines), tuple(choices)),))


async def _row(arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    """The units of one row that have something open: ``bangviec:ROW`` or ``bangviec:ROW:FROM``."""
    assert ctx.person  # noqa: S101 - the router lets nobody else in
    place, first = duty.number(arguments), duty.number(arguments, 1) or 0
    rows = (await ctx.duties.board(ctx.person)).rows
    if place is None or place >= len(rows):
        return await _page(0, ctx)
    row = rows[place]
    named = list(zip(row.open, (*row.overdue, *row.returned, *row.waiting), strict=False))
    first = first if first < len(named) else 0
    shown = named[first : first + CHOICES_AT_MOST]
    choices = [Choice(unit, f"{coordinate.LOOK}:{number}") for number, unit in shown]
    if (more := len(named) - first - CHOICES_AT_MOST) > 0:
        choices.append(Choice(ctx.texts("duty.more", count=more), f"{ROW}:{place}:{first + CHOICES_AT_MOST}"))
    choices.append(Choice(ctx.texts("board.back"), BOARD))
    content = shorten(row.content, duty.LONG, placeholder="…")
    text = ctx.texts("duty.title", tt=row.tt, content=content)
    return Outcome((Reply(f"{text}\n{row_text(row, ctx)}", tuple(choices)),))


FEATURE = Feature(
    actions={BOARD: _board, ROW: _row},
    commands=(
        Command(
            "bang", "Bảng theo dõi", _command, ("bảng theo dõi", "bảng", "tiến độ", "tình hình", "theo dõi tiến độ")
        ),
    ),
    roles=ROLES,
)
