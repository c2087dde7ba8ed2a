"""Files become one neutral form: text that is readable, tables as grids, and a clear word when a file is no plan."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress
from pathlib import Path

import pytest
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from hypothesis import given
from hypothesis import strategies as st

from scheduler import documents
from scheduler.documents import Paragraph, Table, UnreadableError, read_bytes
from scheduler.documents.document import Document
from scheduler.table import rows
from tests.scheduler.plan_files import HEADS, document, merge, saved, table

ANY = (
    st.text(st.sampled_from("<>&;*aibrulp/!-#mt \n\r\t|.:0123Iế\u0301\u00a0\u00ad\u200b\uf0b7Nội dungchủtrì"))
    | st.text()
)


def grid_of(made: Document) -> list[list[str]]:
    found = next(block for block in made.blocks if isinstance(block, Table))
    return [[cell.text for cell in row] for row in found.rows]


PLAN = "KẾ HOẠCH\nTT\tNội dung\tChủ trì\n1\tViệc một\tPhòng Nội vụ\n"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_unicode_in_any_coding_is_read(coding: str) -> None:
    assert grid_of(read_bytes("plan.txt", PLAN.encode(coding)))[1] == ["1", "Việc một", "Phòng Nội vụ"]


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("plan.txt", b"", "tệp rỗng"),
        ("plan.txt", b" \n\n ", "không có chữ nào"),
        ("plan.txt", b"K\xea\xec ho\xe0ch tuy\xean truy\xea\xccn", "bảng mã"),
        (
            "plan.txt",
            "Kế hoạch tuyên truyền cải cách hành chính".encode().decode("cp1252", "replace").encode(),
            "bảng mã",
        ),
        ("plan.txt", "KÕ ho¹ch tuyªn truyÒn c¶i c¸ch hµnh chÝnh n¨m 2024 cña thµnh phè".encode(), "bảng mã"),
        ("plan.txt", b"abc\x00def", "không phải tệp văn bản"),
        ("plan.txt", b"PK\x03\x04rest", "không phải tệp văn bản"),
        ("plan.txt", b"a" * (documents.MAX_TEXT_BYTES + 1), "quá lớn"),
        ("plan.docx", b"not a document", "hỏng hoặc không phải"),
        ("plan.docx", b"PK\x03\x04broken", "hỏng hoặc không phải"),
        ("plan.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "kiểu cũ"),
        ("plan.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "mật khẩu"),
        ("plan.doc", b"x", "lưu thành .docx"),
        ("plan.pdf", b"%PDF-1.7", "PDF"),
        ("plan.exe", b"MZ", "các loại đọc được"),
    ],
)
def test_what_is_no_plan_is_refused_with_a_reason(name: str, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableError, match=reason) as refused:
        read_bytes(name, data)
    assert str(refused.value).startswith(f"{name}: ")


def test_an_archive_that_unpacks_to_too_much_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b" " * 60_000_000)
    with pytest.raises(UnreadableError, match="quá lớn"):
        read_bytes("plan.docx", buffer.getvalue())


def test_another_archive_is_not_taken_for_a_document() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(UnreadableError, match="không phải tệp Word"):
        read_bytes("plan.docx", buffer.getvalue())


def test_a_file_that_is_missing_a_folder_or_too_large_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="không có tệp này"):
        documents.read(tmp_path / "none.txt")
    with pytest.raises(UnreadableError, match="thư mục"):
        documents.read(tmp_path)
    large = tmp_path / "large.docx"
    with large.open("wb") as file:
        file.truncate(documents.MAX_BYTES + 1)
    with pytest.raises(UnreadableError, match="quá lớn"):
        documents.read(large)


@given(st.binary(max_size=400), st.sampled_from([".txt", ".md", ".docx", ".doc", ""]))
def test_any_bytes_are_read_or_refused(data: bytes, suffix: str) -> None:
    with suppress(UnreadableError):  # whatever else is raised fails
        rows(read_bytes(f"plan{suffix}", data))


@given(ANY)
def test_any_text_is_read_or_refused(text: str) -> None:
    for before in (
        "",
        "TT\tNội dung\tChủ trì\n",
        "| TT | Nội dung | Chủ trì |\n|--|--|--|\n",
        "TT   Nội dung   Chủ trì\n",
    ):
        with suppress(UnreadableError):
            rows(read_bytes("plan.md", (before + text).encode("utf-8", "replace")))


def test_merged_cells_stand_in_every_place_they_cover() -> None:
    made = document()
    added = table(made, [("a", "b", "c"), ("d", "e", "f")])
    merge(added, (0, 1), (0, 2))
    merge(added, (0, 0), (1, 0))
    read = next(block for block in read_bytes("plan.docx", saved(made)).blocks if isinstance(block, Table))
    assert [[cell.text for cell in row] for row in read.rows] == [["a", "b", "b"], ["a", "e", "f"]]
    assert read.rows[0][2].across
    assert read.rows[1][0].down
    assert not read.rows[1][1].down


def test_numbers_and_bullets_that_word_writes_itself_are_read() -> None:
    made = document()
    added = table(made, [("", "x"), ("", "một\nhai")])
    for row in added.rows:
        row.cells[0].paragraphs[0].style = made.styles["List Number"]
    for paragraph in added.cell(1, 1).paragraphs:
        paragraph.style = made.styles["List Bullet"]
    assert grid_of(read_bytes("plan.docx", saved(made))) == [["1.", "x"], ["2.", "- một\n- hai"]]


def test_deleted_text_is_left_out_and_inserted_text_is_read() -> None:
    made = document()
    paragraph = made.add_paragraph("Trước 30/6")
    for tag, text_tag, text in (("w:del", "w:delText", " cũ"), ("w:ins", "w:t", " mới")):
        change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(text_tag)
        words.text = text
        words.set(qn("xml:space"), "preserve")
        run.append(words)
        change.append(run)
        paragraph._p.append(change)
    assert [block.text for block in read_bytes("plan.docx", saved(made)).blocks if isinstance(block, Paragraph)] == [
        "Trước 30/6 mới"
    ]


def test_a_table_inside_a_cell_is_read_for_itself_too() -> None:
    made = document()
    inner = table(made, [("x", "y")]).cell(0, 0).add_table(2, 2)
    for row, texts in zip(inner.rows, (("TT", "Nội dung"), ("1", "Việc")), strict=True):
        for cell, text in zip(row.cells, texts, strict=True):
            cell.text = text
    tables = [block for block in read_bytes("plan.docx", saved(made)).blocks if isinstance(block, Table)]
    assert [[cell.text for cell in row] for row in tables[1].rows] == [["TT", "Nội dung"], ["1", "Việc"]]


def test_a_word_file_whose_table_is_made_of_tabs_has_a_table() -> None:
    made = document("KẾ HOẠCH", "\t".join(HEADS), "\t".join(("1", "Việc", "Phòng Nội vụ", "", "Quý I", "")))
    assert grid_of(read_bytes("plan.docx", saved(made)))[1] == ["1", "Việc", "Phòng Nội vụ", "", "Quý I", ""]


def test_escaped_pipes_and_breaks_in_markdown_are_part_of_the_cell() -> None:
    made = read_bytes("plan.md", b"| A | B | C |\n|---|:-:|---|\n| fanpage \\| Zalo | x<br>y | |\n")
    assert grid_of(made) == [["A", "B", "C"], ["fanpage | Zalo", "x\ny", ""]]


def test_a_quoted_cell_may_hold_line_breaks_and_plain_quotes_stay() -> None:
    text = 'TT\tNội dung\tChủ trì\n1\t"- A\n- B"\tPhòng Nội vụ\n2\tThi "Sáng kiến"\tThành đoàn\n'
    assert grid_of(read_bytes("plan.txt", text.encode()))[1:] == [
        ["1", "- A\n- B", "Phòng Nội vụ"],
        ["2", 'Thi "Sáng kiến"', "Thành đoàn"],
    ]


def test_columns_that_only_spaces_part_are_cut_where_they_begin() -> None:
    text = (
        "TT   Nội dung                     Chủ trì         Thời gian\n"
        "1    Lắp đặt pano tuyên truyền    Phòng VHTT      Quý I/2024\n"
        "     trên các tuyến đường\n"
        "2    Đăng tin                                     Hằng tháng\n"
    )
    cells = grid_of(read_bytes("plan.txt", text.encode()))
    assert cells[1] == ["1", "Lắp đặt pano tuyên truyền", "Phòng VHTT", "Quý I/2024"]
    assert cells[-1] == ["2", "Đăng tin", "", "Hằng tháng"]


HTML = """<p>KẾ HOẠCH</p>
<table border=1><tr><th rowspan="2">TT</th><th rowspan=2>Nội dung</th><th colspan=2>Phân công</th></tr>
<tr><th>Chủ trì<th>Phối hợp</tr>
<tr><td>1<td>Đăng tin &amp; ảnh<br>hằng tuần<td rowspan=2><p>Phòng VHTT</p><td>
<tr><td>2</td><td><ul><li>Họp</li></ul></td><td>Thành đoàn</td></tr></table>
Nơi nhận:"""


def test_a_table_in_html_is_a_grid_with_its_merged_cells() -> None:
    made = read_bytes("plan.txt", HTML.encode())
    assert grid_of(made) == [
        ["TT", "Nội dung", "Phân công", "Phân công"],
        ["TT", "Nội dung", "Chủ trì", "Phối hợp"],
        ["1", "Đăng tin & ảnh\nhằng tuần", "Phòng VHTT", ""],
        ["2", "- Họp", "Phòng VHTT", "Thành đoàn"],
    ]
    assert [block.text for block in made.blocks if isinstance(block, Paragraph)] == ["KẾ HOẠCH", "Nơi nhận:"]


def test_an_html_table_never_closed_or_with_spans_over_each_other_is_read_to_its_end() -> None:
    text = "<table><tr><td>a<td rowspan=9>b<td rowspan=3>c<tr><td colspan=3>d<td>e<tr><td>f"
    rows_ = grid_of(read_bytes("plan.txt", text.encode()))
    assert [row[0] for row in rows_] == ["a", "d", "f"]
    assert rows_[1][-1] == "e"


def test_marks_of_footnotes_and_hidden_words_are_not_read_but_square_metres_are() -> None:
    made = document("KẾ HOẠCH")
    cell = table(made, [("TT", "Nội dung"), ("1", "Đăng bài")]).cell(1, 1)
    words = cell.paragraphs[0]
    for text, raised, hidden in ((" (1)", True, False), (" trên 20 m", False, False), ("2", True, False)):
        run = words.add_run(text)
        run.font.superscript, run.font.hidden = raised, hidden
    words.add_run(" BẢN NHÁP").font.hidden = True
    assert grid_of(read_bytes("plan.docx", saved(made)))[1] == ["1", "Đăng bài trên 20 m2"]
