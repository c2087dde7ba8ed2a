"""What all commands of the command line share: settings, output, errors."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Coroutine
from typing import Annotated, Any

import orjson
import typer

from bot import settings

Json = Annotated[bool, typer.Option("--json", help="In JSON thay cho chữ.")]
By = Annotated[str, typer.Option("--by", help="Họ tên người quyết định; được lưu lại.")]


def fail(problems: list[str], code: int = 2) -> typer.Exit:
    """Tell what is wrong on stderr; the exit to raise."""
    for problem in problems:
        print(problem, file=sys.stderr)
    return typer.Exit(code)


def chosen() -> settings.Settings:
    """The settings, or every mistake in them at once."""
    try:
        return settings.load()
    except settings.SettingsError as error:
        raise fail(["Cấu hình chưa đúng:", *(f"  - {problem}" for problem in error.problems)]) from None


def print_json(value: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()


def show(value: Any) -> None:
    """Text for people, anything else as JSON."""
    if isinstance(value, str):
        print(value, flush=True)
    else:
        print_json(value)


def run(main: Coroutine[Any, Any, Any]) -> Any:
    if sys.platform == "win32":
        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)


def named(by: str) -> str:
    """The name of who decides, which must be given."""
    name = " ".join(by.split())
    if not name:
        raise fail(['Cần ghi tên người quyết định: --by "Họ tên".'])
    return name
