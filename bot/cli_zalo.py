"""``zalo-oa login``, ``status`` and ``people``: an Official Account's tokens, step by step, and whom it reaches."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

import typer

from bot.console import Json, chosen, fail, print_json, run
from bot.settings import Settings

zalo_oa = typer.Typer(help="Zalo Official Account: cấp quyền, xem tình trạng.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the command line."""
    app.add_typer(zalo_oa, name="zalo-oa")


@zalo_oa.command("login")
def login(
    redirect: Annotated[
        str, typer.Option("--redirect", help="Địa chỉ nhận mã, đúng như đã khai trong trang quản lý ứng dụng Zalo.")
    ],
    code: Annotated[str | None, typer.Option("--code", help="Mã (hoặc cả địa chỉ) Zalo trả về, nếu đã có.")] = None,
    verifier: Annotated[str | None, typer.Option("--verifier", help="Chuỗi bí mật đã in ra ở lần chạy trước.")] = None,
) -> None:
    """Cấp quyền cho trợ lý dùng Official Account: in đường dẫn, nhận mã, lưu cặp khoá vào cơ sở dữ liệu."""
    from bot.office import zalo

    settings = chosen()
    if settings.zalo_oa_app_id is None or settings.zalo_oa_app_secret is None or settings.zalo_oa_id is None:
        raise fail(["Hãy đặt ZALO_OA_ID, ZALO_OA_APP_ID, ZALO_OA_APP_SECRET, ZALO_OA_SECRET_KEY trong tệp .env trước."])
    if code is None:
        step = zalo.begin(settings, redirect, verifier)
        print("1. Trong trang quản lý ứng dụng Zalo (Sản phẩm, Official Account, Thiết lập chung), khai:")
        print(f"     Callback URL:    {redirect}")
        print(f"     Code challenge:  {step.challenge}")
        print("2. Quản trị viên của Official Account mở đường dẫn này và bấm đồng ý:")
        print(f"     {step.url}")
        print(f"3. Zalo chuyển tới {redirect}?code=… Dán cả địa chỉ đó vào đây (mã dùng được trong 10 phút).")
        print(f"   (Dừng giữa chừng thì chạy lại, thêm: --verifier {step.verifier} --code MÃ)")
        verifier, code = step.verifier, typer.prompt("   Địa chỉ hoặc mã")
    if verifier is None:
        raise fail(["Dùng --code thì cần cả --verifier của lần chạy đã in đường dẫn."])
    problem = run(zalo.finish(settings, code_in(code or ""), verifier))
    if problem:
        raise fail([problem], 1)
    print("Đã lưu. Trợ lý tự làm mới khoá từ nay; xem tình trạng bằng: zalo-oa status")


def code_in(text: str) -> str:
    """The code itself, or out of the whole address that Zalo opened."""
    text = text.strip()
    return next(iter(parse_qs(urlsplit(text).query).get("code", [])), text)


def _of_an_account() -> Settings:
    """The settings, where they name an Official Account."""
    settings = chosen()
    if settings.zalo_oa_id is None:
        raise fail(["Chưa đặt ZALO_OA_ID trong tệp .env."])
    return settings


@zalo_oa.command("status")
def status(as_json: Json = False) -> None:
    """Official Account nào, đã xác thực chưa, gói gì, khoá còn dùng được không."""
    from bot.office import zalo

    found = run(zalo.status(_of_an_account()))
    if as_json:
        print_json(found)
        return
    for name, value in found.items():
        print(f"{name}: {value}")


@zalo_oa.command("people")
def reached(as_json: Json = False) -> None:
    """Cán bộ nào liên kết qua Official Account, còn quan tâm không, nhắn trước được đến ngày nào."""
    from bot.office import zalo

    found = run(zalo.reached(_of_an_account()))
    if as_json:
        print_json([one.to_json() for one in found])
        return
    print("\n".join(one.text() for one in found) or "Chưa có cán bộ nào liên kết qua Official Account.")
