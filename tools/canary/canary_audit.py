"""crossfade canary audit."""

from pathlib import Path

import click
from msgspec import json, structs

from crossfade.shadow.canary.control.place import folder_of
from crossfade.shadow.canary.journal.audit import Audit, audit
from crossfade.shadow.canary.journal.journal import FILE, journal_lines
from crossfade.shadow.config import load_config
from crossfade.tools.canary.verbs import json_option
from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@config_option
@click.option(
    "--head", "kept", default="", metavar="HASH", help="A last line's hash of before: some line must have it."
)
@json_option
def canary_audit(config_path: Path, *, kept: str, as_json: bool) -> None:
    """Derive every decision of the journal again from its inputs, and check that no line was changed.

    Each line has the hash of the line before, so only whoever writes all later lines anew can change one, and nothing
    follows the last. The hash that is printed, kept elsewhere and given as --head later, shows that too. Exit codes: 0
    all follows, 1 a line does not, which is named.

    \b
    Example:
      crossfade canary audit --config crossfade.toml
    """
    folder = folder_of(load_config(config_path).evidence.dir)
    try:
        found = audit(journal_lines(folder), kept=kept.strip().lower())
    except OSError as error:
        fail(f"{error.filename}: expected a journal to read, got {error.strerror}", ExitCode.INFRASTRUCTURE)
    if not found.lines and found.problem is None:
        fail(f"{folder / FILE}: expected a journal, got none; crossfade canary start writes it", ExitCode.USAGE)
    emit(json.encode(_document(found)).decode() if as_json else _text(found, folder))
    raise SystemExit(ExitCode.PASS if found.problem is None else ExitCode.FAIL)


def _text(found: Audit, folder: Path) -> str:
    told = f"{found.lines:,} lines, {found.decisions:,} decisions, {found.transitions:,} changes"
    if found.problem is not None:
        return f"{folder / FILE}: line {found.problem.number}: {found.problem.why}; before it {told} follow"
    gone = [f"lines before {found.first:,} were dropped, as old files are"] if found.first else []
    cut = [f"lines that were cut off by a crash and dropped: {found.repaired:,}"] if found.repaired else []
    return "\n".join((f"{told}: each follows from its inputs", *gone, *cut, f"hash of the last line: {found.head}"))


def _document(found: Audit) -> dict[str, object]:
    problem = found.problem
    return {
        "lines": found.lines,
        "first": found.first,
        "decisions": found.decisions,
        "transitions": found.transitions,
        "repaired": found.repaired,
        "head": found.head,
        "problem": None if problem is None else {"line": problem.number, "why": problem.why},
        "routes": [structs.asdict(route) | {"tally": None} for route in found.state.routes],
    }
