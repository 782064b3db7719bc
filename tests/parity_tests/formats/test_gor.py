"""Files of GoReplay."""

import gzip
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.formats import gor as gor_format
from crossfade.parity_tests.formats.exchanges import Omission
from crossfade.parity_tests.formats.gor import read_gor
from crossfade.shadow.exchange import Answer, Failure

MARK = "\n🐵🙈🙉\n".encode()
REQUEST = b"1 a 1000000000 0\nGET /a HTTP/1.1\r\nHost: x\r\n\r\n"
ANSWER = b"2 a 1002000000 5\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def file_of(tmp_path: Path, *records: bytes) -> Path:
    """A file with these records."""
    path = tmp_path / "a.gor"
    path.write_bytes(b"".join(record + MARK for record in records))
    return path


def test_what_goreplay_wrote(data: Path, taken: Any) -> None:
    """In any order; chunks are joined; the answer to HEAD, which it never writes, is missing."""
    read = taken(read_gor(data / "http.gor"))
    found = dict(zip(read.lines, read.exchanges, strict=True))
    assert len(read.exchanges) == 11
    assert not read.left_out
    assert found["POST /login"].request.body == b'{"user":"ann","password":"hunter2"}'
    assert found["GET /events"].reply.body == b"".join(b'data: {"n":%d}\n\n' % n for n in range(3))
    assert found["GET /logo"].reply.body == bytes(range(256))
    assert found["DELETE /notes/1"].reply.status == 204
    assert isinstance(found["HEAD /notes/1"].reply, Failure)
    chunked = found["POST /notes"]
    assert {item.request.body for item in read.exchanges if item.request.target == "/notes"} == {
        b'{"text":"two"}',
        b'{"text":"one","owner":"ann@example.com"}',
    }
    assert chunked.reply.status == 201
    peers = {item.request.peer for item in read.exchanges}
    assert len(peers) == 5  # one for each run of curl
    assert found["HEAD /notes/1"].request.peer == found["DELETE /notes/1"].request.peer


def test_times(tmp_path: Path, taken: Any) -> None:
    """Seconds since the epoch, and milliseconds to the answer."""
    (found,) = taken(read_gor(file_of(tmp_path, ANSWER, REQUEST))).exchanges
    assert (found.request.started_at, found.request.authority, found.reply.latency_ms) == (1.0, "x", 2.0)


def test_a_compressed_file(tmp_path: Path, taken: Any) -> None:
    """GoReplay compresses what is called .gz; one that is cut off is read as far as it goes."""
    path = tmp_path / "a.gor.gz"
    records = (REQUEST + MARK + ANSWER + MARK) + b"".join(
        (REQUEST + MARK).replace(b" a ", b" b%d " % n) for n in range(2000)
    )
    data = gzip.compress(records)
    path.write_bytes(data)
    assert len(taken(read_gor(path)).exchanges) == 2001
    path.write_bytes(data[:-200])
    assert 0 < len(taken(read_gor(path)).exchanges) < 2001


def test_what_came_twice(tmp_path: Path, taken: Any) -> None:
    """As on a loopback interface, where each packet is seen as it leaves and as it arrives."""
    read = taken(read_gor(file_of(tmp_path, REQUEST, REQUEST, ANSWER, ANSWER, REQUEST)))
    assert (len(read.exchanges), dict(read.left_out)) == (1, {Omission.SEEN_TWICE: 3})


@pytest.mark.parametrize(
    ("record", "omission"),
    [
        (b"9 a 1 0\nGET / HTTP/1.1\r\n\r\n", Omission.DAMAGED),
        (b"", Omission.DAMAGED),
        (b"1 b 1 0\nno HTTP at all\r\n\r\n", Omission.DAMAGED),
        (b"1 b 1 0\nPOST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\nabc", Omission.CUT_OFF),
        (b"2 b 1 0\nHTTP/1.1 200 OK\r\n\r\n", Omission.CUT_OFF),
    ],
)
def test_what_can_not_be_taken(tmp_path: Path, taken: Any, record: bytes, omission: Omission) -> None:
    """Is counted by its reason; the rest is taken."""
    read = taken(read_gor(file_of(tmp_path, REQUEST, record, ANSWER)))
    assert dict(read.left_out) == {omission: 1}
    assert [item.reply.body for item in read.exchanges if isinstance(item.reply, Answer)] == [b"ok"]


@pytest.mark.parametrize("answer", [b"?", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc"])
def test_an_answer_that_can_not_be_read(tmp_path: Path, taken: Any, answer: bytes) -> None:
    """Takes its request along: what legacy answered would be unknown."""
    read = taken(read_gor(file_of(tmp_path, REQUEST, b"2 a 1 0\n" + answer)))
    assert (read.exchanges, sum(read.left_out.values())) == ((), 1)


def test_what_is_replayed_is_no_traffic(tmp_path: Path, taken: Any) -> None:
    """The third kind of record."""
    read = taken(read_gor(file_of(tmp_path, REQUEST, ANSWER.replace(b"2 a", b"3 a"), ANSWER)))
    assert (len(read.exchanges), read.left_out) == (1, {})


def test_memory_is_bounded(tmp_path: Path, taken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for too long gets no answer; a record that is too long is skipped."""
    monkeypatch.setattr(gor_format, "_MAX_HELD_BYTES", 100)
    monkeypatch.setattr(gor_format, "MAX_BODY_BYTES", 500)
    monkeypatch.setattr(gor_format, "_CHUNK_BYTES", 64)
    long = REQUEST.replace(b" a ", b" long ") + b"x" * 3000
    others = [REQUEST.replace(b" a ", b" b%d " % n) for n in range(10)]
    read = taken(read_gor(file_of(tmp_path, REQUEST, *others, long, ANSWER)))
    assert len(read.exchanges) == 11
    assert all(isinstance(item.reply, Failure) for item in read.exchanges)
    assert dict(read.left_out) == {Omission.TOO_LARGE: 1, Omission.SEEN_TWICE: 1}


@pytest.mark.parametrize("data", [b"?", b"{}\n" + MARK, b"GET / HTTP/1.1\r\n\r\n", MARK])
def test_what_is_no_file_of_goreplay(tmp_path: Path, data: bytes) -> None:
    """One line that names the file."""
    path = tmp_path / "a.gor"
    path.write_bytes(data)
    with pytest.raises(ParityError, match=r"a\.gor: expected a line `1 ID TIME LATENCY` at the start"):
        list(read_gor(path))
