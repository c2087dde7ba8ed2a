"""What is wrong with a wording that a person edited, before anybody hears or sees it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

from knowledge import aloud
from knowledge.changes import facts as facts_of
from knowledge.mouths import facts, led, loudspeaker, post, poster
from knowledge.mouths.facts import Setting, UncertainError
from knowledge.mouths.telling import Mouth, tell
from knowledge.numerals import figures
from knowledge.procedures import Procedure

LEFTOVERS_SHOWN = 12
_NO_FACTS = frozenset({"Tên gọi khác", "Câu hỏi mẫu"})
"""What people say, which is no source of figures."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about a wording, in Vietnamese."""

    text: str
    blocks: bool
    """Whether it has to be mended before it goes to the second person."""


def remarks(mouth: Mouth, text: str, record: Procedure, setting: Setting) -> list[Remark]:
    """All that is to be said of a text; first what has to be mended."""
    if not text.strip():
        return [Remark("Bản tin chưa có chữ nào.", blocks=True)]
    found = [*_of_mouth(mouth, text), *_strange_figures(text, _told(mouth, record, setting))]
    return sorted(found, key=lambda one: not one.blocks)


def _of_mouth(mouth: Mouth, text: str) -> Iterator[Remark]:
    match mouth:
        case Mouth.LOUDSPEAKER:
            yield from _aloud(text)
        case Mouth.LED:
            if len(text) > led.AT_MOST:
                yield Remark(f"Dòng LED dài {len(text)} ký tự, tối đa {led.AT_MOST}.", blocks=True)
            if "\n" in text.strip():
                yield Remark("Dòng LED phải viết trên một dòng.", blocks=True)
        case Mouth.POST:
            if len(text) > post.AT_MOST:
                yield Remark(f"Bài đăng dài {len(text)} ký tự; nên dưới {post.AT_MOST} để xem được hết.", blocks=False)
        case Mouth.POSTER:
            if not poster.fits(text):
                over = poster.height(text) - poster.LINES_AT_MOST
                yield Remark(f"Áp phích dài hơn một tờ giấy chừng {over} dòng. Bỏ bớt rồi lưu lại.", blocks=True)


def _aloud(text: str) -> Iterator[Remark]:
    voice = aloud.load()
    left = voice.leftovers(text)
    for line, one in list(aloud.lines_with(text, left))[:LEFTOVERS_SHOWN]:
        yield Remark(f"Dòng {line}: “{one.text}” là {one.why}, người đọc không đọc thành lời được.", blocks=True)
    if len(left) > LEFTOVERS_SHOWN:
        yield Remark(f"Còn {len(left) - LEFTOVERS_SHOWN} chỗ nữa như vậy.", blocks=True)
    if (count := aloud.words(text)) < loudspeaker.AT_LEAST:
        yield Remark(f"Bài có {count} tiếng, đọc chưa đến 60 giây (nên {_span()} tiếng).", blocks=False)
    elif count > loudspeaker.AT_MOST:
        yield Remark(f"Bài có {count} tiếng, đọc quá 90 giây (nên {_span()} tiếng).", blocks=False)


def _span() -> str:
    return f"từ {loudspeaker.AT_LEAST} đến {loudspeaker.AT_MOST}"


def _told(mouth: Mouth, record: Procedure, setting: Setting) -> str:
    """Everything from which figures may come."""
    lines = [line for label, lines in facts_of(record).items() if label not in _NO_FACTS for line in lines]
    lines += [facts.dated(record), setting.office, setting.contact or "", setting.link]
    with suppress(UncertainError):
        lines.append(tell(mouth, record, setting))
    told = "\n".join(lines)
    return f"{told}\n{aloud.load().read(told)}"


def _strange_figures(text: str, told: str) -> Iterator[Remark]:
    for number in sorted(figures(text) - figures(told)):
        shown = f"{number:,}".replace(",", ".")
        yield Remark(f"Số {shown} không có trong dữ liệu của thủ tục. Anh/chị kiểm tra lại.", blocks=False)
