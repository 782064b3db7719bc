"""Are ids told from numbers that look the same? 200 sessions of 30 calls of a service that counts all that it makes.

    python bench/mining/run.py [--seed 1] [--sessions 200] [--reset-every 10]

Legacy, another run of it and a candidate have numbers of their own that begin again every few sessions, so that they
stay as small as quantities, SKUs and pages. Edges are mined from that and all taken as reviewed; then all requests are
rendered for the candidate, and each value is held against what a client of the candidate would have sent. Also with the
first calls of each session lost, and with a candidate whose ids are UUIDs. Prints a table, and the edges; exits 1 where
a value was bound wrongly, or one was missed though no more than 5 calls were lost.
"""

import argparse
import json
import random
import sys
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from depot import parsed, values_of
from recorded import CANDIDATE, LEGACY, Step, Write, record, twice_of

from crossfade.parity_tests.mining.mine import Mined, mine
from crossfade.parity_tests.mining.review import edge_text
from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.bindings.edges import NO_EDGES, Edges, edges_among
from crossfade.shadow.exchange import Comparison, Request

_LOST = (0, 5, 10, 15)
_NONE_MISSED = 5


@dataclass(slots=True)
class Counted:
    """How the values of all requests were rendered; ``refused`` ones carry an id that no answer gave before."""

    right: int = 0
    wrong: int = 0
    missed: int = 0
    refused: int = 0
    places: Counter[str] = field(default_factory=Counter)

    def count(self, step: Step, rendered: Request | None, *, is_seen: bool) -> None:
        """``is_seen``: each id of the request was in an answer before."""
        sent = step.sent
        if rendered is None:
            self.refused += not is_seen
            if is_seen:
                self._fault("missed", f"{sent.route}, refused")
            return
        got = values_of(*parsed(rendered.target, rendered.body))
        wanted = step.candidates.values()
        for place, legacys in sent.values().items():
            if str(got[place]) == str(wanted[place]):
                self.right += place in sent.ids
            else:
                self._fault("missed" if str(got[place]) == str(legacys) else "wrong", f"{sent.route} {place}")

    def _fault(self, kind: str, place: str) -> None:
        setattr(self, kind, getattr(self, kind) + 1)
        self.places[f"{kind}: {place}"] += 1


def measure(groups: Sequence[Sequence[Sequence[Step]]], edges: Edges, lost: int) -> Counted:
    """Renders all requests for the candidate but the first ``lost`` of each session, and learns from each answer.

    The answers are those that a client of the candidate gets, also where a request is refused.
    """
    counted = Counted()
    for group in groups:
        bindings = Bindings(contract=None, shared=False, edges=edges)
        for steps in group:
            _measure_session(steps[lost:], bindings, counted)
    return counted


def _measure_session(steps: Sequence[Step], bindings: Bindings, counted: Counted) -> None:
    seen: set[tuple[str, str]] = set()
    for step in steps:
        call, sent = step.call, step.sent
        carried = {(kind, str(sent.values()[place])) for place, kind in sent.ids.items()}
        is_seen = carried <= seen
        rendered = bindings.render(call.request, Side.CANDIDATE).request
        counted.count(step, rendered, is_seen=is_seen)
        comparison = Comparison(
            request=call.request,
            route=sent.route,
            legacy=step.answers[LEGACY],
            candidate=step.answers[CANDIDATE],
            secondary=None,
        )
        bindings.resolve(comparison, write=call.write)
        seen |= ids_in(step) - carried


def ids_in(step: Step) -> set[tuple[str, str]]:
    """The ids of an answer of legacy's, with their kinds."""
    value = json.loads(step.answers[LEGACY].body) or {}
    found = set() if step.made is None else {step.made}
    orders = value.get("orders", [value] if "lines" in value else [])
    for order in orders:
        found |= {("order", str(order["id"])), ("buyer", str(order["buyer"]))}
        found |= {("line", str(line["no"])) for line in order["lines"]}
    return found


def edges_of(mined: Sequence[Mined]) -> Edges:
    """All of them, as if a person had reviewed them and declared the forms."""
    return edges_among(
        replace(item.edge, forms=(item.legacy, item.candidate) if item.legacy != item.candidate else None)
        for item in mined
    )


def uuids(seed: int) -> Write:
    """Ids that are nowhere else."""
    rng = random.Random(seed)
    return lambda _kind, _number: str(uuid.UUID(int=rng.getrandbits(128), version=4))


def main() -> int:
    """Prints a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=200)
    parser.add_argument("--reset-every", type=int, default=10)
    asked = parser.parse_args()
    writes: dict[str, Write] = {"numbers": lambda _, number: number, "uuids": uuids(asked.seed)}
    print("| candidate | calls lost | edges | ids right | wrong | missed | refused | by names alone: wrong, missed |")
    print("|---|---|---|---|---|---|---|---|")
    faults = 0
    for name, write in writes.items():
        groups = record(asked.seed, asked.sessions, asked.reset_every, write)
        for lost in _LOST:
            sessions = [twice_of("s", steps[lost:]) for group in groups for steps in group]
            mined = mine(sessions, None)
            counted, by_names = measure(groups, edges_of(mined), lost), measure(groups, NO_EDGES, lost)
            faults += counted.wrong + (counted.missed if lost <= _NONE_MISSED else 0)
            row = (name, lost, len(mined), counted.right, counted.wrong, counted.missed, counted.refused)
            print(f"| {' | '.join(map(str, row))} | {by_names.wrong}, {by_names.missed} |", flush=True)
            for place, count in counted.places.most_common(8):
                print(f"  {count} {place}")
            if not lost:
                print("\n".join(f"  {item.support:.2f} {edge_text(item.edge)}" for item in mined))
    return int(faults > 0)


if __name__ == "__main__":
    sys.exit(main())
