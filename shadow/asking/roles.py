"""A comparison seen from the client: one side answered it, and the other is asked with a copy. Pure.

Whoever answers, legacy stays legacy: what a roles' pair is called does not depend on who was asked.
"""

from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.sides import Sides
from crossfade.shadow.exchange import Reply
from crossfade.shadow.exchange.served import Served


def opposite(sides: Sides, served: Served) -> Upstream | None:
    """The side that did not answer the client; None where nobody contacts legacy here."""
    return sides.legacy if served is Served.CANDIDATE else sides.candidate


def pair(served: Served, *, given: Reply, asked: Reply) -> tuple[Reply, Reply]:
    """Legacy's reply and the candidate's, of the one that the client was given and that of the opposite side."""
    return (asked, given) if served is Served.CANDIDATE else (given, asked)
