"""The file that a person reviews."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.parity_tests.mining.bindings_file import Kept, read_bindings, reviewed_edges, write_bindings
from crossfade.shadow.bindings.edges import Edge, Place, read_place
from crossfade.shadow.bindings.names import Part, Site

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
PLACES = st.builds(
    Place,
    st.sampled_from(("GET /orders/*", "p.S/Get")),
    st.builds(Site, st.sampled_from(Part), st.lists(TEXTS.filter(bool), min_size=1, max_size=3).map(tuple)),
)
EDGES = st.builds(
    Edge,
    kind=TEXTS,
    consumer=PLACES,
    producers=st.lists(PLACES, max_size=3).map(tuple),
    forms=st.none() | st.tuples(TEXTS, TEXTS),
    plain=st.booleans(),
    seeded=st.booleans(),
)
KEPT = st.builds(
    Kept,
    edge=EDGES,
    support=st.integers(0, 100).map(lambda pct: pct / 100),
    sessions=st.integers(0, 10**6),
    legacy=TEXTS,
    candidate=TEXTS,
    reviewed=st.booleans(),
    note=TEXTS,
)
ONE = Kept(
    edge=Edge(
        kind="order",
        consumer=read_place("GET /orders/* path/orders/*"),
        producers=(read_place("POST /orders body/id"),),
        forms=("number", "uuid"),
        seeded=False,
    ),
    support=0.975,
    sessions=187,
    legacy="number",
    candidate="uuid",
    reviewed=True,
    note="ids are uuids from release 2 on",
)


@given(st.lists(KEPT, max_size=3))
def test_round_trip(kept: list[Kept]) -> None:
    """All of it comes back, whatever names and notes are, and a second writing changes nothing."""
    text = write_bindings(kept)
    assert sorted(map(repr, read_bindings(text))) == sorted(map(repr, kept))
    assert write_bindings(read_bindings(text)) == text


def test_as_a_person_reads_it() -> None:
    """One table for each edge, places as they are spoken of."""
    assert write_bindings([ONE]).partition("version = 1\n")[2] == (
        "\n[[edge]]\n"
        'kind = "order"\n'
        'consumer = "GET /orders/* path/orders/*"\n'
        "producers = [\n"
        '  "POST /orders body/id",\n'
        "]\n"
        "support = 0.97\n"
        "sessions = 187\n"
        'legacy = "number"\n'
        'candidate = "uuid"\n'
        "seeded = false\n"
        "reviewed = true\n"
        'forms = ["number", "uuid"]\n'
        'note = "ids are uuids from release 2 on"\n'
    )


def test_only_reviewed_edges_are_used() -> None:
    """Whatever else the file has."""
    unreviewed = Kept(edge=ONE.edge, support=1, sessions=1, legacy="", candidate="")
    assert reviewed_edges([ONE]).edges == (ONE.edge,)
    assert reviewed_edges([unreviewed]).edges == ()


EDGE = '[[edge]]\nkind = "a"\nconsumer = "GET /a path/a"\nproducers = []\n'


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "expected version = 1"),
        ("version = 2\n", "expected version = 1"),
        ("version = 1\nother = 3\n", "got other"),
        ("version = 1\n[[edge]]\nkind = 'a'\n", "edge 1: .* no 'consumer'"),
        (f"version = 1\n{EDGE}reviewed = 'yes'\n", "edge 1: .* 'yes' where a bool stands"),
        (f"version = 1\n{EDGE}sessions = true\n", "edge 1: .* True where a int stands"),
        (f"version = 1\n{EDGE}review = true\n", "edge 1: .* 'review'"),
        (f"version = 1\n{EDGE}forms = ['uuid']\n", "edge 1: "),
        (f"version = 1\n{EDGE.replace('path/a', 'pathh')}", "edge 1: .* expected an endpoint and a place"),
        ("version = ", "Invalid value"),
    ],
)
def test_what_is_no_such_file(text: str, found: str) -> None:
    """The message says which edge, and what was expected."""
    with pytest.raises(ValueError, match=found):
        read_bindings(text)
