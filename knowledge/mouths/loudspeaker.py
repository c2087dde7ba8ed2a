"""The script for the ward's loudspeakers: 60 to 90 seconds, every figure and short form as it is said."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from knowledge import aloud
from knowledge.mouths import facts
from knowledge.mouths.facts import Setting, ended, known, small
from knowledge.procedures import Channel, Document, Need, Procedure

AT_LEAST, AT_MOST = 150, 220
"""Words of a script."""
PAPERS_AT_MOST = 3
"""What is only heard is not remembered longer."""
WORDS_A_MINUTE = 150
"""An unhurried announcer's speed, in Vietnamese words (syllables): 150 to 220 words are 60 to 88 seconds."""


def seconds(text: str) -> int:
    """How long it takes to read a script aloud."""
    return round(aloud.words(text) * 60 / WORDS_A_MINUTE)


@dataclass(frozen=True, slots=True)
class _Fact:
    """A sentence or two about one thing."""

    place: int
    """Where in the script it is said."""
    text: str


def script(record: Procedure, setting: Setting) -> str:
    """The script. Facts that do not fit are left out whole, in the order in which people need them least; a short one
    is filled up with further facts of the record, and stays short where there are none. Raises UncertainError."""
    facts.require_certain(record, setting.today)
    return _Writer(record, setting).script()


class _Writer:
    def __init__(self, record: Procedure, setting: Setting) -> None:
        self._record = record
        self._setting = setting
        self._voice = aloud.load()
        self._said: list[_Fact] = []

    def script(self) -> str:
        self._said = [_Fact(0, self._greeting()), _Fact(99, self._closing())]
        needed: tuple[Callable[[], Iterable[_Fact | None]], ...] = (
            self._what,
            self._where,
            self._fee,
            self._time,
            self._online,
            self._papers,
            self._who,
        )
        for ways in needed:
            any(self._take(fact) for fact in ways())
        for more in self._further():
            if self._words() >= AT_LEAST:
                break
            self._take(more)
        return self._text()

    def _text(self, extra: _Fact | None = None) -> str:
        told = [*self._said, extra] if extra else self._said
        return "\n".join(fact.text for fact in sorted(told, key=lambda fact: fact.place))

    def _words(self, extra: _Fact | None = None) -> int:
        return aloud.words(self._text(extra))

    def _take(self, fact: _Fact | None) -> bool:
        if fact is None or self._words(fact) > AT_MOST:
            return False
        self._said.append(fact)
        return True

    def _say(self, text: str | None) -> str:
        """A fact as it is said; empty where there is none, or where a voice cannot say it."""
        if text is None or not known(text):
            return ""
        said = self._voice.spoken(text)
        return "" if self._voice.leftovers(said) else said

    def _asked(self, place: int, question: str, answer: str | None) -> _Fact | None:
        said = self._say(answer)
        return _Fact(place, f"{question} {ended(aloud.sentence(said))}") if said else None

    def _name(self) -> str:
        return self._say(self._record.name) or self._say(self._record.official_name) or self._record.name

    def _office(self) -> str:
        return self._say(self._setting.office) or self._setting.office

    def _greeting(self) -> str:
        return f"Kính thưa bà con! {self._office()} xin hướng dẫn thủ tục: {ended(self._name())}"

    def _closing(self) -> str:
        contact = self._say(self._setting.contact)
        where = f"{self._office()}, {small(contact).rstrip('.')}" if contact else self._office()
        return f"Cần hỏi thêm, bà con liên hệ {where}. Xin cảm ơn bà con đã lắng nghe."

    # Each fact in the ways in which it may be told; the first that can be said and fits is taken.

    def _what(self) -> Iterable[_Fact | None]:
        said = self._say(self._record.summary)
        yield _Fact(1, f"Nội dung thủ tục: {ended(small(said))}") if said else None

    def _who(self) -> Iterable[_Fact | None]:
        yield self._asked(2, "Ai làm thủ tục này?", self._record.who)

    def _where(self) -> Iterable[_Fact | None]:
        yield self._asked(4, "Nộp hồ sơ ở đâu?", self._record.where)
        yield self._asked(4, "Cơ quan nào giải quyết?", self._record.agency)

    def _fee(self) -> Iterable[_Fact | None]:
        yield from self._figure(6, "Phí, lệ phí bao nhiêu?", facts.fee(self._record))

    def _time(self) -> Iterable[_Fact | None]:
        yield from self._figure(8, "Bao lâu thì xong?", facts.time(self._record))

    def _figure(self, place: int, question: str, told: str) -> Iterable[_Fact | None]:
        yield self._asked(place, question, told)
        why = "Tùy từng trường hợp" if known(told) else "Chưa có thông tin"
        yield _Fact(place, f"{question} {why}, bà con hỏi tại nơi nộp hồ sơ.")

    def _online(self) -> Iterable[_Fact | None]:
        ways = [method for method in self._record.methods if method.channel is Channel.ONLINE]
        name = facts.portal(self._record)
        if name is None:
            return
        where = f", trên {small(said) if said[:4] != 'Cổng' else said}" if (said := self._say(name)) else ""
        if all(method.when for method in ways):
            how = "Một số trường hợp nộp được qua mạng"
        elif len(ways) == len(self._record.methods):
            how = "Thủ tục này nộp qua mạng"
        else:
            how = "Hồ sơ nộp được qua mạng"
        yield _Fact(10, ended(f"{how}{where}"))

    def _papers(self) -> Iterable[_Fact | None]:
        """As many papers as fit, the most needed first; who may file comes before further papers."""
        listed = facts.papers(self._record)
        named = [(one, said) for one in listed if (said := self._say(facts.paper(one, quantity=False)))]
        counts = range(min(len(named), PAPERS_AT_MOST), 0, -1)
        told = [_Fact(5, _papers_said(named[:count], more=count < len(listed))) for count in counts]
        room = AT_MOST - sum(aloud.words(fact.text) for fact in self._who() if fact)
        yield from (fact for fact in told if self._words(fact) <= room)
        yield from told
        if listed:
            yield _Fact(5, "Cần giấy tờ gì? Bà con xin danh mục tại nơi nộp hồ sơ.")

    def _further(self) -> Iterable[_Fact | None]:
        """What a script that is too short is filled up with."""
        record = self._record
        checked = self._say(f"Thông tin kiểm tra ngày {facts.day(record.checked_on)}")
        yield _Fact(98, ended(f"{checked}{self._source()}"))
        yield self._asked(11, "Kết quả nhận được là gì?", "; ".join(record.result) or None)
        yield self._asked(9, "Lưu ý về thời gian:", record.time_note)
        yield self._asked(7, "Lưu ý về phí:", record.fee_note)
        yield self._asked(3, "Nhờ người khác làm thay được không?", record.on_behalf)
        for text in (*record.conditions, *record.notes):
            yield self._asked(12, "Lưu ý:", text)
        for number, text in enumerate((*record.steps, *record.online_steps)):
            yield self._asked(13 + number, "Khi làm:" if not number else "Tiếp theo:", text)

    def _source(self) -> str:
        said = self._say(self._record.source)
        return f", theo {said}" if said else ""


def _papers_said(named: list[tuple[Document, str]], *, more: bool) -> str:
    handed = [small(said) for one, said in named if one.need is Need.SUBMIT]
    shown = [small(said) for one, said in named if one.need is Need.SHOW]
    told = []
    if handed:
        told.append("Nộp: " + "; ".join(handed))
    if shown:
        told.append("Xuất trình: " + "; ".join(shown))
    if more:
        told[-1] += f"; và {facts.OTHER_PAPERS}"
    return " ".join(["Cần giấy tờ gì?", *(ended(one) for one in told)])
