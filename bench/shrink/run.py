"""How small `crossfade corpus shrink` makes recorded failures, and how many replays that takes. Needs no service.

python bench/shrink/run.py
"""

import argparse
import asyncio
import random
import struct
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean
from typing import Any

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.shrink.failing import Target
from crossfade.parity_tests.shrink.requests import request_tree
from crossfade.parity_tests.shrink.shrinking import Oracle, Shrunk, shrink
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.difference import Fingerprint
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

FIELDS, ITEMS, CALLS = 8, 26, 200
PROTO = f"""
syntax = "proto3";
package b;
message Item {{ {" ".join(f"int64 f{number} = {number};" for number in range(1, FIELDS + 1))} }}
message Order {{ repeated Item items = 1; {" ".join(f"string s{number} = {number};" for number in range(2, 10))} }}
service Shop {{ rpc Put(Order) returns (Order); }}
"""
FAILURE = Fingerprint(template="body/text", kind="value")
BUDGET_CALLS = 20_000


def oracle(fails: Callable[[Session], int | None]) -> Oracle:
    """Plays nothing: the call with the number that ``fails`` gives is the one that differs."""

    async def play(session: Session) -> PlayedSession:
        at = fails(session)
        return PlayedSession(
            session=session, played=tuple(_played(call, index == at) for index, call in enumerate(session.calls))
        )

    return play


def _played(call: Call, differs: bool) -> Played:  # noqa: FBT001 - what it is about
    judged = Judged(
        route=call.route,
        at=0.0,
        request_hash=0,
        signature=(FAILURE,) if differs else (),
        noise=None,
        examples=(),
        legacy_ms=1.0,
        candidate_ms=1.0,
    )
    return Played(call=call, comparison=None, observation=judged)


# One message


def message_case(rng: random.Random, contract: Contract) -> tuple[Shrunk, int, int]:
    """A message of 216 leaves that fails by two of its fields; its leaves before and after."""
    kind: Any = contract.message_class("b.Order")
    numbers = [f"f{number}" for number in range(1, FIELDS + 1)]
    items = [{name: rng.randint(1, 10**6) for name in numbers} for _ in range(ITEMS)]
    order = kind(items=items, **{f"s{number}": f"text {rng.randint(1, 999)}" for number in range(2, 10)})
    name, text, least = rng.choice(numbers), f"s{rng.randint(2, 9)}", rng.randint(10, 1000)

    def fails(session: Session) -> int | None:
        sent = kind.FromString(session.calls[0].request.body[5:])
        return 0 if any(getattr(item, name) > least for item in sent.items) and getattr(sent, text) else None

    call = _grpc_call(order.SerializeToString())
    target = Target(route=call.route.key, fingerprint=FAILURE)
    session = Session(id="m", calls=(call,))
    found = asyncio.run(shrink(session, target, oracle(fails), budget_calls=BUDGET_CALLS, contract=contract))
    return found, _leaves(call, contract), _leaves(found.session.calls[0], contract)


def _leaves(call: Call, contract: Contract) -> int:
    (body,) = (part for part in request_tree(call, contract).children if part.name == "body")
    return body.leaves


def _grpc_call(data: bytes) -> Call:
    call = _call("POST", "/b.Shop/Put", struct.pack(">BI", 0, len(data)) + data, {})
    route = RouteInfo(route="b.Shop/Put", protocol="grpc", call_type="unary", stage=Stage.SHADOW)
    return replace(call, route=route, request=replace(call.request, protocol=Protocol.GRPC, headers=()))


# One session


def session_case(rng: random.Random, calls: int) -> Shrunk:
    """A session that fails when a thing is made, changed and then read."""
    made = [str(1000 + number) for number in range(calls // 5)]
    steps = [("POST", "/things", name) for name in made]
    steps += [
        (rng.choice(("GET", "GET", "PATCH")), f"/things/{rng.choice(made)}", "") for _ in range(calls - len(made))
    ]
    wanted = f"/things/{rng.choice(made)}"
    places = sorted(rng.sample(range(len(made), calls), 2))
    steps[places[0]], steps[places[1]] = ("PUT", wanted, ""), ("GET", wanted, "")
    session = Session(id="s", calls=tuple(_call(method, target, b"", {"id": name}) for method, target, name in steps))

    def fails(played: Session) -> int | None:
        is_made = is_changed = False
        for index, call in enumerate(played.calls):
            request = call.request
            is_made |= request.method == "POST" and wanted[8:] in str(call.reply)
            is_changed |= is_made and (request.method, request.target) == ("PUT", wanted)
            if is_changed and (request.method, request.target) == ("GET", wanted):
                return index
        return None

    route = "GET /things/{id}"
    target = Target(route=route, fingerprint=FAILURE)
    return asyncio.run(shrink(session, target, oracle(fails), budget_calls=BUDGET_CALLS))


def _call(method: str, target: str, body: bytes, answer: dict[str, str]) -> Call:
    kind = (("content-type", "application/json"),)
    request = Request(
        id="c",
        protocol=Protocol.HTTP,
        method=method,
        scheme="http",
        authority="things.test",
        target=target,
        headers=kind,
        body=body,
        truncated=False,
        trailers=(),
        started_at=1.0,
    )
    text = "{" + ", ".join(f'"{name}": "{value}"' for name, value in answer.items()) + "}"
    reply = Answer(status=200, headers=kind, body=text.encode(), truncated=False, trailers=(), latency_ms=1.0)
    name = f"{method} /things" + ("/{id}" if target.count("/") > 1 else "")
    route = RouteInfo(route=name, protocol="http", call_type="http", stage=Stage.SHADOW)
    return Call(route=route, request=request, reply=reply, write=method != "GET")


def _tell_messages(cases: list[tuple[Shrunk, int, int]]) -> None:
    replays, after = [found.replays for found, *_ in cases], [left for *_, left in cases]
    print(
        f"messages: {mean(before for _, before, _ in cases):.0f} leaves, {_spread(after)} after {_spread(replays)} ",
        end="",
    )
    print(f"call pairs, {sum(found.minimal for found, *_ in cases)} of {len(cases)} minimal")


def _tell_sessions(cases: list[Shrunk]) -> None:
    left, replays, calls = zip(
        *((len(found.session.calls), found.replays, found.calls) for found in cases), strict=True
    )
    print(f"sessions: {CALLS} calls, {_spread(left)} after {_spread(replays)} replays ", end="")
    print(f"of {_spread(calls)} calls in all, {sum(found.minimal for found in cases)} of {len(cases)} minimal")


def _spread(figures: Sequence[int]) -> str:
    return f"{mean(figures):.1f} (most {max(figures)})"


def main() -> None:
    """Prints means and extremes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=20)
    parser.add_argument("--sessions", type=int, default=50)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "b.proto"
        path.write_text(PROTO, encoding="utf-8")
        contract = load_contract(ProtoFiles(files=(path,)))
    _tell_messages([message_case(random.Random(seed), contract) for seed in range(arguments.messages)])
    _tell_sessions([session_case(random.Random(seed), CALLS) for seed in range(arguments.sessions)])
    print("both with the three checks of the smallest case")


if __name__ == "__main__":
    main()
