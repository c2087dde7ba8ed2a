"""Luyện tập: a pupil in a chat. Comes in by the class code, plays cases item by item, leaves and comes back.

Nobody is asked for a name: a nickname is drawn, and a word brings it back on another device. A question in between is
answered by the assistant itself, which is how the procedure is to be found.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from handlers import practice_item
from handlers.context import Context
from handlers.dialogue import Flow
from handlers.message import Choice, Message, Reply
from handlers.outcome import CameBack, Enrolled, Outcome, RunBegun, Tried
from handlers.practice_item import ANSWER, FILL, FLOW, HAND_IN, HINT, TICK, Open
from handlers.privacy import looks_private
from handlers.pupils import REVIEW, Progress, Pupil
from handlers.router import SINCE, Command, Feature, FlowSteps
from handlers.told import CANCEL, is_question
from knowledge.normalize import fold
from knowledge.practice.items import Item, Kind
from knowledge.practice.play import RETURNS, Marked, Run, Try, marked, matched
from knowledge.procedures import UNKNOWN
from knowledge.reading import Decision

HOME = "lt"
BEGIN = "ltbd"
CARD = "ltthe"
BACK = "ltlai"
CODE_FLOW = "malop"

OFFERED_AT_MOST = 8
STEPS_AT_MOST = 4
"""Of the card to take home."""
_LEAVE = CANCEL | {"nghi", "nghi thoi", "dung", "tam nghi", "mai lam tiep"}


# Coming in


async def _start(_message: Message, ctx: Context) -> Outcome:
    pupil = await ctx.practice.pupil(ctx.dialogue.practice)
    return await _home(pupil, ctx) if pupil else _ask_code(ctx)


def _ask_code(ctx: Context, said: str = "", step: str = "code") -> Outcome:
    text = ctx.texts("practice.code" if step == "code" else "practice.come_back")
    choices = (Choice(ctx.texts("practice.known"), BACK),) if step == "code" else ()
    reply = Reply(f"{said}\n\n{text}" if said else text, choices)
    flow = Flow(CODE_FLOW, step, {SINCE: int(ctx.now.timestamp())})
    return Outcome((reply,), replace(ctx.dialogue, flow=flow, offered=()))


async def _press_home(_arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    return await _start(message, ctx)


async def _press_back(_arguments: tuple[str, ...], _message: Message, ctx: Context) -> Outcome:
    return _ask_code(ctx, step="back")


async def _code_step(message: Message, ctx: Context) -> Outcome | None:
    flow = ctx.dialogue.flow
    if fold(message.text) in _LEAVE:
        return _left(ctx)
    if flow is not None and flow.step == "back":
        return await _returned(message.text, ctx)
    if is_question(message.text):
        return None
    return await _enrolled(message.text, ctx)


async def _opened(message: Message, ctx: Context) -> Outcome | None:
    """ "Mã lớp 7A-K4QM" at any time."""
    code = " ".join(message.text.split()[2:])
    return await _enrolled(code, ctx) if code else _ask_code(ctx)


async def _enrolled(code: str, ctx: Context) -> Outcome:
    classroom = await ctx.practice.classroom(code)
    if classroom is None:
        return _ask_code(ctx, ctx.texts("practice.no_class"))
    known = await ctx.practice.pupil(ctx.dialogue.practice)
    if known is not None and known.classroom.id == classroom.id:
        return await _home(known, ctx)
    if not classroom.is_open(ctx.today):
        days = {"first": f"{classroom.opens_on:%d/%m/%Y}", "last": f"{classroom.closes_on:%d/%m/%Y}"}
        return _ask_code(ctx, ctx.texts("practice.not_open", **days))
    new = await ctx.practice.newcomer(classroom)
    if new is None:
        return _ask_code(ctx, ctx.texts("practice.full"))
    note = Enrolled(classroom.id, new.nickname, new.word, new.key)
    said = ctx.texts("practice.welcome", nickname=new.nickname, label=classroom.label, word=new.word)
    pupil = Pupil(0, new.nickname, classroom)
    choices = tuple(_cases(pupil, Progress(), ctx))
    dialogue = replace(ctx.dialogue, flow=None, practice=new.key)
    return Outcome((Reply(said, choices),), dialogue, (note,))


async def _returned(text: str, ctx: Context) -> Outcome:
    """Class code, nickname and word, on three lines or with commas."""
    parts = [part.strip() for part in re.split(r"[\n,;]+", text) if part.strip()]
    classroom = await ctx.practice.classroom(parts[0]) if len(parts) == 3 else None
    key = await ctx.practice.returning(classroom, parts[1], parts[2]) if classroom else None
    if classroom is None or key is None:
        return _ask_code(ctx, ctx.texts("practice.not_known"), "back")
    note = CameBack(classroom.id, parts[1], key)
    reply = Reply(ctx.texts("practice.is_back"), (Choice(ctx.texts("practice.go_home"), HOME),))
    return Outcome((reply,), replace(ctx.dialogue, flow=None, practice=key), (note,))


def _code_prompt(ctx: Context) -> Reply:
    step = ctx.dialogue.flow.step if ctx.dialogue.flow else "code"
    return _ask_code(ctx, step=step).replies[0]


def _left(ctx: Context) -> Outcome:
    reply = Reply(ctx.texts("practice.left"), (Choice(ctx.texts("practice.go_on"), HOME),))
    return Outcome((reply,), replace(ctx.dialogue, flow=None, offered=()))


# Home


async def _home(pupil: Pupil, ctx: Context) -> Outcome:
    progress = await ctx.practice.progress(pupil)
    cases = [key for key in pupil.classroom.cases if key in ctx.practice.course.cases]
    lines = [
        ctx.texts(
            "practice.home",
            nickname=pupil.nickname,
            label=pupil.classroom.label,
            done=sum(key in progress.best for key in cases),
            count=len(cases),
        )
    ]
    if progress.due:
        lines.append(ctx.texts("practice.due", count=len(progress.due)))
    if not pupil.classroom.is_open(ctx.today):
        lines.append(ctx.texts("practice.closed", day=f"{pupil.classroom.closes_on:%d/%m/%Y}"))
        return Outcome((Reply("\n".join(lines)),), replace(ctx.dialogue, flow=None, offered=()))
    reply = Reply("\n".join(lines), tuple(_cases(pupil, progress, ctx)))
    return Outcome((reply,), replace(ctx.dialogue, flow=None))


def _cases(pupil: Pupil, progress: Progress, ctx: Context) -> Iterator[Choice]:
    """What comes back first, then what is under way, then what is new, then what was done."""
    if progress.due:
        yield Choice(ctx.texts("practice.review", count=len(progress.due)), f"{BEGIN}:{REVIEW}")
    course = ctx.practice.course
    cases = [key for key in pupil.classroom.cases if key in course.cases and course.items(key, ctx.today)]
    order = sorted(cases, key=lambda key: (key not in progress.under_way, key in progress.best))
    for key in order[:OFFERED_AT_MOST]:
        title = course.cases[key].title
        if key in progress.under_way:
            label = ctx.texts("practice.go_on_with", title=title)
        elif key in progress.best:
            points, most = progress.best[key]
            label = ctx.texts("practice.again", title=title, points=points, most=most)
        else:
            label = title
        yield Choice(label, f"{BEGIN}:{key}")


async def _begin(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    pupil = await ctx.practice.pupil(ctx.dialogue.practice)
    key = arguments[0] if arguments else ""
    if pupil is None:
        return await _start(message, ctx)
    if not pupil.classroom.is_open(ctx.today):
        return await _home(pupil, ctx)
    run = await ctx.practice.run(pupil, key)
    notes: tuple[RunBegun, ...] = ()
    if run is None:
        run = await ctx.practice.fresh(pupil, key)
        notes = (RunBegun(pupil.id, key, tuple(item.name for item in run.items)),)
    if run.open is None:
        home = await _home(pupil, ctx)
        nothing = replace(home.replies[0], text=ctx.texts("practice.nothing"))
        return replace(home, replies=(nothing,))
    return replace(_shown(Open(key, run.open.name), run.open, run, ctx), notes=notes)


def _shown(opened: Open, item: Item, run: Run, ctx: Context, before: str = "") -> Outcome:
    reply = practice_item.ask(opened, item, run, ctx, before)
    return Outcome((reply,), replace(ctx.dialogue, flow=opened.flow(ctx), offered=()))


def _prompt(ctx: Context) -> Reply:
    """The open item once more, after a question in between."""
    opened = Open.of(ctx.dialogue.flow)
    item = ctx.practice.course.item(opened.item) if opened else None
    if opened is None or item is None:
        return Reply(ctx.texts("practice.left"), (Choice(ctx.texts("practice.go_on"), HOME),))
    return practice_item.ask(opened, item, None, ctx)


# Answering


async def _where(run_key: str, ctx: Context) -> tuple[Pupil, Run, Open, Item] | None:
    """Who plays, the run as it stands, and its open item; None: there is nothing open."""
    pupil = await ctx.practice.pupil(ctx.dialogue.practice)
    run = await ctx.practice.run(pupil, run_key) if pupil else None
    if pupil is None or run is None or run.open is None:
        return None
    opened = Open.of(ctx.dialogue.flow)
    if opened is None or opened.run != run_key or opened.item != run.open.name:
        opened = Open(run_key, run.open.name)
    return pupil, run, opened, run.open


async def _pressed(
    arguments: tuple[str, ...], message: Message, ctx: Context
) -> tuple[Pupil, Run, Open, Item] | Outcome:
    """The item that a button belongs to; a button of an earlier item shows the one that is open now."""
    run_key, case, key, *_ = (*arguments, "", "", "")
    found = await _where(run_key, ctx)
    if found is None:
        return await _start(message, ctx)
    _, run, opened, item = found
    if (item.case, item.key) != (case, key):
        return _shown(opened, item, run, ctx, ctx.texts("practice.passed"))
    return found


async def _answer(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    found = await _pressed(arguments, message, ctx)
    return found if isinstance(found, Outcome) else await _judged(found, arguments[3:4], ctx)


async def _tick(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    found = await _pressed(arguments, message, ctx)
    if isinstance(found, Outcome):
        return found
    _, run, opened, item = found
    return _shown(practice_item.ticked(opened, item, arguments[3] if len(arguments) > 3 else ""), item, run, ctx)


async def _hand_in(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    found = await _pressed(arguments, message, ctx)
    return found if isinstance(found, Outcome) else await _judged(found, found[2].ticked, ctx)


async def _fill(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    found = await _pressed(arguments, message, ctx)
    if isinstance(found, Outcome):
        return found
    choices = found[3].blanks[found[2].blank].choices
    place = int(arguments[3]) if len(arguments) > 3 and arguments[3].isdecimal() else len(choices)
    return await _filled(found, choices[place] if place < len(choices) else "", ctx)


async def _hint(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    run_key, key, *_ = (*arguments, "", "")
    found = await _where(run_key, ctx)
    if found is None:
        return await _start(message, ctx)
    if found[3].key != key:
        return _shown(found[2], found[3], found[1], ctx, ctx.texts("practice.passed"))
    return _hinted(found, ctx)


def _hinted(found: tuple[Pupil, Run, Open, Item], ctx: Context) -> Outcome:
    pupil, run, opened, item = found
    if run.hinted(item.name):
        return _shown(opened, item, run, ctx)
    after = Run(run.items, (*run.tries, Try(item.name, right=False, hint=True)))
    note = Tried(pupil.id, opened.run, item.name, hint=True)
    return replace(_shown(opened, item, after, ctx), notes=(note,))


async def _step(message: Message, ctx: Context) -> Outcome | None:
    opened = Open.of(ctx.dialogue.flow)
    assert opened  # noqa: S101 - the router calls a step only in its flow
    if fold(message.text) in _LEAVE:
        return _left(ctx)
    found = await _where(opened.run, ctx)
    if found is None:
        return await _start(message, ctx)
    _, run, opened, item = found
    if practice_item.wants_hint(message.text):
        return _hinted(found, ctx)
    if item.kind is Kind.FORM:
        return await _typed(found, message, ctx)
    chosen = practice_item.typed_choice(message.text, opened, item, run)
    return None if chosen is None else await _judged(found, chosen, ctx)


async def _typed(found: tuple[Pupil, Run, Open, Item], message: Message, ctx: Context) -> Outcome | None:
    """A field of the mock form. Whatever is not on the card is neither kept nor repeated."""
    _, run, opened, item = found
    blank = item.blanks[opened.blank]
    if practice_item.fits(message.text, blank.value):
        return await _filled(found, message.text, ctx)
    if kinds := looks_private(message.text, message.masked):
        return _shown(opened, item, run, ctx, ctx.texts("practice.private", kinds=", ".join(kinds)))
    if is_question(message.text) and ctx.knowledge.read(message.text).decision is Decision.ANSWER:
        return None
    return await _filled(found, message.text, ctx)


async def _filled(found: tuple[Pupil, Run, Open, Item], value: str, ctx: Context) -> Outcome:
    pupil, run, opened, item = found
    blank = item.blanks[opened.blank]
    if not practice_item.fits(value, blank.value):
        wrong = Try(item.name, right=False, choice=opened.matched)
        after = Run(run.items, (*run.tries, wrong))
        note = Tried(pupil.id, opened.run, item.name, opened.matched)
        said = ctx.texts("practice.not_the_card", label=blank.label, left=after.left(item.name))
        return replace(_shown(opened, item, after, ctx, said), notes=(note,))
    opened = replace(opened, matched=(*opened.matched, blank.key), blank=opened.blank + 1)
    if opened.blank < len(item.blanks):
        return _shown(opened, item, run, ctx)
    return await _marked(found, matched(item, opened.matched), ctx)


async def _judged(found: tuple[Pupil, Run, Open, Item], chosen: tuple[str, ...], ctx: Context) -> Outcome:
    if not chosen:
        return _shown(found[2], found[3], found[1], ctx, ctx.texts("practice.chose_nothing"))
    return await _marked(found, marked(found[3], chosen), ctx)


async def _marked(found: tuple[Pupil, Run, Open, Item], judged: Marked, ctx: Context) -> Outcome:
    pupil, run, opened, item = found
    after = Run(run.items, (*run.tries, Try(item.name, judged.right, judged.choice)))
    note = Tried(pupil.id, opened.run, item.name, judged.choice, judged.right)
    why = "\n".join(judged.explained)
    if not judged.right:
        said = ctx.texts("practice.wrong", why=why, left=after.left(item.name))
        again = Open(opened.run, item.name)
        return replace(_shown(again, item, after, ctx, said), notes=(note,))
    said = ctx.texts("practice.right", points=after.points_of(item.name), why=why)
    if after.open is None:
        return replace(await _ended(pupil, opened.run, after, said, ctx), notes=(note,))
    return replace(_shown(Open(opened.run, after.open.name), after.open, after, ctx, said), notes=(note,))


async def _ended(pupil: Pupil, run_key: str, run: Run, said: str, ctx: Context) -> Outcome:
    dialogue = replace(ctx.dialogue, flow=None, offered=())
    lines = [said, ""]
    if run_key == REVIEW:
        lines.append(ctx.texts("practice.reviewed", count=len(run.items)))
        return Outcome((Reply("\n".join(lines), (Choice(ctx.texts("practice.go_home"), HOME),)),), dialogue)
    progress = await ctx.practice.progress(pupil)
    best = max(progress.best.get(run_key, (0, 0))[0], run.points)
    title = ctx.practice.course.cases[run_key].title
    lines.append(ctx.texts("practice.ended", title=title, points=run.points, most=run.most, best=best))
    asked = {item.name for item in run.items if item.options}
    if any(one.item in asked and not one.right and not one.hint for one in run.tries):
        lines.append(ctx.texts("practice.comes_back", days=RETURNS[0]))
    progress = replace(progress, best={**progress.best, run_key: (best, run.most)}, under_way=(), due=())
    card = Choice(ctx.texts("practice.card"), f"{CARD}:{run_key}")
    upcoming = [choice for choice in _cases(pupil, progress, ctx) if choice.action != f"{BEGIN}:{run_key}"][:1]
    return Outcome((Reply("\n".join(lines), (card, *upcoming, Choice(ctx.texts("practice.go_home"), HOME))),), dialogue)


# The card to take home


async def _card(arguments: tuple[str, ...], message: Message, ctx: Context) -> Outcome:
    case = ctx.practice.course.case(arguments[0]) if arguments else None
    record = ctx.practice.course.library.get(case.code) if case else None
    if case is None or record is None:
        return await _start(message, ctx)
    texts, method = ctx.texts, case.method(record)
    stale = record.stale_on(ctx.today)
    lines = [texts("practice.take_home", name=record.name, teach=case.teach)]
    lines += [f"{number}. {step}" for number, step in enumerate(record.online_steps[:STEPS_AT_MOST], start=1)]
    lines.append(texts("practice.take_home_documents", names="; ".join(case.documents)))
    fee, time = (UNKNOWN, UNKNOWN) if stale or method is None else (method.fee, method.time_limit)
    lines.append(texts("practice.take_home_facts", fee=fee, time=time, where=record.where))
    day = f"{record.checked_on:%d/%m/%Y}"
    lines.append(texts("card.source", source=record.source, code=record.code, day=day))
    if ctx.office.page:
        lines.append(texts("practice.take_home_link", url=f"{ctx.office.page}/luyen-tap/the/{case.key}"))
    return Outcome((Reply("\n".join(lines), (Choice(texts("practice.go_home"), HOME),)),))


FEATURE = Feature(
    actions={
        HOME: _press_home,
        BEGIN: _begin,
        BACK: _press_back,
        CARD: _card,
        ANSWER: _answer,
        TICK: _tick,
        HAND_IN: _hand_in,
        FILL: _fill,
        HINT: _hint,
    },
    commands=(Command("luyentap", "Luyện tập cho học sinh", _start, ("luyện tập", "thực hành", "em luyện tập")),),
    openings={"ma lop": _opened},
    flows={FLOW: FlowSteps(_step, _prompt), CODE_FLOW: FlowSteps(_code_step, _code_prompt)},
)
