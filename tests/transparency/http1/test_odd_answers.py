"""Answers that clients may understand though no textbook has them: they get the very bytes."""

import asyncio
import socket
from typing import Any

import pytest

from crossfade.shadow.exchange import FailureReason

BODY = b'{"ok": 1}'
LENGTH = b"Content-Length: 9\r\n"
CHUNKS = b"3\r\nabc\r\n0\r\n\r\n"


def _answer(
    fields: bytes = b"", body: bytes = BODY, *, line: bytes = b"HTTP/1.1 200 OK", length: bytes = LENGTH
) -> bytes:
    return line + b"\r\nConnection: close\r\n" + fields + length + b"\r\n" + body


def _line(line: bytes) -> bytes:
    return _answer(line=line)


def _coded(coding: bytes, body: bytes = CHUNKS, *, line: bytes = b"HTTP/1.1 200 OK", length: bytes = b"") -> bytes:
    return _answer(b"Transfer-Encoding: " + coding + b"\r\n", body, line=line, length=length)


PASSED = {
    "a plain one": _answer(),
    "a control in a cookie": _answer(b"Set-Cookie: k=a\x01b\r\n"),
    "NUL in a value": _answer(b"X: a\x00b\r\n"),
    "a blank in a name": _answer(b"Ban To: x\r\n"),
    "brackets in a name": _answer(b"X[y]: 1\r\n"),
    "names that are no tokens": _answer(b'X@(y)/{z}"q: 1\r\n'),
    "an empty name": _answer(b": x\r\n"),
    "a name in UTF-8": _answer("X-\u00e9: 1\r\n".encode()),
    "a line without a colon": _answer(b"junk\r\n"),
    "a blank before a colon": _answer(b"X : 1\r\n"),
    "status 600": _line(b"HTTP/1.1 600 Odd"),
    "status 999": _line(b"HTTP/1.1 999 X"),
    "status 1000": _line(b"HTTP/1.1 1000 X"),
    "status 99": _line(b"HTTP/1.1 99 Low"),
    "status 099": _line(b"HTTP/1.1 099 Low"),
    "status 20": _line(b"HTTP/1.1 20 X"),
    "status 000": _line(b"HTTP/1.1 000 X"),
    "no reason": _line(b"HTTP/1.1 200"),
    "a reason of nothing": _line(b"HTTP/1.1 200 "),
    "a reason that is no text": _line(b"HTTP/1.1 200 \xdcber\x01"),
    "a long reason": _line(b"HTTP/1.1 200 " + b"r" * 5_000),
    "blanks in the status line": _line(b"HTTP/1.1  200  OK"),
    "tabs in the status line": _line(b"HTTP/1.1\t200\tOK"),
    "a lower-case version": _line(b"http/1.1 200 OK"),
    "HTTP/1.2": _line(b"HTTP/1.2 200 OK"),
    "HTTP/1.0": _line(b"HTTP/1.0 200 OK"),
    "HTTP/2": _line(b"HTTP/2 200 OK"),
    "HTTP/2.0": _line(b"HTTP/2.0 200 OK"),
    "HTTP/1.0 that would go on": b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + LENGTH + b"\r\n" + BODY,
    "two equal lengths": _answer(LENGTH),
    "a list of equal lengths": _answer(length=b"Content-Length: 9, 9\r\n"),
    "a length with zeros": _answer(length=b"Content-Length: 009\r\n"),
    "identity": _answer(b"Transfer-Encoding: identity\r\n"),
    "identity to the end": _coded(b"identity", BODY),
    "gzip to the end": _coded(b"gzip", BODY),
    "an unknown coding to the end": _coded(b"foo", BODY),
    "a coding with a control": _coded(b"\x0bchunked", BODY),
    "a body to the end": _answer(length=b""),
    "no fields": b"HTTP/1.1 200 OK\r\n\r\nall",
    "a folded value": _answer(b"X-Long: a\r\n b\r\n\tc\r\n"),
    "a fold before all fields": b"HTTP/1.1 200 OK\r\n X: 1\r\nContent-Length: 2\r\n\r\nhi",
    "lines that end in LF": _answer(b"X: 1\r\n").replace(b"\r\n", b"\n"),
    "lines of both kinds": _answer(b"X: 1\n"),
    "a CR in a value": _answer(b"X: a\rb\r\n"),
    "empty values": _answer(b"X-Empty:\r\nY: \r\n"),
    "a value in Latin-1": _answer(b"X: J\xfcrgen\r\n"),
    "blanks around a value": _answer(b"X: \t 1 \t\r\nY:1\r\n"),
    "the same field again": _answer(b"X: 1\r\nx: 2\r\nX: 1\r\n"),
    "Date and Server twice": _answer(b"Date: a\r\nDate: b\r\nServer: x\r\nServer: y\r\n"),
    "a head of 70 KB": _answer(b"X: " + b"v" * 70_000 + b"\r\n"),
    "a head of 200 KB": _answer(b"X: " + b"v" * 200_000 + b"\r\n"),
    "3,000 fields": _answer(b"".join(b"X-%d: 1\r\n" % at for at in range(3_000))),
    "chunks": _coded(b"chunked"),
    "Chunked": _coded(b"Chunked"),
    "chunks in HTTP/1.0": _coded(b"chunked", line=b"HTTP/1.0 200 OK"),
    "gzip, chunked": _coded(b"gzip, chunked"),
    "two codings in two fields": _coded(b"gzip\r\nTransfer-Encoding: chunked"),
    "identity, chunked": _coded(b"identity, chunked"),
    "nothing in chunks": _coded(b"chunked", b"0\r\n\r\n"),
    "trailers": _coded(b"chunked", b"3\r\nabc\r\n0\r\nX:1\r\nY t : 2\r\n\r\n"),
    "odd informational answers": b"HTTP/1.1 103 Hints\r\nLink:x\r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 199 Odd \r\nX : 1\r\n\r\n"
    + _answer(),
    "204": _answer(line=b"HTTP/1.1 204 No", length=b"", body=b""),
    "204 with chunks": _coded(b"chunked", b"", line=b"HTTP/1.1 204 No"),
    "204 with a length": _answer(line=b"HTTP/1.1 204 No", body=b""),
    "304 with a length and chunks": _coded(b"chunked", b"", line=b"HTTP/1.1 304 No", length=LENGTH),
    "205 with a body": _line(b"HTTP/1.1 205 Reset"),
    "426": _answer(b"Upgrade: h2c\r\n", line=b"HTTP/1.1 426 Upgrade"),
    "Connection: Close": _answer(b"Connection: Close, Foo\r\n"),
    "broken off": _answer()[:-4],
}

CHANGED = {
    "a length beside chunks": (_coded(b"chunked", length=LENGTH), _coded(b"chunked")),
    "a blank before the colon of a length": (
        _answer(length=b"Content-Length : 9\r\n"),
        _answer(),
    ),
    "an empty line in front": (b"\r\n" + _answer(), _answer()),
    "bytes behind the body": (_answer() + b"more", _answer()),
    "a body of 204": (
        _answer(line=b"HTTP/1.1 204 No", length=b""),
        _answer(line=b"HTTP/1.1 204 No", length=b"", body=b""),
    ),
    "chunk lines of another kind": (_coded(b"chunked", b"0003;a=b \r\nabc\r\n000;c\r\n\r\n"), _coded(b"chunked")),
    "chunk lines that end in LF": (_coded(b"chunked", b"3\nabc\n0\n\n"), _coded(b"chunked")),
}

REFUSED = {
    "two lengths": _answer(b"Content-Length: 8\r\n"),
    "a negative length": _answer(length=b"Content-Length: -1\r\n"),
    "a length with a sign": _answer(length=b"Content-Length: +9\r\n"),
    "an empty length": _answer(length=b"Content-Length:\r\n"),
    "a folded length": _answer(length=b"Content-Length:\r\n 9\r\n"),
    "a length in a folded line": _answer(b"X: 1\r\n Content-Length: 5\r\n"),
    "a length behind a CR": _answer(b"X: 1\rContent-Length: 5\r\n"),
    "chunks within chunks": _coded(b"chunked, chunked", b"0\r\n\r\n"),
    "a head of 2 MB": _answer(b"X: " + b"v" * 2_000_000 + b"\r\n"),
}

NO_HTTP = {
    "HTTP/0.9": b"<html>hello</html>\n",
    "bytes": b"garbage\r\n\r\nand more",
    "no status": b"HTTP/1.1 OK\r\n\r\n",
    "half a head": b"HTTP/1.1 200 OK\r\nX: a",
    "half a word": b"HT",
}

CUT = {
    "a chunk without a size": _coded(b"chunked", b"3\r\nabc\r\nzz\r\nabc\r\n"),
    "trailers of 2 MB": _coded(b"chunked", b"3\r\nabc\r\n0\r\nX: " + b"v" * 2_000_000 + b"\r\n\r\n"),
}


def _legacy(raw: Any, answers: list[bytes]) -> Any:
    """Gives the answer that the target numbers."""

    async def script(peer: Any) -> None:
        number = int((await peer.until(b"\r\n\r\n")).split(b" ")[1][1:])
        await peer.send(answers[number])

    return raw(script)


def _ask(port: int, number: int) -> bytes:
    with socket.create_connection(("127.0.0.1", port), timeout=10) as client:
        client.sendall(b"GET /%d HTTP/1.1\r\nHost: a\r\n\r\n" % number)
        got = b""
        while chunk := client.recv(65_536):
            got += chunk
    return got


async def _play(proxy: Any, raw: Any, answers: list[bytes]) -> tuple[Any, list[bytes]]:
    """The proxy, and what a client got through it for each; what it gets directly is the answer itself."""
    async with _legacy(raw, answers)() as server:
        running = await proxy(server.port)
        return running, [await asyncio.to_thread(_ask, running.port, number) for number in range(len(answers))]


@pytest.mark.row("Odd answers: 69 kinds of status lines, fields and bodies, byte by byte", "raw")
async def test_passed(proxy: Any, raw: Any, ends: Any) -> None:
    """The client receives what legacy sent, and legacy is not said to have failed."""
    assert len(PASSED) == 69
    running, got = await _play(proxy, raw, list(PASSED.values()))
    differ = {name: (got[at], answer) for at, (name, answer) in enumerate(PASSED.items()) if got[at] != answer}
    assert differ == {}
    told = await ends(running, len(PASSED))
    assert [name for name, end in zip(PASSED, told, strict=True) if not hasattr(end, "status")] == ["broken off"]


@pytest.mark.row(
    "Answers of which a part has no meaning",
    "raw",
    differs="gone are: a Content-Length beside chunks and blanks before the colon of a length (RFC 9112 6.3 and 5.1 want "
    "it), an empty line before the status line, what follows a body or stands where none may be",
)
async def test_changed(proxy: Any, raw: Any, ends: Any) -> None:
    """The client gets an answer that it can't read in two ways."""
    running, got = await _play(proxy, raw, [sent for sent, _ in CHANGED.values()])
    assert dict(zip(CHANGED, got, strict=True)) == {name: wanted for name, (_, wanted) in CHANGED.items()}
    assert all(hasattr(end, "status") for end in await ends(running, len(CHANGED)))


@pytest.mark.row(
    "Answers that end in two places",
    "raw",
    differs="the client gets 502, or the end of its connection where the head has passed: lengths that are not one number, "
    "a length in a folded line, chunks within chunks, chunks that break RFC 9112 7.1; counted as "
    "`legacy_failed(invalid)`",
)
async def test_refused(proxy: Any, raw: Any, ends: Any) -> None:
    """A client that read on would take one answer for another."""
    answers = {**REFUSED, **CUT}
    running, got = await _play(proxy, raw, list(answers.values()))
    refused, cut = got[: len(REFUSED)], got[len(REFUSED) :]
    assert [item for item in refused if not item.startswith(b"HTTP/1.1 502 Bad Gateway\r\n")] == []
    assert cut == [_coded(b"chunked", b"3\r\nabc\r\n")] * len(CUT)
    told = await ends(running, len(answers))
    assert [end.reason for end in told] == [FailureReason.INVALID] * len(answers)


@pytest.mark.row("What is no answer of HTTP/1, and HTTP/0.9", "raw")
async def test_no_http(proxy: Any, raw: Any, ends: Any) -> None:
    """The client gets what legacy sent and makes of it what it would without the proxy; legacy is said to have failed."""
    running, got = await _play(proxy, raw, list(NO_HTTP.values()))
    assert dict(zip(NO_HTTP, got, strict=True)) == NO_HTTP
    assert [end.reason for end in await ends(running, len(NO_HTTP))] == [FailureReason.INVALID] * len(NO_HTTP)
