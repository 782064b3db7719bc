"""How often exactly what was changed in a list is reported, for each kind of list and of edit.

    python bench/differ/alignment.py
    python bench/differ/alignment.py --cases 200 --seed 7

An edit changes one leaf, puts a new element in another's place, inserts one, removes one or moves one, in a list of 2
to 20; both lists are written and decoded as answers are. Exact means: one difference, of the kind that was made, at
the very place. Where elements repeat, an insertion or a removal at several places gives the same list: any of them is
right. A replaced element with a key is one missing and one added; of one without a key all differences are inside it.

A second table has several edits at once (leaves, insertions, removals): how often no more differences are reported than
edits were made. (What is removed here and inserted there is a move, and two small numbers that changed may look like
one: an order is one difference.)
"""

import argparse
import random
from collections import Counter
from typing import Any

from kinds import KINDS, ListKind, changed_leaf

from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.exchange.difference import Difference, Kind

EDITS = ("leaf", "replaced", "inserted", "removed", "moved")
LEAST_PCT = 99.0
SEVERAL = (2, 4, 8)
_LENGTHS = (2, 20)
_LONGER = (10, 40)
_UNMOVED = ("leaf", "inserted", "removed")
_CHANGED = frozenset({Kind.VALUE, Kind.FORMAT})
_Items = list[Any]


def exact_pct(kind: ListKind, edit: str, cases: int, seed: int) -> float | None:
    """The share of random cases in which exactly the edit is reported; None where there is no such edit."""
    if edit == "moved" and not kind.has_order:
        return None
    rng = random.Random(f"{kind.name} {edit} {seed}")
    return 100 * sum(_is_exact(kind, edit, rng) for _ in range(cases)) / cases


def explained_pct(kind: ListKind, edits: int, cases: int, seed: int) -> float:
    """The share of random cases in which so many edits are told by no more differences."""
    rng = random.Random(f"{kind.name} {edits} {seed}")
    return 100 * sum(_is_explained(kind, edits, rng) for _ in range(cases)) / cases


def _is_explained(kind: ListKind, edits: int, rng: random.Random) -> bool:
    legacy = [kind.draw(rng) for _ in range(rng.randint(*_LONGER))]
    candidate = legacy
    for _ in range(edits):
        candidate = _edited(candidate, kind, rng.choice(_UNMOVED), rng.randrange(len(candidate)), rng)
    return len(_found(kind, legacy, candidate)) <= edits


def _found(kind: ListKind, legacy: _Items, candidate: _Items) -> tuple[Difference, ...]:
    carrier = kind.carrier
    return diff(carrier.decoded(legacy), carrier.decoded(candidate), Place.at(carrier.root), proto=carrier.is_proto)


def _is_exact(kind: ListKind, edit: str, rng: random.Random) -> bool:
    legacy, candidate, at = _case(kind, edit, rng)
    carrier = kind.carrier
    found = _found(kind, legacy, candidate)
    kinds = Counter(item.kind for item in found)
    path = carrier.path(legacy[at], at)
    match edit:
        case "leaf":
            return len(found) == 1 and kinds.keys() <= _CHANGED and _is_inside(found[0], path)
        case "replaced" if kind.has_key:
            paths = {Kind.MISSING: path, Kind.ADDED: carrier.path(candidate[at], at)}
            return len(found) == len(kinds) == len(paths) and all(paths.get(item.kind) == item.path for item in found)
        case "replaced":
            return bool(found) and all(_is_inside(item, path) for item in found)
        case "inserted":
            return kinds == {Kind.ADDED: 1} and found[0].path in _places(kind, candidate, legacy)
        case "removed":
            return kinds == {Kind.MISSING: 1} and found[0].path in _places(kind, legacy, candidate)
        case _:
            return kinds == {Kind.ORDER: 1} and found[0].path == carrier.place


def _case(kind: ListKind, edit: str, rng: random.Random) -> tuple[_Items, _Items, int]:
    """Two lists that are not the same, and where the edit was made."""
    while True:
        legacy = [kind.draw(rng) for _ in range(rng.randint(*_LENGTHS))]
        at = rng.randrange(len(legacy))
        candidate = _edited(legacy, kind, edit, at, rng)
        if legacy != candidate:
            return legacy, candidate, at


def _edited(legacy: _Items, kind: ListKind, edit: str, at: int, rng: random.Random) -> _Items:
    rest = _without(legacy, at)
    match edit:
        case "leaf":
            return [*legacy[:at], changed_leaf(legacy[at], rng), *legacy[at + 1 :]]
        case "replaced":
            return [*legacy[:at], kind.draw(rng), *legacy[at + 1 :]]
        case "inserted":
            return [*legacy[:at], kind.draw(rng), *legacy[at:]]
        case "removed":
            return rest
        case _:
            to = rng.randrange(len(legacy))
            return [*rest[:to], legacy[at], *rest[to:]]


def _without(items: _Items, at: int) -> _Items:
    return [*items[:at], *items[at + 1 :]]


def _is_inside(difference: Difference, path: str) -> bool:
    return difference.path == path or difference.path.startswith((f"{path}/", f"{path}.", f"{path}["))


def _places(kind: ListKind, longer: _Items, shorter: _Items) -> set[str]:
    """Where an element of the longer list can stand that the shorter one lacks."""
    return {kind.carrier.path(longer[at], at) for at in range(len(longer)) if _without(longer, at) == shorter}


def main() -> None:
    """Prints the tables of bench/README.md; exits 1 where a kind is below 99 %."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=2000, help="for each kind of list and edit")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(f"| exact, % of {asked.cases:,} | {' | '.join(EDITS)} |")
    print(f"|---|{'---|' * len(EDITS)}")
    lowest = 100.0
    for kind in KINDS:
        found = [exact_pct(kind, edit, asked.cases, asked.seed) for edit in EDITS]
        lowest = min(lowest, *(pct for pct in found if pct is not None))
        print(f"| {kind.name} | {' | '.join('-' if pct is None else f'{pct:.1f}' for pct in found)} |", flush=True)
    print(f"\n| explained, % of {asked.cases:,} | {' | '.join(f'{edits} edits' for edits in SEVERAL)} |")
    print(f"|---|{'---|' * len(SEVERAL)}")
    for kind in KINDS:
        explained = [explained_pct(kind, edits, asked.cases, asked.seed) for edits in SEVERAL]
        print(f"| {kind.name} | {' | '.join(f'{pct:.1f}' for pct in explained)} |", flush=True)
    if lowest < LEAST_PCT:
        raise SystemExit(f"expected at least {LEAST_PCT} % in each, got {lowest:.1f} %")


if __name__ == "__main__":
    main()
