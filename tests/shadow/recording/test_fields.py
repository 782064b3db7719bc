"""Header fields keep their form and lose their secrets."""

import base64
import re
from typing import Any

import pytest
from google.rpc import status_pb2

from crossfade.shadow.compare.headers import diff_fields
from crossfade.shadow.exchange import Headers, Protocol
from crossfade.shadow.recording.fields import FieldRedactor
from crossfade.shadow.recording.wire import WireRedactor


@pytest.fixture
def fields(redactor: Any, contract: Any) -> FieldRedactor:
    """Redacts fields."""
    return FieldRedactor(redactor, WireRedactor(redactor, contract))


@pytest.mark.parametrize(
    ("name", "value", "form"),
    [
        ("Set-Cookie", "sid=abc123; Path=/; Max-Age=60; HttpOnly", r"sid=[a-z]{3}\d{3}; Path=/; Max-Age=60; HttpOnly"),
        ("cookie", "sid=abc123; theme=dark", r"sid=[a-z]{3}\d{3}; theme=[a-z]{4}"),
        ("Authorization", "Bearer abcdef123456", r"Bearer [a-z]{6}\d{6}"),
        ("authorization", "abc def", r"[a-z]{3} [a-z]{3}"),
        ("x-api-key", "K-1", r"[A-Z]-\d"),
        ("location", "/users/ann@example.org?token=abc&page=2", r"/users/[^?]+\?token=[a-z]{3}&page=2"),
        ("x-note", 'for ann@example.org, {"password": "hunter2"}', r'for [a-z]+@[a-z]+\.[a-z]+, \{"password": .*\}'),
        ("grpc-message", "no user ann@example.org %C3%A4", r"no user [a-z]+@[a-z]+\.[a-z]+ %C3%A4"),
    ],
)
def test_the_form_stays(fields: FieldRedactor, name: str, value: str, form: str) -> None:
    """A cookie keeps its name and attributes, a credential its scheme, a target its path."""
    ((told, hidden),) = fields.headers(((name, value),))
    assert told == name
    assert hidden != value
    assert re.fullmatch(form, hidden), hidden
    assert not re.search(r"abc123|abcdef123456|hunter2|ann@", hidden)


@pytest.mark.parametrize(
    "field",
    [("ETag", '"v1"'), ("content-type", "text/html; charset=utf-8"), ("page-token", "abc"), ("grpc-status", "0")],
)
def test_all_else_stays(fields: FieldRedactor, field: tuple[str, str]) -> None:
    """Also a page token, which is a place in a list."""
    assert fields.headers((field,)) == (field,)


def _bin(data: bytes) -> str:
    return base64.b64encode(data).rstrip(b"=").decode()


def test_binary_metadata(fields: FieldRedactor) -> None:
    """Text in it is looked through, other bytes are replaced, and it stays base64."""
    headers: Headers = (
        ("a-bin", _bin(b"for ann@example.org")),
        ("b-bin", _bin(b"\xff\x00\x01")),
        ("c-bin", _bin(b"ok")),
        ("d-bin", f"{_bin(b'ok')},{_bin(b'ann@example.org')}"),
        ("e-bin", "!ann!"),
    )
    a, b, c, d, e = (value for _, value in fields.headers(headers))
    assert re.fullmatch(rb"for [a-z]+@[a-z]+\.[a-z]+", base64.b64decode(a + "=" * (-len(a) % 4)))
    assert (len(b), b == headers[1][1]) == (len(headers[1][1]), False)
    assert c == headers[2][1]
    assert d.startswith(f"{_bin(b'ok')},")
    assert e != "!ann!"
    assert "YW5uQGV4YW1wbGUub3Jn" not in f"{a}{d}"


def test_the_details_of_a_status(fields: FieldRedactor, message: Any) -> None:
    """They are read by the contract."""
    status = status_pb2.Status(code=5, message="no ann@example.org")
    status.details.add().Pack(message(name="Ann", password="hunter2"))
    ((_, value),) = fields.headers((("grpc-status-details-bin", _bin(status.SerializeToString())),))
    told = status_pb2.Status.FromString(base64.b64decode(value + "=" * (-len(value) % 4)))
    inside = message()
    assert told.details[0].Unpack(inside)
    assert (told.code, inside.name) == (5, "Ann")
    assert inside.password != "hunter2"
    assert "ann@example" not in told.message
    ((_, odd),) = fields.headers((("grpc-status-details-bin", "not base64 at all: ann"),))
    assert "ann" not in odd


def test_a_difference_stays_where_it_was(fields: FieldRedactor) -> None:
    """Cookies of two sides are told apart by name, as in the originals."""
    ours, theirs = ((("set-cookie", f"sid={text}; Path=/"), ("x-a", text)) for text in ("abc123", "def456"))
    before = [item.template for item in diff_fields(ours, theirs, "header", Protocol.HTTP)]
    after = diff_fields(fields.headers(ours), fields.headers(theirs), "header", Protocol.HTTP)
    assert [item.template for item in after] == before
