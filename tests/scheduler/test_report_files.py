"""The files of a report: the letter's form and text, the spreadsheet's numbers, and that an office suite opens them."""

from __future__ import annotations

import io
import shutil
import subprocess
from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pytest
from docx.document import Document
from docx.enum.section import WD_ORIENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from scheduler import reports
from scheduler.ledger import FORM_NAMES, Entry, Form, Mark, Period
from scheduler.plan import Plan
from scheduler.reports import Figures, Rules, breakdown, ledger_sheet, read_rules, summary
from scheduler.reports.windows import window
from tests.scheduler.report_world import AFTER, JANUARY, PLAN, TASKS, W09, ZONE, entry, ledger

RULES = read_rules()
FILL_IN = "[đơn vị bổ sung]"


def figures(now: datetime = AFTER, plan: Plan = PLAN) -> Figures:
    return reports.figures(ledger(), plan, window("2024-Q1", RULES), now, TASKS, RULES)


def letter(found: Figures | None = None, rules: Rules = RULES) -> Document:
    out = io.BytesIO()
    reports.write_docx(found or figures(), rules, out)
    return docx.Document(io.BytesIO(out.getvalue()))


def book(found: Figures | None = None) -> Any:
    out = io.BytesIO()
    reports.write_xlsx(found or figures(), RULES, out)
    return openpyxl.load_workbook(io.BytesIO(out.getvalue()), data_only=True)


def texts(document: Document) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs]


# --- the letter


def test_the_page_is_that_of_the_decree() -> None:
    document = letter()
    section = document.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)  # type: ignore[union-attr]
    margins = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(margin.mm) for margin in margins if margin is not None] == [20, 20, 30, 20]
    fonts = document.styles["Normal"].element.rPr.rFonts
    for name in ("ascii", "hAnsi", "cs", "eastAsia"):
        assert fonts.get(qn(f"w:{name}")) == "Times New Roman"
    assert not [name for name in fonts.attrib if "heme" in name]


def test_no_text_has_another_font_than_times_new_roman() -> None:
    runs = letter().element.body.iter(qn("w:rFonts"))
    assert {run.get(qn("w:ascii")) for run in runs} <= {"Times New Roman"}


def test_pages_are_numbered_in_the_middle_of_the_top_from_the_second_on() -> None:
    section = letter().sections[0]
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    number = section.header.paragraphs[0]
    assert number.alignment == WD_ALIGN_PARAGRAPH.CENTER
    assert "PAGE" in "".join(code.text for code in number.paragraph_format.element.iter(qn("w:instrText")))
    assert {run.font.size.pt for run in number.runs if run.font.size} == {14}


def test_the_head_has_the_country_the_office_a_blank_number_and_a_blank_day() -> None:
    left, right = letter().tables[0].rows[0].cells
    assert [p.text for p in left.paragraphs if p.text] == [
        "UBND THÀNH PHỐ BẮC GIANG",
        "PHÒNG VĂN HÓA VÀ THÔNG TIN",
        "Số:      /BC-VHTT",
    ]
    assert [p.text for p in right.paragraphs if p.text] == [
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Bắc Giang, ngày      tháng 3 năm 2024",
    ]
    looks = [(p.runs[0].font.size.pt, bool(p.runs[0].bold), bool(p.runs[0].italic)) for p in _said(left) + _said(right)]
    assert looks == [
        (13, False, False),
        (13, True, False),
        (13, False, False),
        (13, True, False),
        (14, True, False),
        (14, False, True),
    ]
    for cell in (left, right):
        assert len([p for p in cell.paragraphs if p.paragraph_format.element.findall(f".//{qn('w:pBdr')}")]) == 1


def _said(cell: Any) -> list[Any]:
    return [paragraph for paragraph in cell.paragraphs if paragraph.text]


def test_the_head_has_no_borders() -> None:
    document = letter()
    for table in document.tables[:2]:
        assert table.style is not None
        assert table.style.name == "Normal Table"


def test_months_one_and_two_get_a_leading_nought() -> None:
    january = reports.figures(ledger(), PLAN, window("2024-01", RULES), AFTER, TASKS, RULES)
    assert letter(january).tables[0].cell(0, 1).paragraphs[-1].text == "Bắc Giang, ngày      tháng 01 năm 2024"


def test_the_title_stands_in_the_middle_with_a_rule_under_it() -> None:
    paragraphs = letter().paragraphs
    kind, subject, rule, to = paragraphs[:4]
    assert (kind.text, to.text) == ("BÁO CÁO", "Kính gửi: Chủ tịch UBND thành phố Bắc Giang")
    assert subject.text == "Kết quả công tác tuyên truyền cải cách hành chính quý I năm 2024"
    assert all(p.alignment == WD_ALIGN_PARAGRAPH.CENTER for p in (kind, subject, to))
    assert all(p.runs[0].bold for p in (kind, subject))
    assert rule.paragraph_format.element.findall(f".//{qn('w:pBdr')}")


def test_the_body_is_justified_with_its_first_line_set_in() -> None:
    body = [p for p in letter().paragraphs if p.text.startswith(("Thực hiện Kế hoạch", "Số việc", "- Truyền thanh"))]
    assert len(body) == 3
    for paragraph in body:
        shape = paragraph.paragraph_format
        assert paragraph.alignment == WD_ALIGN_PARAGRAPH.JUSTIFY
        assert shape.first_line_indent is not None
        assert round(shape.first_line_indent.mm, 1) == 12.7
        assert shape.space_before is not None
        assert shape.space_before.pt == 6
        assert paragraph.runs[0].font.size is not None
        assert paragraph.runs[0].font.size.pt == 14


def test_the_outline_has_its_six_sections_in_order() -> None:
    headings = [text for text in texts(letter()) if text[:2] in {f"{n}." for n in range(1, 7)} and text[2] == " "]
    assert headings == [
        "1. Công tác chỉ đạo, triển khai",
        "2. Kết quả thực hiện",
        "3. Mức độ hoàn thành kế hoạch",
        "4. Đánh giá",
        "5. Phương hướng kỳ sau",
        "6. Kiến nghị, đề xuất",
    ]


def test_the_text_tells_the_figures() -> None:
    said = "\n".join(texts(letter()))
    for part in (
        "Thực hiện Kế hoạch số 15/KH-UBND ngày 22/01/2024 của UBND thành phố Bắc Giang về tuyên truyền",
        "(số liệu từ ngày 15/12/2023 đến ngày 14/03/2024)",
        "mới có 3/4 đơn vị gửi báo cáo, trong đó 2 đơn vị đã báo đủ các lượt đến hạn.",
        "- Truyền thanh: 10 lượt phát, tổng hợp từ 5 lượt báo cáo; có minh chứng 4 lượt báo cáo (9 lượt phát);",
        "(9 lượt phát); 1 lượt báo cáo không ghi số lượng.",
        "- Cổng, trang thông tin điện tử: 10 tin, bài, tổng hợp từ 2 lượt báo cáo; đều có minh chứng.",
        "- Màn hình LED, bảng điện tử: 10 lượt chiếu, tổng hợp từ 1 lượt báo cáo; chưa có minh chứng.",
        "- Hình thức mới, UBND phường D (việc 3): Chiếu câu đố CCHC.",
        "Số việc hoàn thành: 2/3 việc phải thực hiện trong kỳ, đạt 66,7%.",
        "đúng hạn 8 lượt, muộn 2 lượt; quá hạn chưa báo 1 lượt; bị trả lại, chưa báo lại 1 lượt",
        "Không tính 1 lượt không áp dụng (lý do: Mất điện toàn phường).",
        "Quá hạn 1 lượt: UBND phường B (tuần 10); lý do: [đơn vị bổ sung].",
        "Bị trả lại, chưa báo lại 1 lượt: UBND phường C (tuần 9, vì ảnh mờ, không đọc được).",
        "không tính vào tỷ lệ: việc 7.",
        "Nhóm kênh chưa có minh chứng trong kỳ: bảng điện tử, màn hình LED.",
    ):
        assert part in said


def test_what_the_ledger_does_not_know_is_marked_to_be_filled_in() -> None:
    document = letter()
    said = texts(document)
    for start in ("4.1. Ưu điểm:", "4.3. Nguyên nhân:"):
        assert any(text == f"{start} {FILL_IN}" for text in said)
    assert said[said.index("5. Phương hướng kỳ sau") + 1] == FILL_IN
    marked = [run for p in document.paragraphs for run in p.runs if run.text == FILL_IN]
    assert marked
    assert all(run.font.highlight_color is not None for run in marked)


def test_a_blank_number_and_day_of_the_plan_are_left_to_the_office() -> None:
    document = letter(figures(plan=replace(PLAN, number=None, issued_on=None)))
    assert any(
        "Kế hoạch số [đơn vị bổ sung số] ngày [đơn vị bổ sung ngày] của UBND" in text for text in texts(document)
    )


def test_a_report_in_the_middle_of_its_time_says_so() -> None:
    document = letter(figures(datetime(2024, 3, 5, 9, tzinfo=ZONE)))
    assert any("kỳ báo cáo chưa kết thúc (đến hết ngày 14/03/2024); mới có" in text for text in texts(document))


def test_points_stand_in_the_letter_only_where_the_office_wants_them_and_then_by_all_readings() -> None:
    assert not any("Tự đối chiếu điểm" in text for text in texts(letter()))
    wanted = RULES.model_copy(update={"scoring": RULES.scoring.model_copy(update={"in_document": True})})
    said = "\n".join(texts(letter(rules=wanted)))
    assert "thực hiện kế hoạch 0 điểm, đa dạng hình thức 0,75 điểm, cộng 0,75/2 điểm" in said
    assert "thực hiện kế hoạch 0,67 điểm, đa dạng hình thức 0,75 điểm, cộng 1,42/2 điểm" in said


def test_the_letter_ends_with_its_mark_the_signature_and_who_gets_it() -> None:
    document = letter()
    last = [text for text in texts(document) if text.startswith("Trên đây là báo cáo")]
    assert len(last) == 1
    assert last[0].endswith("./.")
    left, right = document.tables[1].rows[0].cells
    assert [p.text for p in left.paragraphs] == [
        "Nơi nhận:",
        "- Chủ tịch UBND thành phố (để b/c);",
        "- Phòng Nội vụ thành phố (để t/h);",
        "- Lưu: VT.",
    ]
    label, first = left.paragraphs[0].runs[0], left.paragraphs[1].runs[0]
    assert label.font.size is not None
    assert first.font.size is not None
    assert (label.font.size.pt, label.bold, label.italic, first.font.size.pt) == (12, True, True, 11)
    assert [p.text for p in right.paragraphs] == ["TRƯỞNG PHÒNG", "", "", "", "", ""]


def test_each_appendix_begins_a_page_and_a_wide_table_a_landscape_one() -> None:
    document = letter()
    assert [section.orientation for section in document.sections] == [
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.PORTRAIT,
        WD_ORIENT.LANDSCAPE,
        WD_ORIENT.LANDSCAPE,
    ]
    starts = [text for text in texts(document) if text.startswith(("Phụ lục ", "(Kèm theo Báo cáo số "))]
    assert len(starts) == 6
    tasks, evidence, units = document.tables[2:]
    assert [len(table.columns) > 6 for table in (tasks, evidence, units)] == [False, True, True]
    assert [cell.text for cell in tasks.rows[1].cells] == [
        "1",
        "Tuyên truyền chuyển đổi số trên hệ thống truyền thanh",
        "UBND các phường, xã",
        "Đã báo 5/7 lượt, đúng hạn 4, muộn 1, quá hạn 1, trả lại 1. 2/4 đơn vị báo đủ.",
        "5 minh chứng",
        "Chưa hoàn thành",
    ]
    assert len(evidence.rows) == 1 + 8
    assert evidence.rows[1].cells[6].text == f"Tệp loa.jpg (SHA-256: {'a' * 12}…)"
    assert evidence.rows[3].cells[6].text.endswith("ảnh giống báo cáo BC-PL1-2024W08-D, cần kiểm tra")
    assert [cell.text for cell in units.rows[2].cells] == [
        "2",
        "UBND phường B",
        "1/2",
        "4",
        "3",
        "3",
        "0",
        "1",
        "0",
        "75%",
    ]


def test_the_head_of_a_table_stands_again_on_every_page() -> None:
    body = letter().element.body
    assert len(list(body.iter(qn("w:tblHeader")))) == 3


# --- the spreadsheet


def _sheet(made: Any, name: str) -> list[dict[str, Any]]:
    head, *rows = made[name].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


def test_the_sheets_are_there() -> None:
    assert book().sheetnames == [
        "Tổng hợp",
        "Theo việc",
        "Theo đơn vị",
        "Ma trận",
        "Sổ kỳ",
        "Minh chứng",
        "Biểu đồ",
        "Mở số",
    ]


def test_every_number_of_the_summary_leads_to_the_rows_it_counts() -> None:
    found = figures()
    made = book(found)
    shown = made["Tổng hợp"]
    numbers = {number.name: number.count for _, held in summary.numbers(found) for number in held}
    seen = 0
    for row in shown.iter_rows(min_row=1, max_col=4):
        if (number := numbers.get(row[0].value)) is None:
            continue
        seen += 1
        assert row[1].value == number.value
        if not number.rows:
            assert row[3].hyperlink is None
            continue
        opened = made["Mở số"][row[3].hyperlink.location.partition("!")[2]]
        assert {line[0].value for line in opened} == {row[0].value}
        assert sorted(line[1].value for line in opened) == sorted(number.rows)
    assert seen == len(numbers) > 30


def test_the_ledger_sheet_has_one_row_for_each_row_and_a_filter() -> None:
    made = book()
    rows = _sheet(made, "Sổ kỳ")
    assert [row["Mã dòng"] for row in rows] == [row.entry.id for row in figures().rows]
    late = next(row for row in rows if row["Mã dòng"] == 12)
    assert (late["Trạng thái"], late["Kết quả"], late["Đến hạn"], late["Số lượng"]) == ("Báo muộn", "Muộn", "x", 2)
    assert late["Hạn"] == datetime(2024, 3, 8)  # noqa: DTZ001 - spreadsheets know no zones
    assert made["Sổ kỳ"].auto_filter.ref == f"A1:Z{len(rows) + 1}"
    assert made["Sổ kỳ"].freeze_panes == "C2"


def test_the_rows_of_a_task_are_linked() -> None:
    made = book()
    for row in made["Theo việc"].iter_rows(min_row=2):
        link = row[-1].hyperlink
        if link is None:
            assert row[0].value == "Việc 7"
            continue
        held = made["Sổ kỳ"][link.location.partition("!")[2]]
        assert {line[1].value for line in held} == {row[0].value}
        whole = [line for line in made["Sổ kỳ"].iter_rows(min_row=2) if line[1].value == row[0].value]
        assert len(held) == len(whole)


def test_the_matrix_says_each_state_in_words_and_colour() -> None:
    made = book()["Ma trận"]
    cells = {cell.coordinate: cell for row in made.iter_rows(min_row=5) for cell in row if cell.value}
    words = {cell.value: cell.fill.fgColor.rgb for cell in cells.values() if cell.column > 1}
    assert set(words) == {"Đã duyệt", "Báo muộn", "Đã báo", "Quá hạn", "Trả lại", "Không áp dụng", "Đã duyệt (muộn)"}
    assert len(set(words.values())) == len(words)
    assert [made.cell(4, column).value for column in (1, 2, 3)] == [
        "Đơn vị",
        "tuần 9 (26/2–03/3/2024)",
        "tuần 10 (04–10/3/2024)",
    ]
    assert made["A6"].value == "UBND phường B"
    assert (made["B6"].value, made["C6"].value, made["F6"].value) == ("Đã báo", "Quá hạn", None)


def test_the_evidence_sheet_has_whole_hashes_and_links_that_open() -> None:
    made = book()
    rows = _sheet(made, "Minh chứng")
    assert len(rows) == 8
    assert rows[0]["SHA-256"] == "a" * 64
    assert rows[2]["Ảnh giống báo cáo"] == "BC-PL1-2024W08-D"
    assert made["Minh chứng"]["B3"].hyperlink.target == "https://bacgiang.example/tin/1?a=1&b=2"


def test_the_charts_are_charts_of_the_spreadsheet() -> None:
    out = io.BytesIO()
    reports.write_xlsx(figures(), RULES, out)
    made: Any = openpyxl.load_workbook(out)
    assert len(made["Biểu đồ"]._charts) == 2
    series = made["Biểu đồ"]._charts[0].series
    assert [one.tx.v for one in series] == ["Đúng hạn", "Muộn", "Quá hạn", "Trả lại"]
    assert all("Theo việc" in one.val.numRef.f for one in series)


def test_both_readings_of_the_points_stand_side_by_side() -> None:
    rows = [row for row in book()["Tổng hợp"].iter_rows(values_only=True) if str(row[0]).startswith("Theo ")]
    points = [tuple(round(part, 2) for part in row[1:4]) for row in rows if isinstance(row[3], float)]
    assert points == [(0, 0.75, 0.75), (0.67, 0.75, 1.42)]


def test_text_that_looks_like_a_formula_stays_text() -> None:
    row = replace(ledger()[1], text="=HYPERLINK(1)", unit_name="=1+1")
    found = reports.figures([row], PLAN, window("2024-Q1", RULES), AFTER, TASKS, RULES)
    out = io.BytesIO()
    reports.write_xlsx(found, RULES, out)
    for sheet in openpyxl.load_workbook(out).worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                assert not str(cell.value).startswith(("=1+1", "=HYPERLINK")) or cell.data_type == "s"


def test_words_of_the_workbook_are_safe_in_formulas() -> None:
    words = [*FORM_NAMES.values(), *(column.head for column in ledger_sheet.COLUMNS)]
    assert not [word for word in words if any(sign in word for sign in '"*?~')]
    assert {name for _, name, _ in breakdown.PROGRESS} <= {field.name for field in fields(figures().total)}


# --- an office suite

SOFFICE = shutil.which("soffice")
suite = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")


def _converted(path: Path, kind: str, tmp_path: Path) -> Path:
    out = tmp_path / "out"
    profile = f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}"
    command = [str(SOFFICE), profile, "--headless", "--convert-to", kind, "--outdir", str(out), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return out / f"{path.stem}.{kind}"


@suite
@pytest.mark.parametrize("ending", ["docx", "xlsx"])
def test_libreoffice_makes_pages_of_it(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"bao-cao.{ending}"
    reports.write(path, figures(), RULES)
    made = _converted(path, "pdf", tmp_path).read_bytes()
    assert made.startswith(b"%PDF")
    assert len(made) > 10_000


@suite
@pytest.mark.parametrize("tricky", [False, True])
def test_libreoffice_counts_the_same(tmp_path: Path, *, tricky: bool) -> None:
    """The stored values are thrown away first, so that every formula is really calculated."""
    found = _tricky() if tricky else figures()
    path, bare = tmp_path / "report.xlsx", tmp_path / "bare.xlsx"
    reports.write(path, found, RULES)
    openpyxl.load_workbook(path).save(bare)
    ours = openpyxl.load_workbook(path, data_only=True)
    theirs = openpyxl.load_workbook(_converted(bare, "xlsx", tmp_path), data_only=True)
    formulas = openpyxl.load_workbook(path)
    compared = 0
    for sheet in ("Tổng hợp", "Theo việc", "Theo đơn vị"):
        for row in formulas[sheet].iter_rows():
            for cell in row:
                if cell.data_type == "f":
                    compared += 1
                    mine, other = ours[sheet][cell.coordinate].value, theirs[sheet][cell.coordinate].value
                    assert (mine or 0) == pytest.approx(other or 0), (sheet, cell.coordinate, cell.value)
    assert compared > 80


def _tricky() -> Figures:
    """Numbers of tasks that spreadsheets take for one, and a report without a form."""
    turns: list[tuple[str, Period]] = [("2.1", W09), ("2.10", W09), ("2.1", JANUARY), ("02.1", JANUARY)]
    rows: list[Entry] = [
        replace(entry(n, "1", "A", period, Mark.REPORTED, 0, form=Form.RADIO if n else None, quantity=n), tt=tt)
        for n, (tt, period) in enumerate(turns)
    ]
    return reports.figures(rows, PLAN, window("2024-Q1", RULES), AFTER, TASKS, RULES)
