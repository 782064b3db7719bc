"""The servers that a port's requests are sent to, out of the config."""

import os
from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial

from crossfade.shadow.asking.clients.address import TlsFiles
from crossfade.shadow.asking.clients.header_policy import HeaderPolicy
from crossfade.shadow.asking.clients.notes import Notes
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.config import Config, HeaderRule, ListenSettings
from crossfade.shadow.exchange import Headers, Request
from crossfade.shadow.exchange.route import OTHER
from crossfade.shadow.routes.naming import exact_name
from crossfade.shadow.routes.templates import Templates

_MAX_CHARS = 200
_MAX_SEGMENTS = 32  # a path with more is its own name, with all values in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Sides:
    """The upstreams behind one listener; ``legacy`` only where requests may have to go to it from here."""

    candidate: Upstream
    secondary: Upstream | None
    legacy: Upstream | None = None

    def notes(self) -> tuple[Notes, ...]:
        """What each did that is neither answer nor failure."""
        return tuple(side.notes for side in (self.candidate, self.secondary, self.legacy) if side is not None)

    async def close(self) -> None:
        """Closes the connections."""
        for side in (self.candidate, self.secondary, self.legacy):
            if side is not None:
                await side.close()


Fields = Callable[[Request], Headers]
"""The header fields with which a request goes out."""

Own = Callable[[Headers], Headers]
"""Changes the header fields of a request to one side."""

NOTHING_OWN: Mapping[str, Own] = {}
"""Where all sides get the same."""


def build_sides(  # noqa: PLR0913 - each has its default
    config: Config,
    listen: ListenSettings,
    calls: Container[str] = frozenset(),
    *,
    rules: Iterable[HeaderRule] = (),
    own: Mapping[str, Own] = NOTHING_OWN,
    with_legacy: bool = False,
) -> Sides:
    """Candidate and secondary of one port; the secondary is legacy's double and gets all that legacy got.

    ``calls`` are the gRPC methods of the contract. ``rules`` change header fields for all sides, before those of the
    config do for the candidate; ``own``, by the side's name, is what only that side gets, at last.
    ``with_legacy``: requests go to legacy from here, too.

    Raises: ShadowError: a certificate that can't be read, a variable of the environment that is not set.
    """
    mirror = config.mirror
    upstream = partial(Upstream, deadline_ms=mirror.deadline_ms, body_limit_bytes=mirror.body_limit_bytes)
    templates = Templates(config.routes.http)

    def route_of(request: Request) -> str:
        return logged_name(exact_name(templates, request.protocol, request.method, request.target))

    policy_of = partial(
        HeaderPolicy, environment=os.environ, listener=listen.name, templates=config.routes.http, calls=calls
    )
    of_all = policy_of(rules).fields
    candidate = upstream(
        listen.candidate,
        tls=TlsFiles(ca=listen.candidate_ca, cert=listen.candidate_cert),
        fields=_with_own(
            _after(of_all, policy_of(mirror.header).fields) if rules else policy_of(mirror.header).fields,
            own.get("candidate"),
        ),
        notes=Notes("candidate", route_of),
    )
    of_legacy = partial(upstream, tls=TlsFiles(ca=listen.legacy_ca, cert=listen.legacy_cert))
    secondary, legacy = None, None
    if listen.secondary is not None:
        fields = _with_own(of_all, own.get("secondary"))
        secondary = of_legacy(listen.secondary, fields=fields, notes=Notes("secondary", route_of))
    if with_legacy:
        legacy = of_legacy(listen.legacy, fields=_with_own(of_all, own.get("legacy")), notes=Notes("legacy", route_of))
    return Sides(candidate=candidate, secondary=secondary, legacy=legacy)


def _with_own(fields: Fields, own: Own | None) -> Fields:
    return fields if own is None else lambda request: own(fields(request))


def _after(first: Fields, then: Fields) -> Fields:
    return lambda request: then(replace(request, headers=first(request)))


def logged_name(route: str) -> str:
    """A route's name as it may be logged: one line, of bounded length, and no path that was never a route."""
    is_route = route.isprintable() and len(route) <= _MAX_CHARS and route.count("/") <= _MAX_SEGMENTS
    return route if is_route else OTHER
