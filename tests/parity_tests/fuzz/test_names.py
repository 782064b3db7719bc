"""What part of an answer may be sent back where."""

import pytest

from crossfade.parity_tests.fuzz.names import (
    entity_of_method,
    entity_of_template,
    entity_of_type,
    given_as,
    parameters,
    wanted_as,
)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (("order", "id"), ("order", "id")),
        (("", "order_id"), ("order", "id")),
        (("order", "id"), ("", "orderId")),
        (("order", "customer"), ("", "customer")),
        (("", "next_page_token"), ("", "page_token")),
        (("flag", "name"), ("", "flag")),
        (("book", "name"), ("book", "name")),
        (("customer", "id"), ("", "customer")),
    ],
    ids=str,
)
def test_what_fits(given: tuple[str, str], wanted: tuple[str, str]) -> None:
    """An answer's value under one name goes into a request under the other."""
    assert set(given_as(*given)) & set(wanted_as(*wanted))


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (("order", "id"), ("customer", "id")),
        (("order", "name"), ("customer", "name")),
        (("", "customer"), ("", "supplier")),
    ],
    ids=str,
)
def test_what_does_not_fit(given: tuple[str, str], wanted: tuple[str, str]) -> None:
    """Another entity's id or name."""
    assert not set(given_as(*given)) & set(wanted_as(*wanted))


def test_entities() -> None:
    """By the names of messages, methods and paths, in the singular."""
    assert entity_of_type("Order") == entity_of_type("GetOrderRequest") == entity_of_type("PlaceOrderResponse")
    assert entity_of_method("shop.v1.Shop/ListOrders") == entity_of_type("Order")
    assert entity_of_template("/orders/{id}") == entity_of_template("/customers/{customer}/orders")
    assert entity_of_template("/orders/{id}/log") == "log"
    assert entity_of_method("shop.v1.Shop/Upload") == entity_of_template("/{id}") == ""


def test_parameters_of_a_path() -> None:
    """Each with what stands in front of it."""
    assert list(parameters("/customers/{customer}/orders/{id}")) == [("customers", "customer"), ("orders", "id")]
