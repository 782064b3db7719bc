"""HTTP Archives."""

import base64
import copy
import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.formats import har as har_format
from crossfade.parity_tests.formats.exchanges import Omission
from crossfade.parity_tests.formats.har import read_har

ENTRY: dict[str, Any] = {  # as the developer tools of a browser have it
    "startedDateTime": "2026-01-02T03:04:05.678Z",
    "time": 12.5,
    "request": {
        "method": "POST",
        "url": "https://api.test/a?q=1&q=%20",
        "httpVersion": "http/2.0",
        "headers": [{"name": ":method", "value": "POST"}, {"name": "content-type", "value": "application/json"}],
        "queryString": [],
        "cookies": [],
        "headersSize": -1,
        "bodySize": 9,
        "postData": {"mimeType": "application/json", "text": '{"a":"ü"}'[:8] + "}"},
    },
    "response": {
        "status": 200,
        "statusText": "",
        "httpVersion": "http/2.0",
        "headers": [
            {"name": "content-type", "value": "text/plain; charset=utf-16le"},
            {"name": "content-encoding", "value": "br"},
            {"name": "content-length", "value": "7"},
        ],
        "cookies": [],
        "content": {"size": 6, "mimeType": "text/plain", "text": "abc"},
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": 7,
    },
    "cache": {},
    "timings": {"blocked": -1, "send": 0.5, "wait": 4, "receive": 1.5},
}
ENTRY["request"]["postData"]["text"] = '{"a":"ü"}'
ENTRY["request"]["bodySize"] = 10


def har_of(path: Path, *changes: Any) -> Path:
    """A file with an entry for each change to the one above."""
    entries = []
    for change in changes:
        entry = copy.deepcopy(ENTRY)
        change(entry)
        entries.append(entry)
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}), encoding="utf-8-sig")
    return path


def test_what_mitmproxy_wrote(data: Path, taken: Any) -> None:
    """All of it, bodies without their codings, bytes as bytes."""
    read = taken(read_har(data / "http.har"))
    assert read.lines == [
        "POST /login",
        "POST /notes",
        "GET /notes/1",
        "HEAD /notes/1",
        "DELETE /notes/1",
        "GET /notes/1",
        "GET /big?q=a%20b&q=%C3%BC",
        "GET /logo",
        "GET /events",
        "POST /form",
        "POST /notes",
    ]
    assert not read.left_out
    login, note, _, head, *_, big, logo, events, form, _ = read.exchanges
    assert login.request.body == b'{"user":"ann","password":"hunter2"}'
    assert login.request.authority == "127.0.0.1:8000"
    assert ("Cookie", "sid=s3cr3t-session-1") in note.request.headers
    assert (head.reply.body, dict(head.reply.headers)["Content-Length"]) == (b"", "52")
    assert json.loads(big.reply.body) == {"text": "grüße " * 300}
    assert "content-encoding" not in {name.lower() for name, _ in big.reply.headers}
    assert logo.reply.body == bytes(range(256))
    assert events.reply.body.count(b"data:") == 3
    assert form.request.body == b"a=1&b=x+y"
    assert 0 < login.reply.latency_ms < 60_000
    assert login.port == 8000


def test_what_a_browser_wrote(data: Path, taken: Any) -> None:
    """Chromium: a body that is no text is not there as it was sent, and is left out."""
    read = taken(read_har(data / "browser.har"))
    assert read.lines == [
        "GET /notes/77",
        "POST /login",
        "POST /notes",
        "GET /notes/1",
        "HEAD /notes/1",
        "DELETE /notes/1",
        "GET /big?q=a%20b&q=%C3%BC",
        "GET /logo",
        "GET /events",
        "POST /form",
    ]
    assert dict(read.left_out) == {Omission.ALTERED_BODY: 1}
    _, login, note, _, head, _, big, logo, _, form = read.exchanges
    assert login.request.body == b'{"user":"ann","password":"hunter2"}'
    assert json.loads(note.request.body)["text"] == "grün"
    assert ("Cookie", "sid=s3cr3t-session-1") in note.request.headers
    assert (head.reply.body, json.loads(big.reply.body)) == (b"", {"text": "grüße " * 300})
    assert (logo.reply.body, form.request.body) == (bytes(range(256)), b"a=1&b=x+y")
    assert not any(name.startswith(":") for item in read.exchanges for name, _ in item.request.headers)


def test_what_a_browser_may_write(tmp_path: Path, taken: Any) -> None:
    """No pseudo fields, the charset's bytes, a length that fits."""
    (found,) = taken(read_har(har_of(tmp_path / "a.har", lambda _: None))).exchanges
    assert (found.request.method, found.request.target, found.request.authority, found.port) == (
        "POST",
        "/a?q=1&q=%20",
        "api.test",
        443,
    )
    assert found.request.headers == (("content-type", "application/json"),)
    assert found.request.body == '{"a":"ü"}'.encode()
    assert found.request.started_at == 1767323045.678
    assert found.reply.body == "abc".encode("utf-16le")
    assert found.reply.headers == (("content-type", "text/plain; charset=utf-16le"), ("content-length", "6"))
    assert found.reply.latency_ms == 5.5


def _form(entry: Any) -> None:
    entry["request"]["postData"] = {
        "mimeType": "application/x-www-form-urlencoded",
        "params": [{"name": "a", "value": "x y"}, {"name": "b"}],
    }
    entry["request"]["bodySize"] = -1


def _bytes(entry: Any) -> None:
    entry["response"]["content"] = {"size": 2, "text": base64.b64encode(b"\xff\0").decode(), "encoding": "base64"}


def test_forms_and_bytes(tmp_path: Path, taken: Any) -> None:
    """A form that stands there as its fields, a body in base64."""
    form, raw = taken(read_har(har_of(tmp_path / "a.har", _form, _bytes))).exchanges
    assert form.request.body == b"a=x+y&b="
    assert raw.reply.body == b"\xff\0"


@pytest.mark.parametrize(
    ("path", "value", "omission"),
    [
        ("response.status", 0, Omission.NO_ANSWER),
        ("response.status", 101, Omission.OTHER_PROTOCOL),
        ("request.method", "CONNECT", Omission.OTHER_PROTOCOL),
        ("request.url", "chrome-extension://x/y", Omission.OTHER_PROTOCOL),
        ("request.url", "http://a:b/", Omission.DAMAGED),
        ("request.url", 7, Omission.DAMAGED),
        ("request.headers", [{"name": "content-type", "value": "application/grpc+proto"}], Omission.OTHER_PROTOCOL),
        ("request.headers", None, Omission.DAMAGED),
        ("request.postData", None, Omission.NO_BODY),
        ("request.bodySize", 4, Omission.ALTERED_BODY),
        ("response.content", {"size": 5}, Omission.NO_BODY),
        ("response.content", {"size": 5, "text": "?", "encoding": "rot13"}, Omission.DAMAGED),
        ("response.content", {"size": 5, "text": "?", "encoding": "base64"}, Omission.DAMAGED),
        ("startedDateTime", "yesterday", Omission.DAMAGED),
        ("timings", "?", Omission.DAMAGED),
        ("request", None, Omission.DAMAGED),
    ],
)
def test_what_can_not_be_taken(tmp_path: Path, taken: Any, path: str, value: Any, omission: Omission) -> None:
    """Is counted by its reason; the rest is taken."""

    def change(entry: Any) -> None:
        *names, last = path.split(".")
        for name in names:
            entry = entry[name]
        entry[last] = value

    read = taken(read_har(har_of(tmp_path / "a.har", change, lambda _: None)))
    assert (len(read.exchanges), dict(read.left_out)) == (1, {omission: 1})


def test_a_body_that_was_altered(tmp_path: Path, taken: Any) -> None:
    """Text that was no text: what is there has another size."""

    def change(entry: Any) -> None:
        entry["response"]["headers"] = []
        entry["response"]["content"] = {"size": 9, "text": "\ufffd\ufffd"}

    assert dict(taken(read_har(har_of(tmp_path / "a.har", change))).left_out) == {Omission.ALTERED_BODY: 1}


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "no JSON at line 1"),
        (b"{}", "something else"),
        (b'{"log": []}', "something else"),
        (b'{"log": {"entries": {}}}', "dict"),
        (b'{"log":' + b"[" * 200_000, "JSON that is nested too deep"),
        (b"\xff\xfe", "something else"),
        (zlib.compress(b"{"), "no JSON at line 1"),
        (b"x", "no JSON at line 1"),
        (gzip.compress(b"{}", mtime=0), "something else"),
    ],
)
def test_what_is_no_har(tmp_path: Path, data: bytes, found: str) -> None:
    """One line that names the file and what was found, whatever it is."""
    path = tmp_path / "a.har"
    path.write_bytes(data)
    with pytest.raises(ParityError, match=f"{path}: expected a .*HAR.*|{path}: expected a list") as error:
        list(read_har(path))
    assert str(error.value).endswith(found)


def test_a_compressed_one_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What unfolds to more than a file may have is not read."""
    monkeypatch.setattr(har_format, "MAX_FILE_BYTES", 1000)
    path = tmp_path / "a.zhar"
    path.write_bytes(zlib.compress(b" " * 100_000))
    with pytest.raises(ParityError, match="something else"):
        list(read_har(path))
