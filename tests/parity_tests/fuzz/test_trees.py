"""Trees: what is set in them, and what refers to earlier answers."""

from crossfade.parity_tests.fuzz.trees import Entries, Fields, Ref, count_set, leaves, refs

REF = Ref("GET /notes", ("note", "id"), 3)


def test_values_are_counted_where_they_stand() -> None:
    """Those of messages, lists and maps; what is set and empty is one value."""
    tree = Fields((("id", REF), ("labels", ("a", "b")), ("at", Fields()), ("counts", Entries((("x", 1), ("y", 2))))))
    assert count_set(tree) == 6
    assert list(leaves(tree)) == [REF, "a", "b", None, 1, 2]
    assert count_set(Fields()) == 0


def test_references_are_found_at_any_depth() -> None:
    """In lists and in messages."""
    assert list(refs(Fields((("inner", Fields((("ids", (REF, "x")),))),)))) == [REF]


def test_a_field_is_replaced_or_taken_away() -> None:
    """None takes it away."""
    tree = Fields((("a", 1), ("b", 2)))
    assert tree.with_field("a", 5).get("a") == 5
    assert tree.with_field("a", None) == Fields((("b", 2),))
