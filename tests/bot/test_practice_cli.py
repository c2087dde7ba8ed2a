"""``practice list`` and ``practice check`` on the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli import app

Command = Callable[..., Result]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    return lambda *words: CliRunner().invoke(app, ["practice", *words])


def test_the_list_names_every_case_and_what_is_suspended(command: Command) -> None:
    listed = command("list")
    assert listed.exit_code == 0, listed.output
    assert listed.stdout.splitlines()[-1] == "30 tình huống, 0 câu tạm dừng"
    told = json.loads(command("list", "--json").stdout)
    assert {"key": "batuksinh", "title": "Bà Tư cần bản sao giấy khai sinh", "code": "2.000635"} in told["cases"]
    assert told["suspended"] == []


def test_what_is_not_suspended_cannot_be_read_again(command: Command) -> None:
    refused = command("check", "batuksinh/fee", "khongco/fee", "--by", "Lan")
    assert refused.exit_code == 1
    assert "batuksinh/fee" in refused.output
    assert "khongco/fee" in refused.output
    assert command("check", "--by", "Lan").exit_code == 1, "not everything by mistake"
    assert "Lan đã đọc lại 0 câu" in command("check", "--all", "--by", "Lan").stdout
