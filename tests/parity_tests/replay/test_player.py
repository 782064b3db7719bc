"""Sessions, played against both services."""

import json
from collections.abc import Callable
from itertools import count
from typing import Any

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.player import play_session, play_sessions
from crossfade.shadow.exchange import Failure, FailureReason, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

UNKNOWN = Failure(reason=FailureReason.REFUSED, detail="", latency_ms=0.0)


def call_of(number: int, method: str, target: str, route: str, body: Any = None) -> Call:
    """A call with JSON."""
    data = b"" if body is None else json.dumps(body).encode()
    request = Request(
        id=f"c{number}",
        protocol=Protocol.HTTP,
        method=method,
        scheme="http",
        authority="notes.test",
        target=target,
        headers=(("Content-Type", "application/json"), ("Content-Length", str(len(data)))),
        body=data,
        truncated=False,
        trailers=(),
        started_at=1.0 + number,
    )
    info = RouteInfo(route=route, protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")
    return Call(route=info, request=request, reply=UNKNOWN, write=method != "GET")


def life_of(session_id: str) -> Session:
    """Two notes are made; the second one is listed, read, changed, read and deleted."""
    return Session(
        id=session_id,
        calls=(
            call_of(0, "POST", "/notes", "POST /notes", {"text": "one"}),
            call_of(1, "POST", "/notes", "POST /notes", {"text": "two"}),
            call_of(2, "GET", "/notes", "GET /notes"),
            call_of(3, "GET", "/notes/2", "GET /notes/{id}"),
            call_of(4, "PUT", "/notes/2", "PUT /notes/{id}", {"text": "three"}),
            call_of(5, "GET", "/notes/2", "GET /notes/{id}"),
            call_of(6, "DELETE", "/notes/2", "DELETE /notes/{id}"),
        ),
    )


async def test_ids_of_each_service(serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any]) -> None:
    """Each service gets its own, and nothing differs."""
    config = config_of(serve(numbered()), serve(renumbered()))
    async with open_pair(config, None) as pair:
        done = await play_session(pair, life_of("s-1"))
    assert all(played.compared for played in done.played)
    assert [played.signature for played in done.played] == [()] * 7


async def test_the_record_of_another_is_seen(
    serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any]
) -> None:
    """Its text is another one, whatever its id looks like."""
    config = config_of(serve(numbered()), serve(renumbered("another")))
    async with open_pair(config, None) as pair:
        (done,) = await play_sessions(pair, [life_of("s-1")], at_once=2)
    assert "body/text" in {item.template for item in done.played[3].signature}


async def test_noise_of_legacy_is_no_difference(
    serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any]
) -> None:
    """With a second answer of legacy, what legacy itself does not repeat is excused; without one it differs."""

    class Ticking:
        """Answers each request with another number."""

        def __init__(self, service: Any) -> None:
            self._service = service
            self._ticks = count()

        def answer(self, method: str, path: str, body: bytes) -> tuple[int, Any]:
            status, value = self._service.answer(method, path, body)
            return status, {"notes": value["notes"], "load": f"{next(self._ticks)} %"}

    config = config_of(serve(Ticking(numbered())), serve(Ticking(renumbered())))
    listing = call_of(0, "GET", "/notes", "GET /notes")
    async with open_pair(config, None) as pair:
        await pair.play(listing, pair.new_bindings(), with_secondary=True)
        alone = await pair.play(listing, pair.new_bindings())
        beside = await pair.play(listing, pair.new_bindings(), with_secondary=True)
    assert [item.template for item in alone.signature] == ["body/load"]
    assert beside.signature == ()
