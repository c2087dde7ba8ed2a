"""The command line as people and programs call it: real processes, an empty folder, a clean environment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
CLEAN = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8"}


def run(*arguments: str, folder: Path, given: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bot", *arguments]
    env = {**CLEAN, "HOME": str(folder), **environment}
    return subprocess.run(
        command, cwd=folder, env=env, input=given, capture_output=True, text=True, timeout=60, check=False
    )


def asked(question: str, folder: Path) -> dict[str, Any]:
    done = run("ask", question, "--json", folder=folder)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_it_answers_a_question_without_accents(tmp_path: Path) -> None:
    answer = asked("lam giay khai sinh cho con can giay to gi", tmp_path)
    assert answer["decision"] == "answer"
    assert answer["codes"][0] == "1.001193"
    assert answer["facet"] == "documents"
    assert answer.keys() == {"question", "decision", "facet", "codes", "replies"}


def test_it_declines_the_weather_and_names_no_procedure(tmp_path: Path) -> None:
    answer = asked("thời tiết hôm nay", tmp_path)
    assert answer["decision"] == "decline"
    assert answer["codes"] == []
    assert not re.search(r"\d\.\d{6}", json.dumps(answer))


def test_it_asks_back_when_only_a_verb_is_given(tmp_path: Path) -> None:
    assert asked("đăng ký", tmp_path)["decision"] == "clarify"


def test_it_finds_a_procedure_by_its_code(tmp_path: Path) -> None:
    assert asked("1.001193", tmp_path)["codes"][0] == "1.001193"


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    asked("khai sinh cho con", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_it_says_why(tmp_path: Path) -> None:
    done = run("ask", "khai sinh cho con", "--why", folder=tmp_path)
    assert "1.001193" in done.stdout


def test_match_answers_line_by_line_and_survives_bad_lines(tmp_path: Path) -> None:
    lines = [
        '{"id": "a", "question": "làm giấy khai sinh cho con"}',
        "not json",
        '{"id": "b", "turns": [{"question": "làm giấy khai sinh cho con"}, {"question": "thế lệ phí bao nhiêu"}]}',
        '{"id": "c"}',
    ]
    done = run("match", folder=tmp_path, given="\n".join(lines) + "\n")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0]["id"] == "a"
    assert answers[0]["codes"][0] == "1.001193"
    assert len(answers[0]["codes"]) <= 10
    assert "error" in answers[1]
    assert [turn["codes"][0] for turn in answers[2]["turns"]] == ["1.001193", "1.001193"]
    assert answers[2]["turns"][1]["facet"] == "fee"
    assert "error" in answers[3]


def test_the_terminal_talks_and_stops(tmp_path: Path) -> None:
    done = run("chat", folder=tmp_path, given="lam giay khai sinh cho con can gi\nthe le phi bao nhieu\nthoát\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Nguồn: Cổng Dịch vụ công quốc gia, mã 1.001193") == 2


def test_gaps_are_listed(tmp_path: Path) -> None:
    run("chat", folder=tmp_path, given="thời tiết hôm nay\nthoi tiet hom nay\nthoát\n")
    done = run("gaps", "list", "--json", folder=tmp_path)
    (gap,) = json.loads(done.stdout)
    assert (gap["count"], gap["text"], gap["reasons"]) == (2, "thời tiết hôm nay", ["declined"])
    assert gap["others"] == ["thoi tiet hom nay"]


def test_all_mistakes_of_the_settings_are_told_at_once(tmp_path: Path) -> None:
    secret = "geheim-geheim"
    wrong = {"PORT": "abc", "PUBLIC_URL": "x", "TELEGRAM_BOT_TOKEN": secret, "DATABASE_URL_FILE": "/does/not/exist"}
    done = run(folder=tmp_path, **wrong)
    assert done.returncode == 2
    for name in wrong:
        assert name in done.stderr
    assert secret not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "url").write_text(f"sqlite:///{tmp_path / 'other.db'}\n", encoding="utf-8")
    done = run("db", "upgrade", folder=tmp_path, DATABASE_URL_FILE=str(tmp_path / "url"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "other.db").exists()


def test_a_taken_port_is_said_in_one_line(tmp_path: Path) -> None:
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = run(folder=tmp_path, PORT=str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert "Không mở được cổng" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_starts_from_an_empty_folder_answers_and_stops_in_time(tmp_path: Path, number: int) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "bot"],
        cwd=tmp_path,
        env={**CLEAN, "PORT": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(8)]
    banner = "".join(lines)
    try:
        assert "đã sẵn sàng" in banner
        assert "TELEGRAM_BOT_TOKEN" in banner
        assert "Zalo" in banner
        found = re.search(r"http://127\.0\.0\.1:\d+", banner)
        assert found
        request = urllib.request.Request(
            f"{found.group()}/api/chat",
            data=json.dumps({"text": "làm giấy khai sinh cho con"}).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=10) as response:
            assert json.load(response)["codes"][0] == "1.001193"
    finally:
        began = time.monotonic()
        process.send_signal(number)
        _, errors = process.communicate(timeout=10)
    assert time.monotonic() - began < 5
    assert process.returncode == 0, errors
    assert errors == ""
    assert (tmp_path / "data" / "mot-cua.db").exists()
