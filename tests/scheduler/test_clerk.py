"""A careful clerk's questions: each is raised where there is a reason, and not where there is none."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

import scheduler
from scheduler import contradictions, documents, units
from scheduler.documents import read_bytes
from scheduler.plan import Warning as Raised
from scheduler.reading import read_plan
from tests.scheduler.plan_files import HEADS, tabbed

EXAMPLE = Path(scheduler.__file__).parent / "data" / "plans" / "bac-giang-2024.txt"
GOOD_HEAD = (
    "UBND THÀNH PHỐ BẮC GIANG\nSố: 12/KH-UBND\nBắc Giang, ngày 05 tháng 01 năm 2024\n"
    "KẾ HOẠCH\nTuyên truyền cải cách hành chính năm 2024\n"
)
GOOD_ROW = ("1", "Lắp đặt pano", "Phòng VHTT", "Phòng Nội vụ", "Trước ngày 30/6/2024", "")


def warnings(*rows: Sequence[str], head: str = GOOD_HEAD, year: int | None = None) -> tuple[Raised, ...]:
    """What is raised about a plan with these rows."""
    document = read_bytes("plan.txt", (head + tabbed([HEADS, *rows])).encode())
    return read_plan(document, units.load(), year).warnings


def raised(code: str, found: Sequence[Raised]) -> list[Raised]:
    return [warning for warning in found if warning.code == code]


def row(**cells: str) -> tuple[str, ...]:
    """The good row with some cells changed."""
    names = ("tt", "content", "lead", "support", "time", "note")
    return tuple({**dict(zip(names, GOOD_ROW, strict=True)), **cells}.values())


def test_a_plan_that_is_in_order_raises_nothing() -> None:
    assert warnings(GOOD_ROW) == ()


def test_the_example_raises_what_a_clerk_would_find_in_it() -> None:
    found = read_plan(documents.read(EXAMPLE), units.load()).warnings
    assert {"blank_number", "blank_date", "superseded_wording"} <= {one.code for one in found if one.row is None}
    assert [one.row for one in raised("no_rhythm", found)] == ["1", "2", "4", "5", "6", "8"]
    assert [one.row for one in raised("several_leads", found)] == ["3"]
    assert [one.row for one in raised("weekly_without_day", found)] == ["3"]
    assert [one.row for one in raised("undefined_group", found)] == ["5"]
    assert [one.row for one in raised("missing_words", found)] == ["5"]
    assert [one.text for one in raised("body_contradicts", found)] == [
        "Dòng 9 ghi đường Võ Nguyên Giáp, Tây Yên Tử, nhưng mục IV.1 ghi đường Hùng Vương, Võ Nguyên Giáp."
    ]
    spellings = [one.text for one in raised("unit_spellings", found)]
    assert (
        "Một đơn vị được viết 3 cách: “Phòng VHTT”, “Phòng Văn hóa và Thông tin thành phố”, “Phòng VH TT”." in spellings
    )
    assert raised("unknown_unit", found) == []


def test_a_blank_number_and_a_blank_date_are_raised() -> None:
    found = warnings(
        GOOD_ROW, head="Số: /KH-UBND\nBắc Giang, ngày tháng 01 năm 2024\nKẾ HOẠCH\nTuyên truyền năm 2024\n"
    )
    assert [one.code for one in found] == ["blank_number", "blank_date"]


@pytest.mark.parametrize(
    ("time", "wrong"),
    [("Trước 31/6/2024", "31/6/2024"), ("Ngày 30/02/2024", "30/02/2024"), ("Ngày 31 tháng 4", "31/4")],
)
def test_a_date_that_no_calendar_has_is_raised(time: str, wrong: str) -> None:
    (found,) = raised("impossible_date", warnings(row(time=time)))
    assert (found.row, found.text) == ("1", f"Dòng 1: ngày {wrong} không có trong lịch.")


def test_the_twenty_ninth_of_february_is_possible_in_a_leap_year() -> None:
    assert raised("impossible_date", warnings(row(time="Trước ngày 29/02/2024"))) == []


def test_a_date_of_issue_that_no_calendar_has_is_raised() -> None:
    found = warnings(GOOD_ROW, head=GOOD_HEAD.replace("05 tháng 01", "30 tháng 02"))
    assert [(one.code, one.row) for one in found] == [("impossible_date", None)]


def test_a_row_without_lead_or_time_is_raised() -> None:
    found = warnings(row(lead=""), row(tt="2", content="Việc hai", time=""))
    assert [(one.code, one.row) for one in found] == [("no_lead", "1"), ("no_time", "2")]


def test_a_lead_that_also_supports_is_raised_whatever_the_spelling() -> None:
    (found,) = raised("lead_is_support", warnings(row(support="Phòng Văn hóa và Thông tin; Phòng Nội vụ")))
    assert found.text == "Dòng 1: “Phòng Văn hóa và Thông tin” vừa chủ trì vừa phối hợp."


def test_an_unknown_unit_is_raised_once_with_its_rows_and_the_nearest_names() -> None:
    found = raised(
        "unknown_unit",
        warnings(row(support="Phòng Vũ trụ học"), row(tt="2", content="Khác", support="Phòng Vũ trụ học")),
    )
    assert len(found) == 1
    assert found[0].text.startswith("Dòng 1, 2: chưa nhận ra đơn vị “Phòng Vũ trụ học”. Gần nhất: ")
    assert found[0].text.count(";") == 2


def test_one_unit_spelled_in_several_ways_is_raised_and_the_city_in_its_name_is_no_other_way() -> None:
    ways = row(tt="2", content="Khác", lead="Phòng Văn hóa và Thông tin", support="")
    same = row(tt="2", content="Khác", lead="phòng VHTT thành phố", support="")
    assert len(raised("unit_spellings", warnings(GOOD_ROW, ways))) == 1
    assert raised("unit_spellings", warnings(GOOD_ROW, same)) == []


def test_numbers_that_repeat_or_skip_are_raised() -> None:
    found = warnings(GOOD_ROW, row(content="Khác"), row(tt="5", content="Nữa"))
    assert [(one.code, one.row) for one in found] == [("duplicate_number", "1"), ("numbering_gap", "5")]
    assert found[1].text == "Số thứ tự nhảy từ 1 đến 5: thiếu 2–4."


def test_groups_may_count_anew() -> None:
    assert warnings(("I", "MỘT"), GOOD_ROW, ("II", "HAI"), row(content="Khác")) == ()


@pytest.mark.parametrize(
    ("time", "codes"),
    [
        ("Thường xuyên", ["no_rhythm"]),
        ("Mỗi tuần/1 lần", ["weekly_without_day"]),
        ("Thứ Sáu hằng tuần", []),
        ("Theo quy định", ["unclear_time"]),
        ("Quý I/2023", ["out_of_plan"]),
    ],
)
def test_times_that_say_too_little_are_raised(time: str, codes: list[str]) -> None:
    wanted = {"no_rhythm", "weekly_without_day", "unclear_time", "out_of_plan"}
    assert [one.code for one in warnings(row(time=time)) if one.code in wanted] == codes


@pytest.mark.parametrize(
    "words", ["nộp hồ sơ trực tuyến mức độ tại bộ phận một cửa", "tỷ lệ đạt trên % hồ sơ", "báo cáo Quý /2024"]
)
def test_a_missing_number_is_raised(words: str) -> None:
    (found,) = raised("missing_words", warnings(row(content=f"Hướng dẫn {words}")))
    assert found.row == "1"


@pytest.mark.parametrize("words", ["mức độ hài lòng của người dân", "đạt trên 90% hồ sơ", "mức thu nhập", "Quý I/2024"])
def test_a_whole_sentence_is_let_alone(words: str) -> None:
    assert raised("missing_words", warnings(row(content=words))) == []


def test_a_year_that_was_chosen_against_the_title_or_taken_from_the_rows_is_told() -> None:
    assert [one.code for one in warnings(GOOD_ROW, year=2025)] == ["year_differs"]
    assert "year_from_rows" in {one.code for one in warnings(GOOD_ROW, head="")}


BODY = "I. TỔ CHỨC\n1. Phòng VHTT\n- Lắp đặt pano tại đường Hùng Vương, Lê Lợi và xã Tân Mỹ\n"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        ("Lắp đặt pano tại đường Hùng Vương, đường Quang Trung", ["đường"]),
        ("Lắp đặt pano tại đường Hùng Vương", ["đường"]),
        ("Lắp đặt pano tại đường Hùng Vương và đường Lê Lợi", []),
        ("Lắp đặt pano tại xã Tân Mỹ và xã Song Mai", ["xã"]),
        ("Sửa chữa nhà văn hóa ở cuối đường Hùng Vương, đường Quang Trung theo kế hoạch vốn riêng của phường", []),
        ("Lắp đặt pano", []),
    ],
)
def test_places_that_body_and_annex_name_differently_are_raised(content: str, found: list[str]) -> None:
    raised_here = raised("body_contradicts", warnings(row(content=content), head=GOOD_HEAD + BODY))
    assert [one.text.split(" ghi ")[1].split()[0] for one in raised_here] == found
    assert all("mục I.1 ghi" in one.text for one in raised_here)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("trên đường Võ Nguyên Giáp, đường Tây Yên Tử", {"đường": ["Võ Nguyên Giáp", "Tây Yên Tử"]}),
        ("các phường Lê Lợi, Trần Phú và xã Tân Mỹ", {"phường": ["Lê Lợi", "Trần Phú"], "xã": ["Tân Mỹ"]}),
        ("tổ dân phố Số 3, Phòng Nội vụ", {"tổ dân phố": ["Số 3"]}),
        ("thành phố Bắc Giang, UBND phường, xã; đường dây nóng; trường THCS", {}),
    ],
)
def test_names_of_places_are_found_after_the_words_for_them(text: str, names: dict[str, list[str]]) -> None:
    assert {kind: list(said.values()) for kind, said in contradictions.names(text).items()} == names


def test_two_plans_in_one_file_are_raised() -> None:
    other = GOOD_HEAD.replace("12/KH", "13/KH")
    (found,) = raised("several_plans", warnings(GOOD_ROW, head=f"{other}I. MỤC ĐÍCH\n{GOOD_HEAD}"))
    assert "13/KH-UBND, 12/KH-UBND" in found.text
