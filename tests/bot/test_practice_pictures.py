"""The certificate and the card to take home: true to the record, nothing cut off, same content, same bytes."""

from __future__ import annotations

import io
import itertools
import re
import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest
import segno
import time_machine
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageColor

from bot.practice import pictures, sheet
from bot.practice.lettering import Style, draw_line, drawable, fitting, width, wrap
from bot.practice.pictures import Picture, card, certificate, day_in_words, shortened
from bot.practice.sheet import Box
from knowledge.library import Library, shipped
from knowledge.practice.cases import Case, shipped_cases
from knowledge.procedures import UNKNOWN, Procedure

LIBRARY: Library = shipped()
CASES = {case.key: case for case in shipped_cases()}
LINK = "https://motcua.example/luyen-tap/the/saobang"
DAY = date(2026, 11, 24)
VOWELS = ["a", "ă", "â", "e", "ê", "i", "o", "ô", "ơ", "u", "ư", "y"]
LETTERS = [
    unicodedata.normalize("NFC", letter + tone)
    for vowel in VOWELS
    for letter in (vowel, vowel.upper())
    for tone in ("", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323")
]
VIETNAMESE = st.text(
    st.sampled_from([*LETTERS, *"bcdđghklmnpqrstvxBCDĐGHKLMNPQRSTVX0123456789.,;:()/–“”… 😀"]), max_size=60
)


def record_of(case: Case) -> Procedure:
    record = LIBRARY.get(case.code)
    assert record is not None
    return record


def some() -> tuple[Case, Procedure]:
    case = CASES["saobang"]
    return case, record_of(case)


def said(picture: Picture) -> str:
    return " ".join(box.text for box in picture.boxes if box.text)


def overlapping(boxes: tuple[Box, ...]) -> list[tuple[Box, Box]]:
    return [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def assert_whole(picture: Picture, margin: int) -> None:
    """Nothing touches the edge, nothing lies on something else."""
    wide, high = picture.image.size
    for box in picture.boxes:
        assert margin <= box.left < box.right <= wide - margin, box
        assert margin <= box.top < box.bottom <= high - margin, box
    assert overlapping(picture.boxes) == []


def uncovered_ink(picture: Picture, colours: tuple[str, ...]) -> int:
    """Pixels in the colour of a text that lie outside all boxes."""
    rest = picture.image.copy()
    for box in picture.boxes:
        rest.paste("#ffffff", (box.left, box.top, box.right, box.bottom))
    counted = {colour: count for count, colour in rest.getcolors(1 << 24) or []}
    return sum(counted.get(ImageColor.getrgb(colour), 0) for colour in colours)


@pytest.mark.parametrize("key", CASES)
def test_every_card_shows_its_record_and_nothing_is_cut_off_or_overlaps(key: str) -> None:
    case = CASES[key]
    record, method = record_of(case), case.method(record_of(case))
    assert method is not None
    picture = card(case, record, LINK, record.checked_on)
    assert_whole(picture, margin=40)
    assert picture.image.width == 1080
    shown = said(picture)
    wanted = [record.name, case.teach, *case.documents, method.fee, method.time_limit, record.where]
    wanted += [shortened(step, pictures.STEP_LENGTH) for step in record.online_steps[:4]]
    wanted += [record.source, record.code, f"{record.checked_on:%d/%m/%Y}"]
    assert [text for text in wanted if text not in shown] == []


def test_the_boxes_cover_all_text() -> None:
    case, record = some()
    assert uncovered_ink(card(case, record, LINK, DAY), (sheet.INK, sheet.SOFT)) == 0
    diploma = certificate("Chuồn Chuồn Xanh 42", "7A", 12, 1080, 1200, DAY, "Ủy ban nhân dân phường Bắc Giang")
    assert uncovered_ink(diploma, (sheet.INK, sheet.SOFT)) == 0


def test_no_character_of_the_shipped_procedures_is_lost() -> None:
    for record in LIBRARY:
        names = [document.name for document in record.documents]
        facts = [fact for method in record.methods for fact in (method.fee, method.time_limit)]
        for text in (record.name, record.where, record.source, *record.online_steps, *names, *facts):
            assert drawable(text) == text


def test_a_card_grows_with_the_longest_texts_and_says_that_there_is_more() -> None:
    case, record = some()
    steps = tuple(f"Bước {number}: {'xem kỹ từng ô rồi điền ' * 5}. Sau đó đọc lại lần nữa." for number in range(7))
    where = " ".join(["Cơ quan chuyên môn thuộc Ủy ban nhân dân cấp tỉnh."] * 12)
    long = record.model_copy(update={"name": "Cấp giấy phép " * 12 + "mới", "where": where, "online_steps": steps})
    picture = card(case, long, LINK + "/" + "x" * 300, DAY)
    assert_whole(picture, margin=40)
    assert picture.image.height > card(case, record, LINK, DAY).image.height
    shown = said(picture)
    assert "Còn nữa" in shown
    assert "Bước 3" in shown
    assert "Bước 4" not in shown
    assert "đọc lại lần nữa" not in shown


def test_a_card_with_few_short_steps_does_not_say_that_there_is_more() -> None:
    case, record = some()
    short = record.model_copy(update={"online_steps": ("Vào cổng.", "Gửi hồ sơ.")})
    assert "Còn nữa" not in said(card(case, short, LINK, DAY))


def test_a_stale_record_withholds_fee_and_time_in_the_words_of_the_chat() -> None:
    case, record = some()
    method = case.method(record)
    assert method is not None
    marked = method.model_copy(update={"fee": "11.111 đồng", "time_limit": "99 ngày"})
    record = record.model_copy(update={"methods": (marked,)})
    before = said(card(case, record, LINK, record.review_by - timedelta(days=1)))
    stale = card(case, record, LINK, record.review_by)
    assert "11.111 đồng" in before
    assert "99 ngày" in before
    assert "quá hạn" not in before
    assert "11.111" not in said(stale)
    assert "99 ngày" not in said(stale)
    assert f"quá hạn kiểm tra từ ngày {record.review_by:%d/%m/%Y}" in said(stale)
    assert "nên em không nêu lệ phí và thời gian" in said(stale)
    assert_whole(stale, margin=40)


def test_facts_that_the_record_does_not_give_are_unknown() -> None:
    case, record = some()
    bare = record.model_copy(update={"methods": (), "documents": (), "where": UNKNOWN, "online_steps": ()})
    picture = card(case, bare, LINK, DAY)
    assert [box.text for box in picture.boxes].count(UNKNOWN) == 4
    assert "chưa ghi cách nộp trực tuyến" in said(picture)
    assert not any(name in said(picture) for name in case.documents)


def test_a_procedure_that_is_not_in_force_is_not_explained() -> None:
    case, record = some()
    gone = record.model_copy(update={"effective_until": DAY - timedelta(days=1)})
    coming = record.model_copy(update={"effective_from": DAY + timedelta(days=1)})
    for picture, words in (
        (card(case, gone, LINK, DAY), "không còn áp dụng sau ngày 23/11/2026"),
        (card(case, coming, LINK, DAY), "áp dụng từ ngày 25/11/2026"),
    ):
        assert words in said(picture)
        assert "*" not in said(picture)
        assert case.teach not in said(picture)
        assert record.online_steps[0] not in said(picture)
        assert_whole(picture, margin=40)


@pytest.mark.parametrize("link", [LINK, "https://a.vn", "https://motcua.example/" + "x" * 900])
def test_the_code_on_the_card_is_that_of_the_link(link: str) -> None:
    case, record = some()
    picture = card(case, record, link, DAY)
    (place,) = [box for box in picture.boxes if not box.text]
    code = picture.image.crop((place.left, place.top, place.right, place.bottom)).convert("L")
    expected = list(segno.make(link, error="m", micro=False).matrix_iter(scale=1, border=4))
    module, rest = divmod(code.width, len(expected))
    assert rest == 0
    assert module >= 4
    read = [
        [int(code.getpixel((x * module + module // 2, y * module + module // 2)) == 0) for x in range(len(expected))]
        for y in range(len(expected))
    ]
    assert read == [list(row) for row in expected]
    assert {colour for _, colour in code.getcolors() or []} == {0, 255}


def test_a_card_without_a_link_is_refused() -> None:
    with pytest.raises(ValueError, match="no link"):
        card(*some(), "", DAY)


def test_a_picture_opens_again_as_png() -> None:
    picture = card(*some(), LINK, DAY)
    with Image.open(io.BytesIO(picture.png())) as again:
        again.load()
        assert again.format == "PNG"
        assert again.size == picture.image.size
        assert again.convert("RGB").tobytes() == picture.image.tobytes()
        assert again.info["dpi"] == pytest.approx((150, 150), abs=0.1)


def media_boxes(pdf: bytes) -> list[tuple[float, float]]:
    found = re.findall(rb"/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)\s*\]", pdf)
    return [(float(wide), float(high)) for wide, high in found]


def test_a_certificate_prints_as_one_page_of_a4_across() -> None:
    pdf = certificate("Sóc Nâu 12", "7A", 3, 280, 300, DAY, "Bộ phận Một cửa").pdf()
    assert pdf.startswith(b"%PDF")
    ((wide, high),) = media_boxes(pdf)
    assert wide == pytest.approx(297 / 25.4 * 72, abs=0.5)
    assert high == pytest.approx(210 / 25.4 * 72, abs=0.5)
    assert b"/Count 1" in pdf


def test_a_card_prints_as_one_page_of_its_size_at_150_dpi() -> None:
    picture = card(*some(), LINK, DAY)
    ((wide, high),) = media_boxes(picture.pdf())
    assert wide == pytest.approx(picture.image.width / 150 * 72, abs=0.01)
    assert high == pytest.approx(picture.image.height / 150 * 72, abs=0.01)


def test_the_same_content_gives_the_same_bytes_on_another_day() -> None:
    def both() -> tuple[bytes, ...]:
        made = (card(*some(), LINK, DAY), certificate("Sóc Nâu 12", "7A", 3, 280, 300, DAY, "Bộ phận Một cửa"))
        return tuple(data for picture in made for data in (picture.png(), picture.pdf()))

    with time_machine.travel("2026-11-24 08:00+07:00"):
        first = both()
    with time_machine.travel("2027-03-01 09:00+07:00"):
        assert both() == first
    assert not any(b"Date" in data for data in first)


def test_a_certificate_tells_who_did_what_and_that_it_is_no_diploma() -> None:
    picture = certificate("Chuồn Chuồn Xanh 42", "7A", 12, 1080, 1200, DAY, "Ủy ban nhân dân phường Bắc Giang")
    assert [box.text for box in picture.boxes] == [
        "Ủy ban nhân dân phường Bắc Giang",
        "GIẤY CHỨNG NHẬN LUYỆN TẬP",
        "Chứng nhận bạn",
        "Chuồn Chuồn Xanh 42",
        "Lớp 7A",
        "đã hoàn thành 12 việc, đạt 1.080 trên 1.200 điểm",
        "Ngày 24 tháng 11 năm 2026",
        "Luyện tập trên cổng mô phỏng, không phải văn bằng",
    ]
    assert_whole(picture, margin=70)


@given(nickname=VIETNAMESE, office=VIETNAMESE, times=st.integers(1, 6))
def test_a_certificate_holds_every_name(nickname: str, office: str, times: int) -> None:
    long = nickname * times
    picture = certificate(long, "7A", 3, 280, 300, DAY, office)
    assert_whole(picture, margin=70)
    assert picture.image.size == (1754, 1240)
    assert drawable(long).replace(" ", "") in said(picture).replace(" ", "")


def test_a_text_that_no_page_holds_is_refused() -> None:
    with pytest.raises(ValueError, match="too much text"):
        certificate("Sóc " * 5_000, "7A", 3, 280, 300, DAY, "Bộ phận Một cửa")


@pytest.mark.parametrize(
    ("day", "words"),
    [
        (date(2026, 2, 5), "Ngày 05 tháng 02 năm 2026"),
        (date(2026, 3, 9), "Ngày 09 tháng 3 năm 2026"),
        (date(2026, 12, 31), "Ngày 31 tháng 12 năm 2026"),
    ],
)
def test_a_day_is_written_as_on_official_papers(day: date, words: str) -> None:
    assert day_in_words(day) == words


def test_a_long_step_ends_with_a_whole_sentence() -> None:
    assert shortened("Vào cổng. Chọn thủ tục. Gửi.", 24) == "Vào cổng. Chọn thủ tục."
    assert shortened("Câu đầu tiên này dài hơn mức. Câu sau.", 10) == "Câu đầu tiên này dài hơn mức."
    assert shortened("Nộp tại TP. Bắc Giang cho kịp. Rồi chờ.", 33) == "Nộp tại TP. Bắc Giang cho kịp."
    assert shortened("Phí 8.000 đồng. Nộp sau.", 16) == "Phí 8.000 đồng."
    assert shortened("Chọn mục (Đất đai. Nhà ở) rồi gửi. Chờ.", 20) == "Chọn mục (Đất đai. Nhà ở) rồi gửi."
    assert shortened("Ghi chú: xem v.v. và chờ. Hết.", 20) == "Ghi chú: xem v.v. và chờ."


@given(st.text(st.sampled_from("aBc Đ.!?()1 "), max_size=80), st.integers(1, 100))
def test_a_shortened_step_is_the_beginning_of_the_step_as_it_stands(text: str, length: int) -> None:
    step = " ".join(text.split())
    kept = shortened(step, length)
    assert step.startswith(kept)
    assert kept == step or kept.rstrip('”")')[-1] in ".!?"
    if len(step) <= length:
        assert kept == step


@given(text=VIETNAMESE, size=st.integers(12, 140), bold=st.booleans(), room=st.integers(160, 1200))
def test_wrapped_lines_fit_and_lose_nothing(text: str, size: int, bold: bool, room: int) -> None:
    style = Style(size, "#000000", bold)
    lines = wrap(text, style, room)
    assert all(width(line, style) <= room for line in lines)
    assert "".join(lines).replace(" ", "") == drawable(text).replace(" ", "")


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [12, 13, 44, 86, 147])
def test_the_ink_of_a_letter_stays_in_its_line(size: int, bold: bool) -> None:
    style = Style(size, "#000000", bold)
    line_top = size * 2 - style.above
    for text in [*LETTERS, "Đ", "đ", "gjpqy", "(/)", "Q,;"]:
        page = Image.new("RGB", (size * 8, size * 4), "#ffffff")
        left, top, right, bottom = draw_line(page, size, size * 2, text, style)
        assert line_top <= top < bottom <= line_top + style.pitch, text
        assert size - size * 0.1 <= left < right <= size + width(text, style) + size * 0.1, text
        drawn = page.convert("L").point(lambda value: 255 - value).getbbox()
        assert drawn == (left, top, right, bottom), text


def test_letters_of_both_files_stand_in_one_line_as_far_as_they_are_wide() -> None:
    style = Style(60, "#000000")
    assert width("Đăng", style) == width("Đă", style) + width("ng", style)
    assert width("ế", style) == pytest.approx(width("e", style), abs=2)


def test_what_the_typeface_lacks_is_left_out_and_loose_accents_are_joined() -> None:
    assert drawable("Sóc 😀 Nâu\u200b 12 漢") == "Sóc Nâu 12"
    loose = unicodedata.normalize("NFD", "Ngữ Điền")
    assert drawable(loose) == "Ngữ Điền"
    one, other = (certificate(name, "7A", 1, 1, 1, DAY, "Một cửa").png() for name in ("Ngữ Điền", loose + "😀"))
    assert one == other


def test_a_link_is_broken_after_a_slash() -> None:
    style = Style(40, "#000000")
    assert wrap("motcua.example/luyen-tap/thedaylai", style, width("motcua.example/luyen-tap/the", style)) == [
        "motcua.example/luyen-tap/",
        "thedaylai",
    ]


def test_a_long_name_is_written_smaller_before_it_takes_two_lines() -> None:
    style = Style(100, "#000000")
    room = width("Chuồn Chuồn", style)
    smaller = fitting("Chuồn Chuồn Xanh", style, room, 50)
    assert 50 < smaller.size < 100
    assert len(wrap("Chuồn Chuồn Xanh", smaller, room)) == 1
    assert fitting("Chuồn", style, room, 50) == style


def test_the_colours_are_those_of_the_chat_page() -> None:
    css = (Path(sheet.__file__).parent.parent / "web" / "static" / "chat.css").read_text(encoding="utf-8")
    light = dict(re.findall(r"--([\w-]+):(#\w+)", css[: css.index("@media")]))
    for name in ("ground", "paper", "ink", "soft", "line", "brand", "on-brand", "mine", "warn", "warn-ink"):
        ours: str = getattr(sheet, name.replace("-", "_").upper())
        assert ImageColor.getrgb(ours) == ImageColor.getrgb(light[name])
