"""Nicknames, words and codes that are drawn: friendly, easy to type, and nobody's own."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Collection
from random import Random, SystemRandom

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
_SIGNS = string.ascii_letters + string.digits
CODE_LENGTH = 4
KEY_LENGTH = 32
CLASS_AT_MOST = 200
"""Pupils of one class; a larger one is no class."""


class Draw:
    """Draws from the system's randomness; a test gives its own."""

    def __init__(self, chance: Random | None = None) -> None:
        self._chance = chance or SystemRandom()

    def new_class(self) -> NewClass:
        """A code to read out, and the secret of the teacher's link."""
        return NewClass("".join(self._chance.choice(_LETTERS) for _ in range(CODE_LENGTH)), self.key())

    def newcomer(self, taken: Collection[str]) -> Newcomer | None:
        """A nickname that is not taken, a word of two words and a number, a key; None: the class is full."""
        if len(taken) >= CLASS_AT_MOST:
            return None
        while True:
            nickname = f"{self._chance.choice(_ANIMALS)} {self._chance.choice(_COLOURS)} {self._number()}"
            if nickname not in taken:
                break
        word = f"{self._chance.choice(_WORDS)} {self._chance.choice(_WORDS)} {self._number()}"
        return Newcomer(nickname, word, self.key())

    def code(self, letters: str, length: int) -> str:
        """A code of these letters, to be typed."""
        return "".join(self._chance.choice(letters) for _ in range(length))

    def key(self) -> str:
        """A secret of 190 bits: a device, a chat, a teacher's link."""
        return "".join(self._chance.choice(_SIGNS) for _ in range(KEY_LENGTH))

    def _number(self) -> int:
        return self._chance.randrange(10, 100)


def digest(secret: str) -> str:
    """How a drawn secret is kept. It is random and long, so a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def word_digest(classroom: int, nickname: str, word: str) -> str:
    """How a word is kept: typed without accents it is the same. It is short, so guesses cost time and are counted."""
    salt = f"{classroom}:{fold(nickname)}".encode()
    return hashlib.scrypt(fold(word).encode(), salt=salt, n=2**12, r=8, p=1, dklen=32).hex()
