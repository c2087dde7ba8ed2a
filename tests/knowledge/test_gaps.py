"""Questions nobody could answer: grouped by likeness, and tried before they become an alias."""

from __future__ import annotations

from knowledge.gaps import broken_by, grouped, with_alias, with_aliases
from knowledge.library import Library
from knowledge.reader import Reader
from knowledge.reading import Decision


def test_five_spellings_of_one_need_are_one_card() -> None:
    asked = [
        (1, "xin giấy phép nuôi chim yến", "declined"),
        (2, "xin giay phep nuoi chim yen", "declined"),
        (3, "giá vàng hôm nay", "declined"),
        (4, "xin giấy phép nuôi chim yến ạ", "none"),
        (5, "Xin GIẤY PHÉP nuôi chim yến!", "wrong"),
        (6, "em xin giấy phép nuôi chim yến", "declined"),
    ]
    first, other = grouped(asked)
    assert first.ids == [1, 2, 4, 5, 6]
    assert first.reasons == {"declined", "none", "wrong"}
    assert other.texts == ["giá vàng hôm nay"]


def test_an_attached_question_is_answered_the_next_time(world: Library) -> None:
    question = "xin tờ a38 màu hồng"
    assert Reader(world).read(question).decision is not Decision.ANSWER
    reading = Reader(with_alias(world, "2.000635", question)).read(question)
    assert (reading.decision, reading.codes[0]) == (Decision.ANSWER, "2.000635")


def test_an_alias_that_makes_a_stored_question_of_another_fail_is_told(world: Library) -> None:
    story = "vợ chồng em chưa đăng ký kết hôn mà đã sinh bé, giờ muốn giấy khai sinh có tên bố"
    record = world.get("1.000689")
    assert record
    broken = broken_by(world, "1.000894", f"{story} thì làm sao ạ")
    assert broken
    assert all(code == "1.000689" and question in record.questions for code, question in broken)


def test_a_phrase_of_another_procedure_is_not_taken_from_it(world: Library) -> None:
    record = world.get("1.014064")
    assert record
    assert broken_by(world, "1.004194", record.aliases[0].upper()) == [("1.014064", record.aliases[0])]


def test_aliases_of_unknown_procedures_are_left_out(world: Library) -> None:
    extended = with_aliases(world, [("9.999999", "cái gì đó"), ("1.001193", "giấy sinh của bé")])
    assert len(extended) == len(world)
    record = extended.get("1.001193")
    assert record
    assert "giấy sinh của bé" in record.aliases
