"""How much of a corpus `crossfade minimise` keeps, how long it takes, and what the kept part still finds.

python bench/minimise/run.py --calls 20000 --seeds 5 [--independent]
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from bound import least_calls
from traffic import OUTSIDE, ROUTES, Fault, Fields, draw_faults, draw_sessions

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Call, Manifest, Session
from crossfade.parity_tests.minimise.choosing import Why, choose
from crossfade.parity_tests.minimise.pairs import shown_by

SINGLES, PAIRS = 20, 60
_KNOWN = "whole sessions within 5 %, a session for each fault that was found before"
_ASKED: dict[str, dict[str, Any]] = {
    "sessions up to their last call that shows something new": {},
    "whole sessions": {"whole": True},
    "whole sessions within 5 %": {"whole": True, "at_most_pct": 5.0},
    _KNOWN: {"whole": True, "at_most_pct": 5.0},
}
Traffic = dict[str, tuple[tuple[Call, ...], list[Fields]]]
"""Calls and the fields of their requests, by session."""


def found(faults: list[Fault], traffic: Traffic, kept: dict[str, int]) -> set[int]:
    """The faults that the first calls of these sessions show."""
    calls = [pair for name, end in kept.items() for pair in list(zip(*traffic[name], strict=False))[:end]]
    return {
        index
        for index, fault in enumerate(faults)
        if any(fields and fault.shows_in(call, fields) for call, fields in calls)
    }


def first_to_show(faults: list[Fault], traffic: Traffic) -> set[str]:
    """For each fault the first session that shows it: what a replay of all sessions has found."""
    return {
        name
        for fault in faults
        for name in [next((name for name in traffic if found([fault], traffic, _all_of(traffic, name))), None)]
        if name is not None
    }


def _all_of(traffic: Traffic, name: str) -> dict[str, int]:
    return {name: len(traffic[name][1])}


def random_sessions(rng: random.Random, traffic: Traffic, calls: int) -> dict[str, int]:
    """Whole sessions at random, with at least so many calls."""
    kept: dict[str, int] = {}
    for name in rng.sample(sorted(traffic), len(traffic)):
        if sum(kept.values()) >= calls:
            break
        kept[name] = len(traffic[name][1])
    return kept


def one(seed: int, calls: int, folder: Path, *, independent: bool) -> None:
    """Draws traffic and faults, minimises, and prints what is left."""
    rng = random.Random(seed)
    traffic = {
        session.id: (session.calls, fields) for session, fields in draw_sessions(rng, calls, independent=independent)
    }
    singles, pairs = draw_faults(rng, SINGLES, PAIRS)
    outside = [Fault(route, (holds,)) for holds in OUTSIDE for route in ROUTES]
    _write(traffic, folder)
    print(f"seed {seed}: {calls} calls in {len(traffic)} sessions")
    begun = time.process_time()
    corpus = CorpusFolder(folder)
    showing = shown_by(corpus.sessions(), corpus.contract())
    read_s = time.process_time() - begun
    least_pct = 100 * least_calls(showing.sessions) / calls
    print(f"  read in {read_s:.1f} s of processor; ", end="")
    print(f"whole sessions that show everything have at least {least_pct:.2f} % of the calls")
    known = first_to_show([*singles, *pairs, *outside], traffic)
    for name, asked in _ASKED.items():
        begun = time.process_time()
        diverged = known if name is _KNOWN else ()
        selection = choose(showing, diverged=diverged, tail_pct=1.0, seed=seed, **asked)
        print(f"  {name}: {time.process_time() - begun:.1f} s of processor, ", end="")
        print(f"{selection.kept_features} of {selection.features} features, ", end="")
        print(f"{selection.kept_pairs} of {selection.pairs} pairs")
        _print("kept", traffic, {item.session_id: item.calls for item in selection.kept}, (singles, pairs, outside))
        shows = {item.session_id: item.calls for item in selection.kept if item.why is not Why.TAIL}
        _print("without the tail", traffic, shows, (singles, pairs, outside))
        as_many = random_sessions(rng, traffic, selection.kept_calls)
        _print("as many at random", traffic, as_many, (singles, pairs, outside))


def _write(traffic: Traffic, folder: Path) -> None:
    corpus = CorpusFolder.create(folder, Manifest(service="orders"))
    for name, (calls, _) in traffic.items():
        corpus.add(Session(id=name, calls=calls))


def _print(name: str, traffic: Traffic, kept: dict[str, int], faults: tuple[list[Fault], ...]) -> None:
    everything = {name: len(fields) for name, (_, fields) in traffic.items()}
    calls, share = sum(kept.values()), 100 * sum(kept.values()) / sum(everything.values())
    shares = [f"{len(found(kind, traffic, kept))} of {len(found(kind, traffic, everything))}" for kind in faults]
    print(f"    {name}: {calls} calls ({share:.2f} %), {len(kept)} sessions; faults of one field {shares[0]}, ", end="")
    print(f"of two {shares[1]}, of none that a class tells apart {shares[2]}")


def main() -> None:
    """Runs for each seed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--independent", action="store_true", help="no field stays the same within a session")
    arguments = parser.parse_args()
    for seed in range(arguments.seeds):
        with tempfile.TemporaryDirectory() as folder:
            one(seed, arguments.calls, Path(folder) / "corpus", independent=arguments.independent)


if __name__ == "__main__":
    main()
