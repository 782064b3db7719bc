"""A value of one side has one of another, in both directions, and no more of them are kept than there is room for."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from crossfade.shadow.bindings.sides import Side
from crossfade.shadow.bindings.tables import EVERYWHERE, Tables
from crossfade.shadow.exchange.outcome import Reason

VALUES = st.sampled_from(["aa1", "bb2", "cc3", "dd4"])
SCOPES = st.sampled_from([EVERYWHERE, "#0"])
SIDES = st.sampled_from(list(Side))


class Machine(RuleBasedStateMachine):
    """Any order of what may happen to tables."""

    def __init__(self) -> None:
        super().__init__()
        self.tables = Tables(3)

    @rule(scope=SCOPES, legacy=VALUES, side=SIDES, theirs=VALUES, opaque=st.booleans())
    def bind(self, scope: str, legacy: str, side: Side, theirs: str, opaque: bool) -> None:
        """One more pair, or a conflict that changes nothing."""
        before = self.tables.theirs(scope, legacy, side)
        if self.tables.bind(scope, legacy, side, theirs, opaque=opaque):
            assert self.tables.theirs(scope, legacy, side) == theirs
        else:
            assert self.tables.theirs(scope, legacy, side) == before != theirs

    @rule(scope=SCOPES, legacy=VALUES, side=SIDES, theirs=VALUES)
    def rebind(self, scope: str, legacy: str, side: Side, theirs: str) -> None:
        """A pair in place of any other."""
        self.tables.rebind(scope, legacy, side, theirs)
        assert self.tables.legacys(scope, theirs, side) == legacy

    @rule(scope=SCOPES, legacy=VALUES, side=SIDES)
    def unbind(self, scope: str, legacy: str, side: Side) -> None:
        """No pair."""
        self.tables.unbind(scope, legacy, side)
        assert self.tables.theirs(scope, legacy, side) is None

    @rule(scope=SCOPES, legacy=VALUES)
    def lose(self, scope: str, legacy: str) -> None:
        """The candidate has none."""
        self.tables.lose(scope, legacy, Reason.BLOCKED)
        is_bound = self.tables.theirs(scope, legacy, Side.CANDIDATE) is not None
        assert (self.tables.lost(scope, legacy) is Reason.BLOCKED) is not is_bound

    @rule(scope=SCOPES, legacy=VALUES)
    def find(self, scope: str, legacy: str) -> None:
        """Both sides have it."""
        self.tables.find(scope, (legacy,))
        assert self.tables.lost(scope, legacy) is None

    @invariant()
    def one_to_one(self) -> None:
        """There and back is the same, nothing is left over, and there is a bound."""
        assert len(self.tables) <= 6
        runs: set[str] = set()
        for scope, legacy in tuple(self.tables._handles):
            for side in Side:
                theirs = self.tables.theirs(scope, legacy, side)
                assert theirs is None or self.tables.is_theirs(scope, theirs, side)
                assert theirs is None or self.tables.may_hold_theirs({theirs}, side)
            runs.add(legacy)
        assert len(self.tables._by_theirs) == sum(len(handle.theirs) for handle in self.tables._handles.values())
        assert all(self.tables.may_hold({run}) for run in runs)
        assert set(self.tables._runs) == runs | {legacy for _, legacy in self.tables._lost}


TestTables = Machine.TestCase


def test_an_opaque_value_is_no_way_back() -> None:
    """It is what a request is rendered with."""
    tables = Tables(3)
    tables.bind(EVERYWHERE, "ours", Side.CANDIDATE, "theirs", opaque=True)
    assert tables.theirs(EVERYWHERE, "ours", Side.CANDIDATE) == "theirs"
    assert tables.legacys(EVERYWHERE, "theirs", Side.CANDIDATE) is None
    assert not tables.is_anothers(EVERYWHERE, "ours", Side.CANDIDATE)


def test_the_text_of_another() -> None:
    """A side's value that is unbound, and is what legacy calls one that the side calls otherwise."""
    tables = Tables(3)
    tables.bind(EVERYWHERE, "1", Side.CANDIDATE, "2")
    assert tables.is_anothers(EVERYWHERE, "1", Side.CANDIDATE)
    assert not tables.is_anothers(EVERYWHERE, "2", Side.CANDIDATE)
    assert not tables.is_anothers(EVERYWHERE, "1", Side.SECONDARY)
    tables.bind(EVERYWHERE, "3", Side.CANDIDATE, "1")
    assert not tables.is_anothers(EVERYWHERE, "1", Side.CANDIDATE)


@given(st.text(max_size=20))
def test_any_text_may_be_a_value(text: str) -> None:
    """It comes and goes."""
    tables = Tables(1)
    tables.bind(EVERYWHERE, text, Side.CANDIDATE, text)
    tables.bind(EVERYWHERE, "x", Side.CANDIDATE, "y")
    assert len(tables) == 1
