"""Zalo Official Account, what comes in: signed events over real HTTP, and how they are read."""

from __future__ import annotations

import asyncio
import hashlib
import io
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot import limits, metrics
from bot.channels.base import Channel, DeliveryError
from bot.channels.zalo_oa import ZaloOaChannel
from bot.channels.zalo_oa_signature import LADDER, digest
from bot.channels.zalo_oa_update import Incoming, Left, MalformedError, Me, Revoked, read
from bot.inbox import OverloadedError
from bot.storage import Storage
from handlers.message import Address, Media, Message, Reply
from tests.channels.zalo_oa_world import Store, make, served, small_storage
from tests.fakes.zalo_oa import APP_ID, OA_ID, SECRET_KEY, FakeZaloOa

AN, BINH, GROUP = "24684588352919792", "24684588352919793", "f414c8f76fa586fbdfb4"
ME = Me(OA_ID, "Một Cửa Phường")


@dataclass
class Door:
    """A channel whose webhook is served, and Zalo on the other side."""

    channel: ZaloOaChannel
    zalo: FakeZaloOa
    store: Store
    url: str

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> tuple[int, str]:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url, data=io.BytesIO(body), headers=headers or {}) as answer,
        ):
            return answer.status, await answer.text()


@pytest.fixture
async def storage(tmp_path: Path) -> AsyncIterator[Storage]:
    async with small_storage(tmp_path) as opened:
        yield opened


@pytest.fixture
async def door(storage: Storage) -> AsyncIterator[Door]:
    async with FakeZaloOa() as zalo:
        store = Store()
        channel = make(zalo, storage, store)
        await channel.status()  # learns the account's name
        async with served(channel, zalo) as url:
            yield Door(channel, zalo, store, url)
        await channel.stop()


def refusals(reason: str) -> float:
    return float(metrics.REFUSED.labels("zalo-oa", reason)._value.get())


# Messages


async def test_it_reads_a_question(door: Door) -> None:
    posted = await door.zalo.say(AN, "Làm giấy khai sinh cần giấy tờ gì? 👶")
    [message] = door.store.messages
    assert posted.statuses == [200]
    assert message.id == posted.event["message"]["msg_id"]
    assert message.address == Address("zalo-oa", AN)
    assert (message.sender, message.text) == (AN, "Làm giấy khai sinh cần giấy tờ gì? 👶")
    assert message.sent_at is not None
    assert abs((datetime.now(UTC) - message.sent_at).total_seconds()) < 60
    assert (message.media, message.group) == ((), False)


async def test_both_places_of_the_signed_time_are_believed_and_told_once(door: Door) -> None:
    with capture_logs() as logs:
        for number in range(3):
            await door.zalo.say(AN, f"giờ trong thân {number}")
            await door.zalo.say(AN, f"giờ trong tiêu đề {number}", sign="header")
    assert len(door.store.messages) == 6
    matched = [entry["time_from"] for entry in logs if entry["event"] == "zalo_oa_signature_matched"]
    assert matched == ["body", "header"]


async def test_it_keeps_the_order_of_a_chat(door: Door) -> None:
    for number in range(30):
        await door.zalo.say(AN, f"câu {number}")
    assert door.store.texts == [f"câu {number}" for number in range(30)]


async def test_a_repeated_event_repeats_its_id(door: Door) -> None:
    posted = await door.zalo.say(AN, "xin chào", copies=3)
    await door.zalo.follow(BINH)
    assert posted.statuses == [200, 200, 200]
    assert door.store.texts == ["xin chào", "/start"]
    assert len(door.store.seen) == 4
    repeated = await door.zalo.push(door.zalo.posted[-1].event)
    assert repeated.statuses == [200]
    assert len(door.store.messages) == 2


async def test_events_out_of_order_keep_their_own_times(door: Door) -> None:
    first = door.zalo.said_by(AN, "câu một")
    door.zalo.forward(timedelta(seconds=1))
    second = door.zalo.said_by(AN, "câu hai")
    for event in (second, first):
        await door.zalo.push(event)
    later, earlier = door.store.messages
    assert later.sent_at is not None
    assert earlier.sent_at is not None
    assert earlier.sent_at < later.sent_at


@pytest.mark.parametrize(
    ("kind", "ours", "name"),
    [
        ("image", "image", ""),
        ("gif", "image", ""),
        ("file", "file", "đơn.pdf"),
        ("audio", "audio", ""),
        ("video", "video", ""),
        ("sticker", "sticker", ""),
    ],
)
async def test_it_takes_media_by_address_and_fetches_them(door: Door, kind: str, ours: str, name: str) -> None:
    url = await door.zalo.share(AN, kind, b"\x89bytes", name=name, text="ảnh chụp tờ khai")
    [message] = door.store.messages
    assert message.media == (Media(ours, url, name, 6 if name else None),)
    assert message.text == "ảnh chụp tờ khai"
    assert await door.channel.download(url) == b"\x89bytes"


async def test_a_link_is_read_as_words(door: Door) -> None:
    attachment = {"type": "link", "payload": {"url": "https://dichvucong.gov.vn", "description": "Cổng"}}
    for text in (None, "xem giúp"):
        await door.zalo.push(door.zalo.said_by(AN, text, kind="link", attachments=[attachment]))
    assert door.store.texts == ["https://dichvucong.gov.vn", "xem giúp"]
    assert [message.media for message in door.store.messages] == [(), ()]


@pytest.mark.parametrize("as_text", [False, True])
@pytest.mark.parametrize("where", ["payload", "message"])
async def test_it_takes_a_place(door: Door, where: str, as_text: bool) -> None:
    point: dict[str, Any] = {"latitude": 21.18613, "longitude": 106.0763}
    if as_text:
        point = {key: str(value) for key, value in point.items()}
    attachments = [{"type": "location", "payload": {"coordinates": point}}]
    event = door.zalo.said_by(AN, None, kind="location", attachments=attachments if where == "payload" else None)
    if where == "message":
        event["message"]["location"] = point
    await door.zalo.push(event)
    assert door.store.messages[0].media == (Media("location", "21.1861,106.0763"),)


async def test_it_never_keeps_what_a_contact_or_a_form_says(door: Door) -> None:
    info = {"name": "Nguyễn Văn Bình", "phone": "84912345678", "user_dob": "30/10/1999"}
    people = {"sender": {"id": AN}, "recipient": {"id": OA_ID}}
    await door.zalo.push(door.zalo.event("user_submit_info", **people, info=info))
    card = {"type": "link", "payload": {"description": '{"phone":"84912345678"}', "url": "https://zalo.me/84912345678"}}
    await door.zalo.push(door.zalo.said_by(AN, "Bình 84912345678", kind="business_card", attachments=[card]))
    assert [message.media for message in door.store.messages] == [(Media("contact", ""),)] * 2
    assert "912345678" not in repr(door.store.messages)
    assert "Bình" not in repr(door.store.messages)


# Following


async def test_following_is_a_start(door: Door) -> None:
    posted = await door.zalo.follow(AN)
    [message] = door.store.messages
    assert (message.text, message.sender, message.address.chat) == ("/start", AN, AN)
    assert message.id == f"follow:{AN}:{posted.event['timestamp']}"


async def test_leaving_is_told_and_nothing_is_stored(door: Door) -> None:
    posted = await door.zalo.follow(AN, name="unfollow")
    assert (posted.statuses, door.store.left, door.store.messages) == ([200], [AN], [])


async def test_leaving_may_be_of_no_interest(storage: Storage) -> None:
    async with FakeZaloOa() as zalo:
        channel = make(zalo, storage, unfollowed=None)
        async with served(channel, zalo):
            assert (await zalo.follow(AN, name="unfollow")).statuses == [200]
        await channel.stop()


# Groups


@pytest.mark.parametrize(
    ("said", "read"),
    [
        ("@Một Cửa Phường lệ phí khai sinh?", "lệ phí khai sinh?"),
        ("@một cửa phường: lệ phí khai sinh?", "lệ phí khai sinh?"),
        ("lệ phí khai sinh? @Một Cửa Phường", "lệ phí khai sinh?"),
        (f"[@{OA_ID}] lệ phí khai sinh?", "lệ phí khai sinh?"),
        ("/viec", "/viec"),
        ("@Mô\u0323t Cư\u0309a Phươ\u0300ng lệ phí", "lệ phí"),
    ],
)
async def test_it_answers_in_a_group_when_addressed(door: Door, said: str, read: str) -> None:
    await door.zalo.say_in_group(GROUP, AN, said)
    [message] = door.store.messages
    assert (message.text, message.group) == (read, True)
    assert (message.address.chat, message.sender) == (f"g:{GROUP}", AN)


async def test_it_does_not_answer_in_a_group_when_not_addressed(door: Door) -> None:
    for text in ("mai họp lúc 8 giờ", "@Một Cửa Phường2 ơi", "1/2 số phường", "@An nhé"):
        assert (await door.zalo.say_in_group(GROUP, AN, text)).statuses == [200]
    await door.zalo.say_in_group(GROUP, AN, "trả lời ai đó", quote_msg_id="khong-phai-cua-oa")
    assert door.store.messages == []


async def test_quoting_the_assistant_in_a_group_is_speaking_to_it(door: Door) -> None:
    door.zalo.groups.add(GROUP)
    number = await door.channel.send(f"g:{GROUP}", Reply("Nhắc việc: báo cáo quý"))
    await door.zalo.say_in_group(GROUP, BINH, "đã xong", quote_msg_id=number)
    [message] = door.store.messages
    assert (message.text, message.group, message.sender) == ("đã xong", True, BINH)


@pytest.mark.parametrize("place", ["recipient.id", "recipient.group_id", "message.conversation_id"])
def test_a_group_is_found_wherever_zalo_puts_it(place: str) -> None:
    where, key = place.split(".")
    event: dict[str, Any] = {
        "event_name": "user_send_group_text",
        "sender": {"id": AN},
        "recipient": {"id": OA_ID},
        "message": {"msg_id": "m1", "text": "/viec"},
        "timestamp": "1700000000000",
    }
    event[where] = {**event[where], key: GROUP}
    message = read(event, ME)
    assert isinstance(message, Message)
    assert message.address == Address("zalo-oa", f"g:{GROUP}")


# What is not for the assistant


@pytest.mark.parametrize(
    "name",
    [
        "oa_send_text",
        "oa_send_group_text",
        "user_seen_message",
        "user_received_message",
        "user_click_chatnow",
        "user_reacted_message",
        "user_feedback",
        "anonymous_send_text",
        "change_oa_daily_quota",
        "su_kien_chua_ai_biet",
        "user_send_hologram",
        "user_join_group",
    ],
)
async def test_other_events_get_a_200_and_no_effect(door: Door, name: str) -> None:
    event = door.zalo.said_by(AN, "của OA") | {"event_name": name}
    assert (await door.zalo.push(event)).statuses == [200]
    assert door.store.seen == []


async def test_it_does_not_hear_itself_or_another_account(door: Door) -> None:
    own = door.zalo.said_by(AN, "của OA") | {"sender": {"id": OA_ID}}
    others = door.zalo.said_by(AN, "cho OA khác") | {"recipient": {"id": "999"}}
    follower = door.zalo.event("follow", oa_id="999", follower={"id": AN})
    for event in (own, others, follower):
        assert (await door.zalo.push(event)).statuses == [200]
    assert door.store.seen == []


async def test_a_permission_taken_back_is_told_to_the_log(door: Door) -> None:
    with capture_logs() as logs:
        assert (await door.zalo.push(door.zalo.event("permission_revoked", oa_id=OA_ID))).statuses == [200]
    assert ("error", "zalo_oa_permission_revoked") in [(entry["log_level"], entry["event"]) for entry in logs]


# The door


@pytest.mark.parametrize("body", [b"{}", b" {}\n"])
async def test_the_unsigned_probe_gets_a_200_without_effect(door: Door, body: bytes) -> None:
    assert (await door.post(body))[0] == 200
    assert door.store.seen == []


@pytest.mark.parametrize(
    ("sign", "status", "reason"),
    [("key", 403, "signature"), ("hmac", 403, "signature"), ("other", 403, "signature"), ("no", 401, "unsigned")],
)
async def test_a_forged_event_is_refused_counted_and_not_stored(
    door: Door, sign: str, status: int, reason: str
) -> None:
    before = refusals(reason)
    posted = await door.zalo.say(AN, "giả mạo", sign=sign)
    assert posted.statuses == [status]
    assert door.store.seen == []
    assert refusals(reason) == before + 1


async def test_a_changed_body_under_a_true_signature_is_refused(door: Door) -> None:
    event = door.zalo.said_by(AN, "thật")
    body = json.dumps(event).encode()
    headers = door.zalo.signature(event, body)
    assert (await door.post(body, headers))[0] == 200
    assert (await door.post(body.replace(b"th\\u1eadt", b"gi\\u1ea3"), headers))[0] == 403
    for mac in ("", "mac=", "mac=\udcff", "sha256=abc", "mac=" + "0" * 64):
        with_mac = {"X-ZEvent-Signature": mac.encode("utf-8", "surrogateescape").decode("latin-1")}
        assert (await door.post(body, with_mac))[0] in {401, 403}
    assert door.store.texts == ["thật"]


async def test_an_event_of_another_application_is_refused(door: Door) -> None:
    event = door.zalo.said_by(AN, "của ứng dụng khác") | {"app_id": "1"}
    assert (await door.zalo.push(event)).statuses == [403]
    assert door.store.seen == []


async def test_an_event_older_than_zalo_repeats_is_refused(door: Door) -> None:
    recent, old = door.zalo.said_by(AN, "vừa gửi"), door.zalo.said_by(AN, "phát lại")
    millis = int(old["timestamp"])
    recent["timestamp"] = str(millis - int((LADDER - timedelta(minutes=5)).total_seconds() * 1000))
    old["timestamp"] = str(millis - int((LADDER + timedelta(minutes=5)).total_seconds() * 1000))
    assert (await door.zalo.push(recent)).statuses == [200]
    assert (await door.zalo.push(old)).statuses == [403]
    assert (await door.zalo.push(old, sign="header")).statuses == [403]
    assert door.store.texts == ["vừa gửi"]


@pytest.mark.parametrize(
    "change",
    [
        {"event_name": 5},
        {"event_name": ""},
        {"sender": "An"},
        {"sender": {"id": ["x"]}},
        {"sender": {"id": "g:nhom"}},
        {"message": []},
        {"message": {"msg_id": {"a": 1}, "text": "x"}},
        {"message": {"msg_id": "m", "text": 7}},
        {"message": {"msg_id": "m"}},
        {"message": {"msg_id": "m" * 300, "text": "x"}},
    ],
)
async def test_what_is_not_built_like_an_event_gets_a_400_with_a_reason(door: Door, change: dict[str, Any]) -> None:
    before = refusals("malformed")
    posted = await door.zalo.push(door.zalo.said_by(AN, "x") | change)
    assert posted.statuses == [400]
    assert door.store.seen == []
    assert refusals("malformed") == before + 1


async def test_signed_bytes_that_are_not_json_get_a_400(door: Door) -> None:
    at = str(int(door.zalo.now().timestamp() * 1000))
    for body in (b"khong phai json", b'{"a":', b"\xff\xfe"):
        headers = {"X-ZEvent-Timestamp": at, "X-ZEvent-Signature": f"mac={digest(APP_ID, body, at, SECRET_KEY)}"}
        assert (await door.post(body, headers))[0] == 400
        assert (await door.post(body))[0] == 401
    for body in (b"[]", b"5", b"null"):
        headers = {"X-ZEvent-Timestamp": at, "X-ZEvent-Signature": f"mac={digest(APP_ID, body, at, SECRET_KEY)}"}
        assert (await door.post(body, headers))[0] == 403
    assert door.store.seen == []


async def test_a_body_that_is_too_large_is_refused(door: Door) -> None:
    status, text = await door.post(b" " * (limits.MAX_WEBHOOK_BYTES + 1))
    assert (status, str(limits.MAX_WEBHOOK_BYTES) in text) == (413, True)


async def test_without_a_key_no_event_is_taken(storage: Storage) -> None:
    async with FakeZaloOa() as zalo:
        store = Store()
        channel = make(zalo, storage, store, secret_key=None)
        with capture_logs() as logs:
            await channel.start()
        async with served(channel, zalo):
            assert (await zalo.say(AN, "x")).statuses == [403]
        await channel.stop()
    assert store.seen == []
    assert "zalo_oa_takes_no_events" in [entry["event"] for entry in logs]


async def test_what_cannot_be_stored_is_asked_for_again(door: Door) -> None:
    door.store.errors = [OverloadedError(), OSError("the disk is full")]
    posted = await door.zalo.say(AN, "đừng mất")
    assert posted.statuses == [503, 503, 200]
    assert door.store.texts == ["đừng mất"]


async def test_hundreds_of_events_are_answered_well_within_two_seconds(door: Door) -> None:
    took: list[float] = []

    async def say(number: int) -> None:
        began = time.monotonic()
        await door.zalo.say(str(10**15 + number % 50), f"câu {number}")
        took.append(time.monotonic() - began)

    await asyncio.gather(*(say(number) for number in range(300)))
    assert len(door.store.messages) == 300
    assert max(took) < 2


async def test_it_tells_what_to_register(storage: Storage) -> None:
    async with FakeZaloOa() as zalo:
        channel = make(zalo, storage, public_url="https://motcua.example.vn/")
        with capture_logs() as logs:
            await channel.start()
        await channel.stop()
    [told] = [entry for entry in logs if entry["event"] == "zalo_oa_webhook_to_register"]
    assert told["url"] == "https://motcua.example.vn/webhooks/zalo-oa"


async def test_it_starts_and_stops_at_once_although_zalo_is_out_of_reach(storage: Storage) -> None:
    async with FakeZaloOa() as zalo:
        channel: Channel = make(zalo, storage, base_url="http://127.0.0.1:9", oauth_url="http://127.0.0.1:9")
        began = time.monotonic()
        await channel.start()
        await channel.stop_receiving()
        await channel.stop()
        assert time.monotonic() - began < 1


# Fetching what people sent


@pytest.mark.parametrize(
    "ref",
    [
        "https://evil.example/anh.jpg",
        "https://zdn.vn.evil.example/anh.jpg",
        "https://zdn.vn@evil.example/anh.jpg",
        "https://evilzdn.vn/anh.jpg",
        "http://f1.photo.zdn.vn/anh.jpg",
        "http://169.254.169.254/latest/meta-data",
        "file:///etc/passwd",
        "https://[::1",
        "",
    ],
)
async def test_it_fetches_from_no_host_but_zalos(door: Door, ref: str) -> None:
    with pytest.raises(DeliveryError) as caught:
        await door.channel.download(ref)
    assert caught.value.permanent


@pytest.mark.parametrize("host", ["f20-zpc.zdn.vn", "zalo.me", "b-f1.zaloapp.com", "cover-talk.zadn.vn"])
async def test_zalos_hosts_may_be_fetched_from(door: Door, host: str) -> None:
    assert door.channel._request._allowed(f"https://{host}/jpg/1.jpg")


async def test_a_file_that_is_gone_or_too_large_is_given_up(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    url = await door.zalo.share(AN, "image", b"x" * 5000)
    for number, ref in enumerate((f"{door.zalo.base_url}/files/mat", url)):
        if number:
            monkeypatch.setattr(limits, "EVIDENCE_BYTES", 4999)
        with pytest.raises(DeliveryError) as caught:
            await door.channel.download(ref)
        assert caught.value.permanent


# Reading, whatever comes

PEOPLE = {"sender": {"id": AN}, "recipient": {"id": OA_ID}}
NAMES = st.sampled_from(
    [
        *(f"user_send_{kind}" for kind in ("text", "image", "link", "location", "business_card")),
        *("user_send_group_text", "user_send_group_image", "follow", "unfollow", "user_submit_info"),
        *("permission_revoked", "oa_send_text", "gì đó"),
    ]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just(AN) | st.just("/viec"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        name: ANYTHING | st.fixed_dictionaries({}, optional=dict.fromkeys(inners, ANYTHING))
        for name, inners in {
            "sender": ["id"],
            "recipient": ["id", "group_id"],
            "follower": ["id"],
            "message": ["msg_id", "text", "attachments", "location", "quote_msg_id", "conversation_id"],
            "timestamp": ["x"],
            "oa_id": ["x"],
            "info": ["phone"],
        }.items()
    },
)


def outcome(event: object) -> Incoming | None:
    try:
        return read(event, ME, {"m1"})
    except MalformedError:
        return None


@given(ANYTHING)
def test_any_json_is_read_or_refused_and_never_breaks(event: object) -> None:
    assert outcome(event) is None


@given(NAMES, FIELDS)
def test_any_event_is_a_message_nothing_or_malformed(name: str, fields: dict[str, Any]) -> None:
    found = outcome({"event_name": name, **PEOPLE, "timestamp": "1700000000000", **fields})
    if isinstance(found, Message):
        assert 0 < len(found.id) <= 200
        assert 0 < len(found.address.chat) <= 128
        found.text.encode()
        assert "\0" not in found.text + "".join(medium.ref + medium.name for medium in found.media)
        assert found.group == found.address.chat.startswith("g:")
        assert all(len(medium.ref) <= 1000 for medium in found.media)
    else:
        assert found is None or isinstance(found, Left | Revoked)


@given(ANYTHING | st.lists(st.fixed_dictionaries({"type": ANYTHING, "payload": ANYTHING}), max_size=20))
def test_odd_attachments_are_left_out_and_the_message_stays(attachments: object) -> None:
    message = {"msg_id": "m1", "attachments": attachments}
    found = outcome({"event_name": "user_send_image", **PEOPLE, "message": message, "timestamp": "1700000000000"})
    assert isinstance(found, Message)
    assert len(found.media) <= 10


# The signature


def test_the_signature_is_the_plain_digest_of_zalos_java_sdk() -> None:
    """MacUtils.buildMac: SHA-256 over application id + data + time + secret key, in this order."""
    body = '{"message":{"text":"Xin chào 👶"}}'.encode()
    expected = hashlib.sha256(b"360846524940903967" + body + b"154390853474" + b"key").hexdigest()
    assert digest("360846524940903967", body, "154390853474", "key") == expected
