"""Inputs of HTTP routes."""

import pytest
from hypothesis import find
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.fuzz.http_inputs import Known, as_text, http_inputs, names_from
from crossfade.parity_tests.fuzz.messages import no_slots
from crossfade.parity_tests.fuzz.operations import http_operation
from crossfade.parity_tests.fuzz.trees import Fields, Leaf, Ref


def test_names_come_from_requests_about_the_same(shop: Contract) -> None:
    """Those of reads for a query, those of writes for a body; without what the path has, and without a contract none."""
    orders = names_from(shop, http_operation("GET /customers/{customer}/orders", "web"))
    assert set(orders.query) == {"id", "page_size", "page_token"}
    assert {"quantity", "gift", "colour"} <= set(orders.body)
    assert names_from(shop, http_operation("GET /users", "web")) == Known()
    assert names_from(None, http_operation("GET /orders", "web")) == Known()


def test_a_path_is_always_whole() -> None:
    """Each parameter has a value, a reference where one fits."""
    operation = http_operation("GET /orders/{id}", "web")
    ref = Ref("list", ("order", "id"), 0)
    linked = http_inputs(operation, Known(), lambda _entity, name: st.just(ref) if name == "id" else None)
    assert find(linked, lambda fields: ref in dict(_items(fields, "path")).values())
    assert find(http_inputs(operation, Known(), no_slots), lambda _: True) == Fields(
        (("path", Fields((("id", "a"),))),)
    )


@pytest.mark.parametrize("kind", ["form", "json", "upload"])
def test_each_kind_of_body(kind: str) -> None:
    """A write is tried with each; a read has none."""
    known = Known(body={"title": st.just("x")})
    found = find(
        http_inputs(http_operation("POST /notes", "web"), known, no_slots), lambda fields: bool(fields.get(kind))
    )
    assert [name for name, _ in found.items] == [kind]
    read = http_inputs(http_operation("GET /notes", "web"), known, no_slots)
    assert find(read, lambda _: True) == Fields()


@pytest.mark.parametrize(
    ("value", "text"),
    [(True, "true"), (None, ""), (1.5, "1.5"), (b"\xff", "\ufffd")],
    ids=["bool", "none", "float", "bytes"],
)
def test_values_as_text(value: Leaf, text: str) -> None:
    """As a query has them."""
    assert as_text(value) == text


def _items(fields: Fields, name: str) -> tuple[tuple[str, object], ...]:
    node = fields.get(name)
    return node.items if isinstance(node, Fields) else ()
