"""What is to stay."""

from dataclasses import replace
from typing import Any

import pytest

from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.parity_tests.shrink.failing import Target, first_failing, targets, up_to_failing, without_answers
from crossfade.shadow.exchange.difference import Fingerprint, beside
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.observations import Judged
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage


@pytest.fixture
def session(call_of: Any) -> Session:
    """A note that is changed and read, and another one."""
    made = call_of("POST", "/notes", {"text": "a", "size": 30}, {"id": 1})
    return Session(
        id="s",
        calls=(
            made,
            call_of("PUT", "/notes/1", {"text": "b"}),
            call_of("GET", "/notes/1"),
            call_of("GET", "/notes"),
            call_of("GET", "/notes/1"),
        ),
    )


async def test_ways_to_fail(play: Any, notes: Any, lossy: Any, session: Session) -> None:
    """Each way once, by the cluster's route and fingerprint."""
    (target,) = targets(await play(notes, lossy)(session))
    assert (target.route, target.fingerprint.template, target.fingerprint.kind) == (
        "GET /notes/{id}",
        "body/text",
        "format",
    )
    assert len(target.id) == 12


async def test_cut_at_the_first(play: Any, notes: Any, lossy: Any, session: Session) -> None:
    """What comes later goes."""
    done = await play(notes, lossy)(session)
    (target,) = targets(done)
    assert first_failing(done, target) == 2
    assert up_to_failing(done, target).calls == session.calls[:3]
    with pytest.raises(ValueError, match="expected a session that fails"):
        up_to_failing(await play(notes, notes)(session), target)


def test_answers_are_hidden(session: Session) -> None:
    """They are kept, and told not to be legacy's."""
    hidden = without_answers(session)
    assert [call.hidden for call in hidden.calls] == [{Side.LEGACY}] * 5
    assert [call.reply for call in hidden.calls] == [call.reply for call in session.calls]


async def test_nothing_failed(play: Any, notes: Any, session: Session) -> None:
    """A service and itself."""
    done = await play(notes, notes)(session)
    assert targets(done) == ()


def _played(call: Call, *signature: Fingerprint) -> Played:
    route = RouteInfo(route="r", protocol="http", call_type="http", stage=Stage.SHADOW)
    judged = Judged(
        route=route,
        at=0.0,
        request_hash=0,
        signature=signature,
        noise=None,
        examples=(),
        legacy_ms=None,
        candidate_ms=None,
    )
    return Played(call=replace(call, route=route), comparison=None, observation=judged)


def test_what_turns_into_what(call_of: Any) -> None:
    """It is kept of a status, and goes in other places."""
    statuses = Target(route="r", fingerprint=Fingerprint(template="status", kind="value", transition="a -> b"))

    def played(template: str, transition: str) -> Played:
        return _played(call_of("GET", "/notes"), Fingerprint(template=template, kind="value", transition=transition))

    assert statuses.fails(played("status", "a -> b"))
    assert not statuses.fails(played("status", "a -> c"))
    (target,) = targets(PlayedSession(session=Session(id="s", calls=()), played=(played("body/color", "x -> y"),)))
    assert target.fails(played("body/color", "a -> c"))


def test_what_follows_from_another_status(call_of: Any) -> None:
    """It is no failure of its own; and where the status is accepted, it stays beside that one."""
    status = Fingerprint(template="status", kind="value", transition="404 -> 200")
    error = Fingerprint(template="body/error", kind="missing", transition=beside("", "404 -> 200"))
    done = PlayedSession(session=Session(id="s", calls=()), played=(_played(call_of("GET", "/notes"), status, error),))
    assert [target.fingerprint for target in targets(done)] == [status]
    alone = replace(done, played=(_played(call_of("GET", "/notes"), error),))
    (target,) = targets(alone)
    drifted = replace(error, transition=beside("", "400 -> 200"))
    assert not target.fails(_played(call_of("GET", "/notes"), drifted))
