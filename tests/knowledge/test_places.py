"""Former wards and offices of the district level are known, and who has their work now."""

from __future__ import annotations

import pytest

from knowledge import places
from knowledge.normalize import words


@pytest.mark.parametrize(
    ("text", "now"),
    [
        ("đăng ký kết hôn ở phường Dĩnh Kế cần gì", "phường Bắc Giang"),
        ("toi o phuong my do", "phường Đa Mai"),
        ("P. Thọ Xương giờ thuộc phường nào", "phường Bắc Giang"),
        ("UBND xã Song Khê", "phường Tiền Phong"),
    ],
)
def test_a_former_ward_names_what_it_belongs_to(text: str, now: str) -> None:
    former = places.load().find(text)
    assert former is not None
    assert former.now == now


@pytest.mark.parametrize(
    "text", ["UBND thành phố Bắc Giang làm ở đâu", "lam o ubnd huyen", "cong an huyen co cap khong"]
)
def test_an_office_of_the_district_level_has_no_successor_of_its_own(text: str) -> None:
    former = places.load().find(text)
    assert former is not None
    assert former.now is None


@pytest.mark.parametrize("text", ["phường Đa Mai có làm không", "đường Lê Lợi", "khai sinh ở xã", ""])
def test_what_still_exists_is_let_alone(text: str) -> None:
    assert places.load().find(text) is None


def test_places_are_found_by_their_place_in_the_words() -> None:
    said = words("nộp ở phường Dĩnh Kế hay ủy ban huyện")
    spans = [(hit.start, hit.length) for hit in places.load().named(said)]
    assert (2, 3) in spans
    assert (6, 3) in spans
