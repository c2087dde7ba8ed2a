"""A schedule in words, as it is shown to people who read or confirm a plan."""

from __future__ import annotations

from datetime import date

from scheduler.plan import Kind, Schedule

DAYS = {
    "MO": "thứ Hai",
    "TU": "thứ Ba",
    "WE": "thứ Tư",
    "TH": "thứ Năm",
    "FR": "thứ Sáu",
    "SA": "thứ Bảy",
    "SU": "Chủ nhật",
}
QUARTERS = ("I", "II", "III", "IV")
ORDINALS = {"1": "đầu tiên", "2": "thứ hai", "3": "thứ ba", "4": "thứ tư", "-1": "cuối cùng"}


def describe(schedule: Schedule) -> str:
    """ "hằng tuần, hạn thứ Sáu"; "một lần, hạn 31/03/2024"; "khi có sự kiện"."""
    match schedule.kind:
        case Kind.CONTINUOUS:
            text = "thường xuyên, không ghi hạn"
        case Kind.EVENT:
            text = "khi có sự kiện"
        case Kind.UNCLEAR:
            text = "chưa rõ thời gian"
        case Kind.ONE_OFF:
            text = f"một lần, hạn {_day(schedule.due)}"
        case Kind.RECURRING:
            text = " và ".join(_rule(rule) for rule in schedule.rules)
            text += ", nộp vào kỳ sau" if schedule.arrears else ""
    if schedule.at:
        text += f", trước {schedule.at:%H:%M}"
    return text + (f", ít nhất {schedule.target} mỗi kỳ" if schedule.target else "")


def _day(day: date | None) -> str:
    return f"{day:%d/%m/%Y}" if day else "chưa rõ"


def _rule(rule: str) -> str:
    parts = dict(part.split("=", 1) for part in rule.split(";"))
    every = int(parts.get("INTERVAL", "1"))
    match parts["FREQ"]:
        case "DAILY":
            return "hằng ngày"
        case "WEEKLY":
            often = "hằng tuần" if every == 1 else f"{every} tuần một lần"
            return f"{often}, hạn {', '.join(DAYS[day] for day in parts.get('BYDAY', 'FR').split(','))}"
        case "MONTHLY":
            return f"{'hằng tháng' if every == 1 else f'{every} tháng một lần'}{_within_month(parts)}"
    return _yearly(parts, every)


def _within_month(parts: dict[str, str]) -> str:
    if "BYDAY" in parts:
        day = parts["BYDAY"]
        return f", hạn {DAYS[day[-2:]]} {ORDINALS.get(day[:-2], f'thứ {day[:-2]}')} của tháng"
    days = parts.get("BYMONTHDAY", "-1").split(",")
    if days == ["-1"]:
        return ", hạn ngày cuối tháng"
    return f", hạn ngày {days[-1] if 'BYSETPOS' in parts else ', '.join(days)}"


def _yearly(parts: dict[str, str], every: int) -> str:
    if every > 1:
        return f"{every} năm một lần"
    months = parts.get("BYMONTH", "12").split(",")
    last = parts.get("BYMONTHDAY", "-1") == "-1"
    day = "ngày cuối" if last else f"ngày {parts['BYMONTHDAY']}"
    if months == ["3", "6", "9", "12"]:
        return f"hằng quý, hạn {day} tháng cuối quý" if not last else "hằng quý, hạn ngày cuối quý"
    if months == ["1", "4", "7", "10"]:
        return f"hằng quý, hạn {day} tháng đầu quý"
    often = "hằng năm" if len(months) == 1 else f"{len(months)} lần một năm"
    return f"{often}, hạn {day} tháng {', '.join(months)}"
