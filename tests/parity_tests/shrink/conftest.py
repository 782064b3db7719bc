"""Reductions driven by a predicate, and a service in two versions that is played without a network."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.shadow.exchange import Answer, Comparison, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.judging.judge import Judge


@dataclass
class Driven:
    """What came out, and what was tried."""

    result: Any
    tried: list[Any] = field(default_factory=list)


@pytest.fixture(scope="session")
def drive() -> Callable[..., Driven]:
    """Runs a reduction to its end."""

    def run(reduction: Any, does: Callable[[Any], bool]) -> Driven:
        tried = []
        try:
            candidate = next(reduction)
            while True:
                tried.append(candidate)
                candidate = reduction.send(does(candidate))
        except StopIteration as done:
            return Driven(done.value, tried)

    return run


@pytest.fixture(scope="session")
def call_of() -> Callable[..., Call]:
    """An HTTP call with JSON, and the answer of legacy to it."""

    def make(method: str, target: str, body: Any = None, reply: Any = None, **values: Any) -> Call:
        data = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        request = Request(
            id=values.pop("request_id", "c"),
            protocol=Protocol.HTTP,
            method=method,
            scheme="http",
            authority="notes.test",
            target=target,
            headers=values.pop("headers", (("Content-Type", "application/json"), ("Content-Length", str(len(data))))),
            body=data,
            truncated=False,
            trailers=(),
            started_at=1.0,
        )
        path = target.partition("?")[0]
        template = "/notes" if path == "/notes" else "/notes/{id}"
        route = RouteInfo(route=f"{method} {template}", protocol="http", call_type="http", stage=Stage.SHADOW)
        return Call(route=route, request=request, reply=json_answer(200, reply), write=method != "GET")

    return make


def json_answer(status: int, value: Any) -> Answer:
    """An answer with JSON."""
    return Answer(
        status=status,
        headers=(("content-type", "application/json"),),
        body=json.dumps(value).encode(),
        truncated=False,
        trailers=(),
        latency_ms=1.0,
    )


class Notes:
    """Notes with texts: ``answer`` of one request, as often as the service is started anew for each session."""

    def __init__(self) -> None:
        self.notes: dict[str, dict[str, Any]] = {}

    def answer(self, request: Request) -> Answer:
        _, name, _ = _split(request.target)
        body = json.loads(request.body) if request.body else {}
        if request.method == "POST":
            note = {"id": len(self.notes) + 1, **body}
            self.notes[str(note["id"])] = note
            return json_answer(201, note)
        if not name:
            return json_answer(200, {"count": len(self.notes)})
        if name not in self.notes:
            return json_answer(404, {"error": "no such note"})
        if request.method == "PUT":
            self.notes[name] |= body
        return json_answer(200, self.notes[name])


class Lossy(Notes):
    """Forgets the text of a big note once it was changed."""

    def answer(self, request: Request) -> Answer:
        answer = super().answer(request)
        _, name, _ = _split(request.target)
        if request.method == "PUT" and name in self.notes:
            self.notes[name]["changed"] = True
        if request.method == "GET" and name in self.notes:
            note = dict(self.notes[name])
            changed = note.pop("changed", False)
            if changed and note.get("size", 0) > 20:
                return json_answer(200, {**note, "text": ""})
            return json_answer(200, note)
        if request.method == "PUT" and name in self.notes:
            return json_answer(200, {key: item for key, item in self.notes[name].items() if key != "changed"})
        return answer


class Words:
    """What the notes of a session are called in it, and what the services call them now: both number them alike."""

    def __init__(self) -> None:
        self.now: dict[str, str] = {}

    def rendered(self, request: Request) -> Request:
        head, name, tail = _split(request.target)
        return replace(request, target=f"{head}{self.now.get(name, name)}{tail}")

    def mapped(self, call: Call, answer: Answer) -> Answer:
        value = json.loads(answer.body)
        if "id" not in value:
            return answer
        if call.request.method == "POST":
            self.now[str(json.loads(call.reply.body)["id"])] = str(value["id"])  # type: ignore[union-attr]
        then = {now: name for name, now in self.now.items()}
        return json_answer(answer.status, {**value, "id": int(then[str(value["id"])])})


def _split(target: str) -> tuple[str, str, str]:
    path, mark, query = target.partition("?")
    name = path.removeprefix("/notes").strip("/")
    return path.removesuffix(name), name, mark + query


@pytest.fixture(scope="session")
def play() -> Callable[..., Any]:
    """Plays against two services that are made anew for each session, whose answers come in the session's words."""

    def of(legacy: Callable[[], Any], candidate: Callable[[], Any], secondary: Callable[[], Any] | None = None) -> Any:
        judge = Judge(contract=None)

        async def played(session: Session) -> PlayedSession:
            sides, words = (legacy(), candidate(), None if secondary is None else secondary()), Words()
            return PlayedSession(session=session, played=tuple(one(call, words, *sides) for call in session.calls))

        def one(call: Call, words: Words, ours: Any, theirs: Any, second: Any) -> Played:
            request = words.rendered(call.request)
            comparison = Comparison(
                request=call.request,
                route=call.route.route,
                legacy=words.mapped(call, ours.answer(request)),
                candidate=words.mapped(call, theirs.answer(request)),
                secondary=None if second is None else words.mapped(call, second.answer(request)),
            )
            observation = judge.observe(comparison, call.route).observation
            return Played(call=call, comparison=comparison, observation=observation)

        return played

    return of


@pytest.fixture
def notes() -> type[Notes]:
    """The service."""
    return Notes


@pytest.fixture
def lossy() -> type[Lossy]:
    """Its port with a bug."""
    return Lossy
