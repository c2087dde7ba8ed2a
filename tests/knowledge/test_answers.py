"""Answers as people type them to the questions of life events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge import answers
from knowledge.library import shipped
from knowledge.life_events import UNSURE, LifeEvent, Question, shipped_events

EVENTS = {event.key: event for event in shipped_events(shipped())}
READER = answers.load()
MARRIED, AT_ONCE = EVENTS["sinh-con"].questions
LOST = EVENTS["mat-giay-to"].questions[0]
SHOP = EVENTS["mo-quan"].questions[0]
QUESTIONS = [question for event in EVENTS.values() for question in event.questions]


@pytest.mark.parametrize(
    ("question", "text", "key"),
    [
        *((MARRIED, text, "roi") for text in ("có", "rồi", "dạ có rồi ạ", "da roi", "r", "ừ", "đăng ký năm ngoái rồi")),
        *((MARRIED, text, "roi") for text in ("vo chong con dk roi", "có giấy kết hôn rồi ạ", "dạ")),
        *(
            (MARRIED, text, "chua")
            for text in ("chưa", "ko", "hok", "chua dang ky", "dạ chưa ạ", "đâu có", "làm gì có")
        ),
        *((MARRIED, text, "chua") for text in ("cưới rồi mà chưa đăng ký", "chưa, tính tháng sau mới đi đăng ký")),
        *((AT_ONCE, text, "co") for text in ("làm luôn một lần cho tiện", "lam ca 3", "có")),
        *((AT_ONCE, text, "khong") for text in ("khai sinh trước thôi", "không")),
        *((LOST, text, "vi") for text in ("mất ví", "căn cước với bằng lái")),
        *((LOST, text, "nha") for text in ("sổ đỏ", "giấy khai sinh")),
        *((SHOP, text, "ho") for text in ("quán nhỏ thôi", "hộ gia đình", "bán tạp hóa nhỏ")),
        (SHOP, "lập công ty", "cty"),
    ],
)
def test_an_answer_is_heard_in_many_words(question: Question, text: str, key: str) -> None:
    assert READER.heard(question, text) == key


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text)
def test_every_label_is_an_answer(question: Question) -> None:
    for option in question.options:
        assert READER.heard(question, option.label) == option.key
        for phrase in option.says:
            assert READER.heard(question, phrase) == option.key, phrase


@pytest.mark.parametrize("text", ["không biết nữa", "hong biet nua", "chưa rõ", "không nhớ", "chịu", "sao cũng được"])
@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.text)
def test_not_knowing_is_an_answer_too(question: Question, text: str) -> None:
    assert READER.heard(question, text) == UNSURE


def test_several_answers_at_once_leave_the_case_open() -> None:
    assert READER.heard(LOST, "cả ví cả sổ đỏ") == UNSURE
    assert READER.heard(LOST, "mất hết rồi") == UNSURE


@pytest.mark.parametrize(
    "text",
    ["mà lệ phí bao nhiêu", "có cần giấy chứng sinh không", "không biết lệ phí bao nhiêu nhỉ", "làm căn cước ở đâu",
     "thời tiết hôm nay", "không có giấy chứng sinh thì sao", ""],
)  # fmt: skip
def test_a_question_is_no_answer(text: str) -> None:
    assert READER.heard(MARRIED, text) is None


@pytest.mark.parametrize(("text", "leaves"), [("thôi", True), ("dạ thôi ạ", True), ("để sau nhé", True), ("ko", False)])
def test_the_wish_to_stop_is_heard(text: str, leaves: bool) -> None:
    assert READER.leaves(text) is leaves


@pytest.mark.parametrize(
    ("key", "text", "told"),
    [
        ("mat-giay-to", "tôi vừa mất ví, mất hết giấy tờ", {"gi": "vi"}),
        ("mat-nguoi-than", "ba tui mới mất, ổng có lương hưu", {"bhxh": "co"}),
        ("mat-nguoi-than", "ba tui mới mất, ổng không có lương hưu", {"bhxh": "khong"}),
        ("sinh-con", "vợ mới sinh, tụi em chưa đăng ký kết hôn", {"cuoi": "chua"}),
        ("sinh-con", "vợ mới sinh, chưa đăng ký khai sinh", {}),
    ],
)
def test_what_is_told_by_the_way_is_not_asked_again(key: str, text: str, told: dict[str, str]) -> None:
    event: LifeEvent = EVENTS[key]
    assert READER.told(event, text) == told


def test_calls_and_questions_for_the_steps() -> None:
    assert READER.calls("cháu ơi cho hỏi chút")
    assert not READER.calls("cháu ơi khai sinh")
    assert READER.asks_how("rồi làm sao nữa")
    assert not READER.asks_how("làm khai sinh thế nào")
    assert READER.names_steps("các bước đăng ký kết hôn")


@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    for question in (MARRIED, LOST):
        heard = READER.heard(question, text)
        assert heard in {None, UNSURE, *(option.key for option in question.options)}
    READER.leaves(text)
