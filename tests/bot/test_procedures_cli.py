"""``procedures …`` on the command line: import, review, publish, reject, export, as an official does it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app
from knowledge.importers import read
from knowledge.library import shipped
from tests.bot.test_cli import run
from tests.knowledge.office_files import HEADS, word_file, workbook

Command = Callable[..., Result]

ONE = (1, "9.000001", "Cấp thẻ chợ đêm", "Thương mại", "UBND cấp xã")
TWO = (2, "9.000002", "Cấp thẻ chợ ngày", "Thương mại", "UBND cấp xã")


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in an empty folder, within this process: a new one takes a second to start."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    runner = CliRunner()
    return lambda *words: runner.invoke(app, list(words) if words[0] == "ask" else ["procedures", *words])


def office_list(folder: Path, *rows: Any, name: str = "danh-muc.xlsx") -> str:
    return str(workbook(folder / name, {"Cấp xã": [HEADS, *rows]}))


def out(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_from_a_file_to_an_answer(command: Command, tmp_path: Path) -> None:
    done = run("procedures", "import", office_list(tmp_path, ONE), folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 mới, 0 thay đổi, 0 bãi bỏ" in done.stdout
    assert "9.000001" not in out(command("ask", "cấp thẻ chợ đêm", "--json"))["codes"]
    assert command("publish", "9.000001", "--by", "Lan").stdout == "Đã công bố 1 thủ tục: 9.000001\n"
    asked = out(command("ask", "cấp thẻ chợ đêm", "--json"))
    assert asked["codes"][0] == "9.000001"
    assert "Danh mục thủ tục của cơ quan" in asked["replies"][0]["text"]
    assert "Thủ tục này mới có từ ngày" in asked["replies"][0]["text"]
    talked = run("chat", folder=tmp_path, given="cấp thẻ chợ đêm\nthoát\n")
    assert "9.000001" in talked.stdout


def test_good_rows_are_kept_and_each_bad_one_is_told(command: Command, tmp_path: Path) -> None:
    path = office_list(tmp_path, ONE, (2, "sai", "Hỏng", "", ""), TWO)
    result = command("import", path)
    assert result.exit_code == 1
    assert "Đọc được 2 thủ tục: 2 mới" in result.stdout
    assert result.stderr == ("danh-muc.xlsx: trang “Cấp xã”, dòng 3: “sai” không phải mã thủ tục (dạng 1.001193)\n")
    told = json.loads(command("import", path, "--json").stdout)
    assert [change["code"] for change in told["new"]] == ["9.000001", "9.000002"]
    assert told["problems"][0]["file"] == "danh-muc.xlsx"
    assert told["waiting"] == 2


def test_nothing_is_imported_when_a_file_cannot_be_read(command: Command, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"%PDF")
    result = command("import", office_list(tmp_path, ONE), str(tmp_path / "a.pdf"), str(tmp_path / "b.csv"))
    assert result.exit_code == 2
    assert result.stdout == ""
    assert [line.split(":")[0] for line in result.stderr.splitlines()] == ["a.pdf", "b.csv"]
    assert out(command("review", "--json")) == []


def test_the_difference_is_shown_before_it_is_published(command: Command, tmp_path: Path) -> None:
    command("import", office_list(tmp_path, ONE))
    command("publish", "--all", "--by", "Lan")
    command("import", office_list(tmp_path, (*ONE[:3], "Chợ", ONE[4]), TWO))
    shown = command("review").stdout
    assert "9.000001  [thay đổi]  Cấp thẻ chợ đêm" in shown
    assert "  Lĩnh vực: Thương mại → Chợ" in shown
    assert "9.000002  [mới]  Cấp thẻ chợ ngày" in shown
    (told,) = out(command("review", "9.000001", "--json"))
    assert told["differences"] == [{"field": "Lĩnh vực", "old": "Thương mại", "new": "Chợ"}]
    assert told["hand_written"] is False


def test_a_hand_written_record_is_named_as_such(command: Command, tmp_path: Path) -> None:
    command("import", str(word_file(tmp_path / "chi-tiet.docx", "1.001193")))
    shown = command("review").stdout
    assert "đã có bản biên soạn sẵn" in shown
    assert "Phí, lệ phí" in shown
    assert "Câu hỏi mẫu" not in shown  # the source has none, and need not have any


def test_publishing_needs_a_name_and_something_to_publish(command: Command, tmp_path: Path) -> None:
    command("import", office_list(tmp_path, ONE))
    for words in (["9.000001"], ["9.000001", "--by", "  "], ["--all"]):
        result = command("publish", *words)
        assert (result.exit_code, result.stderr) == (2, 'Cần ghi tên người quyết định: --by "Họ tên".\n')
    assert command("publish", "--by", "Lan").exit_code == 2
    assert command("publish", "9.000001", "--all", "--by", "Lan").exit_code == 2
    assert command("reject", "9.000001").exit_code == 2
    assert len(out(command("review", "--json"))) == 1


def test_a_code_for_which_nothing_waits_is_told(command: Command, tmp_path: Path) -> None:
    command("import", office_list(tmp_path, ONE))
    result = command("publish", "9.000001", "9.999999", "--by", "Lan", "--json")
    assert result.exit_code == 1
    assert json.loads(result.stdout) == {"done": ["9.000001"], "nothing_waits": ["9.999999"], "held": []}
    assert result.stderr == "9.999999: không có bản nào chờ duyệt.\n"


def test_a_rejected_version_no_longer_waits(command: Command, tmp_path: Path) -> None:
    path = office_list(tmp_path, ONE)
    command("import", path)
    assert out(command("reject", "9.000001", "--by", "Lan", "--json"))["done"] == ["9.000001"]
    assert "Đã từ chối trước đây, không đưa ra duyệt lại: 9.000001" in command("import", path).stdout
    assert command("review").stdout == "Không có bản nào chờ duyệt.\n"


def test_what_a_complete_file_lacks_is_abolished_unless_rows_are_bad(command: Command, tmp_path: Path) -> None:
    command("import", office_list(tmp_path, ONE, TWO))
    command("publish", "--all", "--by", "Lan")
    result = command("import", office_list(tmp_path, ONE, (2, "9.00002", "Hỏng", "", "")), "--complete")
    assert "chưa xét thủ tục bị bãi bỏ" in result.stdout
    assert out(command("review", "--json")) == []
    told = out(command("import", office_list(tmp_path, ONE), "--complete", "--json"))
    assert [change["code"] for change in told["abolished"]] == ["9.000002"]
    assert "9.000002  [bãi bỏ]" in command("review").stdout


def test_a_code_with_two_contents_is_told(command: Command, tmp_path: Path) -> None:
    result = command("import", office_list(tmp_path, ONE, (*ONE[:2], "Tên khác", *ONE[3:])))
    assert result.exit_code == 1
    assert "mã 9.000001 có hai nội dung khác nhau" in result.stderr


def test_what_was_exported_is_imported_to_the_same_records(command: Command, tmp_path: Path) -> None:
    command("import", office_list(tmp_path, ONE), str(word_file(tmp_path / "b.docx", "9.000003")))
    command("publish", "--all", "--by", "Lan")
    path = tmp_path / "tat-ca.jsonl"
    assert out(command("export", "--out", str(path), "--json"))["exported"] == len(shipped()) + 2
    found = read(path)
    assert found.problems == []
    assert {p.code: p for p in found.procedures}.items() >= shipped().by_code.items()
    told = out(command("import", str(path), "--complete", "--json"))
    assert (told["new"], told["changed"], told["abolished"], told["waiting"]) == ([], [], [], 0)
    assert command("export").stdout_bytes == path.read_bytes()


def test_a_place_that_cannot_be_written_is_told(command: Command, tmp_path: Path) -> None:
    result = command("export", "--out", str(tmp_path / "no" / "a.jsonl"))
    assert result.exit_code == 2
    assert "không ghi được" in result.stderr


def test_match_takes_every_kind_of_file_and_refuses_what_cannot_be_read(tmp_path: Path) -> None:
    path = office_list(tmp_path, ONE)
    asked = '{"id": 1, "question": "cấp thẻ chợ đêm"}\n'
    done = run("match", "--only-catalogue", "--catalogue", path, folder=tmp_path, given=asked)
    assert json.loads(done.stdout)["codes"] == ["9.000001"]
    done = run("match", "--catalogue", "nope.xlsx", folder=tmp_path, given=asked)
    assert (done.returncode, done.stderr) == (2, "nope.xlsx: không có tệp này\n")
