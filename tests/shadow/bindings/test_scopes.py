"""Which kind of ids stands at a place."""

from typing import Any

import pytest

from crossfade.shadow.bindings.names import ANY, Part, Site
from crossfade.shadow.bindings.scopes import Scopes, is_id_site, is_own_site, origin_of

ID = Site(Part.BODY, ("id",))


@pytest.mark.parametrize(
    ("target", "home", "entity"),
    [
        ("/orders", "/orders", "order"),
        ("/v1/orders/17?x=1", "/v1/orders", "order"),
        ("/orders/17/clone", "/orders", "order"),
        ("/carts/3/items/5", "/carts/*/items", "item"),
        ("/login", "/login", "login"),
    ],
)
def test_what_a_request_is_about(records: Any, target: str, home: str, entity: str) -> None:
    """The last collection in its path."""
    origin = origin_of(records.request("POST", target))
    assert (origin.home, origin.entities) == (home, (entity,))


def test_a_path_without_words(records: Any) -> None:
    """It is about nothing."""
    assert origin_of(records.request("GET", "/17")).entities == ()


def test_one_kind_in_path_and_fields(records: Any) -> None:
    """An id of an order in the answer that makes one, behind its collection, in a field of another's."""
    scopes = Scopes()
    orders, payments = (origin_of(records.request("POST", target)) for target in ("/orders", "/payments"))
    made = scopes.producing(ID, orders, create=True)
    assert made is not None
    for site in (Site(Part.PATH, ("orders", ANY)), Site(Part.BODY, ("order_id",)), Site(Part.BODY, ("order", "id"))):
        near, named = scopes.standing(site, payments)
        assert [*near, *named] == [made]
    assert scopes.standing(ID, payments) == ([], [])
    assert is_own_site(ID, orders)
    assert not is_own_site(Site(Part.BODY, ("user_id",)), orders)


def test_two_collections_of_one_name(records: Any) -> None:
    """Each has its kind; a field that may be either is of none."""
    scopes = Scopes()
    kinds = [
        scopes.producing(ID, origin_of(records.request("POST", target)), create=True)
        for target in ("/carts/1/items", "/catalog/items")
    ]
    assert kinds[0] is not kinds[1]
    site = Site(Part.BODY, ("item_id",))
    other = origin_of(records.request("POST", "/orders"))
    assert scopes.producing(site, other, create=True) is None
    assert scopes.standing(site, other) == (kinds, [])


def test_a_name_is_learnt_from_three_ids(records: Any) -> None:
    """One may be chance."""
    scopes = Scopes()
    kind = scopes.producing(ID, origin_of(records.request("POST", "/users")), create=True)
    assert kind is not None
    site, origin = Site(Part.BODY, ("owner_id",)), origin_of(records.request("GET", "/orders"))
    for text in ("1", "1", "2"):
        scopes.saw(kind.key, site, origin, text)
        assert scopes.standing(site, origin) == ([], [])
    assert scopes.is_unclear(site, origin)
    scopes.saw(kind.key, site, origin, "3")
    assert scopes.standing(site, origin) == ([kind], [])
    assert not scopes.is_unclear(site, origin)


def test_a_plain_name(records: Any) -> None:
    """Its numbers were seen to be the same on both sides."""
    scopes = Scopes()
    site, origin = Site(Part.BODY, ("product_id",)), origin_of(records.request("GET", "/orders"))
    assert scopes.is_unclear(site, origin)
    scopes.saw_plain("product_id")
    assert not scopes.is_unclear(site, origin)


def test_places_of_ids() -> None:
    """By their name; in a path, behind a word."""
    assert is_id_site(Site(Part.PATH, ("orders", ANY)))
    assert is_id_site(Site(Part.QUERY, ("order_id",)))
    assert not any(map(is_id_site, (Site(Part.PATH, (ANY,)), Site(Part.BODY, ("n",)), Site(Part.HEADER, ("id",)))))


def test_kinds_are_bounded(records: Any) -> None:
    """What comes later has none."""
    scopes = Scopes()
    for at in range(1010):
        name = "".join(chr(97 + int(digit)) for digit in str(at))
        scopes.producing(ID, origin_of(records.request("POST", f"/{name}s")), create=True)
    assert len(list(scopes)) == 1000
