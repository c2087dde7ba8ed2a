"""The plan's commands as an official types them: import, confirm, look ahead, report, invite."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import docx
import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from tests.bot.test_cli import run

Command = Callable[..., Result]

PLAN = """KẾ HOẠCH
Tuyên truyền cải cách hành chính năm 2026

PHỤ LỤC

TT	Nội dung, nhiệm vụ	Cơ quan chủ trì	Cơ quan phối hợp	Thời gian thực hiện	Ghi chú
1	Phát thanh về dịch vụ công	UBND các phường, xã		Mỗi tuần/1 lần
2	Đăng tin, bài	UBND phường Đa Mai	Phòng Văn hóa - Xã hội	Thường xuyên
3	Thay pano	UBND phường Đa Mai		Quý I/2026
4	Niêm yết thủ tục mới	UBND phường Đa Mai		Khi có thay đổi về TTHC
"""


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in an empty folder, within this process: a new one takes a second to start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    (tmp_path / "ke-hoach.txt").write_text(PLAN, encoding="utf-8")
    runner = CliRunner()
    return lambda *words, given=None: runner.invoke(app, list(words), input=given)


def out(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_import_prints_json_alone_and_exits_well(tmp_path: Path) -> None:
    (tmp_path / "ke-hoach.txt").write_text(PLAN, encoding="utf-8")
    done = run("plan", "import", "ke-hoach.txt", "--json", folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    read = json.loads(done.stdout)
    assert [task["tt"] for task in read["tasks"]] == ["1", "2", "3", "4"]
    assert [task["schedule"]["kind"] for task in read["tasks"]] == ["recurring", "continuous", "one_off", "event"]
    assert read["tasks"][0]["lead"] == [{"text": "UBND các phường, xã", "unit": "@all_wards"}]
    assert [task["needs_confirmation"] for task in read["tasks"]] == [True, True, False, True]
    assert read["plan"]["year"] == 2026


def test_import_shows_what_was_understood_in_words(command: Command) -> None:
    said = command("plan", "import", "ke-hoach.txt").stdout
    assert "4 việc:" in said
    assert "Đề nghị: hằng tháng, hạn ngày cuối tháng  [cần xác nhận]" in said
    assert "UBND các phường, xã (8 đơn vị)" in said
    assert "bản nháp số 1; chưa nhắc ai" in said
    again = command("plan", "import", "ke-hoach.txt").stdout
    assert "đã được nhập trước đây (số 1)" in again


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("khong-co.docx", None, "không có tệp này"),
        ("hinh.pdf", b"%PDF-1.7", "PDF"),
        ("rong.txt", b"", "tệp rỗng"),
        ("thu.txt", "Kính gửi anh chị".encode(), ""),
    ],
)
def test_what_is_no_plan_is_refused_in_vietnamese(
    command: Command, name: str, content: bytes | None, said: str
) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    result = command("plan", "import", name)
    assert result.exit_code == 2
    assert result.stderr.startswith(name)
    assert said in result.stderr
    assert "Traceback" not in result.output


def test_nothing_is_confirmed_without_a_name_or_an_open_rhythm(command: Command) -> None:
    command("plan", "import", "ke-hoach.txt")
    assert "Cần ghi tên" in command("plan", "confirm").stderr
    refused = command("plan", "confirm", "--by", "Lan")
    assert refused.exit_code == 1
    assert "Việc 2 (Thường xuyên): cần chọn nhịp báo cáo." in refused.stderr
    assert command("plan", "confirm", "--by", "Lan", "--set", "2=gì đó lạ").exit_code == 1
    assert command("plan", "confirm", "--by", "Lan", "--set", "99=hằng tháng", "--accept").exit_code == 1
    assert "SỐ VIỆC=" in command("plan", "confirm", "--by", "Lan", "--set", "hằng tháng").stderr
    assert "chờ xác nhận" in command("plan", "list").stdout


def test_from_the_plan_to_its_ledger(command: Command) -> None:
    command("plan", "import", "ke-hoach.txt")
    looked = command("simulate", "--from", "2026-03-01", "--to", "2026-03-31", "--json")
    drafted = out(looked)
    done = out(
        command("plan", "confirm", "--by", "Lan", "--set", "*=hằng tháng", "--set", "1=thứ Tư hằng tuần", "--json")
    )
    assert done["occurrences"] == 52 * 8 + 12 + 1
    shown = command("plan", "show").stdout
    assert "Nhịp báo cáo: hằng tuần, hạn thứ Tư (do Lan đặt)" in shown
    assert "Nhịp báo cáo: một lần, hạn 31/03/2026 (theo kế hoạch)" in shown
    notices = out(command("simulate", "--from", "2026-03-01", "--to", "2026-03-31", "--json"))
    assert drafted != notices
    assert {notice["task"] for notice in notices} == {"1", "2", "3"}
    first = next(notice for notice in notices if notice["task"] == "3" and notice["kind"] == "t14")
    assert (first["unit"], first["to"], first["due"]) == ("bn.w.07228", "officer", "2026-03-31")
    said = command("simulate", "--from", "2026-03-30", "--to", "2026-03-31").stdout
    assert "thứ Hai 30/03/2026" in said
    assert "Tất cả" in said
    rows = out(command("ledger", "--task", "1", "--unit", "UBND phường Đa Mai", "--json"))
    assert len(rows) == 52
    assert "Đã lập 1 kỳ cho việc 4." in command("plan", "raise", "4", "--because", "sửa thủ tục khai sinh").stdout
    assert "không phải việc làm theo sự kiện" in command("plan", "raise", "1", "--because", "x").stderr


def test_what_was_due_before_can_be_set_aside_by_a_named_person(command: Command) -> None:
    command("plan", "import", "ke-hoach.txt")
    said = command("plan", "confirm", "--by", "Lan", "--accept").stdout
    assert "kỳ có hạn trước hôm nay đang tính là quá hạn" in said
    assert command("plan", "skip", "--before", "2026-03-01").exit_code == 2
    assert "Đã ghi không áp dụng cho 74 kỳ." in command("plan", "skip", "--before", "2026-03-01", "--by", "Lan").stdout
    aside = [row for row in out(command("ledger", "--json")) if row["state"] == "not_applicable"]
    assert len(aside) == 9 * 8 + 2  # nine Fridays of eight wards, and two months
    assert all(row["due"] < "2026-03-01" and "Lan" in row["reason"] for row in aside)


def test_a_report_is_written_in_both_forms(command: Command, tmp_path: Path) -> None:
    command("plan", "import", "ke-hoach.txt")
    assert "Chưa có kế hoạch nào được xác nhận." in command("report", "--period", "2026-Q1", "--out", "q1.docx").stderr
    command("plan", "confirm", "--by", "Lan", "--accept")
    said = command("report", "--period", "2026-Q1", "--out", "q1.docx").stdout
    assert "đơn vị gửi báo cáo" in said
    assert "BÁO CÁO" in "\n".join(one.text for one in docx.Document(str(tmp_path / "q1.docx")).paragraphs)
    assert command("report", "--period", "2026-Q1", "--out", "q1.xlsx").exit_code == 0
    assert "quý II" in command("report", "--period", "2026-Q2", "--out", "q2.docx").stderr
    assert command("report", "--period", "2026-Q1", "--out", "q1.pdf").exit_code == 1


def test_a_plan_is_rolled_to_the_next_year_for_review(command: Command) -> None:
    command("plan", "import", "ke-hoach.txt")
    command("plan", "confirm", "--by", "Lan", "--accept")
    copied = out(command("plan", "copy", "--year", "2027", "--json"))
    assert copied["plan"]["year"] == 2027
    assert copied["tasks"][2]["time_text"] == "Quý I/2027"
    assert copied["tasks"][2]["schedule"]["due"] == "2027-03-31"
    assert [plan["state"] for plan in out(command("plan", "list", "--json"))] == ["confirmed", "draft"]


def test_times_reads_a_wording_a_line(command: Command) -> None:
    result = command("plan", "times", "--year", "2026", given="Mỗi tuần/1 lần\nQuý I/2026\n\n")
    lines = [json.loads(line) for line in result.stdout.splitlines()]
    assert [line["kind"] for line in lines] == ["recurring", "one_off", "unclear"]
    assert lines[0]["rrule"] == "FREQ=WEEKLY;BYDAY=FR"


def test_an_invite_is_shown_once_with_its_link_and_picture(command: Command, tmp_path: Path) -> None:
    made = out(command("people", "invite", "UBND phường Đa Mai", "--qr", "moi.png", "--json"))
    assert made["unit"] == "bn.w.07228"
    assert made["code"] in made["link"].replace("%20", " ")
    assert (tmp_path / "moi.png").read_bytes().startswith(b"\x89PNG")
    assert "Không có đơn vị" in command("people", "invite", "Phòng Lạ Lùng").stderr
    assert "là một nhóm" in command("people", "invite", "UBND các phường, xã").stderr
    assert "Không có vai trò" in command("people", "invite", "UBND phường Đa Mai", "--role", "vua").stderr
    assert "Chưa có ai liên kết" in command("people", "list").stdout
    assert command("people", "remove", "7").exit_code == 1


def test_a_link_of_an_invite_works_in_the_terminal(tmp_path: Path) -> None:
    made = json.loads(
        run("people", "invite", "UBND phường Đa Mai", "--label", "cán bộ", "--json", folder=tmp_path).stdout
    )
    talked = run("chat", folder=tmp_path, given=f"liên kết {made['code']}\n1\ntôi là ai\nthoát\n").stdout
    assert "UBND phường Đa Mai" in talked
    again = run("chat", folder=tmp_path, given=f"liên kết {made['code']}\nthoát\n").stdout
    assert "đã" in again


def test_the_offices_own_files_are_used_and_checked(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "office"
    folder.mkdir(parents=True)
    (folder / "workdays.yaml").write_text("days:\n  - {date: 2026-13-40}\n", encoding="utf-8")
    command("plan", "import", "ke-hoach.txt")
    result = command("simulate", "--from", "2026-03-01", "--to", "2026-03-31")
    assert result.exit_code == 1
    assert "workdays.yaml" in result.stderr
