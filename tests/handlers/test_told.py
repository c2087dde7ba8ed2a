"""What a line says of work done: quantity, form, links; and whether it is a question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.told import Quantity, forms, is_question, told
from scheduler.ledger import Form

COUNTED = [
    ("phat 2 lan sang thu 5, 18h thu 5", 2, "lần"),
    ("hai buổi", 2, "buổi"),
    ("04 tin bài", 4, "tin, bài"),
    ("04 tin, bài", 4, "tin, bài"),
    ("1.200 lượt", 1200, "lượt"),
    ("1,200 lượt người xem", 1200, "lượt người"),
    ("sáng 1 lần, chiều 1 lần", 2, "lần"),
    ("2 lần: sáng 1 lần, chiều 1 lần", 2, "lần"),
    ("mười lăm lần", 15, "lần"),
    ("hai mươi mốt lượt", 21, "lượt"),
    ("thứ năm buổi sáng phát ba lượt", 3, "lượt"),
    ("tuần 34 đăng 2 bài", 2, "bài"),
    ("lần 2 phát 3 bài", 3, "bài"),
    ("20/8 đăng 2 bài zalo", 2, "bài"),
    ("18h30 2 bài", 2, "bài"),
    ("đã phát lúc 7 giờ 2 lần", 2, "lần"),
    ("thu sau hai lan", 2, "lần"),
    ("treo 3 khẩu hiệu và 2 pano", 3, "khẩu hiệu"),
    ("tổ chức 01 hội nghị, 120 người dự", 1, "hội nghị"),
    ("PHÁT 5 LƯỢT", 5, "lượt"),
]

UNCOUNTED = [
    "thứ 5 buổi sáng",
    "tuần 34",
    "tuần 34 bài",
    "18h thứ 5",
    "ngày 20/8/2026",
    "đã phát",
    "thứ năm buổi tối",
    "",
]


@pytest.mark.parametrize(("line", "count", "unit"), COUNTED)
def test_a_quantity_is_read_with_its_unit(line: str, count: int, unit: str) -> None:
    assert told(line).quantity == Quantity(count, unit)


@pytest.mark.parametrize("line", UNCOUNTED)
def test_what_counts_nothing_gives_no_quantity(line: str) -> None:
    assert told(line).quantity is None


@pytest.mark.parametrize(
    ("line", "form"),
    [
        ("phát loa 2 lần", Form.RADIO),
        ("đăng facebook", Form.SOCIAL),
        ("chạy màn hình LED", Form.LED),
        ("đăng cổng thông tin điện tử", Form.PORTAL),
        ("họp tổ dân phố", None),
        ("đăng https://www.facebook.com/abc", Form.SOCIAL),
        ("https://bacninh.gov.vn/tin/1", Form.PORTAL),
        ("https://notfacebook.com.example.vn/tin", None),
        ("học sinh THCS tham quan", Form.SCHOOL),
    ],
)
def test_the_form_is_guessed_from_words_and_hosts(line: str, form: Form | None) -> None:
    assert told(line).form is form


def test_forms_come_in_the_order_of_the_text() -> None:
    assert forms("trên Zalo, Facebook, cổng thông tin và hội nghị") == (Form.SOCIAL, Form.PORTAL, Form.MEETING)


@pytest.mark.parametrize(
    ("line", "links", "text"),
    [
        ("xem https://a.vn/x.", ("https://a.vn/x",), "xem"),
        ("facebook.com/abc đã đăng", ("https://facebook.com/abc",), "đã đăng"),
        ("www.bacgiang.gov.vn/tin, xong", ("https://www.bacgiang.gov.vn/tin",), "xong"),
        ("https://a.vn/1 https://a.vn/1 https://a.vn/2", ("https://a.vn/1", "https://a.vn/2"), ""),
        ("gửi cho a.b@c.com/x", (), "gửi cho a.b@c.com/x"),
        ("2.5/3", (), "2.5/3"),
    ],
)
def test_links_are_taken_out_of_the_text(line: str, links: tuple[str, ...], text: str) -> None:
    assert (told(line).links, told(line).text) == (links, text)


def test_a_link_that_was_masked_in_part_is_no_proof() -> None:
    read = told("https://www.facebook.com/posts/[số tài khoản] đã đăng 2 bài")
    assert read.links == ()
    assert read.broken
    assert read.text == "đã đăng 2 bài"


@pytest.mark.parametrize(
    "line",
    ["lệ phí khai sinh bao nhiêu?", "le phi khai sinh bao nhieu", "bao giờ hết hạn", "xong chưa ạ", "báo sao vậy em",
     "được không", "cho hỏi làm hộ được không ạ"],
)  # fmt: skip
def test_a_question_is_known(line: str) -> None:
    assert is_question(line)


@pytest.mark.parametrize(
    "line",
    ["phát 2 lần", "loa hỏng không phát được", "loa đang sửa chữa", "đã phát hết ạ", "giai đoạn đầu", "đóng dấu",
     "photo bản sao", "không có ảnh", "phát lúc 18h", "https://a.vn/?q=gi"],
)  # fmt: skip
def test_a_line_of_a_report_is_no_question(line: str) -> None:
    assert not is_question(line)


@given(st.text(max_size=200))
def test_any_line_can_be_read(line: str) -> None:
    read = told(line)
    assert read.quantity is None or read.quantity.count >= 0
    assert all(link.startswith(("http://", "https://", "HTTP")) or "://" in link for link in read.links)
    is_question(line)
