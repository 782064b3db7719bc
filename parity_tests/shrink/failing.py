"""The failure that is to stay while all around it goes. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.replay.played import Played, PlayedSession
from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.exchange.difference import Fingerprint, Signature, beside, parted
from crossfade.shadow.exchange.events import Side
from crossfade.shadow.exchange.observations import Example, Judged


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A cluster: a route (``RouteInfo.key``), and the fingerprint of a difference on it.

    What turns into what (``404 -> 500``) is part of it for a status, and for what comes with another status that of the
    status. The values of other places (``red -> green``) depend on what a client sent, and so go with it.
    """

    route: str
    fingerprint: Fingerprint

    @property
    def id(self) -> str:
        """That of the cluster."""
        return self.fingerprint.cluster_id(self.route)

    def is_in(self, done: PlayedSession) -> bool:
        """Whether a session failed in this way."""
        return first_failing(done, self) is not None

    def is_noise_in(self, done: PlayedSession) -> bool:
        """Whether a second answer of legacy differed where this does, in whatever way."""
        return any(
            item.template == self.fingerprint.template
            for played in done.played
            if played.call.route.key == self.route and isinstance(played.observation, Judged)
            for item in (*(played.observation.noise or ()), *played.observation.excused)
        )

    def fails(self, played: Played) -> bool:
        """Whether a call failed in this way."""
        return played.call.route.key == self.route and self.fingerprint in map(_kept, played.signature)

    def shown_in(self, done: PlayedSession) -> Example | None:
        """The difference as it was seen where a session first failed in this way."""
        index = first_failing(done, self)
        observation = None if index is None else done.played[index].observation
        examples = observation.examples if isinstance(observation, Judged) else ()
        return next((item for item in examples if _kept(item.fingerprint) == self.fingerprint), None)


def targets(done: PlayedSession) -> tuple[Target, ...]:
    """All ways in which a session failed, the first one first; of another status not what may follow from it."""
    found = (
        Target(route=played.call.route.key, fingerprint=_kept(fingerprint))
        for played in done.played
        for fingerprint in _roots(played.signature)
    )
    return tuple(dict.fromkeys(found))


def _roots(signature: Signature) -> Iterator[Fingerprint]:
    statuses = {item.transition for item in signature if item.template in STATUS_PLACES}
    return (item for item in signature if parted(item.transition)[1] not in statuses)


def first_failing(done: PlayedSession, target: Target) -> int | None:
    """The number of the first call that failed in this way."""
    return next((index for index, played in enumerate(done.played) if target.fails(played)), None)


def up_to_failing(done: PlayedSession, target: Target) -> Session:
    """The session up to the first call that failed so."""
    end = first_failing(done, target)
    if end is None:
        raise ValueError("expected a session that fails")
    return replace(done.session, calls=done.session.calls[: end + 1])


def without_answers(session: Session) -> Session:
    """A session whose answers are told not to be what legacy gives: they are kept for the handles in them."""
    calls = (replace(call, hidden=call.hidden | {Side.LEGACY}) for call in session.calls)
    return replace(session, calls=tuple(calls))


def _kept(fingerprint: Fingerprint) -> Fingerprint:
    if fingerprint.template in STATUS_PLACES:
        return fingerprint
    return replace(fingerprint, transition=beside("", parted(fingerprint.transition)[1]))
