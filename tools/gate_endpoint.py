"""The gate over HTTP, for rollout controllers: /v1/gate/ROUTE, and /v1/gate for all claims together.

GET answers 200 with any verdict, for who reads JSON (the web metric of Argo Rollouts). POST says it by the status: 200
is a pass, 412 is none (a webhook of Flagger). What could not be judged is neither: 404 no such route, 503 no evidence.
"""

import asyncio
import base64
import binascii
import hmac
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from aiohttp import web

from crossfade.reports.gate_verdict import GateVerdict, route_verdict, run_verdict
from crossfade.reports.report import Report
from crossfade.shadow.config import load_config
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.evidence import EvidenceError
from crossfade.tools.evidence_view import report_of

_KEEP_S = 1.0
_REFUSED = {"WWW-Authenticate": "Bearer"}

Answering = Callable[[Report, str | None], GateVerdict | None]


@dataclass(slots=True)
class GateSource:
    """Reads the newest run under the present rules, in a thread, and keeps the report for a second."""

    config_path: Path
    clock: Callable[[], float] = time.monotonic
    read: Callable[[Path], Report] = field(default=lambda path: report_of(load_config(path), None, examples=False))
    _reading: asyncio.Lock = field(default_factory=asyncio.Lock)
    _kept: tuple[float, Report] | None = None

    async def report(self) -> Report:
        """At most a second old. Raises: ShadowError, EvidenceError: there is no config or no evidence to read."""
        async with self._reading:
            now = self.clock()
            if self._kept is None or now - self._kept[0] >= _KEEP_S:
                self._kept = None
                self._kept = (now, await asyncio.to_thread(self.read, self.config_path))
            return self._kept[1]


def gate_routes(source: GateSource, token: str) -> list[web.RouteDef]:
    """The routes of the endpoint, for any app. A caller shows the token as bearer, or as password where it can't."""

    async def of_route(request: web.Request) -> web.Response:
        name = request.match_info["route"]
        return await _answered(request, source, token, lambda report, build: route_verdict(report, name, build))

    async def of_run(request: web.Request) -> web.Response:
        return await _answered(request, source, token, run_verdict)

    return [
        route
        for path, handler in (("/v1/gate", of_run), ("/v1/gate/{route:.+}", of_route))
        for route in (web.get(path, handler), web.post(path, handler))
    ]


async def _answered(request: web.Request, source: GateSource, token: str, answer: Answering) -> web.Response:
    if not _shows(request, token):
        return web.json_response({"error": "expected the token, as bearer"}, status=401, headers=_REFUSED)
    try:
        report = await source.report()
    except (ShadowError, EvidenceError) as error:
        return web.json_response({"error": str(error)}, status=503)
    found = answer(report, request.query.get("candidate"))
    if found is None:
        line = f"expected a route of the report, got {request.match_info['route']!r}"
        return web.json_response({"error": line}, status=404)
    passes = found.verdict == "pass" or request.method in {"GET", "HEAD"}
    return web.json_response(asdict(found), status=200 if passes else 412)


def _shows(request: web.Request, token: str) -> bool:
    scheme, _, value = request.headers.get("Authorization", "").partition(" ")
    shown = _password(value) if scheme.lower() == "basic" else value if scheme.lower() == "bearer" else ""
    return hmac.compare_digest(shown.strip().encode(), token.encode())


def _password(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return ""
