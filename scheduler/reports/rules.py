"""Rules of the reports that an office may change: windows, letter, outline, scoring. A YAML file, read strictly."""

from __future__ import annotations

import calendar
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from scheduler.ledger import Form

FILE = Path(__file__).parent.parent / "data" / "report.yaml"

_DAY = re.compile(r"(\d{1,2})(?:/(\d{1,2}))?(?: (năm|tháng) trước)?")
_WRONG = {
    "missing": "thiếu mục này",
    "extra_forbidden": "mục lạ, có thể gõ sai tên",
    "string_type": "phải là một dòng chữ",
    "string_too_short": "không được để trống",
    "too_short": "phải có ít nhất một mục",
    "tuple_type": "phải là một danh sách",
    "model_type": "phải là một nhóm mục",
    "dict_type": "phải là một nhóm mục",
    "decimal_parsing": "phải là một số, ví dụ 0,25",
    "decimal_type": "phải là một số, ví dụ 0,25",
    "greater_than_equal": "số quá nhỏ",
    "less_than_equal": "số quá lớn",
    "greater_than": "số phải lớn hơn 0",
    "enum": "không phải hình thức tuyên truyền; chọn trong: " + ", ".join(Form),
}


class RulesError(Exception):
    """A file of rules that cannot be used; ``problems`` has one Vietnamese line a problem, with its place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Day:
    """A day as a rule names it: "15/12 năm trước", "14/03", "15 tháng trước", "14"."""

    day: int
    month: int | None = None
    """None: of the month that is reported."""
    before: bool = False
    """In the year, or month, before."""


def _day(value: object) -> Day:
    text = unicodedata.normalize("NFC", " ".join(str(value).split()))
    found = _DAY.fullmatch(text)
    if not found:
        raise ValueError(f"không hiểu ngày «{text}»; viết như «15/12 năm trước», «14/03» hoặc «15 tháng trước»")
    day, month = int(found[1]), int(found[2]) if found[2] else None
    longest = 31 if month is None else calendar.monthrange(2024, month)[1] if 1 <= month <= 12 else 0
    if not 1 <= day <= longest or found[3] == ("năm" if month is None else "tháng"):
        raise ValueError(f"không có ngày «{text}»")
    return Day(day, month, bool(found[3]))


def _yes(value: object) -> object:
    words = {"có": True, "không": False, "true": True, "false": False}
    if (said := unicodedata.normalize("NFC", str(value).strip().lower())) not in words:
        raise ValueError("chỉ viết «có» hoặc «không»")
    return words[said]


def _point(value: object) -> object:
    return value.strip().replace(",", ".") if isinstance(value, str) else value


def _nfc(value: str) -> str:
    return unicodedata.normalize("NFC", " ".join(value.split()))


Line = Annotated[str, AfterValidator(_nfc)]
Text = Annotated[str, Field(min_length=1), AfterValidator(_nfc)]
Points = Annotated[Decimal, Field(ge=0, le=100), BeforeValidator(_point)]
Percent = Points
DayRule = Annotated[Day, BeforeValidator(_day)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Span(_Part):
    """First and last day of the data of a report, and the day to send it by."""

    start: DayRule = Field(alias="from")
    end: DayRule = Field(alias="to")
    send_by: DayRule


class Spans(_Part):
    """The windows of all kinds of reports."""

    quarter_1: Span
    half_year: Span
    quarter_3: Span
    year: Span
    month: Span

    @model_validator(mode="after")
    def _months(self) -> Spans:
        for name in type(self).model_fields:
            span: Span = getattr(self, name)
            for day in (span.start, span.end, span.send_by):
                if (day.month is None) is not (name == "month"):
                    wanted = "chỉ ghi ngày, không ghi tháng" if name == "month" else "phải ghi cả ngày và tháng"
                    raise ValueError(f"{name}: {wanted}")
        return self


class Letter(_Part):
    """Head and foot of the letter (Nghị định 30/2020/NĐ-CP)."""

    parent: Line
    agency: Text
    name: Text
    sign: Text
    place: Text
    subject: Text
    to: Line
    signer: tuple[Text, ...] = Field(min_length=1)
    signer_name: Line
    copies: tuple[Text, ...]


class Heading(_Part):
    """A heading of section 2 and the forms of propaganda told under it."""

    title: Text
    forms: tuple[Form, ...]


class Reading(_Part):
    """One way to read the rule of the points for carrying the plan out."""

    name: Text
    zero_below: Percent
    """Per cent of tasks done; less gives no point at all."""
    note: Text


class Group(_Part):
    """A group of channels that earns its points by one proven item."""

    name: Text
    points: Points
    forms: tuple[Form, ...] = Field(min_length=1)


class Scoring(_Part):
    """A table of points and the ways to read it."""

    source: Text
    in_document: Annotated[bool, BeforeValidator(_yes)]
    warn_below: Percent
    performance_points: Points
    readings: tuple[Reading, ...] = Field(min_length=1)
    groups: tuple[Group, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _once(self) -> Scoring:
        _no_form_twice([form for group in self.groups for form in group.forms])
        return self


class Rules(_Part):
    """All that an office may change about its reports."""

    windows: Spans
    letter: Letter
    outline: tuple[Heading, ...] = Field(min_length=1)
    scoring: Scoring

    @model_validator(mode="after")
    def _complete(self) -> Rules:
        told = [form for heading in self.outline for form in heading.forms]
        _no_form_twice(told)
        if missing := [form.value for form in Form if form not in told]:
            raise ValueError(f"outline: chưa có chỗ cho hình thức {', '.join(missing)}")
        return self


def _no_form_twice(forms: list[Form]) -> None:
    if twice := sorted({form.value for form in forms if forms.count(form) > 1}):
        raise ValueError(f"hình thức đứng ở hai chỗ: {', '.join(twice)}")


class _Loader(yaml.CBaseLoader):
    """YAML without guessing: every scalar stays text, no key twice."""


def _mapping(loader: yaml.BaseLoader, node: yaml.MappingNode) -> dict[str, object]:
    pairs = [
        (str(loader.construct_object(key)), loader.construct_object(value, deep=True)) for key, value in node.value
    ]
    if len(dict(pairs)) < len(pairs):
        raise yaml.constructor.ConstructorError(None, None, "một mục ghi hai lần", node.start_mark)
    return dict(pairs)


_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_rules(path: Path = FILE) -> Rules:
    """Read and check the rules. Raises RulesError with every mistake of the file, in Vietnamese."""
    try:
        value: Any = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_Loader)  # noqa: S506 - a BaseLoader
        return Rules.model_validate(value)
    except OSError as error:
        raise RulesError([f"{path.name}: không đọc được tệp ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise RulesError([f"{path.name}: tệp không phải văn bản UTF-8"]) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RulesError([f"{path.name}, dòng {line}: viết sai cách ({error.problem})"]) from error
    except yaml.YAMLError as error:
        raise RulesError([f"{path.name}: tệp viết sai cách"]) from error
    except ValidationError as error:
        raise RulesError([f"{path.name}: {_problem(dict(one))}" for one in error.errors()]) from error


def _problem(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
    said = str(error["ctx"]["error"]) if error["type"] == "value_error" else None
    told = said or _WRONG.get(error["type"], "giá trị không dùng được")
    return f"{place}: {told}" if place else told
