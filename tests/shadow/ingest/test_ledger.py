"""Entered = ended + open, in whatever order it is told, on however many connections."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.ingest.ledger import Books, Ledger

ROUTES = tuple(RouteInfo(route=name, protocol="grpc", call_type="unary", stage="shadow") for name in "ab")
STEPS = st.lists(st.tuples(st.booleans(), st.sampled_from(ROUTES), st.integers(1, 9)))


@given(STEPS)
def test_the_sums(steps: list[tuple[bool, RouteInfo, int]]) -> None:
    """At every moment, for every route; what ended entered, though nobody told it yet."""
    ledger = Ledger()
    told, ended = dict.fromkeys(ROUTES, 0), dict.fromkeys(ROUTES, 0)
    for is_told, route, count in steps:
        (ledger.tell if is_told else ledger.end)(route, count)
        (told if is_told else ended)[route] += count
        for each in ROUTES:
            assert ledger.entered()[each] == ended[each] + ledger.open()[each] == max(told[each], ended[each])


@given(st.lists(STEPS, max_size=4), st.sets(st.integers(0, 3)))
def test_several_ledgers(connections: list[list[tuple[bool, RouteInfo, int]]], closed: set[int]) -> None:
    """Their sums are those of each, whichever are closed with what they lost ended."""
    books, entered, still_open = Books(), Counter[RouteInfo](), Counter[RouteInfo]()
    for number, steps in enumerate(connections):
        ledger = books.begin()
        for is_told, route, count in steps:
            (ledger.tell if is_told else ledger.end)(route, count)
        entered += ledger.entered()
        if number in closed:
            for route, count in ledger.lost().items():
                ledger.end(route, count)
            books.close(ledger)
        else:
            still_open += ledger.open()
    assert (books.entered(), books.open()) == (entered, still_open)


def test_what_waits_when_its_ledger_is_closed() -> None:
    """It is not lost, and ends once, in the books of those that are closed."""
    books = Books()
    ledger = books.begin()
    ledger.tell(ROUTES[0], 1)
    ledger.wait(ROUTES[0])
    assert (ledger.open().total(), ledger.lost().total()) == (1, 0)
    books.close(ledger)
    assert (books.entered().total(), books.open().total(), books.ledgers()) == (1, 1, ())
    ledger.end_waiting(ROUTES[0])
    assert (books.entered().total(), books.open().total()) == (1, 0)
