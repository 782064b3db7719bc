"""One service that sends: its lines are told as any other source's pairs are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from crossfade.shadow.capture import source
from crossfade.shadow.capture.source import PairSink
from crossfade.shadow.exchange import Protocol
from crossfade.shadow.exchange.outcome import Outcome
from crossfade.shadow.exchange.route import OTHER, RouteInfo
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.ingest.answers import build_request
from crossfade.shadow.ingest.complaints import Complaints
from crossfade.shadow.ingest.protocol import Counts, Pair, Unreadable, is_route
from crossfade.shadow.ingest.reasons import UNKNOWN, end_of

_AT_ONCE = 500
_NO_ROUTE = RouteInfo(route=OTHER, protocol=Protocol.GRPC.value, call_type="unknown", stage=Stage.SHADOW)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeAndIds:
    """Where the time (seconds since the epoch) and new ids come from."""

    now: Callable[[], float]
    new_id: Callable[[], str]


class Service:
    """Tells a ``PairSink`` what a service's lines hold."""

    def __init__(self, sink: PairSink, time_and_ids: TimeAndIds, complaints: Complaints) -> None:
        self._sink = sink
        self._time_and_ids = time_and_ids
        self._complaints = complaints

    def take_counts(self, counts: Counts) -> Iterator[None]:
        """Counts what a service counted; yields now and then, so that others have their turn."""
        route = self._route(counts.route)
        self._sink.entered(route, counts.entered)
        for word, number in counts.shed:
            self._shed(route, word, number)
        for start in range(0, len(counts.equals), _AT_ONCE):
            for equal in counts.equals[start : start + _AT_ONCE]:
                self._sink.matched(route, equal)
            yield

    def take_pair(self, pair: Pair) -> None:
        """Has the two answers judged."""
        request = build_request(
            pair.route,
            pair.request_headers,
            pair.request_body,
            request_id=self._time_and_ids.new_id(),
            at=self._time_and_ids.now(),
        )
        found = source.Pair(request=request, legacy=pair.legacy, candidate=pair.candidate)
        self._sink.pair(self._route(pair.route), found)

    def take_unreadable(self, pair: Unreadable) -> None:
        """Counts a pair that can't be read."""
        route = self._route(pair.route)
        self._complaints.add("pair", f"route={route.route} {pair.what}; counted as uncomparable({pair.reason.value})")
        self._sink.settled(route, Outcome.UNCOMPARABLE, pair.reason)

    def close(self) -> None:
        """The service is gone."""
        self._sink.close()

    def _shed(self, route: RouteInfo, word: str, count: int) -> None:
        end = end_of(word)
        if end is None:
            end = UNKNOWN
            self._complaints.add(
                "reason", f"route={route.route} shed: expected a reason of crossfade, got another word"
            )
        if count:
            self._sink.settled(route, *end, count)

    def _route(self, text: str) -> RouteInfo:
        return self._sink.route(Protocol.GRPC, "POST", f"/{text}") if is_route(text) else _NO_ROUTE
