"""``practice list`` and ``check``: which items of practice are suspended, and that a person has read them again."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from bot.console import Json, chosen, fail, print_json, run

practice = typer.Typer(help="Luyện tập cho học sinh: tình huống, câu đang tạm dừng.", no_args_is_help=True)
_WHY = {
    "changed": "thông tin thủ tục đã đổi",
    "stale": "thủ tục quá hạn kiểm tra",
    "not_in_force": "thủ tục không còn hiệu lực",
}


def add_to(app: typer.Typer) -> None:
    """Hang these commands on the command line."""
    app.add_typer(practice, name="practice")


@practice.command("list")
def show(as_json: Json = False) -> None:
    """Các tình huống, và câu nào đang tạm dừng vì sao."""
    from bot.practice import checking

    course, today = run(checking.course(chosen()))
    waiting = course.suspended(today)
    if as_json:
        cases = [{"key": case.key, "title": case.title, "code": case.code} for case in course.cases.values()]
        print_json({"cases": cases, "suspended": [{"item": one.item.name, "why": one.why} for one in waiting]})
        return
    for case in course.cases.values():
        count = len(course.items(case.key, today))
        print(f"{case.key:15} {case.code}  {count:2} câu  {case.title}")
    for one in waiting:
        print(f"tạm dừng: {one.item.name} – {_WHY[one.why]}")
    print(f"{len(course.cases)} tình huống, {len(waiting)} câu tạm dừng")


@practice.command("check")
def check(
    items: Annotated[list[str] | None, typer.Argument(help="Câu đã đọc lại, ví dụ batuksinh/fee.")] = None,
    by: Annotated[str, typer.Option("--by", help="Ai đã đọc lại.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Mọi câu đang tạm dừng vì thông tin đã đổi.")] = False,
) -> None:
    """In câu đang tạm dừng để đọc lại; có --by thì ghi nhận đã đọc và cho hỏi lại."""
    from bot.practice import checking

    if by.strip() and not items and not everything:
        raise fail(["ghi rõ tên câu đã đọc lại, hoặc --all"], 1)
    read, unknown = run(checking.read_again(chosen(), items or [], by.strip()))
    if unknown:
        raise fail([f"không có câu nào đang tạm dừng vì thông tin đổi: {name}" for name in unknown], 1)
    for one in read:
        print("\n".join(_lines(one)))
    if not by.strip():
        print("Đọc các câu trên cùng dữ liệu thủ tục, rồi chạy lại với tên câu (hoặc --all) và --by TÊN.")
    else:
        print(f"{by.strip()} đã đọc lại {len(read)} câu; các câu đó được hỏi lại.")


def _lines(one: Any) -> list[str]:
    options = [f"  {'✓' if option.right else '·'} {option.label}" for option in one.item.options]
    return [f"{one.item.name}: {one.item.prompt}", *options, f"  → {one.item.rule}"]
