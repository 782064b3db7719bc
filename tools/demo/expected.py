"""What was planted in the example, held against what was found. Pure but for reading the list."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crossfade.reports.report import Cluster, Report


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What shows of a bug on one route: where, and the catalogue's entry; ``bugs`` are the names in the candidate."""

    route: str
    paths: tuple[str, ...]
    bugs: tuple[str, ...]
    pitfall: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hunt:
    """Planted bugs that were found and missed, and what was found though nobody planted it."""

    found: tuple[Planted, ...]
    missed: tuple[Planted, ...]
    unexpected: tuple[str, ...]


def read_planted(path: Path) -> tuple[Planted, ...]:
    """The entries of a divergences.toml."""
    entries = tomllib.loads(path.read_text(encoding="utf-8"))["divergence"]
    return tuple(
        Planted(
            route=entry["route"],
            paths=tuple(entry["paths"]),
            bugs=tuple(entry.get("bugs", ())),
            pitfall=entry["pitfall"],
            note=entry.get("note", ""),
        )
        for entry in entries
    )


def hunt(report: Report, planted: Iterable[Planted]) -> Hunt:
    """Every entry must have a cluster to look at on its route at each of its paths, and there may be no other."""
    open_at = {(cluster.route, cluster.path) for cluster in report.clusters if is_found(cluster)}
    planted = tuple(planted)
    explained = {(entry.route, path) for entry in planted for path in entry.paths}
    found = tuple(entry for entry in planted if all((entry.route, path) in open_at for path in entry.paths))
    return Hunt(
        found=found,
        missed=tuple(entry for entry in planted if entry not in found),
        unexpected=tuple(sorted(f"{route} {path}" for route, path in open_at - explained)),
    )


def is_found(cluster: Cluster) -> bool:
    """Whether a cluster is one that a person has to look at: open, or suspicious although noisy."""
    return cluster.status in {"open", "suspicious"}


def count_mismatches(report: Report, sent: Mapping[str, int]) -> tuple[str, ...]:
    """Where what entered is not what the client sent, or does not add up: one line each."""
    entered = {route.route: route for route in report.routes}
    lines = []
    for name in sorted({*sent, *entered}):
        route = entered.get(name)
        total = 0 if route is None else route.total
        if total != sent.get(name, 0):
            lines.append(f"{name}: the client sent {sent.get(name, 0)}, {total} entered")
        if route is not None and total != (ended := sum(route.outcomes.values())) + route.in_flight:
            lines.append(f"{name}: {total} entered, {ended} outcomes, {route.in_flight} in flight")
    return tuple(lines)
