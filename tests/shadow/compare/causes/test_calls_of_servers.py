"""How real servers end calls that no handler ends: the table from which the rules of ``calls`` are made."""

import importlib.util
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import pytest
from google.protobuf.wrappers_pb2 import StringValue

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.shadow.compare.answers import diff_answers
from crossfade.shadow.compare.causes import cause_finder
from crossfade.shadow.compare.decode.grpc import split_answer
from crossfade.shadow.exchange import Answer, Protocol, Request

pytestmark = pytest.mark.java

SERVERS = Path(__file__).parent / "servers"
SERVICE = "/statuses.v1.Statuses"
PROTO = """
syntax = "proto3";
package statuses.v1;
import "google/protobuf/wrappers.proto";
service Statuses {
  %s
}
"""
MESSAGE = StringValue(value="x").SerializeToString()
LARGE = StringValue(value="x" * 4_194_304).SerializeToString()
AFTER = re.compile(r"message|trailer\..*|metadata\..*")
"""What an answer has and an error has not follows from the error."""
JAVA_ERROR = "Application error processing RPC"


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"causes_tests_{name}", SERVERS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_calls = _load("call")
frame = _calls.frame


class Ports(NamedTuple):
    """Of grpcio with threads, of grpcio with asyncio, and of grpc-java."""

    threads: int
    loop: int
    java: int


@contextmanager
def _server(command: list[str]) -> Iterator[list[int]]:
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            ready, *ports = process.stdout.readline().split()
            assert ready == "READY"
            yield [int(port) for port in ports]
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def ports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ports]:
    """Three running servers."""
    folder = tmp_path_factory.mktemp("statuses") / "project"
    shutil.copytree(SERVERS / "project", folder)
    done = subprocess.run(
        ["mvn", "-q", "-B", "process-classes"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    classpath = f"{folder / 'target/classes'}:{folder / 'target/lib'}/*"
    java = ["java", "-XX:TieredStopAtLevel=1", "-Xmx256m", "-cp", classpath, "dev.crossfade.statuses.Main"]
    with _server([sys.executable, str(SERVERS / "legacy.py")]) as python, _server(java) as (java_port,):
        yield Ports(*python, java_port)


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Contract:
    """What the servers serve."""
    folder = tmp_path_factory.mktemp("statuses_proto")
    kind = "google.protobuf.StringValue"
    names = ("Echo", "Boom", "Abort", "Throw", "Nothing", "SetCode", "Slow", "Unimplemented", "Absent")
    path = folder / "statuses.proto"
    path.write_text(PROTO % "\n  ".join(f"rpc {name}({kind}) returns ({kind});" for name in names))
    return load_contract(ProtoFiles(files=(path,), includes=(folder,)))


Headers = tuple[tuple[str, str], ...]
End = tuple[str, str]
OK: End = ("OK", "")
UNREAD: End = ("INTERNAL", "Exception deserializing request!")
THROWN: End = ("UNKNOWN", JAVA_ERROR)
NO_USER: End = ("NOT_FOUND", "no such user")
NO_METHOD: End = ("UNIMPLEMENTED", "Method not found!")
NO_MESSAGE: End = ("UNIMPLEMENTED", f"\"b'{SERVICE}/Echo'\" requires exactly one request message.")
TOO_LARGE: End = ("RESOURCE_EXHAUSTED", "SERVER: Received message larger than max (4194309 vs. 4194304)")
JAVA_TOO_LARGE: End = ("RESOURCE_EXHAUSTED", "gRPC message exceeds maximum size 4194304: 4194309")
DECODING = "Unexpected <class 'google.protobuf.message.DecodeError'>: "
AIO_UNREAD: End = ("UNKNOWN", DECODING)
ENCODED = (("grpc-encoding", "zzz"),)
GZIP = (("grpc-encoding", "gzip"),)


class Situation(NamedTuple):
    """What is sent, how each server ends the call (texts by their beginnings), and the cause where they differ."""

    method: str
    body: bytes
    headers: Headers
    threads: End
    loop: End | None  # None where a server of asyncio never answers
    java: End
    cause: str


SITUATIONS = {
    "an answer": Situation("Echo", frame(MESSAGE), (), OK, OK, OK, ""),
    "no message at all in the bytes": Situation("Echo", frame(b"\xff\xff\xff"), (), UNREAD, AIO_UNREAD, THROWN, "J8"),
    "text that is not UTF-8": Situation("Echo", frame(b"\x0a\x02\xff\xfe"), (), UNREAD, AIO_UNREAD, THROWN, "J9"),
    "no message": Situation("Echo", b"", (), NO_MESSAGE, None, ("INTERNAL", "Half-closed without a request"), "J8"),
    "a cut message": Situation(
        "Echo", frame(MESSAGE)[:-1], (), NO_MESSAGE, None, ("INTERNAL", "Encountered end-of-stream mid-frame"), "J8"
    ),
    "two messages": Situation("Echo", frame(MESSAGE) * 2, (), OK, OK, ("INTERNAL", "Too many requests"), "J8"),
    "an unknown encoding": Situation(
        "Echo",
        frame(MESSAGE, flag=1),
        ENCODED,
        ("INTERNAL", "Error parsing 'grpc-encoding' metadata"),
        ("INTERNAL", "Error parsing 'grpc-encoding' metadata"),
        ("UNIMPLEMENTED", "Can't find decompressor for zzz"),
        "J8",
    ),
    "a flag without an encoding": Situation(
        "Echo",
        frame(MESSAGE, flag=1),
        (),
        ("INTERNAL", "Compression bit set but no encoding configured"),
        ("INTERNAL", "Compression bit set but no encoding configured"),
        ("INTERNAL", "Can't decode compressed gRPC message as compression not configured"),
        "J8",
    ),
    "bytes that are not compressed": Situation(
        "Echo",
        frame(MESSAGE, flag=1),
        GZIP,
        ("INTERNAL", "Decompression failed due to zlib error"),
        ("INTERNAL", "Decompression failed due to zlib error"),
        ("UNKNOWN", ""),
        "J8",
    ),
    "a message over 4 MiB": Situation("Echo", frame(LARGE), (), TOO_LARGE, TOO_LARGE, JAVA_TOO_LARGE, "J10"),
    "metadata over 8 KiB": Situation(
        "Echo", frame(MESSAGE), (("x-large", "a" * 9000),), OK, OK, ("HTTP 431", ""), "J10"
    ),
    "an exception": Situation(
        "Boom",
        frame(MESSAGE),
        (),
        ("UNKNOWN", "Exception calling application: boom"),
        ("UNKNOWN", "Unexpected <class 'ValueError'>: boom"),
        THROWN,
        "J1",
    ),
    "a status, thrown in Java": Situation("Throw", frame(MESSAGE), (), NO_USER, NO_USER, THROWN, "J2"),
    "a status, told in Java": Situation("Abort", frame(MESSAGE), (), NO_USER, NO_USER, NO_USER, ""),
    "a message beside a status": Situation("SetCode", frame(MESSAGE), (), NO_USER, NO_USER, NO_USER, "J4"),
    "a base class": Situation(
        "Unimplemented",
        frame(MESSAGE),
        (),
        ("UNIMPLEMENTED", "Method not implemented!"),
        ("UNIMPLEMENTED", "Unexpected <class 'NotImplementedError'>: Method not implemented!"),
        ("UNIMPLEMENTED", "Method statuses.v1.Statuses/Unimplemented is unimplemented"),
        "J3",
    ),
    "a method that is not there": Situation(
        "Absent",
        frame(MESSAGE),
        (),
        NO_METHOD,
        NO_METHOD,
        ("UNIMPLEMENTED", "Method not found: statuses.v1.Statuses/Absent"),
        "J3",
    ),
}


@pytest.mark.parametrize("situation", SITUATIONS.values(), ids=SITUATIONS)
@pytest.mark.parametrize("legacy", ["threads", "loop"])
def test_explains_how_real_servers_end_a_call(
    ports: Ports, contract: Contract, situation: Situation, legacy: str
) -> None:
    """Each server ends it as the table has it, and what differs has the cause that made it."""
    expected: End | None = getattr(situation, legacy)
    if expected is None:
        return
    request = _request(situation)
    ours, theirs = (_answer(getattr(ports, side), situation) for side in (legacy, "java"))
    for answer, (code, text) in ((ours, expected), (theirs, situation.java)):
        found = split_answer(answer)
        assert (found.code, found.message[: len(text)]) == (code, text)
        assert not found.message or text
    differences = tuple(diff_answers(request, ours, theirs, contract))
    cause_of = cause_finder(differences, request, contract)
    named = {cause_of(difference) for difference in differences if not AFTER.fullmatch(difference.template)}
    assert named == {situation.cause} - {""}


def _request(situation: Situation) -> Request:
    return Request(
        id="1",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="a",
        target=f"{SERVICE}/{situation.method}",
        headers=(("content-type", "application/grpc"), *situation.headers),
        body=situation.body,
        truncated=False,
        trailers=(),
        started_at=0.0,
    )


def _answer(port: int, situation: Situation) -> Answer:
    seen = _calls.call(port, f"{SERVICE}/{situation.method}", situation.body, situation.headers)
    return Answer(
        status=seen.status,
        headers=seen.headers,
        body=seen.body,
        truncated=False,
        trailers=seen.trailers,
        latency_ms=1.0,
    )


@pytest.mark.parametrize(
    ("method", "headers", "threads", "java"),
    [
        ("Slow", (("grpc-timeout", "100m"),), ("4", "Deadline Exceeded", None), (None, None, 8)),
        ("Nothing", (), ("13", "Failed to serialize response!", None), (None, None, 8)),
        ("Echo", (("grpc-timeout", "soon"),), ("13", "Error parsing 'grpc-timeout' metadata", None), (None, None, 2)),
        ("Echo", (("x-large", "a" * 20_000),), ("0", "", None), (None, None, 1)),
    ],
    ids=["too late", "no answer", "a timeout that is none", "metadata over 10 KiB"],
)
def test_java_gives_no_answer_where_python_gives_a_status(
    ports: Ports, method: str, headers: Headers, threads: Any, java: Any
) -> None:
    """It breaks the stream or the connection off: the candidate failed, and no value tells why."""
    for port, expected in ((ports.threads, threads), (ports.java, java)):
        seen = _calls.call(port, f"{SERVICE}/{method}", frame(MESSAGE), headers)
        fields = dict(seen.trailers or seen.headers)
        assert (fields.get("grpc-status"), fields.get("grpc-message"), seen.reset) == expected


def test_a_call_that_the_client_breaks_off_has_no_end(ports: Ports) -> None:
    """Neither server answers it, and both live on."""
    ask: Callable[..., Any] = _calls.call
    for port in ports:
        seen = ask(port, f"{SERVICE}/Slow", frame(MESSAGE), cancel=True)
        assert (seen.status, seen.trailers) == (0, ())
        assert ask(port, f"{SERVICE}/Echo", frame(MESSAGE)).body == frame(MESSAGE)
