"""Vietnamese as people type it, brought to one form."""

from __future__ import annotations

import unicodedata


def fold(text: str) -> str:
    """Lower case, without accents, letters and digits only, single spaces: "Đăng ký  Khai sinh!" -> "dang ky khai sinh"."""
    plain = unicodedata.normalize("NFD", text.casefold()).replace("đ", "d")
    kept = (char if char.isalnum() else " " for char in plain if not unicodedata.combining(char))
    return " ".join("".join(kept).split())
