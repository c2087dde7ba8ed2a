"""Zalo Bot's updates: what becomes a message, what is passed over, what is refused."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.zalo_bot_update import KNOWN, MalformedError, Me, event, read
from handlers.message import Address, Media, Message

AN = "6ede9afa66b88fe6d6a9"
GROUP = "zgr-f8a7101d77709e2ec761"
ME = Me("Bot Một Cửa")
NOW = datetime(2026, 11, 24, 2, 0, 30, tzinfo=UTC)
PHOTO = "https://photo-stal-16.zdn.vn/x.jpg"
WITHHELD = Media("unsupported", "")


TED = {"id": AN, "display_name": "Ted", "is_bot": False}


def update(kind: str = "text", *, sender: Any = TED, **changes: Any) -> dict[str, Any]:
    """An event without its envelope; a change to None takes the field away."""
    message = {
        "from": sender,
        "chat": {"id": AN, "chat_type": "PRIVATE"},
        "message_id": "2d758cb5e222177a4e35",
        "date": 1750316131602,
        **({"text": "Xin chào"} if kind == "text" else {}),
        **changes,
    }
    return {"event_name": f"message.{kind}.received", "message": {k: v for k, v in message.items() if v is not None}}


def in_group(text: str | None, kind: str = "text", **changes: Any) -> dict[str, Any]:
    return update(kind, text=text, chat={"id": GROUP, "chat_type": "GROUP"}, **changes)


def taken(found: object, me: Me = ME) -> Message | None:
    return read(event(found), me, NOW)


def message(found: object, me: Me = ME) -> Message:
    result = taken(found, me)
    assert result is not None
    return result


@pytest.mark.parametrize("wrapped", [True, False])
def test_it_reads_a_text_with_and_without_the_envelope(wrapped: bool) -> None:
    found = message({"ok": True, "result": update()} if wrapped else update())
    assert found == Message(
        f"{AN}:2d758cb5e222177a4e35",
        Address("zalo-bot", AN),
        AN,
        "Xin chào",
        sent_at=datetime(2025, 6, 19, 6, 55, 31, 602000, UTC),
    )


@pytest.mark.parametrize("date", [1787124248, 1787124248000, "1787124248000", 1787124248.0])
def test_a_date_may_be_in_seconds_or_milliseconds(date: object) -> None:
    assert message(update(date=date)).sent_at == datetime(2026, 8, 19, 7, 24, 8, tzinfo=UTC)


def test_a_message_without_a_date_is_read_all_the_same() -> None:
    assert message(update(date=None)).sent_at is None


@pytest.mark.parametrize(
    ("fields", "refs"),
    [
        ({"photo": PHOTO}, [PHOTO]),
        ({"photo_url": PHOTO}, [PHOTO]),
        ({"photo_url": PHOTO, "photo": "https://zdn.vn/small.jpg"}, [PHOTO]),
        ({"photos": [{"url": PHOTO}, {"url": "https://zdn.vn/2.jpg"}]}, [PHOTO, "https://zdn.vn/2.jpg"]),
        ({"photos": [PHOTO, PHOTO], "photo_url": "https://zdn.vn/small.jpg"}, [PHOTO]),
        ({"photos": [{"id": 1}], "photo": PHOTO}, [PHOTO]),
    ],
)
def test_it_takes_pictures_under_each_of_their_names(fields: dict[str, Any], refs: list[str]) -> None:
    found = message(update("image", caption="ảnh chụp biên bản", **fields))
    assert found.media == tuple(Media("image", ref) for ref in refs)
    assert found.text == "ảnh chụp biên bản"


@pytest.mark.parametrize(
    ("kind", "fields", "text", "media"),
    [
        (
            "sticker",
            {"sticker": "0e078a2f", "url": "https://zadn.vn/s.png"},
            "",
            Media("sticker", "https://zadn.vn/s.png"),
        ),
        ("sticker", {"sticker": "0e078a2f"}, "", Media("sticker", "")),
        ("voice", {"voice_url": "https://zdn.vn/v.aac"}, "", Media("audio", "https://zdn.vn/v.aac")),
        ("voice", {}, "", WITHHELD),
        ("image", {"photo": ["?"]}, "", WITHHELD),
        ("image", {"photo": "file:///etc/passwd"}, "", WITHHELD),
        ("image", {"photo": "https://zdn.vn/" + "a" * 1000}, "", WITHHELD),
        ("link", {}, "", WITHHELD),
        ("link", {"link": "https://a.vn/1"}, "https://a.vn/1", None),
        ("link", {"text": "xem", "link": {"url": "https://a.vn/1"}}, "xem https://a.vn/1", None),
        ("link", {"text": "xem https://a.vn/1", "url": "https://a.vn/1"}, "xem https://a.vn/1", None),
    ],
)
def test_it_takes_what_else_people_send(kind: str, fields: dict[str, Any], text: str, media: Media | None) -> None:
    found = message(update(kind, **fields))
    assert (found.text, found.media) == (text, (media,) if media else ())


def test_what_zalo_withholds_is_a_message_without_content() -> None:
    found = message(update("unsupported", text="chữ của trẻ em", photo=PHOTO))
    assert (found.text, found.media, found.sender) == ("", (WITHHELD,), AN)
    assert "trẻ em" not in repr(found)


def test_what_is_withheld_needs_neither_sender_nor_id_and_a_repetition_has_the_same_id() -> None:
    bare = update("unsupported", message_id=None, sender=None)
    assert message(bare).id == f"{AN}:unsupported:1750316131602"
    timeless = update("unsupported", message_id=None, date=None)
    first = message(timeless)
    assert read(event(timeless), ME, NOW.replace(second=59)) == first
    later = read(event(timeless), ME, NOW.replace(minute=1))
    assert later is not None
    assert later.id != first.id


@pytest.mark.parametrize(
    "found",
    [
        {"ok": True, "result": {"event_name": "message.unsupported.received"}},
        {"event_name": "message.unsupported.received", "message": {"private": "ignored"}},
        {"event_name": "webhook.test", "message": {"date": 1787124248, "message_id": "webhook-test", "text": "200?"}},
        {"event_name": "webhook.test"},
        {"event_name": "message.reaction.received", "message": {"any": "thing"}},
        {"event_name": "bot.added", "message": "a text"},
        update(text=""),
        update(sender={"id": "bot", "is_bot": True}),
        update(chat={"id": AN, "chat_type": "CHANNEL"}),
        in_group("@Bot Một Cửa ơi", sender=None),
        in_group("@Bot Một Cửa ơi", sender={"display_name": "không có id"}),
        in_group(None, "unsupported"),
    ],
)
def test_it_passes_over_what_is_not_for_it(found: object) -> None:
    assert taken(found) is None


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("@Bot Một Cửa lệ phí khai sinh?", "lệ phí khai sinh?"),
        ("@bot một cửa: lệ phí khai sinh?", "lệ phí khai sinh?"),
        ("@Bot Mô\u0323t Cư\u0309a  lệ phí", "lệ phí"),
        ("@Bot  Một\u00a0Cửa lệ phí", "lệ phí"),
        ("cho hỏi @Bot Một Cửa lệ phí", "cho hỏi @Bot Một Cửa lệ phí"),
        ("lệ phí khai sinh? @Bot Một Cửa", "lệ phí khai sinh?"),
        ("@Bot Một Cửa", ""),
        ("@Bot Tên Cũ lệ phí", "Tên Cũ lệ phí"),
    ],
)
def test_in_a_group_it_reads_what_names_it_without_the_name(said: str, left: str) -> None:
    found = message(in_group(said))
    assert (found.text, found.group, found.address.chat, found.sender) == (left, True, GROUP, AN)
    assert message(in_group(None, "image", caption=said, photo_url=PHOTO)).media == (Media("image", PHOTO),)


@pytest.mark.parametrize(
    "said", ["mai họp lúc 8 giờ", "@Bình ơi", "an@Bot Một Cửa.vn", "@@Bot Một Cửa", "@Bota nhé", "Bot Một Cửa ơi"]
)
def test_in_a_group_it_passes_over_what_does_not_name_it(said: str) -> None:
    assert taken(in_group(said)) is None
    assert taken(in_group(None, "image", caption=said, photo_url=PHOTO)) is None


def test_in_a_group_a_picture_or_voice_without_words_is_not_for_it() -> None:
    assert taken(in_group(None, "image", photo_url=PHOTO)) is None
    assert taken(in_group(None, "voice", voice_url="https://zdn.vn/v.aac")) is None


def test_while_its_name_is_unknown_any_mention_in_a_group_will_do() -> None:
    assert message(in_group("@Bot Một Cửa lệ phí?"), Me()).text == "Một Cửa lệ phí?"
    assert message(in_group("@Một Cửa lệ phí?"), Me()).text == "@Một Cửa lệ phí?"
    assert taken(in_group("thư an@motcua.vn"), Me()) is None


def test_a_group_is_known_by_its_id_where_the_kind_is_missing() -> None:
    assert message(update(text="@Bot Một Cửa ơi", chat={"id": GROUP})).group
    assert not message(update(chat={"id": AN})).group


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        ([], "an update must be an object"),
        (None, "an update must be an object"),
        ([update()], "an update must be an object"),
        ({}, "event_name must be a text"),
        ({"ok": True, "result": {}}, "event_name must be a text"),
        ({"ok": True, "result": [update()]}, "result must be an object"),
        ({"event_name": 5}, "event_name must be a text"),
        ({"event_name": "message.text.received"}, "message must be an object"),
        ({"event_name": "message.text.received", "message": []}, "message must be an object"),
        (update(chat=None), "chat must be an object"),
        (update(chat={"chat_type": "PRIVATE"}), "id must be a text"),
        (update(chat={"id": ["x"]}), "id is not an id"),
        (update(chat={"id": "x" * 65}), "id is not an id"),
        (update(chat={"id": "a\0b"}), "id is not an id"),
        (update(chat={"id": AN, "chat_type": 1}), "chat_type must be a text"),
        (update(message_id=None), "message_id must be a text"),
        (update(message_id=""), "message_id is not an id"),
        (update(message_id={}), "message_id is not an id"),
        (update(text=["Xin chào"]), "text must be a text"),
        (update(date="hôm nay"), "date must be a time"),
        (update(date=True), "date must be a time"),
        (update(date=10**30), "date must be a time"),
        (update(sender="Ted"), "from must be an object"),
        (update(sender={"id": AN, "is_bot": "no"}), "is_bot must be true or false"),
        (update("unsupported", chat=7), "chat must be an object"),
    ],
)
def test_it_refuses_what_is_not_built_like_an_update_and_says_why(found: object, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        taken(found)


def test_ids_that_come_as_numbers_are_ids_too() -> None:
    found = message(update(chat={"id": 12}, message_id=34))
    assert (found.id, found.address.chat, found.sender) == ("12:34", "12", "12")


def test_unknown_fields_nulls_and_odd_letters_do_no_harm() -> None:
    odd = update(text="xin\0 chào", caption=[], new={"a": [1]})
    odd["message"]["voice_url"] = None
    odd["message"]["chat"]["chat_type"] = None
    assert message(odd).text == "xin chào"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
_FIELDS = (
    "from",
    "chat",
    "message_id",
    "date",
    "text",
    "caption",
    "photo",
    "photo_url",
    "photos",
    "url",
    "voice_url",
    "link",
)
ALMOST = st.builds(
    lambda name, usual, odd, wrapped: (
        {"ok": True, "result": {"event_name": name, "message": {**usual, **odd}}}
        if wrapped
        else {"event_name": name, "message": {**usual, **odd}}
    ),
    st.sampled_from(sorted(KNOWN)),
    st.sampled_from([update()["message"], in_group("@Bot Một Cửa ơi")["message"]]),
    st.dictionaries(st.sampled_from(_FIELDS), JSON, max_size=3),
    st.booleans(),
)


@given(JSON | ALMOST, st.sampled_from([ME, Me()]))
def test_whatever_comes_is_a_message_nothing_or_malformed(found: object, me: Me) -> None:
    try:
        result = taken(found, me)
    except MalformedError:
        return
    if result is not None:
        assert result.address.channel == "zalo-bot"
        assert 1 <= len(result.address.chat) <= 64
        assert len(result.id) <= 200
        assert result.text or result.media or result.group
        assert result.group or result.sender == result.address.chat
