"""The servers that a port's requests are sent to, out of the config."""

import os
from functools import partial

from crossfade.codegen.contract import Contract
from crossfade.shadow.config import Config, ListenSettings
from crossfade.shadow.exchange import Request
from crossfade.shadow.mirror.clients.exchange import TlsFiles
from crossfade.shadow.mirror.clients.header_policy import HeaderPolicy
from crossfade.shadow.mirror.clients.notes import Notes
from crossfade.shadow.mirror.clients.upstream import Upstream
from crossfade.shadow.mirror.pending import Sides
from crossfade.shadow.mirror.routes import RouteTable


def build_sides(config: Config, listen: ListenSettings, contract: Contract | None) -> Sides:
    """Candidate and secondary of one port; the secondary is legacy's double and gets all that legacy got.

    Raises: ShadowError: a certificate that can't be read, a variable of the environment that is not set.
    """
    mirror = config.mirror
    upstream = partial(Upstream, deadline_ms=mirror.deadline_ms, body_limit_bytes=mirror.body_limit_bytes)
    routes = RouteTable(config.routes.http, config.routes.max_inferred, {} if contract is None else contract.methods)

    def route_of(request: Request) -> str:
        return routes.resolve(request.protocol, request.method.upper(), request.target).route

    policy = HeaderPolicy(mirror.header, route_of=route_of, environment=os.environ)
    candidate = upstream(
        listen.candidate,
        tls=TlsFiles(ca=listen.candidate_ca, cert=listen.candidate_cert),
        fields=policy.fields,
        notes=Notes("candidate", route_of),
    )
    secondary = None
    if listen.secondary is not None:
        tls = TlsFiles(ca=listen.legacy_ca, cert=listen.legacy_cert)
        secondary = upstream(listen.secondary, tls=tls, notes=Notes("secondary", route_of))
    return Sides(candidate=candidate, secondary=secondary)
