"""The gate over HTTP, as Argo's web metric and Flagger's webhook ask it."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from crossfade.reports.report import Report
from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of
from crossfade.tools.gate_endpoint import GateSource, gate_routes

TOKEN = "t0ken"
BEARER = {"Authorization": f"Bearer {TOKEN}"}
ROUTE = "/v1/gate/GET%20%2Fok"
Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


class Clock:
    """Stands still, and counts how often the store was read."""

    def __init__(self) -> None:
        self.now = 0.0
        self.reads = 0

    def read(self, path: Path) -> Report:
        """Reads as the endpoint does."""
        self.reads += 1
        return report_of(load_config(path), None, examples=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def ask(service: Any, clock: Clock) -> AsyncIterator[Ask]:
    app = web.Application()
    app.add_routes(gate_routes(GateSource(service.config, clock=lambda: clock.now, read=clock.read), TOKEN))
    async with TestServer(app) as server, aiohttp.ClientSession() as client:

        async def ask(
            path: str, method: str = "GET", headers: dict[str, str] | None = None
        ) -> tuple[int, dict[str, Any]]:
            url = URL(f"http://127.0.0.1:{server.port}{path}", encoded=True)
            async with client.request(method, url, headers=BEARER if headers is None else headers) as answer:
                return answer.status, await answer.json()

        yield ask


@pytest.mark.parametrize(
    ("compared", "diverged", "verdict", "post"),
    [(400, 0, "pass", 200), (20, 0, "inconclusive", 412), (0, 400, "fail", 412)],
)
async def test_a_verdict_is_json_for_argo_and_a_status_for_flagger(
    ask: Ask, service: Any, compared: int, diverged: int, verdict: str, post: int
) -> None:
    """GET is 200 whatever the verdict; POST is 200 for a pass alone."""
    if diverged:
        service.diverged(diverged)
    else:
        service.compared(compared)
    status, told = await ask(ROUTE)
    assert (status, told["verdict"], told["candidate"]) == (200, verdict, "java")
    assert told["claim"].startswith(verdict.upper())
    assert bool(told["reason"]) == (verdict != "pass")
    status, posted = await ask(ROUTE, "POST")
    assert (status, posted) == (post, told)


async def test_all_claims_together(ask: Ask, service: Any) -> None:
    """Without a route it is the gate's own verdict."""
    service.compared(400)
    status, told = await ask("/v1/gate")
    assert (status, told["verdict"]) == (200, "pass")
    assert told["claim"].startswith("Proven: ")


async def test_a_route_that_is_not_there(ask: Ask, service: Any) -> None:
    """404, and no verdict."""
    service.compared(400)
    status, told = await ask("/v1/gate/GET%20%2Fother", "POST")
    assert status == 404
    assert told == {"error": "expected a route of the report, got 'GET /other'"}


async def test_a_route_that_is_not_claimed_proves_nothing(ask: Ask, service: Any) -> None:
    """Inconclusive, as nothing is said of it."""
    service.config.write_text(service.config.read_text().replace('"GET /ok"', '"GET /never"'))
    service.compared(400)
    status, told = await ask(ROUTE, "POST")
    assert (status, told["verdict"], told["reason"][:13]) == (412, "inconclusive", "not claimed: ")


async def test_evidence_of_another_build_proves_nothing(ask: Ask, service: Any) -> None:
    """A rollout names what it rolls out."""
    service.compared(400)
    assert (await ask(f"{ROUTE}?candidate=java", "POST"))[0] == 200
    status, told = await ask(f"{ROUTE}?candidate=java-2", "POST")
    assert (status, told["verdict"]) == (412, "inconclusive")
    assert told["reason"] == "expected evidence of candidate java-2, got that of java"
    assert (await ask("/v1/gate?candidate=java-2"))[1]["verdict"] == "inconclusive"


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_no_evidence_is_never_a_pass(ask: Ask, service: Any, method: str) -> None:
    """No store, a damaged one, a broken config: 503 and one line."""
    assert (await ask(ROUTE, method))[0] == 503
    service.store.parent.mkdir()
    service.store.write_bytes(b"no store" * 1000)
    status, told = await ask(ROUTE, method)
    assert (status, set(told)) == (503, {"error"})
    service.add("nonsense = 1\n")
    assert (await ask(ROUTE, method))[0] == 503


@pytest.mark.parametrize(
    ("shown", "status"),
    [
        ("", 401),
        ("Bearer", 401),
        ("Bearer other", 401),
        (TOKEN, 401),
        ("Basic !!", 401),
        ("Basic " + base64.b64encode(b"\xff:\xff").decode(), 401),
        ("Basic " + base64.b64encode(f"crossfade:{TOKEN}".encode()).decode(), 200),
        (f"bearer {TOKEN}", 200),
    ],
)
async def test_the_token(ask: Ask, service: Any, shown: str, status: int) -> None:
    """As bearer, or as password in the address, which is all that Flagger can send."""
    service.compared(400)
    headers = {"Authorization": shown} if shown else {}
    assert (await ask(ROUTE, headers=headers))[0] == status


async def test_a_report_is_read_once_a_second(ask: Ask, service: Any, clock: Clock) -> None:
    """However many ask at once; then again, under the rules that the config has then."""
    service.compared(400)
    answers = await asyncio.gather(*(ask(ROUTE) for _ in range(20)))
    assert ({status for status, _ in answers}, clock.reads) == ({200}, 1)
    service.add("confidence_pct = 99.9\nbudget_pct = 0.1\n")
    clock.now = 0.9
    assert (await ask(ROUTE))[1]["verdict"] == "pass"
    clock.now = 1.0
    assert (await ask(ROUTE))[1]["verdict"] == "inconclusive"
    assert clock.reads == 2
