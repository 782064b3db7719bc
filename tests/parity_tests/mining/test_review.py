"""What was mined against what a person reviewed."""

from dataclasses import replace

from crossfade.parity_tests.mining.bindings_file import Kept, read_bindings, write_bindings
from crossfade.parity_tests.mining.mine import Mined
from crossfade.parity_tests.mining.review import accepted_changes, edge_text, failures, merged
from crossfade.shadow.bindings.edges import Edge, read_place

MADE, LISTED = read_place("POST /orders body/id"), read_place("GET /orders body/all/*/id")
EDGE = Edge(kind="order", consumer=read_place("GET /orders/* path/orders/*"), producers=(MADE,), seeded=False)
MINED = Mined(edge=EDGE, support=0.9, sessions=20, legacy="number", candidate="number")


def reviewed(kept: tuple[Kept, ...], **changed: object) -> tuple[Kept, ...]:
    """As a person leaves the file."""
    return tuple(replace(item, reviewed=True, edge=replace(item.edge, **changed)) for item in kept)  # type: ignore[arg-type]


def test_a_new_edge_is_to_be_reviewed() -> None:
    """It is written as it was mined, and fails a check until a person has seen it."""
    (kept,) = merged((), [MINED])
    assert (kept.edge, kept.reviewed, kept.support, kept.sessions) == (EDGE, False, 0.9, 20)
    assert list(failures((), [MINED])) == [
        "order: POST /orders body/id -> GET /orders/* path/orders/*: nobody reviewed this edge (support 0.90, 20 sessions)"
    ]
    assert not list(failures(reviewed((kept,)), [MINED]))


def test_what_a_person_said_stays() -> None:
    """Kind, forms, note, seeded and plain, through the file and another mining."""
    said = replace(
        reviewed(merged((), [MINED]), kind="purchase", forms=("number", "uuid"), seeded=True)[0],
        note="see the contract",
    )
    (kept,) = merged(read_bindings(write_bindings([said])), [replace(MINED, support=0.8)])
    assert kept == replace(said, support=0.8)
    plain = reviewed(merged((), [MINED]), plain=True)
    assert merged(plain, [MINED]) == plain
    assert not list(failures(plain, [replace(MINED, support=0.6, candidate="uuid")]))


def test_a_new_producer_is_to_be_reviewed() -> None:
    """It stands in an edge of its own until then; afterwards both are one."""
    kept = reviewed(merged((), [MINED]), kind="purchase")
    more = replace(MINED, edge=replace(EDGE, producers=(LISTED, MADE)))
    old, new = merged(kept, [more])
    assert (old, new.edge.producers, new.edge.kind, new.reviewed) == (kept[0], (LISTED,), "purchase", False)
    (line,) = failures(kept, [more])
    assert line.startswith("purchase: GET /orders body/all/*/id -> GET /orders/* path/orders/*: nobody reviewed")
    (one,) = merged(reviewed((old, new)), [more])
    assert set(one.edge.producers) == {LISTED, MADE}
    assert one.reviewed


def test_support_that_fell() -> None:
    """And an edge that is seen no more, which stays in the file."""
    kept = reviewed(merged((), [MINED]))
    assert [line.rpartition(": ")[2] for line in failures(kept, [replace(MINED, support=0.7)])] == [
        "support fell from 0.90 to 0.70"
    ]
    assert not list(failures(kept, [replace(MINED, support=0.85)]))
    assert [line.rpartition(": ")[2] for line in failures(kept, [])] == ["support fell from 0.90 to 0.00"]
    assert [(item.edge, item.reviewed, item.support) for item in merged(kept, [])] == [(EDGE, True, 0.0)]


def test_ids_of_another_form() -> None:
    """Fail unless that very change is declared, and are listed where it is."""
    changed = replace(MINED, candidate="uuid")
    kept = reviewed(merged((), [changed]))
    assert [line.rpartition(": ")[2] for line in failures(kept, [changed])] == [
        "ids are number -> uuid, declared is none"
    ]
    declared = reviewed(kept, forms=("number", "uuid"))
    assert not list(failures(declared, [changed]))
    assert accepted_changes(declared) == ["order: number -> uuid"]
    assert accepted_changes(kept) == []
    (line,) = failures(reviewed(kept, forms=("number", "hex32")), [changed])
    assert line.endswith("ids are number -> uuid, declared is number -> hex32")


def test_kinds_that_a_person_named() -> None:
    """Are those of new consumers with the same producers."""
    kept = reviewed(merged((), [MINED]), kind="purchase")
    other = replace(MINED, edge=replace(EDGE, consumer=read_place("POST /refunds body/of")))
    assert [item.edge.kind for item in merged(kept, [MINED, other])] == ["purchase", "purchase"]
    assert edge_text(replace(EDGE, producers=())) == "order: (nothing) -> GET /orders/* path/orders/*"
