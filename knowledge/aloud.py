"""Reading aloud: a text with its figures, dates, signs and short forms as a voice says them, and what is left to say.

What is short for what stands in ``data/aloud.yaml``. Nothing is ever spelled letter by letter: what nobody knows how to
say stays as it is, and :func:`leftovers` finds it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pydantic import BaseModel, ConfigDict, ValidationError

from knowledge.library import DATA, ContentError, read_yaml
from knowledge.normalize import SYLLABLE, fold
from knowledge.numerals import FIGURE, cardinal, one_by_one, value

FILE = DATA / "aloud.yaml"

_NUMBER = r"(?:\d{1,3}(?:\.\d{3})+|\d+)"
_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[\w-]+(?:\.[\w-]+)*\.(?:vn|com|org|net)\b(?:/[^\s,;)]*)?", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_LEGAL = re.compile(
    r"(?:\bsố\s+)?(?<![\w./])(\d+)/(?:(\d{4})/)?((?:[A-ZĐ]+(?:-[A-ZĐ][A-Za-zĐ]*)+)|(?:QH|UBTVQH)\d+)(?![\w/-])"
)
_PHONE = re.compile(r"(?<![\w.,/])(?:0\d(?:[ .]?\d){8,9}|1[89]00(?:[ .]?\d){3,6})(?![\w/]|[.,]\d)")
_CALLED = re.compile(r"((?:điện thoại|đường dây nóng|tổng đài|gọi)(?: số)?:? )(\d{3,5})(?!\w)", re.IGNORECASE)
_CODE = r"(?=[^\s();,]*[A-ZĐ])(?=[^\s();,]*\d)[\dA-ZĐ][\wĐ]*(?:[-/.][\wĐ]+)*"
_FORM = re.compile(rf",?\s*\(?\b(?:theo |tại )?[Mm]ẫu(?: số)? (?:{_CODE})\)?")
_PAREN = re.compile(r"\s*\(([^()]*)\)")
_ROMANS = {
    "I": 1,
    "II": 2,
    "III": 3,
    "IV": 4,
    "V": 5,
    "VI": 6,
    "VII": 7,
    "VIII": 8,
    "IX": 9,
    "X": 10,
    "XI": 11,
    "XII": 12,
}
_TOKEN = re.compile(r"[^\W_]+(?:[-/.][^\W_]+)*")
_BEGINS = re.compile(r"([.?!]\s|\n)([^\W\d_])")
_WORD = re.compile(r"[^\W\d_]+")
_LOUD_BEFORE = re.compile(r"(?:^|[^\w])[A-ZĐÀ-Ỹ]{2,}\s*$")
_LOUD_AFTER = re.compile(r"\s+[A-ZĐÀ-Ỹ]{2,}(?!\w)")
"""Words in capitals beside a word: a heading."""
_SIGNS = re.compile(r"[%/&+=<>@#*_\[\]|~^\\{}$€£₫°×²³]|…")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    phrases: dict[str, str]
    abbreviations: dict[str, str]
    units: dict[str, str]
    kinds: dict[str, str]
    issuers: dict[str, str]
    portals: dict[str, str]
    counted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Leftover:
    """Something that nobody can say as it stands."""

    text: str
    start: int
    """Where in the text."""
    why: str
    """In Vietnamese: what it is."""


_Rule = tuple[re.Pattern[str], Callable[[re.Match[str]], str]]


class Voice:
    """Reads by one file of short forms. Built once; reading changes nothing."""

    def __init__(self, file: _File) -> None:
        self._file = file
        self._phrases = _alternatives(file.phrases)
        self._rules: Sequence[_Rule] = (
            (_LINK, self._portal),
            (self._phrases, lambda found: file.phrases[found.group()]),
            (_LEGAL, self._legal),
            *_DAYS,
            *_CLOCK,
            (_PHONE, lambda found: one_by_one(found.group())),
            (_CALLED, lambda found: found.group(1) + one_by_one(found.group(2))),
            *self._measures(),
            *_COUNTS,
            (self._roman_pattern(), self._roman),
            (_alternatives(file.abbreviations), lambda found: file.abbreviations[found.group()]),
            *_SLASHES,
        )

    def portal(self, host: str) -> str | None:
        """The name of a portal by its address without "https://"; None: it has none that we know."""
        return self._file.portals.get(host.removeprefix("www."))

    def read(self, text: str) -> str:
        """The text as it is said. Nothing is left out: what cannot be said stays (see :func:`leftovers`)."""
        told = self._read(text)
        return told if text[:1].islower() else sentence(told)

    def _read(self, text: str) -> str:
        told = unicodedata.normalize("NFC", text)
        for pattern, say in self._rules:
            told = pattern.sub(say, told)
        return _tidy(told)

    def spoken(self, text: str) -> str:
        """A fact of a record as it is said: signs of forms go, and asides in brackets that cannot be said or say
        nothing new."""
        told = unicodedata.normalize("NFC", text)
        told = self._phrases.sub(lambda found: self._file.phrases[found.group()], told)
        told = _FORM.sub("", told)
        return self.read(_PAREN.sub(self._aside, told))

    def leftovers(self, text: str) -> list[Leftover]:
        """Figures, short forms, addresses and signs in a text that is to be read aloud; none: it can be."""
        found: list[Leftover] = []
        taken: set[int] = set()
        kinds: Sequence[_Rule] = (
            (_MAIL, lambda _one: "địa chỉ thư"),
            (_LINK, lambda _one: "địa chỉ mạng"),
            (_TOKEN, self._why),
            (_SIGNS, lambda _one: "ký hiệu"),
        )
        for pattern, why in kinds:
            for one in pattern.finditer(text):
                if one.start() not in taken and (told := why(one)):
                    found.append(Leftover(one.group(), one.start(), told))
                    taken.update(range(one.start(), one.end()))
        return sorted(found, key=lambda one: one.start)

    def _why(self, found: re.Match[str]) -> str:
        token = found.group()
        if any(char.isdigit() for char in token):
            return "chữ số"
        loud = _LOUD_BEFORE.search(found.string, 0, found.start()) or _LOUD_AFTER.match(found.string, found.end())
        short = any(self._is_short(word, among_capitals=loud is not None) for word in _WORD.findall(token))
        return "chữ viết tắt" if short else ""

    def _is_short(self, word: str, *, among_capitals: bool) -> bool:
        """Whether it is no word: without a vowel, or in capitals where its neighbours are not."""
        plain = fold(word)
        if word in self._file.abbreviations:
            return True
        if not re.search("[aeiouy]", plain):
            return len(word) > 1 or word.islower()
        capitals = sum(char.isupper() for char in word) > 1
        return capitals and not (among_capitals and SYLLABLE.fullmatch(plain))

    def _aside(self, found: re.Match[str]) -> str:
        said = self._read(found.group(1))
        before = fold(found.string[: found.start()])
        if not said or self.leftovers(said) or before.endswith(fold(said)):
            return ""
        return (
            f", {said}," if found.string[found.end() : found.end() + 1] not in {",", ".", ";", ":", ""} else f", {said}"
        )

    def _portal(self, found: re.Match[str]) -> str:
        told = found.group()
        address = re.sub(r"^https?://", "", told.rstrip(".,;:)"), flags=re.IGNORECASE)
        name = self.portal(address.partition("/")[0].lower())
        return told if name is None else name + told[len(told.rstrip(".,;:)")) :]

    def _legal(self, found: re.Match[str]) -> str:
        number, year, sign = found.groups()
        if (issuer := self._issuer(sign)) is None:
            return found.group()
        kind = self._file.kinds.get("QH" if sign.startswith("QH") else sign.partition("-")[0], "")
        before = fold(found.string[: found.start()])
        named = any(before.endswith(fold(one)) for one in self._file.kinds.values())
        parts = [] if named or not kind else [kind if not before else kind[:1].lower() + kind[1:]]
        parts += ["số", cardinal(int(number)), *(["năm", cardinal(int(year))] if year else []), "của", issuer]
        return " ".join(parts)

    def _issuer(self, sign: str) -> str | None:
        if term := re.fullmatch(r"(QH|UBTVQH)(\d+)", sign):
            body = "Quốc hội" if term.group(1) == "QH" else "Ủy ban Thường vụ Quốc hội"
            return f"{body} khóa {cardinal(int(term.group(2)))}"
        return self._file.issuers.get(sign.rpartition("-")[2])

    def _measures(self) -> Sequence[_Rule]:
        names = "|".join(re.escape(one) for one in sorted(self._file.units, key=len, reverse=True))
        units = self._file.units
        apart = re.compile(rf"(?<![\w.,/])({_NUMBER}(?:,\d+)?)\s?({names})(?!\w)")
        times = re.compile(r"(?<=[\dm²])\s?[x×]\s?(?=\d)")
        each = re.compile(rf"(?<=/)({names})(?!\w)")
        return (
            (times, lambda _found: " nhân "),
            (apart, lambda found: f"{found.group(1)} {units[found.group(2)]}"),
            (each, lambda found: units[found.group(1)]),
        )

    def _roman_pattern(self) -> re.Pattern[str]:
        words = "|".join(re.escape(one) for one in self._file.counted)
        romans = "|".join(sorted(_ROMANS, key=len, reverse=True))
        return re.compile(rf"\b((?:{words}|{_capital(words)}) )({romans})(?![\w-])")

    def _roman(self, found: re.Match[str]) -> str:
        return found.group(1) + cardinal(_ROMANS[found.group(2)])


def _capital(words: str) -> str:
    return "|".join(word[:1].upper() + word[1:] for word in words.split("|"))


def _alternatives(known: dict[str, str]) -> re.Pattern[str]:
    """Any of the keys as a word of its own, the longest first."""
    ordered = sorted(known, key=len, reverse=True)
    firsts = "".join(sorted({re.escape(one[0]) for one in ordered}))
    return re.compile(rf"(?<!\w)(?=[{firsts}])(?:{'|'.join(re.escape(one) for one in ordered)})(?!\w)")


def _whole(figure: str) -> str:
    return cardinal(value(figure))


def _month(figure: str) -> str:
    return "tư" if int(figure) == 4 else cardinal(int(figure))


def _day(figure: str) -> str:
    return f"mùng {cardinal(int(figure))}" if int(figure) <= 10 else cardinal(int(figure))


def _date(found: re.Match[str]) -> str:
    day, month, year = found.group("day"), found.group("month"), found.group("year")
    if not (0 < int(day) < 32 and 0 < int(month) < 13):
        return found.group()
    told = f"ngày {_day(day)} tháng {_month(month)}"
    return f"{told} năm {cardinal(int(year))}" if year else told


def _month_of(found: re.Match[str]) -> str:
    word, number, year = found.groups()
    if not 0 < int(number) < 13:
        return found.group()
    return f"{word} {_month(number) if word.lower() == 'tháng' else cardinal(int(number))} năm {cardinal(int(year))}"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found.group(1)), int(found.group(2) or 0)
    if hour > 24 or minute > 59:
        return found.group()
    return f"{cardinal(hour)} giờ" + (f" {cardinal(minute)} phút" if minute else "")


_DAYS: Sequence[_Rule] = (
    (
        re.compile(r"(?:\bngày\s+)?(?<![\w./-])(?P<day>\d{1,2})([/.-])(?P<month>\d{1,2})\2(?P<year>\d{4})(?![\w/])"),
        _date,
    ),
    (re.compile(r"\b([Tt]háng|[Qq]uý)\s+(\d{1,2})[/-](\d{4})(?![\w/])"), _month_of),
    (re.compile(r"\bngày\s+(?P<day>\d{1,2})/(?P<month>\d{1,2})(?P<year>(?!))?(?![\w/])"), _date),
    (re.compile(r"\b([Nn]gày\s+)(\d{1,2})(?=\s+tháng)"), lambda found: found.group(1) + _day(found.group(2))),
    (re.compile(r"\b([Tt]háng\s+)(0?4)(?![\w/]|[.,]\d|\s?[-–])"), lambda found: f"{found.group(1)}tư"),
)
_CLOCK: Sequence[_Rule] = (
    (re.compile(r"(?<![\w.,:/])(\d{1,2})(?:h|:| giờ )(\d{2})(?: phút)?(?![\w:.]\d|\w)"), _clock),
    (re.compile(r"(?<![\w.,:/])(\d{1,2})()h(?!\w)"), _clock),
)


def _decimal(found: re.Match[str]) -> str:
    part = found.group(2)
    after = one_by_one(part) if part.startswith("0") else cardinal(int(part))
    return f"{_whole(found.group(1))} phẩy {after}"


def _ordinal(found: re.Match[str]) -> str:
    named = {1: "nhất", 4: "tư"}.get(int(found.group(2)))
    return found.group(1) + (named or cardinal(int(found.group(2))))


_COUNTS: Sequence[_Rule] = (
    (re.compile(r"\b([Tt]hứ )(\d{1,2})(?![\w.,]\d|\w)"), _ordinal),
    (re.compile(rf"(?<![\w.,/-])({_NUMBER})\s?[-–]\s?(?={_NUMBER}(?![\w/-]))"), lambda found: f"{found.group(1)} đến "),
    (re.compile(r"(?<=\d)\s?%"), lambda _found: " phần trăm"),
    (re.compile(rf"(?<![\w.,/-])({_NUMBER}),(\d+)(?![\w/-]|[.,]\d)"), _decimal),
    (re.compile(rf"(?<![\w.,/-])(?:{FIGURE.pattern})(?![\w/-]|[.,]\d)"), lambda found: _whole(found.group())),
)
_SLASHES: Sequence[_Rule] = (
    (re.compile(r"\b(đồng|đô la Mỹ|mét vuông|ki-lô-gam)\s?/\s?(?=[^\W\d])"), lambda found: f"{found.group(1)} mỗi "),
    (re.compile(r"(?<=[^\W\d])\s?/\s?(?=[^\W\d])"), lambda _found: " hoặc "),
    (re.compile(r"\s?…"), lambda _found: ", vân vân"),
    (re.compile(r"\s?&\s?"), lambda _found: " và "),
    (re.compile(r"\s+[-–—]\s+"), lambda _found: ", "),
    (re.compile(r"[\"“”]"), lambda _found: ""),
)


def _tidy(text: str) -> str:
    """One space, one comma, capitals where sentences begin; line breaks stay."""
    told = re.sub(r"[^\S\n]+", " ", text)
    told = re.sub(r" ?,(?: ?,)+", ",", told)
    told = re.sub(r" +([,.;:?!])", r"\1", told)
    told = re.sub(r",(?=[.;:?!])", "", told)
    return _BEGINS.sub(lambda found: found.group(1) + found.group(2).upper(), told.strip(" ,"))


def sentence(text: str) -> str:
    """With a capital in front."""
    return text[:1].upper() + text[1:]


def words(text: str) -> int:
    """How many words a text has; a Vietnamese word here is a syllable, as speed of speech is counted."""
    return sum(1 for part in text.split() if _WORD.search(part) or part[:1].isdigit())


def lines_with(text: str, found: Sequence[Leftover]) -> Iterator[tuple[int, Leftover]]:
    """Each leftover with the number of its line, from one on."""
    for one in found:
        yield text.count("\n", 0, one.start) + 1, one


@cache
def load() -> Voice:
    """Read the short forms. Raises ContentError."""
    try:
        return Voice(_File.model_validate(read_yaml(FILE)))
    except ValidationError as error:
        raise ContentError([f"{FILE.name}: {e['loc']}: {e['msg']}" for e in error.errors()]) from error
