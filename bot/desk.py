"""The editor's desk on the command line: procedures from files are looked at, published, rejected, written out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bot import clock, imports, learned, news
from bot.imports import Batch, Decided, Taken, Waiting
from bot.office import rules
from bot.settings import Settings
from bot.storage import Storage, with_storage
from knowledge import importers, library
from knowledge.changes import Change, Kind, facts, fingerprint
from knowledge.importers import UnreadableError, jsonl
from scheduler.calendar import VIETNAM

NAMED_AT_MOST = 20
"""So many codes are named in a line for people; programs get all."""

_KINDS = {Kind.NEW: "mới", Kind.CHANGED: "thay đổi", Kind.ABOLISHED: "bãi bỏ", Kind.SAME: "giữ nguyên"}


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What came in, and what is wrong with the rest."""

    taken: Taken
    read: int
    problems: Sequence[tuple[str, str]]
    """File and what is wrong there."""
    abolition_checked: bool
    """False when a file that was said to be complete has bad rows: what it lacks may stand in them."""

    def text(self) -> str:
        counts = ", ".join(f"{len(self.taken.of(kind))} {name}" for kind, name in _KINDS.items())
        lines = [f"Đọc được {self.read} thủ tục: {counts}."]
        if not self.abolition_checked:
            lines.append("Tệp có dòng hỏng nên chưa xét thủ tục bị bãi bỏ; hãy sửa tệp rồi nhập lại.")
        if again := self.taken.rejected_before:
            lines.append(f"Đã từ chối trước đây, không đưa ra duyệt lại: {_named(again)}")
        lines.append(f"{self.taken.waiting} bản chờ duyệt. Xem khác biệt: procedures review")
        return "\n".join(lines)

    def to_json(self) -> dict[str, Any]:
        kinds = {kind.value: [_change_json(change) for change in self.taken.of(kind)] for kind in _KINDS}
        return {
            "read": self.read,
            **kinds,
            Kind.SAME.value: [change.procedure.code for change in self.taken.of(Kind.SAME)],
            "rejected_before": list(self.taken.rejected_before),
            "abolition_checked": self.abolition_checked,
            "waiting": self.taken.waiting,
            "problems": [{"file": file, "text": text} for file, text in self.problems],
        }


@dataclass(frozen=True, slots=True)
class Review:
    """What waits for a person."""

    versions: Sequence[Waiting]

    def text(self) -> str:
        if not self.versions:
            return "Không có bản nào chờ duyệt."
        parts = [_waiting_text(version) for version in self.versions]
        parts.append(f"{len(self.versions)} bản chờ duyệt. Công bố: procedures publish MÃ… --by TÊN")
        return "\n\n".join(parts)

    def to_json(self) -> list[dict[str, Any]]:
        return [
            {
                **_change_json(version.change),
                "file": version.file,
                "imported_at": version.imported_at.isoformat(),
                "hand_written": version.hand_written,
            }
            for version in self.versions
        ]


async def bring_in(settings: Settings, paths: Sequence[Path], *, complete: bool) -> ImportReport:
    """Read files and let what is new or different wait for review.

    Raises UnreadableError, naming every file that cannot be read, before anything is stored.
    """
    now = clock.now()
    batches, problems = _read(paths, now.astimezone(VIETNAM).date())
    whole = not problems

    async def work(storage: Storage) -> Taken:
        return await imports.take(storage, library.shipped(), batches, now, complete=complete and whole)

    taken = await with_storage(settings, work)
    read = len({procedure.code for batch in batches for procedure in batch.procedures})
    return ImportReport(taken, read, [*problems, *_repeated(batches)], abolition_checked=whole or not complete)


def _read(paths: Sequence[Path], today: date) -> tuple[list[Batch], list[tuple[str, str]]]:
    """The good rows by file, and (file, what is wrong) of the others."""
    batches: list[Batch] = []
    problems: list[tuple[str, str]] = []
    unreadable: list[str] = []
    for path in paths:
        try:
            found = importers.read(path, today)
        except UnreadableError as error:
            unreadable.append(str(error))
            continue
        batches.append(Batch(path.name, found.procedures))
        problems += [(path.name, problem) for problem in found.problems]
    if unreadable:
        raise UnreadableError("\n".join(unreadable))
    return batches, problems


def _repeated(batches: Sequence[Batch]) -> Iterator[tuple[str, str]]:
    """Codes that are told twice, and not the same: only the first is taken."""
    first: dict[str, str] = {}
    for batch in batches:
        for procedure in batch.procedures:
            told = fingerprint(procedure)
            if first.setdefault(procedure.code, told) != told:
                yield batch.file, f"mã {procedure.code} có hai nội dung khác nhau; chỉ lấy nội dung đứng trước"


async def review(settings: Settings, codes: Collection[str] = ()) -> Review:
    """What waits, or what waits of these codes."""

    async def work(storage: Storage) -> Review:
        versions = await imports.waiting(storage, library.shipped())
        return Review([v for v in versions if not codes or v.change.procedure.code in codes])

    return await with_storage(settings, work)


async def publish(settings: Settings, codes: Sequence[str], by: str) -> Decided:
    """Publish these codes, or with none given everything that waits and loses nothing."""

    async def work(storage: Storage) -> Decided:
        now = clock.now()
        if codes:
            decided = await imports.publish(storage, codes, by, now)
        else:
            decided = await imports.publish_all(storage, library.shipped(), by, now)
        shown = news.Shown(library.shipped(), settings.province)
        await news.tick(storage, rules.load(settings), now, shown)
        return decided

    return await with_storage(settings, work)


async def reject(settings: Settings, codes: Sequence[str], by: str) -> Decided:
    """Lay these codes aside."""

    async def work(storage: Storage) -> Decided:
        return await imports.reject(storage, codes, by, clock.now())

    return await with_storage(settings, work)


async def export(settings: Settings) -> list[bytes]:
    """All that the office knows, shipped and published, as JSON lines that an import reads back to the same records."""

    async def work(storage: Storage) -> list[bytes]:
        return list(jsonl.written(await learned.records(storage, library.shipped())))

    return await with_storage(settings, work)


def decided_text(decided: Decided, done: str) -> str:
    """What was done, and what was not and why."""
    lines = [f"{done} {len(decided.done)} thủ tục" + (f": {_named(decided.done)}" if decided.done else ".")]
    if decided.held:
        lines.append("Giữ lại vì bản mới không còn ghi một số nội dung; muốn công bố thì ghi rõ mã:")
        lines += [f"  {change.procedure.code}: {', '.join(change.losses)}" for change in decided.held]
    if decided.by_office:
        lines.append(
            f"Giữ lại vì cán bộ đã viết và công bố bản riêng, sửa ở trang làm việc: {_named(decided.by_office)}"
        )
    return "\n".join(lines)


def _named(codes: Sequence[str]) -> str:
    return ", ".join(codes[:NAMED_AT_MOST]) + (", …" if len(codes) > NAMED_AT_MOST else "")


def decided_json(decided: Decided) -> dict[str, Any]:
    """The same for programs."""
    return {
        "done": list(decided.done),
        "nothing_waits": list(decided.nothing_waits),
        **({"by_office": list(decided.by_office)} if decided.by_office else {}),
        "held": [{"code": change.procedure.code, "losses": list(change.losses)} for change in decided.held],
    }


def _waiting_text(version: Waiting) -> str:
    """A version as an official looks at it. That a source tells less than a hand-written record is no news."""
    change = version.change
    procedure = change.procedure
    lines = [f"{procedure.code}  [{_KINDS[change.kind]}]  {procedure.official_name}"]
    if version.file:
        lines.append(f"  từ tệp {version.file}, ngày {version.imported_at.astimezone(VIETNAM):%d/%m/%Y}")
    if version.hand_written:
        lines.append("  đã có bản biên soạn sẵn; trợ lý vẫn trả lời theo bản đó")
    if change.kind is Kind.NEW:
        new = ((label, found) for label, found in facts(procedure).items() if found and label != "Tên thủ tục")
        lines += [f"  {label}: {found[0] if len(found) == 1 else f'{len(found)} mục'}" for label, found in new]
    told = [d for d in change.differences if version.replaces or not (version.hand_written and d.is_loss)]
    lines += [f"  {line}" for difference in told for line in difference.text()]
    return "\n".join(lines)


def _change_json(change: Change) -> dict[str, Any]:
    return {
        "code": change.procedure.code,
        "name": change.procedure.official_name,
        "kind": change.kind.value,
        "differences": [difference.to_json() for difference in change.differences],
    }
