"""HTTP/1.1 messages, byte by byte."""

import gzip
from typing import Any

import pytest

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi"


@pytest.mark.row("Host", "curl, raw")
async def test_host(both: Any, answers: Any, curl: Any) -> None:
    """Legacy sees the host that the client named, not the proxy's target."""
    direct, through = await both(answers(OK), lambda port: curl(port, "http://api.example:8443/a").stdout)
    assert b"Host: api.example:8443" in direct.legacy[0]
    assert through == direct


@pytest.mark.row("Header order, letter case, duplicates, empty values", "raw")
async def test_header_fields(both: Any, answers: Any, send: Any) -> None:
    """Fields arrive in order, as they were written, at both ends."""
    answer = b"HTTP/1.1 207 Some Words\r\nX-B: 1\r\nx-a: 2\r\nSet-Cookie: a=1\r\nX-B: 3\r\nset-cookie: b=\xe9\r\nX-Empty: \r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    request = b"POST /a%2Fb;c?x=1&x=%zz HTTP/1.1\r\nHost: api.test\r\nX-B: 2\r\nx-a: \xc3\xa9\r\nX-B: 1\r\nCookie: a=1\r\nCookie: b=2\r\nContent-Length: 3\r\n\r\nend"
    direct, through = await both(answers(answer, reads=b"end"), send(request))
    assert direct.legacy == [request]
    assert direct.client == answer
    assert through == direct


@pytest.mark.row("Blanks in a head, a status line without a reason", "raw")
async def test_header_whitespace(both: Any, answers: Any, send: Any) -> None:
    """What has no meaning passes as well."""
    answer = b"HTTP/1.1 200\r\nX-A:1\r\nContent-Length:  0\r\nConnection: close\r\n\r\n"
    request = b"GET / HTTP/1.1\r\nHost:  a \r\n\r\n"
    direct, through = await both(answers(answer), send(request))
    assert direct.client == answer
    assert direct.legacy == [request]
    assert through == direct


@pytest.mark.row("Large header fields (60 KB)", "curl")
async def test_large_headers(both: Any, answers: Any, curl: Any) -> None:
    """Neither end's long field is cut."""
    answer = b"HTTP/1.1 200 OK\r\nX-Long: " + b"a" * 60_000 + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    direct, through = await both(
        answers(answer), lambda port: curl(port, "-H", "X-Long: " + "b" * 60_000, "http://api.test/").stdout
    )
    assert len(direct.legacy[0]) > 60_000
    assert direct.client == answer
    assert through == direct


@pytest.mark.row("HEAD, 204 and 304 with a length or coding but no body", "curl, raw")
@pytest.mark.parametrize(
    ("method", "head"),
    [
        (b"HEAD", b"HTTP/1.1 200 OK\r\nContent-Length: 500"),
        (b"HEAD", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked"),
        (b"GET", b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\nContent-Length: 5'),
        (b"GET", b"HTTP/1.1 204 No Content\r\nX-A: 1"),
    ],
)
async def test_no_body(both: Any, answers: Any, send: Any, method: bytes, head: bytes) -> None:
    """The head passes as it is, and nobody waits for a body."""
    answer = head + b"\r\nConnection: close\r\n\r\n"
    direct, through = await both(answers(answer), send(method + b" /a HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert direct.client == answer
    assert through == direct


async def test_head_by_curl(both: Any, answers: Any, curl: Any) -> None:
    """A client library takes it too, and keeps its connection."""
    answer = b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"
    direct, through = await both(
        answers(answer), lambda port: curl(port, "-I", "http://api.test/a", "http://api.test/b").stdout
    )
    assert direct.client == answer * 2
    assert len(direct.legacy) == len(through.legacy) == 1
    assert through.client == direct.client


@pytest.mark.row("HTTP/1.0 and bodies that end with the connection", "raw")
async def test_http10(both: Any, raw: Any, send: Any) -> None:
    """The version is kept, and the end of the connection ends the body."""
    answer = b"HTTP/1.0 200 OK\r\nX-A: 1\r\n\r\nall of it"

    async def script(peer: Any) -> None:
        await peer.until(b"\r\n\r\n")
        await peer.send(answer)

    direct, through = await both(raw(script), send(b"GET / HTTP/1.0\r\nUser-Agent: x\r\n\r\n"))
    assert direct.client == answer
    assert through == direct


@pytest.mark.row("Compression: coded bodies and Accept-Encoding", "curl")
async def test_compression(both: Any, answers: Any, curl: Any) -> None:
    """A coded body passes byte by byte, and what the client accepts is what legacy sees."""
    coded = gzip.compress(b"some text " * 100, mtime=0)
    answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(
        coded
    )
    direct, through = await both(
        answers(answer + coded),
        lambda port: curl(port, "-H", "Accept-Encoding: gzip, br;q=0.5", "http://api.test/").stdout,
    )
    assert direct.client == answer + coded
    assert through == direct


@pytest.mark.row("Chunked bodies", "raw, curl")
async def test_chunked(both: Any, answers: Any, send: Any) -> None:
    """What comes in chunks goes in chunks, both ways."""
    answer = (
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n3\r\nall\r\n0\r\n\r\n"
    )
    request = b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n"
    direct, through = await both(answers(answer, reads=b"0\r\n\r\n"), send(request))
    assert direct.legacy == [request]
    assert direct.client == answer
    assert through == direct


@pytest.mark.row(
    "Chunk sizes and extensions",
    "raw",
    differs="a chunk that arrives in pieces goes on in pieces, and extensions are dropped: the body flows as it comes and "
    "is not gathered; RFC 9112 7.1 gives neither a meaning between the ends",
)
async def test_chunk_sizes(both: Any, answers: Any, send: Any) -> None:
    """Another division of the same body."""
    body = b"x" * 200_000
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x;a=b\r\n%s\r\n0\r\n\r\n"
    direct, through = await both(answers(answer % (len(body), body)), send(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"))
    assert direct.client == answer % (len(body), body)
    head, _, chunked = through.client.partition(b"\r\n\r\n")
    assert head + b"\r\n\r\n" == answer.partition(b"%x")[0]
    pieces = []
    while chunked != b"0\r\n\r\n":
        size, _, chunked = chunked.partition(b"\r\n")
        pieces.append(chunked[: int(size, 16)])
        chunked = chunked[int(size, 16) + 2 :]
    assert b"".join(pieces) == body
    assert len(pieces) > 1


@pytest.mark.row("Trailers of HTTP/1.1", "raw, curl")
async def test_trailers(both: Any, answers: Any, send: Any) -> None:
    """Fields after the last chunk pass in both directions, in order and as they were written."""
    end = b"0\r\nX-Sum: 1\r\nx-b: 2\r\nX-Sum: 3\r\n\r\n"
    answer = (
        b"HTTP/1.1 200 OK\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n2\r\nhi\r\n" + end
    )
    request = b"POST / HTTP/1.1\r\nHost: a\r\nTE: trailers\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n" + end
    direct, through = await both(answers(answer, reads=end), send(request))
    assert direct.legacy == [request]
    assert direct.client == answer
    assert through == direct


async def test_trailers_by_curl(both: Any, answers: Any, curl: Any) -> None:
    """A client library gets them, and the connection goes on."""
    answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"
    direct, through = await both(
        answers(answer), lambda port: curl(port, "http://api.test/a", "http://api.test/b").stdout
    )
    assert direct.client.count(b"X-Sum: 1") == 2
    assert through == direct


async def test_smuggling(both: Any, answers: Any, send: Any) -> None:
    """Refused in front of legacy."""
    request = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    direct, through = await both(answers(OK), send(request))
    assert direct.client == OK
    assert through.client.startswith(b"HTTP/1.1 400 ")
    assert through.legacy == []
