"""A document is understood as a plan: head, tasks, units, time; the shipped example from its first line to its last."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

import scheduler
from scheduler import documents, head, units
from scheduler.documents import UnreadableError, read_bytes
from scheduler.plan import Kind, Reading
from scheduler.reading import read_plan
from tests.scheduler.plan_files import HEADS, document, saved, tabbed, table

EXAMPLE = Path(scheduler.__file__).parent / "data" / "plans" / "bac-giang-2024.txt"


def understood(text: str, year: int | None = None) -> Reading:
    return read_plan(read_bytes("plan.txt", text.encode()), units.load(), year)


def annex(*times: str) -> str:
    """An annex with one task for each wording of time."""
    return tabbed(
        [HEADS, *[(str(place), f"Việc {place}", "Phòng VHTT", "", time, "") for place, time in enumerate(times, 1)]]
    )


@pytest.fixture(scope="module")
def example() -> Reading:
    return read_plan(documents.read(EXAMPLE), units.load())


def test_the_example_has_ten_tasks_with_their_leads_and_partners(example: Reading) -> None:
    assert [task.tt for task in example.tasks] == [str(number) for number in range(1, 11)]
    assert [tuple(owner.unit for owner in task.lead) for task in example.tasks] == [
        ("@all_depts+@all_wards",),
        ("bg.tt.vhtttt",),
        ("bg.tt.vhtttt", "@all_wards"),
        ("bg.p.vhtt",),
        ("bg.vp",),
        ("@all_wards",),
        ("@all_depts+@all_wards",),
        ("bg.p.gddt",),
        ("bg.p.vhtt",),
        ("bg.tt.vhtttt",),
    ]
    assert [tuple(owner.text for owner in task.support) for task in example.tasks] == [
        (),
        ("các cơ quan, đơn vị thành phố và UBND phường, xã",),
        ("Phòng VHTT",),
        ("các cơ quan, đơn vị thành phố và UBND phường, xã",),
        ("các cơ quan, đơn vị liên quan và UBND phường, xã",),
        ("Phòng Văn hóa và Thông tin", "Trung tâm Văn hóa TT&TT"),
        (),
        ("Các trường THCS",),
        (),
        ("Phòng VH TT",),
    ]


def test_the_example_keeps_its_words_without_the_remains_of_html(example: Reading) -> None:
    assert example.tasks[6].content == (
        "- Cập nhật danh mục, quy trình giải quyết TTHC theo cơ chế một cửa, một cửa liên thông trên Hệ thống phần mềm "
        "một cửa điện tử. - Tuyên truyền thông qua các hội nghị, lớp tập huấn."
    )
    assert example.tasks[6].time_text == "Thường xuyên (thực hiện khi có sự thay đổi về TTHC)"
    assert example.tasks[2].time_text == "Mỗi tuần/1 lần"


def test_the_example_reads_its_times_and_leaves_open_what_it_does_not_say(example: Reading) -> None:
    kinds = [task.schedule.kind for task in example.tasks]
    assert [place for place, kind in enumerate(kinds, 1) if kind is Kind.CONTINUOUS] == [1, 2, 4, 5, 6, 8]
    assert kinds[2] is Kind.RECURRING
    assert kinds[6] is Kind.EVENT
    assert [task.schedule.due for task in example.tasks[8:]] == [date(2024, 3, 31), date(2024, 3, 31)]
    assert all(task.proposal is not None for task in example.tasks if task.schedule.kind is Kind.CONTINUOUS)


def test_the_head_of_the_example_is_a_draft(example: Reading) -> None:
    plan = example.plan
    assert plan.title == "Tuyên truyền cải cách hành chính nhà nước thành phố Bắc Giang năm 2024"
    assert (plan.year, plan.number, plan.issued_on) == (2024, None, None)
    assert plan.issuer == "Chủ tịch UBND thành phố"
    assert plan.window == (date(2024, 1, 1), date(2024, 12, 31))


def test_what_was_understood_can_be_stored_and_read_again(example: Reading) -> None:
    assert Reading.from_json(example.to_json()) == example


def test_a_head_in_a_word_table_gives_number_date_and_issuer() -> None:
    made = document()
    table(
        made,
        [
            (
                "UBND THÀNH PHỐ BẮC GIANG\nPHÒNG NỘI VỤ\nSố: 12/KH-PNV",
                "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM\nĐộc lập - Tự do - Hạnh phúc\nBắc Giang, ngày 05 tháng 02 năm 2024",
            )
        ],
    )
    for line in (
        "KẾ HOẠCH",
        "Kiểm tra công tác",
        "cải cách hành chính năm 2024",
        "Căn cứ Kế hoạch số 9/KH-UBND ngày 01/01/2024",
    ):
        made.add_paragraph(line)
    table(made, [HEADS, ("1", "A", "Phòng Nội vụ", "", "Quý I", "")])
    plan = read_plan(read_bytes("plan.docx", saved(made)), units.load()).plan
    assert plan.number == "12/KH-PNV"
    assert plan.issued_on == date(2024, 2, 5)
    assert plan.issuer == "PHÒNG NỘI VỤ"
    assert plan.title == "Kiểm tra công tác cải cách hành chính năm 2024"


def test_an_annex_alone_tells_its_plan() -> None:
    text = "PHỤ LỤC\nDANH MỤC NHIỆM VỤ NĂM 2025\n(Kèm theo Kế hoạch số 7/KH-UBND ngày 15/01/2025 của UBND xã A)\n"
    plan = understood(text + annex("Quý I")).plan
    assert (plan.title, plan.number, plan.issued_on) == ("DANH MỤC NHIỆM VỤ NĂM 2025", "7/KH-UBND", date(2025, 1, 15))
    assert plan.issuer == "UBND xã A"


def test_numbers_of_other_papers_are_not_the_number_of_the_plan() -> None:
    text = "Số:      /KH-UBND\nKẾ HOẠCH\nTuyên truyền năm 2024\nCăn cứ Kế hoạch số 213/KH-UBND ngày 29/12/2023\n"
    plan = understood(text + annex("Quý I")).plan
    assert (plan.number, plan.issued_on) == (None, None)


@pytest.mark.parametrize(
    ("title", "first", "last"),
    [
        ("Tuyên truyền năm 2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("Tuyên truyền CCHC giai đoạn 2021 - 2025", date(2021, 1, 1), date(2025, 12, 31)),
        ("Nhiệm vụ năm học 2024-2025", date(2024, 9, 5), date(2025, 5, 31)),
        ("Công tác quý II/2024", date(2024, 4, 1), date(2024, 6, 30)),
        ("Công tác 6 tháng cuối năm 2024", date(2024, 7, 1), date(2024, 12, 31)),
        ("Công tác tháng 2/2024", date(2024, 2, 1), date(2024, 2, 29)),
        ("Kết quả năm 2023, nhiệm vụ năm 2024", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_title_names_the_time_of_its_plan(title: str, first: date, last: date) -> None:
    assert head.window_of(title) == (first, last)


@pytest.mark.parametrize("title", ["Tuyên truyền", "Giai đoạn 2025-2021", ""])
def test_a_title_without_a_year_names_none(title: str) -> None:
    assert head.window_of(title) is None


def test_the_year_comes_from_the_title_then_from_the_person_then_from_the_rows() -> None:
    titled = "KẾ HOẠCH\nTuyên truyền năm 2024\n"
    assert understood(titled + annex("Quý I"), year=2025).plan.year == 2024
    assert understood(annex("Quý I/2023"), year=2025).plan.year == 2025
    assert understood(annex("Quý I/2023", "Quý II")).plan.year == 2023


def test_without_any_year_a_plan_is_refused() -> None:
    with pytest.raises(UnreadableError, match="không nêu năm"):
        understood(annex("Quý I"))
    with pytest.raises(UnreadableError, match="không nêu năm"):
        understood(annex("Quý I/2023", "Quý II/2024"))


def test_a_document_without_tasks_is_refused() -> None:
    with pytest.raises(UnreadableError, match="không tìm thấy bảng nhiệm vụ"):
        understood("KẾ HOẠCH\nTuyên truyền năm 2024\nKính gửi các đơn vị.\n")


def test_an_owner_written_over_two_lines_is_told_on_one() -> None:
    made = document("KẾ HOẠCH năm 2024")
    table(made, [HEADS, ("1", "Đăng tin", "Phòng\nVHTT", "UBND\nphường, xã", "Thường xuyên", "")])
    (task,) = read_plan(read_bytes("plan.docx", saved(made)), units.load()).tasks
    assert [owner.text for owner in (*task.lead, *task.support)] == ["Phòng VHTT", "UBND phường, xã"]


def test_the_list_of_tasks_names_the_plan_where_nothing_else_does() -> None:
    text = "DANH MỤC NHIỆM VỤ TUYÊN TRUYỀN NĂM 2026\n" + annex("Quý I")
    assert understood(text).plan.title == "DANH MỤC NHIỆM VỤ TUYÊN TRUYỀN NĂM 2026"
    assert understood(text).tasks[0].schedule.due == date(2026, 3, 31)
