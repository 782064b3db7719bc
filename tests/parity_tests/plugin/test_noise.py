"""Where legacy differs from itself, a candidate is not to blame; where it never did, it is."""

import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.plugin.noise import LOOKS, LOOKS_AT_PLACE, Noise
from crossfade.parity_tests.plugin.request_maker import Extras, RequestMaker
from crossfade.parity_tests.replay.played import Played
from crossfade.shadow.config import parse_config
from crossfade.shadow.exchange import Answer, Comparison
from crossfade.shadow.judging.judge import Judge

NOW_S = 1_764_590_400.0  # 2025-12-01, 12:00 UTC
NOW, NEXT, LATER = "2025-12-01T12:00:00Z", "2025-12-01T12:00:01Z", "2025-12-01T15:00:00Z"


class Sides:
    """A pair whose sides answer as they are told, and count."""

    def __init__(
        self, legacy: Callable[[], Any], candidate: Callable[[], Any], secondary: Callable[[], Any] | None = None
    ) -> None:
        self.judge = Judge(contract=None)
        self.contract = None
        self.plays = 0
        self._legacy, self._candidate, self._secondary = legacy, candidate, secondary

    async def play(self, call: Call, _: Any) -> Played:
        self.plays += 1
        comparison = Comparison(
            request=replace(call.request, started_at=NOW_S),
            route=call.route.route,
            legacy=_answer(self._legacy()),
            candidate=_answer(self._candidate()),
            secondary=None if self._secondary is None else _answer(self._secondary()),
        )
        observation = self.judge.observe(comparison, call.route).observation
        return Played(call=call, comparison=comparison, observation=observation)


def _answer(value: Any) -> Answer:
    headers = (("content-type", "application/json"),)
    return Answer(
        status=200, headers=headers, body=json.dumps(value).encode(), truncated=False, trailers=(), latency_ms=1
    )


@pytest.fixture
def call(tmp_path: Any) -> Callable[[str], Call]:
    """A request of this method."""
    text = (
        '[service]\nname = "n"\n[[listen]]\nname = "http"\naddress = "127.0.0.1:1"\n'
        'legacy = "http://127.0.0.1:2"\ncandidate = "http://127.0.0.1:3"\n'
    )
    maker = RequestMaker(parse_config(text, tmp_path / "crossfade.toml"), None)
    return lambda method: maker.http(None, method, "/a", Extras())


async def _left(sides: Any, call: Call, noise: Any = None) -> list[str]:
    noise = noise or Noise(sides)
    played = await sides.play(call, None)
    return [item.template for item in await noise.left(played, None)]


async def test_a_list_in_chance_order(call: Any) -> None:
    """Legacy gave it in the same order as its second instance this time, and in another one when it was asked again."""
    orders = itertools.cycle(([1, 2], [1, 2], [2, 1]))
    sides = Sides(lambda: {"list": next(orders), "n": 1}, lambda: {"list": [2, 1], "n": 2})
    assert await _left(sides, call("GET")) == ["body/n"]


async def test_what_is_always_the_same(call: Any) -> None:
    """Is looked at so often at a place, and no more; known noise needs no look."""
    sides = Sides(lambda: {"n": 1}, lambda: {"n": 2})
    noise = Noise(sides)  # type: ignore[arg-type]
    for _ in range(10):
        assert await _left(sides, call("GET"), noise) == ["body/n"]
    assert sides.plays == 10 + LOOKS_AT_PLACE
    numbers = itertools.count()
    sides = Sides(lambda: {"n": next(numbers)}, lambda: {"n": -1})
    noise = Noise(sides)  # type: ignore[arg-type]
    for _ in range(10):
        assert await _left(sides, call("GET"), noise) == []
    assert sides.plays == 10 + 1


async def test_what_moves_by_being_read(call: Any) -> None:
    """Both of legacy's instances count their reads, and the candidate does not: that is no noise."""
    reads = [itertools.count(1), itertools.count(1)]
    sides = Sides(lambda: {"n": next(reads[0])}, lambda: {"n": 0}, lambda: {"n": next(reads[1])})
    assert await _left(sides, call("GET")) == ["body/n"]


async def test_what_moves_by_itself(call: Any) -> None:
    """The candidate was asked a moment later, and not so when it was asked again."""
    now, late = itertools.count(1), itertools.chain([0], itertools.count(2))
    second = itertools.count(1)
    sides = Sides(lambda: {"n": next(now)}, lambda: {"n": next(late)}, lambda: {"n": next(second)})
    assert await _left(sides, call("GET")) == []


async def test_a_write_is_sent_once(call: Any) -> None:
    """A second one would change something."""
    sides = Sides(lambda: {"n": 1}, lambda: {"n": 2})
    assert await _left(sides, call("POST")) == ["body/n"]
    assert sides.plays == 1


@pytest.mark.parametrize("theirs", [None, NOW, NEXT], ids=["no second legacy", "the same second", "the next second"])
async def test_each_side_stamps_its_own_time(call: Any, theirs: str | None) -> None:
    """A write can't be sent again; a time that is hours off is found, however far the two of legacy are apart."""
    secondary = None if theirs is None else lambda: {"at": theirs}
    noise = Noise(Sides(dict, dict))  # type: ignore[arg-type]
    for candidate, found in ((NEXT, []), (LATER, ["body/at"]), (NOW, []), (NOW.replace("Z", "+00:00"), ["body/at"])):
        sides = Sides(lambda: {"at": NOW}, lambda: {"at": candidate}, secondary)  # noqa: B023 - used at once
        assert await _left(sides, call("POST"), noise) == found


async def test_stored_times_are_noise_as_other_values(call: Any) -> None:
    """They are no stamps of this answer: the second legacy has its own."""
    old = itertools.count(1)
    answers = [lambda: {"at": f"2020-01-01T00:00:0{next(old)}Z"} for _ in range(3)]
    assert await _left(Sides(*answers), call("POST")) == []


async def test_looks_are_bounded(call: Any) -> None:
    """Also for one request alone."""
    sides = Sides(lambda: {"n": 1}, lambda: {"n": 2})
    await _left(sides, call("GET"))
    assert sides.plays == 1 + LOOKS
