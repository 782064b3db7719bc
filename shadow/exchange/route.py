"""What requests are counted under."""

from dataclasses import dataclass, field

from crossfade.shadow.exchange.stage import Stage

OTHER = "(other)"
"""The route of everything past the cap."""
STREAMED_REQUESTS = frozenset({"client_stream", "bidi"})
STREAMED_ANSWERS = frozenset({"server_stream", "bidi"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteInfo:
    """``call_type`` is http, unary, server_stream, client_stream or bidi.

    ``listener`` is the port that carries it: one name on two ports is two routes. It is "" where requests came by none.
    ``stage`` is how far it had come by then; it may change, and the route is the same.
    """

    route: str
    protocol: str
    call_type: str
    stage: Stage = field(compare=False)
    listener: str = ""

    @property
    def key(self) -> str:
        """What no other route of a run is called."""
        return qualified(self.route, self.listener)


def qualified(route: str, listener: str) -> str:
    """The name of a route with its port in front, where it has one."""
    return f"{listener} {route}" if listener else route
