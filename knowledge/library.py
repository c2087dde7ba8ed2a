"""The shipped knowledge: every procedure in ``data/procedures/``, read strictly and held by code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

import yaml
from pydantic import ValidationError

from knowledge.procedures import NATIONAL, Procedure

DATA = Path(__file__).parent / "data"
PROCEDURES = DATA / "procedures"


class _StrictLoader(yaml.CBaseLoader):
    """YAML without guessing: every scalar stays text (1.001193 is a code, not a number), no key twice."""


def _mapping(loader: yaml.BaseLoader, node: yaml.MappingNode) -> dict[str, object]:
    keys = [loader.construct_object(key) for key, _ in node.value]
    repeated = {str(key) for key in keys if keys.count(key) > 1}
    if repeated:
        line = node.start_mark.line + 1
        raise yaml.constructor.ConstructorError(None, None, f"key given twice from line {line}: {sorted(repeated)}")
    return {
        str(key): loader.construct_object(value, deep=True) for key, (_, value) in zip(keys, node.value, strict=True)
    }


_StrictLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


class ContentError(Exception):
    """Content files that cannot be used; ``problems`` has one line a problem, with its file."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def read_yaml(path: Path) -> object:
    """Read one content file; every scalar comes back as text. Raises ContentError naming the file."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_StrictLoader)  # noqa: S506 - a subclass of BaseLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ContentError([f"{path.name}: {error}"]) from error


def read_procedure(path: Path) -> Procedure:
    """Read and check one procedure. Raises ContentError with every mistake of the file."""
    try:
        procedure = Procedure.model_validate(read_yaml(path))
    except ValidationError as error:
        problems = [f"{path.name}: {'.'.join(map(str, e['loc'])) or 'record'}: {e['msg']}" for e in error.errors()]
        raise ContentError(problems) from error
    if path.stem != procedure.code:
        raise ContentError([f"{path.name}: the file is not named after its code {procedure.code}"])
    return procedure


class Library:
    """Procedures by code. Later ones never replace earlier ones: hand-written records keep priority over imports."""

    def __init__(self, procedures: Iterable[Procedure]) -> None:
        self._by_code: dict[str, Procedure] = {}
        for procedure in procedures:
            self._by_code.setdefault(procedure.code, procedure)

    def __len__(self) -> int:
        return len(self._by_code)

    def __iter__(self) -> Iterator[Procedure]:
        return iter(self._by_code.values())

    def get(self, code: str) -> Procedure | None:
        return self._by_code.get(code)

    @property
    def by_code(self) -> Mapping[str, Procedure]:
        return self._by_code

    def for_province(self, province: str) -> Library:
        """Only what people of that province can use: national procedures and the province's own."""
        return Library(p for p in self if p.scope in (NATIONAL, province))

    def stale(self, day: date) -> list[Procedure]:
        return [p for p in self if p.stale_on(day)]


def shipped(directory: Path = PROCEDURES) -> Library:
    """Load every shipped procedure. Raises ContentError with the mistakes of all files at once."""
    procedures: list[Procedure] = []
    problems: list[str] = []
    for path in sorted(directory.glob("*.yaml")):
        try:
            procedures.append(read_procedure(path))
        except ContentError as error:
            problems += error.problems
    if problems:
        raise ContentError(problems)
    return Library(procedures)
