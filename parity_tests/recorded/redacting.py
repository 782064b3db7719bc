"""A call as it may be stored: the same pseudonym for the same value, wherever it stands. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.messages import message_ends
from crossfade.parity_tests.corpus.records import Call, Timing
from crossfade.shadow.compare.decode.media import Form, form_of, media_type
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.exchange import Comparison, Failure, FailureReason, Protocol, Request, header_values
from crossfade.shadow.exchange.events import Event, Hidden, Side, from_events
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.recording.redaction import ComparisonRedactor

_NO_CANDIDATE = Failure(reason=FailureReason.REFUSED, detail="not contacted", latency_ms=0.0)


class CallRedactor:
    """Redacts calls by one key, one set of rules and one contract, one after the other."""

    def __init__(self, redactor: RememberingRedactor, contract: Contract | None) -> None:
        self._redactor = redactor
        self._comparisons = ComparisonRedactor(redactor, contract)

    def redacted(self, call: Call) -> Call:
        """The call with pseudonyms in place of what must not be stored.

        ``hidden`` names the sides of which a body can't be read, so that nothing of it is kept. A file that a client
        sends is other bytes, as many: then the request is ``scrambled``. The times of a body that no longer has as many
        messages are left out.
        """
        secret = self._secret_segments(call)
        events = self._events(call)
        hidden = frozenset(event.side for event in events if isinstance(event.body, Hidden) and event.body.size_bytes)
        is_binary = Side.CLIENT in hidden and _is_binary(call.request)
        scrambled = is_binary or self._is_scrambled(call)
        kept = from_events(events)
        call = replace(
            call,
            route=self._route(call.route),
            request=replace(kept.request, target=_with_segments(kept.request.target, secret)),
            reply=kept.legacy,
            hidden=hidden - {Side.CLIENT} if is_binary else hidden,
            scrambled=scrambled,
        )
        return replace(call, timing=_fitting(call))

    def _events(self, call: Call) -> tuple[Event, ...]:
        comparison = Comparison(
            request=call.request, route=call.route.route, legacy=call.reply, candidate=_NO_CANDIDATE, secondary=None
        )
        return self._comparisons.events(comparison)

    def _is_scrambled(self, call: Call) -> bool:
        """Whether bytes of the request are others: looked at without the answer, whose bytes may be others too."""
        if not self._redactor.scrambles:
            return False
        self._redactor.scrambles = 0
        self._events(replace(call, reply=_NO_CANDIDATE))
        scrambled = self._redactor.scrambles > 0
        self._redactor.scrambles = 0
        return scrambled

    def _secret_segments(self, call: Call) -> dict[int, str]:
        """Pseudonyms of the segments of its path to which its route gives a secret name, by where they stand."""
        names = call.route.route.partition(" ")[2].split("/")
        segments = call.request.target.partition("?")[0].split("/")
        if call.request.protocol is Protocol.GRPC or len(names) != len(segments):
            return {}
        return {
            at: self._redactor.path_segment(segment)
            for at, (name, segment) in enumerate(zip(names, segments, strict=True))
            if name.startswith("{") and self._redactor.is_secret(name.strip("{}"))
        }

    def _route(self, route: RouteInfo) -> RouteInfo:
        """A route that was inferred is made of a path."""
        if route.protocol == Protocol.GRPC:
            return route
        return replace(route, route=self._redactor.target(route.route))


def _is_binary(request: Request) -> bool:
    """Whether a body is a file of bytes, for which others may stand in: a service takes any."""
    is_coded = bool(header_values(request.headers, "content-encoding"))
    is_http = request.protocol is Protocol.HTTP
    return is_http and not is_coded and form_of(*media_type(request.headers)) is Form.BYTES


def _with_segments(target: str, secret: Mapping[int, str]) -> str:
    path, mark, query = target.partition("?")
    return "/".join(secret.get(at, segment) for at, segment in enumerate(path.split("/"))) + mark + query


def _fitting(call: Call) -> Timing:
    """The times, without those of a body that no longer has as many messages: it was hidden as a whole."""
    request, reply, timing = call.request, call.reply, call.timing
    if len(timing.client_ms) != len(message_ends(request.protocol, request.headers, request.body)):
        timing = replace(timing, client_ms=())
    if isinstance(reply, Failure) or len(timing.server_ms) != len(
        message_ends(request.protocol, reply.headers, reply.body)
    ):
        timing = replace(timing, server_ms=())
    return timing
