"""Routes of the Kubernetes Gateway API carry the weights: patched through the API server, and read back from it.

A Gateway keeps the last weights whatever becomes of the controller, so who renews is noted in a Lease, and a watchdog
puts the weights back when that grows old (``watchdog``).
"""

import asyncio
import datetime
import math
import time
from collections.abc import Callable, Iterable

from crossfade.shadow.canary.plane import PlaneError
from crossfade.shadow.canary.planes.gateway_routes import (
    LEGACY_WEIGHT,
    PREFIX,
    Object,
    Site,
    annotations_of,
    kind_of,
    name_of,
    rules_of,
    site_of,
    weight_of,
)
from crossfade.shadow.canary.planes.kubernetes_api import ApiError, KubernetesApi
from crossfade.shadow.config import Config
from crossfade.shadow.config.canary_settings import PlaneSettings
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import LEASELESS, RouteWeight, Weights

_KINDS = ("HTTPRoute", "GRPCRoute")
_CHANGED = 409
_MISSING = 404
_LOOK_AGAIN_S = 0.1
_AT_ONCE = 8
_TRIES = 5


class Gateway:
    """The routes of one service. ``name`` and ``globs`` are those of ``[[canary.plane]]``."""

    def __init__(  # noqa: PLR0913 - one for each thing that it knows
        self,
        name: str,
        globs: Iterable[str],
        site: Site,
        api: KubernetesApi,
        *,
        timeout_s: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """``clock`` gives seconds since 1970."""
        self.name = name
        self.site = site
        self._globs = [glob(text) for text in globs]
        self._api = api
        self._timeout_s = timeout_s
        self._clock = clock
        self._some = asyncio.Semaphore(_AT_ONCE)

    def carries(self, route: str) -> bool:
        """RPCs, and methods with a path."""
        return kind_of(route) is not None and any(one.matches(route) for one in self._globs)

    async def set(self, weights: Weights) -> None:
        """Patches each route, and waits until a Gateway has taken it up. Raises: PlaneError."""
        try:
            await self._note_lease(weights)
            wanted = {weight.route: weight for weight in weights.routes}
            for found in await self._found():
                route = found["metadata"]["annotations"][f"{PREFIX}/route"]
                wanted.setdefault(route, _legacys(route))
            await asyncio.gather(*(self._put(weight, weights) for weight in wanted.values()))
            await self._taken_up(weights.generation)
        except ApiError as error:
            raise self._error(str(error)) from None

    async def read(self) -> Weights:
        """What the routes say that a Gateway has taken up. Raises: PlaneError."""
        try:
            found = await self._found()
        except ApiError as error:
            raise self._error(str(error)) from None
        if late := [one["metadata"]["name"] for one in found if not is_taken_up(one)]:
            raise self._error(f"expected a Gateway that accepted all routes, got {', '.join(late[:3])} without")
        generations = {_note(one, "generation") for one in found}
        if len(generations) > 1:
            raise self._error(f"expected one generation of all routes, got {', '.join(sorted(generations))}")
        try:
            routes = tuple(weight_of(self.site, one) for one in found)
            lease_s = max((float(_note(one, "lease-s")) for one in found), default=0.0)
            return Weights(generation=int(generations.pop() if found else 0), lease_s=lease_s, routes=routes)
        except ValueError as error:
            raise self._error(str(error)) from None

    async def renew(self, generation: int) -> None:
        """Notes the time in the Lease. Raises: PlaneError: it is that of another generation, or of nobody."""
        try:
            lease = await self._api.get("Lease", self._lease)
            if (found := _note(lease, "generation")) != str(generation):
                raise self._error(f"expected generation {generation}, got {found}; set the weights again")
            await self._api.patch("Lease", self._lease, [_replace("/spec/renewTime", self._now())])
        except ApiError as error:
            raise self._error(str(error)) from None

    async def counts(self) -> tuple[ServedCounts, ...]:
        """None: a Gateway does not tell."""
        return ()

    async def close(self) -> None:
        """Closes the connections."""
        self._api.close()

    async def fall_back(self) -> tuple[str, ...]:
        """Gives legacy all routes but those that are complete; which it had not. Raises: PlaneError.

        By nobody's word and under no generation: for the watchdog, when the controller is silent.
        """
        try:
            away = [one for one in await self._found() if self._is_shifted(one)]
            routes = tuple(one["metadata"]["annotations"][f"{PREFIX}/route"] for one in away)
            generation = max(map(_generation, away), default=0)
            back = Weights(generation=generation, lease_s=0.0)
            await asyncio.gather(*(self._put(_legacys(route), back) for route in routes))
        except ApiError as error:
            raise self._error(str(error)) from None
        return routes

    def _is_shifted(self, found: Object) -> bool:
        try:
            weight = weight_of(self.site, found)
        except ValueError:
            return True  # somebody has changed it: what it does is not known
        return weight.stage not in LEASELESS and (weight.candidate_pct > 0 or weight.headers != ())

    async def renewed_at(self) -> str:
        """What the Lease notes as its last renewal, "" where there is none. Raises: PlaneError."""
        try:
            return str((await self._api.get("Lease", self._lease))["spec"].get("renewTime", ""))
        except ApiError as error:
            if error.status == _MISSING:
                return ""
            raise self._error(str(error)) from None

    async def _found(self) -> list[Object]:
        lists = await asyncio.gather(*(self._api.all(kind, self.site.labels()) for kind in _KINDS))
        return [one for found in lists for one in found if f"{PREFIX}/route" in one["metadata"].get("annotations", {})]

    async def _put(self, weight: RouteWeight, weights: Weights) -> None:
        """Again where somebody else has changed the object meanwhile, as a Gateway does that writes its status."""
        async with self._some:
            for left in reversed(range(_TRIES)):
                try:
                    await self._patch(weight, weights)
                except ApiError as error:
                    if error.status != _CHANGED or not left:
                        raise
                else:
                    return

    async def _patch(self, weight: RouteWeight, weights: Weights) -> None:
        kind = kind_of(weight.route)
        if kind is None:
            raise self._error(f"expected an RPC or METHOD /path, got {weight.route!r}")
        name = name_of(self.site.service, weight.route)
        try:
            found = await self._api.get(kind, name)
        except ApiError as error:
            if error.status != _MISSING:
                raise
            hint = "apply what crossfade canary render writes"
            raise self._error(f"expected the {kind} {name} of {weight.route}, got none; {hint}") from None
        if _generation(found) > weights.generation:
            raise self._error(
                f"expected a generation of at least {_note(found, 'generation')}, got {weights.generation}"
            )
        try:
            rules = rules_of(self.site, weight, main=_last_rule(found), safe=_note(found, "safe") == "true")
        except ValueError as error:
            raise self._error(str(error)) from None
        notes = annotations_of(weight, generation=weights.generation, lease_s=weights.lease_s)
        operations = [
            _replace("/metadata/resourceVersion", found["metadata"]["resourceVersion"]),
            _replace("/spec/rules", rules),
            *(_add(f"/metadata/annotations/{key.replace('/', '~1')}", value) for key, value in notes.items()),
        ]
        await self._api.patch(kind, name, operations)

    async def _taken_up(self, generation: int) -> None:
        try:
            async with asyncio.timeout(self._timeout_s):
                while True:
                    found = await self._found()
                    if all(is_taken_up(one) and _note(one, "generation") == str(generation) for one in found):
                        return
                    await asyncio.sleep(_LOOK_AGAIN_S)
        except TimeoutError:
            raise self._error(f"expected a Gateway that accepts generation {generation} of all routes") from None

    async def _note_lease(self, weights: Weights) -> None:
        """The watchdog must find it before there is a weight that it could put back."""
        notes = {f"{PREFIX}/generation": str(weights.generation), f"{PREFIX}/lease-s": f"{weights.lease_s!r}"}
        spec = {
            "holderIdentity": "crossfade-canary",
            "leaseDurationSeconds": max(1, math.ceil(weights.lease_s)),
            "renewTime": self._now(),
        }
        metadata = {"name": self._lease, "labels": self.site.labels(), "annotations": notes}
        try:
            await self._api.patch("Lease", self._lease, [_add("/metadata/annotations", notes), _add("/spec", spec)])
        except ApiError as error:
            if error.status != _MISSING:
                raise
            body = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": metadata, "spec": spec}
            await self._api.create("Lease", body)

    @property
    def _lease(self) -> str:
        return name_of(self.site.service, "lease")

    def _now(self) -> str:
        at = datetime.datetime.fromtimestamp(self._clock(), datetime.UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def _error(self, message: str) -> PlaneError:
        return PlaneError(f"{self.name}: {message}")


def is_taken_up(found: Object) -> bool:
    """Whether a Gateway serves by an object as it is now: it has accepted this generation of it."""
    generation = found["metadata"].get("generation", 0)
    return any(
        condition["type"] == "Accepted"
        and condition["status"] == "True"
        and condition.get("observedGeneration", 0) >= generation
        for parent in found.get("status", {}).get("parents", [])
        for condition in parent.get("conditions", [])
    )


def open_plane(settings: PlaneSettings, config: Config) -> Gateway:
    """The plane of these settings. Raises: ShadowError: there is no access to an API server."""
    site = site_of(settings, config)
    api = KubernetesApi(settings.kubeconfig, site.namespace, settings.timeout_s)
    return Gateway(settings.name, settings.routes, site, api, timeout_s=settings.timeout_s)


def _last_rule(found: Object) -> Object:
    """Empty where somebody took all rules away."""
    rules: list[Object] = found["spec"].get("rules") or [{}]
    return rules[-1]


def _legacys(route: str) -> RouteWeight:
    return RouteWeight(route=route, stage=LEGACY_WEIGHT.stage, candidate_pct=0.0)


def _note(found: Object, name: str) -> str:
    return str(found["metadata"].get("annotations", {}).get(f"{PREFIX}/{name}", "0"))


def _generation(found: Object) -> int:
    """The generation of a route; 0 where a person wrote something else there, which must not keep it from legacy."""
    text = _note(found, "generation")
    return int(text) if text.isascii() and text.isdigit() else 0


def _replace(path: str, value: object) -> Object:
    return {"op": "replace", "path": path, "value": value}


def _add(path: str, value: object) -> Object:
    return {"op": "add", "path": path, "value": value}
