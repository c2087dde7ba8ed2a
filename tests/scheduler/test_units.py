"""Wordings of units -> units: written in many ways, by the day of the plan, several in a cell, unknown ones left so."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler import units
from scheduler.text import fold
from scheduler.units import FILE, RELATED, Unit, UnitsError

KNOWN = units.load()
PLAN = date(2024, 1, 31)
ENLARGED = date(2025, 3, 1)
TODAY = date(2026, 1, 1)


def _everybody() -> list[Unit]:
    days = (date(2024, 6, 1), date(2025, 2, 1), TODAY)
    others = ("bg.ubnd", "vtv", "vov", "ttxvn", "vpcp", "bca", "btttt", "bkhcn", "btgtw", "mttq", "ca.xa", "tphtich")
    found = [unit for day in days for unit in KNOWN.expand("@all", day)]
    found += [unit for other in others if (unit := KNOWN.get(other))]
    return list(dict.fromkeys(found))


EVERYBODY = _everybody()


def _day_of(unit: Unit) -> date:
    return unit.valid_from or unit.valid_to or PLAN


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("PHÒNG VH&TT TP", "bg.p.vhtt"),
        ("Ph. Văn hóa - Thông tin", "bg.p.vhtt"),
        ("phòng Văn hoá và Thông tin TP. Bắc Giang", "bg.p.vhtt"),
        ("P.VH-TT", "bg.p.vhtt"),
        ("phong van hoa thong tin", "bg.p.vhtt"),
        ("TT. VH-TT-TT", "bg.tt.vhtttt"),
        ("Trung tâm Văn hoá, TT&TT thành phố", "bg.tt.vhtttt"),
        ("T.tâm VHTT & Thể thao", "bg.tt.vhtttt"),
        ("VP HĐND và UBND thành phố", "bg.vp"),
        ("P TN-MT", "bg.p.tn&mt"),
        ("phòng LĐ-TB và XH", "bg.p.lđtb&xh"),
        ("Phòng Nội vụ thuộc UBND thành phố Bắc Giang", "bg.p.nv"),
        ("UB MTTQ Việt Nam TP", "bg.mttq"),
        ("Bộ phận TN&TKQ thành phố", "bg.motcua"),
        ("UB phường Mỹ Độ", "bg.w.07216"),
        ("Uỷ ban nhân dân P.Xương Giang", "bg.w.07225"),
        ("phường Ngô Quyên", "bg.w.07207"),
        ("đ/c Trưởng phòng Nội vụ", "bg.p.nv"),
        ("Lãnh đạo UBND phường Đa Mai", "bg.w.07228"),
        ("Phòng Nội vụ (chủ trì)", "bg.p.nv"),
    ],
)
def test_one_unit_is_written_in_many_ways(text: str, unit: str) -> None:
    assert KNOWN.find(text, PLAN).unit == unit


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("Ủy ban nhân dân các phường và xã", "@all_wards"),
        ("UBND 16 phường, xã", "@all_wards"),
        ("10 phường và 6 xã", "@all_wards"),
        ("100% các xã, phường", "@all_wards"),
        ("Chủ tịch UBND các phường, xã", "@all_wards"),
        ("các phòng, ban chuyên môn thuộc UBND thành phố", "@all_depts"),
        ("Thủ trưởng các cơ quan, đơn vị", "@all_depts"),
        ("100% trường THCS", "@thcs"),
        ("các nhà trường trên địa bàn thành phố", "@schools"),
        ("các đoàn thể chính trị - xã hội", "@mass_orgs"),
        ("các phòng, ban, đơn vị có liên quan", RELATED),
        ("Các cơ quan, đơn vị TP và UBND các xã, phường", "@all_depts+@all_wards"),
        ("UBND phường, xã và các trường THCS", "@all_wards+@thcs"),
    ],
)
def test_groups_are_known_with_number_and_place(text: str, ref: str) -> None:
    assert KNOWN.find(text, PLAN).unit == ref
    assert KNOWN.is_group(ref)


@pytest.mark.parametrize("text", ["15 phường, xã", "UBND 10/16 phường, xã", "50% phường, xã", "8 phường, xã"])
def test_a_number_that_is_not_that_of_the_group_names_only_some_of_it(text: str) -> None:
    assert KNOWN.find(text, PLAN).unit is None


def test_the_number_of_wards_is_that_of_the_day() -> None:
    assert KNOWN.find("16 phường, xã", PLAN).unit == "@all_wards"
    assert KNOWN.find("16 phường, xã", TODAY).unit is None
    assert KNOWN.find("8 phường, xã", TODAY).unit == "@all_wards"


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Trung tâm Văn hóa, Thông tln và Thể thao TP", "bg.tt.vhtttt"),
        ("Phòng Gíao dục và Đào tạoo", "bg.p.gddt"),
        ("UBND phường Ngô Qyuền", "bg.w.07207"),
        ("phường Đa Maj", "bg.w.07228"),
        ("Phòng Nộivụ", "bg.p.nv"),
        ("Phòng N ội vụ", "bg.p.nv"),
        ("Phòng Quản 1ý đô thị", "bg.p.qlđt"),
    ],
)
def test_a_small_slip_is_forgiven(text: str, unit: str) -> None:
    assert KNOWN.find(text, PLAN).unit == unit


@pytest.mark.parametrize(
    "text",
    [
        "Công an thành phố",
        "Trường THCS Lê Lợi",
        "Trường THCS",
        "Phòng Kinh tế và Hạ tầng",
        "Phòng Văn hóa",
        "Phòng VHTTT",
        "P.GD",
        "Phòng Nội vụ huyện",
        "Phòng Nội vụ thành phố Bắc Ninh",
        "Văn phòng HĐND-UBND (huyện)",
        "Văn phòng HĐND",
        "Văn phòng HĐND và UBND các phường, xã",
        "UBND phường Lê Lai",
        "phường Tân Tiên Phong",
        "UBND xã Đa Mai",
        "UBND P. TP",
        "UBND phường, xã (Lê Lợi, Trần Phú)",
        "Trung tâm Văn hóa - Thể thao thành phố",
        "Tỉnh đoàn",
        "Hội Cựu chiến binh",
        "TP",
    ],
)
def test_what_is_not_known_stays_unknown_with_the_nearest_three(text: str) -> None:
    found = KNOWN.find(text, PLAN)
    assert found.unit is None
    assert len(set(found.nearest)) == 3
    assert all(unit.valid_on(PLAN) for unit in found.nearest)


@pytest.mark.parametrize(
    ("text", "nearest"),
    [
        ("Phòng Văn hóa", "bg.p.vhtt"),
        ("UBND phường Lê Lai", "bg.w.Lê_Lợi"),
        ("Phòng Kinh tế và Hạ tầng", "bg.p.kt"),
        ("UBND xã Đa Mai", "bg.w.07228"),
        ("Phòng Nội vụ huyện", "bg.p.nv"),
    ],
)
def test_the_nearest_comes_first(text: str, nearest: str) -> None:
    assert KNOWN.find(text, PLAN).nearest[0].id == nearest


@pytest.mark.parametrize("text", ["", " \n", "...", "-", "()"])
def test_nothing_is_nobody(text: str) -> None:
    found = KNOWN.find(text, PLAN)
    assert (found.unit, found.nearest) == (None, ())
    assert KNOWN.split(text) == ()


@pytest.mark.parametrize(
    ("text", "before", "now"),
    [
        ("UBND phường Đa Mai", "bg.w.07228", "bn.w.07228"),
        ("Phường Tân Tiến", "bg.w.07699", "bn.w.07699"),
        ("Phòng Kinh tế", "bg.p.kt", "cx.kt"),
        ("Văn phòng HĐND & UBND", "bg.vp", "cx.vp"),
        ("Ủy ban MTTQ", "bg.mttq", "cx.mttq"),
    ],
)
def test_the_day_of_the_plan_decides_between_two_of_one_name(text: str, before: str, now: str) -> None:
    assert KNOWN.find(text, date(2025, 6, 30)).unit == before
    assert KNOWN.find(text, date(2025, 7, 1)).unit == now


def test_a_unit_that_has_ended_is_still_known_by_its_name() -> None:
    found = KNOWN.find("Phòng VHTT", TODAY)
    assert found.unit == "bg.p.vhtt"
    unit = KNOWN.get("bg.p.vhtt")
    assert unit is not None
    assert not unit.valid_on(TODAY)


def test_a_bare_name_of_another_time_may_be_something_else() -> None:
    assert KNOWN.find("Yên Dũng", PLAN).unit is None, "a district in 2024"
    assert KNOWN.find("Yên Dũng", TODAY).unit == "bn.w.07681"
    assert KNOWN.find("Bắc Giang", TODAY).unit is None, "a city, a province, a ward"


def test_there_were_sixteen_wards_then_thirty_one_and_now_eight() -> None:
    assert len(KNOWN.expand("@all_wards", PLAN)) == 16
    enlarged = [unit.name for unit in KNOWN.expand("@all_wards", ENLARGED)]
    assert len(enlarged) == 31
    assert "UBND phường Lê Lợi" not in enlarged
    assert "UBND xã Tư Mại" in enlarged
    assert [unit.name for unit in KNOWN.expand("@all_wards", TODAY)] == [
        "UBND phường Bắc Giang",
        "UBND phường Đa Mai",
        "UBND phường Tiền Phong",
        "UBND phường Tân An",
        "UBND phường Yên Dũng",
        "UBND phường Tân Tiến",
        "UBND phường Cảnh Thụy",
        "UBND xã Đồng Việt",
    ]


def test_the_offices_of_the_city_are_its_departments_and_centres() -> None:
    kinds = [unit.kind for unit in KNOWN.expand("@all_depts", PLAN)]
    assert set(kinds) == {"dept", "center"}
    assert len(kinds) == 13


def test_groups_together_name_everybody_once_in_the_order_of_the_register() -> None:
    both = KNOWN.expand("@all_depts+@all_wards+bg.p.vhtt+@all_wards", PLAN)
    assert both == KNOWN.expand("@all_wards+@all_depts", PLAN)
    assert len(both) == len(set(both)) == 13 + 16


def test_nobody_is_in_an_undefined_group_nor_in_a_unit_that_has_ended() -> None:
    assert KNOWN.expand(RELATED, PLAN) == ()
    assert KNOWN.expand("bg.p.vhtt", TODAY) == ()
    assert KNOWN.expand("nobody", PLAN) == ()
    assert [unit.id for unit in KNOWN.expand("bg.p.vhtt", PLAN)] == ["bg.p.vhtt"]


def test_successors_are_followed_to_who_does_it_on_the_day() -> None:
    def at(unit: str, day: date) -> str | None:
        now = KNOWN.today(unit, day)
        return now.id if isinstance(now, Unit) else now

    assert at("bg.w.Lê_Lợi", PLAN) == "bg.w.Lê_Lợi"
    assert at("bg.w.Lê_Lợi", ENLARGED) == "bg.w.07213"
    assert at("bg.w.Lê_Lợi", TODAY) == "bn.w.07210"
    assert at("bg.w.Trần_Nguyên_Hãn", ENLARGED) == "bg.w.07207"
    assert at("bg.p.vhtt", TODAY) == "cx.vhxh"
    assert at("bg.tt.vhtttt", TODAY) is None, "nobody knows"
    assert at("bn.w.07210", PLAN) is None, "not yet"
    assert at("nobody", TODAY) is None


def test_names_are_for_people() -> None:
    assert KNOWN.name("bg.p.vhtt") == "Phòng Văn hóa và Thông tin thành phố Bắc Giang"
    assert KNOWN.name("@all_wards") == "Các phường, xã"
    assert KNOWN.name("@all_depts+@all_wards") == "Các cơ quan, đơn vị và Các phường, xã"
    assert KNOWN.name("gone") == "gone"


@pytest.mark.parametrize(
    ("cell", "owners"),
    [
        ("Trung tâm Văn hóa, Thông tin và Thể thao thành phố", None),
        ("Phòng Kinh tế, Hạ tầng và Đô thị", None),
        ("Các cơ quan, đơn vị thành phố và UBND phường, xã", None),
        ("UBND các phường, xã", None),
        ("Các ban, ngành, đoàn thể xã", None),
        ("Trung tâm Văn hóa, Thể thao và Truyền thông", None),
        ("Phòng Kinh tế - Hạ tầng", None),
        ("Văn phòng HĐND và UBND phường Lê Lợi", None),
        ("VĂN PHÒNG HĐND, UBND PHƯỜNG LÊ LỢI", None),
        ("Công an phường: Lê Lợi, Trần Phú", None),
        ("Trung tâm Văn hóa,\nThông tin và Thể thao", None),
        ("Viễn thông\nhuyện", None),
        ("Trung tâm VHTT&TT thành phố, UBND phường, xã", ["Trung tâm VHTT&TT thành phố", "UBND phường, xã"]),
        (
            "Bộ Thông tin và Truyền thông Bộ Khoa học và Công nghệ",
            ["Bộ Thông tin và Truyền thông", "Bộ Khoa học và Công nghệ"],
        ),
        ("Phòng Nội vụPhòng VHTT", ["Phòng Nội vụ", "Phòng VHTT"]),
        ("LĐLĐ TP, Thành Đoàn", ["LĐLĐ TP", "Thành Đoàn"]),
        ("Hội Nông dân, Hội CCB; Phòng VHTT", ["Hội Nông dân", "Hội CCB", "Phòng VHTT"]),
        ("Phòng VHTT, Phòng Nội vụ và UBND các phường, xã", ["Phòng VHTT", "Phòng Nội vụ", "UBND các phường, xã"]),
        ("UBND các phường: Lê Lợi, Trần Phú, xã Song Mai", ["UBND các phường: Lê Lợi", "Trần Phú", "xã Song Mai"]),
        ("Các phòng: Nội vụ, Tư pháp và TC-KH", ["Các phòng: Nội vụ", "Tư pháp", "TC-KH"]),
        ("Trường THCS Lê Lợi, Trường THCS Trần Phú", ["Trường THCS Lê Lợi", "Trường THCS Trần Phú"]),
        ("- Phòng VHTT\n- P. Nội vụ;\n+ UBND phường, xã.", ["Phòng VHTT", "P. Nội vụ", "UBND phường, xã"]),
        ("1. Phòng VHTT\r\n2. TT VHTT&TT", ["Phòng VHTT", "TT VHTT&TT"]),
        ("Phòng VHTT\nPhòng Nội vụ", ["Phòng VHTT", "Phòng Nội vụ"]),
        (
            "Phòng VHTT - Phòng Nội vụ + Phòng Y tế/Phòng Tư pháp",
            ["Phòng VHTT", "Phòng Nội vụ", "Phòng Y tế", "Phòng Tư pháp"],
        ),
        ("Phòng VHTT (chủ trì), Phòng Nội vụ (phối hợp)", ["Phòng VHTT (chủ trì)", "Phòng Nội vụ (phối hợp)"]),
        ("Phòng Nội vụ, UBND thành phố", ["Phòng Nội vụ", "UBND thành phố"]),
        ("Các phòng, ban, ngành, đoàn thể TP", ["Các phòng, ban, ngành", "đoàn thể TP"]),
        ("Ủy ban MTTQ và các tổ chức CT-XH từ thành phố đến phường, xã", None),
        (
            "MTTQ & các đoàn thể; các trường THCS, UBND phường, xã",
            ["MTTQ", "các đoàn thể", "các trường THCS", "UBND phường, xã"],
        ),
        ("Phòng VHTTx, UBND P. Lê Lợl, Phòng Nội vụ", ["Phòng VHTTx", "UBND P. Lê Lợl", "Phòng Nội vụ"]),
        ("Phòng Kinh tế, Hạ tâng và Đô thj, Phòng Nội vụ", ["Phòng Kinh tế, Hạ tâng và Đô thj", "Phòng Nội vụ"]),
    ],
)
def test_a_cell_is_split_between_owners_and_never_inside_a_name(cell: str, owners: list[str] | None) -> None:
    assert KNOWN.split(cell) == tuple(owners or [cell])


@pytest.mark.parametrize(
    "cell", ["UBND các phường: Lê Lợi, Trần Phú, xã Song Mai", "Các phường, xã: Lê Lợi, Trần Phú, Song Mai"]
)
def test_a_list_of_wards_names_these_and_not_all(cell: str) -> None:
    found = [KNOWN.find(owner, PLAN).unit for owner in KNOWN.split(cell)]
    assert found == ["bg.w.Lê_Lợi", "bg.w.07213", "bg.w.07222"]


@given(st.data())
def test_a_name_is_known_however_it_is_typed(data: st.DataObject) -> None:
    unit = data.draw(st.sampled_from(EVERYBODY))
    name = data.draw(st.sampled_from([unit.name, unit.short]))
    raised = data.draw(st.lists(st.booleans(), min_size=len(name), max_size=len(name)))
    text = "".join(sign.upper() if up else sign.lower() for sign, up in zip(name, raised, strict=True))
    text = fold(text) if data.draw(st.booleans()) else text
    text = data.draw(st.sampled_from(["  ", "\u00a0", "\t"])).join(text.split(" "))
    text = unicodedata.normalize(data.draw(st.sampled_from(["NFC", "NFD"])), text)
    assert KNOWN.find(text, _day_of(unit)).unit == unit.id


@given(st.lists(st.sampled_from(EVERYBODY), min_size=1, max_size=5), st.sampled_from(["; ", "\n", ", ", "\n- ", ";"]))
def test_names_put_in_one_cell_come_out_again(meant: list[Unit], separator: str) -> None:
    cell = separator.join(unit.name for unit in meant)
    assert KNOWN.split(cell) == tuple(unit.name for unit in meant)


_WORDS = st.sampled_from(
    ("UBND", "HĐND", "phường", "xã", "các", "Phòng", "Kinh tế", "Nội vụ", "Lê Lợi", "Trần Phú", "và", "16", "16/16")
) | st.sampled_from(("100%", "THCS", "TT", "VHTT&TT", "thành phố", "Văn phòng", *"():;,-.+", "\n"))


@given(st.one_of(st.text(max_size=80), st.lists(_WORDS, max_size=30).map(" ".join)), st.dates())
def test_any_text_is_read_without_a_fault_and_nothing_is_made_up(text: str, day: date) -> None:
    owners = KNOWN.split(text)
    place = 0
    for owner in owners:
        assert owner == owner.strip() != ""
        place = text.index(owner, place) + len(owner)
    for said in (text, *owners):
        found = KNOWN.find(said, day)
        assert found.text == said
        assert found.unit is None or not found.nearest
        assert len(set(found.nearest)) == len(found.nearest) <= 3
        if found.unit:
            assert KNOWN.is_group(found.unit) or KNOWN.get(found.unit) is not None


def test_what_is_found_follows_the_day_and_not_what_was_asked_before() -> None:
    fresh = units.load()
    days = (TODAY, PLAN, ENLARGED, TODAY)
    assert [fresh.find("UBND phường Đa Mai", day).unit for day in days] == [
        "bn.w.07228",
        "bg.w.07228",
        "bg.w.07228",
        "bn.w.07228",
    ]


def _register(path: Path, text: str) -> Path:
    file = path / "units.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def test_an_office_can_keep_a_register_of_its_own(tmp_path: Path) -> None:
    text = """
abbreviations: {CA: công an}
groups:
  - {id: "@police", name: Công an các xã, members: [ca.1], wordings: ["CA [các] xã"]}
units:
  - {id: ca.1, name: CA xã Hòa Bình, kind: other, valid_to: 31/12/2025, successor: Công an xã Hòa An}
  - {id: ca.2, name: Trạm (Y tế) xã Hòa Bình, kind: other}
"""
    own = units.load(_register(tmp_path, text))
    assert own.find("Công an xã Hoà Bình", PLAN).unit == "ca.1"
    assert own.find("CA các xã", PLAN).unit == "@police"
    assert own.find("Trạm Y tế xã Hòa Bình", PLAN).unit == "ca.2"
    assert own.today("ca.1", TODAY) == "Công an xã Hòa An"
    assert [unit.id for unit in own.find("Đội thuế", PLAN).nearest] != []


_ONE = "- {id: a, name: Phòng Một, kind: dept}"


@pytest.mark.parametrize(
    ("entries", "said"),
    [
        (f"{_ONE}\n{_ONE}", "mã “a” dùng hai lần"),
        ("- {id: a b, name: Phòng Một, kind: dept}", "mã của đơn vị không có dấu cách"),
        ("- {id: a, name: Phòng Một, kind: dept, successor: b}", "đơn vị kế thừa “b” không có trong danh sách"),
        (
            "- {id: a, name: Phòng Một, kind: dept, successor: b}\n- {id: b, name: Ban, kind: dept, successor: a}",
            "thành vòng",
        ),
        (
            f"{_ONE}\n- {{id: b, name: Phòng Một, kind: dept}}",
            "cách gọi “Phòng Một” trong cùng thời gian cũng là của “a”",
        ),
        (f"{_ONE}\n- {{id: b, name: Ban Hai, kind: body, wordings: [phòng một]}}", "cũng là của “a”"),
        (
            "- {id: a, name: Phòng Một, kind: dept, valid_from: 2025-02-01, valid_to: 2025-01-01}",
            "valid_from sau valid_to",
        ),
        ("- {id: a, name: Phòng Một, kind: room}", "mục thứ 1, kind: phải là một trong"),
        ("- {id: a, name: Phòng Một, kind: dept, valid_to: 30/2/2025}", "không phải ngày có thật"),
        ("- {id: a, name: Phòng Một, kind: dept, wordings: ['Phòng [Một']}", "thiếu dấu đóng của “[”"),
        ("- {id: a, name: Phòng Một, kind: dept, wordings: ['Phòng Một)']}", "thừa dấu “)”"),
        ("- {id: a, name: Phòng Một, kind: dept, wordings: ['[Phòng]']}", "không còn chữ nào"),
        ("- {id: a, name: Phòng Một, kind: dept, level: city}", "không có cấp “city”"),
        ("- {id: a, name: Phòng Một}", "thiếu mục này"),
        ("- {id: a, name: '!?', kind: dept}", "không còn chữ nào"),
    ],
)
def test_a_mistake_in_the_register_is_told_with_its_place(tmp_path: Path, entries: str, said: str) -> None:
    file = _register(tmp_path, "units:\n  " + entries.replace("\n", "\n  "))
    with pytest.raises(UnitsError) as raised:
        units.load(file)
    assert any(problem.startswith("units.yaml: ") and said in problem for problem in raised.value.problems)


def test_one_wording_may_belong_to_two_units_one_after_the_other(tmp_path: Path) -> None:
    text = """
units:
  - {id: a, name: Phòng Một, kind: dept, valid_to: 2025-06-30, successor: b}
  - {id: b, name: Phòng Một, kind: dept, valid_from: 2025-07-01}
"""
    own = units.load(_register(tmp_path, text))
    assert [own.find("P. Một", day).unit for day in (PLAN, TODAY)] == ["a", "b"]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    text = """
groups:
  - {id: wards, name: Xã, members: [x], wordings: [các xã]}
units:
  - {id: a, name: Phòng Một, kind: dept, successor: b}
"""
    with pytest.raises(UnitsError) as raised:
        units.load(_register(tmp_path, text))
    assert len(raised.value.problems) == 3


def test_the_shipped_register_has_no_unit_without_a_name_of_its_own() -> None:
    assert FILE.is_file()
    shorts = [(unit.short, unit.valid_to) for unit in EVERYBODY]
    assert len(shorts) == len(set(shorts))


@pytest.mark.parametrize(
    ("text", "unit"),
    [
        ("Trung tâm Phục vụ hành chính công phường Đa Mai", "cx.ttpvhcc"),
        ("VP HĐND và UBND xã Đồng Việt", "cx.vp"),
        ("Phòng VHXH thuộc UBND phường Bắc Giang", "cx.vhxh"),
        ("các phòng, đơn vị thuộc UBND phường", "@all_depts"),
        ("các tổ chức chính trị - xã hội phường", "@mass_orgs"),
    ],
)
def test_offices_of_a_ward_are_known_with_its_name(text: str, unit: str) -> None:
    assert KNOWN.find(text, TODAY).unit == unit


def test_a_short_name_of_two_letters_stays_one_unit_of_the_city() -> None:
    assert KNOWN.find("P.TP", PLAN).unit == "bg.p.tp"
    assert KNOWN.find("Văn phòng UBND thành phố", PLAN).unit == "bg.vp"
