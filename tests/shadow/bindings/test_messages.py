"""Handles are replaced wherever they stand in a message, and every other byte stays as it was."""

import gzip
import json
import zlib
from base64 import b64encode, urlsafe_b64encode
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.bindings.messages import rewrite_answer, rewrite_message, rewrite_request
from crossfade.shadow.bindings.names import Site
from crossfade.shadow.exchange import Headers

OURS, THEIRS = "8f3a9c21aa01", "7e2b8d10bb02"
JSON = "application/json"


def there(text: str, _: Site) -> str | None:
    """Legacy's value as the candidate's."""
    return {OURS: THEIRS, "17": "23"}.get(text)


def back(text: str, _: Site) -> str | None:
    """The candidate's value as legacy's."""
    return {THEIRS: OURS, "23": "17"}.get(text)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (JSON, '{"a" :  ["%s", 17, 17.0, 1.70e1, {"%s": null}], "a":"x%sx"}'),
        (JSON, '{"\\u0061":"%s","caf\u00e9":"\\/%s","next":"/a/%s?x=%%20"}'),
        ("application/x-ndjson", '{"a":"%s"}\n{"b":"%s"}\n{"c":"%s"}\n'),
        ("text/event-stream", 'event: x\ndata: {"a":"%s"}\n\ndata: ["%s"]\n\ndata: "%s"\n\n'),
        ("application/x-www-form-urlencoded", "a=%s&b=%%20+&c=%s&d=%s"),
        ("text/html; charset=utf-8", '<input value="%s"><a href="/a/%s?b=1">%s</a> caf\u00e9'),
        ("application/xml", "<a id='%s'><b>%s</b><c d=\"%s\"/></a>"),
        (
            "multipart/form-data; boundary=x",
            '--x\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s, %s\r\n--x--\r\n',
        ),
        ("text/plain", "order %s, %s; (%s)"),
    ],
)
@pytest.mark.parametrize("coding", ["", "gzip", "deflate"])
def test_bodies(records: Any, kind: str, text: str, coding: str) -> None:
    """There and back gives the very bytes; a coded body is coded again, and its length is right."""

    def answer(value: str) -> Any:
        plain = (text % ((value,) * text.count("%s"))).encode()
        body = {"": plain, "gzip": gzip.compress(plain), "deflate": zlib.compress(plain)}[coding]
        headers: Headers = (("content-type", kind), ("content-length", str(len(body))))
        return replace(
            records.answer(), headers=(*headers, ("content-encoding", coding)) if coding else headers, body=body
        )

    def plain_of(body: bytes) -> bytes:
        return {"": bytes, "gzip": gzip.decompress, "deflate": zlib.decompress}[coding](body)

    request = records.request("GET", "/a")
    before = answer(OURS)
    changed = rewrite_answer(request, before, there, None)
    again = rewrite_answer(request, changed, back, None)
    if "x%sx" not in text:
        assert OURS not in plain_of(changed.body).decode()
    assert changed.headers[1] == ("content-length", str(len(changed.body)))
    assert plain_of(again.body) == plain_of(before.body)
    assert rewrite_answer(request, changed, there, None) is changed


def test_a_request(records: Any) -> None:
    """Path, query, credentials, cookies, lists of ETags, and any field that holds exactly a handle."""
    fields = (
        ("Authorization", f"Bearer {OURS}"),
        ("Cookie", f"a=1; sid={OURS}"),
        ("X-Thing", OURS),
        ("Link", f"</a/{OURS}>; rel=next"),
        ("User-Agent", OURS),
    )
    request = records.request("POST", f"/a/{OURS}/17?x={OURS},17&y=%2F{OURS}&z=17.0", {"id": OURS}, headers=fields)
    changed = rewrite_request(request, there, None)
    assert changed.target == f"/a/{THEIRS}/23?x={THEIRS},23&y=%2F{THEIRS}&z=17.0"
    assert [value for _, value in changed.headers[:4]] == [
        value.replace(OURS, THEIRS) for _, value in request.headers[:4]
    ]
    assert changed.headers[4] == request.headers[4]
    assert rewrite_request(changed, back, None) == request


@pytest.mark.parametrize("encode", [b64encode, urlsafe_b64encode])
@pytest.mark.parametrize("inner", ['{"after":"%s"}', "id:%s", "%s", "a=%s&b=2"])
def test_a_token_that_holds_a_handle(records: Any, encode: Any, inner: str) -> None:
    """Base64 is taken apart and put together again, in its alphabet and with its padding."""
    for strip in ("", "="):
        ours, theirs = (encode((inner % value).encode()).decode().rstrip(strip) for value in (OURS, THEIRS))
        changed = rewrite_request(records.request("GET", f"/a?t={ours}"), there, None)
        assert changed.target.replace("%3D", "=") == f"/a?t={theirs}"


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ((("content-type", JSON), ("content-encoding", "gzip")), b'{"a":"%s"}' % OURS.encode()),
        ((("content-type", JSON),), b'{"a":"%s\xff"}' % OURS.encode()),
        ((("content-type", "image/png"),), OURS.encode()),
        ((("content-type", "text/plain; charset=nope"),), OURS.encode()),
    ],
)
def test_what_can_not_be_read_stays(records: Any, headers: Headers, body: bytes) -> None:
    """Another coding than it says, other bytes than text, a picture; and what is cut."""
    answer = replace(records.answer(), headers=headers, body=body)
    request = records.request("GET", "/a")
    assert rewrite_answer(request, answer, there, None) is answer
    cut = replace(records.answer({"a": OURS}), truncated=True)
    assert rewrite_answer(request, cut, there, None) is cut


def test_one_message(records: Any) -> None:
    """A JSON text alone, and bytes that are none."""
    assert rewrite_message(b'{"a":17}', None, there, None) == b'{"a":23}'
    assert rewrite_message(b"\xff", None, there, None) == b"\xff"
    assert rewrite_message(b"\x0a", "no.Type", there, None) == b"\x0a"
    assert records


HOSTILE = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=True)
    | st.text(max_size=8)
    | st.sampled_from([OURS]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@given(HOSTILE, st.booleans())
def test_any_json_there_and_back(value: object, ascii_only: bool) -> None:
    """The same bytes come back."""
    text = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    once = rewrite_message(text, None, lambda item, _: THEIRS if item == OURS else None, None)
    assert rewrite_message(once, None, lambda item, _: OURS if item == THEIRS else None, None) == text
    assert json.loads(once.decode("utf-8", "surrogatepass")) is not NotImplemented


@given(st.binary(max_size=200), st.sampled_from(["", JSON, "text/html", "application/x-www-form-urlencoded", "a/b"]))
def test_any_bytes_raise_nothing(records: Any, body: bytes, kind: str) -> None:
    """And stay, where nothing in them is a handle."""
    answer = replace(records.answer(), headers=(("content-type", kind),), body=body)
    assert rewrite_answer(records.request("GET", "/a"), answer, lambda _text, _site: None, None) is answer


@given(st.text(max_size=60))
def test_any_target_raises_nothing(records: Any, text: str) -> None:
    """And stays as it is."""
    request = records.request("GET", text)
    assert rewrite_request(request, lambda _text, _site: None, None) is request
