"""What both clients share: where a side listens, and its answer as it arrives."""

import ssl
import time
from pathlib import Path

import pytest

from crossfade.shadow.asking.clients.exchange import AnswerInProgress, RequestParts, TlsFiles, address_of
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.framing import GrpcFraming, answer_framing
from crossfade.shadow.errors import ShadowError


@pytest.mark.parametrize(
    ("parts", "body", "truncated"),
    [
        ((), b"", False),
        ((b"ab", b"cd"), b"abcd", False),
        ((b"abcd", b""), b"abcd", False),
        ((b"abc", b"de"), b"abcd", True),
        ((b"abcd", b"e", b"f"), b"abcd", True),
        ((b"abcdefgh",), b"abcd", True),
    ],
)
def test_a_body_is_cut_at_the_limit(parts: tuple[bytes, ...], body: bytes, truncated: bool) -> None:
    """One byte past it is enough to be called truncated; exactly the limit is whole."""
    answer = AnswerInProgress(limit_bytes=4)
    for part in parts:
        answer.add(part)
    found = answer.end()
    assert (found.body, found.truncated, bool(found.windows)) == (body, truncated, truncated)


def test_a_finished_answer() -> None:
    """All that came, with the milliseconds since the request was sent."""
    answer = AnswerInProgress(limit_bytes=4)
    answer.begin(200, (("a", "1"),))
    answer.add(b"abcde")
    answer.sent_at = time.perf_counter() - 2.0
    finished = answer.end((("b", "2"),))
    assert (finished.status, finished.headers, finished.trailers) == (200, (("a", "1"),), (("b", "2"),))
    assert (finished.body, finished.truncated) == (b"abcd", True)
    assert 2000 <= finished.latency_ms < 60_000


def test_a_stream_is_cut_into_messages() -> None:
    """Each is there as soon as it is whole; they are no body."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: answer_framing(headers, 100))
    answer.begin(200, (("content-type", "application/x-ndjson"),))
    answer.add(b"1\n2")
    assert answer.take_messages() == (b"1",)
    answer.add(b"2\n3")
    finished = answer.end()
    assert (answer.take_messages(), finished.body, finished.truncated) == ((b"22", b"3"), b"", False)


def test_a_copy_of_a_stream() -> None:
    """Whole messages up to the bound; where one is left out, no later one is taken, and it says that it is cut."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: answer_framing(headers, 100), copy_bytes=6)
    answer.begin(200, (("content-type", "application/x-ndjson"),))
    answer.add(b"1\r\n22")
    assert (answer.answer().body, answer.answer().truncated) == (b"1\n", False)
    answer.add(b"\n4444\n5\n")
    found = answer.end()
    assert (found.body, found.truncated, found.windows) == (b"1\n22\n", True, b"")
    assert answer.take_messages() == (b"1", b"22", b"4444", b"5")


def test_a_stream_that_is_not_read_is_paused() -> None:
    """Past a megabyte of messages there is no room, until they are taken."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: answer_framing(headers, 10**7))
    calls: list[str] = []
    answer.on_room = lambda: calls.append("room")
    answer.begin(200, (("content-type", "application/x-ndjson"),))
    answer.add(b"1" * 10**6 + b"\n")
    assert answer.has_room()
    answer.add(b"1" * 10**6 + b"\n")
    assert not answer.has_room()
    assert [len(message) for message in answer.take_messages()] == [10**6, 10**6]
    assert (answer.has_room(), calls) == (True, ["room"])


def test_a_stream_that_is_none() -> None:
    """Bytes that can't be cut are said, and what follows is not read."""
    answer = AnswerInProgress(limit_bytes=4, framing_of=lambda headers: GrpcFraming(headers, 10))
    answer.begin(200, ())
    answer.add(b"\x07\x00\x00\x00\x01x")
    answer.add(b"\x00\x00\x00\x00\x01x")
    assert isinstance(answer.undecodable, UndecodableError)
    assert answer.take_messages() == ()


async def test_parts_of_a_request() -> None:
    """They come out as they were put in, and then the end with its trailers."""
    parts = RequestParts()
    parts.put(b"a")
    other = parts.copy()
    parts.put(b"bc")
    assert (parts.waiting_bytes, other.waiting_bytes) == (3, 1)
    parts.end((("x", "1"),))
    assert [await parts.take(), await parts.take(), await parts.take()] == [b"a", b"bc", None]
    assert (parts.trailers, parts.waiting_bytes) == ((("x", "1"),), 0)


@pytest.mark.parametrize(
    ("url", "host", "port"), [("http://localhost:80", "localhost", 80), ("http://[::1]:8080", "::1", 8080)]
)
def test_a_plain_address(url: str, host: str, port: int) -> None:
    """No TLS where the URL says http."""
    address = address_of(url, "h2")
    assert (address.host, address.port, address.tls) == (host, port, None)


def test_an_https_address_verifies() -> None:
    """Name and certificate are checked."""
    tls = address_of("https://localhost:443", "h2").tls
    assert tls is not None
    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_side_is_verified_as_legacy_is() -> None:
    """On Python 3.13, too, whose default wants more of a private CA than the engine does."""
    tls = address_of("https://localhost:443", "h2").tls
    assert tls is not None
    assert not tls.verify_flags & ssl.VERIFY_X509_STRICT


def test_a_ca_that_is_not_there(tmp_path: Path) -> None:
    """An error at once, not a connection that is not verified."""
    with pytest.raises(ShadowError, match=r"ca\.pem: expected PEM that is valid for https://localhost:443, got "):
        address_of("https://localhost:443", "h2", TlsFiles(ca=tmp_path / "ca.pem"))


async def test_a_body_that_is_sent_anew() -> None:
    """From its first part on, with what has come since."""
    parts = RequestParts()
    parts.put(b"a")
    parts.put(b"b")
    assert [await parts.take(), await parts.take()] == [b"a", b"b"]
    assert parts.rewind()
    parts.put(b"c")
    parts.end()
    assert parts.waiting_bytes == 3
    assert [await parts.take() for _ in range(4)] == [b"a", b"b", b"c", None]
    assert parts.waiting_bytes == 0


@pytest.mark.parametrize("body", [[b"x" * 65_537], [b"x"] * 65])
async def test_a_long_body_is_not_kept(body: list[bytes]) -> None:
    """What was taken of it is gone, and nothing is sent twice or left out."""
    parts = RequestParts()
    for part in body:
        parts.put(part)
        await parts.take()
    assert not parts.rewind()
    assert parts.waiting_bytes == 0
