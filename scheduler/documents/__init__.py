"""Files in which plans come, read into one neutral form."""

from __future__ import annotations

from pathlib import Path

from scheduler.documents import docx, plain
from scheduler.documents.document import Block, Cell, Document, Paragraph, Table, UnreadableError
from scheduler.documents.encoding import decode

__all__ = ["MAX_BYTES", "Block", "Cell", "Document", "Paragraph", "Table", "UnreadableError", "read", "read_bytes"]

MAX_BYTES = 20_000_000
"""A plan with pictures has some 5 MB; what is larger is refused unread."""
MAX_TEXT_BYTES = 1_000_000
"""Of a file that holds nothing but text: some three hundred pages."""
_TEXT = {".md", ".markdown", ".txt", ".text", ".tsv"}
_INSTEAD = {
    ".doc": "tệp Word kiểu cũ; hãy mở bằng Word rồi lưu thành .docx",
    ".docm": "tệp Word có macro; hãy lưu thành .docx",
    ".rtf": "hãy mở bằng Word rồi lưu thành .docx",
    ".odt": "hãy mở bằng LibreOffice rồi lưu thành .docx",
    ".csv": "chưa đọc được tệp .csv; hãy chép bảng vào Word rồi lưu thành .docx",
    ".xlsx": "chưa đọc được bảng tính; hãy chép bảng vào Word rồi lưu thành .docx",
    ".xls": "chưa đọc được bảng tính; hãy chép bảng vào Word rồi lưu thành .docx",
    ".pdf": "chưa đọc được PDF; hãy dùng bản .docx, hoặc chép bảng phụ lục vào tệp .txt",
}
_BINARY = (b"PK\x03\x04", b"%PDF", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\x89PNG", b"\xff\xd8\xff", b"{\\rtf")


def read(path: Path) -> Document:
    """Read a file by its suffix. Raises UnreadableError, in Vietnamese, when it cannot be read."""
    try:
        if path.stat().st_size > MAX_BYTES:
            raise UnreadableError(f"{path.name}: {_too_large(MAX_BYTES)}")
        data = path.read_bytes()
    except FileNotFoundError:
        raise UnreadableError(f"{path.name}: không có tệp này") from None
    except IsADirectoryError:
        raise UnreadableError(f"{path.name}: đây là thư mục, không phải tệp") from None
    except PermissionError:
        raise UnreadableError(f"{path.name}: không có quyền đọc tệp này") from None
    except OSError as error:
        raise UnreadableError(f"{path.name}: không mở được tệp ({type(error).__name__})") from error
    return read_bytes(path.name, data)


def read_bytes(name: str, data: bytes) -> Document:
    """Read the content of a file of this name. Raises UnreadableError, in Vietnamese, when it cannot be read."""
    try:
        blocks = _blocks(Path(name).suffix.lower(), data)
        if not any(block.text if isinstance(block, Paragraph) else block.rows for block in blocks):
            raise UnreadableError("tệp không có chữ nào")
    except UnreadableError as error:
        raise UnreadableError(f"{name}: {error}") from error
    return Document(name, blocks)


def _blocks(kind: str, data: bytes) -> tuple[Block, ...]:
    if instead := _INSTEAD.get(kind):
        raise UnreadableError(instead)
    if kind != ".docx" and kind not in _TEXT:
        raise UnreadableError("chưa đọc được loại tệp này; các loại đọc được: .docx, .md, .txt")
    if not data:
        raise UnreadableError("tệp rỗng")
    if len(data) > (limit := MAX_BYTES if kind == ".docx" else MAX_TEXT_BYTES):
        raise UnreadableError(_too_large(limit))
    if kind == ".docx":
        return docx.blocks(data)
    if data.startswith(_BINARY):
        raise UnreadableError("đây không phải tệp văn bản; hãy kiểm tra lại đuôi tệp")
    return plain.blocks(decode(data))


def _too_large(limit: int) -> str:
    return f"tệp quá lớn (tối đa {limit // 1_000_000} MB)"
