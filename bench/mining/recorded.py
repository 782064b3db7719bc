"""Sessions at a depot as legacy answered them, as another run of legacy did, and as a candidate did."""

import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from depot import CALLS, Depot, Sent, Visit, parsed

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.mining.traces import Twice
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

LEGACY, AGAIN, CANDIDATE = "legacy", "again", "candidate"
_BEGINS = {
    LEGACY: {"buyer": 1, "order": 1, "line": 1, "ticket": 1},
    AGAIN: {"buyer": 12, "order": 31, "line": 25, "ticket": 8},
    CANDIDATE: {"buyer": 5, "order": 17, "line": 60, "ticket": 3},
}
_JSON = (("Content-Type", "application/json"),)
_MADE = {"POST /buyers": "buyer", "POST /orders": "order", "POST /orders/{id}/lines": "line", "POST /returns": "ticket"}

Write = Callable[[str, int], Any]
"""Makes an id of a number of a kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A request as legacy's client sent it, and as the candidate's sends it; what each instance answered; new ids."""

    sent: Sent
    candidates: Sent
    answers: Mapping[str, Answer]
    made: tuple[str, str] | None

    @property
    def call(self) -> Call:
        """What a corpus holds of it."""
        sent = self.sent
        data = b"" if sent.body is None else json.dumps(sent.body).encode()
        request = Request(
            id="",
            protocol=Protocol.HTTP,
            method=sent.method,
            scheme="http",
            authority="depot.test",
            target=sent.target,
            headers=_JSON,
            body=data,
            truncated=False,
            trailers=(),
            started_at=0.0,
        )
        route = RouteInfo(route=sent.route, protocol="http", call_type="http", stage=Stage.SHADOW)
        return Call(route=route, request=request, reply=self.answers[LEGACY], write=sent.method != "GET")


@dataclass(slots=True)
class _Group:
    """The instances between two resets, and what the others call an id of legacy's."""

    depots: Mapping[str, Depot]
    known: dict[str, dict[tuple[str, str], Any]] = field(default_factory=lambda: {AGAIN: {}, CANDIDATE: {}})


def record(seed: int, sessions: int, reset_every: int, write: Write) -> list[list[list[Step]]]:
    """The sessions between two resets, all of them: each instance is asked by a client of its own."""
    groups = []
    for first in range(0, sessions, reset_every):
        depots = {name: Depot(begins=begins) for name, begins in _BEGINS.items()}
        depots[CANDIDATE].write = write
        group = _Group(depots)
        numbers = range(first, min(first + reset_every, sessions))
        groups.append([list(_visit(group, Visit(at, random.Random(f"{seed} {at}")))) for at in numbers])
    return groups


def twice_of(name: str, steps: list[Step]) -> Twice:
    """A session as mining gets it."""
    return Twice(
        session=Session(id=name, calls=tuple(step.call for step in steps)),
        again=[step.answers[AGAIN] for step in steps],
        candidate=[step.answers[CANDIDATE] for step in steps],
    )


def _visit(group: _Group, visit: Visit) -> Iterator[Step]:
    for _ in range(CALLS):
        sent = visit.next()
        sides = {LEGACY: sent} | {name: sent.translated(known) for name, known in group.known.items()}
        answers = {name: _ask(group.depots[name], asked) for name, asked in sides.items()}
        mine = json.loads(answers[LEGACY].body)
        kind = _MADE.get(sent.route)
        made = None if kind is None else (kind, str(_new_id(mine)))
        if made is not None:
            for name, known in group.known.items():
                known[made] = _new_id(json.loads(answers[name].body))
        visit.took(sent, mine)
        yield Step(sent=sent, candidates=sides[CANDIDATE], answers=answers, made=made)


def _new_id(answer: Mapping[str, Any]) -> Any:  # noqa: ANN401 - a number or a text
    return answer["id"] if "id" in answer else answer["no"]


def _ask(depot: Depot, sent: Sent) -> Answer:
    path, query, body = parsed(sent.target, b"" if sent.body is None else json.dumps(sent.body).encode())
    status, value = depot.answer(sent.method, path, query, body)
    data = json.dumps(value).encode()
    return Answer(status=status, headers=_JSON, body=data, truncated=False, trailers=(), latency_ms=1.0)
