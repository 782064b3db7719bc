"""A body is stored where it was read; of any other only length and digest are."""

import gzip
import json

import pytest

from crossfade.shadow.compare.decode.codings import decode_codings
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.exchange import Headers
from crossfade.shadow.exchange.events import Body, Hidden
from crossfade.shadow.recording.bodies import MAX_BODY_BYTES, redact_body

PARTS = "multipart/form-data; boundary=x"
REDACTOR = Redactor(b"k" * 32)
SECRET = b"hunter2"


def _redacted(kind: str, body: bytes, *more: tuple[str, str]) -> Body:
    headers: Headers = (*((("content-type", kind),) if kind else ()), *more)
    return redact_body(headers, body, REDACTOR)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"password": "hunter2", "a": 1.0}'),
        ("application/problem+json; charset=utf-8", b'\xef\xbb\xbf{"password": "hunter2"}'),
        ("application/x-www-form-urlencoded", b"a=1&password=hunter2"),
        ("text/plain", b'log: {"password": "hunter2"}'),
        ("text/xml", b"<user><password>hunter2</password></user>"),
        ("text/plain; charset=utf-16", 'say "password": "hunter2"'.encode("utf-16")),
        ("", b'{"password": "hunter2"}'),
        ("application/octet-stream", b"password=hunter2"),
        ("application/x-ndjson", b'{"a": 1}\n{"credential": {"a": "hunter2"}}\n'),
        ("text/event-stream", b'event: x\ndata: {"token": ["hunter2"]}\n\ndata: ok\n\n'),
        ("text/html", b'a <input name="password" value="hunter2">'),
        ("text/html", b'<meta name=csrf-token content="hunter2">'),
        ("text/html", b'{"password": "hunter2"}'),
        ("application/soap+xml", b"<login><credentials><a>hunter2</a></credentials></login>"),
        ("text/xml; charset=latin-1", b'<entry key="password">hunter2 \xe9</entry>'),
        ("application/json", b'{"a": 1}\n{"password": "hunter2"}\n'),
        ("application/json-seq", b'\x1e{"a": 1}\n\x1e{"password": "hunter2"}\n'),
        ("application/json;stream=watch", b'{"a": 1}{"password": "hunter2"}'),
        ("application/json", b"[" * 3000 + b'{"password": "hunter2"}' + b"]" * 3000),
        (PARTS, b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2\r\n--x--'),
        (PARTS, b'--x\r\nContent-Type: application/json\r\n\r\n{"password": "hunter2"}\r\n--x--'),
        (PARTS, b"--x\r\nContent-Type: text/xml\r\n\r\n<password>hunter2</password>\r\n--x--"),
        (PARTS, b'--x\r\nContent-Type: application/json\r\n\r\n{"password": "hunter2"\r\n--x--'),
        (PARTS, b"--x\r\nContent-Type: image/png\r\n\r\n\x89hunter2\r\n--x--"),
        (PARTS, b"--x\r\nContent-Transfer-Encoding: base64\r\n\r\naHVudGVyMg==hunter2\r\n--x--"),
        (PARTS, b"password=hunter2\r\n--x\r\n\r\na\r\n--x--"),
        (
            PARTS,
            b"--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y\r\n\r\npassword=hunter2\r\n--y--\r\n--x--",
        ),
    ],
    ids=str,
)
def test_what_can_be_read_is_kept_without_its_secrets(kind: str, body: bytes) -> None:
    """By its media type, or as text."""
    told = _redacted(kind, body)
    assert isinstance(told, bytes)
    assert len(told) == len(body)
    assert SECRET not in told.replace(b"\0", b"")
    assert told != body


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"a": 1.10, "a": 2}'),
        ("application/x-www-form-urlencoded", b"a=%e4&b=+x&b"),
        ("text/html", "<p>\u00e4".encode()),
        ("", b"ok\n"),
        ("", b""),
        ("application/x-ndjson", b'{"a":1}\r\n\r\nno json\n'),
        ("text/event-stream", b": ping\n\ndata:{\n\n"),
        (PARTS, b"before\r\n--x\r\nContent-Type: application/json\r\n\r\n{ }\r\n--x\n\n\xc3\xa9\r\n--x--\r\nbehind"),
        ("application/json-seq", b"\x1e[1]\n\x1e{ }\n"),
        ("text/xml", b"<?xml version='1.0'?>\n<a b='1'>&amp;</a>"),
    ],
    ids=str,
)
def test_without_secrets_the_very_bytes_are_kept(kind: str, body: bytes) -> None:
    """Nothing is written anew."""
    assert _redacted(kind, body) == body


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"password": "hunter2"'),
        ("application/json", b"\xff{}"),
        ("image/png", b"\x89PNG hunter2"),
        ("application/octet-stream", "hunter2".encode("utf-16-le")),
        ("text/plain", b"hunter2 \xff"),
        ("text/plain; charset=no-such", SECRET),
        ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="password"\r\n\r\nhunter2'),
        ("text/plain", b"x" * (MAX_BODY_BYTES + 1)),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_can_not_be_read_is_hidden(kind: str, body: bytes) -> None:
    """Length and a keyed digest: the same for the same bytes only."""
    told = _redacted(kind, body)
    assert isinstance(told, Hidden)
    assert told.size_bytes == len(body)
    assert told == _redacted(kind, body) != _redacted(kind, body + b"!")
    assert told != redact_body((("content-type", kind),), body, Redactor(b"j" * 32))


def test_a_coded_body_stays_coded() -> None:
    """The very bytes where nothing was hidden, else coded anew; of a cut one only the digest."""
    gzipped = ("content-encoding", "gzip")
    plain, secret = (gzip.compress(json.dumps({name: "hunter2"}).encode()) for name in ("a", "password"))
    assert _redacted("application/json", plain, gzipped) == plain
    told = _redacted("application/json", secret, gzipped)
    assert isinstance(told, bytes)
    assert set(json.loads(decode_codings(told, ("gzip",)))) == {"password"}
    assert SECRET not in decode_codings(told, ("gzip",))
    assert isinstance(_redacted("application/json", secret[:-9], gzipped), Hidden)


def test_a_field_of_an_event_with_a_secret_name() -> None:
    """An event's fields are more than its data."""
    told = _redacted("text/event-stream", b"token: " + SECRET + b"\n\n")
    assert isinstance(told, bytes)
    assert SECRET not in told
    assert told.startswith(b"token: ")
