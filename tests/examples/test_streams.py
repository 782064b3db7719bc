"""The streams of the pair, asked directly: the fixed port answers as legacy does, the other where a bug is planted."""

import base64
import json
import queue
import struct
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc
import pytest
import requests

from crossfade.codegen.contract import Contract
from crossfade.codegen.contract.load import ProtoFiles, load_contract
from crossfade.shadow.compare.answers import diff_answers
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.walk import walk
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.tools.demo.expected import read_planted

pytestmark = pytest.mark.java

SERVICE = "ci.builds.v1.BuildService"
NOISE = {"metadata.x-request-id", "message[*].agents"}
HTTP_STREAMS = ("GET /builds/{id}/events", "GET /projects/{project}/feed")
STREAMS = (*(f"{SERVICE}/{name}" for name in ("SearchBuilds", "WatchBuild", "UploadLog", "Console")), *HTTP_STREAMS)
Step = dict[str, Any]

# The client's own plan, as data.
PLAN = """
import base64, json, random, sys
sys.path[0:0] = [sys.argv[1] + "/client", sys.argv[1]]
import plan, steps
for step in plan.make(random.Random(1), 340):
    if step.route in sys.argv[2:]:
        if isinstance(step, steps.Http):
            print(json.dumps({"route": step.route, "path": step.path}))
        else:
            request = step.request()
            messages = [request] if isinstance(step, steps.Download) else request
            coded = [base64.b64encode(message.SerializeToString()).decode() for message in messages]
            leave = getattr(step, "leave_after", None)
            print(json.dumps({"route": step.route, "kind": type(step).__name__, "messages": coded, "leave": leave}))
"""


@pytest.fixture(scope="module")
def steps(example: Path, env: Mapping[str, str]) -> list[Step]:
    """What the client sends on streams."""
    command = [sys.executable, "-c", PLAN, str(example), *STREAMS]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env)
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def contract(example: Path) -> Contract:
    """The example's contract."""
    proto = example / "proto"
    return load_contract(ProtoFiles(files=(proto / "ci/builds/v1/builds.proto",), includes=(proto,)))


@pytest.fixture(scope="module")
def found(pair: Any, steps: list[Step], contract: Contract) -> dict[str, set[tuple[str, str]]]:
    """Route and path of every difference from legacy, for either port."""
    with ThreadPoolExecutor(3) as pool:
        legacy, buggy, fixed = pool.map(lambda side: list(_answers(side, steps)), pair)
    return {
        "buggy": set(_differences(steps, legacy, buggy, contract)),
        "fixed": set(_differences(steps, legacy, fixed, contract)),
    }


def test_the_fixed_port_streams_what_legacy_streams(found: dict[str, set[tuple[str, str]]]) -> None:
    """Messages, their order, trailers, status and details are the same, but for the honest noise."""
    assert found["fixed"] == set()


def test_the_port_differs_exactly_where_a_bug_is_planted(found: dict[str, set[tuple[str, str]]], example: Path) -> None:
    """Every entry of divergences.toml on a stream shows at each of its paths, and nothing else does."""
    planted = read_planted(example / "divergences.toml")
    wanted = {(entry.route, path) for entry in planted if entry.route in STREAMS for path in entry.paths}
    assert {route for route, _ in wanted} == set(STREAMS)
    assert found["buggy"] == wanted


def test_what_was_uploaded_is_read_again_on_either_side(pair: Any, steps: list[Step]) -> None:
    """The log of every build is the same bytes, and ends in the chunks that were sent."""
    uploads = [step for step in steps if step["route"].endswith("/UploadLog")]
    build_ids = sorted({_build_id(step["messages"][0]) for step in uploads})
    logs = [
        [requests.get(f"http://{side.http}/builds/{name}/log", timeout=10).content for name in build_ids[:20]]
        for side in (pair.legacy, pair.fixed)
    ]
    assert logs[0] == logs[1]
    assert any("é".encode() in log for log in logs[0])


def _build_id(message: str) -> str:
    """The first field of a LogChunk: a tag, a length, the text."""
    data = base64.b64decode(message)
    return data[2 : 2 + data[1]].decode()


# playing


def _answers(side: Any, steps: Iterable[Step]) -> Iterator[Any]:
    """The answer of one side to each step, in the order of the steps: a gRPC answer, or the parts of a body."""
    with grpc.insecure_channel(side.grpc) as channel, ThreadPoolExecutor(4) as pool, requests.Session() as session:
        yield from pool.map(lambda step: _play(channel, session, side.http, step), steps)


def _play(channel: grpc.Channel, session: requests.Session, http: str, step: Step) -> Any:
    if "path" in step:
        return _parts(session.get(f"http://{http}{step['path']}", timeout=10))
    messages = [base64.b64decode(text) for text in step["messages"]]
    method = f"/{step['route']}"
    match step["kind"]:
        case "Download":
            return _read(channel.unary_stream(method)(messages[0], timeout=10), step["leave"])
        case "Upload":
            return _read(channel.stream_stream(method)(iter(messages), timeout=10), None)
        case _:
            return _talk(channel.stream_stream(method), messages)


def _parts(answer: requests.Response) -> Any:
    kind = answer.headers["Content-Type"]
    if kind.startswith("application/x-ndjson"):
        return (kind, tuple(json.loads(line) for line in answer.text.splitlines()))
    if kind.startswith("text/event-stream"):
        return (kind, tuple(_event(text) for text in answer.text.removesuffix("\n\n").split("\n\n")))
    return (kind, answer.status_code, answer.json())


def _event(text: str) -> dict[str, Any]:
    fields = dict(line.split(": ", 1) for line in text.split("\n"))
    return {**fields, "data": json.loads(fields["data"])}


def _talk(call: Any, messages: list[bytes]) -> Answer:
    """Sends each input after the answer to the one before."""
    to_send: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    running = call(iter(to_send.get, None), timeout=10)
    waiting = iter(messages)
    to_send.put(next(waiting))
    return _read(running, None, lambda: to_send.put(next(waiting, None)))


def _read(call: Any, leave: int | None, after: Any = lambda: None) -> Answer:
    """Everything that came, as the proxy would see it."""
    received: list[bytes] = []
    try:
        for message in call:
            received.append(message)
            if len(received) == leave:
                call.cancel()
            after()
    except grpc.RpcError:
        pass  # its code is in the trailers
    return Answer(
        status=200,
        headers=(("content-type", "application/grpc"), *_metadata(call.initial_metadata())),
        body=b"".join(struct.pack(">BI", 0, len(message)) + message for message in received),
        truncated=False,
        trailers=(
            ("grpc-status", str(call.code().value[0])),
            ("grpc-message", call.details() or ""),
            *_metadata(call.trailing_metadata()),
        ),
        latency_ms=1.0,
    )


def _metadata(items: Any) -> Iterator[tuple[str, str]]:
    for name, value in items or ():
        yield name, base64.b64encode(value).decode() if isinstance(value, bytes) else value


# comparing


def _differences(
    steps: list[Step], legacy: list[Any], other: list[Any], contract: Contract
) -> Iterator[tuple[str, str]]:
    for step, ours, theirs in zip(steps, legacy, other, strict=True):
        if "path" in step:
            found = walk(ours[-1], theirs[-1], Place.at("body"))
            assert ours[:-1] == theirs[:-1]
        else:
            found = diff_answers(_request(step["route"]), ours, theirs, contract)
        yield from ((step["route"], difference.template) for difference in found if difference.template not in NOISE)


def _request(route: str) -> Request:
    return Request(
        id="1",
        protocol=Protocol.GRPC,
        method="POST",
        scheme="http",
        authority="queue",
        target=f"/{route}",
        headers=(("content-type", "application/grpc"),),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=0.0,
    )
