"""Follows two streams side by side."""

import asyncio

import pytest

from crossfade.shadow.asking.call import Call
from crossfade.shadow.asking.clients.answer import AnswerInProgress
from crossfade.shadow.asking.streams.follower import Follower
from crossfade.shadow.asking.streams.given_stream import GivenStream
from crossfade.shadow.asking.streams.side import Followed
from crossfade.shadow.compare.answers import NotComparableError
from crossfade.shadow.compare.decode.framing import answer_framing
from crossfade.shadow.compare.diff.paths import Place
from crossfade.shadow.compare.diff.walk import leaf
from crossfade.shadow.compare.streams import HeavyPair, StreamDiff
from crossfade.shadow.exchange import Answer, Failure
from crossfade.shadow.exchange.difference import Difference, Kind
from crossfade.shadow.exchange.served import Served

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


class Reversed:
    """The candidate's stream as its client gets it, and those of legacy and of the secondary, which are asked."""

    def __init__(self) -> None:
        self.candidate = GivenStream(answer=answer(), served=Served.CANDIDATE)
        self.asked = (answer(), answer())
        self.ended = [asyncio.get_running_loop().create_future() for _ in self.asked]

    def finish(self) -> None:
        """All end their streams."""
        self.candidate.end(self.candidate.answer.answer())
        for side, ended in zip(self.asked, self.ended, strict=True):
            ended.set_result(side.end())

    async def follow(self) -> tuple[Followed, ...]:
        async def call(ended: asyncio.Future[Answer | Failure]) -> Answer | Failure:
            return await ended

        async def apart(_: Call, __: HeavyPair) -> tuple[Difference, ...]:
            return ()

        follower = Follower(
            self.candidate, deadline_s=DEADLINE_S, hold=lambda _: None, is_owed=lambda: True, apart=apart
        )
        return await follower.run(
            tuple(
                (
                    Call(answer=side, task=asyncio.create_task(call(ended))),
                    StreamDiff(lambda data: data, Place.at("body"), proto=False),
                )
                for side, ended in zip(self.asked, self.ended, strict=True)
            )
        )


async def test_the_candidate_serves_a_stream() -> None:
    """Its messages are held against those of legacy, which is asked; and so are the secondary's, which tell noise."""
    streams = Reversed()
    following = asyncio.create_task(streams.follow())
    legacy, secondary = streams.asked
    for side, texts in ((streams.candidate.answer, "12"), (legacy, "19"), (secondary, "79")):
        for text in texts:
            side.add(f"data: {text}\n\n".encode())
            await asyncio.sleep(0)
    streams.finish()
    candidate, noise = await following
    assert [(item.legacy, item.candidate) for item in candidate.differences] == [(b"data: 9", b"data: 2")]
    assert [(item.legacy, item.candidate) for item in noise.differences] == [(b"data: 1", b"data: 7")]
    assert (candidate.whole, noise.whole, candidate.compared) == (True, True, 2)


async def test_legacy_owes_what_the_candidate_gave() -> None:
    """A copy that legacy does not answer in time has failed, and with it the comparison."""
    streams = Reversed()
    streams.candidate.answer.add(b"data: 1\n\n")
    legacy, _ = await streams.follow()
    assert isinstance(legacy.reply, Failure)
    assert legacy.reply.detail == "nothing more in 0.2 s, where the candidate had more"


async def test_a_stream_of_the_candidate_that_can_not_be_read() -> None:
    """Is a difference of type; one of legacy's is no evidence."""
    streams = Reversed()
    streams.asked[0].add(b"data: 1\n\n")
    streams.candidate.answer.add(b"data: " + b"x" * 2000)
    for ended in streams.ended:
        ended.set_result(streams.asked[0].answer())
    candidate, _ = await streams.follow()
    assert [item.kind for item in candidate.differences] == [Kind.TYPE]
    broken = Reversed()
    broken.asked[0].add(b"data: " + b"x" * 2000)
    with pytest.raises(NotComparableError):
        await broken.follow()
