"""Weights in a real Kubernetes API server: patched, read back, refused, changed by others, given back."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from typing import Any

import pytest

from crossfade.shadow.canary.plane import PlaneError
from crossfade.shadow.canary.planes.gateway import Gateway
from crossfade.shadow.canary.planes.gateway_manifests import manifests
from crossfade.shadow.canary.planes.gateway_routes import Site, name_of
from crossfade.shadow.canary.planes.kubernetes_api import ApiError, KubernetesApi
from crossfade.shadow.canary.planes.watchdog import Watchdog
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange.stage import Stage
from crossfade.shadow.serving.weights import HeaderMatch, RouteWeight, Weights

pytestmark = [pytest.mark.kubernetes, pytest.mark.slow]

RPC, GET = "ci.builds.v1.BuildService/GetBuild", "GET /builds/{id}"
ROUTES = ((RPC, True), (GET, True))


class Shop:
    """One service in the cluster; ``gateway`` stands in for what implements the Gateway: it accepts routes."""

    def __init__(self, kube: Any, site: Site, tokens: Any) -> None:
        self.kube, self.site, self._tokens = kube, site, tokens
        self.accepts = asyncio.Event()
        self.accepts.set()
        self._accepting = asyncio.Lock()

    def path(self, route: str) -> str:
        """The path of a route's object."""
        kind = "grpcroutes" if route == RPC else "httproutes"
        group = "/apis/gateway.networking.k8s.io/v1/namespaces/shop"
        return f"{group}/{kind}/{name_of(self.site.service, route)}"

    def object(self, route: str) -> Any:
        """The object as it is."""
        return self.kube.call("GET", self.path(route))

    def change(self, route: str, *operations: dict[str, Any]) -> None:
        """Somebody else's patch."""
        self.kube.call("PATCH", self.path(route), [*operations], "application/json-patch+json")

    async def gateway(self) -> None:
        """Accepts what changes."""
        while True:
            await self.accepts.wait()
            async with self._accepting:
                await asyncio.to_thread(self.accept)
            await asyncio.sleep(0.02)

    async def rest(self) -> None:
        """Nothing is accepted any more until ``accepts`` is set."""
        self.accepts.clear()
        async with self._accepting:
            pass

    def accept(self) -> None:
        """Each route of the service, as a Gateway reports it."""
        for route, _ in ROUTES:
            found = self.object(route)
            condition = {
                "type": "Accepted",
                "status": "True",
                "reason": "Accepted",
                "message": "",
                "lastTransitionTime": "2026-01-01T00:00:00Z",
                "observedGeneration": found["metadata"]["generation"],
            }
            parent = {"parentRef": {"name": "edge"}, "controllerName": "example.com/x", "conditions": [condition]}
            if found.get("status", {}).get("parents") != [parent]:
                body = {"status": {"parents": [parent]}}
                self.kube.call("PATCH", f"{self.path(route)}/status", body, "application/merge-patch+json")

    def plane(self, token: str | None = None, *, accepted_s: float = 60.0) -> Gateway:
        """The plane as the controller opens it; ``accepted_s`` is how long it waits for the Gateway."""
        config = self.kube.kubeconfig(token or self._tokens.CONTROLLER)
        return Gateway("edge", ["*"], self.site, KubernetesApi(config, "shop", 60.0), timeout_s=accepted_s)

    async def ready(self) -> None:
        """Returns once the API server knows of the controller's rights, which it learns a moment after they are applied."""
        api = KubernetesApi(self.kube.kubeconfig(self._tokens.CONTROLLER), "shop", 60.0)
        status = 403
        while status == 403:
            try:
                await api.get("Lease", "none")
            except ApiError as error:
                status = error.status
        api.close()
        assert status == 404


@pytest.fixture
async def shop(kube: Any, kube_tokens: Any, request: pytest.FixtureRequest) -> AsyncIterator[Shop]:
    service = f"s{abs(hash(request.node.name)) % 10**8}"
    site = Site(
        service=service,
        namespace="shop",
        gateway="edge",
        hostnames=(f"{service}.example.com",),
        legacy="builds-crossfade:8080",
        candidate="builds-java:8080",
        tester_header="x-side",
        warms=True,
    )
    for made in manifests(site, ROUTES):
        if made["kind"] == "RoleBinding":
            made["subjects"] = [{"kind": "User", "name": kube_tokens.CONTROLLER_USER}]
        kube.apply(made)
    shop = Shop(kube, site, kube_tokens)
    await shop.ready()
    running = asyncio.create_task(shop.gateway())
    yield shop
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


def weights(pct: float = 5.0, generation: int = 1, stage: Stage = Stage.CANARY) -> Weights:
    """The same for both routes."""
    routes = tuple(
        RouteWeight(route=route, stage=stage, candidate_pct=pct, mirror_pct=20.0) for route in sorted((RPC, GET))
    )
    return Weights(generation=generation, lease_s=2.5, routes=routes)


def shown(found: Weights) -> Weights:
    """With the routes in order."""
    routes = tuple(sorted(found.routes, key=lambda weight: weight.route))
    return Weights(generation=found.generation, lease_s=found.lease_s, routes=routes)


async def test_what_was_set_is_read_back(shop: Shop) -> None:
    """Both kinds, each step on the way and back, by the rights that are rendered with the routes."""
    plane = shop.plane()
    steps = ((5.0, Stage.CANARY), (0.25, Stage.CANARY), (100.0, Stage.LIVE), (0.0, Stage.SHADOW))
    for generation, (pct, stage) in enumerate(steps, 1):
        await plane.set(weights(pct, generation, stage))
        assert shown(await plane.read()) == weights(pct, generation, stage)
    backends = shop.object(RPC)["spec"]["rules"][-1]["backendRefs"]
    assert [one["weight"] for one in backends] == [100, 0]
    assert await plane.counts() == ()
    await plane.close()


async def test_headers_and_a_route_that_is_missing(shop: Shop) -> None:
    """A route without a weight is legacy's; testers' rules are no header of a step."""
    plane = shop.plane()
    await plane.set(weights())
    one = RouteWeight(
        route=GET, stage=Stage.CANARY, candidate_pct=0.0, headers=(HeaderMatch(name="x-team", value="qa"),)
    )
    await plane.set(Weights(generation=2, lease_s=2.5, routes=(one,)))
    found = await plane.read()
    assert (found.of(GET), found.of(RPC).candidate_pct) == (one, 0.0)
    await plane.close()


async def test_somebody_else_changes_a_route_meanwhile(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server says 409; it is read again, tried again, and the other change is kept."""
    plane, conflicts = shop.plane(), 0
    real = KubernetesApi.patch

    async def late(self: KubernetesApi, kind: str, name: str, operations: list[Any]) -> Any:
        nonlocal conflicts
        if kind == "HTTPRoute" and not conflicts:
            await asyncio.to_thread(
                shop.change, GET, {"op": "add", "path": "/spec/rules/2/timeouts", "value": {"request": "5s"}}
            )
        try:
            return await real(self, kind, name, operations)
        except ApiError as error:
            conflicts += error.status == 409
            raise

    monkeypatch.setattr(KubernetesApi, "patch", late)
    await plane.set(weights())
    assert conflicts
    main = shop.object(GET)["spec"]["rules"][-1]
    assert (main["timeouts"], main["backendRefs"][1]["weight"]) == ({"request": "5s"}, 5)
    await plane.close()


async def test_a_route_that_changes_all_the_time(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """After the last 409 it is told."""
    plane = shop.plane()
    real = KubernetesApi.patch

    async def late(self: KubernetesApi, kind: str, name: str, operations: list[Any]) -> Any:
        if kind == "HTTPRoute":
            value = str(asyncio.get_running_loop().time())
            change = {"op": "add", "path": "/metadata/annotations/example.com~1x", "value": value}
            await asyncio.to_thread(shop.change, GET, change)
        return await real(self, kind, name, operations)

    monkeypatch.setattr(KubernetesApi, "patch", late)
    with pytest.raises(PlaneError, match=r"^edge: the API server said 409: .*has been modified"):
        await plane.set(weights())
    await plane.close()


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ({"op": "replace", "path": "/spec/rules/2/backendRefs/1/weight", "value": -1}, "greater than or equal to 0"),
        ({"op": "test", "path": "/spec/rules/2/backendRefs/1/weight", "value": 7}, "rejected our request"),
    ],
)
async def test_a_patch_that_the_server_refuses(shop: Shop, operation: dict[str, Any], message: str) -> None:
    """A weight below 0, and a test that fails: 422 with the server's reason, and nothing is changed."""
    api = KubernetesApi(shop.kube.kubeconfig(shop._tokens.CONTROLLER), "shop", 60.0)
    before = shop.object(GET)["spec"]
    with pytest.raises(ApiError, match=message) as raised:
        await api.patch("HTTPRoute", name_of(shop.site.service, GET), [operation])
    assert (raised.value.status, shop.object(GET)["spec"]) == (422, before)
    api.close()


async def test_a_refused_patch_is_the_planes_error(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a controller says Degraded, never Promoted."""
    plane = shop.plane()
    monkeypatch.setattr("crossfade.shadow.canary.planes.gateway_routes.split", lambda _: (101, -1))
    with pytest.raises(PlaneError, match=r"^edge: the API server said 422: "):
        await plane.set(weights())
    monkeypatch.undo()
    with pytest.raises(PlaneError, match="at most four decimals"):
        await plane.set(weights(100 / 3))
    await plane.close()


async def test_no_rights(shop: Shop, kube_tokens: Any) -> None:
    """What the server says, in one line."""
    plane = shop.plane(kube_tokens.VIEWER)
    for call in (plane.read(), plane.set(weights()), plane.renew(1)):
        with pytest.raises(PlaneError, match=r"^edge: the API server said 403: ") as raised:
            await call
        assert "\n" not in str(raised.value)
    await plane.close()


async def test_no_server(shop: Shop) -> None:
    """One line as well."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        config = shop.kube.kubeconfig(shop._tokens.CONTROLLER, f"https://127.0.0.1:{silent.getsockname()[1]}")
        plane = Gateway("edge", ["*"], shop.site, KubernetesApi(config, "shop", 0.3), timeout_s=0.3)
        with pytest.raises(PlaneError, match=r"^edge: expected an answer of the API server, got "):
            await plane.read()
        await plane.close()


async def test_a_gateway_that_does_not_accept(shop: Shop) -> None:
    """What is only written serves nobody: neither set nor read takes it for a weight."""
    plane, hasty = shop.plane(), shop.plane(accepted_s=0.3)
    await plane.set(weights())
    await shop.rest()
    with pytest.raises(PlaneError, match="expected a Gateway that accepts generation 2"):
        await hasty.set(weights(10.0, generation=2))
    with pytest.raises(PlaneError, match="expected a Gateway that accepted all routes"):
        await plane.read()
    shop.accepts.set()
    await plane.set(weights(10.0, generation=3))
    assert (await plane.read()).generation == 3
    await plane.close()
    await hasty.close()


async def test_routes_of_different_generations(shop: Shop) -> None:
    """A set that broke off in the middle is told, and so is one that is older than another."""
    plane = shop.plane()
    await plane.set(weights(generation=5))
    with pytest.raises(PlaneError, match="expected a generation of at least 5, got 4"):
        await plane.set(weights(generation=4))
    path = "/metadata/annotations/crossfade.dev~1generation"
    shop.change(GET, {"op": "replace", "path": path, "value": "6"})
    with pytest.raises(PlaneError, match="expected one generation of all routes, got 5, 6"):
        await plane.read()
    await plane.close()


async def test_weights_that_a_person_changed_are_shown(shop: Shop) -> None:
    """Never those that were asked for."""
    plane = shop.plane()
    await plane.set(weights())
    shop.change(GET, {"op": "replace", "path": "/spec/rules/2/backendRefs/1/weight", "value": 95})
    shop.accept()
    assert (await plane.read()).of(GET).candidate_pct == 50.0
    await plane.close()


async def test_a_route_whose_rules_somebody_took_away(shop: Shop) -> None:
    """It has no weight to show, and the watchdog and the next weights put it right."""
    plane = shop.plane()
    await plane.set(weights())
    shop.change(RPC, {"op": "remove", "path": "/spec/rules"})
    shop.accept()
    with pytest.raises(PlaneError, match="expected rules as crossfade writes them"):
        await plane.read()
    assert RPC in await plane.fall_back()
    await plane.set(weights(generation=2))
    assert shown(await plane.read()) == weights(generation=2)
    await plane.close()


async def test_a_route_that_was_not_applied(shop: Shop) -> None:
    """It is named, with what to do."""
    plane = shop.plane()
    other = RouteWeight(route="GET /other", stage=Stage.CANARY, candidate_pct=5.0)
    with pytest.raises(PlaneError, match="of GET /other, got none; apply what crossfade canary render writes"):
        await plane.set(Weights(generation=1, lease_s=1.0, routes=(other,)))
    await plane.close()


async def test_the_watchdog_gives_routes_back(shop: Shop) -> None:
    """When the Lease has not changed for its time by the watchdog's own clock; complete routes stay."""
    now = 0.0
    plane = shop.plane()
    watchdog = Watchdog(plane, 10.0, clock=lambda: now)
    assert await watchdog.look() == ()
    complete = RouteWeight(route=RPC, stage=Stage.COMPLETE, candidate_pct=100.0, mirror_pct=0.0)
    half = RouteWeight(route=GET, stage=Stage.CANARY, candidate_pct=50.0)
    await plane.set(Weights(generation=3, lease_s=10.0, routes=(complete, half)))
    for _ in range(3):
        now += 9
        await plane.renew(3)
        assert await watchdog.look() == ()
    now += 9.9
    assert await watchdog.look() == ()
    now += 0.1
    assert await watchdog.look() == (GET,)
    assert await watchdog.look() == ()
    shop.accept()
    found = await plane.read()
    assert (found.of(GET).candidate_pct, found.of(RPC).candidate_pct) == (0.0, 100.0)
    with pytest.raises(PlaneError, match="expected generation 2, got 3"):
        await plane.renew(2)
    await plane.close()


def test_no_access(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a kubeconfig nor a pod."""
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    for kubeconfig in (None, tmp_path / "none"):
        with pytest.raises(ShadowError, match="expected access to an API server, got none"):
            KubernetesApi(kubeconfig, "shop", 1.0)
