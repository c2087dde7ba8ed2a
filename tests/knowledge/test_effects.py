"""What publishing a record would do to the stored questions is known before it is published."""

from __future__ import annotations

from knowledge.effects import effects
from knowledge.library import Library
from knowledge.procedures import Procedure

BIRTH, RESIDENCE = "1.001193", "1.004194"


def differing(record: Procedure, **facts: object) -> Procedure:
    return record.model_copy(update=facts)


def test_a_record_that_changes_only_facts_harms_nothing(world: Library) -> None:
    found = effects(world, [differing(world.by_code[BIRTH], who="Cha hoặc mẹ.")])
    assert found.harmless
    assert found.unfound == ()


def test_a_name_that_another_procedure_has_is_told(world: Library) -> None:
    birth, other = world.by_code[BIRTH], world.by_code[RESIDENCE]
    found = effects(world, [differing(birth, aliases=(*birth.aliases, other.aliases[0].upper()))])
    assert (RESIDENCE, other.aliases[0]) in found.claimed
    assert not found.harmless


def test_a_stored_question_that_would_go_elsewhere_is_told(world: Library) -> None:
    other = world.by_code[RESIDENCE]
    greedy = differing(other, code="9.000001", name="Việc khác", official_name="Việc khác", aliases=(), questions=())
    taking = differing(greedy, name=other.questions[0], aliases=tuple(f"{text} ạ" for text in other.questions))
    found = effects(world, [taking])
    assert RESIDENCE in {code for code, _ in found.broken}


def test_what_failed_before_is_not_laid_at_the_door_of_the_new_record(world: Library) -> None:
    lost = differing(world.by_code[RESIDENCE], questions=("một câu không ai hiểu xyz",))
    library = Library([lost, *world])
    found = effects(library, [differing(world.by_code[BIRTH], who="Cha hoặc mẹ.")])
    assert found.broken == ()


def test_a_question_of_its_own_that_does_not_find_it_is_a_doubt_and_no_harm(world: Library) -> None:
    birth = world.by_code[BIRTH]
    found = effects(world, [differing(birth, questions=(*birth.questions, "xin chào"))])
    assert found.harmless
    assert found.unfound == ((BIRTH, "xin chào"),)
