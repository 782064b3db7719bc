"""Binary logs of gRPC."""

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from grpc_health.v1 import health_pb2

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.formats import binarylog as log_format
from crossfade.parity_tests.formats.binarylog import read_binarylog
from crossfade.parity_tests.formats.binarylog_messages import entry_class
from crossfade.parity_tests.formats.exchanges import Omission
from crossfade.shadow.compare.decode.grpc import split_answer, split_frames

HEADER, ANSWERED, SENT, RECEIVED, HALF_CLOSE, TRAILER, CANCEL = range(1, 8)
CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"


def check_calls(read: Any) -> None:
    """The calls of a health service, as both Java's ends log them."""
    check, unknown, watch, listing = read.exchanges
    assert [item.request.target for item in read.exchanges[:3]] == [CHECK, CHECK, WATCH]
    names = [name for name, _ in check.request.headers]
    assert len(set(names)) == len(names)
    assert {("content-type", "application/grpc"), ("te", "trailers"), ("x-team", "blue"), ("x-trace-bin", "AAH/")} <= {
        *check.request.headers
    }
    (answer,) = split_answer(check.reply).messages
    assert health_pb2.HealthCheckResponse.FromString(answer).status == health_pb2.HealthCheckResponse.SERVING
    found = split_answer(unknown.reply)
    assert (found.code, found.message, found.messages) == ("NOT_FOUND", "unknown service no such ♥ service", ())
    (asked,) = split_frames(unknown.request.body, ())
    assert health_pb2.HealthCheckRequest.FromString(asked).service == "no such ♥ service"
    assert len(split_answer(watch.reply).messages) == len(watch.timing.server_ms) == 2
    assert (watch.timing.cancelled_ms or 0) > 0
    assert watch.reply.trailers == ()
    assert len(listing.timing.client_ms) == len(listing.timing.server_ms) == 2
    assert listing.timing.client_ms[0] < listing.timing.server_ms[0] < 0
    assert listing.timing.half_closed
    assert listing.reply.trailers == (("grpc-status", "0"),)


@pytest.mark.parametrize("end", ["server", "client"])
def test_what_java_wrote(data: Path, taken: Any, end: str) -> None:
    """Unary and streamed calls, a status with details of Unicode, binary metadata, a client that leaves."""
    read = taken(read_binarylog(data / f"java-{end}.binlog"))
    assert not read.left_out
    check_calls(read)
    check = read.exchanges[0]
    assert any(name == "grpc-timeout" and value.endswith("u") for name, value in check.request.headers)
    assert check.request.peer.startswith("127.0.0.1:") is (end == "server")


def test_what_go_wrote(data: Path, taken: Any) -> None:
    """Other prefixes, and both ends in one file: the client's are left out."""
    read = taken(read_binarylog(data / "go.binlog"))
    assert [item.request.target for item in read.exchanges] == [CHECK, CHECK, WATCH]
    assert dict(read.left_out) == {Omission.OTHER_END: 3}
    check, unknown, watch = read.exchanges
    assert check.timing.half_closed
    assert split_answer(unknown.reply).code == "NOT_FOUND"
    assert (len(watch.timing.server_ms), watch.reply.trailers) == (2, ())
    assert watch.timing.cancelled_ms is not None


@pytest.mark.java
def test_what_java_writes_now(candidate_jar: Path, data: Path, tmp_path: Path, taken: Any) -> None:
    """The grpc-java of generated services, run here."""
    java, javac = shutil.which("java"), shutil.which("javac")
    assert java is not None
    assert javac is not None
    recorder = data / "BinaryLogRecorder.java"
    subprocess.run([javac, "-nowarn", "-cp", candidate_jar, "-d", tmp_path, recorder], check=True)
    logs = tmp_path / "server", tmp_path / "client"
    path = f"{tmp_path}:{candidate_jar}"
    subprocess.run([java, "-cp", path, "BinaryLogRecorder", *logs], check=True, timeout=60, capture_output=True)
    for log in logs:
        check_calls(taken(read_binarylog(log)))


def entry(kind: int, *, call: int = 1, at: float = 0.0, logger: int = 2, **values: Any) -> Any:
    """An entry; ``values`` are its other fields."""
    made = entry_class()(call_id=call, type=kind, logger=logger, **values)
    made.timestamp.FromNanoseconds(int(at * 1e9))
    return made


def log_of(path: Path, *entries: Any) -> Path:
    """A file as Java writes it."""
    data = b""
    for item in entries:
        raw = item.SerializeToString()
        size = len(raw)
        while size > 0x7F:
            data += bytes([size & 0x7F | 0x80])
            size >>= 7
        data += bytes([size]) + raw
    path.write_bytes(data)
    return path


def call(number: int = 1, **trailer: Any) -> list[Any]:
    """The entries of a call without messages."""
    header = {"method_name": "/p.S/Get", "authority": "svc.test"}
    return [
        entry(HEADER, call=number, client_header=header),
        entry(HALF_CLOSE, call=number, at=0.5),
        entry(TRAILER, call=number, at=2.0, trailer={"status_code": 5, **trailer}),
    ]


def test_the_end_of_a_call(tmp_path: Path, taken: Any) -> None:
    """Status, message and details as on the wire; times run from the half close."""
    path = log_of(tmp_path / "a", *call(status_message="100 % ♥", status_details=b"\0\1"))
    (found,) = taken(read_binarylog(path)).exchanges
    assert found.reply.headers == (
        ("content-type", "application/grpc"),
        ("grpc-status", "5"),
        ("grpc-message", "100 %25 %E2%99%A5"),
        ("grpc-status-details-bin", "AAE"),
    )
    assert (found.reply.trailers, found.reply.latency_ms, found.request.authority) == ((), 1500.0, "svc.test")


@pytest.mark.parametrize(
    ("seconds", "nanos", "text"),
    [(0, 5, "5n"), (1, 0, "1000000u"), (100, 0, "100000m"), (200_000, 0, "200000S"), (10**9, 0, "277777H")],
)
def test_a_deadline(tmp_path: Path, taken: Any, seconds: int, nanos: int, text: str) -> None:
    """In the finest unit that 8 digits can have."""
    header, *rest = call()
    header.client_header.timeout.seconds, header.client_header.timeout.nanos = seconds, nanos
    (found,) = taken(read_binarylog(log_of(tmp_path / "a", header, *rest))).exchanges
    assert dict(found.request.headers)["grpc-timeout"] == text


def test_calls_that_overlap(tmp_path: Path, taken: Any) -> None:
    """Each gets its own entries; what comes behind an end is nothing new."""
    one, two = call(1), call(2)
    entries = [*(item for pair in zip(one, two, strict=True) for item in pair), entry(CANCEL, call=1)]
    read = taken(read_binarylog(log_of(tmp_path / "a", *entries)))
    assert (len(read.exchanges), read.left_out) == (2, {})


@pytest.mark.parametrize(
    ("change", "omission"),
    [
        (lambda entries: entries[:-1], Omission.CUT_OFF),
        (lambda entries: entries[1:], Omission.CUT_OFF),
        (lambda entries: [*entries[:1], entry(SENT, payload_truncated=True), *entries[1:]], Omission.CUT_OFF),
    ],
)
def test_what_can_not_be_taken(tmp_path: Path, taken: Any, change: Any, omission: Omission) -> None:
    """Is counted by its reason; the rest is taken."""
    read = taken(read_binarylog(log_of(tmp_path / "a", *change(call(1)), *call(2))))
    assert (len(read.exchanges), dict(read.left_out)) == (1, {omission: 1})


def test_a_status_that_a_client_made_up(tmp_path: Path, taken: Any) -> None:
    """No server was reached: there is no peer."""
    entries = call()
    for item in entries:
        item.logger = 1
    assert dict(taken(read_binarylog(log_of(tmp_path / "a", *entries))).left_out) == {Omission.NO_ANSWER: 1}


def test_a_file_that_was_cut_off(tmp_path: Path, data: Path, taken: Any) -> None:
    """Wherever it ends; nothing but what is whole is taken."""
    whole = (data / "java-server.binlog").read_bytes()
    path = tmp_path / "a"
    for size in range(400, len(whole), 97):
        path.write_bytes(whole[:size])
        read = taken(read_binarylog(path))
        assert len(read.exchanges) <= 4
        assert set(read.left_out) <= {Omission.CUT_OFF}


@pytest.mark.parametrize("raw", [b"", b"?", b"\0\0\0\1?", b"\xff" * 20, b"\0", b"{}" * 50, b"\x02\x10\x00"])
def test_what_is_no_binary_log(tmp_path: Path, raw: bytes) -> None:
    """One line that names the file."""
    path = tmp_path / "a"
    path.write_bytes(raw)
    with pytest.raises(ParityError, match=r"expected entries of grpc\.binarylog\.v1"):
        list(read_binarylog(path))


def test_memory_is_bounded(tmp_path: Path, taken: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call that does not end is given up."""
    monkeypatch.setattr(log_format, "_MAX_HELD_BYTES", 200)
    header, *_ = call()
    endless = [entry(SENT, message={"data": b"x" * 50}) for _ in range(20)]
    read = taken(read_binarylog(log_of(tmp_path / "a", header, *endless, *call(2))))
    assert (len(read.exchanges), dict(read.left_out)) == (1, {Omission.CUT_OFF: 1})
