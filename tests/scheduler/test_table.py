"""The annex is found by its heads and read row by row, in whatever layout an office has chosen."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.columns import Role, role_of
from scheduler.documents import UnreadableError, read_bytes
from scheduler.table import MAX_ROWS, Row, rows
from tests.scheduler.plan_files import HEAD_LINES, HEADS, document, merge, piped, saved, tabbed, table

SHORT = ("TT", "Nội dung", "Chủ trì", "Phối hợp", "Thời gian")


def read(data: bytes | str, name: str = "") -> list[Row]:
    """The rows of a file: of a Word file when it is bytes, else of a text."""
    if isinstance(data, bytes):
        return list(rows(read_bytes(name or "plan.docx", data)))
    return list(rows(read_bytes(name or "plan.txt", data.encode())))


def short(found: Sequence[Row]) -> list[tuple[str, ...]]:
    """The cells of rows under the heads of SHORT."""
    return [(row.tt, row.content, row.lead_cell, row.support_cell, row.time_text) for row in found]


@pytest.mark.parametrize(
    ("head", "role"),
    [
        ("STT", Role.TT),
        ("Số TT", Role.TT),
        ("Nội dung, nhiệm vụ", Role.CONTENT),
        ("Nhiệm vụ trọng tâm", Role.CONTENT),
        ("N0i dung c0ng việc", Role.CONTENT),
        ("Cơ quan chủ tri", Role.LEAD),
        ("Đơn vị thực hiện", Role.LEAD),
        ("Bộ phận phụ trách", Role.LEAD),
        ("Cơ quan, đơn vị phối hợp", Role.SUPPORT),
        ("Cơ quan phốl hợp", Role.SUPPORT),
        ("Thờỉ gian thực hiện", Role.TIME),
        ("Th0i g1an", Role.TIME),
        ("Tiến độ hoàn thành", Role.TIME),
        ("Hoàn thành", Role.TIME),
        ("Sản phẩm hoàn thành", Role.NOTE),
        ("Kết quả thực hiện nhiệm vụ", Role.NOTE),
        ("Ghl chú", Role.NOTE),
        ("Đơn vị tính", None),
        ("Họ và tên", None),
        ("", None),
    ],
)
def test_a_head_is_known_by_its_words(head: str, role: Role | None) -> None:
    assert role_of(head) is role


def test_columns_may_stand_in_any_order_and_as_above_takes_the_cell_above() -> None:
    found = read(
        tabbed(
            [
                ("Thời hạn", "Nhiệm vụ", "Đơn vị phối hợp", "Bộ phận phụ trách", "Số TT"),
                ("Quý I", "A", "Phòng QLĐT", "Văn phòng", "1"),
                ("nt", "B", "-nt-", '"', "2."),
                ("Như trên", "C", "-", "''", "3)"),
                ("n.t", "D", "nt", "Phòng Nội vụ", "4"),
            ]
        )
    )
    assert short(found) == [
        ("1", "A", "Văn phòng", "Phòng QLĐT", "Quý I"),
        ("2", "B", "Văn phòng", "Phòng QLĐT", "Quý I"),
        ("3", "C", "Văn phòng", "", "Quý I"),
        ("4", "D", "Phòng Nội vụ", "", "Quý I"),
    ]


@pytest.mark.parametrize("merged", [True, False])
def test_heads_may_take_two_rows_and_a_row_of_column_numbers_is_none(merged: bool) -> None:
    made = document(*HEAD_LINES)
    added = table(
        made,
        [
            ("TT", "Nội dung", "Phân công", "", "Thời gian hoàn thành"),
            ("", "", "Chủ trì", "Phối hợp", ""),
            ("(1)", "(2)", "(3)", "(4)", "(5)"),
            ("1", "Lắp pano", "Phòng VHTT", "UBND phường, xã", "Quý I/2024"),
        ],
    )
    if merged:
        merge(added, (0, 2), (0, 3))
        for column in (0, 1, 4):
            merge(added, (0, column), (1, column))
    assert short(read(saved(made))) == [("1", "Lắp pano", "Phòng VHTT", "UBND phường, xã", "Quý I/2024")]


def test_cells_merged_down_hold_for_every_row_they_cover() -> None:
    made = document()
    added = table(
        made,
        [SHORT, ("1", "A", "Phòng VHTT", "Thành đoàn", "Quý I"), ("2", "B", "", "", "Quý II"), ("3", "C", "", "x", "")],
    )
    merge(added, (1, 2), (3, 2))
    merge(added, (1, 3), (2, 3))
    merge(added, (2, 4), (3, 4))
    assert short(read(saved(made))) == [
        ("1", "A", "Phòng VHTT", "Thành đoàn", "Quý I"),
        ("2", "B", "Phòng VHTT", "Thành đoàn", "Quý II"),
        ("3", "C", "Phòng VHTT", "x", "Quý II"),
    ]


def test_several_owners_beside_one_merged_task_are_one_task_and_several_times_are_several() -> None:
    made = document()
    added = table(
        made,
        [
            SHORT,
            ("1", "A", "Phòng Nội vụ", "", "Quý I"),
            ("", "", "Phòng Tư pháp", "", ""),
            ("2", "B", "Phòng Nội vụ", "", "Quý I"),
            ("", "", "", "", "Quý III"),
        ],
    )
    for first, last, columns in ((1, 2, (0, 1)), (3, 4, (0, 1, 2))):
        for column in columns:
            merge(added, (first, column), (last, column))
    assert short(read(saved(made))) == [
        ("1", "A", "Phòng Nội vụ\nPhòng Tư pháp", "", "Quý I"),
        ("2", "B", "Phòng Nội vụ", "", "Quý I"),
        ("2", "B", "Phòng Nội vụ", "", "Quý III"),
    ]


def test_months_that_are_ticked_are_told_in_words() -> None:
    made = document()
    ticked = ["x" if month % 3 == 0 else "" for month in range(1, 13)]
    added = table(
        made,
        [
            ("TT", "Nội dung công việc", "Chủ trì", "Thời gian thực hiện (tháng)", *[""] * 11),
            ("", "", "", *(str(month) for month in range(1, 13))),
            ("1", "Phát thanh", "Phòng VHTT", *ticked),
            ("2", "Hội nghị", "Phòng Nội vụ", *["✓" if month == 5 else "" for month in range(1, 13)]),
        ],
    )
    merge(added, (0, 3), (0, 14))
    for column in (0, 1, 2):
        merge(added, (0, column), (1, column))
    assert [row.time_text for row in read(saved(made))] == ["Tháng 3, 6, 9, 12", "Tháng 5"]


@pytest.mark.parametrize(
    ("heads", "marks", "time"),
    [
        (("Quý I", "Quý II", "Quý III", "Quý IV"), ("X", "", "x", ""), "Quý I, III"),
        (("Q1", "Q2", "Q3", "Q4"), ("", "✔", "", "●"), "Quý II, IV"),
        (("T1", "T2", "T3", "T4"), ("x", "x", "", ""), "Tháng 1, 2"),
        (("Tháng 01", "Tháng 02", "Tháng 03", "Tháng 04"), ("", "", "", "1"), "Tháng 4"),
        (("Quý I", "Quý II", "Quý IlI", "Quý IV"), ("", "Trước 15/5", "x", ""), "Quý III; Trước 15/5"),
        (("Quý I", "Quý II", "Quý III", "Quý IV"), ("", "", "", ""), ""),
    ],
)
def test_quarters_and_months_have_many_spellings_and_many_ticks(
    heads: Sequence[str], marks: Sequence[str], time: str
) -> None:
    found = read(piped([("TT", "Nhiệm vụ", "Đơn vị thực hiện", *heads, "Ghi chú"), ("1", "A", "B", *marks, "rõ")]))
    assert [(row.time_text, row.note) for row in found] == [(time, "rõ")]


def test_a_beginning_and_an_end_make_a_span() -> None:
    heads = ("TT", "Nội dung", "Lãnh đạo phụ trách", "Đơn vị chủ trì", "Bắt đầu", "Kết thúc")
    found = read(piped([heads, ("1", "A", "Ông B", "Phòng VHTT", "01/3/2024", "30/4/2024")]))
    assert (found[0].lead_cell, found[0].time_text) == ("Phòng VHTT", "Từ 01/3/2024 đến 30/4/2024")


def test_rows_of_headings_become_the_group_of_the_rows_below() -> None:
    made = document()
    added = table(
        made,
        [
            ("DANH MỤC NHIỆM VỤ NĂM 2024", "", "", "", ""),
            SHORT,
            ("A", "CHỈ ĐẠO", "", "", ""),
            ("1", "Việc", "Phòng Nội vụ", "", "Quý I"),
            ("", "TUYÊN TRUYỀN", "", "", ""),
            ("2", "Việc", "Phòng VHTT", "", "Quý I"),
            ("III. Kiểm tra", "", "", "", ""),
            ("3", "Việc", "Phòng Nội vụ", "", "Quý I"),
            ("4", "Nhóm việc", "", "", ""),
            ("4.1", "Việc", "Phòng Nội vụ", "", "Quý I"),
            ("5", "Việc không ai làm", "", "", ""),
            ("", "Tổng cộng", "", "", ""),
        ],
    )
    merge(added, (0, 0), (0, 4))
    merge(added, (2, 1), (2, 4))
    merge(added, (6, 0), (6, 4))
    assert [(row.tt, row.group) for row in read(saved(made))] == [
        ("1", "A. CHỈ ĐẠO"),
        ("2", "TUYÊN TRUYỀN"),
        ("3", "III. Kiểm tra"),
        ("4.1", "4. Nhóm việc"),
        ("5", "III. Kiểm tra"),
    ]


def test_a_heading_may_stand_in_the_column_of_numbers_alone() -> None:
    made = document()
    added = table(made, [HEADS, ("I. Nhóm", "", "", "", "", ""), ("1", "A", "B", "", "Quý I", "")])
    merge(added, (1, 0), (1, 4))
    merged = read(saved(made))
    alone = read(piped([HEADS, ("I. Nhóm", "", "", "", "", ""), ("1", "A", "B", "", "Quý I", "")]))
    assert [(row.tt, row.group) for row in merged] == [(row.tt, row.group) for row in alone] == [("1", "I. Nhóm")]


def test_a_bold_row_without_number_is_a_heading() -> None:
    found = read(piped([SHORT, ("", "**Nhóm việc**", "", "", ""), ("1", "A", "B", "", "Quý I")]), "plan.md")
    assert [(row.tt, row.group, row.content) for row in found] == [("1", "Nhóm việc", "A")]


def test_lettered_and_dashed_parts_of_a_number_are_tasks_under_it() -> None:
    found = read(
        piped(
            [
                SHORT,
                ("1", "Nhóm một", "", "", ""),
                ("a", "Việc a", "P. A", "", "Quý I"),
                ("2", "Nhóm hai", "", "", ""),
                ("-", "Việc x", "P. X", "", "Quý I"),
                ("-", "Việc y", "P. Y", "", "Quý I"),
                ("3", "Việc ba", "P. C", "", "Quý I"),
            ]
        )
    )
    assert [(row.tt, row.group, row.content) for row in found] == [
        ("a", "1. Nhóm một", "Việc a"),
        ("", "2. Nhóm hai", "Việc x"),
        ("", "2. Nhóm hai", "Việc y"),
        ("3", "", "Việc ba"),
    ]


SPLIT = (
    ("1", "Tuyên truyền trên hệ thống", "UBND các phường,", "Phòng VHTT", "Thường"),
    ("", "đài truyền thanh cơ sở", "xã", "Phòng Nội vụ", "xuyên"),
    ("2", "Việc hai", "Phòng Nội vụ", "", "Quý II"),
)
JOINED = [
    (
        "1",
        "Tuyên truyền trên hệ thống đài truyền thanh cơ sở",
        "UBND các phường, xã",
        "Phòng VHTT\nPhòng Nội vụ",
        "Thường xuyên",
    ),
    ("2", "Việc hai", "Phòng Nội vụ", "", "Quý II"),
]


def test_a_row_that_a_page_break_has_cut_is_joined_over_the_repeated_head() -> None:
    made = document()
    table(made, [SHORT, SPLIT[0], SHORT, *SPLIT[1:]])
    assert short(read(saved(made))) == JOINED
    assert short(read(tabbed([SHORT, SPLIT[0]]) + "\n\n" + tabbed([SHORT, *SPLIT[1:]]))) == JOINED


@pytest.mark.parametrize("repeated", [True, False])
def test_one_annex_may_be_made_of_several_tables(repeated: bool) -> None:
    made = document()
    table(made, [SHORT, SPLIT[0]])
    made.add_paragraph("")
    table(made, [SHORT, *SPLIT[1:]] if repeated else SPLIT[1:])
    assert short(read(saved(made))) == JOINED


def test_a_number_may_be_repeated_where_a_page_break_has_cut_its_row() -> None:
    first, rest, following = SPLIT
    found = read(tabbed([SHORT, first]) + "\n\n" + tabbed([SHORT, ("1", *rest[1:]), following]))
    assert short(found) == JOINED


def test_tables_of_the_head_and_of_the_signature_are_no_annex() -> None:
    made = document()
    table(made, [("UBND THÀNH PHỐ\nSố: 5/KH-UBND", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM")])
    table(made, [("TT", "Nội dung", "Kinh phí"), ("1", "Pano", "10 triệu")])
    made.add_section()
    table(made, [SHORT, ("1", "A", "B", "", "Quý I")])
    table(made, [("Nơi nhận:\n- Lưu: VT", "KT. CHỦ TỊCH\nPHÓ CHỦ TỊCH")])
    assert short(read(saved(made))) == [("1", "A", "B", "", "Quý I")]


def test_paragraphs_and_bullets_of_owners_stay_on_lines_of_their_own() -> None:
    made = document()
    table(made, [SHORT, ("1", "- Một.\n- Hai.", "- Phòng Nội vụ\n- Phòng Tư pháp", "", "Quý I")])
    assert short(read(saved(made))) == [("1", "- Một. - Hai.", "- Phòng Nội vụ\n- Phòng Tư pháp", "", "Quý I")]


def test_one_column_may_name_leads_and_partners_under_labels() -> None:
    heads = ("TT", "Nội dung", "Đơn vị chủ trì, phối hợp", "Thời gian")
    found = read(piped([heads, ("1", "A", "Chủ trì: Phòng VHTT<br>Phối hợp: UBND phường, xã", "Quý I")]))
    assert (found[0].lead_cell, found[0].support_cell) == ("Phòng VHTT", "UBND phường, xã")


def test_a_cell_merged_over_lead_and_partner_names_the_lead_only() -> None:
    made = document()
    added = table(made, [SHORT, ("1", "A", "Các cơ quan, đơn vị", "", "Quý I")])
    merge(added, (1, 2), (1, 3))
    assert short(read(saved(made))) == [("1", "A", "Các cơ quan, đơn vị", "", "Quý I")]


def test_products_and_notes_are_both_kept() -> None:
    heads = ("TT", "Nhiệm vụ", "Sản phẩm", "Chủ trì", "Thời gian", "Ghi chú")
    found = read(piped([heads, ("1", "A", "Kế hoạch", "B", "Quý I", "gấp"), ("2", "C", "Báo cáo", "D", "Quý I", "")]))
    assert [row.note for row in found] == ["Kế hoạch; gấp", "Báo cáo"]


def test_a_table_without_numbers_is_counted() -> None:
    heads = ("Nội dung", "Chủ trì", "Thời gian")
    plain = read(piped([heads, ("Việc một", "A", "Quý I"), ("Việc hai", "B", "Quý I")]))
    inside = read(piped([heads, ("4. Việc một", "A", "Quý I"), ("5. Việc hai", "B", "Quý I")]))
    assert [(row.tt, row.content) for row in plain] == [("1", "Việc một"), ("2", "Việc hai")]
    assert [(row.tt, row.content) for row in inside] == [("4", "Việc một"), ("5", "Việc hai")]


def test_numbers_that_a_scanner_misread_are_set_right() -> None:
    found = read(tabbed([SHORT, ("l", "A", "B", "", "Quý I"), ("1O", "C", "D", "", "Quý IlI"), ("2.I", "E", "F")]))
    assert [(row.tt, row.time_text) for row in found] == [("1", "Quý I"), ("10", "Quý IlI"), ("2.I", "")]


def test_a_line_break_inside_a_tabbed_cell_does_not_make_a_row() -> None:
    text = (
        "TT\tNội dung\tChủ trì\tThời gian\n1\t- A\n- B\tPhòng VHTT\tQuý I\n2\tC\tPhòng NV\n\nI. Nhóm\n3\tD\tPhòng NV\n"
    )
    assert [(row.tt, row.group, row.content, row.lead_cell) for row in read(text)] == [
        ("1", "", "- A - B", "Phòng VHTT"),
        ("2", "", "C", "Phòng NV"),
        ("3", "I. Nhóm", "D", "Phòng NV"),
    ]


def test_columns_kept_apart_by_spaces_are_read_with_their_wrapped_lines() -> None:
    text = """PHỤ LỤC

TT   Nội dung                       Chủ trì            Phối hợp        Thời gian
1    Lắp đặt pano tuyên truyền      Phòng VHTT         UBND phường,    Quý I/2024
     trên các tuyến đường                              xã
2    Đăng tin trên các trang thông tin điện tử Trung tâm VHTT&TT       Hằng tháng

II   CÔNG TÁC KHÁC
3    Tập huấn                       Phòng Nội vụ       nt              Trước 30/6/2024

Nơi nhận:                           KT. CHỦ TỊCH
- Lưu VT.                           PHÓ CHỦ TỊCH
"""
    found = read(text)
    assert short(found)[:2] == [
        ("1", "Lắp đặt pano tuyên truyền trên các tuyến đường", "Phòng VHTT", "UBND phường, xã", "Quý I/2024"),
        ("2", "Đăng tin trên các trang thông tin điện tử", "Trung tâm VHTT&TT", "", "Hằng tháng"),
    ]
    assert [(row.tt, row.group, row.lead_cell) for row in found[2:]] == [("3", "II. CÔNG TÁC KHÁC", "Phòng Nội vụ")]


def test_a_bordered_table_of_text_is_read() -> None:
    text = """+----+----------+---------+-----------+
| TT | Nội dung | Chủ trì | Thời gian |
+====+==========+=========+===========+
| 1  | Pano     | Phòng A | Quý I     |
|    | khu phố  |         |           |
+----+----------+---------+-----------+
| 2  | Loa      | nt      | Quý II    |
+----+----------+---------+-----------+
"""
    assert short(read(text)) == [("1", "Pano khu phố", "Phòng A", "", "Quý I"), ("2", "Loa", "Phòng A", "", "Quý II")]


def test_letters_in_parts_line_ends_and_html_make_no_difference() -> None:
    plain = tabbed([SHORT, ("1", "Đăng tin", "Phòng VH&TT", "UBND phường, xã", "Quý I/2024")])
    spoilt = plain.replace("Đăng tin", "<p>Đăng&nbsp;tin</p>").replace("VH&TT", "VH&amp;TT").replace(" I/", "\u00a0I/")
    spoilt = "\ufeff" + unicodedata.normalize("NFD", spoilt).replace("\n", "\r\n")
    assert read(spoilt) == read(plain)
    assert len(read(plain)) == 1


LABELLED = """KẾ HOẠCH
I. MỤC ĐÍCH
1. Nâng cao nhận thức
II. NHIỆM VỤ
1. Lắp đặt pano
- Đơn vị chủ trì: Phòng VHTT
- Đơn vị phối hợp:
  + UBND phường, xã;
  + Phòng QLĐT.
- Thời gian: Quý I/2024.
- Sản phẩm: 10 pano
2. Đăng tin, bài; đơn vị chủ trì: Trung tâm VHTT&TT; phối hợp: Thành đoàn; thời gian thực hiện: hằng tháng.
3. Tập huấn (Chủ trì: Phòng Nội vụ; hoàn thành: trước 30/6/2024)
4. Trang trí
a) Tại cổng chào
b) Tại trung tâm
Cơ quan thực hiện: Phòng VHTT
Thời hạn: Quý II
Nơi nhận:
5. Lưu: VT, thời gian: mãi mãi
"""


def test_numbered_prose_with_labels_is_read() -> None:
    found = read(LABELLED)
    assert short(found) == [
        ("1", "Lắp đặt pano", "Phòng VHTT", "UBND phường, xã\nPhòng QLĐT", "Quý I/2024"),
        ("2", "Đăng tin, bài", "Trung tâm VHTT&TT", "Thành đoàn", "hằng tháng"),
        ("3", "Tập huấn", "Phòng Nội vụ", "", "trước 30/6/2024"),
        ("4", "Trang trí a) Tại cổng chào b) Tại trung tâm", "Phòng VHTT", "", "Quý II"),
    ]
    assert {row.group for row in found} == {"II. NHIỆM VỤ"}
    assert found[0].note == "10 pano"


@pytest.mark.parametrize(
    ("sentence", "cells"),
    [
        (
            "Phòng VHTT chủ trì, phối hợp với UBND phường, xã lắp đặt pano, hoàn thành trước ngày 30/6/2024.",
            ("Lắp đặt pano", "Phòng VHTT", "UBND phường, xã", "hoàn thành trước ngày 30/6/2024"),
        ),
        (
            "Giao Phòng Nội vụ tổ chức tập huấn trong quý II/2024.",
            ("Tổ chức tập huấn", "Phòng Nội vụ", "", "trong quý II/2024"),
        ),
        (
            "Đăng tin, bài (Phòng VHTT chủ trì; Thành đoàn phối hợp; thực hiện hằng tháng).",
            ("Đăng tin, bài", "Phòng VHTT", "Thành đoàn", "hằng tháng"),
        ),
        (
            "Lắp pano: Phòng VHTT chủ trì, UBND phường, xã phối hợp, hoàn thành trước 30/6.",
            ("Lắp pano", "Phòng VHTT", "UBND phường, xã", "hoàn thành trước 30/6"),
        ),
        (
            "Lắp pano. Phòng VHTT chủ trì, phối hợp với UBND phường, xã, thực hiện trong quý I.",
            ("Lắp pano", "Phòng VHTT", "UBND phường, xã", "trong quý I"),
        ),
        (
            "Lắp pano - Phòng VHTT chủ trì, UBND phường, xã phối hợp - Tháng 3/2024.",
            ("Lắp pano", "Phòng VHTT", "UBND phường, xã", "Tháng 3/2024"),
        ),
        (
            "Phòng Văn hóa - Xã hội chủ trì, phối hợp với Công an lắp đặt pano trong quý I.",
            ("Lắp đặt pano", "Phòng Văn hóa - Xã hội", "Công an", "trong quý I"),
        ),
        (
            "UBND các phường, xã phát thanh mỗi tuần 1 lần.",
            ("Phát thanh", "UBND các phường, xã", "", "mỗi tuần 1 lần"),
        ),
        (
            "Niêm yết; đơn vị chủ trì: Văn phòng, hoàn thành trong tháng 3/2024.",
            ("Niêm yết", "Văn phòng", "", "hoàn thành trong tháng 3/2024"),
        ),
    ],
)
def test_numbered_sentences_are_read(sentence: str, cells: tuple[str, ...]) -> None:
    assert short(read(f"1. {sentence}\n")) == [("1", *cells)]


def test_heads_broken_over_two_printed_lines_are_one_head() -> None:
    text = (
        "TT  Nội dung, nhiệm vụ         Cơ quan          Cơ quan          Thời gian\n"
        "                               chủ trì          phối hợp         thực hiện\n"
        "1   Biên tập tài liệu          Phòng Nội vụ     Phòng Tư pháp    Quý I/2024\n"
        "    tuyên truyền\n"
    )
    assert short(read(text)) == [("1", "Biên tập tài liệu tuyên truyền", "Phòng Nội vụ", "Phòng Tư pháp", "Quý I/2024")]


def test_a_row_that_a_page_has_broken_after_repeated_heads_is_no_second_line_of_them() -> None:
    text = tabbed([SHORT, ("1", "Tuyên truyền trên loa,", "Phòng VHTT", "", "Quý I"), SHORT, ("", "trên mạng xã hội")])
    assert [row.content for row in read(text)] == ["Tuyên truyền trên loa, trên mạng xã hội"]


def test_parts_have_the_lead_of_the_row_that_they_stand_under() -> None:
    found = read(
        tabbed(
            [
                SHORT,
                ("1", "Trực quan", "Phòng VHTT", "", ""),
                ("a)", "Treo băng rôn", "", "", "Quý I"),
                ("b)", "Lắp pa nô", "", "Thành đoàn", "Quý II"),
                ("2", "Báo cáo", "", "", "Hằng quý"),
                ("2.1", "Báo cáo của phường", "UBND phường, xã", "", ""),
                ("2.2", "Báo cáo của thành phố", "Phòng Nội vụ", "", "Tháng 12"),
            ]
        )
    )
    assert short(found) == [
        ("a", "Treo băng rôn", "Phòng VHTT", "", "Quý I"),
        ("b", "Lắp pa nô", "Phòng VHTT", "Thành đoàn", "Quý II"),
        ("2.1", "Báo cáo của phường", "UBND phường, xã", "", "Hằng quý"),
        ("2.2", "Báo cáo của thành phố", "Phòng Nội vụ", "", "Tháng 12"),
    ]
    assert [row.group for row in found] == ["1. Trực quan"] * 2 + ["2. Báo cáo"] * 2


def test_parts_that_name_nobody_and_no_time_are_what_the_row_consists_of() -> None:
    whole = ("1", "Phát thanh", "Phòng VHTT", "", "Quý I")
    found = read(tabbed([SHORT, whole, ("a)", "Viết bài", "", "", ""), ("b)", "Phát lại", "", "", "")]))
    assert short(found) == [("1", "Phát thanh a) Viết bài b) Phát lại", "Phòng VHTT", "", "Quý I")]


def test_tables_under_headings_of_their_own_are_groups() -> None:
    made = document("PHỤ LỤC I", "LĨNH VỰC THỂ CHẾ")
    table(made, [SHORT, ("1", "Rà soát", "Phòng Tư pháp", "", "Quý I")])
    made.add_paragraph("PHỤ LỤC II\nLĨNH VỰC CHUYỂN ĐỔI SỐ")
    made.add_paragraph("(Kèm theo Kế hoạch số 12/KH-UBND)")
    table(made, [("TT", "Nhiệm vụ", "Đơn vị thực hiện", "Hạn"), ("1", "Tập huấn", "Phòng VHTT", "Quý II")])
    found = read(saved(made))
    assert [(row.group, row.content) for row in found] == [
        ("LĨNH VỰC THỂ CHẾ", "Rà soát"),
        ("LĨNH VỰC CHUYỂN ĐỔI SỐ", "Tập huấn"),
    ]


@pytest.mark.parametrize("above", ["PHỤ LỤC (tiếp theo)", "", "2"])
def test_a_table_that_goes_on_over_a_page_is_no_group(above: str) -> None:
    made = document("II. NHIỆM VỤ")
    table(made, [SHORT, ("1", "Rà soát", "Phòng Tư pháp", "", "Quý I")])
    made.add_paragraph(above)
    table(made, [SHORT, ("2", "Tập huấn", "Phòng VHTT", "", "Quý II")])
    assert [row.group for row in read(saved(made))] == ["", ""]


def test_other_words_for_as_above_and_for_nobody() -> None:
    found = read(
        tabbed(
            [
                SHORT,
                ("1", "A", "Phòng VHTT", "Thành đoàn", "Quý I"),
                ("2", "B", "Phòng Nội vụ", "Không", "Quý II"),
                ("3", "C", "//", "-//-", "Như mục 1"),
            ]
        )
    )
    assert short(found)[1:] == [
        ("2", "B", "Phòng Nội vụ", "", "Quý II"),
        ("3", "C", "Phòng Nội vụ", "", "Quý I"),
    ]


@pytest.mark.parametrize("time", ["Quý I1", "Quý 1I", "Quý l1", "Quý 1v", "Q1l"])
def test_a_quarter_spoilt_by_scanning_is_read_as_it_stands(time: str) -> None:
    assert [row.time_text for row in read(tabbed([SHORT, ("1", "A", "Phòng VHTT", "", time)]))] == [time]


def test_scanned_tens_are_numbers() -> None:
    found = read(tabbed([SHORT, *[(tt, "A", "Phòng VHTT", "", "Quý I") for tt in ("9", "lO", "l1")]]))
    assert [row.tt for row in found] == ["9", "10", "11"]


def test_letters_with_labels_of_their_own_are_tasks_beside_the_number() -> None:
    text = (
        "1. Treo băng rôn. Chủ trì: Phòng VHTT. Thời gian: Quý I/2024.\n"
        "a) Thiết kế mẫu. Chủ trì: Thành đoàn. Thời gian: Tháng 1/2024.\n"
    )
    assert short(read(text)) == [
        ("1", "Treo băng rôn.", "Phòng VHTT", "", "Quý I/2024"),
        ("a", "Thiết kế mẫu.", "Thành đoàn", "", "Tháng 1/2024"),
    ]


def test_dashes_under_a_unit_with_times_of_their_own_are_its_tasks() -> None:
    text = (
        "1. Phòng Văn hóa và Thông tin\n- Đăng tin trên Trang thông tin điện tử, hằng tuần.\n"
        "- Lắp đặt pano, hoàn thành trước ngày 31/3/2024.\n"
    )
    assert short(read(text)) == [
        ("1.1", "Đăng tin trên Trang thông tin điện tử", "Phòng Văn hóa và Thông tin", "", "hằng tuần"),
        ("1.2", "Lắp đặt pano", "Phòng Văn hóa và Thông tin", "", "hoàn thành trước ngày 31/3/2024"),
    ]


def test_duties_told_again_after_labelled_tasks_are_no_tasks_unless_they_have_a_time() -> None:
    text = (
        "II. NHIỆM VỤ\n1. Lắp pano\n- Chủ trì: Phòng VHTT\n- Thời gian: Quý I/2024\n"
        "III. TỔ CHỨC THỰC HIỆN\n1. Phòng Nội vụ: Theo dõi việc thực hiện Kế hoạch.\n"
        "2. Phòng Nội vụ: Tổng hợp báo cáo trước ngày 15/12/2024.\n"
    )
    assert [(row.tt, row.content) for row in read(text)] == [("1", "Lắp pano"), ("2", "Tổng hợp báo cáo")]


def test_prose_in_a_word_file_is_read_too() -> None:
    assert len(read(saved(document(*LABELLED.splitlines())))) == 4


def test_a_text_without_tasks_has_no_rows() -> None:
    assert read("Kính gửi: Phòng Nội vụ\n1. Mục đích\nNâng cao nhận thức.\n") == []


def test_more_rows_than_a_plan_can_have_are_refused() -> None:
    with pytest.raises(UnreadableError, match="quá nhiều dòng"):
        read(tabbed([HEADS, *[("1", "A", "B", "", "C", "")] * MAX_ROWS]))


CONTENTS = ("Lắp đặt pano", "Đăng tin, bài", "- Rà soát. - Niêm yết.", 'Thi viết "Sáng kiến"', "Tập huấn 04 lớp")
OWNERS = ("Phòng VHTT", "Các cơ quan, đơn vị và UBND phường, xã", "Trung tâm VH TT&TT")
TIMES = ("Thường xuyên", "Quý I/2024", "Trước ngày 30/6/2024", "Mỗi tuần/1 lần")
TASK = st.tuples(
    st.sampled_from(CONTENTS),
    st.sampled_from(OWNERS),
    st.sampled_from(("", *OWNERS)),
    st.sampled_from(TIMES),
    st.sampled_from(("", "gấp")),
)


def padded(rows_: Sequence[Sequence[str]]) -> str:
    """Columns kept apart by spaces."""
    widths = [max(len(cell) for cell in column) + 3 for column in zip(*rows_, strict=True)]
    return "\n".join("".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in rows_)


@given(st.lists(TASK, min_size=1, max_size=6), st.permutations(range(5)))
def test_the_same_plan_reads_the_same_in_every_layout(tasks: list[tuple[str, ...]], order: list[int]) -> None:
    table_rows = [HEADS, *[(str(number), *task) for number, task in enumerate(tasks, 1)]]
    expected = [Row(str(number), "", *task) for number, task in enumerate(tasks, 1)]
    shuffled = [(row[0], *[row[1 + place] for place in order]) for row in table_rows]
    assert read(tabbed(shuffled)) == expected
    assert read(piped(shuffled)) == expected
    assert read(padded(shuffled)) == expected


@settings(max_examples=15, deadline=None)
@given(st.lists(TASK, min_size=1, max_size=4), st.permutations(range(6)))
def test_the_same_plan_reads_the_same_in_a_word_file(tasks: list[tuple[str, ...]], order: list[int]) -> None:
    table_rows = [HEADS, *[(str(number), *task) for number, task in enumerate(tasks, 1)]]
    made = document()
    table(made, [[row[place] for place in order] for row in table_rows])
    assert read(saved(made)) == [Row(str(number), "", *task) for number, task in enumerate(tasks, 1)]
