"""Nicknames, words and codes that are drawn: friendly, easy to type, and nobody's own."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection

from handlers.pupils import NewClass, Newcomer
from knowledge.normalize import fold

_ANIMALS = (
    "Sóc", "Thỏ", "Nai", "Gấu", "Cáo", "Mèo", "Cún", "Chim Sẻ", "Cò", "Vịt", "Rùa", "Ong", "Bướm", "Chuồn Chuồn",
    "Cá Chép", "Cá Heo", "Ếch", "Dế", "Nhím", "Hươu", "Voi", "Sáo", "Én", "Bồ Câu", "Cánh Cam", "Đom Đóm", "Hải Âu",
    "Gà Con", "Nghé", "Kiến",
)  # fmt: skip
_COLOURS = (
    "Nâu", "Xanh", "Vàng", "Cam", "Hồng", "Tím", "Trắng", "Bạc", "Ngọc", "Đốm", "Sọc", "Nắng", "Mây", "Sương", "Lửa",
    "Biển", "Núi", "Sao",
)  # fmt: skip
_WORDS = (
    "bánh chưng", "cầu vồng", "cánh diều", "con đò", "cây đa", "dòng sông", "đồng lúa", "giếng làng", "hoa sen",
    "hoa gạo", "hạt gạo", "khăn đỏ", "lá cờ", "lồng đèn", "mái trường", "mặt trời", "nón lá", "ngọn đồi", "ông sao",
    "quả bóng", "quả na", "sân đình", "tiếng trống", "trăng rằm", "vườn cam", "bờ tre", "bến sông", "bông lúa",
    "chong chóng", "đàn bầu", "đôi dép", "gió mùa", "hương cau", "mùa hè", "mưa rào", "ngõ nhỏ", "phượng đỏ",
    "sắc màu", "tò he", "trống đồng",
)  # fmt: skip
_LETTERS = "ABCDEFGHKMNPQRSTUVXY23456789"
"""Without those that are mistaken for one another: 0 O, 1 I L J."""
CODE_LENGTH = 4
CLASS_AT_MOST = 200
"""Pupils of one class; a larger one is no class."""


def new_class() -> NewClass:
    """A code to read out, and the secret of the teacher's link."""
    return NewClass("".join(secrets.choice(_LETTERS) for _ in range(CODE_LENGTH)), secrets.token_urlsafe(24))


def newcomer(taken: Collection[str]) -> Newcomer | None:
    """A nickname that is not taken, a word of two words and a number, a key; None: the class is full."""
    if len(taken) >= CLASS_AT_MOST:
        return None
    while True:
        number = secrets.randbelow(90) + 10
        nickname = f"{secrets.choice(_ANIMALS)} {secrets.choice(_COLOURS)} {number}"
        if nickname not in taken:
            break
    return Newcomer(nickname, f"{secrets.choice(_WORDS)} {secrets.choice(_WORDS)} {secrets.randbelow(90) + 10}", key())


def key() -> str:
    """The secret by which a device or chat is known."""
    return secrets.token_urlsafe(24)


def digest(secret: str) -> str:
    """How a drawn secret is kept. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def word_digest(classroom: int, nickname: str, word: str) -> str:
    """How a word is kept: typed without accents it is the same. It is short, so guesses cost time and are counted."""
    salt = f"{classroom}:{fold(nickname)}".encode()
    return hashlib.scrypt(fold(word).encode(), salt=salt, n=2**12, r=8, p=1, dklen=32).hex()
