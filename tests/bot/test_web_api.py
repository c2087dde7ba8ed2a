"""The web door: what a person, a careless program or a hostile one may send."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.app import App
from bot.settings import Settings
from knowledge.store import Knowledge
from tests import databases


@pytest.fixture
async def app(tmp_path: Path, known: Knowledge) -> AsyncIterator[App]:
    running = App(await databases.lay(Settings(data_dir=tmp_path, port=0)), known)
    await running.start()
    yield running
    await running.stop()


@pytest.fixture
async def http(app: App) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(f"http://127.0.0.1:{app.port}") as session:
        yield session


async def ask(http: aiohttp.ClientSession, **body: Any) -> dict[str, Any]:
    async with http.post("/api/chat", json=body) as response:
        assert response.status == 200, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer


async def test_a_question_is_answered(http: aiohttp.ClientSession) -> None:
    answer = await ask(http, text="làm giấy khai sinh cho con cần giấy tờ gì")
    assert answer["decision"] == "answer"
    assert answer["codes"][0] == "1.001193"
    assert answer["facet"] == "documents"
    assert "Nguồn: Cổng Dịch vụ công quốc gia, mã 1.001193" in answer["replies"][0]["text"]
    labels = [choice["label"] for choice in answer["replies"][0]["choices"]]
    assert labels[-2:] == ["Đúng ý", "Chưa đúng"]


async def test_a_follow_up_keeps_the_session(http: aiohttp.ClientSession) -> None:
    first = await ask(http, text="làm giấy khai sinh cho con cần giấy tờ gì")
    second = await ask(http, session=first["session"], text="thế lệ phí bao nhiêu")
    assert second["session"] == first["session"]
    assert second["codes"][0] == "1.001193"
    assert second["facet"] == "fee"


async def test_a_button_is_answered(http: aiohttp.ClientSession) -> None:
    first = await ask(http, text="làm giấy khai sinh cho con cần giấy tờ gì")
    action = next(c["action"] for c in first["replies"][0]["choices"] if c["label"] == "Nộp ở đâu")
    second = await ask(http, session=first["session"], action=action)
    assert second["facet"] == "where"


async def test_a_repeated_request_is_answered_once_with_the_same_words(http: aiohttp.ClientSession) -> None:
    body = {"session": "S" * 24, "text": "khai sinh cho con cần gì", "id": "abc"}
    answers = await asyncio.gather(*(ask(http, **body) for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    async with http.get("/api/chat", params={"session": "S" * 24}) as response:
        history = await response.json()
    assert [m["from"] for m in history["messages"]].count("me") == 1


async def test_a_conversation_is_shown_again(http: aiohttp.ClientSession) -> None:
    first = await ask(http, text="khai sinh cho con cần gì")
    choice = first["replies"][0]["choices"][0]
    await ask(http, session=first["session"], action=choice["action"])
    async with http.get("/api/chat", params={"session": first["session"]}) as response:
        messages = (await response.json())["messages"]
    assert [m["from"] for m in messages] == ["me", "bot", "me", "bot"]
    assert messages[2]["text"] == choice["label"]


BAD = [
    (b"", 400),
    (b"{", 400),
    (b"[]", 400),
    (b'"text"', 400),
    (b"{}", 400),
    (b'{"text": ""}', 400),
    (b'{"text": "   \\n "}', 400),
    (b'{"text": 5}', 400),
    (b'{"text": ["a"]}', 400),
    (b'{"text": "a", "session": 7}', 400),
    (b'{"text": "a", "session": "../../etc"}', 400),
    (b'{"text": "a", "unknown": true}', 400),
    (b'{"action": 1}', 400),
    (b'{"action": "' + b"x" * 65 + b'"}', 400),
    (b'{"text": "\xff\xfe"}', 400),
    (b'{"text": "' + b"a" * 100_000 + b'"}', 413),
]


@pytest.mark.parametrize(("body", "status"), BAD, ids=[repr(body[:30]) for body, _ in BAD])
async def test_bad_input_is_refused_with_a_reason_and_the_next_message_works(
    http: aiohttp.ClientSession, body: bytes, status: int
) -> None:
    async with http.post("/api/chat", data=body, headers={"Content-Type": "application/json"}) as response:
        assert response.status == status
        answer = await response.json()
        assert answer["error"]
        assert "Traceback" not in json.dumps(answer)
    assert (await ask(http, text="khai sinh cho con cần gì"))["decision"] == "answer"


ODD = (
    "\x00\x00",
    "🙏",
    "a" * 5000,
    "khai\x00 sinh",
    "\u202eđảo ngược",
    "'; DROP TABLE inbox; --",
    "<script>alert(1)</script>",
)
OLD = ("xem:9.999999:fee", "xem", "xem:::", "dung:abc", "sai:999999", "khong:", "nut-cu:1", "", "xem:1.001193:bogus")


async def test_odd_but_honest_input_gets_a_kind_answer(http: aiohttp.ClientSession) -> None:
    for text in ODD:
        answer = await ask(http, text=text)
        assert answer["replies"][0]["text"]


async def test_old_or_foreign_button_payloads_never_dead_end(http: aiohttp.ClientSession) -> None:
    for action in OLD:
        answer = await ask(http, action=action)
        assert answer["replies"][0]["text"]


async def test_two_hundred_messages_at_once_from_one_user_are_slowed_down(http: aiohttp.ClientSession) -> None:
    async def post(number: int) -> int:
        body = {"session": "F" * 24, "text": f"khai sinh {number}"}
        async with http.post("/api/chat", json=body) as response:
            await response.read()
            if response.status == 429:
                assert int(response.headers["Retry-After"]) > 0
            return response.status

    statuses = await asyncio.gather(*(post(number) for number in range(200)))
    assert set(statuses) == {200, 429}
    assert statuses.count(200) == 20
    assert (await ask(http, text="người khác hỏi khai sinh cho con"))["replies"]


async def test_feedback_is_stored_and_wrong_makes_a_gap(app: App, http: aiohttp.ClientSession) -> None:
    from sqlalchemy import select

    from bot.tables import Gap, Question

    first = await ask(http, text="khai sinh cho con cần gì, sđt em 0987654321")
    wrong = next(c["action"] for c in first["replies"][-1]["choices"] if c["label"] == "Chưa đúng")
    other = await ask(http, action=wrong)  # another session cannot judge for us
    assert other["replies"]
    async with app.storage.read() as session:
        assert (await session.execute(select(Question))).scalar_one().verdict is None
    await ask(http, session=first["session"], action=wrong)
    async with app.storage.read() as session:
        question = (await session.execute(select(Question))).scalar_one()
        gap = (await session.execute(select(Gap))).scalar_one()
    assert question.verdict == "wrong"
    assert "0987654321" not in question.text
    assert question.candidates[0][0] == "1.001193"
    assert (gap.question_id, gap.reason) == (question.id, "wrong")


async def test_a_declined_question_is_a_gap_and_names_no_procedure(app: App, http: aiohttp.ClientSession) -> None:
    from sqlalchemy import select

    from bot.tables import Gap

    answer = await ask(http, text="thời tiết hôm nay thế nào")
    assert answer["decision"] == "decline"
    assert answer["codes"] == []
    async with app.storage.read() as session:
        assert (await session.execute(select(Gap))).scalar_one().reason == "declined"


async def test_whoever_wants_to_be_forgotten_is(app: App, http: aiohttp.ClientSession) -> None:
    from sqlalchemy import select

    from bot.tables import Dialogue, Inbox, Outbox

    first = await ask(http, text="khai sinh cho con cần gì")
    session_id = first["session"]
    await ask(http, session=session_id, text="xoá dữ liệu")
    answer = await ask(http, session=session_id, text="có, xoá giúp tôi")
    assert "đã xoá" in answer["replies"][0]["text"]
    async with app.storage.read() as session:
        inbox = list((await session.execute(select(Inbox))).scalars())
        assert [row.body["text"] for row in inbox] == [""]
        dialogue = (await session.execute(select(Dialogue))).scalar_one()
        assert dialogue.state == {}
        assert len(list((await session.execute(select(Outbox))).scalars())) == 1


async def test_pages_carry_a_strict_policy(http: aiohttp.ClientSession) -> None:
    for path in ("/", "/quyen-rieng-tu", "/widget.js", "/healthz", "/metrics", "/nothing"):
        async with http.get(path) as response:
            assert "unsafe-inline" not in response.headers["Content-Security-Policy"], path
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert response.status == (404 if path == "/nothing" else 200), path


async def test_a_person_is_told_of_a_mistake_by_a_page_and_a_program_by_json(http: aiohttp.ClientSession) -> None:
    async with http.get("/nothing") as response:
        assert (response.content_type, await response.json()) == ("application/json", {"error": "Không có trang này."})
    for path, door in (("/nothing", "Đến trang hỏi đáp"), ("/lam-viec/nothing", "Về trang làm việc")):
        async with http.get(path, headers={"Accept": "text/html,*/*;q=0.8"}) as response:
            text = await response.text()
            assert (response.status, response.content_type) == (404, "text/html")
            assert "Không có trang này." in text
            assert door in text
            assert "unsafe-inline" not in response.headers["Content-Security-Policy"]


async def test_health_says_ok_while_everything_works(http: aiohttp.ClientSession) -> None:
    async with http.get("/healthz") as response:
        assert response.status == 200
        assert (await response.json())["status"] == "ok"


async def test_health_fails_when_delivery_stands_still(app: App, http: aiohttp.ClientSession) -> None:
    await app.delivery.stop()
    app.delivery.last_round = None
    async with http.get("/healthz") as response:
        assert response.status == 503
        assert "delivery" in (await response.json())["wrong"][0]


async def test_metrics_name_nobody(http: aiohttp.ClientSession) -> None:
    await ask(http, text="khai sinh cho con cần gì")
    async with http.get("/metrics") as response:
        text = await response.text()
    assert "motcua_messages_answered_total" in text
    assert "khai sinh" not in text
