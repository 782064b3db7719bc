"""All data planes together: what each carries, what it reads back, and what it is told."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossfade.shadow.canary.plane import DataPlane, PlaneError
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import RouteWeight, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one plane told at one moment: its weights and counts, or the problem in place of them."""

    weights: Weights | None = None
    counts: tuple[ServedCounts, ...] = ()
    problem: str = ""

    def weight_of(self, route: str) -> RouteWeight | None:
        """The weight that was read back; None where the plane could not tell."""
        return None if self.weights is None else self.weights.of(route)


@dataclass(slots=True, kw_only=True)
class Carriers:
    """The planes in the order of the config; the first that carries a route has its weight.

    A plane has a third of the lease to tell something, and the lease to take weights, so that none holds up a tick for
    as long as the others would need to fall back.
    """

    planes: Sequence[DataPlane]
    lease_s: float
    _generation: int = 0
    _told: dict[str, Weights] = field(default_factory=dict)

    def plane_of(self, route: str) -> DataPlane | None:
        """The one plane that has the weight of this route."""
        return next((plane for plane in self.planes if plane.carries(route)), None)

    @property
    def _look_s(self) -> float:
        return self.lease_s / 3

    async def look(self) -> dict[str, Seen]:
        """Asks all planes at once, by name. A plane that fails is told as that, and delays no other."""
        seen = await asyncio.gather(*map(self._look_at, self.planes))
        return {plane.name: one for plane, one in zip(self.planes, seen, strict=True)}

    async def set(self, wanted: Iterable[RouteWeight], seen: Mapping[str, Seen]) -> dict[str, str]:
        """Tells each plane its whole weights, with a generation above all that were seen; problems by plane.

        A plane that could not be read is told as well: what it may not do is go on by old weights.
        """
        read = (one.weights.generation for one in seen.values() if one.weights is not None)
        self._generation = max(self._generation, *read, 0) + 1
        routes = sorted(wanted, key=lambda weight: weight.route)
        problems = await asyncio.gather(*(self._set(plane, routes) for plane in self.planes))
        return {plane.name: problem for plane, problem in zip(self.planes, problems, strict=True) if problem}

    async def renew(self) -> dict[str, str]:
        """Tells each plane that was told weights that the controller lives; problems by plane."""
        planes = [plane for plane in self.planes if plane.name in self._told]
        calls = (_problem_of(plane, plane.renew(self._told[plane.name].generation), self._look_s) for plane in planes)
        problems = await asyncio.gather(*calls)
        return {plane.name: problem for plane, problem in zip(planes, problems, strict=True) if problem}

    async def close(self) -> None:
        """Closes all connections."""
        await asyncio.gather(*(plane.close() for plane in self.planes), return_exceptions=True)

    async def _look_at(self, plane: DataPlane) -> Seen:
        try:
            async with asyncio.timeout(self._look_s):
                weights, counts = await asyncio.gather(plane.read(), plane.counts(), return_exceptions=True)
        except TimeoutError:
            return Seen(problem=_slow(plane, self._look_s))
        problems = [_words(plane, error) for error in (weights, counts) if isinstance(error, BaseException)]
        return Seen(
            weights=None if isinstance(weights, BaseException) else weights,
            counts=() if isinstance(counts, BaseException) else counts,
            problem=problems[0] if problems else "",
        )

    async def _set(self, plane: DataPlane, routes: Sequence[RouteWeight]) -> str:
        own = tuple(weight for weight in routes if self.plane_of(weight.route) is plane)
        weights = Weights(generation=self._generation, lease_s=self.lease_s, routes=own)
        problem = await _problem_of(plane, plane.set(weights), self.lease_s)
        if not problem:
            self._told[plane.name] = weights
        return problem


async def _problem_of(plane: DataPlane, call: Awaitable[Any], limit_s: float) -> str:
    try:
        async with asyncio.timeout(limit_s):
            await call
    except TimeoutError:
        return _slow(plane, limit_s)
    except Exception as error:  # noqa: BLE001 - a plane's bug may not end the controller; it is told as a problem
        return _words(plane, error)
    return ""


def _words(plane: DataPlane, error: BaseException) -> str:
    if isinstance(error, PlaneError):
        return str(error)
    if not isinstance(error, Exception):
        raise error
    return f"{plane.name}: expected an answer, got {type(error).__name__}: {error}"


def _slow(plane: DataPlane, limit_s: float) -> str:
    return f"{plane.name}: expected an answer within {limit_s:.3g} s, got none"
