"""Bytes of a text file -> text: UTF-8 or UTF-16; anything else is refused rather than read wrongly."""

from __future__ import annotations

import codecs
import re

from scheduler.documents.document import UnreadableError

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_TWICE = re.compile("á[º»][\u0080-\u00bf\u0152-\u0178\u02c6-\u2122]|Ä[\u0090\u0091‘]|Ã[\u00a0-\u00bf]|Æ[°¡]")
"""UTF-8 that was read as Windows-1252 and saved again ("Káº¿ hoáº¡ch")."""
_TCVN3 = re.compile("[a-zA-Z][\u00a8-\u00af\u00b5-\u00b9\u00bb\u00bc\u00bd\u00be]|\u00ae[a-z\u00a1-\u00fe]")
"""Letters of the old .VnTime fonts ("KÕ ho¹ch c¶i c¸ch")."""
_READABLE = re.compile("[ăâđêôơưĂÂĐÊÔƠƯ\u1ea0-\u1ef9]")
_SOME = 5
_BROKEN = "chữ trong tệp bị hỏng bảng mã; hãy mở bằng phần mềm đã soạn rồi lưu lại theo Unicode (UTF-8)"


def decode(data: bytes) -> str:
    """The text. Raises UnreadableError when it is neither UTF-8 nor UTF-16, or is no text at all."""
    text = _decoded(data)
    if "\0" in text:
        raise UnreadableError("đây không phải tệp văn bản")
    check(text)
    return text


def check(text: str) -> None:
    """Raise UnreadableError for Vietnamese that a wrong coding or an old font has spoilt."""
    readable = len(_READABLE.findall(text))
    if len(_TWICE.findall(text)) > max(_SOME, readable) or len(_TCVN3.findall(text)) > max(_SOME, readable):
        raise UnreadableError(_BROKEN)


def _decoded(data: bytes) -> str:
    try:
        if data.startswith(_WIDE):
            return data.decode("utf-16")
        head = data[:2000]
        for place, coding in ((1, "utf-16-le"), (0, "utf-16-be")):  # without a mark: every other byte is often zero
            if head[place::2].count(0) > len(head) // 8 > 0 and len(data) % 2 == 0:
                return data.decode(coding)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableError("không nhận ra bảng mã chữ; hãy lưu lại tệp theo Unicode (UTF-8)") from None
