"""What is secret in a message is replaced on the wire, and every other byte stays."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.recording.wire import WireRedactor


@pytest.fixture
def hidden(contract: Any, redactor: Any) -> Any:
    """Redacts a User and reads it back."""
    kind = contract.message_class("s.v1.User")

    def hidden(message: Any) -> Any:
        data = message if isinstance(message, bytes) else message.SerializeToString(deterministic=True)
        return kind.FromString(WireRedactor(redactor, contract).message(data, kind.DESCRIPTOR))

    return hidden


def test_what_is_not_secret_stays_byte_for_byte(contract: Any, redactor: Any, message: Any) -> None:
    """Also fields out of order, a varint longer than needed and a length longer than needed."""
    kind = contract.message_class("s.v1.User")
    plain = message(name="Ann", size=7, page_token="abc", labels={"color": "red"}).SerializeToString()
    odd = b"\x78\x87\x00" + b"\x0a\x83\x00Ann" + b"\x0a\x03Bob"
    for data in (plain, odd, b""):
        kind.FromString(data)
        assert WireRedactor(redactor, contract).message(data, kind.DESCRIPTOR) == data


def test_every_kind_of_secret_field(message: Any, hidden: Any) -> None:
    """Texts, bytes, numbers, enums, messages, groups and lists, by name and by debug_redact."""
    user = message(
        password="Hunter-2",
        api_key=b"\xff\x00\x01key",
        phone=2147483647,
        pin=-4711,
        weight=81.5,
        illness=3,
        credential={"holder": "Ann", "number": 9223372036854775807},
        phones=[12, 4294967295],
        email={"value": "ann"},
        login={"token": "t-12", "place": "Rome"},
    )
    told = hidden(user)
    for name in ("password", "api_key", "phone", "pin", "weight", "illness", "credential", "phones", "email"):
        assert getattr(told, name) != getattr(user, name), name
    assert told.login.token != "t-12"
    assert told.login.place == "Rome"
    assert told.credential.holder != "Ann"
    assert len(told.api_key) == len(user.api_key)
    assert len(str(told.phone)) == 10
    assert (told.pin < 0, len(str(told.pin))) == (True, 5)
    assert told.illness in {1, 2}
    assert len(told.phones) == 2


def test_maps_and_structs(message: Any, hidden: Any) -> None:
    """The key of an entry names its value; a key under a secret name is hidden where it looks like a value."""
    user = message(labels={"password": "hunter2", "color": "red"}, sessions={"a1b2c3d4e5f60718": 17, "since": 3})
    user.free.update({"password": "hunter2", "list": [{"token": "abcdef"}], "color": "red"})
    told = hidden(user)
    assert told.labels["color"] == told.free["color"] == "red"
    assert "hunter2" not in {told.labels["password"], told.free["password"]}
    assert told.free["list"][0]["token"] != "abcdef"
    assert "a1b2c3d4e5f60718" not in told.sessions
    assert "since" in told.sessions


def test_patterns_in_any_text_and_number(message: Any, hidden: Any) -> None:
    """A mail address in a name, a card number in a size, both in bytes that are text."""
    told = hidden(message(name="ann@example.org", size=4111111111111111, photo=b"by ann@example.org"))
    assert b"ann@example" not in told.SerializeToString()
    assert told.size != 4111111111111111
    assert told.photo.decode().removeprefix("by ") == told.name


def test_bytes_that_are_no_text_are_replaced(message: Any, hidden: Any) -> None:
    """Nobody can say what is in them: as many other bytes, the same for the same."""
    png = b"\x89PNG\r\n\x1a\n hunter2"
    user = message(photo=png, friend={"photo": png})
    told = hidden(user)
    assert told.photo == told.friend.photo != user.photo
    assert len(told.photo) == len(user.photo)
    assert b"hunter2" not in told.photo


def test_a_piece_of_text_that_was_cut_within_a_letter_is_text(message: Any, hidden: Any) -> None:
    """As a client sends it in chunks: what patterns find in it is replaced, and the parts of letters stay."""
    piece = "é mail ann@example.com ✓".encode()[1:-1]
    told = hidden(message(photo=piece)).photo
    assert (told[:7], told[-3:], len(told)) == (piece[:7], piece[-3:], len(piece))
    assert b"ann@" not in told


def test_an_any_is_unpacked_where_its_type_is_known(message: Any, hidden: Any) -> None:
    """Else its bytes are replaced."""
    user = message()
    user.extra.Pack(message(name="Bob", password="hunter2"))
    inside = message()
    told = hidden(user)
    assert told.extra.Unpack(inside)
    assert (inside.name, inside.password == "hunter2") == ("Bob", False)
    user.extra.type_url = "x/unknown.Type"
    told = hidden(user)
    assert told.extra.type_url == "x/unknown.Type"
    assert b"Bob" not in told.extra.value


def test_unknown_fields_keep_no_text(message: Any, contract: Any, redactor: Any) -> None:
    """Numbers stay, texts are replaced by as many bytes, also inside of groups."""
    old = contract.message_class("s.v1.Old")
    data = message(name="hunter2", size=7, phone=5, login={"place": "hunter2"}).SerializeToString()
    told = WireRedactor(redactor, contract).message(data, old.DESCRIPTOR)
    assert b"hunter2" not in told
    assert len(told) == len(data)
    assert (old.FromString(told).size, contract.message_class("s.v1.User").FromString(told).phone) == (7, 5)


def test_extensions(message: Any, hidden: Any) -> None:
    """Their names count too."""
    data = message(name="Ann").SerializeToString() + b"\xa2\x06\x07hunter2"
    assert b"hunter2" not in hidden(data).SerializeToString()


def test_equal_values_stay_equal_on_the_wire(message: Any, contract: Any, redactor: Any) -> None:
    """And unequal ones unequal: a difference is neither made nor lost."""
    wire, kind = WireRedactor(redactor, contract), contract.message_class("s.v1.User").DESCRIPTOR
    one, same, other = (
        wire.message(message(password=text).SerializeToString(), kind) for text in ("ab1", "ab1", "ab2")
    )
    assert one == same != other


@given(st.binary(max_size=40))
@example(b"\x80\x80\x80\x80@\x00")
@example(b"\x00\x00")
def test_any_bytes_are_redacted_or_refused(contract: Any, redactor: Any, data: bytes) -> None:
    """No other error comes out, and what came out is a message again."""
    kind = contract.message_class("s.v1.User")
    try:
        told = WireRedactor(redactor, contract).message(data, kind.DESCRIPTOR)
    except UndecodableError:
        return
    if told != data:
        WireRedactor(redactor, contract).message(told, kind.DESCRIPTOR)


def test_a_deep_message_is_not_followed_for_ever(redactor: Any, contract: Any) -> None:
    """Beyond protobuf's own limit it is replaced as a whole."""
    data = b""
    for _ in range(120):
        data = b"\x92\x01" + _length(len(data)) + data
    told = WireRedactor(redactor, contract).message(data, contract.message_class("s.v1.User").DESCRIPTOR)
    assert len(told) == len(data)
    assert told != data


def _length(size: int) -> bytes:
    return bytes([size]) if size < 0x80 else bytes([size & 0x7F | 0x80, size >> 7])
