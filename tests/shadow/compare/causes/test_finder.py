"""The tables as a whole: nothing breaks them, and nothing is explained that is not related."""

import datetime
import random
import string
import uuid
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from crossfade.codegen.pitfalls import find_pitfall
from crossfade.shadow.compare.causes import cause_finder, find_cause
from crossfade.shadow.compare.causes.calls import CALL_RULES
from crossfade.shadow.compare.causes.encodings import BYTE_RULES, ENCODING_RULES
from crossfade.shadow.compare.causes.figure_text import FIGURE_TEXT_RULES
from crossfade.shadow.compare.causes.figures import FIGURE_RULES
from crossfade.shadow.compare.causes.order import ORDER_RULES
from crossfade.shadow.compare.causes.rule import Siblings
from crossfade.shadow.compare.causes.shape import JSON_TEXT_RULES, SHAPE_RULES
from crossfade.shadow.compare.causes.status import STATUS_RULES
from crossfade.shadow.compare.causes.texts import TEXT_RULES
from crossfade.shadow.compare.causes.times import TIME_RULES
from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.exchange.difference import Difference, Kind, Value

ALL_RULES = (
    *CALL_RULES,
    *STATUS_RULES,
    *SHAPE_RULES,
    *ORDER_RULES,
    *FIGURE_RULES,
    *FIGURE_TEXT_RULES,
    *TIME_RULES,
    *ENCODING_RULES,
    *BYTE_RULES,
    *JSON_TEXT_RULES,
    *TEXT_RULES,
)

# Values as answers hold them, drawn evenly from wide ranges: two of them have nothing to do with one another.
EVEN = st.randoms(use_true_random=True)
MAKERS: dict[str, Callable[[random.Random], Value]] = {
    "count": lambda rng: rng.randrange(10**6),
    "id": lambda rng: rng.randrange(2**63),
    "negative": lambda rng: -rng.randrange(2, 10**6),
    "price": lambda rng: Decimal(rng.randrange(10**8)) / 100,
    "ratio": lambda rng: rng.random(),
    "time": lambda rng: random_time(rng).isoformat(),
    "date": lambda rng: random_time(rng).date().isoformat(),
    "duration": lambda rng: str(datetime.timedelta(seconds=rng.randrange(10**7))),
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "digest": lambda rng: f"{rng.getrandbits(256):064x}",
    "word": lambda rng: "".join(rng.choices(string.ascii_lowercase, k=rng.randrange(3, 12))),
    "phrase": lambda rng: " ".join("".join(rng.choices(string.ascii_letters, k=5)) for _ in range(4)),
    "emoji": lambda rng: "".join(rng.choices("äöü€字😀\uff5eab", k=8)),
    "bytes": lambda rng: rng.randbytes(16),
    "list": lambda rng: tuple("".join(rng.choices(string.ascii_letters, k=4)) for _ in range(12)),
}


def random_time(rng: random.Random) -> datetime.datetime:
    """A moment between 2001 and 2033."""
    return datetime.datetime.fromtimestamp(rng.randrange(10**9, 2 * 10**9) + rng.random(), datetime.UTC)


def text(number: Value) -> Value:
    """A number as text."""
    return str(number) if isinstance(number, int | float | Decimal) else number


@given(EVEN, st.sampled_from(sorted(MAKERS)))
@settings(max_examples=300, deadline=None)
def test_two_values_of_one_field_that_are_unrelated_stay_unexplained(rng: random.Random, field: str) -> None:
    """What one request answers against what another does, as numbers and as text."""
    ours, theirs = MAKERS[field](rng), MAKERS[field](rng)
    assume(ours != theirs)
    for legacy, candidate in ((ours, theirs), (text(ours), text(theirs))):
        differences = diff({field: legacy}, {field: candidate}, Place.at("body"))
        cause_of = cause_finder(differences)
        assert [cause_of(difference) for difference in differences] == [""] * len(differences)


@given(EVEN)
@settings(max_examples=100, deadline=None)
def test_shuffled_lists_stay_unexplained(rng: random.Random) -> None:
    """The order of a legacy set, as noise has it."""
    ours = MAKERS["list"](rng)
    assert isinstance(ours, tuple)
    theirs = rng.sample(ours, len(ours))
    differences = diff({"a": ours}, {"a": tuple(theirs)}, Place.at("body"))
    assert {find_cause(difference) for difference in differences} <= {""}


@given(EVEN, st.sampled_from(sorted(MAKERS)), st.sampled_from(sorted(MAKERS)))
@settings(max_examples=300, deadline=None)
def test_values_of_two_fields_stay_unexplained(rng: random.Random, field: str, other: str) -> None:
    """A candidate that answers another field's value has a bug that no entry knows."""
    assume(field != other)
    numbers = {"count", "id", "negative", "price", "ratio"}
    assume(not {field, other} <= numbers)  # two numbers are two values of one field
    ours, theirs = MAKERS[field](rng), MAKERS[other](rng)
    assume(ours != theirs)
    differences = diff({"a": ours}, {"a": theirs}, Place.at("body"))
    assert {find_cause(difference) for difference in differences} <= {""}


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.integers(0, 10).map(lambda power: 10 ** (power * 400))
    | st.floats()
    | st.decimals(allow_nan=False, allow_infinity=False)
    | st.sampled_from([Decimal("1e99999"), Decimal("-0"), Decimal("1e-99999"), Decimal("9" * 5000)])
    | st.text(st.characters(), max_size=40)
    | st.text("0123456789-+.:TZeE%,PHMS xdayinfNul'[]{}()\"\\b=~*\n\r?\ufffd\ud83d😀", max_size=30)
    | st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?", fullmatch=True)
    | st.binary(max_size=20)
)  # fmt: skip
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6).map(tuple) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
TEMPLATES = st.sampled_from(
    [
        "status",
        "status.code",
        "status.message",
        "status.details",
        "body",
        "body/a",
        "body/*",
        "message.a",
        "header.etag",
    ]
)


@pytest.mark.slow
@given(VALUES, VALUES, TEMPLATES, st.sampled_from(list(Kind)))
@settings(max_examples=600, deadline=None)
def test_nothing_breaks_the_rules(legacy: Value, candidate: Value, template: str, kind: Kind) -> None:
    """Any two values in any place have a known cause or none, with and without siblings."""
    difference = Difference(path=template, template=template, kind=kind, legacy=legacy, candidate=candidate)
    for cause in (find_cause(difference), cause_finder((difference, difference))(difference)):
        assert cause == "" or find_pitfall(cause)


@given(SCALARS)
@settings(max_examples=200, deadline=None)
def test_a_value_that_is_the_same_is_not_explained(value: Value) -> None:
    """No rule fits two equal values: it would fit any difference beside it."""
    for rule in (*TEXT_RULES, *ENCODING_RULES, *FIGURE_TEXT_RULES, *TIME_RULES, *JSON_TEXT_RULES):
        if isinstance(value, str):
            assert not rule.fits(value, value), rule


def test_every_cause_is_an_entry_of_the_catalogue() -> None:
    """A rule without an entry could not be shown to anybody."""
    assert all(find_pitfall(rule.cause) for rule in ALL_RULES)


def test_many_entries_are_recognised() -> None:
    """Those of the example among them."""
    causes = {rule.cause for rule in ALL_RULES}
    assert len(causes) >= 60
    assert causes >= {"B11", "H11", "B6", "C4", "J2", "H1", "F1", "I5", "C16", "E1", "B8", "F8"}


@pytest.mark.parametrize("value", ["True", 3.62])
def test_no_answer_has_no_cause(value: Value) -> None:
    """Where the candidate failed, its values say nothing."""
    difference = Difference(path="answer", template="answer", kind=Kind.FAILED, legacy=value, candidate="true")
    assert find_cause(difference) == ""


def test_the_finder_knows_the_other_differences() -> None:
    """The same difference has a cause among its siblings and none alone."""
    differences = diff({"user_name": 1}, {"userName": 1}, Place.at("body"))
    assert [find_cause(difference) for difference in differences] == ["", ""]
    assert [find_cause(difference, Siblings.of(differences)) for difference in differences] == ["F9", "F9"]
