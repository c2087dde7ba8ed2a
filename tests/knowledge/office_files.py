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


def portal_page(document: Any, code: str = "1.001193", name: str = "Thủ tục đăng ký khai sinh", **how: bool) -> None:
    """A procedure as the portal's export shows it."""
    label(document, "Mã thủ tục:", code, **how)
    label(document, "Số quyết định:", "163/QĐ-BTP", **how)
    label(document, "Tên thủ tục:", name, **how)
    label(document, "Cấp thực hiện:", "Cấp Xã", **how)
    label(document, "Loại thủ tục:", "TTHC được luật giao quy định chi tiết", **how)
    label(document, "Lĩnh vực:", "Hộ tịch", **how)
    label(document, "Trình tự thực hiện:", **how)
    for line in ("Bước 1: Nộp hồ sơ.", "- Lệ phí: nộp khi nộp hồ sơ", "Bước 2: Nhận kết quả."):
        document.add_paragraph(line)
    label(document, "Cách thức thực hiện:", **how)
    rows = [("Trực tiếp", "1 Ngày làm việc", "Lệ phí : 8.000 Đồng", "Tại quầy"), ("Trực tuyến", "1", "", "")]
    table(document, [METHODS, *rows])
    label(document, "Thành phần hồ sơ:", **how)
    document.add_paragraph("Giấy tờ phải xuất trình")
    table(document, [PAPERS, ("- Hộ chiếu", "", "Bản chính: 1\nBản sao: 0")])
    document.add_paragraph("Trường hợp ủy quyền:")
    table(document, [PAPERS, ("Văn bản ủy quyền", "Mẫu 01.docx", "Bản chính: 1 - Bản sao: 2")])
    label(document, "Đối tượng thực hiện:", "Công dân Việt Nam, Người nước ngoài", **how)
    label(document, "Cơ quan thực hiện:", "Ủy ban nhân dân cấp xã", **how)
    label(document, "Cơ quan có thẩm quyền:", "Không có thông tin", **how)
    label(document, "Địa chỉ tiếp nhận HS:", "Trung tâm Phục vụ hành chính công", **how)
    label(document, "Cơ quan phối hợp:", "Không có thông tin", **how)
    label(document, "Kết quả thực hiện:", "Giấy khai sinh", **how)
    label(document, "Căn cứ pháp lý:", **how)
    table(document, [BASIS, ("60/2014/QH13", "Luật Hộ tịch", "20-11-2014", "Quốc hội"), ("số cũ", "Công văn", "", "")])
    label(document, "Yêu cầu, điều kiện thực hiện:", "Không có thông tin", **how)
    label(document, "Từ khóa:", "khai sinh", **how)
    label(document, "Mô tả:", "Không có thông tin", **how)


def word_file(path: Path, *codes: str, **how: bool) -> Path:
    """The portal's export of one or several procedures."""
    document = docx.Document()
    document.add_heading("CHI TIẾT THỦ TỤC HÀNH CHÍNH")
    for code in codes:
        portal_page(document, code, **how)
    document.save(str(path))
    return path
