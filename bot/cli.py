"""The command line. Every command prints text for people, or JSON with --json; errors go to stderr."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from bot import logs, settings

app = typer.Typer(
    help="Trợ lý Một Cửa: hỏi đáp thủ tục hành chính. Không có lệnh con: chạy tất cả trong một tiến trình.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FILES = ".xlsx, .csv, .docx, .jsonl, .jsonl.gz"
Json = Annotated[bool, typer.Option("--json", help="In JSON thay cho chữ.")]


def _fail(problems: list[str], code: int = 2) -> typer.Exit:
    for problem in problems:
        print(problem, file=sys.stderr)
    return typer.Exit(code)


def _settings() -> settings.Settings:
    try:
        return settings.load()
    except settings.SettingsError as error:
        raise _fail(["Cấu hình chưa đúng:", *(f"  - {problem}" for problem in error.problems)]) from None


def _print_json(value: Any) -> None:
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()


def _run(main: Coroutine[Any, Any, Any]) -> Any:
    if sys.platform == "win32":
        return asyncio.run(main)
    import uvloop

    return uvloop.run(main)


@app.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        run()


@app.command()
def run() -> None:
    """Chạy tất cả: trang web, các kênh, nhắc việc. Ctrl-C để dừng."""
    began = time.monotonic()
    chosen = _settings()
    logs.configure()
    from bot.app import App
    from bot.banner import banner

    try:
        assistant = App(chosen)
        _run(assistant.run_until_stopped(lambda ready: print(banner(ready, time.monotonic() - began), flush=True)))
    except OSError as error:
        where = f"{chosen.host}:{chosen.port}"
        raise _fail([f"Không mở được cổng {where} ({error.strerror}). Đặt PORT khác rồi chạy lại."]) from None


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="Câu hỏi, gõ như nói chuyện.")],
    as_json: Json = False,
    why: Annotated[bool, typer.Option("--why", help="In cả các thủ tục được cân nhắc và điểm.")] = False,
) -> None:
    """Hỏi một câu và in câu trả lời. Không lưu lại gì."""
    from bot.offline import answer_one

    logs.configure()
    answer = _run(answer_one(_settings(), question, why=why))
    if as_json:
        _print_json(answer.to_json())
    else:
        print(answer.text())


@app.command()
def chat() -> None:
    """Nói chuyện với trợ lý ngay trong cửa sổ lệnh. Gõ "thoát" để dừng."""
    from bot.offline import terminal

    logs.configure()
    _run(terminal(_settings()))


@app.command()
def match(
    catalogue: Annotated[list[Path] | None, typer.Option(help=f"Tệp thủ tục ({FILES}) dùng thêm.")] = None,
    only_catalogue: Annotated[bool, typer.Option(help="Chỉ dùng tệp thủ tục, không dùng dữ liệu có sẵn.")] = False,
) -> None:
    """Đọc câu hỏi (mỗi dòng một JSON) từ đầu vào, in kết quả tìm (mỗi dòng một JSON)."""
    from bot.matching import answer_lines
    from knowledge.importers import UnreadableError

    try:
        answer_lines(_settings(), catalogue or [], only_catalogue=only_catalogue)
    except UnreadableError as error:
        raise _fail([str(error)]) from None


@app.command()
def check(
    as_json: Json = False,
    catalogue: Annotated[list[Path] | None, typer.Option(help="Tệp thủ tục mới để so lệ phí.")] = None,
) -> None:
    """Kiểm tra mọi tệp nội dung: đúng mẫu, câu hỏi mẫu tìm ra đúng thủ tục, mục nào quá hạn kiểm tra."""
    from bot import clock
    from handlers.context import VIETNAM
    from knowledge import importers
    from knowledge.check import check_shipped

    try:
        newer = [record for path in catalogue or () for record in importers.read(path).procedures]
    except importers.UnreadableError as error:
        raise _fail([str(error)]) from None
    result = check_shipped(clock.now().astimezone(VIETNAM).date(), newer)
    if as_json:
        _print_json(result.to_json())
    else:
        print(result.text())
    if result.problems:
        raise typer.Exit(1)


gaps = typer.Typer(help="Những câu hỏi chưa trả lời được.", no_args_is_help=True)
app.add_typer(gaps, name="gaps")


@gaps.command("list")
def list_gaps(as_json: Json = False) -> None:
    """Liệt kê các câu hỏi chưa trả lời được; câu giống nhau gộp lại, nhiều người hỏi đứng trước."""
    from bot.gaps import open_gaps
    from bot.offline import with_storage

    found = _run(with_storage(_settings(), open_gaps))
    if as_json:
        _print_json([gap.to_json() for gap in found])
    elif not found:
        print("Chưa có câu hỏi nào cần bổ sung.")
    else:
        for gap in found:
            print(f"số {gap.id}: {gap.count} lần  [{', '.join(gap.reasons)}]  {gap.text}")
            for other in gap.others:
                print(f"      {other}")


@gaps.command("attach")
def attach_gap(
    number: Annotated[int, typer.Argument(help="Số của câu hỏi, xem bằng gaps list.")],
    code: Annotated[str, typer.Argument(help="Mã thủ tục mà câu hỏi muốn nói tới.")],
    alias: Annotated[str | None, typer.Option("--as", help="Cách gọi gọn hơn thay cho nguyên câu hỏi.")] = None,
) -> None:
    """Gắn một câu hỏi vào thủ tục như một tên gọi; từ chối nếu làm hỏng câu hỏi mẫu của thủ tục khác."""
    from bot.gaps import RefusedError
    from bot.offline import attach_alias

    try:
        text = _run(attach_alias(_settings(), number, code, alias))
    except RefusedError as error:
        raise _fail(error.problems, 1) from None
    print(f"Đã gắn “{text}” vào {code}.")


procedures = typer.Typer(help="Thủ tục nhập từ tệp: nhập, duyệt, công bố, xuất.", no_args_is_help=True)
app.add_typer(procedures, name="procedures")

By = Annotated[str, typer.Option("--by", help="Họ tên người quyết định; được lưu lại.")]


@procedures.command("import")
def import_procedures(
    files: Annotated[list[Path], typer.Argument(help=f"Tệp thủ tục: {FILES}.")],
    complete: Annotated[bool, typer.Option("--complete", help="Tệp có đủ mọi thủ tục; mã vắng mặt là bãi bỏ.")] = False,
    as_json: Json = False,
) -> None:
    """Đọc tệp thủ tục và so với bản đang có; bản mới chờ người duyệt, chưa thay gì đang dùng."""
    from bot import desk
    from knowledge.importers import UnreadableError

    try:
        report = _run(desk.bring_in(_settings(), files, complete=complete))
    except UnreadableError as error:
        raise _fail(str(error).splitlines()) from None
    _show(report.to_json() if as_json else report.text())
    if report.problems:
        raise _fail([f"{file}: {problem}" for file, problem in report.problems], 1)


@procedures.command("review")
def review_procedures(
    codes: Annotated[list[str] | None, typer.Argument(help="Chỉ những mã này.")] = None, as_json: Json = False
) -> None:
    """Xem các bản chờ duyệt và điểm khác với bản đang dùng."""
    from bot import desk

    found = _run(desk.review(_settings(), codes or []))
    _show(found.to_json() if as_json else found.text())


@procedures.command("publish")
def publish_procedures(
    codes: Annotated[list[str] | None, typer.Argument(help="Mã thủ tục.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Mọi bản chờ duyệt, trừ bản làm mất nội dung.")] = False,
    by: By = "",
    as_json: Json = False,
) -> None:
    """Công bố bản chờ duyệt: từ nhịp kế tiếp trợ lý trả lời theo bản đó. Bản cũ được giữ lại trong lịch sử."""
    from bot import desk

    if bool(codes) == everything:
        raise _fail(["Hãy ghi mã thủ tục cần công bố, hoặc --all."])
    decided = _run(desk.publish(_settings(), codes or [], _named(by)))
    _show_decided(decided, "Đã công bố", as_json=as_json)


@procedures.command("reject")
def reject_procedures(
    codes: Annotated[list[str], typer.Argument(help="Mã thủ tục.")], by: By = "", as_json: Json = False
) -> None:
    """Từ chối bản chờ duyệt; lần nhập sau có nội dung y như vậy thì không hỏi lại."""
    from bot import desk

    decided = _run(desk.reject(_settings(), codes, _named(by)))
    _show_decided(decided, "Đã từ chối", as_json=as_json)


@procedures.command("export")
def export_procedures(
    out: Annotated[Path | None, typer.Option(help="Tệp .jsonl để ghi; không có thì in ra màn hình.")] = None,
    as_json: Json = False,
) -> None:
    """Xuất mọi thủ tục đang dùng, mỗi dòng một JSON; lệnh import đọc lại được nguyên vẹn."""
    from bot import desk

    lines = _run(desk.export(_settings()))
    if out is None:
        sys.stdout.buffer.writelines(lines)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(b"".join(lines))
    except OSError as error:
        raise _fail([f"{out}: không ghi được ({error.strerror})."]) from None
    _show({"exported": len(lines), "file": str(out)} if as_json else f"Đã xuất {len(lines)} thủ tục ra {out}.")


def _named(by: str) -> str:
    name = " ".join(by.split())
    if not name:
        raise _fail(['Cần ghi tên người quyết định: --by "Họ tên".'])
    return name


def _show(value: Any) -> None:
    """Text for people, anything else as JSON."""
    if isinstance(value, str):
        print(value, flush=True)
    else:
        _print_json(value)


def _show_decided(decided: Any, done: str, *, as_json: bool) -> None:
    from bot import desk

    _show(desk.decided_json(decided) if as_json else desk.decided_text(decided, done))
    problems = [f"{code}: không có bản nào chờ duyệt." for code in decided.nothing_waits]
    if problems or decided.held:
        raise _fail(problems, 1)


database = typer.Typer(help="Cơ sở dữ liệu.", no_args_is_help=True)
app.add_typer(database, name="db")


@database.command("upgrade")
def upgrade() -> None:
    """Đưa cơ sở dữ liệu lên phiên bản mới nhất."""
    from bot.storage import migrate

    _run(migrate(_settings().database))
    print("Cơ sở dữ liệu đã ở phiên bản mới nhất.")
