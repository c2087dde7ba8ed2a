"""Text as people and programs leave it -> text to read (``clean``) and text to compare (``fold``)."""

from __future__ import annotations

import html
import re
import unicodedata
from html.entities import html5

_PASSES = 8
"""Markup within markup ("&amp;lt;br&amp;gt;") is undone so many times; what is left then is no honest markup."""
_NEWLINES = re.compile("\r\n?|[\x85\u2028\u2029]")
_SPACES = re.compile("[\t\x0b\x0c\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]")
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\uffff\ud800-\udfff]"
)
_DINGBATS = str.maketrans({"\uf0fc": "✓", "\uf0fe": "☒", "\uf0fd": "☒", "\uf0fb": "✗", "\uf0a8": "☐", "\uf06f": "☐"})
"""Signs of the Wingdings font, which Word keeps in the private area."""
_BULLETS = re.compile("[\uf000-\uf0ff]")
_COMMENT = re.compile(r"<!--(?:(?!-->)[^<])*-->")
_ITEM = re.compile(r"<li(?:\s[^<>]*)?>\s*(?![-+•*–\s])", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:br|p|div|ul|ol|li|tr|table|tbody|thead|h[1-6])(?:\s[^<>]*)?/?>", re.IGNORECASE)
_CELL = re.compile(r"</?t[dh](?:\s[^<>]*)?>", re.IGNORECASE)
_INLINE = re.compile(
    r"</?(?:i|b|u|s|em|strong|span|a|sup|sub|font|small|mark|del|ins|o:p|center)(?:\s[^<>]*)?/?>", re.IGNORECASE
)
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});")
_AMPERSANDS = re.compile(r"&(?:amp;)+")
_BOLD_BETWEEN = re.compile(r"(?<=\w)\*\*(?=\w)")
_EMPHASIS = re.compile(r"(?<![\w*])\*(?=[^\s*])([^*\n]*[^\s*])\*(?![\w*])")
_SPECIAL = re.compile(f"[<>&*\r\x85\u2028\u2029\uf000-\uf0ff]|{_SPACES.pattern}|{_UNSEEN.pattern}")
"""What most texts do not have, and what makes cleaning more than joining letters and blanks."""
_MARKUP = re.compile(r"[<>&*]")


def clean(text: str) -> str:
    """Readable text: NFC, plain spaces, one line per line that says something, no remains of HTML or Markdown.

    Breaks (<br>, <li>, CRLF) become line breaks, lines lose their outer blanks, empty lines go. Cleaning twice
    changes nothing.
    """
    if not _SPECIAL.search(text):
        return _tidy(unicodedata.normalize("NFC", text))
    for _ in range(_PASSES):
        cleaner = _once(text)
        if cleaner == text:
            return text
        text = cleaner
    return _tidy(unicodedata.normalize("NFC", _MARKUP.sub(" ", text)))


def line(text: str) -> str:
    """Clean text on one line."""
    return " ".join(clean(text).split())


def fold(text: str) -> str:
    """Text to compare: lower case, no accents, đ as d, single spaces."""
    spread = unicodedata.normalize("NFD", text.lower())
    bare = "".join(sign for sign in spread if not unicodedata.combining(sign))
    return " ".join(unicodedata.normalize("NFC", bare).replace("đ", "d").split())


def _once(text: str) -> str:
    text = _BULLETS.sub("-", _seen(text).translate(_DINGBATS))
    text = _COMMENT.sub(" ", text)
    text = _BLOCK.sub("\n", _ITEM.sub("\n- ", text))
    text = _INLINE.sub("", _CELL.sub(" ", text))
    text = _ENTITY.sub(_entity, _AMPERSANDS.sub("&", text))
    text = _BOLD_BETWEEN.sub(" ", text).replace("**", "")
    text = _EMPHASIS.sub(r"\1", text)
    return _tidy(unicodedata.normalize("NFC", text))


def _seen(text: str) -> str:
    return _UNSEEN.sub("", _SPACES.sub(" ", _NEWLINES.sub("\n", text)))


def _entity(found: re.Match[str]) -> str:
    name = found.group(1)
    if name.startswith("#"):
        return html.unescape(found.group())
    if name.isupper():  # "Phòng KT&GT;" is a name and a separator
        return found.group()
    return html5.get(f"{name};", found.group())


def _tidy(text: str) -> str:
    return "\n".join(said for said in (" ".join(row.split()) for row in text.split("\n")) if said)
