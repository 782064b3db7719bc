"""Plays the gRPC side of the client's plan at some addresses, one call after the other, and prints what came back.

``python player.py EXAMPLE COUNT ADDRESS...``: a JSON line for each address, with all its calls: route, messages, code,
message, initial metadata, trailers, all bytes in base64.
"""

import base64
import contextlib
import json
import queue
import random
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

sys.path[0:0] = [f"{sys.argv[1]}/client", sys.argv[1]]

import plan  # noqa: E402 - the client's own modules
import steps  # noqa: E402
from contract import pb2  # noqa: E402

ANSWERS = pb2.DESCRIPTOR.services_by_name["BuildService"].methods_by_name
LIMIT_S = 30


def play_all(address: str, count: int) -> list[Any]:
    """What came back for each call."""
    found: list[Any] = []
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(address, options) as channel:
        waiting = [step for step in plan.make(random.Random(1), count) if isinstance(step, steps.Rpc)]
        while waiting:
            step = waiting.pop(0)
            said = play(channel, step)
            found.append(said)
            if said["code"] == "OK":
                waiting[:0] = [more for more in step.follow(parsed(step, said)) if isinstance(more, steps.Rpc)]
    return found


def play(channel: grpc.Channel, step: Any) -> dict[str, Any]:
    """One call as bytes, whatever its kind."""
    request = step.request()
    messages = [message.SerializeToString() for message in (request if isinstance(request, list) else [request])]
    if not isinstance(request, list):
        call = channel.unary_stream(f"/{step.route}")
        return end(step, call(messages[0], timeout=LIMIT_S), lambda: None)
    call = channel.stream_stream(f"/{step.route}")
    if isinstance(step, steps.Talk):
        to_send: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        to_come = iter([*messages, None, None])
        to_send.put(next(to_come))
        return end(step, call(iter(to_send.get, None), timeout=LIMIT_S), lambda: to_send.put(next(to_come, None)))
    return end(step, call(iter(messages), timeout=LIMIT_S), lambda: None)


def end(step: Any, call: Any, answer: Callable[[], None]) -> dict[str, Any]:
    """Reads what comes to its end, or as far as this client reads; ``answer`` sends what follows a message."""
    received: list[bytes] = []
    leave_after = getattr(step, "leave_after", None)
    with contextlib.suppress(grpc.RpcError):  # its status is read below
        for message in call:
            received.append(message)
            answer()
            if len(received) == leave_after:
                call.cancel()
                break
    answer()
    left = len(received) == leave_after
    return {
        "route": step.route,
        "messages": [coded(message) for message in received],
        "initial": fields(call.initial_metadata()),
        "code": "LEFT" if left else call.code().name,
        "message": "" if left else call.details(),
        "trailers": [] if left else fields(call.trailing_metadata()),
    }


def parsed(step: Any, said: dict[str, Any]) -> Any:
    """The answer as the plan's next steps want it."""
    kind = ANSWERS[step.method].output_type.name
    answers = [getattr(pb2, kind).FromString(base64.b64decode(text)) for text in said["messages"]]
    return (
        (answers, {}) if isinstance(step, steps.Download) else answers if isinstance(step, steps.Talk) else answers[0]
    )


def fields(metadata: Any) -> list[list[str]]:
    """Names and values in their order."""
    return [[name, coded(value) if isinstance(value, bytes) else value] for name, value in metadata or ()]


def coded(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    addresses = sys.argv[3:]
    with ThreadPoolExecutor(len(addresses)) as pool:
        for calls in pool.map(lambda address: play_all(address, int(sys.argv[2])), addresses):
            print(json.dumps(calls))  # noqa: T201 - read by the test
