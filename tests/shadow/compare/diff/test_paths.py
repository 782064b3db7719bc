"""A place has a path for a person and a template for gathering."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.diff.paths import MAX_NAME_CHARS, Place

BODY = Place.at("body")
MESSAGE = Place.at("message")


@pytest.mark.parametrize(
    ("place", "path", "template"),
    [
        (BODY, "body", "body"),
        (BODY.key("items").element(0).key("price"), "body/items/0/price", "body/items/*/price"),
        (BODY.key("user-id"), "body/user-id", "body/user-id"),
        (BODY.key("a/b").key("~1"), "body/a~1b/~01", "body/a~1b/~01"),
        (BODY.key(""), "body/", "body/"),
        (MESSAGE.field("items").item(3).field("price"), "message.items[3].price", "message.items[*].price"),
        (MESSAGE.field("labels").entry("env"), "message.labels[env]", "message.labels[*]"),
        (MESSAGE.field("labels").entry("-7"), "message.labels[-7]", "message.labels[*]"),
        (MESSAGE.field("labels").entry("17"), "message.labels[17]", "message.labels[*]"),
    ],
)
def test_names(place: Place, path: str, template: str) -> None:
    """JSON Pointer below a body, field paths below a message."""
    assert (place.path, place.template) == (path, template)


@pytest.mark.parametrize(
    "name",
    [
        "2024",
        "0",
        "2024-01-02",
        "2024-01-02T03:04:05Z",
        "5d1c7a00-0000-4000-8000-00000000000a",
        "deadbeefdeadbeef",
        "01ARZ3NDEKTSV4RRFFQ69G5FAV",
        "user-1234",
        "build_8123",
        "a.b@example.com",
        "x" * 65,
    ],
)
def test_keys_that_look_like_values(name: str) -> None:
    """They are data, so they do not make clusters of their own."""
    assert BODY.key(name).template == "body/*"
    assert MESSAGE.entry(name).template == "message[*]"
    assert name in BODY.key(name).path


@pytest.mark.parametrize(
    "name",
    ["price", "sha256", "address_2", "v1", "utf-8", "x" * 64, "class", "deadbeef", "١٢", "iso-8859-1", "a b", "@type"],
)
def test_keys_that_are_names(name: str) -> None:
    """They are kept."""
    assert BODY.key(name).template == f"body/{name}"


def test_a_long_key_is_cut_in_the_path() -> None:
    """A path is for a person, and is stored."""
    assert len(BODY.key("x" * 100_000).path) < MAX_NAME_CHARS + 10


@given(st.text(st.characters()))
def test_any_name_can_be_written(name: str) -> None:
    """Whatever a key holds, path and template can be encoded."""
    for place in (BODY.key(name), MESSAGE.entry(name), Place.at(f"header.{name}")):
        assert place.path.encode()
        assert place.template.encode()


def test_lone_surrogates_are_told_apart() -> None:
    """Two keys that can't be encoded stay two templates."""
    assert BODY.key("\ud800").template != BODY.key("\ud801").template


@given(st.integers(0))
def test_no_index_in_a_template(index: int) -> None:
    """An index is always a star."""
    assert BODY.element(index).template == "body/*"
    assert MESSAGE.item(index).template == "message[*]"


@pytest.mark.parametrize(
    ("index", "text", "template"),
    [
        (7, "amount: 5", "body/line[8]"),
        (8, "amount: 5", "body/line[amount]"),
        (9, "  - name = x", "body/line[name]"),
        (9, 'jobs_done{shard="1"} 7', "body/line[jobs_done]"),
        (9, "jobs_done 7", "body/line[jobs_done]"),
        (9, "alice 7", "body/line"),
        (9, "a1b2: 7", "body/line"),
        (9, "5: x", "body/line"),
        (9, "", "body/line"),
    ],
)
def test_lines(index: int, text: str, template: str) -> None:
    """The first by number, later ones by the name that they set."""
    place = BODY.line(index, text)
    assert (place.path, place.template) == (f"body/line[{index + 1}]", template)


def test_words_and_parts() -> None:
    """By number, as long as there are few."""
    assert BODY.word(31).template == "body/word[32]"
    assert (BODY.word(32).path, BODY.word(32).template) == ("body/word[33]", "body/word")
    assert BODY.part(7).template == "body/part[8]"
    assert (BODY.part(8).path, BODY.part(8).template) == ("body/part[9]", "body/part")
