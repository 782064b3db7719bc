"""A plan that is played: what ends how, and who is told."""

import asyncio
import datetime
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Manifest, Session
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.plan import Plan, plan_of
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.replay.run import Books, Pace, play_legacy, play_plan
from crossfade.parity_tests.replay.twins import Twins
from crossfade.shadow.exchange import Answer
from crossfade.shadow.exchange.observations import Judged, Observation, Proof, Settled
from crossfade.shadow.exchange.outcome import Outcome, Reason


@pytest.fixture
def plan(tmp_path: Path, life_of: Any, numbered: Any) -> Plan:
    """Three sessions that were recorded one after the other."""
    corpus, service = CorpusFolder.create(tmp_path / "corpus", Manifest(service="notes")), numbered(start=9001)
    for number in range(3):
        corpus.add(life_of(f"s-{number}", service, source="a run", start_s=10.0 * number))
    return plan_of(corpus, ("web",))


class _Told:
    """What the evidence is told."""

    def __init__(self, plan: Plan) -> None:
        self.found: list[Observation | Proof] = []
        self.books = Books(plan.entered, self.found.append)

    def ends(self) -> Counter[str]:
        found = Counter[str]()
        for item in self.found:
            if isinstance(item, Settled):
                found[f"{item.outcome}({item.reason})"] += item.count
            elif isinstance(item, Judged):
                found["differs" if item.signature else "same"] += 1
        return found


@pytest.mark.parametrize("pace", [Pace(at_once=3), Pace(at_once=1), Pace(at_once=1, in_order=True)], ids=str)
async def test_each_call_ends_once(
    plan: Plan, serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any], pace: Pace
) -> None:
    """However many sessions there are at a time."""
    told, sessions = _Told(plan), list[PlayedSession]()
    async with open_pair(config_of(serve(numbered()), serve(renumbered())), None) as pair:
        await play_plan(plan, pair, told.books, twins=Twins(), pace=pace, on_session=sessions.append)
    told.books.close()
    assert told.ends() == {"same": 21}
    assert sorted(item.session.id for item in sessions) == ["s-0", "s-1", "s-2"]
    assert told.books.entered == plan.entered


async def test_legacy_was_played_before(
    plan: Plan, serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any]
) -> None:
    """Its answers stand where a secondary's would."""
    told, pace = _Told(plan), Pace(at_once=2, in_order=True)
    async with open_pair(config_of(serve(numbered(start=31)), serve(renumbered())), None) as pair:
        twins = await play_legacy(plan, pair, pace=pace)
    async with open_pair(config_of(serve(numbered()), serve(renumbered())), None) as pair:
        await play_plan(plan, pair, told.books, twins=twins, pace=pace)
    assert told.ends() == {"same": 21}
    assert all(item.noise == () for item in told.found if isinstance(item, Judged))


async def test_ended_in_between(plan: Plan, new_handles: Any) -> None:
    """What has not ended is shed: the sum is what entered."""
    told = _Told(plan)
    begun = asyncio.Event()

    async def play(call: Any, *_: Any, **__: Any) -> Played:
        if call.request.id.startswith("s-1"):
            begun.set()
            await asyncio.Event().wait()
        settled = Settled(route=call.route, outcome=Outcome.SKIPPED, reason=Reason.BLOCKED)
        return Played(call=call, comparison=None, observation=settled)

    pair: Any = SimpleNamespace(play=play, speed=0.0, new_handles=new_handles)
    task = asyncio.create_task(play_plan(plan, pair, told.books, twins=Twins(), pace=Pace(at_once=1)))
    await begun.wait()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    told.books.close()
    assert told.ends() == {"skipped(blocked)": 7, "shed(shutdown)": 14}


async def test_a_bug_ends_one_call(plan: Plan, caplog: Any, new_handles: Any) -> None:
    """The others go on; the log names no value."""
    told = _Told(plan)

    async def play(*_: Any, **__: Any) -> Played:
        raise RuntimeError("secret")

    pair: Any = SimpleNamespace(play=play, speed=0.0, new_handles=new_handles)
    await play_plan(plan, pair, told.books, twins=Twins(), pace=Pace(at_once=2))
    assert told.ends() == {"uncomparable(internal)": 21}
    assert "comparison.failed" in caplog.text
    assert "secret" not in caplog.text


async def test_what_legacy_answers_otherwise_is_counted(
    plan: Plan, serve: Any, numbered: Any, renumbered: Any, config_of: Callable[..., Any]
) -> None:
    """By route."""
    told = _Told(plan)
    config = config_of(serve(numbered("fails")), serve(renumbered("fails")))
    async with open_pair(config, None) as pair:
        await play_plan(plan, pair, told.books, twins=Twins(), pace=Pace(at_once=2))
    assert +told.books.otherwise == {"web POST /notes": 6}


async def test_legacys_own_replies(plan: Plan, serve: Any, numbered: Any, config_of: Callable[..., Any]) -> None:
    """By the id of the call."""
    async with open_pair(config_of(serve(numbered()), "http://127.0.0.1:2"), None) as pair:
        twins = await play_legacy(plan, pair, pace=Pace(at_once=1))
    reply = twins.take("s-2.c0")
    assert isinstance(reply, Answer)
    assert (reply.status, twins.left_out) == (201, 0)


class _Clock:
    """Says what time it is; so many hours beside it."""

    def __init__(self, hours: int = 0) -> None:
        self._beside = datetime.timedelta(hours=hours)

    def answer(self, *_: Any) -> tuple[int, Any]:
        return 200, {"at": (datetime.datetime.now(datetime.UTC) + self._beside).isoformat()}


async def test_times_are_looked_at_where_legacy_differs_from_itself(
    tmp_path: Path, serve: Any, call_of: Any, config_of: Callable[..., Any]
) -> None:
    """That they are never the same is noise; that the candidate's are of another hour is told all the same."""
    corpus = CorpusFolder.create(tmp_path / "corpus", Manifest(service="clock"))
    corpus.add(Session(id="s", calls=(call_of(1, "GET", "/now", "GET /now"),)))
    plan = plan_of(corpus, ("web",))
    config = config_of(serve(_Clock()), serve(_Clock(hours=2)))
    (listen,) = config.listen
    config = config.model_copy(update={"listen": (listen.model_copy(update={"secondary": serve(_Clock())}),)})
    told = _Told(plan)
    async with open_pair(config, None) as pair:
        await play_plan(plan, pair, told.books, twins=Twins(), pace=Pace(at_once=1))
    assert told.books.times.lines() == ["web GET /now body/at 1, another moment than its request"]
