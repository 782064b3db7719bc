"""Follows two streams side by side."""

import asyncio

import pytest

from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.streams.follower import Follower
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.side import Followed
from crossfade.shadow.compare.decode.framing import answer_framing
from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.compare.diff.walk import leaf
from crossfade.shadow.compare.streams import HeavyPair, StreamDiff
from crossfade.shadow.exchange import Answer, Failure
from crossfade.shadow.exchange.difference import Difference, Kind

EVENTS = (("content-type", "text/event-stream"),)
QUIET_S = 0.5
DEADLINE_S = 0.2


def answer() -> AnswerInProgress:
    """A stream of events that has begun."""
    begun = AnswerInProgress(limit_bytes=1000, framing_of=lambda headers: answer_framing(headers, 1000))
    begun.begin(200, EVENTS)
    return begun


class Pair:
    """Legacy and the candidate, followed."""

    def __init__(self) -> None:
        self.legacy = GivenStream(answer=answer())
        self.candidate = answer()
        self.heavy: list[HeavyPair] = []
        self.ended: asyncio.Future[Answer | Failure] = asyncio.get_running_loop().create_future()

    def is_heavy(self, legacy: bytes, other: bytes) -> bool:
        return b"heavy" in legacy + other

    async def apart(self, call: Call, pair: HeavyPair) -> tuple[Difference, ...]:
        """Says what it was given, after a while."""
        assert call.answer is self.candidate
        self.heavy.append(pair)
        await asyncio.sleep(0)
        return (leaf(Place.at(f"apart {pair.first}"), Kind.VALUE, pair.legacy, pair.other),)

    def event(self) -> None:
        """The same message on both sides."""
        for side in (self.legacy.answer, self.candidate):
            side.add(b"data: 1\n\n")

    async def follow(self) -> Followed:
        async def call() -> Answer | Failure:
            return await self.ended

        follower = Follower(
            self.legacy, deadline_s=DEADLINE_S, hold=lambda _: None, is_owed=lambda: True, apart=self.apart
        )
        diff = StreamDiff(lambda data: data, Place.at("body"), proto=False)
        diff.is_heavy = self.is_heavy
        (only,) = await follower.run(((Call(answer=self.candidate, task=asyncio.create_task(call())), diff),))
        return only


@pytest.mark.parametrize("behind_s", [0.0, DEADLINE_S / 4])
async def test_legacy_ends_after_a_quiet_time(behind_s: float) -> None:
    """Legacy's last message and its end come at once: what the candidate owes, it owes from then on."""
    pair = Pair()
    pair.event()
    following = asyncio.create_task(pair.follow())
    await asyncio.sleep(QUIET_S)
    pair.legacy.answer.add(b"data: 2\n\n")
    pair.legacy.end(pair.legacy.answer.answer())
    await asyncio.sleep(behind_s)
    pair.candidate.add(b"data: 2\n\n")
    pair.ended.set_result(pair.candidate.end())
    found = await following
    assert (type(found.reply), found.differences, found.compared) == (Answer, (), 2)


async def test_a_candidate_that_does_not_end() -> None:
    """It is late when it has owed the end for as long as the deadline."""
    pair = Pair()
    pair.event()
    following = asyncio.create_task(pair.follow())
    await asyncio.sleep(0)
    pair.legacy.end(pair.legacy.answer.answer())
    began = asyncio.get_running_loop().time()
    found = await following
    assert isinstance(found.reply, Failure)
    assert asyncio.get_running_loop().time() - began >= DEADLINE_S * 0.9


async def test_heavy_messages_are_compared_apart() -> None:
    """As they come, each at its place, between others that are compared here; the last one at the very end too."""
    pair = Pair()
    following = asyncio.create_task(pair.follow())
    for at, (legacy, own) in enumerate([("a", "a"), ("b", "c"), ("heavy", "other"), ("d", "e"), ("f", "heavy")]):
        pair.legacy.answer.add(f"data: {legacy}\n\n".encode())
        pair.candidate.add(f"data: {own}\n\n".encode())
        if at == 2:
            await asyncio.sleep(0.02)
            assert [item.first for item in pair.heavy] == [2], "while the streams go on"
    pair.legacy.end(pair.legacy.answer.answer())
    pair.ended.set_result(pair.candidate.end())
    found = await following
    assert [item.path for item in found.differences] == ["body/1", "body/3", "apart 2", "apart 4"]
    assert (found.compared, found.whole) == (5, True)


async def test_a_heavy_message_that_one_side_lacks() -> None:
    """Is given without a partner, once the streams have ended."""
    pair = Pair()
    following = asyncio.create_task(pair.follow())
    pair.event()
    pair.legacy.answer.add(b"data: heavy\n\ndata: light\n\n")
    pair.legacy.end(pair.legacy.answer.answer())
    pair.ended.set_result(pair.candidate.end())
    found = await following
    assert [(item.first, item.other) for item in pair.heavy] == [(1, None), (2, None)]
    assert len(found.differences) == 2
