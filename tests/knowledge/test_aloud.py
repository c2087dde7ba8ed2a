"""Reading aloud: figures against a reader of its own, and every sign and short form of the records."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import aloud
from knowledge.library import Library, shipped
from knowledge.numerals import cardinal, figures, one_by_one

VOICE = aloud.load()
UNITS = ["không", "một", "hai", "ba", "bốn", "năm", "sáu", "bảy", "tám", "chín"]


def understood(said: str) -> int:
    """A reader of numerals that knows nothing of how they are made: a table of all below a thousand, then by scales."""
    table = {spoken: number for number in range(1000) for spoken in below_thousand(number)}
    total = 0
    if " tỷ" in said:
        above, _, said = said.partition(" tỷ")
        total = understood(above) * 10**9
    for scale, name in ((10**6, " triệu"), (10**3, " nghìn")):
        if name in said:
            group, _, said = said.strip().partition(name)
            total += table[group.strip()] * scale
    return total + (table[said.strip()] if said.strip() else 0)


def below_thousand(number: int) -> set[str]:
    """How a group of three may be said, alone and after a greater one, from the rules of school books."""
    hundreds, tens, ones = number // 100, number // 10 % 10, number % 10
    head = {f"{UNITS[hundreds]} trăm "} if hundreds else {"", "không trăm "}
    last = UNITS[ones]
    if tens == 0 and ones == 0:
        return {one.strip() or "không" for one in head if hundreds or one == ""}
    if tens == 0:
        return {f"{one}linh {last}" if one else last for one in head}
    if ones == 5:
        last = "lăm"
    if tens > 1:
        last = {1: "mốt", 4: "tư"}.get(ones, last)
    ten = "mười" if tens == 1 else f"{UNITS[tens]} mươi"
    return {f"{one}{ten} {last if ones else ''}".strip() for one in head}


@given(st.integers(0, 999_999_999))
def test_every_number_is_said_so_that_it_is_understood(number: int) -> None:
    said = cardinal(number)
    assert understood(said) == number
    assert not re.search(r"\d", said)


@given(st.integers(0, 10**15))
def test_billions_are_understood_too(number: int) -> None:
    assert understood(cardinal(number)) == number


def test_every_number_below_ten_thousand_is_understood() -> None:
    assert all(understood(cardinal(number)) == number for number in range(0, 10_000, 7))


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (0, "không"),
        (10, "mười"),
        (15, "mười lăm"),
        (21, "hai mươi mốt"),
        (24, "hai mươi tư"),
        (55, "năm mươi lăm"),
        (101, "một trăm linh một"),
        (1005, "một nghìn không trăm linh năm"),
        (75_000, "bảy mươi lăm nghìn"),
        (1_000_005, "một triệu không trăm linh năm"),
        (2_000_000_000_000, "hai nghìn tỷ"),
    ],
)
def test_numbers_are_said_as_at_school(number: int, said: str) -> None:
    assert cardinal(number) == said


def test_no_number_below_zero_is_said() -> None:
    with pytest.raises(ValueError, match="from zero on"):
        cardinal(-1)


@given(st.integers(10, 999_999_999).filter(lambda number: str(number)[0] != "5"))
def test_figures_are_found_however_they_are_written(number: int) -> None:
    grouped = f"{number:,}".replace(",", ".")
    assert number in figures(f"phí {grouped} đồng")
    assert number in figures(f"phí {cardinal(number)} đồng")


def test_words_that_mean_something_else_are_no_figures() -> None:
    assert figures("Không phải nộp; mỗi năm một lần, hằng năm; đất tư nhân") <= {1}
    assert figures("ngày mùng năm tháng tư năm hai nghìn không trăm hai mươi tư") == {4, 5, 2024}
    assert figures("mang một bản sao, trong năm ngày") == {1, 5}


def test_telephone_numbers_are_said_digit_by_digit() -> None:
    assert one_by_one("0204 38") == "không hai không bốn ba tám"


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("75.000 đồng", "Bảy mươi lăm nghìn đồng"),
        ("lệ phí 30.000đ", "lệ phí ba mươi nghìn đồng"),
        ("2.000 đồng/trang", "Hai nghìn đồng mỗi trang"),
        ("10 USD/giấy", "Mười đô la Mỹ mỗi giấy"),
        ("ngày 15/8/2023", "ngày mười lăm tháng tám năm hai nghìn không trăm hai mươi ba"),
        ("từ 01/04/2025", "từ ngày mùng một tháng tư năm hai nghìn không trăm hai mươi lăm"),
        ("tháng 8/2024", "tháng tám năm hai nghìn không trăm hai mươi tư"),
        ("trước ngày 15/8", "trước ngày mười lăm tháng tám"),
        ("quý III, cấp IV", "quý ba, cấp bốn"),
        (
            "7h30 đến 17h, thứ 2 đến thứ 6, trừ thứ 4",
            "Bảy giờ ba mươi phút đến mười bảy giờ, thứ hai đến thứ sáu, trừ thứ tư",
        ),
        ("sau 15 giờ 30", "sau mười lăm giờ ba mươi phút"),
        ("5-7 ngày làm việc", "Năm đến bảy ngày làm việc"),
        ("05 ngày", "Năm ngày"),
        ("giảm 50%, 2,5%", "giảm năm mươi phần trăm, hai phẩy năm phần trăm"),
        ("ảnh 4cm x 6cm, 15 m2", "ảnh bốn xăng-ti-mét nhân sáu xăng-ti-mét, mười lăm mét vuông"),
        ("UBND phường, HĐND", "Ủy ban nhân dân phường, Hội đồng nhân dân"),
        (
            "mang CCCD, làm TTHC qua VNeID",
            "mang căn cước công dân, làm thủ tục hành chính qua ứng dụng định danh quốc gia",
        ),
        (
            "Nghị định 123/2015/NĐ-CP",
            "Nghị định số một trăm hai mươi ba năm hai nghìn không trăm mười lăm của Chính phủ",
        ),
        ("theo 163/QĐ-BTP", "theo quyết định số một trăm sáu mươi ba của Bộ Tư pháp"),
        ("gọi 0204 3854 222", "gọi không hai không bốn ba tám năm bốn hai hai hai"),
        ("vào https://dichvucong.gov.vn/a-b?c=1.", "vào Cổng Dịch vụ công quốc gia."),
        ("nộp (hoặc gửi) và/hoặc mang", "nộp (hoặc gửi) và hoặc mang"),
        ("hộ chiếu…", "hộ chiếu, vân vân"),
    ],
)
def test_what_is_written_short_is_said_in_full(written: str, said: str) -> None:
    assert VOICE.read(written) == said


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ("Tờ khai (mẫu CT01)", "Tờ khai"),
        ("Tờ khai mẫu 01/LPTB", "Tờ khai"),
        ("Bảo hiểm xã hội (BHXH) chi trả", "Bảo hiểm xã hội chi trả"),
        ("nơi cư trú (thường trú hoặc tạm trú), nộp", "nơi cư trú, thường trú hoặc tạm trú, nộp"),
        (
            "Phòng Cảnh sát giao thông (Công an tỉnh), 2 bản (3 ảnh)",
            "Phòng Cảnh sát giao thông, Công an tỉnh, hai bản, ba ảnh",
        ),
        ("giấy (còn hạn) và ảnh", "giấy, còn hạn, và ảnh"),
        ("ứng dụng định danh quốc gia (VNeID)", "ứng dụng định danh quốc gia"),
    ],
)
def test_of_a_fact_signs_of_forms_are_left_out(fact: str, said: str) -> None:
    assert VOICE.spoken(fact) == said


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Mang theo CT01 và KBCB.", ["CT01", "KBCB"]),
        ("Xem https://a.example.vn/x?y=1 nhé", ["https://a.example.vn/x?y=1"]),
        ("Gửi tới hoi@dap.vn", ["hoi@dap.vn"]),
        ("Giảm 5%", ["5", "%"]),
        ("Mã 1.001193", ["1.001193"]),
        ("HƯỞNG LƯƠNG HƯU, hạng B, in ấn internet", []),
    ],
)
def test_what_nobody_can_say_is_found_with_its_place(text: str, left: list[str]) -> None:
    found = VOICE.leftovers(text)
    assert [one.text for one in found] == left
    assert all(text[one.start :].startswith(one.text) for one in found)


def test_nothing_is_spelled_letter_by_letter_and_nothing_is_lost() -> None:
    assert VOICE.read("Mẫu XYZW9 và 1.001193") == "Mẫu XYZW9 và 1.001193"


@given(st.text(max_size=200))
def test_any_text_can_be_read_and_looked_through(text: str) -> None:
    VOICE.leftovers(VOICE.read(text))
    VOICE.spoken(text)


@pytest.fixture(scope="module")
def library() -> Library:
    return shipped()


def test_fees_and_times_of_all_shipped_records_can_be_said(library: Library) -> None:
    told = {text for record in library for method in record.methods for text in (method.fee, method.time_limit)}
    unsaid = {text for text in told if VOICE.leftovers(VOICE.spoken(text))}
    assert unsaid == set()
    for text in told:
        assert figures(text) <= figures(VOICE.read(text)) | {1, 3}, text
