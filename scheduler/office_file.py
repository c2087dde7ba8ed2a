"""Files that an official may edit: YAML without guessing, and every mistake told in Vietnamese with its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails


class OfficeFileError(Exception):
    """A file that cannot be used; ``problems`` has one line in Vietnamese a mistake, with its file and place."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class Section(BaseModel):
    """A part of such a file: nothing unknown in it, nothing changed after reading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _day(value: object) -> object:
    """31/12/2026 is read as 2026-12-31: people write it so."""
    parts = value.strip().split("/") if isinstance(value, str) else []
    if len(parts) == 3 and all(part.isdecimal() for part in parts):
        return f"{int(parts[2]):04}-{int(parts[1]):02}-{int(parts[0]):02}"
    return value


def clock(value: object) -> time:
    """ "08:00" or "8:00" as a time of the day. Raises ValueError in Vietnamese."""
    try:
        hour, minute = str(value).strip().split(":")
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError(f"“{value}” không phải giờ, hãy viết như 08:00") from None


_Item = TypeVar("_Item")
_Key = TypeVar("_Key")


def _listed(value: object) -> object:
    return [] if value in ("", None) else value


def _mapped(value: object) -> object:
    return {} if value in ("", None) else value


Day = Annotated[date, BeforeValidator(_day)]
Clock = Annotated[time, BeforeValidator(clock)]
Listed = Annotated[tuple[_Item, ...], BeforeValidator(_listed)]
"""A list; a key with nothing after it is an empty one."""
Mapped = Annotated[Mapping[_Key, _Item], BeforeValidator(_mapped)]


class _StrictLoader(yaml.CBaseLoader):
    """YAML without guessing: every scalar stays text, no key twice."""


def _mapping(loader: yaml.BaseLoader, node: yaml.MappingNode) -> dict[str, object]:
    found: dict[str, object] = {}
    for key_node, value in node.value:
        key = str(loader.construct_object(key_node))
        if key in found:
            raise yaml.constructor.ConstructorError(None, None, f"mục “{key}” ghi hai lần", key_node.start_mark)
        found[key] = loader.construct_object(value, deep=True)
    return found


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


_Model = TypeVar("_Model", bound=Section)


def read(path: Path, model: type[_Model]) -> _Model:
    """Read and check one file. Raises OfficeFileError with every mistake in it."""
    try:
        content = yaml.load(path.read_text(encoding="utf-8-sig"), Loader=_StrictLoader)  # noqa: S506 - a BaseLoader
    except OSError as error:
        raise OfficeFileError([f"{path.name}: không mở được tệp ({error.strerror})"]) from error
    except UnicodeDecodeError as error:
        raise OfficeFileError([f"{path.name}: tệp không phải văn bản UTF-8"]) from error
    except yaml.YAMLError as error:
        raise OfficeFileError([f"{path.name}: {_misspelt(error)}"]) from error
    try:
        return model.model_validate({} if content in ("", None) else content)
    except ValidationError as error:
        raise OfficeFileError([f"{path.name}: {_told(one)}" for one in error.errors()]) from error


def _misspelt(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    place = f"dòng {mark.line + 1}: " if mark else ""
    problem = getattr(error, "problem", None) or "ký tự lạ"
    return f"{place}{problem if problem.startswith('mục') else f'không đúng cách viết YAML ({problem})'}"


_TOLD: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "missing": lambda _: "thiếu mục này",
    "extra_forbidden": lambda _: "không có mục nào tên như vậy",
    "enum": lambda context: f"phải là một trong: {context['expected'].replace(' or ', ', ')}",
    "literal_error": lambda context: f"phải là một trong: {context['expected'].replace(' or ', ', ')}",
    "int_parsing": lambda _: "phải là số nguyên",
    "greater_than_equal": lambda context: f"phải từ {context['ge']} trở lên",
    "less_than_equal": lambda context: f"không quá {context['le']}",
    "string_too_short": lambda _: "không được để trống",
    "string_type": lambda _: "phải là một dòng chữ",
    "tuple_type": lambda _: "phải là danh sách, mỗi dòng bắt đầu bằng dấu -",
    "dict_type": lambda _: "phải gồm các dòng dạng “tên: giá trị”",
    "mapping_type": lambda _: "phải gồm các dòng dạng “tên: giá trị”",
    "model_type": lambda _: "phải gồm các dòng dạng “tên: giá trị”",
    "value_error": lambda context: str(context["error"]),
}


def _told(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind.startswith("date"):
        said = f"“{error['input']}” không phải ngày có thật, hãy viết như 2026-12-31"
    elif kind in _TOLD:
        said = _TOLD[kind](error.get("ctx", {}))
    else:
        said = f"giá trị “{error['input']}” không dùng được"
    place = ", ".join(f"mục thứ {part + 1}" if isinstance(part, int) else str(part) for part in error["loc"])
    return f"{place}: {said}" if place else said
