"""The command line. Every command prints text for people, or JSON with --json; errors go to stderr."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from bot import cli_account, cli_office, cli_practice, cli_zalo, logs
from bot.console import By, Json, chosen, fail, named, print_json, show
from bot.console import run as run_

app = typer.Typer(
    help="Trợ lý Một Cửa: hỏi đáp thủ tục hành chính. Không có lệnh con: chạy tất cả trong một tiến trình.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)

FILES = ".xlsx, .csv, .docx, .jsonl, .jsonl.gz"


@app.callback(invoke_without_command=True)
def _default(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        run()


@app.command()
def run() -> None:
    """Chạy tất cả: trang web, các kênh, nhắc việc. Ctrl-C để dừng."""
    began = time.monotonic()
    settings = chosen()
    logs.configure()
    from bot.app import App
    from bot.banner import banner

    try:
        assistant = App(settings)
        run_(assistant.run_until_stopped(lambda ready: print(banner(ready, time.monotonic() - began), flush=True)))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        raise fail([f"Không mở được cổng {where} ({error.strerror}). Đặt PORT khác rồi chạy lại."]) from None


@app.command()
def ask(
    question: Annotated[str, typer.Argument(help="Câu hỏi, gõ như nói chuyện.")],
    as_json: Json = False,
    why: Annotated[bool, typer.Option("--why", help="In cả các thủ tục được cân nhắc và điểm.")] = False,
) -> None:
    """Hỏi một câu và in câu trả lời. Không lưu lại gì."""
    from bot.offline import answer_one

    logs.configure()
    answer = run_(answer_one(chosen(), question, why=why))
    if as_json:
        print_json(answer.to_json())
    else:
        print(answer.text())


@app.command()
def chat() -> None:
    """Nói chuyện với trợ lý ngay trong cửa sổ lệnh. Gõ "thoát" để dừng."""
    from bot.offline import terminal

    logs.configure()
    run_(terminal(chosen()))


@app.command()
def match(
    catalogue: Annotated[list[Path] | None, typer.Option(help=f"Tệp thủ tục ({FILES}) dùng thêm.")] = None,
    only_catalogue: Annotated[bool, typer.Option(help="Chỉ dùng tệp thủ tục, không dùng dữ liệu có sẵn.")] = False,
) -> None:
    """Đọc câu hỏi (mỗi dòng một JSON) từ đầu vào, in kết quả tìm (mỗi dòng một JSON)."""
    from bot.matching import answer_lines
    from knowledge.importers import UnreadableError

    try:
        answer_lines(chosen(), catalogue or [], only_catalogue=only_catalogue)
    except UnreadableError as error:
        raise fail([str(error)]) from None


@app.command()
def check(
    as_json: Json = False,
    catalogue: Annotated[list[Path] | None, typer.Option(help="Tệp thủ tục mới để so lệ phí.")] = None,
) -> None:
    """Kiểm tra mọi tệp nội dung: đúng mẫu, câu hỏi mẫu tìm ra đúng thủ tục, mục nào quá hạn kiểm tra."""
    from bot import clock
    from knowledge import importers
    from knowledge.check import check_shipped
    from scheduler.calendar import VIETNAM

    try:
        newer = [record for path in catalogue or () for record in importers.read(path).procedures]
    except importers.UnreadableError as error:
        raise fail([str(error)]) from None
    result = check_shipped(clock.now().astimezone(VIETNAM).date(), newer)
    if as_json:
        print_json(result.to_json())
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
    from bot.storage import with_storage

    found = run_(with_storage(chosen(), open_gaps))
    if as_json:
        print_json([gap.to_json() for gap in found])
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
        text = run_(attach_alias(chosen(), number, code, alias))
    except RefusedError as error:
        raise fail(error.problems, 1) from None
    print(f"Đã gắn “{text}” vào {code}.")


procedures = typer.Typer(help="Thủ tục nhập từ tệp: nhập, duyệt, công bố, xuất.", no_args_is_help=True)
app.add_typer(procedures, name="procedures")


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
        report = run_(desk.bring_in(chosen(), files, complete=complete))
    except UnreadableError as error:
        raise fail(str(error).splitlines()) from None
    show(report.to_json() if as_json else report.text())
    if report.problems:
        raise fail([f"{file}: {problem}" for file, problem in report.problems], 1)


@procedures.command("review")
def review_procedures(
    codes: Annotated[list[str] | None, typer.Argument(help="Chỉ những mã này.")] = None, as_json: Json = False
) -> None:
    """Xem các bản chờ duyệt và điểm khác với bản đang dùng."""
    from bot import desk

    found = run_(desk.review(chosen(), codes or []))
    show(found.to_json() if as_json else found.text())


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
        raise fail(["Hãy ghi mã thủ tục cần công bố, hoặc --all."])
    decided = run_(desk.publish(chosen(), codes or [], named(by)))
    _show_decided(decided, "Đã công bố", as_json=as_json)


@procedures.command("reject")
def reject_procedures(
    codes: Annotated[list[str], typer.Argument(help="Mã thủ tục.")], by: By = "", as_json: Json = False
) -> None:
    """Từ chối bản chờ duyệt; lần nhập sau có nội dung y như vậy thì không hỏi lại."""
    from bot import desk

    decided = run_(desk.reject(chosen(), codes, named(by)))
    _show_decided(decided, "Đã từ chối", as_json=as_json)


@procedures.command("export")
def export_procedures(
    out: Annotated[Path | None, typer.Option(help="Tệp .jsonl để ghi; không có thì in ra màn hình.")] = None,
    as_json: Json = False,
) -> None:
    """Xuất mọi thủ tục đang dùng, mỗi dòng một JSON; lệnh import đọc lại được nguyên vẹn."""
    from bot import desk

    lines = run_(desk.export(chosen()))
    if out is None:
        sys.stdout.buffer.writelines(lines)
        sys.stdout.buffer.flush()
        return
    try:
        out.write_bytes(b"".join(lines))
    except OSError as error:
        raise fail([f"{out}: không ghi được ({error.strerror})."]) from None
    show({"exported": len(lines), "file": str(out)} if as_json else f"Đã xuất {len(lines)} thủ tục ra {out}.")


def _show_decided(decided: Any, done: str, *, as_json: bool) -> None:
    from bot import desk

    show(desk.decided_json(decided) if as_json else desk.decided_text(decided, done))
    problems = [f"{code}: không có bản nào chờ duyệt." for code in decided.nothing_waits]
    if problems or decided.held:
        raise fail(problems, 1)


cli_account.add_to(app)
cli_office.add_to(app)
cli_zalo.add_to(app)
cli_practice.add_to(app)

database = typer.Typer(help="Cơ sở dữ liệu.", no_args_is_help=True)
app.add_typer(database, name="db")


@database.command("upgrade")
def upgrade() -> None:
    """Đưa cơ sở dữ liệu lên phiên bản mới nhất."""
    from bot.storage import migrate

    run_(migrate(chosen().database))
    print("Cơ sở dữ liệu đã ở phiên bản mới nhất.")
