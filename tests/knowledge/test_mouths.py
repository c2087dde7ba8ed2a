"""One fact, many mouths, over every shipped record: nothing is made up, cut, or left as a figure to be spelled."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest

from knowledge import aloud
from knowledge.changes import facts as facts_of
from knowledge.library import Library, shipped
from knowledge.mouths import facts, led, loudspeaker, post, poster
from knowledge.mouths.checking import remarks
from knowledge.mouths.facts import Setting, UncertainError
from knowledge.mouths.telling import Mouth, tell
from knowledge.normalize import fold
from knowledge.numerals import figures
from knowledge.procedures import UNKNOWN, Channel, Document, Method, Procedure

TODAY = date(2026, 11, 26)
LINK = "https://motcua.example.vn/?noi=1.001193"
SETTING = Setting("Một Cửa phường Bắc Giang", TODAY, LINK, "số điện thoại 0204 3854 222")
VOICE = aloud.load()


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped()


@pytest.fixture
def record(world: Library) -> Procedure:
    return world.by_code["1.001193"].model_copy(update={"review_by": TODAY + timedelta(days=100)})


def sample(library: Library) -> list[Procedure]:
    """Every fourth record, where all of them would take long."""
    return list(library)[::4]


@pytest.mark.parametrize("mouth", Mouth)
def test_shipped_records_are_told_by_every_mouth_without_a_remark(library: Library, mouth: Mouth) -> None:
    for one in sample(library):
        assert remarks(mouth, tell(mouth, one, SETTING), one, SETTING) == [], one.code


def test_scripts_of_all_shipped_records_last_60_to_90_seconds_and_hold_nothing_to_spell(library: Library) -> None:
    for one in library:
        said = loudspeaker.script(one, SETTING)
        assert loudspeaker.AT_LEAST <= aloud.words(said) <= loudspeaker.AT_MOST, one.code
        assert 60 <= loudspeaker.seconds(said) <= 90
        assert not re.search(r"\d|[A-ZĐ]{2}|https?:|%|/", re.sub(r"[A-ZĐÀ-Ỹ]{2,}(?: [A-ZĐÀ-Ỹ]{2,})+", "", said)), (
            one.code
        )
        assert VOICE.leftovers(said) == []


def test_every_sentence_of_a_script_stands_in_the_record(library: Library) -> None:
    """Between the house's own words there is nothing that the record's fields, read aloud, do not say."""
    own = tuple(map(fold, OWN))
    for one in sample(library):
        told = [line for lines in facts_of(one).values() for line in lines]
        told += [text for paper in one.documents for text in (paper.name, paper.when or "")]
        told += [facts.day(one.checked_on), one.source, SETTING.office, SETTING.contact or ""]
        told += [text for method in one.methods for text in (method.when or "", method.time_limit, method.fee)]
        known = " ".join(fold(VOICE.spoken(text)) for text in told)
        for sentence in re.split(r"[.?!;:,\n]\s*", loudspeaker.script(one, SETTING)):
            plain = fold(sentence)
            assert plain.startswith(own) or plain in known, (one.code, sentence)


OWN = (
    "Kính thưa bà con",
    f"{SETTING.office} xin hướng dẫn thủ tục",
    "Nội dung thủ tục",
    "Ai làm thủ tục này",
    "Nộp hồ sơ ở đâu",
    "Cơ quan nào giải quyết",
    "Cần giấy tờ gì",
    "Nộp",
    "Xuất trình",
    "và các giấy tờ khác theo hướng dẫn",
    "Phí",
    "lệ phí bao nhiêu",
    "Chưa có thông tin",
    "Tùy từng trường hợp",
    "bà con",
    "Bao lâu thì xong",
    "Hồ sơ nộp được qua mạng",
    "Một số trường hợp nộp được qua mạng",
    "Thủ tục này nộp qua mạng",
    "trên",
    "Kết quả nhận được là gì",
    "Lưu ý về",
    "Lưu ý",
    "Nhờ người khác làm thay được không",
    "Khi làm",
    "Tiếp theo",
    "Thông tin kiểm tra ngày",
    "theo",
    "Cần hỏi thêm",
    "Xin cảm ơn",
    "trực tuyến",
    "trực tiếp",
    "qua bưu chính",
    "đối với trường hợp",
)
"""Beginnings of what the script says by itself."""


def test_figures_of_every_mouth_are_those_of_the_record(library: Library) -> None:
    for one in sample(library):
        told = "\n".join(line for lines in facts_of(one).values() for line in lines)
        own = f"{told}\n{facts.dated(one)}\n{LINK}\n{SETTING.contact}"
        known = figures(own) | figures(VOICE.read(own)) | {1}
        for mouth in Mouth:
            assert figures(tell(mouth, one, SETTING)) <= known, (one.code, mouth)


def test_lengths_of_posts_lines_and_posters(library: Library) -> None:
    for one in library:
        assert len(post.post(one, SETTING)) <= post.AT_MOST
        line = led.line(one, SETTING)
        assert len(line) <= led.AT_MOST
        assert line == line.upper()
        assert "\n" not in line
        assert poster.fits(poster.words(one, SETTING))


def test_a_post_names_the_facts_the_link_and_the_date_and_has_no_hashtag(record: Procedure) -> None:
    told = post.post(record, SETTING)
    assert told.startswith(record.name)
    assert LINK in told
    assert f"Theo dữ liệu kiểm tra ngày {record.checked_on:%d/%m/%Y}" in told
    assert "#" not in told
    assert re.search(r"[\U0001F000-\U0001FAFF\u2600-\u27BF]", told) is None


def test_fees_that_differ_by_way_are_told_by_way(record: Procedure) -> None:
    methods = (
        Method(channel=Channel.ONLINE, time_limit="1 ngày", fee="miễn phí"),
        Method(channel=Channel.COUNTER, time_limit="1 ngày", fee="8.000 đồng"),
    )
    priced = record.model_copy(update={"methods": methods})
    assert "Phí, lệ phí: trực tuyến: miễn phí; trực tiếp: 8.000 đồng" in post.post(priced, SETTING)
    assert "Trực tuyến: miễn phí; trực tiếp: tám nghìn đồng." in loudspeaker.script(priced, SETTING)


def test_what_is_not_known_says_so(record: Procedure) -> None:
    unknown = (Method(channel=Channel.COUNTER, time_limit=UNKNOWN, fee=UNKNOWN),)
    silent = record.model_copy(update={"methods": unknown, "where": UNKNOWN})
    assert f"Phí, lệ phí: {UNKNOWN}" in post.post(silent, SETTING)
    assert "Phí, lệ phí bao nhiêu? Chưa có thông tin" in loudspeaker.script(silent, SETTING)
    assert UNKNOWN.upper() not in led.line(silent, SETTING)
    assert "Nơi nộp" not in poster.words(silent, SETTING)
    assert "qua mạng" not in loudspeaker.script(silent, SETTING)
    cases = tuple(
        Method(channel=Channel.COUNTER, time_limit=UNKNOWN, fee=UNKNOWN, when=case) for case in ("Xã", "Tỉnh")
    )
    assert facts.fee(record.model_copy(update={"methods": cases})) == UNKNOWN


def test_of_a_line_of_lights_a_long_fact_makes_room_for_short_ones(record: Procedure) -> None:
    long = record.model_copy(update={"where": "rất xa " * 20})
    assert led.line(long, SETTING).endswith("QUỐC GIA - MỘT CỬA PHƯỜNG BẮC GIANG")


def test_a_script_that_is_too_long_loses_whole_facts_and_never_half_a_one(record: Procedure) -> None:
    long = "Người làm nghề trồng lúa, trồng rau, nuôi cá, đan lát và các nghề khác ở mọi thôn xóm. " * 8
    full = record.model_copy(update={"who": long.strip()})
    said = loudspeaker.script(full, SETTING)
    assert "Ai làm thủ tục này" not in said
    assert "trồng lúa" not in said
    assert "Nộp hồ sơ ở đâu?" in said
    assert aloud.words(said) <= loudspeaker.AT_MOST


def test_a_script_that_is_too_short_is_filled_up_from_the_record(record: Procedure) -> None:
    bare = record.model_copy(
        update={
            "documents": (),
            "where": "Ủy ban nhân dân cấp xã",
            "who": "Cha hoặc mẹ",
            "notes": ("Đi vào buổi sáng.",),
        }
    )
    said = loudspeaker.script(bare, SETTING)
    assert "Thông tin kiểm tra ngày mười tám tháng bảy năm hai nghìn không trăm hai mươi sáu, theo Cổng" in said
    assert "Kết quả nhận được là gì? Giấy khai sinh." not in said
    barer = bare.model_copy(update={"summary": "Cấp giấy.", "methods": ()})
    said = loudspeaker.script(barer, SETTING)
    assert "Kết quả nhận được là gì? Giấy khai sinh." in said


def test_papers_that_cannot_be_said_are_asked_for_at_the_counter(record: Procedure) -> None:
    odd = record.model_copy(update={"documents": (Document(name="Phiếu XYZW9"),)})
    said = loudspeaker.script(odd, SETTING)
    assert "XYZW9" not in said
    assert "Bà con xin danh mục tại nơi nộp hồ sơ." in said


@pytest.mark.parametrize("mouth", Mouth)
def test_a_record_that_is_not_certain_is_refused(record: Procedure, mouth: Mouth) -> None:
    stale = record.model_copy(update={"review_by": TODAY})
    with pytest.raises(UncertainError, match="quá hạn kiểm tra từ ngày 26/11/2026"):
        tell(mouth, stale, SETTING)
    over = record.model_copy(update={"effective_until": TODAY - timedelta(days=1)})
    with pytest.raises(UncertainError, match="không có hiệu lực"):
        tell(mouth, over, SETTING)


def test_a_name_that_is_longer_than_the_board_is_refused(record: Procedure) -> None:
    with pytest.raises(UncertainError, match="tên gọi ngắn"):
        led.line(record.model_copy(update={"name": "dài " * 50}), SETTING)


def test_what_was_edited_wrongly_is_told_with_its_place(record: Procedure) -> None:
    said = loudspeaker.script(record, SETTING)
    found = remarks(
        Mouth.LOUDSPEAKER, f"{said}\nMang CCCD, phí 75.000 đồng và chín mươi tám nghìn đồng.", record, SETTING
    )
    line = said.count("\n") + 2
    blocking = [one.text for one in found if one.blocks]
    assert blocking == [
        f"Dòng {line}: “CCCD” là chữ viết tắt, người đọc không đọc thành lời được.",
        f"Dòng {line}: “75.000” là chữ số, người đọc không đọc thành lời được.",
    ]
    warned = " ".join(one.text for one in found if not one.blocks)
    assert "Số 75.000 không có" in warned
    assert "Số 98.000 không có" in warned


@pytest.mark.parametrize(
    ("mouth", "text", "blocks", "told"),
    [
        (Mouth.LED, "A" * 161, True, "dài 161 ký tự, tối đa 160"),
        (Mouth.LED, "A\nB", True, "một dòng"),
        (Mouth.POST, "chữ " * 400, False, "nên dưới"),
        (Mouth.POSTER, "chữ dài " * 400, True, "dài hơn một tờ"),
        (Mouth.LOUDSPEAKER, "Kính thưa bà con.", False, "chưa đến 60 giây"),
        (Mouth.LOUDSPEAKER, "bà con " * 130, False, "quá 90 giây"),
        (Mouth.LED, "  ", True, "chưa có chữ nào"),
    ],
)
def test_each_mouth_has_its_limits(record: Procedure, mouth: Mouth, text: str, blocks: bool, told: str) -> None:
    (found,) = remarks(mouth, text, record, SETTING)
    assert found.blocks is blocks
    assert told in found.text


def test_a_poster_is_set_by_its_lines() -> None:
    made = poster.blocks("Tên\nMột câu.\n\nAi làm: cha, mẹ: cả hai\n- giấy\n")
    assert [(one.kind, one.label, one.text) for one in made] == [
        ("title", "", "Tên"),
        ("text", "", "Một câu."),
        ("fact", "Ai làm", "cha, mẹ: cả hai"),
        ("item", "", "giấy"),
    ]
