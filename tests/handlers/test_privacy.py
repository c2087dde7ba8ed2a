"""Personal data is found, and what only looks like it is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.privacy import looks_private, mask
from knowledge.practice.cases import shipped_cases

PERSONAL = [
    ("số cccd của em là 024099001234 ạ", "cccd"),
    ("căn cước 001 099 012 345", "cccd"),
    ("gọi em 0987654321 nhé", "phone"),
    ("gọi 0987.654.321", "phone"),
    ("sđt +84 987 654 321", "phone"),
    ("zalo 84912345678", "phone"),
    ("máy bàn 02043854123", "phone"),
    ("cmnd 121234567", "cmnd"),
    ("cmnd 121 234 567 cấp năm 2010", "cmnd"),
    ("bhxh 2412345678", "bhxh"),
    ("stk 19031234567890 techcom", "account"),
    ("mail của em là nguyen.van.a@example.com", "email"),
    ("xe 98B1-123.45 của em", "plate"),
    ("bien so 98a 12345", "plate"),
]

HARMLESS = [
    "mã 1.001193 là gì",
    "1.001193, 2.000815 và 1.004222",
    "thủ tục 1.001193.",
    "phí 50.000 đồng",
    "nộp 1.500.000 đ",
    "nộp 100000000 đồng",
    "2.000 đồng/trang, tối đa 200.000 đồng/bản",
    "hồ sơ 000.00.12.H02-251101-0003 xong chưa",
    "mã hồ sơ H02.15-251101-0003",
    "nghị định 123/2015/NĐ-CP",
    "thông tư 53/2025/TT-BCA và 66.7/2025/NQ-CP",
    "ngày 15/11/2015",
    "sinh ngày 01-02-2024",
    "từ 2021-2030",
    "năm 2026 có gì mới",
    "phường 16 tổ 5",
    "quá 60 ngày",
    "điều 27 luật 68/2020/QH14",
    "3000 đồng một bản",
    "trong 30 ngày, 7 ngày làm việc",
]


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_it_masks_personal_data(text: str, kind: str) -> None:
    masked = mask(text)
    assert masked.kinds == (kind,)
    assert not any(len(run) > 4 for run in _digit_runs(masked.text))


@pytest.mark.parametrize("text", HARMLESS)
def test_it_does_not_touch_codes_fees_dates_or_decrees(text: str) -> None:
    assert mask(text).text == text
    assert mask(text).kinds == ()


def test_it_masks_several_kinds_in_one_message() -> None:
    masked = mask("em là 024099001234, sđt 0987654321, hỏi mã 1.001193 phí 8.000 đồng")
    assert masked.text == "em là [số căn cước], sđt [số điện thoại], hỏi mã 1.001193 phí 8.000 đồng"
    assert masked.kinds == ("cccd", "phone")


@given(st.text(max_size=300))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    once = mask(text).text
    assert mask(once).text == once


@given(st.text(alphabet="0123456789 .-ab/đồng", max_size=80))
def test_no_long_run_of_digits_survives_unless_it_is_kept_for_a_reason(text: str) -> None:
    masked = mask(text)
    if not masked.kinds:
        assert masked.text == text


def _digit_runs(text: str) -> list[str]:
    return "".join(char if char.isdigit() else " " for char in text).split()


@pytest.mark.parametrize(
    "link",
    [
        "https://www.facebook.com/groups/tuyentruyen/posts/987654321098765",
        "https://bacgiang.gov.vn/tin/20240315123456-phat-thanh.htm",
        "http://example.org/a?id=123456789",
    ],
)
def test_an_address_stays_whole(link: str) -> None:
    assert mask(f"phát 2 lần {link} nhé").text == f"phát 2 lần {link} nhé"


def test_a_telephone_number_in_an_address_is_masked() -> None:
    masked = mask("nhắn em https://zalo.me/0912345678")
    assert "0912345678" not in masked.text
    assert masked.kinds == ("phone",)


ADDRESSES = [
    "số 12 ngõ 5 đường Nguyễn Trãi",
    "Số nhà 7, phố Huế",
    "so 12 ngo 5 duong nguyen trai",
    "12/4 đường Lê Lợi",
    "45B phố Hàng Bông",
    "hẻm 27 Lê Văn Sỹ",
    "thôn Đông, xã Tân An",
    "Thôn Đông xã Tân An",
    "ấp Bình Hòa, xã Tân Phú",
    "tổ 3 khu phố 2",
    "Tổ 5, phường Bắc Giang",
    "xóm Mới, xã Tân Mỹ",
    "đường Hùng Vương, phường Bắc Giang",
]

NO_ADDRESSES = [
    *HARMLESS,
    "Công an xã",
    "Ủy ban nhân dân phường",
    "nộp tại Trung tâm Phục vụ hành chính công xã, phường",
    "2 bản chính",
    "tờ khai số 3",
    "sổ hộ khẩu",
    "số 1",
    "Phiếu số 1",
    "Chuyển nơi cư trú theo cha mẹ",
    "Trần Thị Hoa",
    "Phường Tân An",
]


@pytest.mark.parametrize("text", ADDRESSES)
def test_the_address_of_a_home_looks_private(text: str) -> None:
    assert looks_private(text) == ("địa chỉ nhà",)


@pytest.mark.parametrize("text", NO_ADDRESSES)
def test_what_only_sounds_like_an_address_does_not_look_private(text: str) -> None:
    assert looks_private(text) == ()


@pytest.mark.parametrize(("text", "kind"), PERSONAL)
def test_what_is_masked_looks_private_too(text: str, kind: str) -> None:
    assert len(looks_private(text)) == 1


def test_what_was_masked_before_is_told_by_its_name() -> None:
    assert looks_private("cccd [số căn cước]", ("cccd",)) == ("số căn cước",)


def test_no_value_of_a_mock_card_looks_private() -> None:
    values = [choice for case in shipped_cases() for field in case.form for choice in (field.value, *field.choices)]
    assert len(values) > 60
    assert [value for value in values if looks_private(value)] == []
