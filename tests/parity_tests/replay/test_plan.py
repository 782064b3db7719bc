"""What of a corpus is played."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Manifest, Session
from crossfade.parity_tests.replay import plan
from crossfade.parity_tests.replay.plan import plan_of


@pytest.fixture
def corpus(tmp_path: Path, life_of: Any) -> Callable[..., CorpusFolder]:
    """Two sessions, of which the second by name began first; each call of one lies between two of the other."""

    def make(listener: str = "web") -> CorpusFolder:
        made = CorpusFolder.create(tmp_path / "corpus", Manifest(service="notes"))
        for session in (life_of("a", start_s=100.5), life_of("b", start_s=100.0)):
            calls = (replace(call, route=replace(call.route, listener=listener)) for call in session.calls)
            made.add(Session(id=session.id, calls=tuple(calls)))
        return made

    return make


def test_all_of_it(corpus: Any) -> None:
    """Sessions and calls by when they began, counted by route."""
    found = plan_of(corpus(), ("web",))
    assert found.session_ids == ("b", "a")
    assert found.call_ids[:4] == ("b.c0", "a.c0", "b.c1", "a.c1")
    assert (found.most_open, found.origin_s, sum(found.entered.values())) == (2, 100.0, 14)
    assert {route.route: number for route, number in found.entered.items()}["GET /notes/{id}"] == 4


def test_a_choice_keeps_sessions_whole(corpus: Any) -> None:
    """By id or by route."""
    made = corpus()
    assert plan_of(made, ("web",), sessions=("a",)).session_ids == ("a",)
    assert sum(plan_of(made, ("web",), routes=("PUT *",)).entered.values()) == 14
    with pytest.raises(ParityError, match="expected sessions to play, got none"):
        plan_of(made, ("web",), routes=("PATCH *",))


def test_calls_have_ids_of_their_own(corpus: Any) -> None:
    """Those of a session are unique there only."""
    assert plan_of(corpus(), ("web",)).session("a").calls[0].request.id == "a.c0"


@pytest.mark.parametrize("kept_bytes", [0, 10_000_000])
def test_a_session_is_the_same_read_once_or_twice(corpus: Any, monkeypatch: Any, kept_bytes: int) -> None:
    """What is not kept is read again."""
    monkeypatch.setattr(plan, "_KEPT_BYTES", kept_bytes)
    found = plan_of(corpus(), ("web",))
    assert len(found.kept) == (2 if kept_bytes else 0)
    assert [len(found.session(name).calls) for name in found.session_ids] == [7, 7]


def test_a_port_that_is_not_there(corpus: Any) -> None:
    """The error names those that are."""
    with pytest.raises(ParityError, match="one of grpc, http"):
        plan_of(corpus(), ("grpc", "http"))


def test_no_port_is_the_only_one(corpus: Any) -> None:
    """As imported sessions have it."""
    found = plan_of(corpus(""), ("web",))
    assert {route.listener for route in found.entered} == {"web"}
