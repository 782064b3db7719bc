"""What is heavy is told without reading it."""

import gzip
import zlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import brotli
import pytest
import zstandard

from crossfade.shadow.apart.weight import (
    are_heavy_messages,
    is_heavy,
    is_heavy_reply,
    is_heavy_request,
    is_read_of_same_bytes,
)
from crossfade.shadow.exchange import Again, Comparison, Failure, FailureReason, Protocol

FAILED = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
CODED = {
    "gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.ZstdCompressor().compress,
}


@pytest.mark.parametrize(
    ("body", "heavy"),
    [
        (b"", False),
        (b"[" * 1024, False),
        (b"x" * 19_000, False),
        (b"x" * 21_000, True),
        (b"1," * 1000, False),
        (b"1," * 2000, True),
        (b"<a>" * 1000, True),
        (b"a=1&" * 1000, True),
        (b"a,b\n" * 1000, True),
        (b"\xff\xfe" * 9000, False),
    ],
)
def test_a_plain_body(comparison_of: Callable[..., Comparison], body: bytes, heavy: bool) -> None:
    """By its bytes, and by the marks beside which values stand."""
    assert is_heavy(comparison_of(body, body)) is heavy


def test_all_bodies_count_together(comparison_of: Callable[..., Comparison], make: Any) -> None:
    """Those of the request, of the sides, and of a second look."""
    part = b"1," * 1000
    assert not is_heavy(comparison_of(part, part))
    assert is_heavy(comparison_of(part, part, part + part))
    assert is_heavy(comparison_of(part, part, part, make.request(body=part * 2)))
    again = Again(candidate=make.answer(part), secondary=make.answer(part), later=make.answer(part))
    assert is_heavy(replace(comparison_of(part, part), again=again))
    assert not is_heavy(comparison_of(part, FAILED))


@pytest.mark.parametrize("coding", CODED)
def test_a_coded_body_weighs_what_it_holds(coding: str, make: Any) -> None:
    """A bomb of a few kilobytes is heavy, and so is what is not in its coding, or coded by something unknown."""
    headers = (("content-type", "application/json"), ("content-encoding", coding))
    request = make.request()
    assert is_heavy_reply(request, make.answer(CODED[coding](b" " * 1_000_000), headers))
    assert not is_heavy_reply(request, make.answer(CODED[coding](b'{"a": 1}' * 100), headers))
    assert is_heavy_reply(request, make.answer(b"no such coding", headers))


def test_a_brotli_body_in_several_blocks_is_heavy(make: Any) -> None:
    """Only a decoder finds how much it holds, and it decodes a whole block at once."""
    encoder = brotli.Compressor()
    body = encoder.process(b"1" * 200) + encoder.flush() + encoder.finish()
    assert is_heavy_reply(make.request(), make.answer(body, (("content-encoding", "br"),)))
    assert is_heavy_reply(
        replace(make.request(), protocol=Protocol.GRPC), make.answer(b"a", (("grpc-encoding", "br"),))
    )


def test_messages_weigh_each_byte(make: Any) -> None:
    """A packed field has a value in each."""
    request = replace(make.request(), protocol=Protocol.GRPC)
    packed = b"\1" * 3000
    frame = b"\0" + len(packed).to_bytes(4, "big") + packed
    assert is_heavy_reply(request, make.answer(frame, ()))
    bomb = gzip.compress(packed)
    coded = b"\1" + len(bomb).to_bytes(4, "big") + bomb
    assert is_heavy_reply(request, make.answer(coded, (("grpc-encoding", "gzip"),)))


@pytest.mark.parametrize(
    "fields",
    [
        (("vary", ",".join(f"a{number}" for number in range(1500))),),
        tuple(("set-cookie", f"k{number}=1; Path=/") for number in range(500)),
        (("x-text", "x" * 30_000),),
    ],
)
def test_header_fields_have_a_weight(make: Any, comparison_of: Callable[..., Comparison], fields: Any) -> None:
    """Each element and cookie is work, whatever the bodies are: the same bytes are not light then."""
    heavy, light = make.answer(b"{}", fields), make.answer(b"{}")
    assert is_heavy(comparison_of(heavy, heavy))
    assert is_heavy(comparison_of(heavy, replace(heavy, trailers=fields)))
    assert not is_read_of_same_bytes(comparison_of(heavy, heavy))
    assert not is_heavy(comparison_of(light, light))


def test_a_request_is_looked_through_too(make: Any) -> None:
    """Before it is sent."""
    assert not is_heavy_request(make.request())
    assert is_heavy_request(make.request(body=make.rows(500)))
    assert not is_heavy_reply(make.request(), FAILED)


def test_the_same_bytes_need_no_reading(comparison_of: Callable[..., Comparison], make: Any) -> None:
    """Unless it is a write, which may show what was minted, or a header field may hold a handle."""
    body = make.rows(500)
    same = comparison_of(body, body, body)
    assert is_heavy(same)
    assert is_read_of_same_bytes(same)
    coded = make.answer(body, (("content-type", "application/json"), ("content-encoding", "gzip")))
    tagged = make.answer(body, (("content-type", "application/json"), ("etag", '"1"')))
    for other in (
        comparison_of(body, body, body + b" "),
        comparison_of(body, FAILED),
        comparison_of(coded, coded),
        comparison_of(body, tagged),
        comparison_of(body, body, request=make.request(body=b"{}")),
        comparison_of(b"x" * 3_000_000, b"x" * 3_000_000),
        replace(same, again=Again(candidate=same.candidate, secondary=same.candidate)),
    ):
        assert not is_read_of_same_bytes(other)


@pytest.mark.parametrize(
    ("message", "proto", "heavy"),
    [
        (b"1," * 1000, False, False),
        (b"1," * 2000, False, True),
        (b"x" * 19_000, False, False),
        (b"x" * 21_000, False, True),
        (b"x" * 4_900, True, False),
        (b"x" * 5_100, True, True),
    ],
)
def test_messages_of_streams(message: bytes, *, proto: bool, heavy: bool) -> None:
    """Both together, a text by its marks and a message of a call by its bytes."""
    assert are_heavy_messages(message, message, proto=proto) is heavy
