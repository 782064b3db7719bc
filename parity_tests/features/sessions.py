"""The features of a session: those of its calls, and which route followed which. Pure."""

from collections.abc import Iterator

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.features.calls import call_features
from crossfade.parity_tests.features.records import Direction, Feature

_THEN = "then"


def session_features(session: Session, contract: Contract | None) -> Iterator[frozenset[Feature]]:
    """One set for each call, in their order; that of a call tells what came right before it."""
    before = ""
    for call in session.calls:
        found = call_features(call, contract)
        yield found | {Feature(call.route.key, Direction.ORDER, _THEN, before)} if before else found
        before = call.route.key
