"""What makes a record valid: each mistake an editor can make is refused, with the place named."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from pathlib import Path

import pytest

from knowledge.library import ContentError, Library, read_procedure, shipped
from knowledge.procedures import UNKNOWN, Procedure
from tests.conftest import WORLD

GOOD = (WORLD / "procedures" / "1.001193.yaml").read_text(encoding="utf-8")


def written(tmp_path: Path, text: str, name: str = "1.001193.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


MISTAKES = {
    "unknown key": (GOOD + "màu: xanh\n", "màu"),
    "missing source": (GOOD.replace("source: Cổng Dịch vụ công quốc gia\n", ""), "source"),
    "bad code": (GOOD.replace("code: 1.001193", "code: 1001193"), "code"),
    "empty fee": (GOOD.replace("fee: chưa có thông tin", "fee: ''", 1), "methods.0.fee"),
    "not NFC": (GOOD.replace("Hộ tịch", unicodedata.normalize("NFD", "Hộ tịch"), 1), "field"),
    "unknown channel": (GOOD.replace("channel: online", "channel: fax"), "methods.0.channel"),
    "bad date": (GOOD.replace("checked_on: 2026-07-18", "checked_on: 18/07/2026"), "checked_on"),
    "reviewed before it was checked": (GOOD.replace("review_by: 2027-07-18", "review_by: 2026-07-18"), "record"),
    "bad legal number": (GOOD.replace("number: 60/2014/QH13", "number: luật hộ tịch"), "legal_basis.0.number"),
    "key given twice": (GOOD + "name: Khác\n", "twice"),
    "no YAML": ("code: [", "1.001193.yaml"),
    "invisible character": (GOOD.replace("name: Đăng ký khai sinh", "name: Đăng ký\u200b khai sinh", 1), "name"),
}


@pytest.mark.parametrize(("text", "place"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_is_refused_and_its_place_is_named(tmp_path: Path, text: str, place: str) -> None:
    assert text != GOOD
    with pytest.raises(ContentError) as caught:
        read_procedure(written(tmp_path, text))
    assert place in str(caught.value)
    assert "1.001193.yaml" in str(caught.value)


def test_a_file_must_be_named_after_its_code(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="named after its code"):
        read_procedure(written(tmp_path, GOOD, "1.999999.yaml"))


def test_the_mistakes_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    written(tmp_path, GOOD + "a: b\n")
    written(tmp_path, "code: x\n", "1.000000.yaml")
    with pytest.raises(ContentError) as caught:
        shipped(tmp_path)
    assert {problem.split(":")[0] for problem in caught.value.problems} == {"1.001193.yaml", "1.000000.yaml"}


def test_a_code_stays_text(tmp_path: Path) -> None:
    assert read_procedure(written(tmp_path, GOOD)).code == "1.001193"


def test_a_record_grows_stale_on_its_review_date(world: Library) -> None:
    record = world.by_code["1.001193"]
    assert not record.stale_on(record.review_by - timedelta(days=1))
    assert record.stale_on(record.review_by)


def test_a_record_is_valid_between_its_dates(world: Library) -> None:
    data = world.by_code["1.001193"].model_dump(exclude_defaults=True)
    record = Procedure(**{**data, "effective_from": date(2025, 7, 1), "effective_until": date(2026, 12, 31)})
    assert [record.valid_on(date(*day)) for day in ((2025, 6, 30), (2025, 7, 1), (2026, 12, 31), (2027, 1, 1))] == [
        False,
        True,
        True,
        False,
    ]


def test_other_provinces_procedures_are_left_out(world: Library) -> None:
    record = world.by_code["1.001193"]
    elsewhere = record.model_copy(update={"code": "1.777777", "scope": "Lào Cai"})
    ours = record.model_copy(update={"code": "1.888888", "scope": "Bắc Ninh"})
    assert set(Library([record, elsewhere, ours]).for_province("Bắc Ninh").by_code) == {"1.001193", "1.888888"}


def test_an_earlier_record_keeps_priority_over_a_later_one(world: Library) -> None:
    record = world.by_code["1.001193"]
    other = record.model_copy(update={"name": "Bản nhập về"})
    assert Library([record, other]).by_code["1.001193"].name == record.name


SHIPPED = list(shipped())


@pytest.mark.parametrize("record", SHIPPED, ids=lambda record: record.code)
def test_a_shipped_record_names_its_source_and_hides_no_missing_fact(record: Procedure) -> None:
    assert record.source_url.host == "dichvucong.gov.vn"
    for method in record.methods:
        assert (
            any(char.isdigit() for char in method.fee)
            or method.fee == UNKNOWN
            or "iễn phí" in method.fee
            or len(method.fee) > 10
        )
