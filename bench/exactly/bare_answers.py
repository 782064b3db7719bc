"""What one service answers to each visit of the example's client, without crossfade: a JSON object by x-flow-id.

    python bench/exactly/bare_answers.py examples/buildqueue --grpc H:P --http URL --requests-per-route 30

The client is the example's own, so it sends ids and page tokens back by itself. An answer is its text, byte for byte
but for what no two instances have in common: the digits of times, ids and page tokens that the service made, the order
of the agents and of the members of an object.
"""

import argparse
import json
import random
import re
import sys
from collections.abc import Iterable
from concurrent import futures
from pathlib import Path
from typing import Any

import grpc
import requests

EXAMPLE = Path(sys.argv[1])
sys.path[0:0] = [str(EXAMPLE / "client"), str(EXAMPLE)]

import plan  # noqa: E402 - the client's own modules
from pace import NoPace  # noqa: E402
from worker import Worker  # noqa: E402

WORKERS = 4
_OWN_HEADERS = {"date", "server", "x-request-id", "connection", "keep-alive", "transfer-encoding"}
_TIME = re.compile(r"\d{4}-\d\d-\d\d(?=T)|(?<=T)\d\d:\d\d:\d\d(?:\.\d+)?")
_MINTED = (
    (re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"), "minted"),
    (re.compile(r'(next_page_token: ")[^"]+'), r"\1token"),
)
_AGENT_LINES = re.compile(r'(?:^ *agents: "[^"]*"\n)+', re.MULTILINE)


class NoCounts:
    """Nobody wants to know."""

    def sent(self, route: str) -> None:
        """Not counted."""

    def answered(self, route: str, status: object) -> None:
        """Not counted."""

    def failed(self, route: str, text: str) -> None:
        """A bug that is in may make an answer wrong, but none loses it."""
        if text.startswith(("HTTP", "UNAVAILABLE", "DEADLINE", "ConnectionError")):
            sys.exit(f"{route}: {text}")


class Watcher(Worker):
    """A client that keeps what came back."""

    def __init__(self, name: str, grpc_address: str, url: str) -> None:
        super().__init__(name, grpc_address, url, NoCounts(), NoPace())
        self.answers: dict[str, list[str]] = {}

    def send(self, step: Any) -> tuple[object, object]:  # noqa: ANN401 - the example is not typed
        """As a worker does; the answer's text is kept under its visit."""
        kept = self.answers.setdefault(self.flow, [])
        try:
            status, answer = super().send(step)
        except grpc.RpcError as error:
            kept.append(
                _masked(f"{step.route} {error.code()} {error.details()}\n{_metadata(error.trailing_metadata())}")
            )
            raise
        kept.append(_masked(f"{step.route} {status}\n{_text(answer)}"))
        return status, answer


def _text(answer: Any) -> str:  # noqa: ANN401 - whatever a step's answer is
    if isinstance(answer, requests.Response):
        fields = sorted(
            f"{name}: {value}" for name, value in answer.headers.items() if name.lower() not in _OWN_HEADERS
        )
        return "\n".join([*fields, *map(_line, answer.content.decode("latin-1").split("\n"))])
    if isinstance(answer, tuple):
        messages, trailers = answer
        return _text(messages) + _metadata(trailers.items())
    return "\n".join(map(str, answer)) if isinstance(answer, list) else str(answer)


def _line(text: str) -> str:
    """JSON with its members in order, which each side may choose; numbers as they are written. Other text as it is."""
    try:
        value = json.loads(text, parse_float=_number, parse_int=_number)
    except ValueError:
        return text
    if isinstance(value, dict) and isinstance(value.get("agents"), list):
        value["agents"].sort()
    return json.dumps(value, sort_keys=True)


def _number(text: str) -> dict[str, str]:
    return {"number": text}


def _metadata(fields: Iterable[tuple[str, object]]) -> str:
    return "\n".join(sorted(f"{name}: {value!r}" for name, value in fields if name != "x-request-id"))


def _masked(text: str) -> str:
    text = _TIME.sub(lambda found: re.sub(r"\d", "9", found[0]), text)
    for pattern, instead in _MINTED:
        text = pattern.sub(instead, text)
    return _AGENT_LINES.sub(lambda found: "\n".join(sorted(found[0].splitlines())) + "\n", text)


def main() -> None:
    """Plays the plan and prints what came back."""
    parser = argparse.ArgumentParser()
    parser.add_argument("example")
    parser.add_argument("--grpc", required=True)
    parser.add_argument("--http", required=True)
    parser.add_argument("--requests-per-route", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    visits = plan.visits(random.Random(asked.seed), asked.requests_per_route, of_one_route=True)
    watchers = [Watcher(f"w{at}", asked.grpc, asked.http) for at in range(WORKERS)]
    with futures.ThreadPoolExecutor(WORKERS) as pool:
        running = [pool.submit(watcher.run, visits[at::WORKERS]) for at, watcher in enumerate(watchers)]
        for future in running:
            future.result()
    json.dump({flow: said for watcher in watchers for flow, said in watcher.answers.items()}, sys.stdout)


if __name__ == "__main__":
    main()
