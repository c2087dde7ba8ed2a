"""Real files as an office gets them, made in the test."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
import openpyxl

HEADS = ("STT", "Mã thủ tục", "Tên thủ tục", "Lĩnh vực", "Cơ quan thực hiện")
METHODS = ("Hình thức nộp", "Thời hạn giải quyết", "Phí, lệ phí", "Mô tả")
PAPERS = ("Tên giấy tờ", "Mẫu đơn, tờ khai", "Số lượng")
BASIS = ("Số ký hiệu", "Trích yếu", "Ngày ban hành", "Cơ quan ban hành")

Rows = Sequence[Sequence[Any]]


def workbook(path: Path, sheets: dict[str, Rows]) -> Path:
    """A workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def table(document: Any, rows: Rows) -> Any:
    made = document.add_table(len(rows), len(rows[0]))
    for number, row in enumerate(rows):
        for place, cell in enumerate(row):
            made.cell(number, place).text = cell
    return made


def label(document: Any, name: str, value: str = "", *, bold: bool = True) -> None:
    paragraph = document.add_paragraph()
    paragraph.add_run(name).bold = bold
    if value:
        paragraph.add_run(f" {value}")


def portal_page(
    document: Any, code: str = "1.001193", name: str = "Thủ tục đăng ký khai sinh", *, bold: bool = True
) -> None:
    """A procedure as the portal's export shows it."""

    def section(name_: str, value: str = "") -> None:
        label(document, name_, value, bold=bold)

    section("Mã thủ tục:", code)
    section("Số quyết định:", "163/QĐ-BTP")
    section("Tên thủ tục:", name)
    section("Cấp thực hiện:", "Cấp Xã")
    section("Loại thủ tục:", "TTHC được luật giao quy định chi tiết")
    section("Lĩnh vực:", "Hộ tịch")
    section("Trình tự thực hiện:")
    for line in ("Bước 1: Nộp hồ sơ.", "- Lệ phí: nộp khi nộp hồ sơ", "Bước 2: Nhận kết quả."):
        document.add_paragraph(line)
    section("Cách thức thực hiện:")
    rows = [("Trực tiếp", "1 Ngày làm việc", "Lệ phí : 8.000 Đồng", "Tại quầy"), ("Trực tuyến", "1", "", "")]
    table(document, [METHODS, *rows])
    section("Thành phần hồ sơ:")
    document.add_paragraph("Giấy tờ phải xuất trình")
    table(document, [PAPERS, ("- Hộ chiếu", "", "Bản chính: 1\nBản sao: 0")])
    document.add_paragraph("Trường hợp ủy quyền:")
    table(document, [PAPERS, ("Văn bản ủy quyền", "Mẫu 01.docx", "Bản chính: 1 - Bản sao: 2")])
    section("Đối tượng thực hiện:", "Công dân Việt Nam, Người nước ngoài")
    section("Cơ quan thực hiện:", "Ủy ban nhân dân cấp xã")
    section("Cơ quan có thẩm quyền:", "Không có thông tin")
    section("Địa chỉ tiếp nhận HS:", "Trung tâm Phục vụ hành chính công")
    section("Cơ quan phối hợp:", "Không có thông tin")
    section("Kết quả thực hiện:", "Giấy khai sinh")
    section("Căn cứ pháp lý:")
    table(document, [BASIS, ("60/2014/QH13", "Luật Hộ tịch", "20-11-2014", "Quốc hội"), ("số cũ", "Công văn", "", "")])
    section("Yêu cầu, điều kiện thực hiện:", "Không có thông tin")
    section("Từ khóa:", "khai sinh")
    section("Mô tả:", "Không có thông tin")


def word_file(path: Path, *codes: str, bold: bool = True) -> Path:
    """The portal's export of one or several procedures."""
    document = docx.Document()
    document.add_heading("CHI TIẾT THỦ TỤC HÀNH CHÍNH")
    for code in codes:
        portal_page(document, code, bold=bold)
    document.save(str(path))
    return path
