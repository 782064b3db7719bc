"""Holds the quick stand-in for the judge against the judge: the same looks give the same observation.

    python bench/verdict/same_as_judge.py [--seed N] [--runs 20]

Each run draws a world (noise of either kind, a bug or none, a share of secondaries), makes the answers of 200 requests
as JSON, and has them judged both ways. Prints how many observations were equal but for their checks and examples, and
the first one that was not.
"""

import random
import sys
from dataclasses import replace

from compared import comparison
from jobs import arguments
from looks import ROUTE, look, places
from quick import observed
from world import Asked, Bug, World, differing

from crossfade.shadow.asking.rechecks import Rechecks
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.judging.judge import Judge

_REQUESTS = 200
_PLACES = 12


def _world(rng: random.Random) -> World:
    bug = Bug(place=rng.randrange(_PLACES), rate=rng.choice((0.02, 0.3, 1.0)), steady=rng.random() < 0.5)  # noqa: PLR2004
    events = frozenset(rng.sample(range(_REQUESTS), 5))
    return World(
        places=_PLACES,
        noise=rng.choice((0.0, 0.01, 0.1, 0.7)),
        by_request=rng.random() < 0.5,  # noqa: PLR2004
        bug=rng.choice((None, bug)),
        events=events,
    )


def _plain(observation: Judged) -> Judged:
    """Without what the stand-in does not make."""
    told = (replace(seen, unjudged=None) for seen in observation.sightings)
    sightings = tuple(sorted(told, key=lambda seen: (seen.template, seen.kind)))
    return replace(
        observation, checks=(), examples=(), legacy_ms=None, candidate_ms=None, request_hash=0, sightings=sightings
    )


def main() -> int:
    """1 where an observation differs."""
    asked = arguments(__doc__, runs=20).parse_args()
    equal = total = 0
    first = ""
    for number in range(asked.runs):
        rng = random.Random(f"{asked.seed} {number}")
        world, secondary_pct = _world(rng), rng.choice((10.0, 50.0, 100.0))
        rechecks, judge = Rechecks(50.0), Judge(contract=None)
        for at in range(_REQUESTS):
            looks = look(Asked(world, at, rng), at, f"{asked.seed}/{number}/{at}", secondary_pct, rechecks)
            full = comparison(looks, _PLACES)
            unequal = differing(looks.legacy, looks.candidate)
            if looks.secondary is not None:
                unequal |= differing(looks.legacy, looks.secondary)
            seen = judge.differs(full, ROUTE)
            found = judge.observe(full, ROUTE).observation
            quick = observed(looks)
            total += 1
            if isinstance(found, Judged) and _plain(found) == _plain(quick) and seen == places(unequal):
                equal += 1
            else:
                first = first or f"{looks}\n\njudge: {found}\n\nstand-in: {quick}\n\ndiffers: {seen}"
    print(f"{equal} of {total} observations are equal")
    if first:
        print(first)
    return int(equal != total)


if __name__ == "__main__":
    sys.exit(main())
