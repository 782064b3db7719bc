"""Entered = ended + open, in whatever order it is told."""

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.evidence.records import RouteInfo
from crossfade.shadow.ingest.ledger import Ledger

ROUTES = tuple(RouteInfo(route=name, protocol="grpc", call_type="unary", stage="shadow") for name in "ab")


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(ROUTES), st.integers(1, 9))))
def test_the_sums(steps: list[tuple[bool, RouteInfo, int]]) -> None:
    """At every moment, for every route; what ended entered, though nobody told it yet."""
    ledger = Ledger()
    told, ended = dict.fromkeys(ROUTES, 0), dict.fromkeys(ROUTES, 0)
    for is_told, route, count in steps:
        (ledger.tell if is_told else ledger.end)(route, count)
        (told if is_told else ended)[route] += count
        for each in ROUTES:
            assert ledger.entered()[each] == ended[each] + ledger.open()[each] == max(told[each], ended[each])
