"""What was seen is remembered within bounds."""

from crossfade.shadow.bindings.memory import Places, Seen
from crossfade.shadow.bindings.names import Part


def test_the_newest_values() -> None:
    """As many as there is room for."""
    seen = Seen(3)
    seen.add(map(str, range(10)))
    assert [value for value in map(str, range(10)) if value in seen] == ["7", "8", "9"]


def test_a_place_mints_where_it_does_so_most_of_the_time() -> None:
    """One pair of equal values takes back one of unequal ones."""
    places = Places()
    assert places.mints("r", ("id",)) is None
    for fresh, mints in ((True, True), (False, False), (True, False), (True, True)):
        assert places.mints("r", ("id",)) is not mints or fresh
        places.saw("r", ("id",), fresh=fresh)
    assert places.mints("r", ("id",))
    assert places.any_minting("r")
    assert not places.any_minting("other")


def test_a_header_field_is_one_place_on_all_routes() -> None:
    """One piece of code writes it; a member of a body is each route's own."""
    places = Places()
    places.saw("one", (Part.HEADER, "x-request-id"), fresh=True)
    assert places.mints("other", (Part.HEADER, "x-request-id"))
    assert places.any_minting("other")
    assert places.mints("other", (Part.BODY, "x-request-id")) is None


def test_places_are_bounded() -> None:
    """The oldest are forgotten, and with them that their route mints."""
    places = Places()
    places.saw("old", ("id",), fresh=True)
    for at in range(20_000):
        places.saw("new", (str(at),), fresh=at == 0)
    assert places.mints("old", ("id",)) is None
    assert not places.any_minting("old")
    assert places.any_minting("new")


def test_a_source_is_read_again_only_after_something_was_forgotten() -> None:
    """Until then it can't add anything."""
    seen, read = Seen(2), []

    def words(source: bytes) -> list[str]:
        read.append(source)
        return source.decode().split()

    for _ in range(3):
        seen.add_from(b"one two", words)
    assert read == [b"one two"]
    seen.add(["three"])
    assert "one" not in seen
    seen.add_from(b"one two", words)
    assert len(read) == 2
    assert "one" in seen
