"""What a name says of the values that stand there."""

import pytest

from crossfade.shadow.bindings.names import (
    ANY,
    Part,
    Site,
    entity_of,
    is_id_name,
    is_page_name,
    is_plural,
    is_token_name,
)


@pytest.mark.parametrize("name", ["id", "order_id", "orderId", "orderID", "order-uuid", "order_ids", "ID"])
def test_names_of_ids(name: str) -> None:
    """In any writing."""
    assert is_id_name(name)
    assert entity_of(name) in {"", "order"}


def test_names_that_only_look_like_it() -> None:
    """A word that ends alike."""
    assert not any(map(is_id_name, ("paid", "valid", "quantity", "idea", "", "void")))


def test_one_entity_in_all_its_names() -> None:
    """Singular and plural, with other words before it."""
    assert len({entity_of(name) for name in ("house", "houses", "house_id", "houseIds", "House")}) == 1
    assert entity_of("order_items") == entity_of("orderItemId") == "orderitem"
    assert entity_of("categories") == entity_of("category_id")
    assert entity_of("boxes") == entity_of("box_id")


def test_collections() -> None:
    """A word in the plural."""
    assert all(map(is_plural, ("orders", "boxes", "categories")))
    assert not any(map(is_plural, ("login", "clone", "address", "status")))


def test_tokens_and_pages() -> None:
    """Pages are those that mean something only to the caller who asked for the one before."""
    assert all(map(is_token_name, ("access_token", "sessionId", "csrfToken", "next_page_token", "cursor")))
    assert not is_token_name("quantity")
    assert all(map(is_page_name, ("next_page_token", "pageToken", "cursor", "after", "continuation")))
    assert not any(map(is_page_name, ("access_token", "token", "page", "")))


def test_the_name_of_a_site() -> None:
    """That of a list for its elements."""
    site = Site(Part.BODY, ("orders", ANY, "ids", ANY))
    assert (site.name, site.owner) == ("ids", "orders")
    assert (Site(Part.BODY, ()).name, Site(Part.BODY, ("id",)).owner) == ("", "")
