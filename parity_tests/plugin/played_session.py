"""A session as pytest reports it: failed, with nothing to say, expected to differ, or passed. Pure but for playing."""

import datetime
from collections import Counter
from dataclasses import dataclass

from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.plugin.found import Found, found_of
from crossfade.parity_tests.plugin.services import Services
from crossfade.shadow.evidence.view import AcceptRule


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionFound:
    """What the calls of a session show, in their order."""

    session: Session
    found: tuple[Found, ...]

    @property
    def failing(self) -> tuple[tuple[int, Found], ...]:
        """The calls that differ, and those that legacy did not answer, with their number from 1 on."""
        numbered = enumerate(self.found, 1)
        return tuple((at, found) for at, found in numbered if found.differences or found.legacy_failed)

    @property
    def left_out(self) -> Counter[str]:
        """How many calls were not compared, by reason."""
        return Counter(found.left_out for found in self.found if found.left_out)

    @property
    def compared(self) -> int:
        """Calls that were compared."""
        return sum(not found.left_out for found in self.found)

    @property
    def accepted(self) -> tuple[AcceptRule, ...]:
        """The rules that accept a difference of it."""
        return tuple(dict.fromkeys(rule for found in self.found for rule in found.accepted))


async def find_in_session(services: Services, session: Session, today: datetime.date) -> SessionFound:
    """Plays a session on both services, with handles of its own."""
    bindings = services.pair.new_bindings()
    found = []
    for call in session.calls:
        played = await services.pair.play(call, bindings)
        left = await services.noise.left(played, bindings)  # at once: the next call may change what was read
        found.append(found_of(played, left, services.accepted, today))
    return SessionFound(session=session, found=tuple(found))
