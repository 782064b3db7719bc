"""What is known of values, and how two ways of knowing become one."""

from hypothesis import given
from hypothesis import strategies as st

from crossfade.codegen.hazards.kinds import (
    FLOAT,
    INT,
    MAX_DEPTH,
    MIXED,
    NONE,
    STR,
    UNKNOWN,
    Kind,
    Sort,
    dict_of,
    flat,
    iter_of,
    join,
    join_all,
    list_of,
    tuple_of,
)

SIMPLE = st.builds(
    Kind, sort=st.sampled_from(Sort), optional=st.booleans(), nonneg=st.booleans(), ref=st.sampled_from(["", "a", "b"])
)
KINDS = st.recursive(
    SIMPLE,
    lambda inner: st.one_of(
        st.builds(list_of, inner),
        st.builds(iter_of, inner),
        st.builds(dict_of, inner, inner),
        st.builds(tuple_of, inner, inner),
    ),
    max_leaves=6,
)


def depth(kind: Kind) -> int:
    """How deep a kind goes."""
    inner = [part for part in (kind.of, kind.key, *kind.parts) if part is not None]
    return 1 + max(map(depth, inner)) if inner else 0


@given(KINDS)
def test_a_kind_joined_with_itself_is_the_same(kind: Kind) -> None:
    """Nothing new is learnt from what is known."""
    assert join(kind, kind) == kind


@given(KINDS, KINDS)
def test_the_order_of_joining_does_not_change_the_sort(one: Kind, other: Kind) -> None:
    """Neither the sort, nor whether it may be None."""
    first, second = join(one, other), join(other, one)
    assert (first.sort, first.optional) == (second.sort, second.optional)


@given(KINDS, KINDS)
def test_what_may_be_none_stays_so(one: Kind, other: Kind) -> None:
    """Joined with anything."""
    assert join(one.maybe(), other).optional


@given(st.lists(KINDS, max_size=30))
def test_kinds_stay_shallow(kinds: list[Kind]) -> None:
    """A list that holds itself, round after round, does not grow."""
    kind = UNKNOWN
    for item in kinds:
        kind = join(kind, list_of(join(kind, item)))
    assert depth(flat(kind)) <= MAX_DEPTH


def test_joins_what_a_value_may_be() -> None:
    """None makes it optional, numbers widen, the rest is mixed; what is not known yet gives way."""
    assert join(STR, NONE) == STR.maybe()
    assert join(INT, FLOAT) == FLOAT
    assert join(STR, INT) == MIXED
    assert join(UNKNOWN, STR) == STR
    assert join_all(()) == UNKNOWN
    assert join(list_of(UNKNOWN), list_of(STR)) == list_of(STR)
