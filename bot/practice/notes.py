"""Carries out what practice wants written down, from a chat or a page, in its transaction.

What was shown may be older than what is stored (two devices, a button pressed twice): an answer counts only for the
item that is open when it is written.
"""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col

from bot.inbox import insert_new
from bot.practice import drawing
from bot.practice.desk import PracticeDesk, named, tries
from bot.tables import PracticeClass, PracticeKey, PracticePupil, PracticeReturn, PracticeRun, PracticeTry
from handlers import outcome as notes
from handlers.pupils import REVIEW
from knowledge.practice.play import RETURNS, Run, Try, comes_back


async def write(desk: PracticeDesk, note: notes.PracticeNote) -> bool:
    """Write one note; False when it came too late to count."""
    match note:
        case notes.Enrolled():
            return await _enrolled(desk, note)
        case notes.CameBack():
            return await _came_back(desk, note)
        case notes.RunBegun():
            return await _begun(desk, note)
        case notes.Tried():
            return await _tried(desk, note)
        case notes.ClassOpened():
            return await _opened(desk, note)


async def _opened(desk: PracticeDesk, note: notes.ClassOpened) -> bool:
    row = PracticeClass(
        code=note.code,
        label=note.label,
        teacher_digest=drawing.digest(note.secret),
        cases=list(note.cases),
        opens_on=note.opens_on,
        closes_on=note.closes_on,
        ends_on=note.ends_on,
        created_at=desk.now,
    )
    desk.session.add(row)
    await desk.session.flush()
    return True


async def _enrolled(desk: PracticeDesk, note: notes.Enrolled) -> bool:
    word = drawing.word_digest(note.classroom, note.nickname, note.word)
    row = PracticePupil(
        class_id=note.classroom, nickname=note.nickname, word_digest=word, created_at=desk.now, seen_at=desk.now
    )
    desk.session.add(row)
    await desk.session.flush()
    desk.session.add(PracticeKey(digest=drawing.digest(note.key), pupil_id=row.id or 0))
    await desk.session.flush()
    return True


async def _came_back(desk: PracticeDesk, note: notes.CameBack) -> bool:
    row = await named(desk.session, note.classroom, note.nickname)
    if row is None:
        return False
    desk.session.add(PracticeKey(digest=drawing.digest(note.key), pupil_id=row.id or 0))
    await desk.session.flush()
    return True


async def _lock(desk: PracticeDesk, pupil: int) -> None:
    """One writer a pupil, on PostgreSQL too."""
    await desk.session.execute(update(PracticePupil).where(col(PracticePupil.id) == pupil).values(seen_at=desk.now))


async def _begun(desk: PracticeDesk, note: notes.RunBegun) -> bool:
    await _lock(desk, note.pupil)
    if not note.items or await desk.open_run(note.pupil, note.run) is not None:
        return False
    row = PracticeRun(pupil_id=note.pupil, run=note.run, items=list(note.items), begun_at=desk.now)
    desk.session.add(row)
    await desk.session.flush()
    return True


async def _tried(desk: PracticeDesk, note: notes.Tried) -> bool:
    await _lock(desk, note.pupil)
    row = await desk.open_run(note.pupil, note.run)
    if row is None or row.id is None:
        return False
    before = desk.built(row, (await tries(desk.session, [row.id]))[row.id])
    open_item = before.open
    if open_item is None or open_item.name != note.item or (note.hint and before.hinted(note.item)):
        return False
    added = PracticeTry(
        run_id=row.id, item=note.item, choice=list(note.choice), right=note.right, hint=note.hint, at=desk.now
    )
    desk.session.add(added)
    await desk.session.flush()
    run = desk.built(row, (*before.tries, Try(note.item, note.right, note.choice, note.hint)))
    if note.right:
        await _return(desk, note, run)
    if run.open is None:
        row.ended_at, row.points, row.most = desk.now, run.points, run.most
        desk.session.add(row)
    return True


async def _return(desk: PracticeDesk, note: notes.Tried, run: Run) -> None:
    """An item that took more than one try comes back; one that came back and was known goes further away."""
    item = desk.course.item(note.item)
    if item is None or not item.options:
        return
    known = sum(not one.right and not one.hint for one in run.of(note.item)) == 0
    row = await desk.session.get(PracticeReturn, (note.pupil, note.item))
    if row is None:
        if not known:
            first = desk.today + timedelta(days=RETURNS[0])
            values = {"pupil_id": note.pupil, "item": note.item, "step": 0, "due_on": first}
            await desk.session.execute(insert_new(desk.session, PracticeReturn).values(values))
        return
    if known and note.run != REVIEW:
        return  # answered again in its case, before its day: that is no remembering
    after = comes_back(row.step, right=known, today=desk.today)
    if after is None:
        await desk.session.delete(row)
    else:
        row.step, row.due_on = after
        desk.session.add(row)
    await desk.session.flush()
