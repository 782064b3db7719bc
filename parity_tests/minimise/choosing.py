"""Which sessions of a corpus are kept, how far, and why. Pure."""

import math
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crossfade.parity_tests.features.records import Feature
from crossfade.parity_tests.minimise.cover import Calls, cover
from crossfade.parity_tests.minimise.pairs import Showing, Shown


class Why(StrEnum):
    """The first reason for which a session is kept."""

    DIVERGED = "diverged before"
    SHOWS = "shows what no other kept session shows"
    TAIL = "random tail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The first ``calls`` calls of a session, which has ``of``.

    ``new``: how many features and pairs no session before it in this list shows, one of them as ``example``.
    """

    session_id: str
    calls: int
    of: int
    why: Why
    new: int = 0
    example: tuple[Feature, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What is kept of ``sessions`` sessions with ``calls`` calls, which show ``features`` and ``pairs`` of them.

    ``kept_features`` and ``kept_pairs`` are those that what is kept shows. ``cut``: calls with more features than were
    paired.
    """

    kept: tuple[Kept, ...]
    sessions: int
    calls: int
    features: int
    pairs: int
    kept_features: int
    kept_pairs: int
    cut: int

    @property
    def kept_calls(self) -> int:
        """Calls that are kept."""
        return sum(item.calls for item in self.kept)

    @property
    def kept_pct(self) -> float:
        """Their share of all calls."""
        return 100 * self.kept_calls / self.calls if self.calls else 0.0


def choose(  # noqa: PLR0913 - what is asked for
    showing: Showing,
    *,
    diverged: Collection[str],
    tail_pct: float,
    seed: int,
    whole: bool = False,
    at_most_pct: float | None = None,
) -> Selection:
    """What is kept: sessions that diverged before, the fewest calls that show the rest, and a random tail.

    ``diverged`` are ids of sessions, which are kept to their end; so is the tail, so many percent of all sessions out
    of those that are not kept anyway. ``whole``: all sessions are kept to their end. ``at_most_pct``: so many percent
    of all calls are kept at most, beside what diverged: every feature first, then the pairs that cost the fewest calls.
    """
    shown = showing.sessions
    before = {number: len(item.calls) for number, item in enumerate(shown) if item.session_id in diverged}
    sessions = [_at_the_end(item.calls) if whole else item.calls for item in shown]
    tail = math.ceil(len(shown) * tail_pct / 100)
    calls = sum(map(len, sessions))
    if at_most_pct is None:
        most = None
        taken = cover(sessions, before)
    else:
        most = int(calls * at_most_pct / 100)
        taken = _within(showing, sessions, before, most - math.ceil(calls * tail / max(1, len(shown))))
    kept = list(_told(showing, taken, before))
    kept += _tail(shown, taken, tail, most, seed)
    of = {item.session_id: item.calls for item in shown}
    seen = {item for each in kept for call in of[each.session_id][: each.calls] for item in call}
    pairs = sum(map(showing.is_pair, seen))
    return Selection(
        kept=tuple(kept),
        sessions=len(shown),
        calls=calls,
        features=showing.features,
        pairs=showing.pairs,
        kept_features=len(seen) - pairs,
        kept_pairs=pairs,
        cut=showing.cut,
    )


def _within(showing: Showing, sessions: Sequence[Calls], before: Mapping[int, int], most: int) -> dict[int, int]:
    """What shows every feature, and as many pairs as there is room for."""
    alone = [[[item for item in call if not showing.is_pair(item)] for call in calls] for calls in sessions]
    return cover(sessions, cover(alone, before, most), most)


def _tail(shown: Sequence[Shown], taken: Mapping[int, int], count: int, most: int | None, seed: int) -> list[Kept]:
    """So many sessions of those that are not taken, at random, as far as there is room."""
    rest = [number for number in range(len(shown)) if number not in taken]
    chosen, kept = [], sum(taken.values())
    for number in random.Random(seed).sample(rest, min(len(rest), count)):  # noqa: S311 - the same for the same seed
        kept += len(shown[number].calls)
        if most is not None and kept > most:
            break
        chosen.append(number)
    return [_kept(shown[number], len(shown[number].calls), Why.TAIL) for number in sorted(chosen)]


def _at_the_end(calls: Calls) -> Calls:
    """All that a session shows, at its last call: nothing of it comes without all of its calls."""
    return [*[()] * (len(calls) - 1), sorted({item for call in calls for item in call})] if calls else []


def _told(showing: Showing, taken: dict[int, int], before: Collection[int]) -> list[Kept]:
    seen: set[int] = set()
    kept = []
    for number, end in sorted(taken.items(), key=lambda item: item[0] not in before):
        session = showing.sessions[number]
        new = {item for call in session.calls[:end] for item in call} - seen
        seen |= new
        why = Why.DIVERGED if number in before else Why.SHOWS
        kept.append(_kept(session, end, why, len(new), showing.named(max(new)) if new else ()))
    return kept


def _kept(session: Shown, calls: int, why: Why, new: int = 0, example: tuple[Feature, ...] = ()) -> Kept:
    return Kept(session_id=session.session_id, calls=calls, of=len(session.calls), why=why, new=new, example=example)
