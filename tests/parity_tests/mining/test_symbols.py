"""The handles of a session by name."""

from typing import Any

from crossfade.parity_tests.mining.symbols import Symbols
from crossfade.shadow.bindings.edges import NO_EDGES, Edge, edges_among, read_place
from crossfade.shadow.exchange import Answer

ORDER = Edge(
    kind="order",
    consumer=read_place("GET /orders/* path/orders/*"),
    producers=(read_place("POST /orders body/id"), read_place("GET /orders/* body/id")),
)
UUID, OTHER = (f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "12")


def named(twice: Any, calls: list[Any], *edges: Edge) -> tuple[Symbols, list[tuple[str, bytes]]]:
    """The names of a session, and its targets and answers with them."""
    session = twice("s", [(asked, reply, None, None) for asked, reply in calls]).session
    symbols = Symbols(session, edges_among(edges), None)
    shown = []
    for call in session.calls:
        assert isinstance(call.reply, Answer)
        target = symbols.request(call.request).target
        shown.append((target, symbols.answer(call.request, call.reply).body))
    return symbols, shown


def test_by_edges(twice: Any) -> None:
    """Numbers are handles where an edge says so, and nowhere else; each has one name."""
    calls = [
        (("POST", "/orders", {"size": 7}), {"id": 7, "size": 7}),
        (("POST", "/orders", {"size": 7}), {"id": 8, "size": 7}),
        (("GET", "/orders/8?size=8", None), {"id": 8, "size": 7}),
    ]
    symbols, shown = named(twice, calls, ORDER)
    assert shown == [
        ("/orders", b'{"id": "$order#1", "size": 7}'),
        ("/orders", b'{"id": "$order#2", "size": 7}'),
        ("/orders/%24order%232?size=8", b'{"id": "$order#2", "size": 7}'),
    ]
    assert [(item.name, item.value, item.call, item.is_answer, item.place) for item in symbols.handles] == [
        ("$order#1", "7", 1, True, "body/id"),
        ("$order#2", "8", 2, True, "body/id"),
    ]


def test_without_edges(twice: Any) -> None:
    """What can't be guessed and is sent back has a name, wherever it stands; what nobody sends back has none."""
    calls = [
        (("POST", "/orders", {}), {"id": UUID, "trace": OTHER}),
        (("GET", f"/orders/{UUID}", None), {"id": UUID, "text": "same"}),
    ]
    symbols, shown = named(twice, calls)
    assert shown[0][1] == b'{"id": "$order#1", "trace": "%s"}' % OTHER.encode()
    assert shown[1] == ("/orders/%24order%231", b'{"id": "$order#1", "text": "same"}')
    assert [item.value for item in symbols.handles] == [UUID]
    assert not NO_EDGES


def test_an_id_that_no_answer_gave(twice: Any) -> None:
    """Is named where it is sent."""
    symbols, shown = named(twice, [(("GET", "/orders/7", None), {"id": 7})], ORDER)
    assert shown == [("/orders/%24order%231", b'{"id": "$order#1"}')]
    assert [(item.call, item.is_answer) for item in symbols.handles] == [(1, False)]
