"""Requests under way that may yet show that a value is legacy's own."""

import asyncio
import gzip
from collections.abc import Callable

from crossfade.shadow.asking.lifecycle import Event
from crossfade.shadow.asking.pending import Pending
from crossfade.shadow.asking.suspects import _MOST_CLEARED, Suspects, all_judged
from crossfade.shadow.bindings.bindings import Bindings
from crossfade.shadow.exchange import Answer
from crossfade.shadow.pipe.frames import RequestFrame

MINTED = "7f30116a-cd6a-42de-8ef0-dd270b92b597"


def _pending(frame: RequestFrame) -> Pending:
    return Pending(frame=frame, body=None, suspects=(), begin=None)


async def test_who_holds_a_value(frame_of: Callable[..., RequestFrame], answer_of: Callable[..., Answer]) -> None:
    """Those whose legacy answers carry it, until they are forgotten; then nothing is kept."""
    suspects = Suspects(Bindings(contract=None, shared=False))
    holder, other, late = (_pending(frame_of(name, write=True)) for name in ("holder", "other", "late"))
    suspects.add(holder, answer_of(b'{"id": "%s"}' % MINTED.encode()))
    suspects.add(other, answer_of(b"{}"))
    assert suspects.of(frozenset()) == ()
    assert suspects.of(frozenset({MINTED})) == (holder,)
    suspects.add(late, answer_of(b'{"id": "%s"}' % MINTED.encode()))
    assert suspects.of(frozenset({MINTED, "x"})) == (holder, late)
    for pending in (holder, late, other, other):
        suspects.forget(pending)
    assert suspects.of(frozenset({MINTED})) == ()
    assert (suspects.count(), suspects._holders) == (0, {})


async def test_what_was_carried_before_is_not_looked_for_again(
    frame_of: Callable[..., RequestFrame], answer_of: Callable[..., Answer]
) -> None:
    """A request that had waited for all who hold a value has shown that; an ETag may be another one each time."""
    suspects = Suspects(Bindings(contract=None, shared=False))
    etag = '"0123456789"'
    holder, early, first = (_pending(frame_of(name)) for name in ("holder", "early", "first"))
    early.carried = first.carried = frozenset({MINTED, etag})
    suspects.add(holder, answer_of(b'{"id": "%s"}' % MINTED.encode(), headers=(("ETag", etag),)))
    suspects.forget(early)
    assert suspects.of(frozenset({MINTED})) == (holder,)
    first.advance(Event.TURN)
    suspects.forget(first)
    assert suspects.of(frozenset({MINTED})) == ()
    assert suspects.of(frozenset({MINTED, etag})) == (holder,)
    assert list(suspects._cleared) == [MINTED]
    first.carried = frozenset(str(number) for number in range(_MOST_CLEARED))
    suspects.forget(first)
    assert len(suspects._cleared) == _MOST_CLEARED
    assert suspects.of(frozenset({MINTED})) == (holder,)


async def test_past_a_bound_heavy_answers_are_not_searched(
    frame_of: Callable[..., RequestFrame], answer_of: Callable[..., Answer]
) -> None:
    """A few kilobytes on the wire may be megabytes to search and to keep, for each value: they are waited for."""
    suspects = Suspects(Bindings(contract=None, shared=False))
    fields = (("content-type", "application/json"), ("content-encoding", "gzip"))
    body = gzip.compress(b'{"text": "%s"}' % (b"a" * 4_000_000))
    heavy = [_pending(frame_of(f"{number}")) for number in range(10)]
    for pending in heavy:
        suspects.add(pending, answer_of(body, headers=fields))
    assert suspects.of(frozenset({MINTED})) == tuple(heavy[2:])
    assert [unread._plain is None for unread in suspects._heavy.values()] == [False] * 3 + [True] * 7
    suspects.forget(heavy[0])
    assert suspects.of(frozenset({MINTED})) == tuple(heavy[3:])
    many = frozenset(f"{number:08}-6d42-42de-8ef0-dd270b92b597" for number in range(100))
    assert suspects.of(many) == tuple(heavy[1:])


async def test_they_are_waited_for(frame_of: Callable[..., RequestFrame]) -> None:
    """Until all have an observation."""
    first, second = _pending(frame_of("1")), _pending(frame_of("2"))
    waiting = asyncio.create_task(all_judged((first, second)))
    for pending in (second, first):
        await asyncio.sleep(0)
        assert not waiting.done()
        pending.advance(Event.END)
    await asyncio.wait_for(waiting, 1)
