"""Reading what an office really gets: the good rows are kept, the bad ones listed, nothing is made up."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import subprocess
import sys
import tempfile
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from knowledge.importers import Imported, UnreadableError, jsonl, read
from knowledge.importers.facts import code_of, procedure_of
from knowledge.library import Library
from knowledge.procedures import UNKNOWN, Channel, Need, Procedure
from tests.knowledge.office_files import HEADS, PAPERS, Rows, label, portal_page, table, word_file, workbook

ROW = (1, "1.001193", "Đăng ký khai sinh", "Hộ tịch", "UBND cấp xã")
OTHER = (2, "1.000656", "Đăng ký khai tử", "Hộ tịch", "UBND cấp xã")


def codes(imported: Imported) -> list[str]:
    return [procedure.code for procedure in imported.procedures]


def lines(path: Path, *rows: Any) -> Path:
    written = [row if isinstance(row, bytes) else json.dumps(row, ensure_ascii=False).encode() for row in rows]
    path.write_bytes(b"\n".join(written) + b"\n")
    return path


def comma_separated(*rows: Any, mark: str = ",") -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=mark).writerows(rows)
    return text.getvalue()


# --- a row of facts -------------------------------------------------------------------------------------------------


def test_a_row_of_the_national_extract_carries_all_its_facts() -> None:
    row = {
        "code": "1.001193",
        "name": "Thủ tục  đăng ký\u200b khai sinh ",
        "level": ["Cấp xã"],
        "decision": "163/QĐ-BTP",
        "subjects": ["Công dân Việt Nam", "N/A"],
        "steps": "1. **a) Nộp hồ sơ**\n\n   - Tại quầy\n2. b) Nhận kết quả",
        "methods": [{"channel": "Trực tuyến", "time": "1", "fee": "N/A", "desc": ""}, {"channel": "fax", "time": "2"}],
        "documents": [
            {"group": "", "name": "- Tờ khai", "forms": ["Mẫu 1.docx"], "originals": 1, "copies": 0},
            {"group": "Trường hợp ủy quyền:", "name": "Giấy ủy quyền", "originals": "1", "copies": 2},
            {"group": "Giấy tờ phải xuất trình", "name": "Hộ chiếu", "originals": 0, "copies": 0},
            {"group": "Lưu ý", "name": "Không phải công chứng"},
        ],
        "result": [{"name": "Giấy khai sinh", "code": "KQ.1"}],
        "conditions": "",
        "legal_basis": "60/2014/QH13 | Luật Hộ tịch\nNghị định số 123/2015/NĐ-CP | Nghị định\ncông văn | Không số",
        "url": "https://dichvucong.gov.vn/a",
        "crawl_date": "<= 2026-07-18",
        "scope": "province:Bắc Ninh",
    }
    found = procedure_of(row)
    assert found.name == "Thủ tục đăng ký khai sinh"
    assert found.steps == ("a) Nộp hồ sơ", "Tại quầy", "b) Nhận kết quả")
    assert [(m.channel, m.time_limit, m.fee) for m in found.methods] == [(Channel.ONLINE, "1 ngày", UNKNOWN)]
    assert [(d.name, d.need, d.quantity, d.when) for d in found.documents] == [
        ("Tờ khai", Need.SUBMIT, "1 bản chính", None),
        ("Giấy ủy quyền", Need.SUBMIT, "1 bản chính, 2 bản sao", "Trường hợp ủy quyền"),
        ("Hộ chiếu", Need.SHOW, None, None),
    ]
    assert found.notes == ("Không phải công chứng",)
    assert [form.name for form in found.forms] == ["Mẫu 1"]
    assert [basis.number for basis in found.legal_basis] == ["60/2014/QH13", "123/2015/NĐ-CP"]
    assert (found.result, found.who, found.scope) == (("Giấy khai sinh",), "Công dân Việt Nam", "Bắc Ninh")
    assert str(found.online_url) == "https://dichvucong.gov.vn/a"
    assert (found.agency, found.where, found.field) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert found.checked_on == date(2026, 7, 18)


def test_what_stands_below_a_counted_step_belongs_to_it() -> None:
    steps = "Bước 1: Nộp hồ sơ:\n- Tại quầy\n- Qua mạng.\nBước 2: Nhận kết quả"
    found = procedure_of({"code": "1.001193", "name": "Khai sinh", "steps": steps})
    assert found.steps == ("Nộp hồ sơ: Tại quầy; Qua mạng.", "Nhận kết quả")


def test_steps_that_count_several_cases_stay_lines() -> None:
    steps = "Bước 1: Nộp\nBước 2: Nhận\nCấp lại\nBước 1: Nộp lại"
    assert len(procedure_of({"code": "1.001193", "name": "Khai sinh", "steps": steps}).steps) == 4


CODES = {
    "1.001193": "1.001193",
    " 1.001193 ": "1.001193",
    "2.001218.000.00.00.H38": "2.001218",
    "1.000948.H38": "1.000948",
}


@pytest.mark.parametrize(("written", "code"), [*CODES.items(), (1.001193, "1.001193"), (1.0101, "1.010100")])
def test_a_code_is_found(written: object, code: str) -> None:
    assert code_of(written) == code


@pytest.mark.parametrize(
    "written", ["", None, 1, 1.0, 1001193, "1001193", "1.0101", "1.0011934", 1.0011934, float("nan"), "KQ.1", [], True]
)
def test_what_is_no_code_is_refused(written: object) -> None:
    with pytest.raises(ValueError, match="mã thủ tục"):
        code_of(written)


# --- JSON lines -----------------------------------------------------------------------------------------------------


def test_bad_lines_are_listed_and_do_not_end_the_reading(tmp_path: Path) -> None:
    good = {"code": "1.001193", "name": "Khai sinh"}
    other = {"code": "1.000656", "name": "Khai tử"}
    path = lines(tmp_path / "a.jsonl", good, b'{"code": "\xff"}', b"\x00\x00", b"[1]", {"code": "1.5"}, b"{", other)
    found = read(path)
    assert codes(found) == ["1.001193", "1.000656"]
    assert [problem.split(":")[0] for problem in found.problems] == [f"dòng {number}" for number in range(2, 7)]


def test_a_line_names_what_is_missing(tmp_path: Path) -> None:
    path = lines(tmp_path / "a.jsonl", {"name": "Khai sinh"}, {"code": "1.001193"}, {"code": "abc", "name": "x"})
    assert read(path).problems == [
        "dòng 1: thiếu mã thủ tục",
        "dòng 2: thủ tục 1.001193 thiếu tên",
        "dòng 3: “abc” không phải mã thủ tục (dạng 1.001193)",
    ]


def test_of_a_cut_archive_what_came_before_is_kept(tmp_path: Path) -> None:
    rows = [json.dumps({"code": f"1.{number:06}", "name": f"Thủ tục {number * 7919}"}) for number in range(1, 5000)]
    content = gzip.compress("\n".join(rows).encode())
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(content[: len(content) // 2])
    found = read(path)
    assert codes(found)[:2] == ["1.000001", "1.000002"]
    assert len(found.procedures) > 1000
    assert "bị hỏng hoặc cụt" in found.problems[-1]


def test_what_was_written_reads_back_to_the_same_records(world: Library, tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"".join(jsonl.written(world)))
    found = read(path)
    assert found.problems == []
    assert found.procedures == list(world)


# --- spreadsheets ---------------------------------------------------------------------------------------------------


def test_a_sheet_is_read_below_its_titles(tmp_path: Path) -> None:
    rows = [
        ("DANH MỤC THỦ TỤC HÀNH CHÍNH",),
        ("(Kèm theo Quyết định số 1/QĐ-UBND)", None, None),
        HEADS,
        ("(1)", "(2)", "(3)", "(4)", "(5)"),
        ("I", "Lĩnh vực Hộ tịch"),
        ROW,
        (None,) * 5,
        (3, "1.5x", "Hỏng", None, None),
        (4, None, "Thiếu mã", "Hộ tịch", None),
        OTHER,
        ("Tổng cộng: 2 thủ tục",),
    ]
    found = read(workbook(tmp_path / "a.xlsx", {"Cấp xã": rows}), date(2026, 11, 24))
    assert codes(found) == ["1.001193", "1.000656"]
    assert found.problems == [
        "trang “Cấp xã”, dòng 8: “1.5x” không phải mã thủ tục (dạng 1.001193)",
        "trang “Cấp xã”, dòng 9: thiếu mã thủ tục",
    ]
    first = found.procedures[0]
    assert (first.name, first.field, first.agency) == ("Đăng ký khai sinh", "Hộ tịch", "UBND cấp xã")
    assert (first.checked_on, first.source) == (date(2026, 11, 24), "Danh mục thủ tục của cơ quan")
    assert first.methods == ()


def test_heads_come_in_any_order_case_and_spelling(tmp_path: Path) -> None:
    heads = [
        "LĨNH VỰC",
        unicodedata.normalize("NFD", "Tên TTHC"),
        "ma tthc",
        "Thời hạn giải quyết (ngày làm việc)",
        "Phí, lệ phí (đồng)",
        "CÁCH THỨC THỰC HIỆN",
        "Thành phần hồ sơ",
        "Đường dẫn",
        "Căn cứ pháp lý",
        "Cấp giải quyết",
        "Ngày cập nhật",
        "Ghi chú",
    ]
    row = [
        "Hộ tịch",
        unicodedata.normalize("NFD", "Đăng ký khai tử"),
        1.000656,
        5,
        8000,
        "Trực tiếp; trực tuyến; không nhận qua bưu chính",
        "- Tờ khai\n- Giấy báo tử (01 bản chính)",
        "https://dichvucong.gov.vn/x",
        "Luật Hộ tịch số 60/2014/QH13; Nghị định 123/2015/NĐ-CP ngày 15/11/2015; Công văn hướng dẫn",
        "Xã, Tỉnh",
        datetime(2026, 10, 1),  # noqa: DTZ001 - a cell has no zone
        "#N/A",
    ]
    (found,) = read(workbook(tmp_path / "a.XLSX", {"S": [heads, row]})).procedures
    assert (found.code, found.name) == ("1.000656", "Đăng ký khai tử")
    assert [(m.channel, m.time_limit, m.fee) for m in found.methods] == [
        (Channel.COUNTER, "5 ngày làm việc", "8.000 đồng"),
        (Channel.ONLINE, "5 ngày làm việc", "8.000 đồng"),
    ]
    assert [document.name for document in found.documents] == ["Tờ khai", "Giấy báo tử (01 bản chính)"]
    assert [basis.number for basis in found.legal_basis] == ["60/2014/QH13", "123/2015/NĐ-CP"]
    assert found.levels == ("Cấp xã", "Cấp tỉnh")
    assert str(found.source_url) == "https://dichvucong.gov.vn/x"
    assert found.checked_on == date(2026, 10, 1)


def test_a_time_without_a_way_of_handing_in_is_kept_as_a_note(tmp_path: Path) -> None:
    rows = [("Mã số", "Tên thủ tục", "Thời hạn", "Phí"), ("1.001193", "Khai sinh", "03 ngày", "N/A")]
    (found,) = read(workbook(tmp_path / "a.xlsx", {"S": rows})).procedures
    assert (found.methods, found.time_note, found.fee_note) == ((), "03 ngày", None)


def test_every_sheet_with_heads_is_read(tmp_path: Path) -> None:
    sheets: dict[str, Rows] = {
        "Bìa": [("Danh mục",)],
        "Một": [HEADS, ROW],
        "Hai": [HEADS, OTHER, (3, "x", "y", "z", "t")],
    }
    found = read(workbook(tmp_path / "a.xlsx", sheets))
    assert codes(found) == ["1.001193", "1.000656"]
    assert found.problems[0].startswith("trang “Hai”, dòng 3:")


def test_codes_that_excel_made_numbers_are_codes_again(tmp_path: Path) -> None:
    rows = [HEADS, (1, 1.001193, "Một", "", ""), (2, 1.0101, "Hai", "", ""), (3, 2, "Ba", "", "")]
    found = read(workbook(tmp_path / "a.xlsx", {"S": rows}))
    assert codes(found) == ["1.001193", "1.010100"]
    assert len(found.problems) == 1


def test_titles_of_parts_give_the_field(tmp_path: Path) -> None:
    heads = ("Mã TTHC", "Tên TTHC", "Cơ quan")
    rows = [heads, ("LĨNH VỰC ĐẤT ĐAI",), ("1.001193", "Một", ""), ("II", "Lĩnh vực: Hộ tịch"), ("1.000656", "Hai", "")]
    found = read(workbook(tmp_path / "a.xlsx", {"S": rows}))
    assert [procedure.field for procedure in found.procedures] == ["Đất đai", "Hộ tịch"]


def test_merged_cells_do_no_harm(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (("Danh mục",), HEADS, ("Phần thứ nhất",), ROW):
        sheet.append(list(row))
    sheet.merge_cells("A1:E1")
    sheet.merge_cells("A3:E3")
    book.save(tmp_path / "a.xlsx")
    assert codes(read(tmp_path / "a.xlsx")) == ["1.001193"]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1258"])
def test_a_csv_file_is_read_in_every_coding_and_with_every_separator(tmp_path: Path, mark: str, coding: str) -> None:
    text = comma_separated(("Danh mục",), HEADS, ROW, (2, "1.000656", "Khai tử\nlại", "Hộ tịch", "x"), mark=mark)
    if coding == "cp1258":  # its tones are marks of their own
        text = "".join(_vietnamese_windows(char) for char in text)
    path = tmp_path / "a.csv"
    path.write_bytes(text.encode(coding))
    found = read(path)
    assert found.problems == []
    assert [(procedure.code, procedure.name) for procedure in found.procedures] == [
        ("1.001193", "Đăng ký khai sinh"),
        ("1.000656", "Khai tử lại"),
    ]


def _vietnamese_windows(char: str) -> str:
    try:
        char.encode("cp1258")
    except UnicodeEncodeError:
        marks = unicodedata.normalize("NFD", char)
        tones = "".join(mark for mark in marks if mark in "\u0300\u0301\u0303\u0309\u0323")
        return unicodedata.normalize("NFC", "".join(mark for mark in marks if mark not in tones)) + tones
    return char


def test_a_csv_file_names_the_line_on_which_a_row_begins(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text(
        comma_separated(HEADS, (1, "1.001193", "Một\nhai", "", ""), (2, "?", "x", "", "")), encoding="utf-8"
    )
    assert read(path).problems == ["dòng 4: “?” không phải mã thủ tục (dạng 1.001193)"]


def test_a_code_that_excel_shortened_in_csv_is_whole_again(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    rows = comma_separated(("Mã số", "Tên", "Phí"), ("1,0101", "Một", "1.000"), ("1.001193", "Hai", ""), mark=";")
    path.write_text(rows, encoding="utf-8")
    found = read(path)
    assert codes(found) == ["1.010100", "1.001193"]
    assert found.procedures[0].fee_note == "1.000"


# --- Word files -----------------------------------------------------------------------------------------------------


def _is_the_portal_page(found: Procedure) -> None:
    assert (found.code, found.name) == ("1.001193", "Thủ tục đăng ký khai sinh")
    assert (found.decision, found.levels, found.field) == ("163/QĐ-BTP", ("Cấp xã",), "Hộ tịch")
    assert found.steps == ("Nộp hồ sơ. Lệ phí: nộp khi nộp hồ sơ", "Nhận kết quả.")
    assert [(m.channel, m.time_limit, m.fee, m.how) for m in found.methods] == [
        (Channel.COUNTER, "1 Ngày làm việc", "Lệ phí : 8.000 Đồng", "Tại quầy"),
        (Channel.ONLINE, "1 ngày", UNKNOWN, None),
    ]
    assert [(d.name, d.need, d.when, d.quantity) for d in found.documents] == [
        ("Hộ chiếu", Need.SHOW, None, "1 bản chính"),
        ("Văn bản ủy quyền", Need.SUBMIT, "Trường hợp ủy quyền", "1 bản chính, 2 bản sao"),
    ]
    assert [form.name for form in found.forms] == ["Mẫu 01"]
    assert (found.agency, found.where) == ("Ủy ban nhân dân cấp xã", "Trung tâm Phục vụ hành chính công")
    assert found.who == "Công dân Việt Nam, Người nước ngoài"
    assert [(basis.number, basis.title) for basis in found.legal_basis] == [("60/2014/QH13", "Luật Hộ tịch")]
    assert (found.result, found.conditions) == (("Giấy khai sinh",), ())


@pytest.mark.parametrize("bold", [True, False])
def test_the_portals_word_file_is_read(tmp_path: Path, *, bold: bool) -> None:
    found = read(word_file(tmp_path / "a.docx", "1.001193", bold=bold))
    assert found.problems == []
    _is_the_portal_page(found.procedures[0])


def test_a_word_file_of_decomposed_letters_is_read(tmp_path: Path) -> None:
    document = docx.Document()
    portal_page(document)
    for text in document.element.body.xpath(".//w:t"):
        text.text = unicodedata.normalize("NFD", text.text)
    document.save(str(tmp_path / "a.docx"))
    _is_the_portal_page(read(tmp_path / "a.docx").procedures[0])


def test_labels_and_values_may_stand_on_lines_of_their_own(tmp_path: Path) -> None:
    document = docx.Document()
    for line in ("Tên thủ tục", "Khai tử", "1. Mã thủ tục:", "1.000656", "Kết quả thực hiện\nTrích lục khai tử"):
        document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    (found,) = read(tmp_path / "a.docx").procedures
    assert (found.code, found.name, found.result) == ("1.000656", "Khai tử", ("Trích lục khai tử",))


def test_labels_may_stand_in_the_first_column_of_a_table(tmp_path: Path) -> None:
    document = docx.Document()
    rows = [
        ("Mã thủ tục", "1.000656"),
        ("Tên thủ tục:", "Khai tử"),
        ("Thành phần hồ sơ", ""),
        ("Cách thức thực hiện", "Trực tiếp hoặc qua dịch vụ bưu chính"),
        ("Thời hạn giải quyết", "03 ngày làm việc"),
        ("Phí, lệ phí", "Không"),
    ]
    inner = table(document, rows).cell(2, 1).add_table(2, 3)
    for number, row in enumerate((PAPERS, ("Tờ khai", "", "01 bản chính"))):
        for place, cell in enumerate(row):
            inner.cell(number, place).text = cell
    document.save(str(tmp_path / "a.docx"))
    (found,) = read(tmp_path / "a.docx").procedures
    assert (found.code, found.name) == ("1.000656", "Khai tử")
    assert [(d.name, d.quantity) for d in found.documents] == [("Tờ khai", "01 bản chính".removeprefix("0"))]
    assert [(m.channel, m.time_limit, m.fee) for m in found.methods] == [
        (Channel.COUNTER, "03 ngày làm việc", "Không"),
        (Channel.POST, "03 ngày làm việc", "Không"),
    ]


def test_several_procedures_stand_in_one_word_file_and_a_bad_one_is_listed(tmp_path: Path) -> None:
    found = read(word_file(tmp_path / "a.docx", "1.001193", "không rõ", "1.000656"))
    assert codes(found) == ["1.001193", "1.000656"]
    assert found.problems == ["thủ tục thứ 2 (không rõ): “không rõ” không phải mã thủ tục (dạng 1.001193)"]
    assert len(found.procedures[1].documents) == 2


def test_a_list_in_a_word_file_is_read_like_a_sheet(tmp_path: Path) -> None:
    document = docx.Document()
    document.add_paragraph("Danh mục thủ tục hành chính được công bố")
    table(document, [("STT", "Mã số TTHC", "Tên TTHC"), ("1", "1.001193", "Khai sinh"), ("2", "x", "Khai tử")])
    document.save(str(tmp_path / "a.docx"))
    found = read(tmp_path / "a.docx")
    assert codes(found) == ["1.001193"]
    assert found.problems == ["bảng 1, dòng 3: “x” không phải mã thủ tục (dạng 1.001193)"]


def test_a_checklist_without_a_table_is_a_list_of_lines(tmp_path: Path) -> None:
    document = docx.Document()
    label(document, "Mã thủ tục:", "1.000656")
    label(document, "Tên thủ tục:", "Khai tử")
    label(document, "Thành phần hồ sơ:")
    for line in ("- Tờ khai", "- Giấy báo tử"):
        document.add_paragraph(line)
    document.save(str(tmp_path / "a.docx"))
    assert [d.name for d in read(tmp_path / "a.docx").procedures[0].documents] == ["Tờ khai", "Giấy báo tử"]


# --- files of which nothing can be read -----------------------------------------------------------------------------

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
UNREADABLE = {
    "a.pdf": (b"%PDF-1.7", "chưa đọc được loại tệp này"),
    "a": (b"x", "chưa đọc được loại tệp này"),
    "a.xls": (OLE, "tệp kiểu cũ"),
    "a.doc": (OLE, "lưu thành .docx"),
    "b.xlsx": (b"", "tệp rỗng"),
    "b.docx": (b"", "tệp rỗng"),
    "b.jsonl": (b"", "tệp rỗng"),
    "c.xlsx": (b"no archive", "tệp hỏng"),
    "c.docx": (b"PK\x03\x04 broken", "tệp hỏng"),
    "c.jsonl.gz": (b"no archive", "tệp hỏng"),
    "d.xlsx": (OLE + "EncryptedPackage".encode("utf-16-le"), "có mật khẩu"),
    "d.docx": (OLE, "kiểu cũ"),
    "e.csv": (b"a,b\n1,2\n", "dòng tiêu đề"),
    "f.csv": (b"\x8a\x8d\x90", "bảng mã"),
    "e.jsonl": (b"\n\n", "không có thủ tục nào"),
}


@pytest.mark.parametrize(("name", "content", "reason"), [(n, *why) for n, why in UNREADABLE.items()], ids=UNREADABLE)
def test_an_unreadable_file_is_refused_in_plain_words(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnreadableError, match=reason) as caught:
        read(path)
    assert str(caught.value).startswith(f"{name}: ")


def test_a_missing_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    (tmp_path / "b.csv").mkdir()
    with pytest.raises(UnreadableError, match="không có tệp này"):
        read(tmp_path / "a.csv")
    with pytest.raises(UnreadableError, match="thư mục"):
        read(tmp_path / "b.csv")


def test_office_files_without_procedures_say_what_is_missing(tmp_path: Path) -> None:
    docx.Document().save(str(tmp_path / "a.docx"))
    with pytest.raises(UnreadableError, match="Mã thủ tục"):
        read(tmp_path / "a.docx")
    with pytest.raises(UnreadableError, match="dòng tiêu đề"):
        read(workbook(tmp_path / "a.xlsx", {"S": [("Mã", "Nội dung"), ("1.001193", "x")]}))


# --- whatever comes -------------------------------------------------------------------------------------------------

FEW = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**6) | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["name", "channel", "time"]), inner),
    max_leaves=5,
)
FACT_NAMES = (
    *("name", "field", "level", "agency", "steps", "documents", "forms", "methods", "subjects", "result", "conditions"),
    *(
        "legal_basis",
        "url",
        "online_url",
        "crawl_date",
        "scope",
        "channels",
        "time",
        "fee",
        "receive_address",
        "source",
    ),
)
FACTS = st.dictionaries(
    st.sampled_from(FACT_NAMES),
    VALUES,
)


@FEW
@given(facts=FACTS, code=VALUES)
def test_no_fact_of_any_kind_breaks_a_row(facts: dict[str, Any], code: Any) -> None:
    try:
        found = procedure_of({**facts, "code": code})
    except ValueError:
        return
    assert found.code in (code, f"{code:.6f}")


@FEW
@given(facts=FACTS)
def test_a_row_with_a_code_and_a_name_becomes_a_record_whatever_else_it_says(facts: dict[str, Any]) -> None:
    found = procedure_of({**facts, "code": "1.001193", "name": "Khai sinh"})
    assert Procedure.model_validate(found.model_dump(mode="json")) == found


@FEW
@given(
    content=st.binary(max_size=300)
    | st.lists(st.dictionaries(st.sampled_from(["code", "name", "checked_on"]), VALUES), max_size=4).map(
        lambda rows: b"\n".join(json.dumps(row).encode() for row in rows)
    ),
    suffix=st.sampled_from([".jsonl", ".jsonl.gz", ".csv", ".xlsx", ".docx"]),
    packed=st.booleans(),
)
def test_no_bytes_break_a_reader_or_become_a_code(content: bytes, suffix: str, *, packed: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"a{suffix}"
        path.write_bytes(gzip.compress(content) if packed and suffix.endswith(".gz") else content)
        try:
            found = read(path)
        except UnreadableError:
            return
    assert all(code.rstrip("0").encode() in content for code in codes(found))


CELLS = st.none() | st.text(max_size=12) | st.integers(0, 99) | st.floats(1, 3) | st.sampled_from(["1.001193", *HEADS])


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(rows=st.lists(st.lists(CELLS, min_size=1, max_size=6), max_size=6), comma=st.booleans())
def test_no_rows_break_a_sheet_or_become_a_code(rows: list[list[Any]], *, comma: bool) -> None:
    rows = [[_writable(cell) for cell in row] for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        if comma:
            path = Path(folder) / "a.csv"
            path.write_text(comma_separated(HEADS, *rows), encoding="utf-8")
        else:
            path = workbook(Path(folder) / "a.xlsx", {"S": [HEADS, *rows]})
        try:
            found = read(path)
        except UnreadableError:
            return
    numbers = {f"{cell:.6f}" for row in rows for cell in row if isinstance(cell, float)}
    texts = {str(cell).strip().replace(",", ".").ljust(8, "0") for row in rows for cell in row if cell is not None}
    assert set(codes(found)) <= numbers | texts


def _writable(cell: Any) -> Any:
    """Excel takes no control characters, and a text that begins with = is a formula."""
    if not isinstance(cell, str):
        return cell
    return re.sub(r"[\x00-\x1f\ud800-\udfff\ufffe\uffff]", " ", cell).lstrip("=")


@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow])
@given(
    parts=st.lists(
        st.sampled_from(["Mã thủ tục:", "Tên thủ tục: Khai tử", "1.000656", "Thành phần hồ sơ:", "Lệ phí: 1", "|"])
        | st.text(st.characters(min_codepoint=32, max_codepoint=500), max_size=10),
        max_size=10,
    )
)
def test_no_paragraphs_break_the_word_reader_or_become_a_code(parts: list[str]) -> None:
    document = docx.Document()
    for part in parts:
        if part == "|":
            table(document, [PAPERS, ("Tờ khai", "", "x")])
        else:
            document.add_paragraph(part)
    with tempfile.TemporaryDirectory() as folder:
        document.save(f"{folder}/a.docx")
        try:
            found = read(Path(folder) / "a.docx")
        except UnreadableError:
            return
    assert set(codes(found)) <= {"1.000656"}


def test_libraries_that_read_office_files_are_imported_only_when_one_is_read() -> None:
    program = "import sys, knowledge.importers; print({'docx', 'openpyxl', 'lxml'} & sys.modules.keys())"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
