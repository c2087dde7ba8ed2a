"""What is left of a message when labels, courtesies and slips are taken off."""

from __future__ import annotations

import pytest

from knowledge.library import Library
from knowledge.reader import Reader


@pytest.fixture(scope="module")
def reader(world: Library) -> Reader:
    return Reader(world)


@pytest.mark.parametrize(
    "text",
    [
        "Câu hỏi 3: đăng ký tạm trú",
        "[Hỏi] đăng ký tạm trú",
        "Thắc mắc: đăng ký tạm trú",
        "a) đăng ký tạm trú",
        "• đăng ký tạm trú",
        "Kính gửi cán bộ một cửa. Đăng ký tạm trú. Mong được giải đáp. Trân trọng cảm ơn!",
        "da cho em hoi dang ky tam tru a, em cam on nhieu",
        "chào ad, em hỏi tí đăng ký tạm trú tks ad",
    ],
)
def test_labels_and_courtesies_are_taken_off(reader: Reader, text: str) -> None:
    assert reader.queries.read(text).text == "dang ki tam tru"


def test_money_at_the_end_is_no_courtesy(reader: Reader) -> None:
    assert reader.queries.read("lam khai sinh bao nhieu tien").plain[-1] == "tien"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("làm ở ca phường", "lam o cong an phuong"),
        ("có bắt buộc cả 2 phải đi", "co bat buoc ca 2 phai di"),
        ("xin cap giay ca nhan", "xin cap giay ca nhan"),
    ],
)
def test_two_letters_for_the_police_are_opened_only_beside_their_office(reader: Reader, text: str, read: str) -> None:
    assert reader.queries.read(text).text == read


@pytest.mark.parametrize("text", ["tạm trú ở phường Dĩnh Kế", "tạm trú ủy ban huyện"])
def test_a_place_of_before_says_nothing_about_the_procedure(reader: Reader, text: str) -> None:
    query = reader.queries.read(text)
    assert query.former_place
    assert set(query.content) == {"tam", "tru"}
