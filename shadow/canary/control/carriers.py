"""All data planes together: what each carries, what it reads back, and what it is told."""

import asyncio
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from crossfade.shadow.canary.plane import DataPlane, PlaneError
from crossfade.shadow.canary.reading import PlaneReading
from crossfade.shadow.serving.counts import ServedCounts
from crossfade.shadow.serving.weights import RouteWeight, Weights


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What one plane told at one moment: its weights and counts, or the problem in place of them."""

    weights: Weights | None = None
    counts: tuple[ServedCounts, ...] = ()
    problem: str = ""

    def reading(self, name: str) -> PlaneReading:
        """As the controller decides on it."""
        return PlaneReading(name=name, weights=self.weights, error=self.problem)

    def shows(self, own: Iterable[RouteWeight]) -> bool:
        """Whether clients are served by these weights, and by no others."""
        if self.weights is None:
            return False
        wanted = {weight.route: weight for weight in own}
        found = (weight.route for weight in self.weights.routes if weight.candidate_pct or weight.headers)
        reading = self.reading("")
        return all(reading.shows(weight) for weight in wanted.values()) and wanted.keys() >= set(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Which planes were told weights, and what is wrong with which."""

    told: tuple[str, ...]
    problems: Mapping[str, str]


@dataclass(slots=True, kw_only=True)
class Carriers:
    """The planes; ``owner`` has the name of the one plane that carries a route.

    A plane has a third of the lease to tell something, and the lease to take weights, so that none holds up a tick for
    as long as the others would need to fall back.
    """

    planes: Sequence[DataPlane]
    owner: Mapping[str, str]
    lease_s: float
    _told: dict[str, tuple[RouteWeight, ...]] = field(default_factory=dict)

    @property
    def _look_s(self) -> float:
        return self.lease_s / 3

    async def look(self) -> dict[str, Seen]:
        """Asks all planes at once, by name. A plane that fails is told as that, and delays no other."""
        seen = await asyncio.gather(*map(self._look_at, self.planes))
        return {plane.name: one for plane, one in zip(self.planes, seen, strict=True)}

    async def keep(self, wanted: Iterable[RouteWeight], generation: int, seen: Mapping[str, Seen]) -> Kept:
        """Has each plane show its weights: one that does gets its lease renewed, any other is told them.

        A plane that could not be read is told as well: it may not go on by old weights.
        """
        routes = sorted(wanted, key=lambda weight: weight.route)
        own = {plane.name: self._own(plane, routes) for plane in self.planes}
        away = [plane for plane in self.planes if not self._is_kept(plane, own[plane.name], seen[plane.name])]
        calls = (
            self._tell(plane, own[plane.name], generation) if plane in away else self._renew(plane, seen[plane.name])
            for plane in self.planes
        )
        problems = zip(self.planes, await asyncio.gather(*calls), strict=True)
        return Kept(
            told=tuple(plane.name for plane in away),
            problems={plane.name: problem for plane, problem in problems if problem},
        )

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

    def _own(self, plane: DataPlane, routes: Iterable[RouteWeight]) -> tuple[RouteWeight, ...]:
        return tuple(one for one in routes if self.owner.get(one.route) == plane.name)

    def _is_kept(self, plane: DataPlane, own: tuple[RouteWeight, ...], seen: Seen) -> bool:
        """A plane may show less than it is told: a stage, a mirrored share. So what it was told counts as well."""
        return seen.shows(own) and self._told.get(plane.name) == own

    async def _tell(self, plane: DataPlane, own: tuple[RouteWeight, ...], generation: int) -> str:
        weights = Weights(generation=generation, lease_s=self.lease_s, routes=own)
        self._told.pop(plane.name, None)
        problem = await _problem_of(plane, plane.set(weights), self.lease_s)
        if not problem:
            self._told[plane.name] = own
        return problem

    async def _renew(self, plane: DataPlane, seen: Seen) -> str:
        if seen.weights is None or not seen.weights.routes:
            return ""  # all is legacy's there, with or without a lease
        problem = await _problem_of(plane, plane.renew(seen.weights.generation), self._look_s)
        if problem:
            self._told.pop(plane.name, None)  # a lease that is over is begun by setting the weights again
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
