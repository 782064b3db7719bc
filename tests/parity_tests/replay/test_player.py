"""Sessions, played against both services."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from crossfade.parity_tests.corpus.records import Call, Session, Timing
from crossfade.parity_tests.replay.handles import Handles
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.player import Player, play_session, play_sessions
from crossfade.parity_tests.replay.sending import Progress
from crossfade.shadow.exchange import Answer


async def test_ids_of_each_service(
    serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any], life_of: Any
) -> None:
    """Each service gets its own, and nothing differs."""
    config = config_of(serve(numbered()), serve(renumbered()))
    async with open_pair(config, None) as pair:
        done = await play_session(pair, life_of("s-1"))
    assert all(played.compared for played in done.played)
    assert [played.signature for played in done.played] == [()] * 7


async def test_the_record_of_another_is_seen(
    serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any], life_of: Any
) -> None:
    """Its text is another one, whatever its id looks like."""
    config = config_of(serve(numbered()), serve(renumbered("another")))
    async with open_pair(config, None) as pair:
        (done,) = await play_sessions(pair, [life_of("s-1")], at_once=2)
    assert "body/text" in {item.template for item in done.played[3].signature}


def _calls(call_of: Any, *methods: str, apart_s: float = 1.0) -> tuple[Call, ...]:
    calls = [call_of(number, method, "/a", f"{method} /a") for number, method in enumerate(methods)]
    return tuple(
        replace(call, request=replace(call.request, started_at=100 + number * apart_s))
        for number, call in enumerate(calls)
    )


class _Stage:
    """Says which calls run, and lets them end when told."""

    def __init__(self) -> None:
        self.running: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}

    async def play(self, call: Call, _: Handles, progress: Progress) -> str:
        name = call.request.id
        self.running.append(name)
        self.progress = progress
        await self.ends.setdefault(name, asyncio.Event()).wait()
        self.running.remove(name)
        return name

    async def now(self) -> list[str]:
        """Those that run once nothing more happens."""
        for _ in range(20):
            await asyncio.sleep(0)
        return sorted(self.running)

    def end(self, name: str) -> None:
        self.ends.setdefault(name, asyncio.Event()).set()


def _named(session_id: str, calls: tuple[Call, ...]) -> Session:
    named = (replace(call, request=replace(call.request, id=f"{session_id}{call.request.id}")) for call in calls)
    return Session(id=session_id, calls=tuple(named))


async def test_reads_of_two_sessions_run_together_and_a_write_alone(call_of: Any, new_handles: Any) -> None:
    """So both sides see the writes in one order, and no read sees half of one."""
    stage, handles = _Stage(), new_handles()
    player = Player(stage.play)
    sessions = [_named("a", _calls(call_of, "GET", "POST")), _named("b", _calls(call_of, "GET", "GET"))]
    tasks = [asyncio.create_task(player.session(session, handles.of(session))) for session in sessions]
    assert await stage.now() == ["ac0", "bc0"]
    stage.end("ac0")
    assert await stage.now() == ["bc0"]
    stage.end("bc0")
    assert await stage.now() == ["ac1"]
    stage.end("ac1")
    assert await stage.now() == ["bc1"]
    stage.end("bc1")
    assert await asyncio.gather(*tasks) == [("ac0", "ac1"), ("bc0", "bc1")]


def _watch(call: Call, *server_ms: float) -> Call:
    reply = Answer(status=200, headers=(), body=b"", truncated=False, trailers=(), latency_ms=5000.0)
    route = replace(call.route, call_type="server_stream")
    return replace(call, route=route, reply=reply, timing=Timing(server_ms=server_ms))


async def test_a_stream_that_was_open_stays_open(call_of: Any, new_handles: Any) -> None:
    """The next call begins when as much of the stream has come as when it was recorded, and is not held up by it."""
    stage, handles = _Stage(), new_handles()
    first, second = _calls(call_of, "GET", "POST")
    session = Session(id="s", calls=(_watch(first, 10.0, 20.0, 1500.0), second))
    task = asyncio.create_task(Player(stage.play).session(session, handles.of(session)))
    assert await stage.now() == ["c0"]
    stage.progress.set(1)
    assert await stage.now() == ["c0"]
    stage.progress.set(2)
    assert await stage.now() == ["c0", "c1"]
    stage.end("c1")
    stage.end("c0")
    assert await task == ("c0", "c1")


async def test_the_recorded_pace(call_of: Any, monkeypatch: Any, new_handles: Any) -> None:
    """A call begins as long after the first as it did, divided by the speed."""
    waits: list[float] = []

    async def sleep(delay_s: float) -> None:
        waits.append(round(delay_s, -1))

    monkeypatch.setattr("crossfade.parity_tests.replay.player.asyncio.sleep", sleep)
    stage = _Stage()
    for name in ("c0", "c1"):
        stage.end(name)
    session = Session(id="s", calls=_calls(call_of, "GET", "GET", apart_s=60_000.0))
    handles = new_handles().of(session)
    await Player(stage.play, speed=10.0, origin_s=100.0).session(session, handles)
    assert waits == [6000.0]


async def test_cancelled_it_hangs_up(call_of: Any, new_handles: Any) -> None:
    """No call of a session goes on after it was given up."""
    stage, handles = _Stage(), new_handles()
    session = Session(id="s", calls=_calls(call_of, "GET", "GET"))
    task = asyncio.create_task(Player(stage.play).session(session, handles.of(session)))
    await stage.now()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert not [other for other in asyncio.all_tasks() if other is not asyncio.current_task()]
