"""``account create`` and ``account password``: the first admin of the office's page, before any chat is linked."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from bot.console import chosen, fail, run

account = typer.Typer(help="Tài khoản có mật khẩu của trang làm việc.", no_args_is_help=True)
PASSWORD = "OFFICE_PASSWORD"  # noqa: S105 - the name of a variable
Name = Annotated[str, typer.Argument(help="Tên đăng nhập: chữ thường không dấu, chữ số, dấu . _ -")]
_UNIT = typer.Option("--unit", help="Đơn vị của người quản trị, viết thế nào cũng được.")


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the command line."""
    app.add_typer(account, name="account")


@account.command("create")
def create(name: Name, unit: Annotated[str, _UNIT]) -> None:
    """Tạo tài khoản quản trị. Mật khẩu được hỏi (không hiện), hoặc lấy từ biến OFFICE_PASSWORD."""
    from bot.office import accounts
    from bot.office.plans import RefusedError

    try:
        made = run(accounts.create(chosen(), name, _password(), unit))
    except RefusedError as error:
        raise fail(error.problems, 1) from None
    print(f"Đã tạo tài khoản quản trị “{name}” của {made.unit_name}. Đăng nhập tại: {made.page}")


@account.command("password")
def password(name: Name) -> None:
    """Đổi mật khẩu; mọi thiết bị đang đăng nhập bằng tài khoản đó bị đăng xuất."""
    from bot.office import accounts
    from bot.office.plans import RefusedError

    try:
        run(accounts.change(chosen(), name, _password()))
    except RefusedError as error:
        raise fail(error.problems, 1) from None
    print(f"Đã đổi mật khẩu của “{name}”. Các thiết bị đang đăng nhập đã bị đăng xuất.")


def _password() -> str:
    """From the environment, else asked twice and not shown; never an argument, which others could see."""
    told = os.environ.get(PASSWORD)
    return told if told else str(typer.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Gõ lại mật khẩu"))
