"""Sequences, written out with what their references need."""

from crossfade.parity_tests.fuzz.plans import Plan, Step, fields_set, written_out
from crossfade.parity_tests.fuzz.trees import Fields, Ref

LIST = Step("list", (Fields(),))
GET = Step("get", (Fields((("id", Ref("list", ("note", "id"), 0)),)),))
OF = Step("of", (Fields((("id", Ref("get", ("note", "owner"), 0)),)),))
CHAINS = {"list": (LIST,), "get": (LIST, GET)}


def test_a_producer_comes_first() -> None:
    """With all that it needs itself, each once."""
    assert written_out(Plan((GET,)), CHAINS) == (LIST, GET)
    assert written_out(Plan((OF,)), CHAINS) == (LIST, GET, OF)
    assert written_out(Plan((GET, OF)), CHAINS) == (LIST, GET, OF)


def test_a_producer_that_was_drawn_is_enough() -> None:
    """Even with other inputs than those of the chain."""
    drawn = Step("list", (Fields((("limit", 3),)),))
    assert written_out(Plan((drawn, GET)), CHAINS) == (drawn, GET)


def test_values_that_are_set() -> None:
    """Of all requests of a sequence."""
    assert fields_set((LIST, GET, Step("up", (Fields((("a", 1),)), Fields((("a", 1), ("b", ""))))))) == 4
