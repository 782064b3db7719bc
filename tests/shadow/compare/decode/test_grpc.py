"""A gRPC answer comes apart into its parts, or is refused."""

import base64
import contextlib
import gzip
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf.any_pb2 import Any as AnyMessage
from google.rpc import error_details_pb2, status_pb2
from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.grpc import (
    decode_binary,
    details_value,
    metadata_value,
    split_answer,
    split_frames,
)
from crossfade.shadow.exchange import Answer

Build = Callable[..., Answer]
GZIP = (("Grpc-Encoding", "gzip"),)
OK = (("grpc-status", "0"),)


def frame(message: bytes, *, compressed: int = 0) -> bytes:
    return bytes([compressed]) + len(message).to_bytes(4, "big") + message


@pytest.mark.parametrize(
    ("body", "messages"),
    [
        (b"", ()),
        (frame(b""), (b"",)),
        (frame(b"abc"), (b"abc",)),
        (frame(b"a") + frame(b"") + frame(b"b"), (b"a", b"", b"b")),
        (frame(gzip.compress(b"abc", mtime=0), compressed=1), (b"abc",)),
        (frame(gzip.compress(b"", mtime=0), compressed=1), (b"",)),
        (frame(b"a") + frame(gzip.compress(b"b", mtime=0), compressed=1), (b"a", b"b")),
    ],
)
def test_frames(body: bytes, messages: tuple[bytes, ...]) -> None:
    """Each frame is one message, decompressed where its flag says so."""
    assert split_frames(body, GZIP) == messages


def test_every_cut_frame_is_seen() -> None:
    """No proper prefix of a frame is taken for an answer."""
    whole = frame(b"abc")
    for end in range(1, len(whole)):
        with pytest.raises(UndecodableError):
            split_frames(frame(b"first") + whole[:end], ())


@pytest.mark.parametrize(
    "body",
    [
        b"\0\xff\xff\xff\xffabc",
        frame(b"abc", compressed=2),
        b"\x80\0\0\0\x0fgrpc-status: 0\r\n",
        b"<html>Bad Gateway</html>",
        frame(b"abc") + b"\0",
    ],
    ids=["length beyond the body", "flag 2", "a grpc-web trailer", "HTML", "one byte behind"],
)
def test_what_is_no_frame(body: bytes) -> None:
    """It is refused."""
    with pytest.raises(UndecodableError):
        split_frames(body, ())


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ((), gzip.compress(b"abc", mtime=0)),
        ((("grpc-encoding", "identity"),), b"abc"),
        ((("grpc-encoding", "deflate"),), gzip.compress(b"abc", mtime=0)),
        ((("grpc-encoding", "snappy"),), b"abc"),
        (GZIP, b"abc"),
        (GZIP, b""),
        (GZIP, gzip.compress(b"abc", mtime=0)[:-1]),
    ],
)
def test_a_flag_without_its_encoding(headers: tuple[tuple[str, str], ...], message: bytes) -> None:
    """A client fails at a compressed flag without an encoding, or with another one."""
    with pytest.raises(UndecodableError):
        split_frames(frame(message, compressed=1), headers)


def test_deflate_is_zlib() -> None:
    """Of gRPC's encodings."""
    assert split_frames(frame(zlib.compress(b"abc"), compressed=1), (("grpc-encoding", "deflate"),)) == (b"abc",)


def test_the_frames_share_one_limit() -> None:
    """Many small bombs are one big bomb."""
    bomb = frame(gzip.compress(bytes(400)), compressed=1)
    assert len(split_frames(bomb * 2, GZIP, limit_bytes=800)) == 2
    with pytest.raises(UndecodableError, match="when decompressed, got more"):
        split_frames(bomb * 3, GZIP, limit_bytes=800)


def test_an_answer(answer: Build) -> None:
    """Headers, messages and trailers, the status taken out of them."""
    found = split_answer(
        answer(
            frame(b"abc"),
            headers=(("content-type", "application/grpc"), ("X-Node", "a")),
            trailers=(("Grpc-Status", "5"), ("grpc-message", "no%20build%20%C3%A9"), ("x-cost", "1")),
        )
    )
    assert (found.code, found.message, found.details) == ("NOT_FOUND", "no build é", b"")
    assert found.metadata == (("content-type", "application/grpc"), ("X-Node", "a"))
    assert found.trailers == (("x-cost", "1"),)
    assert found.messages == (b"abc",)


def test_trailers_only(answer: Build) -> None:
    """One header block with a status is trailers without metadata."""
    found = split_answer(answer(headers=(("grpc-status", "5"), ("x-cost", "1"))))
    assert (found.code, found.metadata, found.trailers, found.messages) == ("NOT_FOUND", (), (("x-cost", "1"),), ())


@pytest.mark.parametrize(
    ("trailers", "code"),
    [
        (OK, "OK"),
        ((("grpc-status", "16"),), "UNAUTHENTICATED"),
        ((("grpc-status", " 16 "),), "UNAUTHENTICATED"),
        ((("grpc-status", "17"),), "17"),
        ((("grpc-status", "05"),), "05"),
        ((("grpc-status", ""),), ""),
        ((("grpc-status", "x"),), "x"),
        ((("grpc-status", "²"),), "²"),
        ((("grpc-status", "1" * 5000),), "1" * 5000),
        ((("grpc-status", "0"), ("grpc-status", "5")), "OK, NOT_FOUND"),
        ((), "HTTP 503"),
    ],
)
def test_codes(answer: Build, trailers: tuple[tuple[str, str], ...], code: str) -> None:
    """A known number has its name, any other text stays as it came, no status is the HTTP status."""
    assert split_answer(answer(status=503, trailers=trailers)).code == code


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("plain", "plain"),
        ("100%", "100%"),
        ("%zz%4", "%zz%4"),
        ("%E2%82%AC", "€"),
        ("\xe2\x82\xac", "€"),
        ("%ff", "\udcff"),
        ("a%00b", "a\0b"),
        ("+", "+"),
    ],
)
def test_messages_are_percent_encoded(answer: Build, text: str, message: str) -> None:
    """What is not an escape stays, and bytes that are not UTF-8 are kept apart."""
    assert split_answer(answer(trailers=(*OK, ("grpc-message", text)))).message == message


@pytest.mark.parametrize("text", ["QUI=", "QUI", " QUI= "])
def test_base64_with_or_without_padding(text: str) -> None:
    """Both are on the wire."""
    assert decode_binary(text) == b"AB"


@pytest.mark.parametrize("text", ["A", "AAAAA", "AA,AA", "A A", "!!!!", "QU=I", "é", "_-8=", "QUI=\x80"])
def test_what_is_not_base64(text: str) -> None:
    """No character is skipped."""
    with pytest.raises(UndecodableError, match="expected base64"):
        decode_binary(text)


@given(st.binary())
def test_base64_round_trip(data: bytes) -> None:
    """Any bytes come back."""
    text = base64.b64encode(data).decode()
    assert decode_binary(text) == decode_binary(text.rstrip("=")) == data


@pytest.mark.parametrize(
    ("name", "values", "value"),
    [
        ("x-id", ("a",), "a"),
        ("x-id", ("a", "b"), ("a", "b")),
        ("x-id", ("a,b",), "a,b"),
        ("x-id-bin", ("QUI",), b"AB"),
        ("x-id-bin", ("QUI,QUI=",), (b"AB", b"AB")),
        ("x-id-bin", ("QUI", "QUI="), (b"AB", b"AB")),
        ("x-id-bin", ("!!!",), "!!!"),
        ("x-id-bin", ("QUI", "!"), ("QUI", "!")),
    ],
)
def test_metadata(name: str, values: tuple[str, ...], value: Any) -> None:
    """Binary metadata is bytes, also as a list in one field; what is not base64 stays text."""
    assert metadata_value(name, values) == value


def _details(*details: Any, code: int = 5, message: str = "no") -> bytes:
    packed = []
    for detail in details:
        packed.append(AnyMessage())
        packed[-1].Pack(detail)
    return status_pb2.Status(code=code, message=message, details=packed).SerializeToString()


def test_details() -> None:
    """google.rpc.Status is a message, its details unpacked without any contract."""
    info = error_details_pb2.ErrorInfo(reason="GONE", domain="ci", metadata={"id": "1"})
    assert details_value(_details(info), None) == {
        "code": 5,
        "message": "no",
        "details": (
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "GONE",
                "domain": "ci",
                "metadata": {"id": "1"},
            },
        ),
    }


def test_details_of_the_contract(contract: Contract) -> None:
    """A detail of the service's own type is unpacked too."""
    leaf = contract.message_class("t.v1.Leaf")(name="a", size=2)  # type: ignore[call-arg]
    value = details_value(_details(leaf), contract)
    assert isinstance(value, dict)
    assert value["details"] == ({"@type": "type.googleapis.com/t.v1.Leaf", "name": "a", "size": 2},)


def test_details_of_something_else() -> None:
    """Bytes that are no Status stay bytes."""
    assert details_value(b"\xff\xff", None) == b"\xff\xff"


@pytest.mark.parametrize("padded", [True, False])
def test_details_in_an_answer(answer: Build, padded: bool) -> None:
    """Padding says nothing."""
    data = _details(error_details_pb2.RequestInfo(request_id="12"))
    text = base64.b64encode(data).decode()
    trailers = (*OK, ("grpc-status-details-bin", text if padded else text.rstrip("=")))
    assert split_answer(answer(trailers=trailers)).details == data


@pytest.mark.parametrize("values", [("!",), ("QUI=", "QUI=")])
def test_wrong_details(answer: Build, values: tuple[str, ...]) -> None:
    """Details that are not base64, or come twice, are refused."""
    with pytest.raises(UndecodableError):
        split_answer(answer(trailers=(*OK, *(("grpc-status-details-bin", value) for value in values))))


_names = st.sampled_from(["grpc-status", "grpc-message", "grpc-status-details-bin", "grpc-encoding", "x-bin", "x"])
_fields = st.lists(
    st.tuples(_names, st.text(st.characters(), max_size=12) | st.sampled_from(["0", "gzip", "QUI"])), max_size=4
)


@given(_fields.map(tuple), _fields.map(tuple), st.binary(max_size=60), st.integers(0, 999))
def test_any_answer(answer: Build, headers: Any, trailers: Any, body: bytes, status: int) -> None:
    """Arbitrary fields and bytes come apart or are refused."""
    with contextlib.suppress(UndecodableError):
        split_answer(answer(body, status=status, headers=headers, trailers=trailers)).message.encode(
            "utf-8", "surrogateescape"
        )


@given(st.binary(max_size=200))
def test_any_details(data: bytes) -> None:
    """Arbitrary details have a value."""
    details_value(data, None)
