"""The features of sessions."""

from typing import Any

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.features.records import Direction, Feature
from crossfade.parity_tests.features.sessions import session_features


def test_what_came_before(http_call: Any) -> None:
    """Each call but the first tells which route came before it."""
    session = Session(id="s", calls=(http_call(route="POST /a"), http_call(route="GET /a")))
    first, second = session_features(session, None)
    order = Feature("GET /a", Direction.ORDER, "then", "POST /a")
    assert order in second
    assert not any(feature.direction is Direction.ORDER for feature in first)
