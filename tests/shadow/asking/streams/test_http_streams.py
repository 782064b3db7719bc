"""HTTP bodies that are streams, or that are long, go on as they flow, and are compared within bounds."""

import asyncio
import contextlib
import gzip
import hashlib
import http.client
import resource
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from crossfade.shadow.config import MirrorAction, MirrorRule
from crossfade.shadow.exchange.observations import Judged, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason

pytestmark = [
    # mitmproxy 11 and its own dependencies warn on import and on closing sockets
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

MB = 1_000_000
UPLOADS = (MirrorRule(route="PUT *", action=MirrorAction.MIRROR, reason="its own store"),)
Answer = Callable[[BaseHTTPRequestHandler], None]


def findings(judged: Judged) -> set[tuple[str, str]]:
    """Where and how the candidate differed."""
    return {(item.template, item.kind) for item in judged.signature}


@pytest.fixture
def web() -> Iterator[Callable[[Answer], str]]:
    """Serves HTTP/1.1 by one function; gives its URL."""
    servers = []

    def begin(answer: Answer) -> str:
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                answer(self)

            do_PUT = do_GET  # noqa: N815 - named by http.server

            def log_message(self, *_: object) -> None:
                return

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()


def chunked(kind: str, chunks: Callable[[], Iterator[bytes]]) -> Answer:
    """Answers with chunks as they come."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for chunk in chunks():
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(chunk), chunk))
            handler.wfile.flush()
        handler.wfile.write(b"0\r\n\r\n")

    return answer


def get(port: int, path: str = "/feed") -> bytes:
    """One GET."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.request("GET", path)
        return connection.getresponse().read()
    finally:
        connection.close()


async def test_server_sent_events(web: Any, stage: Any) -> None:
    """Events are compared one by one; a heartbeat says nothing."""
    legacy = chunked("text/event-stream", lambda: iter([b'data: {"a": 1}\n\n', b'data: {"a"', b": 2}\n\n"]))
    candidate = chunked("text/event-stream", lambda: iter([b'data: {"a":1}\n\n: beat\n\n', b'data: {"a":3}\n\n']))
    on = await stage(web(legacy), web(candidate))
    assert await asyncio.to_thread(get, on.port("one")) == b'data: {"a": 1}\n\ndata: {"a": 2}\n\n'
    assert findings(await on.judged()) == {("body/*/data/a", "value")}


@pytest.mark.parametrize("is_other", [False, True])
async def test_events_name_each_sides_own_handles(web: Any, stage: Any, is_other: bool) -> None:
    """An id that an event brings is mapped where it comes again; another one there is a difference."""
    ids = ("7f30116a-cd6a-42de-8ef0-dd270b92b597", "698aed65-686c-4c9f-9364-b7706b3d75a2")
    other = "c0ffee00-1111-4222-8333-444455556666"

    def events(first: str, then: str) -> Answer:
        texts = (f'data: {{"session_id": "{first}"}}\n\n', f'data: {{"of": "{then}"}}\n\n')
        return chunked("text/event-stream", lambda: (text.encode() for text in texts))

    on = await stage(web(events(ids[0], ids[0])), web(events(ids[1], other if is_other else ids[1])))
    await asyncio.to_thread(get, on.port("one"))
    assert findings(await on.judged()) == ({("body/*/data/of", "value")} if is_other else set())


async def test_events_flow(web: Any, stage: Any, gate: Any) -> None:
    """The first event reaches the client before the second is produced; a quiet stream runs into no deadline."""
    more = gate()

    def events() -> Iterator[bytes]:
        yield b"data: 1\n\n"
        more.wait(10)
        yield b"data: 2\n\n"

    on = await stage(
        web(chunked("text/event-stream", events)), web(chunked("text/event-stream", events)), deadline_s=0.3
    )

    def read() -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", on.port("one"), timeout=20)
        connection.request("GET", "/feed")
        answer = connection.getresponse()
        first = answer.read1(100)
        assert not more.wait(0.7)
        more.set()
        rest = answer.read()
        connection.close()
        return first + b"|" + rest

    assert await asyncio.to_thread(read) == b"data: 1\n\n|data: 2\n\n"
    assert findings(await on.judged()) == set()


async def test_lines_of_json(web: Any, stage: Any) -> None:
    """NDJSON is compared line by line, in any chunks."""
    legacy = chunked("application/x-ndjson", lambda: iter([b'{"n": 1}\n{"n"', b': 2}\n{"n": 3}']))
    candidate = chunked("application/x-ndjson", lambda: iter([b'{"n":1}\n{"n":2}\n']))
    on = await stage(web(legacy), web(candidate))
    await asyncio.to_thread(get, on.port("one"))
    assert findings(await on.judged()) == {("body/*", "missing")}


@pytest.mark.parametrize(
    "kind", ["application/json-seq", "application/stream+json", "application/json;stream=watch", "application/json"]
)
async def test_json_texts_one_after_the_other(web: Any, stage: Any, kind: str) -> None:
    """A watch is compared text by text, in any chunks and whatever stands between them."""
    legacy = chunked(kind, lambda: iter([b'{"n": 1}\n{"n"', b": 2}\n", b'{"n": 3}\n']))
    candidate = chunked(kind, lambda: iter([b'{"n":1}{"n":2}{', b'"n":4}']))
    on = await stage(web(legacy), web(candidate))
    await asyncio.to_thread(get, on.port("one"))
    assert findings(await on.judged()) == {("body/*/n", "value")}


async def test_an_event_stream_against_an_error(web: Any, stage: Any) -> None:
    """A candidate that does not stream differs in status, type and body."""

    def refuse(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(404)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "2")
        handler.end_headers()
        handler.wfile.write(b"{}")

    on = await stage(web(chunked("text/event-stream", lambda: iter([b"data: 1\n\n"]))), web(refuse))
    await asyncio.to_thread(get, on.port("one"))
    assert {("status", "value"), ("body/*", "missing")} <= findings(await on.judged())


def blob(odd_at: int | None = None) -> Answer:
    """100 MB of bytes; one of them other."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/octet-stream")
        handler.send_header("Content-Length", str(100 * MB))
        handler.end_headers()
        for index in range(100):
            chunk = bytearray(MB)
            if index == odd_at:
                chunk[17] = 1
            handler.wfile.write(chunk)

    return answer


@pytest.mark.parametrize(("odd_at", "expected"), [(None, set()), (77, {("body", "value")})])
async def test_a_long_download(web: Any, stage: Any, odd_at: int | None, expected: set[tuple[str, str]]) -> None:
    """100 MB pass, and are compared by digests, without being kept."""
    on = await stage(web(blob()), web(blob(odd_at)), deadline_s=30.0)

    def read() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", on.port("one"), timeout=60)
        connection.request("GET", "/blob")
        answer = connection.getresponse()
        count = 0
        while chunk := answer.read(MB):
            count += len(chunk)
        connection.close()
        return count

    before_kb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert await asyncio.to_thread(read) == 100 * MB
    assert findings(await on.judged()) == expected
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before_kb < 60_000


def digesting(handler: BaseHTTPRequestHandler) -> None:
    """Answers with the digest of what was put."""
    digest = hashlib.sha256()
    left = int(handler.headers["Content-Length"])
    while left:
        chunk = handler.rfile.read(min(left, MB))
        digest.update(chunk)
        left -= len(chunk)
    body = digest.hexdigest().encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


async def test_a_long_upload(web: Any, stage: Any) -> None:
    """It goes on to the candidate as it comes; nothing of it is kept."""
    on = await stage(web(digesting), web(digesting), rules=UPLOADS, deadline_s=30.0, held_bytes=32_000_000)

    def put() -> bytes:
        connection = http.client.HTTPConnection("127.0.0.1", on.port("one"), timeout=60)
        connection.request("PUT", "/blob", (bytes(MB) for _ in range(50)), {"Content-Length": str(50 * MB)})
        body = connection.getresponse().read()
        connection.close()
        return body

    assert await asyncio.to_thread(put) == hashlib.sha256(bytes(50 * MB)).hexdigest().encode()
    assert findings(await on.judged()) == set()


async def test_grpc_web_passes(web: Any, stage: Any) -> None:
    """What crossfade can't read passes through and is counted as such."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    on = await stage(web(answer), web(answer))

    def ask() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", on.port("one"), timeout=20)
        connection.request("GET", "/p.S/M", headers={"Content-Type": "application/grpc-web+proto"})
        status = connection.getresponse().status
        connection.close()
        return status

    assert await asyncio.to_thread(ask) == 200
    counted = {(outcome, reason): count for (_, outcome, reason), count in on.feed._settled.items()}
    assert counted == {(Outcome.UNCOMPARABLE, Reason.UNSUPPORTED): 1}


def read_first(port: int) -> bytes:
    """The first that comes of an answer, which is left then."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.request("GET", "/feed")
    answer = connection.getresponse()
    first = answer.read1(100)
    if connection.sock is not None:
        connection.sock.close()
    answer.close()
    connection.close()
    return first


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "first"), [("text/event-stream", b"data: 1\n\n"), ("application/json;stream=watch", b'{"n": 1}\n')]
)
async def test_a_cut_event_stream(web: Any, stage: Any, gate: Any, kind: str, first: bytes) -> None:
    """A client that leaves an endless stream had what it had; that much is compared."""
    more = gate()

    def events() -> Iterator[bytes]:
        yield first
        more.wait(10)

    on = await stage(web(chunked(kind, events)), web(chunked(kind, events)))
    assert await asyncio.to_thread(read_first, on.port("one")) == first
    (only,) = await on.ended(1)
    assert not isinstance(only, Settled), only
    assert (findings(only), only.cut) == (set(), Reason.CUT_BY_CLIENT)


@pytest.mark.slow
async def test_a_watch_that_does_not_say_so(web: Any, stage: Any, gate: Any) -> None:
    """Under plain JSON an answer is compared when it is complete: one that its client left is not called the same."""
    more = gate()

    def watch() -> Iterator[bytes]:
        yield b'{"n": 1}\n'
        more.wait(10)

    on = await stage(web(chunked("application/json", watch)), web(chunked("application/json", watch)))
    assert await asyncio.to_thread(read_first, on.port("one")) == b'{"n": 1}\n'
    (only,) = await on.ended(1)
    assert isinstance(only, Settled)
    assert only.reason is Reason.CLIENT_CANCELLED


def whole(kind: str, body: bytes, *more: tuple[str, str], chunks: int = 1) -> Answer:
    """Answers with a body of known length, again and again."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if length := int(handler.headers.get("Content-Length", 0)):
            handler.rfile.read(length)
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(body) * chunks))
        for name, value in more:
            handler.send_header(name, value)
        handler.end_headers()
        with contextlib.suppress(ConnectionError):  # nobody may want to read all of it
            for _ in range(chunks):
                handler.wfile.write(body)

    return answer


LINES = b'{"n": 1}\n{"n": 2}\n'
NDJSON = "application/x-ndjson"
GZIPPED = whole(NDJSON, gzip.compress(LINES), ("Content-Encoding", "gzip"))


@pytest.mark.parametrize("swapped", [False, True])
async def test_a_stream_that_only_one_side_codes(web: Any, stage: Any, swapped: bool) -> None:
    """The messages are the same; that they are coded is a difference of the header alone."""
    sides = [web(chunked(NDJSON, lambda: iter([LINES]))), web(GZIPPED)]
    on = await stage(*(reversed(sides) if swapped else sides))
    await asyncio.to_thread(get, on.port("one"))
    kind = "missing" if swapped else "added"
    assert findings(await on.judged()) == {("header.content-encoding", kind)}


@pytest.mark.slow
async def test_an_endless_stream_against_a_whole_answer(web: Any, stage: Any, gate: Any) -> None:
    """The candidate has its deadline, and its slot and its place in the order are free again."""
    over = gate()

    def endless() -> Iterator[bytes]:
        while not over.wait(0.02):
            yield b"1\n"

    on = await stage(web(whole("application/json", b"{}")), web(chunked(NDJSON, endless)), deadline_s=0.4, in_flight=1)
    for _ in range(2):
        await asyncio.to_thread(get, on.port("one"))
    ended = await on.ended(2)
    assert [findings(item) for item in ended if isinstance(item, Judged)] == [{("answer", "failed")}] * 2
    over.set()


@pytest.mark.parametrize(
    ("kind", "expected"), [("image/png", ("body", "value")), ("application/json", ("answer", "failed"))]
)
@pytest.mark.parametrize("says_length", [False, True])
async def test_a_body_that_goes_on_and_on(
    web: Any, stage: Any, kind: str, expected: tuple[str, str], says_length: bool
) -> None:
    """What is longer than all that it can be compared by is not read to its end, let alone until the deadline.

    Bytes that mean themselves are other ones by then; JSON may be written in more bytes, but never has an end.
    """
    poured: list[int] = []

    def pouring(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        if says_length:
            handler.send_header("Content-Length", str(10_000 * MB))
        else:
            handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        begin = b"" if says_length else b"%x\r\n" % (10_000 * MB)
        with contextlib.suppress(ConnectionError):
            handler.wfile.write(begin)
            for _ in range(10_000):
                handler.wfile.write(bytes(MB))
                poured.append(MB)

    on = await stage(web(whole(kind, b"{}")), web(pouring), deadline_s=60.0)
    await asyncio.to_thread(get, on.port("one"))
    assert expected in findings(await on.judged())
    assert sum(poured) < 100 * MB


async def test_a_short_answer_that_is_written_in_many_more_bytes(web: Any, stage: Any) -> None:
    """What legacy compressed is compared with what the candidate did not, however far the lengths lie apart."""
    text = b'{"words": [' + b", ".join([b'"again"'] * 90_000) + b"]}"

    def packed(handler: BaseHTTPRequestHandler) -> None:
        body = gzip.compress(text)
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Encoding", "gzip")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    on = await stage(web(packed), web(chunked("application/json", lambda: iter([text]))), body_limit_bytes=MB)
    await asyncio.to_thread(get, on.port("one"))
    assert ("answer", "failed") not in findings(await on.judged())


async def test_a_long_answer_to_a_write_waits_within_the_bound(web: Any, stage: Any, gate: Any) -> None:
    """Legacy's stream is kept until the write's turn has come, and no more of it than may be held."""
    go_on = gate()
    line = b"1" * 999_999 + b"\n"

    def lines() -> Iterator[bytes]:
        yield from [line] * 10
        go_on.wait(30)
        yield line

    on = await stage(web(chunked(NDJSON, lines)), web(chunked(NDJSON, lines)), rules=UPLOADS, held_bytes=3_000_000)

    def put() -> int:
        connection = http.client.HTTPConnection("127.0.0.1", on.port("one"), timeout=60)
        connection.request("PUT", "/feed")
        size = len(connection.getresponse().read())
        connection.close()
        return size

    putting = asyncio.create_task(asyncio.to_thread(put))
    (only,) = await on.ended(1)  # before legacy has come to its end
    assert isinstance(only, Settled)
    assert (only.outcome, only.reason) == (Outcome.SHED, Reason.QUEUE_FULL)
    assert on.collector.load(0.0).held_bytes == 0
    go_on.set()
    assert await putting == 11 * MB
