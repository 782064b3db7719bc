"""From the options of ``crossfade generate`` to a rendering, and from a plan to what a person reads."""

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from crossfade.codegen.contract import Contract, proposal, propose
from crossfade.codegen.hazards import LegacySource
from crossfade.codegen.java import HandlerSource, ProjectModel, build_project, render_gen, render_handlers
from crossfade.codegen.java.model import ProjectOptions, RpcModel
from crossfade.codegen.java.render_gen import handler_path, render_handler_tests
from crossfade.codegen.java.render_scaffold import (
    EXECUTABLE,
    MODES_FILE,
    render_scaffold,
    without_strangler,
)
from crossfade.codegen.java.verify import find_compilers, verify_names
from crossfade.codegen.project import (
    Fate,
    Manifest,
    Plan,
    ProjectError,
    Rendering,
    check_project,
    known_folders,
    read_manifest,
    write_project,
)
from crossfade.codegen.project.progress import read_progress
from crossfade.reports.visible import visible
from crossfade.tools.errors import ExitCode

_SHOWN_PER_FATE, _SHOWN_GENERATED = 20, 5
_GENERATED = ("gen/", "proto/")
_DIFF_LINES = 200
_OWN = (Fate.ORPHAN, Fate.KEPT_DELETED, Fate.FOREIGN, Fate.CONFLICT)  # what asks for a person: each one is shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a person asks for: where, and how."""

    out: Path
    options: ProjectOptions
    check: bool = False
    force: bool = False
    finalize: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    """What a run came to.

    ``confirmed`` is how many of its RPCs are safe by a person's word; ``proposed`` have a name that reads, and no more.
    """

    order: Order
    project: ProjectModel
    plan: Plan
    legacy: LegacySource | None
    confirmed: int = 0
    proposed: tuple[str, ...] = ()

    @property
    def rpcs(self) -> tuple[RpcModel, ...]:
        """Those that are generated."""
        return tuple(rpc for service in self.project.services for rpc in service.rpcs)

    @property
    def exit_code(self) -> ExitCode:
        """1 where changes by hand stopped the run, where there is a conflict, and where --check finds something."""
        bad = self.plan.stops or self.plan.conflicts or (self.order.check and not self.plan.is_clean)
        return ExitCode.FAIL if bad else ExitCode.PASS


def run_generate(contract: Contract, order: Order, legacy: LegacySource | None) -> Generated:
    """Renders a contract and writes it, or only looks; ``legacy`` is what was found in the Python source.

    Raises: JavaError: the contract or an option can't be Java. ProjectError: the folder can't be used, or --finalize
        asks for what is not ported yet.
    """
    manifest = read_manifest(order.out)
    project = build_project(contract, order.options, {} if manifest is None else known_folders(manifest))
    _check_finalize(order, manifest)
    with ThreadPoolExecutor(1) as beside:  # protoc is another process, which takes its time
        verified = beside.submit(_check_names, contract, project, manifest)
        rendering = render(project, {} if legacy is None else legacy.handlers, final=order.finalize)
        _check_handlers(order.out, manifest, rendering)
        if order.check:
            plan = check_project(rendering, order.out)
            verified.result()
        else:
            plan = write_project(rendering, order.out, force=order.force, confirm=verified.result)
    names = {rpc.full_name for service in project.services for rpc in service.rpcs}
    return Generated(
        order=order,
        project=project,
        plan=plan,
        legacy=legacy,
        confirmed=len(names & contract.confirmed),
        proposed=propose(contract, names),
    )


def render(project: ProjectModel, sources: Mapping[str, HandlerSource], *, final: bool) -> Rendering:
    """The three zones of a project."""
    gen = render_gen(project)
    return Rendering(
        gen=without_strangler(gen) if final else gen,
        handlers=render_handlers(project, sources),
        beside=render_handler_tests(project),
        scaffold=render_scaffold(project, final=final),
        executable=EXECUTABLE,
        rpcs={rpc.full_name: handler_path(service, rpc) for service in project.services for rpc in service.rpcs},
        final=final,
        source=project.input_digest,
    )


def _check_names(contract: Contract, project: ProjectModel, manifest: Manifest | None) -> None:
    """Compares the Java names of messages with what protoc writes, where it is at hand and the contract is new.

    Those of services are checked by the build: the grpc plugin takes twice as long as all the rest here.
    """
    compilers = find_compilers(Path.home() / ".m2" / "repository")
    if compilers is not None and (manifest is None or manifest.source != project.input_digest):
        verify_names(contract, project, replace(compilers, grpc_plugin=None))


def _check_handlers(out: Path, manifest: Manifest | None, rendering: Rendering) -> None:
    """Handlers that people wrote are not left behind for new ones in another package."""
    known = {} if manifest is None else manifest.rpcs
    for rpc, path in sorted(rendering.rpcs.items()):
        if known.get(rpc, path) != path:
            raise ProjectError(
                f"{out}: expected the handler of {rpc} in {known[rpc]}, got {path}; use the --package of the first run"
            )


def _check_finalize(order: Order, manifest: Manifest | None) -> None:
    final = manifest is not None and manifest.final
    if final and not order.finalize:
        raise ProjectError(
            f"{order.out}: expected --finalize, got none; add it, because the project has no mode switch any more"
        )
    if final or not order.finalize:
        return
    waiting = [rpc for rpc in read_progress(order.out, order.out / MODES_FILE) if not rpc.is_done]
    if waiting:
        listed = "\n".join(f"  {rpc.rpc}: {rpc.state}, {rpc.mode}" for rpc in waiting)
        raise ProjectError(
            f"{order.out}: expected every RPC to be ported and PORTED, got {len(waiting)} that are not; "
            f"finish them first\n{listed}"
        )


def to_json(done: Generated) -> str:
    """For a program."""
    told = {
        "out": str(done.order.out),
        "check": done.order.check,
        "exit_code": int(done.exit_code),
        "changed": bool(done.plan.ops) and not done.plan.stops,
        "base_package": done.project.base_package,
        "services": len(done.project.services),
        "rpcs": len(done.rpcs),
        "safe": [rpc.full_name for rpc in done.rpcs if rpc.safe],
        "proposed": list(done.proposed),
        "left_out": [{"service": out.service, "reason": out.reason} for out in done.project.left_out],
        "files": [{"path": note.path, "fate": note.fate.value, "detail": note.detail} for note in done.plan.notes],
        "legacy_source": None if done.legacy is None else _legacy(done.legacy),
        "stopped_by": [{"path": changed.path, "diff": changed.diff} for changed in done.plan.stops],
    }
    return json.dumps(told, indent=2)


def _legacy(legacy: LegacySource) -> dict[str, object]:
    return {
        "found": {rpc: f"{source.path}:{source.line}" for rpc, source in legacy.handlers.items()},
        "missing": list(legacy.missing),
        "warnings": list(legacy.warnings),
        "hazards": {rpc: len(source.hazards) for rpc, source in legacy.handlers.items()},
    }


def to_text(done: Generated, *, advise_proposal: bool = True) -> str:
    """For a person: what became of which file, and what comes next."""
    lines = [line for fate in Fate for line in _fate_lines(done.plan, fate)]
    if done.plan.stops:
        lines = [*_diffs(done.plan), ""]
    told = (
        _left_out(done.project),
        _legacy_lines(done),
        _safe_lines(done, advise_proposal=advise_proposal),
        _summary(done),
    )
    return "\n".join([*lines, *(line for part in told for line in part)])


def _safe_lines(done: Generated, *, advise_proposal: bool) -> Iterator[str]:
    """How much can be compared, where something was done."""
    if not done.plan.ops or done.plan.stops or not done.rpcs:
        return
    safe = sum(rpc.safe for rpc in done.rpcs)
    by = f", {done.confirmed} of them confirmed by you" if done.confirmed else ""
    which = "these may be compared" if safe else "none may be compared"
    yield f"{safe} of {len(done.rpcs)} RPCs are safe{by}: {which}"
    if done.proposed and advise_proposal:
        yield f"{_read_only(done)}: --propose FILE writes a list for you to confirm"


def _read_only(done: Generated) -> str:
    """How many RPCs a person may confirm."""
    number = len(done.proposed)
    return f"{number} more RPC{'' if number == 1 else 's'} look{'s' if number == 1 else ''} read-only by name"


def write_proposal(done: Generated, path: Path) -> str:
    """Writes a file of the RPCs that may be safe, all commented out; returns what a person does with it.

    Raises: ProjectError: it can't be written.
    """
    where = f"Then: crossfade generate --idempotency {path.name}, and in crossfade.toml [contract] idempotency."
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(proposal(done.proposed, where))
    except OSError as error:
        raise ProjectError(f"{path}: expected to write a new file, got {error.strerror}", exit_code=4) from None
    if not done.proposed:
        return f"wrote {path}: no other RPC looks read-only by name"
    return f"wrote {path}: {_read_only(done)}; uncomment what changes nothing, then add --idempotency {path}"


def _left_out(project: ProjectModel) -> Iterator[str]:
    """The contract's services that are not generated, and why."""
    for out in project.left_out[:_SHOWN_PER_FATE]:
        yield f"{'left out':<13} {visible(out.service)}: {visible(out.reason)}"
    more = len(project.left_out) - _SHOWN_PER_FATE
    if more > 0:
        yield f"{'left out':<13} and {more} more"


def _legacy_lines(done: Generated) -> list[str]:
    legacy = done.legacy
    if legacy is None:
        return []
    total = len(legacy.handlers) + len(legacy.missing)
    hazards = {hazard for source in legacy.handlers.values() for hazard in source.hazards}
    lines = [f"{'legacy source':<13} {visible(line)}" for line in legacy.warnings]
    lines += [f"{'legacy source':<13} {visible(rpc)}: no Python function found" for rpc in legacy.missing]
    return [
        *lines,
        f"{len(legacy.handlers)} of {total} RPCs found in the legacy source, {len(hazards)} hazards in them",
        *_unwritten(done, noted=bool(hazards)),
    ]


def _unwritten(done: Generated, *, noted: bool) -> Iterator[str]:
    """Where every handler was there before, no note has reached one."""
    created = {note.path for note in done.plan.notes if note.fate is Fate.CREATED}
    handlers = {handler_path(service, rpc) for service in done.project.services for rpc in service.rpcs}
    if noted and not created & handlers:
        yield "notes go only into new handlers, and all exist: crossfade status --legacy-source lists the hazards"


def _fate_lines(plan: Plan, fate: Fate) -> Iterator[str]:
    """A line for each file; generated ones, which nobody reads, are counted where there are many."""
    notes = [note for note in plan.notes if note.fate is fate]
    counted = [note for note in notes if note.path.startswith(_GENERATED) and not note.detail]
    if len(counted) > _SHOWN_GENERATED:
        yield f"{fate:<13} {len(counted)} files in gen/ and proto/"
        notes = [note for note in notes if note not in counted]
    shown = notes if fate in _OWN else notes[:_SHOWN_PER_FATE]
    for note in shown:
        yield f"{fate:<13} {visible(note.path)}" + (f": {note.detail}" if note.detail else "")
    if len(notes) > len(shown):
        yield f"{fate:<13} and {len(notes) - len(shown)} more"


def _diffs(plan: Plan) -> list[str]:
    lines = [visible(line) for changed in plan.stops for line in changed.diff.splitlines()]
    more = len(lines) - _DIFF_LINES
    return lines[:_DIFF_LINES] + ([f"... and {more} more lines"] if more > 0 else [])


def _summary(done: Generated) -> list[str]:
    plan, out = done.plan, done.order.out
    if plan.stops:
        paths = ", ".join(changed.path for changed in plan.stops[:3]) + (" and others" if len(plan.stops) > 3 else "")  # noqa: PLR2004
        return [
            f"nothing was written: {len(plan.stops)} generated files were changed by hand ({visible(paths)})",
            "next: move the change to a handler or a scaffold file, or run with --force to drop it",
        ]
    counts = Counter(note.fate for note in plan.notes)
    told = ", ".join(f"{counts[fate]} {fate}" for fate in Fate if counts[fate]) or "nothing to do"
    if done.order.check:
        what = "up to date" if plan.is_clean else "would change; next: run crossfade generate without --check"
        return [f"{told}: {out} is {what}" if plan.is_clean else f"{told}: {out} {what}"]
    return [f"{told} in {out}", f"next: {_next(done)}"]


def _next(done: Generated) -> str:
    conflicts = ", ".join(visible(note.path) for note in done.plan.conflicts)
    if conflicts:
        return f"resolve {conflicts}, then build"
    return f"cd {done.order.out} && ./mvnw package"
