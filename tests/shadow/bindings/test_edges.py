"""Places whose values come from answers, as a person reviewed them."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.bindings.bindings import Bindings, Side
from crossfade.shadow.bindings.edges import (
    NO_EDGES,
    Edge,
    Edges,
    Place,
    edges_among,
    endpoint_of,
    place_text,
    read_place,
)
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.exchange import Answer, Failure, FailureReason, Protocol
from crossfade.shadow.exchange.outcome import Reason

UUIDS = tuple(f"{digit * 8}-0a1b-4000-8000-0123456789ab" for digit in "123")
TICKET = Edge(
    kind="ticket",
    consumer=read_place("GET /search query/after"),
    producers=(read_place("POST /queue body/number"), read_place("GET /queue body/waiting/*/number")),
)
ORDER = Edge(
    kind="order",
    consumer=read_place("GET /orders/* path/orders/*"),
    producers=(read_place("POST /orders body/id"),),
    forms=("number", "uuid"),
)


def knowing(*edges: Edge) -> Bindings:
    """Bindings with these reviewed edges."""
    return Bindings(contract=None, shared=False, edges=edges_among(edges))


def ask(bindings: Bindings, records: Any, asked: tuple[Any, ...], *sides: Any) -> Any:
    """The candidate's answer, mapped; ``sides`` are legacy's and the candidate's."""
    comparison = records.comparison(records.request(*asked), *map(records.answer, sides))
    resolved = bindings.resolve(comparison, write=asked[0] == "POST")
    assert isinstance(resolved.candidate, Answer)
    return json.loads(resolved.candidate.body)


def sent(bindings: Bindings, records: Any, *asked: Any) -> Any:
    """What the candidate is sent instead of a request, or why not."""
    rendered = bindings.render(records.request(*asked), Side.CANDIDATE)
    return rendered.refused if rendered.request is None else rendered.request


def test_a_place_whose_name_says_nothing(records: Any) -> None:
    """Its values are rendered and mapped; the same numbers beside it are not."""
    bindings = knowing(TICKET)
    made = ask(bindings, records, ("POST", "/queue", {}), {"number": 7, "size": 7}, {"number": 91, "size": 91})
    assert made == {"number": 7, "size": 91}
    assert sent(bindings, records, "GET", "/search?after=7&size=7").target == "/search?after=91&size=7"
    assert sent(bindings, records, "GET", "/other?after=7").target == "/other?after=7"


def test_without_edges_it_is_not_known(records: Any) -> None:
    """Names alone do not show it."""
    bindings = knowing()
    assert ask(bindings, records, ("POST", "/queue", {}), {"number": 7}, {"number": 91}) == {"number": 91}
    assert sent(bindings, records, "GET", "/search?after=7").target == "/search?after=7"


def test_values_that_first_show_in_a_read(records: Any) -> None:
    """Where recording began later than the session; elements of lists belong together by the rest of them."""
    bindings = knowing(TICKET)
    lists = [
        {"waiting": [{"number": number, "who": who} for number, who in numbers]}
        for numbers in ([(7, "Ann"), (8, "Bob")], [(92, "Bob"), (91, "Ann")])
    ]
    mapped = ask(bindings, records, ("GET", "/queue"), *lists)
    assert mapped == {"waiting": [{"number": 8, "who": "Bob"}, {"number": 7, "who": "Ann"}]}
    assert sent(bindings, records, "GET", "/search?after=8").target == "/search?after=92"


def test_a_place_where_a_person_sees_no_ids(records: Any) -> None:
    """It is left alone though its name is that of ids."""
    plain = Edge(kind="level", consumer=read_place("GET /map query/order_id"), producers=(), plain=True)
    for bindings, expected in ((knowing(plain), "/map?order_id=7"), (knowing(), "/map?order_id=91")):
        ask(bindings, records, ("POST", "/orders", {}), {"id": 7}, {"id": 91})
        assert sent(bindings, records, "GET", "/map?order_id=7").target == expected


def test_a_declared_form_is_no_difference(records: Any) -> None:
    """A number here and a uuid there, in JSON as each of them writes it, wherever it stands."""
    bindings = knowing(ORDER)
    assert ask(bindings, records, ("POST", "/orders", {}), {"id": 7}, {"id": UUIDS[0]}) == {"id": 7}
    assert sent(bindings, records, "GET", "/orders/7").target == f"/orders/{UUIDS[0]}"
    assert json.loads(sent(bindings, records, "POST", "/refunds", {"order_id": 7, "amount": 7}).body) == {
        "order_id": UUIDS[0],
        "amount": 7,
    }
    told = {"id": 7, "text": "order 7"}, {"id": UUIDS[0], "text": f"order {UUIDS[0]}"}
    assert ask(bindings, records, ("GET", "/orders/7"), *told)["id"] == 7


def test_a_form_that_is_not_declared_is_a_difference(records: Any) -> None:
    """Nothing is said of it, or another one is declared."""
    undeclared = Edge(kind="order", consumer=ORDER.consumer, producers=ORDER.producers)
    hexed = Edge(kind="order", consumer=ORDER.consumer, producers=ORDER.producers, forms=("number", "hex32"))
    for edge in (undeclared, hexed):
        bindings = knowing(edge)
        made = ask(bindings, records, ("POST", "/orders", {}), {"id": 7}, {"id": UUIDS[0]})
        assert made == {"id": UUIDS[0]}


@pytest.mark.parametrize(
    ("forms", "ours", "theirs"),
    [
        (("number", "digits"), 7, "91"),
        (("digits", "number"), "7", 91),
        (("uuid", "number"), UUIDS[0], 91),
        (("number", "prefix ord_"), 7, "ord_91"),
    ],
)
def test_all_changes_of_form(forms: Any, ours: Any, theirs: Any, records: Any) -> None:
    """Each side gets its own, and what it says is legacy's again, as a number where legacy has one."""
    bindings = knowing(Edge(kind="order", consumer=ORDER.consumer, producers=ORDER.producers, forms=forms))
    assert ask(bindings, records, ("POST", "/orders", {}), {"id": ours}, {"id": theirs}) == {"id": ours}
    body = json.loads(sent(bindings, records, "POST", "/refunds", {"order_id": ours}).body)
    assert body == {"order_id": theirs}
    assert ask(bindings, records, ("GET", f"/orders/{ours}"), {"id": ours}, {"id": theirs}) == {"id": ours}


@pytest.mark.parametrize("edges", [(ORDER,), ()])
def test_another_record_stays_a_difference(edges: Any, records: Any) -> None:
    """Whatever is declared."""
    bindings = knowing(*edges)
    theirs = UUIDS if edges else (91, 92, 93)
    for number, other in enumerate(theirs):
        ask(bindings, records, ("POST", "/orders", {}), {"id": number}, {"id": other})
    assert ask(bindings, records, ("GET", "/orders/1"), {"id": 1}, {"id": theirs[2]}) == {"id": 2}


def test_where_the_candidate_failed_to_make_it(records: Any) -> None:
    """What asks for it is blocked, whatever its place is called."""
    bindings = knowing(TICKET)
    failed = Failure(reason=FailureReason.RESET, detail="", latency_ms=1.0)
    made = records.comparison(records.request("POST", "/queue", {}), records.answer({"number": 7}), failed)
    bindings.resolve(made, write=True)
    assert sent(bindings, records, "GET", "/search?after=7") is Reason.BLOCKED


def test_what_is_carried_and_answered(records: Any) -> None:
    """So that a request waits for the answer that gives its values."""
    bindings = knowing(TICKET)
    assert "7" in bindings.carried(records.request("GET", "/search?after=7"))
    assert "7" in bindings.answered(records.request("POST", "/queue", {}), records.answer({"number": 7}))
    assert "7" not in knowing().carried(records.request("GET", "/search?after=7"))


def test_endpoints(records: Any) -> None:
    """A path without its values, or a call."""
    assert endpoint_of(records.request("GET", f"/v1/orders/7/items/{UUIDS[0]}?a=1")) == "GET /v1/orders/*/items/*"
    call = records.request("POST", "/p.S/Get")
    object.__setattr__(call, "protocol", Protocol.GRPC)
    assert endpoint_of(call) == "p.S/Get"


@given(
    st.sampled_from(("GET /orders/*", "p.S/Get", "PUT /a b/c")),
    st.sampled_from(Part),
    st.lists(st.text(st.characters(exclude_categories=("Cs",)), min_size=1), max_size=4),
)
def test_places_as_text(endpoint: str, part: Part, names: list[str]) -> None:
    """They come back as they were, whatever a key of JSON is."""
    place = Place(endpoint, Site(part, tuple(names)))
    assert read_place(place_text(place)) == place


@pytest.mark.parametrize("text", ["", "GET", "GET /orders", " body/id", "GET /orders boddy/id"])
def test_what_is_no_place(text: str) -> None:
    """It is refused with what was expected."""
    with pytest.raises(ValueError, match="expected an endpoint and a place"):
        read_place(text)


def test_kinds() -> None:
    """Places and forms of all edges of a kind; none of what a person refused."""
    other = Edge(kind="order", consumer=TICKET.consumer, producers=ORDER.producers)
    plain = Edge(kind="level", consumer=read_place("GET /map query/id"), producers=(), plain=True)
    edges = edges_among((other, ORDER, plain))
    ((kind, places, forms),) = edges.kinds()
    assert (kind, forms) == ("order", ("number", "uuid"))
    assert set(places) == {ORDER.consumer, TICKET.consumer, *ORDER.producers}
    assert edges.kind_at(plain.consumer) == ""
    assert edges.touch("GET /map")
    assert edges.names_at("GET /orders/*") == {"orders"}
    assert not NO_EDGES
    assert Edges().kind_at(plain.consumer) is None
