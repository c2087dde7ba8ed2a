"""The plan's commands: read and confirm plans, look ahead, report, and give people their roles."""

from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.console import By, Json, chosen, fail, named, print_json, run, show

PLAN_FILES = ".docx, .md, .txt"

Number = Annotated[int | None, typer.Argument(help="Số của kế hoạch (plan list); bỏ trống khi chỉ có một.")]

plan = typer.Typer(help="Kế hoạch: đọc, xác nhận, chép sang năm khác.", no_args_is_help=True)
people = typer.Typer(help="Người được giao việc: mời, xem, thôi phụ trách.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the command line."""
    app.add_typer(plan, name="plan")
    app.add_typer(people, name="people")
    app.command("ledger")(ledger)
    app.command("simulate")(simulate)
    app.command("report")(report)


def _work(work: Any) -> Any:
    """Run a piece of office work; what it refuses is told line by line."""
    from bot.office.plans import RefusedError
    from scheduler.documents import UnreadableError
    from scheduler.office_file import OfficeFileError

    try:
        return run(work)
    except (RefusedError, OfficeFileError) as error:
        raise fail(error.problems, 1) from None
    except UnreadableError as error:
        raise fail(str(error).splitlines(), 2) from None


@plan.command("import")
def import_plan(
    file: Annotated[Path, typer.Argument(help=f"Văn bản kế hoạch: {PLAN_FILES}.")],
    year: Annotated[int | None, typer.Option(help="Năm của kế hoạch, khi văn bản không ghi.")] = None,
    as_json: Json = False,
) -> None:
    """Đọc một kế hoạch, in ra những gì hiểu được và cảnh báo. Lưu thành bản nháp; chưa nhắc ai cho đến khi xác nhận."""
    from bot.office import workbench

    imported = _work(workbench.bring_in(chosen(), file, year))
    show(imported.to_json() if as_json else imported.text())


@plan.command("confirm")
def confirm_plan(
    number: Number = None,
    by: By = "",
    settings: Annotated[
        list[str] | None, typer.Option("--set", help='Đặt nhịp cho một việc: --set "3=thứ Sáu hằng tuần".')
    ] = None,
    leads: Annotated[
        list[str] | None, typer.Option("--lead", help='Giao việc cho đơn vị: --lead "3=bg.p.vhtt;@all_wards".')
    ] = None,
    accept: Annotated[bool, typer.Option("--accept", help="Chấp nhận nhịp đề nghị cho các việc còn lại.")] = False,
    since: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="Bỏ qua các kỳ có hạn trước ngày này.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Xác nhận kế hoạch: lập sổ kỳ cho từng việc, từng đơn vị và bắt đầu nhắc."""
    from bot.office import workbench

    wishes = workbench.Wishes(
        named(by), _pairs(settings, "--set"), _pairs(leads, "--lead"), accept=accept, since=_day(since)
    )
    done = _work(workbench.confirm(chosen(), number, wishes))
    show(done.to_json() if as_json else done.text())


def _pairs(values: list[str] | None, option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values or []:
        tt, equals, rest = value.partition("=")
        if not equals or not tt.strip() or not rest.strip():
            raise fail([f'{option} phải viết dạng "SỐ VIỆC=…", ví dụ {option} "3=…"; đang là "{value}".'])
        pairs[tt.strip()] = rest.strip()
    return pairs


def _day(value: datetime | None) -> date | None:
    return value.date() if value else None


@plan.command("list")
def list_plans(as_json: Json = False) -> None:
    """Các kế hoạch: bản nháp chờ xác nhận và bản đang chạy."""
    from bot.office import workbench

    found = _work(workbench.listed(chosen()))
    show([one.to_json() for one in found] if as_json else workbench.list_text(found))


@plan.command("show")
def show_plan(number: Number = None, as_json: Json = False) -> None:
    """Xem lại một kế hoạch: việc, đơn vị, nhịp báo cáo, ai đặt, cảnh báo."""
    from bot.office import workbench

    found = _work(workbench.shown(chosen(), number))
    show(found.to_json() if as_json else found.text())


@plan.command("copy")
def copy_plan(
    year: Annotated[int, typer.Option(help="Năm mới.")], number: Number = None, as_json: Json = False
) -> None:
    """Chép kế hoạch sang năm khác thành bản nháp để xem lại."""
    from bot.office import workbench

    imported = _work(workbench.copy(chosen(), number, year))
    show(imported.to_json() if as_json else imported.text())


@plan.command("skip")
def skip(
    before: Annotated[datetime, typer.Option("--before", formats=["%Y-%m-%d"], help="Các kỳ có hạn trước ngày này.")],
    number: Number = None,
    by: By = "",
) -> None:
    """Không tính các kỳ chưa báo có hạn trước một ngày: ghi "không áp dụng" cùng người quyết định."""
    from bot.office import workbench

    count = _work(workbench.skip(chosen(), number, before.date(), named(by)))
    print(f"Đã ghi không áp dụng cho {count} kỳ.")


@plan.command("raise")
def raise_event(
    tt: Annotated[str, typer.Argument(help="Số của việc làm theo sự kiện.")],
    because: Annotated[str, typer.Option("--because", help="Sự kiện gì.")],
    number: Annotated[int | None, typer.Option("--plan", help="Số của kế hoạch.")] = None,
    due: Annotated[datetime | None, typer.Option("--due", formats=["%Y-%m-%d"], help="Hạn, nếu khác quy ước.")] = None,
) -> None:
    """Báo có sự kiện: mỗi đơn vị chủ trì của việc đó có một kỳ phải làm."""
    from bot.office import workbench

    count = _work(workbench.raise_event(chosen(), number, tt, because, _day(due)))
    print(f"Đã lập {count} kỳ cho việc {tt}.")


@plan.command("times")
def times(year: Annotated[int, typer.Option(help="Năm của kế hoạch.")]) -> None:
    """Đọc cụm từ thời gian từ đầu vào, mỗi dòng một cụm; in mỗi dòng một JSON."""
    from scheduler import timewords

    for line in sys.stdin:
        print_json(timewords.read(line.rstrip("\n"), year).to_json())


Since = Annotated[datetime, typer.Option("--from", formats=["%Y-%m-%d"], help="Từ ngày.")]
Until = Annotated[datetime, typer.Option("--to", formats=["%Y-%m-%d"], help="Đến ngày.")]


def simulate(
    since: Since,
    until: Until,
    number: Annotated[int | None, typer.Option("--plan", help="Chỉ kế hoạch này, kể cả bản nháp.")] = None,
    unit: Annotated[str | None, typer.Option(help="Chỉ đơn vị này (mã hoặc tên).")] = None,
    as_json: Json = False,
) -> None:
    """Xem trước mọi tin nhắc sẽ gửi trong những ngày đó, cho ai, vì sao, nếu không ai báo cáo gì thêm. Không gửi gì."""
    from bot.office import preview

    if until < since:
        raise fail(["--to phải từ ngày --from trở đi."])
    found = _work(preview.simulate(chosen(), since.date(), until.date(), number, unit))
    show([one.to_json() for one in found.notices] if as_json else found.text())


def report(
    period: Annotated[str, typer.Option(help="2024-Q1, 2024-H1, 2024-Q3, 2024 hoặc 2024-08.")],
    out: Annotated[Path, typer.Option(help="Tệp .docx hoặc .xlsx để ghi.")],
    unit: Annotated[str | None, typer.Option(help="Chỉ đơn vị này (mã hoặc tên).")] = None,
    number: Annotated[int | None, typer.Option("--plan", help="Số của kế hoạch.")] = None,
) -> None:
    """Viết báo cáo kết quả theo mẫu văn bản hành chính; mỗi con số mở được danh sách kỳ đứng sau nó (bản .xlsx)."""
    from bot.office import reporting

    print(_work(reporting.write(chosen(), period, out, unit, number)))


def ledger(
    number: Annotated[int | None, typer.Option("--plan", help="Số của kế hoạch.")] = None,
    task: Annotated[str | None, typer.Option(help="Chỉ việc số này.")] = None,
    unit: Annotated[str | None, typer.Option(help="Chỉ đơn vị này (mã hoặc tên).")] = None,
    as_json: Json = False,
) -> None:
    """Sổ kỳ: mỗi việc, mỗi đơn vị, mỗi kỳ một dòng, với trạng thái lúc này."""
    from bot.office import reporting

    found = _work(reporting.ledger(chosen(), number, task, unit))
    show(found.to_json() if as_json else found.text())


ROLES = (
    "officer (cán bộ), head (lãnh đạo đơn vị), coordinator (điều phối), monitor (giám sát), admin (quản trị), "
    "group (nhóm chat)"
)


@people.command("invite")
def invite(
    unit: Annotated[str, typer.Argument(help="Đơn vị: mã hoặc tên.")],
    role: Annotated[str, typer.Option(help=ROLES)] = "officer",
    label: Annotated[str, typer.Option(help='Chức danh, ví dụ "cán bộ văn hoá – xã hội"; không ghi tên người.')] = "",
    substitute: Annotated[bool, typer.Option("--substitute", help="Người thay thế.")] = False,
    qr: Annotated[Path | None, typer.Option(help="Ghi thêm mã QR ra tệp .png hoặc .svg.")] = None,
    as_json: Json = False,
) -> None:
    """Mời một người nhận vai trò: in mã mời dùng một lần, đường dẫn và mã QR."""
    from bot.office import invitations

    made = _work(invitations.make(chosen(), unit, role, label, substitute=substitute, qr=qr))
    show(made.to_json() if as_json else made.text())


@people.command("list")
def list_people(as_json: Json = False) -> None:
    """Ai đang giữ vai trò nào, nhận tin qua kênh nào, đơn vị nào chưa liên lạc được."""
    from bot.office import invitations

    found = _work(invitations.listed(chosen()))
    show(found.to_json() if as_json else found.text())


@people.command("remove")
def remove_person(number: Annotated[int, typer.Argument(help="Số của người đó (people list).")]) -> None:
    """Cho một người thôi phụ trách. Việc của đơn vị vẫn giữ nguyên."""
    from bot.office import invitations

    if not _work(invitations.remove(chosen(), number)):
        raise fail([f"Không có người số {number} đang phụ trách."], 1)
    print("Đã thôi phụ trách.")
