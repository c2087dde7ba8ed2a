"""Procedures from what an office can really get; everything imported is a candidate until somebody has looked at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from knowledge.importers import jsonl
from knowledge.importers.facts import EXTRACTED
from knowledge.importers.imported import Imported, Row, UnreadableError, collect
from knowledge.importers.lists import NO_HEADS
from knowledge.importers.portal import rows_of_docx
from knowledge.importers.spreadsheet import rows_of_csv, rows_of_xlsx

__all__ = ["Imported", "UnreadableError", "read"]

_LINES = (".jsonl", ".jsonl.gz", ".json", ".json.gz")
_ROWS: dict[str, Callable[[Path], Iterator[Row]]] = {".csv": rows_of_csv, ".xlsx": rows_of_xlsx, ".docx": rows_of_docx}
_NOTHING = {".csv": NO_HEADS, ".xlsx": NO_HEADS, ".docx": "không thấy mục “Mã thủ tục” nào trong tệp"}
_OLD = {".xls": ".xlsx", ".doc": ".docx"}
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What old Office files and encrypted new ones begin with."""
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(path: Path, received: date = EXTRACTED) -> Imported:
    """Read a file by its suffix; ``received``: the day on which rows without a day of their own count as checked.

    Raises UnreadableError, with a Vietnamese reason, when there is nothing to be had from the file.
    """
    kind = _kind(path)
    try:
        if path.is_file() and path.stat().st_size == 0:
            raise UnreadableError(f"{path.name}: tệp rỗng")
        imported = jsonl.read(path, received) if kind in _LINES else collect(_ROWS[kind](path), received)
    except UnreadableError:
        raise
    except FileNotFoundError:
        raise UnreadableError(f"{path.name}: không có tệp này") from None
    except Exception as error:
        raise UnreadableError(f"{path.name}: {_reason(path, error)}") from error
    if not imported.procedures and not imported.problems:
        raise UnreadableError(f"{path.name}: {_NOTHING.get(kind, 'không có thủ tục nào trong tệp')}")
    return imported


def _kind(path: Path) -> str:
    name = path.name.lower()
    kind = next((suffix for suffix in (*_LINES, *_ROWS) if name.endswith(suffix)), None)
    if kind is not None:
        return kind
    if newer := _OLD.get(path.suffix.lower()):
        raise UnreadableError(f"{path.name}: tệp kiểu cũ; hãy mở bằng Office rồi lưu thành {newer}")
    known = ", ".join((".xlsx", ".csv", ".docx", ".jsonl", ".jsonl.gz"))
    raise UnreadableError(f"{path.name}: chưa đọc được loại tệp này; các loại đọc được: {known}")


def _reason(path: Path, error: Exception) -> str:
    """Why a file cannot be read, in words that help whoever has it."""
    if isinstance(error, IsADirectoryError):
        return "đây là thư mục, không phải tệp"
    if isinstance(error, PermissionError):
        return "không có quyền đọc tệp này"
    if isinstance(error, UnicodeDecodeError):
        return "không nhận ra bảng mã chữ; hãy lưu lại thành “CSV UTF-8”"
    content = path.read_bytes()
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            return "tệp có mật khẩu; hãy bỏ mật khẩu rồi lưu lại"
        return "tệp Office kiểu cũ; hãy mở bằng Office rồi lưu thành .xlsx hoặc .docx"
    return f"tệp hỏng hoặc không đúng loại ({type(error).__name__})"
