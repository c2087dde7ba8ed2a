"""A catalogue brought in: what is new, changed or abolished in it, fact by fact; nothing is published by itself."""

from __future__ import annotations

import asyncio
import gzip
import io
import re
import tempfile
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col

from bot import imports, limits, publishing, versions
from bot.imports import Author, Batch, Decided, Taken, Told, Waiting
from bot.office.officials import Right
from bot.publishing import among, of_origin
from bot.tables import Origin, ProcedureVersion, VersionState
from bot.versions import RefusedError, Written
from bot.web.office.knowledge_shelf import Shelf, code_of
from bot.web.office.knowledge_words import KINDS, audited, changed, harm
from bot.web.office.shell import HOME, Route, Visit, missing
from knowledge import importers
from knowledge.changes import Kind
from knowledge.importers import Imported, UnreadableError
from knowledge.procedures import CODE, UNKNOWN, Procedure

HERE = f"{HOME}/thu-tuc/nhap"
FORMATS = ".xlsx,.csv,.docx,.jsonl,.json,.gz"
CHOSEN_AT_MOST = 2000
NAMED = 10
"""So many codes are named in the line that says what was done."""
_OWN_WORDS = frozenset({"name", "summary", "aliases", "questions"})
"""What an office writes by itself and no catalogue knows better."""


class ImportPages:
    """The upload, what waits from it, and the decision of a second person."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def routes(self) -> Sequence[Route]:
        return [
            Route("GET", HERE, Right.KNOWLEDGE, self.show),
            Route("POST", HERE, Right.WRITE, self.upload),
            Route("POST", f"{HERE}/cong-bo", Right.APPROVE, self.publish),
            Route("POST", f"{HERE}/bo-qua", Right.APPROVE, self.reject),
            Route("POST", f"{HERE}/ban-nhap", Right.WRITE, self.draft),
        ]

    # What waits

    async def show(self, visit: Visit) -> web.StreamResponse:
        return await self._page(visit)

    async def _page(self, visit: Visit, problems: Sequence[str] = (), status: int = 422) -> web.Response:
        query = visit.request.query
        waiting = await imports.waiting(visit.shell.storage, self._shelf.shipped)
        chosen = query.get("loai", "")
        listed = [one for one in waiting if not chosen or one.change.kind.value == chosen]
        told = query.get("trang", "1")
        page = int(told) if told.isascii() and told.isdecimal() and len(told) < 6 else 1
        start = max(0, page - 1) * limits.IMPORTS_SHOWN
        return visit.render(
            "office/procedure_imports.html",
            status if problems else 200,
            problems=problems,
            waiting=listed[start : start + limits.IMPORTS_SHOWN],
            count=len(listed),
            counts={kind: sum(one.change.kind is kind for one in waiting) for kind in (*KINDS,)},
            kinds=KINDS,
            newest=max((one.id for one in waiting), default=0),
            chosen=chosen,
            page=page,
            pages=-(-len(listed) // limits.IMPORTS_SHOWN),
            is_own=lambda one: visit.official.wrote(one.author_id),
            formats=FORMATS,
            facts=_facts,
        )

    # Bringing in

    async def upload(self, visit: Visit) -> web.StreamResponse:
        """Read a file and let what is new or different in it wait."""
        sent = visit.form.get("tep")
        if not isinstance(sent, web.FileField) or not sent.filename:
            return await self._page(visit, ["Chọn tệp danh mục rồi bấm “Đọc tệp”."])
        name = _named(sent.filename)
        content = await asyncio.to_thread(_content, sent)
        try:
            found = await asyncio.to_thread(_read, content, name, visit.shell.today())
        except UnreadableError as error:
            return await self._page(visit, [f"Không đọc được tệp. {error}"])
        complete = "day-du" in visit.form
        whole = complete and not found.problems
        author = Author(visit.official.signature, visit.official.first_id)
        taken = await imports.take(
            visit.shell.storage,
            self._shelf.shipped,
            [Batch(name, found.procedures)],
            visit.now,
            complete=whole,
            author=author,
            told=self._recorded(visit, "procedure.import", {"file": name, "complete": whole}),
        )
        said = _counted(taken, len(found.procedures))
        if complete and not whole:
            said += " Tệp có dòng hỏng nên chưa xét thủ tục bị bãi bỏ."
        if found.problems:
            return await self._page(visit, [said, *found.problems[: limits.IMPORTS_SHOWN]], status=200)
        return visit.go(HERE, said)

    def _recorded(self, visit: Visit, action: str, told: Mapping[str, Any]) -> Told:
        """Writes down which codes it was about."""

        def record(session: AsyncSession, codes: Sequence[str]) -> None:
            after = {**told, "count": len(codes), "codes": list(codes)[: limits.PAGE_ROWS]}
            if codes or action == "procedure.import":
                visit.audit(session, action, "import", after=after)

        return record

    # Deciding

    async def publish(self, visit: Visit) -> web.StreamResponse:
        """The chosen ones, or all that lose nothing."""
        waiting = await imports.waiting(visit.shell.storage, self._shelf.shipped)
        if "tat-ca" in visit.form:
            shown = [one for one in waiting if one.id <= _newest(visit)]
            ids = {one.change.procedure.code: one.id for one in shown if not _loses(one)}
            held = [one.change.procedure.code for one in shown if _loses(one)]
        else:
            ids, held = _chosen(visit), []
        if not ids:
            return await self._page(visit, ["Đánh dấu ít nhất một thủ tục."])
        if problems := harm(await self._shelf.effects_of_all(_records(waiting, ids, visit))):
            return await self._page(visit, ["Chưa công bố bản nào, vì sẽ làm sai câu trả lời khác:", *problems], 409)
        official, told = visit.official, self._recorded(visit, "procedure.publish", {})
        decided = await imports.publish_versions(
            visit.shell.storage, ids, official.signature, visit.now, members=official.ids, told=told
        )
        if decided.done:
            await visit.shell.learn()
        return visit.go(HERE, _decided(decided, held))

    async def reject(self, visit: Visit) -> web.StreamResponse:
        codes = list(_chosen(visit))
        if not codes:
            return await self._page(visit, ["Đánh dấu ít nhất một thủ tục."])
        told = self._recorded(visit, "procedure.reject", {})
        by = visit.official.signature
        decided = await imports.reject(visit.shell.storage, codes, by, visit.now, told=told)
        done = f"Đã bỏ qua {len(decided.done)} bản nhập. Nhập lại đúng như vậy sẽ không hỏi nữa."
        return visit.go(HERE, done)

    async def draft(self, visit: Visit) -> web.StreamResponse:
        """Take what a catalogue says over into a draft, where a person's or a shipped record stands."""
        code = code_of(visit.text("ma", 16))
        async with visit.shell.storage.read() as session:
            now = await self._shelf.in_force(session, code)
            row = await _imported(session, code)
        if now is None or row is None:
            raise missing()
        if row.kind == Kind.ABOLISHED:
            return visit.go(f"{HOME}/thu-tuc/{code}/bai-bo", "Danh mục mới không còn thủ tục này.")
        found = publishing.record(code, row.body)
        merged = _merged(now, found) if found else now
        written = Written(merged, Kind.CHANGED, f"Lấy từ danh mục {row.file}"[:500])
        before, after = audited(changed(now, merged))
        try:
            async with visit.shell.storage.write() as session:
                made = await versions.write(session, written, visit.official, visit.now)
                subject = versions.subject(made)
                visit.audit(session, "procedure.draft", subject, before=before, after={"code": code, **after})
        except RefusedError as refused:
            return await self._page(visit, [str(refused)], 409)
        return visit.go(f"{HOME}/thu-tuc/{code}/sua", "Đã đưa vào bản nháp. Xem lại, sửa rồi lưu.")


async def _imported(session: AsyncSession, code: str) -> ProcedureVersion | None:
    here = (col(ProcedureVersion.code) == code, among(VersionState.REVIEW), of_origin(Origin.IMPORT))
    return (await session.execute(select(ProcedureVersion).where(*here))).scalar_one_or_none()


def _merged(now: Procedure, found: Procedure) -> Procedure:
    """What is known, with every fact that the catalogue tells put in its place."""
    told = {
        name: getattr(found, name)
        for name in found.model_dump(exclude_defaults=True)
        if name not in _OWN_WORDS and getattr(found, name) != UNKNOWN
    }
    ends = {"effective_until": None, "successor": ()} if now.effective_until and not found.effective_until else {}
    return now.model_copy(update={**ends, **told})


def _content(sent: web.FileField) -> bytes:
    with sent.file as opened:
        return opened.read()


def _read(content: bytes, name: str, today: date) -> Imported:
    if _unpacked(content) > limits.IMPORT_UNPACKED:
        raise UnreadableError(f"{name}: tệp bung ra quá lớn (tối đa {limits.IMPORT_UNPACKED // 1_000_000} MB)")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        return importers.read(path, today)


def _unpacked(content: bytes) -> int:
    """Bytes that a packed file becomes, as far as they count; of a broken one, which its reader tells of, 0."""
    try:
        if zipfile.is_zipfile(io.BytesIO(content)):
            return sum(one.file_size for one in zipfile.ZipFile(io.BytesIO(content)).infolist())
        if not content.startswith(b"\x1f\x8b"):
            return 0
        size = 0
        with gzip.open(io.BytesIO(content)) as packed:
            while size <= limits.IMPORT_UNPACKED and (some := packed.read(1 << 20)):
                size += len(some)
        return size
    except (zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, EOFError, ValueError, NotImplementedError, OSError):
        return 0


def _named(told: str) -> str:
    """The name of a file as it may be kept: letters, digits, its ending."""
    plain = re.sub(r"[^\w.-]+", "-", told.replace("\\", "/").rsplit("/", 1)[-1]).strip(".-")
    return plain[-80:] or "danh-muc"


def _chosen(visit: Visit) -> dict[str, int]:
    """Versions that were ticked, by code: "1.001193:12"."""
    found: dict[str, int] = {}
    for told in visit.form.getall("chon", [])[:CHOSEN_AT_MOST]:
        code, _, number = str(told).partition(":")
        if CODE.fullmatch(code) and number.isascii() and number.isdecimal() and len(number) < 10:
            found[code] = int(number)
    return found


def _newest(visit: Visit) -> int:
    """Number of the newest version that waited when the page was made: what came later was not looked at."""
    told = visit.text("den", 10)
    return int(told) if told.isascii() and told.isdecimal() else 0


def _loses(one: Waiting) -> bool:
    """Whether a published version tells more: such a one is published only when it is chosen by itself."""
    return one.replaces and bool(one.change.losses) and not one.by_office


def _records(waiting: Sequence[Waiting], ids: Mapping[str, int], visit: Visit) -> list[Procedure]:
    """The records that answers would come from, of the versions that this person may publish."""
    return [
        one.change.procedure
        for one in waiting
        if ids.get(one.change.procedure.code) == one.id
        and one.change.kind is not Kind.ABOLISHED
        and not one.by_office
        and not visit.official.wrote(one.author_id)
    ]


def _counted(taken: Taken, read: int) -> str:
    counts = ", ".join(f"{len(taken.of(kind))} {name}" for kind, name in KINDS.items())
    again = f" {len(taken.rejected_before)} bản đã bỏ qua trước đây." if taken.rejected_before else ""
    return f"Đọc được {read} thủ tục: {counts}.{again} Chưa bản nào được công bố."


def _decided(decided: Decided, held: Sequence[str]) -> str:
    """What was done, and what was left and why."""
    said = [f"Đã công bố {len(decided.done)} thủ tục."]
    left = {
        "Không tự duyệt bản mình nhập": decided.own,
        "Đã có bản do cán bộ viết": decided.by_office,
        "Giữ lại vì sẽ mất nội dung": held,
        "Không còn chờ": decided.nothing_waits,
    }
    said += [f"{reason}: {', '.join(codes[:NAMED])}." for reason, codes in left.items() if codes]
    return " ".join(said)


def _facts(one: Waiting) -> list[tuple[str, tuple[str, ...]]]:
    """Of a new procedure, what its record says."""
    return [(d.label, d.new) for d in changed(None, one.change.procedure)]
