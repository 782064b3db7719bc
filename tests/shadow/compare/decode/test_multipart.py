"""The parts of a body, whatever stands between them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.multipart import MAX_PARTS, Parts, form_name, parts_value, split_parts
from crossfade.shadow.exchange import Headers


def bodies(body: bytes, boundary: str = "x") -> list[bytes]:
    return [body[part.begin : part.end] for part in split_parts(body, boundary)]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"--x\r\nA: b\r\n\r\nhello\r\n--x\r\n\r\nno head\r\n--x--\r\n", [b"hello", b"no head"]),
        (b"before\n--x\nA: b\n c\n\nhello\nworld\n--x--\nbehind", [b"hello\nworld"]),
        (b"--x\r\nA: b\r\n\r\n\r\n--x--", [b""]),
        (b"--x\r\n\r\n\r\n\r\n--x--", [b"\r\n"]),
        (b"--x\r\nA: b\r\n--x--", [b""]),
        (b"--x \t\r\n\r\na--x\r\n--xy\r\n--x--", [b"a--x\r\n--xy"]),
        (b"--x--", []),
    ],
)
def test_parts(body: bytes, expected: list[bytes]) -> None:
    """The line end before a delimiter is the delimiter's (RFC 2046 5.1.1)."""
    assert bodies(body) == expected


def test_the_head_of_a_part() -> None:
    """Fields in their order, folded lines as one."""
    (part,) = split_parts(b"--x\r\nA: b;\r\n\tc=d\r\nE:f\r\n\r\n--x--", "x")
    assert part.headers == (("A", "b; c=d"), ("E", "f"))


@pytest.mark.parametrize(
    "body",
    [b"", b"plain", b"--x\r\n\r\na", b"--x\r\nno field\r\n\r\na\r\n--x--", b"--x\r\n\r\n" * (MAX_PARTS + 1) + b"--x--"],
    ids=lambda body: str(body[:20]),
)
def test_what_has_no_parts(body: bytes) -> None:
    """Without a delimiter, an end or a head it is refused."""
    with pytest.raises(UndecodableError):
        split_parts(body, "x")
    assert parts_value(body, "multipart/mixed", "x", lambda _, data: data) == body


def test_without_a_boundary() -> None:
    """There is nothing to cut by."""
    with pytest.raises(UndecodableError):
        split_parts(b"--\r\n\r\n----", "")


def form(*fields: tuple[str, str]) -> bytes:
    parts = (f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields)
    return "".join(parts).encode() + b"--x--\r\n"


def read(body: bytes, kind: str = "multipart/form-data") -> Any:
    return parts_value(body, kind, "x", lambda headers, data: (headers[-1][1], data.decode()))


def test_a_form() -> None:
    """Its fields by their names; one that comes twice is kept twice, and their order is not lost."""
    value = read(form(("a", "1"), ("b", "2"), ("a", "3")))
    assert list(value) == ["a", "b", "a#2", "(order)"]
    assert value["a#2"]["content"][1] == "3"
    assert value["(order)"] == ("a", "b", "a")
    assert read(form(("a", "1"))) != read(form(("a", "2")))


def test_other_parts() -> None:
    """A list. A part without a type is plain text (RFC 2046 5.1)."""
    value = read(b"--x\r\n\r\na\r\n--x--", "multipart/mixed")
    assert value == Parts([{"headers": {}, "content": ("text/plain", "a")}])


def test_the_name_of_a_field() -> None:
    """Quoted or not."""
    for text, name in (("form-data; name=a", "a"), ('form-data; name="a b"; filename=c', "a b"), ("inline", None)):
        headers: Headers = (("Content-Disposition", text),)
        assert form_name(headers) == name


@given(st.lists(st.binary(max_size=20).filter(lambda part: b"--x" not in part), max_size=5))
def test_what_was_joined_is_cut_again(parts: list[bytes]) -> None:
    """Whatever bytes the parts are."""
    body = b"".join(b"--x\r\nA: b\r\n\r\n%s\r\n" % part for part in parts) + b"--x--"
    assert bodies(body) == parts


@pytest.mark.parametrize(
    "part", [b"--x\r\n", b"\r\n--x", b"--x\r\nA: b\r\n\r\n", b"\n--x \n", b"\r\n", b"--x" + b" " * 99]
)
def test_a_hostile_body_is_no_long_work(part: bytes, cpu_time: Any) -> None:
    """A megabyte of anything costs no square."""
    with cpu_time(4):
        read((part * 1_000_000)[:1_000_000])


@given(st.binary(max_size=60) | st.text("-x\r\n:aA ").map(str.encode))
def test_any_bytes(body: bytes) -> None:
    """They have parts or are refused."""
    assert read(body) == read(body)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (b"--x\r\n\r\na\r\n--x--\r\n", b"--x\n\na\n--x--\n"),
        (b"--x\r\n\r\na\n--x--\nb\r\n--x--\r\n", b"--x\r\n\r\na\n--x--\nc\r\n--x--\r\n"),
        (form(("(order)", "1")), form(("(order)", "2"))),
    ],
)
def test_what_some_readers_tell_apart(one: bytes, two: bytes) -> None:
    """Lines that end with LF alone, a delimiter that only lenient readers take for one, a name of ours."""
    assert read(one) != read(two)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("text/plain; charset=UTF-8", 'Text/plain;charset="utf-8"'),
        ("multipart/a; boundary=x", "multipart/a; boundary=y"),
    ],
)
def test_the_type_of_a_part(one: str, two: str) -> None:
    """By its meaning, as that of a whole body; a boundary in a part says nothing either."""
    ours, theirs = (
        read(f"--x\r\nContent-Type: {kind}\r\n\r\na\r\n--x--".encode(), "multipart/mixed") for kind in (one, two)
    )
    assert ours[0]["headers"] == theirs[0]["headers"]


def typed(*kinds: str) -> Parts:
    return Parts({"headers": {"content-type": kind}, "content": kind} for kind in kinds)


def test_parts_in_another_order() -> None:
    """They are put in the order of others that have the same names, each once."""
    assert typed("a", "b", "c").in_order_of(typed("c", "a", "b")) == typed("c", "a", "b")
    for others in (typed("a", "b"), typed("a", "a"), typed("b", "d"), typed("a")):
        assert typed("a", "a").in_order_of(others) == typed("a", "a")
    assert typed("a", "b").names() == ("content-type: a", "content-type: b")
    disposition = {"(type)": "attachment", "filename": "x"}
    assert Parts([{"headers": {"content-type": "a", "content-disposition": disposition}}]).names() == (
        "content-disposition: (type)=attachment; filename=x",
    )
