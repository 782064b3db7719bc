"""The burn-down of a project, joined with the evidence of its RPCs."""

import json
import math
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table

from crossfade.codegen.contract import Contract, DescriptorSet, ProtoFiles, load_contract
from crossfade.codegen.hazards import find_handlers
from crossfade.codegen.java.render_scaffold import MODES_FILE
from crossfade.codegen.project.errors import ProjectError
from crossfade.codegen.project.modes import ModeKind
from crossfade.codegen.project.progress import HandlerState, RpcProgress, read_progress
from crossfade.reports.report import Route
from crossfade.reports.route_names import common_package
from crossfade.reports.wording import by_verdict
from crossfade.shadow.config import load_config
from crossfade.shadow.runs.setup import evidence_store
from crossfade.tools.evidence_view import report_of
from crossfade.tools.output import rendered


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One RPC; ``evidence`` is its route in the newest run, None where there is none. ``hazards`` are open ones."""

    progress: RpcProgress
    hazards: int
    evidence: Route | None


def read_burn_down(
    project: Path, *, modes: Path | None, config_path: Path | None, legacy_source: Path | None
) -> tuple[Row, ...]:
    """All RPCs of a project. Raises: ProjectError, ShadowError, EvidenceError, ContractError, SourceError."""
    if modes is not None and not modes.is_file():
        raise ProjectError(f"{modes}: expected a modes file, got none; leave --modes out to read the project's own")
    progress = read_progress(project, modes or project / MODES_FILE)
    routes = {} if config_path is None else _routes(config_path)
    found = {} if legacy_source is None else find_handlers(legacy_source, contract_of(project)).handlers
    return tuple(
        Row(
            progress=rpc,
            hazards=len(found[rpc.rpc].hazards) if rpc.rpc in found else rpc.hazards,
            evidence=routes.get(rpc.rpc),
        )
        for rpc in progress
    )


def contract_of(project: Path) -> Contract:
    """What a project was generated from: its .proto files, or its descriptor set. Raises: ContractError."""
    folder = project / "proto"
    protos = tuple(sorted(folder.rglob("*.proto")))
    if protos:
        return load_contract(ProtoFiles(files=protos, includes=(folder,)))
    return load_contract(DescriptorSet(path=folder / "contract.binpb"))


def _routes(config_path: Path) -> dict[str, Route]:
    config = load_config(config_path)
    if not evidence_store(config).exists():
        return {}
    found: dict[str, Route] = {}
    report = report_of(config, None, examples=False)
    for route in by_verdict(report):  # where several ports carry an RPC, the worst of them counts
        found.setdefault(route.route.rpartition(" ")[2], route)
    return found


def to_json(rows: tuple[Row, ...]) -> str:
    """For a program."""
    told = {
        "rpcs": [
            {
                "rpc": row.progress.rpc,
                "handler": row.progress.handler,
                "state": row.progress.state.value,
                "mode": str(row.progress.mode),
                "hazards_open": row.hazards,
                "evidence": None if row.evidence is None else _evidence(row.evidence),
            }
            for row in rows
        ],
        "total": len(rows),
        "ported": _ported(rows),
        "done": sum(row.progress.is_done for row in rows),
    }
    return json.dumps(told, indent=2)


def _evidence(route: Route) -> dict[str, object]:
    return {
        "distinct": route.distinct,
        "divergent": route.divergent,
        "compared_pct": route.compared_pct,
        "upper": route.divergence.upper,
        "verdict": route.verdict,
        "reason": route.reason,
    }


def to_text(rows: tuple[Row, ...]) -> str:
    """For a person: a table and a line."""
    hazards = sum(row.hazards for row in rows)
    live = sum(row.progress.mode.kind is ModeKind.PORTED for row in rows)
    line = f"{_ported(rows)} of {len(rows)} RPCs ported, {live} with mode PORTED, {hazards} hazards open"
    done = all(row.progress.is_done for row in rows)
    after = "\nnext: run crossfade generate with --finalize, unless you have done so" if done and rows else ""
    return rendered(partial(_draw, rows)) + f"\n\n{line}{after}"


def _draw(rows: tuple[Row, ...], console: Console) -> None:
    shared = common_package(row.progress.rpc for row in rows)
    table = Table(Column("RPC", overflow="fold", min_width=24), "handler", "mode", "hazards", "evidence", box=None)
    for row in rows:
        rpc = row.progress
        table.add_row(
            rpc.rpc.removeprefix(shared), rpc.state.value, str(rpc.mode), str(row.hazards), _told(row.evidence)
        )
    console.print(table, markup=False)


def _told(route: Route | None) -> str:
    if route is None:
        return "-"
    if not route.distinct:
        return "nothing compared"
    verdict = f", {route.verdict}" if route.verdict else ""
    upper = math.ceil(route.divergence.upper * 10_000) / 100  # an upper bound is not rounded down
    return f"{route.divergent} of {route.distinct} diverged, at most {upper:.2f}%{verdict}"


def _ported(rows: tuple[Row, ...]) -> int:
    return sum(row.progress.state is HandlerState.PORTED for row in rows)
