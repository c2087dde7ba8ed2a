"""``python -m tests``: every check, a line each, non-zero when one fails. ``python -m tests types`` runs one step.

This file is the documentation of the checks: what CI runs is what stands here.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parent.parent


class FailedError(Exception):
    """A step that failed, with what it printed."""


def _python(*arguments: str) -> str:
    """Run a tool of this environment; its output, or FailedError with it."""
    command = [sys.executable, *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise FailedError(done.stdout + done.stderr)
    return done.stdout


def _format() -> str:
    """Every file is formatted."""
    return _python("-m", "ruff", "format", "--check", ".").strip().splitlines()[-1]


def _lint() -> str:
    """No questionable code."""
    return _python("-m", "ruff", "check", ".").strip().splitlines()[-1]


def _types() -> str:
    """Everything is typed, strictly."""
    return _python("-m", "mypy").strip().splitlines()[-1]


def _floors() -> str:
    """A room imports only from the rooms below it; see the contracts in pyproject.toml."""
    output = _python("-c", "from importlinter.cli import lint_imports_command as main; main()", "--no-cache")
    return next((line for line in output.splitlines() if line.startswith("Contracts:")), "no contracts")


def _content() -> str:
    """Every content file is valid and every stored question finds its own procedure."""
    return _python("-m", "bot", "check").strip().splitlines()[-1]


def _tests() -> str:
    """The tests, in random order. Skips are counted and explained in the closing line."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-n", "auto", "--dist", "loadfile", f"--junitxml={report}"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if not report.exists():
            raise FailedError(done.stdout + done.stderr)
        closing = _closing(ElementTree.parse(report).getroot())  # noqa: S314 - our own report
    if done.returncode:
        raise FailedError(f"{done.stdout}{done.stderr}\n{closing}")
    return closing


def _closing(report: ElementTree.Element) -> str:
    cases = list(report.iter("testcase"))
    skipped = [case.find("skipped") for case in cases]
    reasons = Counter(element.get("message", "") for element in skipped if element is not None)
    failed = sum(case.find("failure") is not None or case.find("error") is not None for case in cases)
    count = sum(reasons.values())
    line = f"{len(cases) - failed - count} passed, {failed} failed, {count} skipped"
    return "\n".join([line, *(f"    {number} skipped: {reason}" for reason, number in reasons.items())])


STEPS: dict[str, Callable[[], str]] = {
    "format": _format,
    "lint": _lint,
    "types": _types,
    "floors": _floors,
    "content": _content,
    "tests": _tests,
}


def main(names: list[str]) -> int:
    """Run the named steps, or all; how many failed."""
    unknown = [name for name in names if name not in STEPS]
    if unknown:
        print(f"unknown step: {', '.join(unknown)}; there are: {', '.join(STEPS)}", file=sys.stderr)
        return 2
    failures = 0
    closing = ""
    for name in names or STEPS:
        began = time.monotonic()
        try:
            said, mark = STEPS[name](), "ok"
        except FailedError as failure:
            said, mark = f"\n{failure}", "FAILED"
            failures += 1
        if name == "tests" and mark == "ok":
            closing, said = said, ""
        print(f"{name:<8} {mark:<6} {time.monotonic() - began:5.1f} s  {said}".rstrip(), flush=True)
    if closing:
        print(closing)
    return failures


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
