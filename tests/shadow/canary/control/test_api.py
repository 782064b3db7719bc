"""The API as any HTTP client sees it."""

from typing import Any

import aiohttp
import pytest
from aiohttp import web

from crossfade.shadow.canary.control.api import Api
from crossfade.shadow.errors import ShadowError

BEARER = {"Authorization": "Bearer a token"}
ORDER = {"actor": "jo", "reason": "it is time", "routes": "GET *"}


async def ask(address: str, path: str, *, headers: Any = BEARER, method: str = "GET", **more: Any) -> tuple[int, Any]:
    """Status and JSON of an answer."""
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, f"http://{address}{path}", headers=headers, **more) as answer,
    ):
        return answer.status, await answer.json()


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer another"}, {"Authorization": "Basic a token"}, {"Cookie": "token=a token"}],
)
@pytest.mark.parametrize(("method", "path"), [("GET", "/v1/canary"), ("POST", "/v1/canary/abort"), ("GET", "/nothing")])
async def test_without_the_token_nothing_is_told_or_done(
    address: str, steered: Any, headers: Any, method: str, path: str
) -> None:
    """A cookie is not looked at, so a browser can't be made to act."""
    status, problem = await ask(address, path, headers=headers, method=method, json=ORDER)
    assert (status, list(problem)) == (401, ["error"])
    assert steered.orders == []


async def test_the_rollout_and_one_route_are_json(address: str) -> None:
    """A route's name stands in the path, with its slashes."""
    status, all_of_it = await ask(address, "/v1/canary")
    assert (status, all_of_it["service"], all_of_it["schema_version"]) == (200, "builds", 1)
    assert await ask(address, "/v1/canary/GET%20%2Fbuilds%2F%7Bid%7D") == (200, all_of_it["routes"][0])
    assert (await ask(address, "/v1/canary/GET%20/builds/{id}"))[0] == 200
    assert (await ask(address, "/v1/canary/GET%20%2Fother"))[0] == 404


async def test_a_verb_is_carried_out(address: str, steered: Any) -> None:
    """With who asked and why."""
    status, done = await ask(address, "/v1/canary/promote_full", method="POST", json=ORDER)
    assert (status, done["routes"][0]["phase"]) == (200, "Progressing")
    ((verb, order),) = steered.orders
    assert (verb, order.actor, order.reason, order.routes) == ("promote_full", "jo", "it is time", "GET *")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff",
        b"[]",
        b'{"actor": 1}',
        b'{"reason": "no actor"}',
        b'{"actor": "jo", "reasons": "unknown key"}',
    ],
)
async def test_a_body_that_is_no_order_is_refused(address: str, steered: Any, body: bytes) -> None:
    """In one line of JSON."""
    status, problem = await ask(address, "/v1/canary/abort", method="POST", data=body)
    assert status == 400
    assert problem["error"].startswith("body: ")
    assert steered.orders == []


async def test_other_mistakes_are_json_too(address: str) -> None:
    """An unknown verb, a method, a path, a body that is too long."""
    assert (await ask(address, "/v1/canary/explode", method="POST", json=ORDER))[0] == 404
    assert await ask(address, "/v1/canary", method="PUT") == (405, {"error": "Method Not Allowed"})
    assert await ask(address, "/v2") == (404, {"error": "Not Found"})
    assert (await ask(address, "/v1/canary/abort", method="POST", data=b"x" * 100_000))[0] == 413


@pytest.mark.parametrize(("exit_code", "status"), [(2, 409), (4, 503)])
async def test_what_the_controller_refuses_is_told(address: str, steered: Any, exit_code: int, status: int) -> None:
    """Its own words."""
    steered.problem = ShadowError("GET /x: expected a route", exit_code=exit_code)
    assert await ask(address, "/v1/canary/pause", method="POST", json=ORDER) == (
        status,
        {"error": "GET /x: expected a route"},
    )


async def test_other_routes_look_at_the_token_themselves(steered: Any) -> None:
    """As those that also take it as a password."""

    async def judge(request: web.Request) -> web.Response:
        return web.json_response({"route": request.match_info["route"]})

    api = Api(steered, token="t", others=[web.get("/v1/gate/{route:.+}", judge)])
    address = await api.start("127.0.0.1", 0)
    assert await ask(address, "/v1/gate/GET%20%2Fa", headers={}) == (200, {"route": "GET /a"})
    assert (await ask(address, "/v1/canary", headers={}))[0] == 401
    await api.close()


async def test_probes_and_scrapes_need_no_token(address: str, steered: Any) -> None:
    """A scrape is made at most once a second."""
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://{address}/live") as answer:
            assert (answer.status, await answer.text()) == (200, "live\n")
        for _ in range(3):
            async with session.get(f"http://{address}/metrics") as answer:
                assert await answer.text() == "crossfade_canary_step 3\n"
    assert steered.scrapes == 1


async def test_an_address_that_is_taken_is_one_line(address: str, steered: Any) -> None:
    """It names the key."""
    host, _, port = address.partition(":")
    with pytest.raises(ShadowError, match=r"^canary\.address: expected an address to listen on, got 127"):
        await Api(steered, token="t").start(host, int(port))


async def test_ipv6_is_written_with_brackets(steered: Any) -> None:
    """As a client needs it."""
    api = Api(steered, token="t")
    try:
        address = await api.start("::1", 0)
    except ShadowError:
        pytest.skip("no IPv6 here")
    assert address.startswith("[::1]:")
    await api.close()
