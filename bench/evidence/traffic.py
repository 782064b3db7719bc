"""Made-up comparisons of a busy service: the same numbers give the same comparisons, in the same order."""

import json
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from crossfade.shadow.exchange.difference import Fingerprint, Kind, Signature
from crossfade.shadow.exchange.observations import Example, Judged, RequestSample
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

STARTED = 1_790_000_000.0
_KINDS = (Kind.VALUE, Kind.FORMAT, Kind.TYPE, Kind.MISSING, Kind.ADDED, Kind.ORDER)
_CAUSES = ("", "", "", "A1", "H1")
_HEADERS = (
    ("Host", "users.example"),
    ("Accept", "application/json"),
    ("Accept-Encoding", "gzip, deflate, br"),
    ("User-Agent", "python-requests/2.32.3"),
    ("Content-Type", "application/json"),
    ("X-Request-Id", "0f8fad5b-d9cb-469f-a165-70867728950e"),
    ("X-Tenant", "blue"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Traffic:
    """So many comparisons over so many routes, which find so many clusters; one in ten differs."""

    comparisons: int
    routes: int = 300
    clusters: int = 5000
    differing: float = 0.1
    seed: int = 1

    def infos(self) -> list[RouteInfo]:
        """The routes: two thirds HTTP, one third gRPC."""
        return [_info(number) for number in range(self.routes)]

    def observations(self, first: int = 0) -> Iterator[Judged]:
        """The comparisons, from the ``first`` on; each cluster comes as soon as there are enough that differ."""
        rng = random.Random(self.seed + first)
        infos = self.infos()
        found = [_fingerprints(number, self.clusters, self.routes) for number in range(self.routes)]
        seen: Counter[int] = Counter()
        for number in range(first, first + self.comparisons):
            route = number % self.routes
            signature: Signature = ()
            if rng.random() < self.differing:
                signature = _signature(found[route], seen[route], rng)
                seen[route] += 1
            yield _judged(number, infos[route], signature, rng)

    def entered(self, first: int = 0) -> dict[RouteInfo, int]:
        """What the engine says entered by the end of these comparisons, the ones before ``first`` included."""
        whole, rest = divmod(first + self.comparisons, self.routes)
        return {info: whole + (number < rest) for number, info in enumerate(self.infos())}


def _info(number: int) -> RouteInfo:
    if number % 3 == 2:  # noqa: PLR2004 - every third one
        name = f"users.v1.Service{number % 20}/Call{number}"
        return RouteInfo(route=name, protocol="grpc", call_type="unary", stage=Stage.SHADOW, listener="web")
    name = f"{'POST' if number % 3 else 'GET'} /v1/things{number}/{{id}}"
    return RouteInfo(route=name, protocol="http", call_type="http", stage=Stage.SHADOW, listener="web")


def _fingerprints(route: int, clusters: int, routes: int) -> list[Fingerprint]:
    count = clusters // routes + (route < clusters % routes)
    return [
        Fingerprint(
            template=f"body/items/*/group{number % 4}/field{number}",
            kind=_KINDS[number % len(_KINDS)].value,
            cause=_CAUSES[number % len(_CAUSES)],
        )
        for number in range(count)
    ]


def _signature(found: list[Fingerprint], seen: int, rng: random.Random) -> Signature:
    """Each fingerprint alone in turn, now and then beside its neighbours: what one bug in a handler looks like."""
    if not found:
        return ()
    at = seen % len(found)
    return tuple(sorted({found[(at + step) % len(found)] for step in range(rng.choice((1, 1, 2, 3)))}))


def _judged(number: int, route: RouteInfo, signature: Signature, rng: random.Random) -> Judged:
    legacy_ms = rng.lognormvariate(2, 1)
    return Judged(
        route=route,
        at=STARTED + number / 100,
        request_hash=rng.getrandbits(64),
        signature=signature,
        noise=signature[:1] if number % 50 == 0 else None,
        examples=tuple(_example(number, route, item) for item in signature),
        legacy_ms=legacy_ms,
        candidate_ms=legacy_ms * rng.lognormvariate(0, 0.3),
    )


def _example(number: int, route: RouteInfo, fingerprint: Fingerprint) -> Example:
    return Example(
        comparison_id=f"c{number}",
        fingerprint=fingerprint,
        path=fingerprint.template.replace("*", "3"),
        legacy=f'"2026-11-24T12:00:{number % 60:02}+00:00"',
        candidate=f'"2026-11-24T12:00:{number % 60:02}Z"',
        request=_request(number, route),
    )


def _request(number: int, route: RouteInfo) -> RequestSample:
    items = [{"id": number + at, "name": f"thing {at}", "tags": ["a", "b"], "price": "12.50"} for at in range(6)]
    body = json.dumps({"items": items, "page": number})
    if route.protocol == "grpc":
        path = f"/{route.route}"
        return RequestSample(
            protocol="grpc", method="POST", target=path, headers=_HEADERS, body=body, authority="users.example"
        )
    method = route.route.partition(" ")[0]
    path = route.route.partition(" ")[2].replace("{id}", str(number))
    return RequestSample(
        protocol="http",
        method=method,
        target=f"{path}?page={number}&view=full",
        headers=_HEADERS,
        body=body if method == "POST" else "",
        authority="users.example",
    )
