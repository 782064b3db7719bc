"""crossfade corpus import."""

import json
from pathlib import Path

import click

from crossfade.parity_tests.formats.exchanges import OMISSIONS
from crossfade.parity_tests.formats.importer import READERS, Imported, Importer
from crossfade.parity_tests.recorded.redacting import CallRedactor
from crossfade.shadow.config import load_config
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.shadow.runs.setup import read_contract, read_redactor
from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--from", "kind", type=click.Choice(sorted(READERS)), required=True, help="The format of the file.")
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A new folder for the corpus.")
@config_option
@click.option(
    "--listener",
    default=None,
    help="The [[listen]] port that the calls are for.  [default: the one with the port that was called]",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def corpus_import(  # noqa: PLR0913 - one for each option
    file: Path, kind: str, output: Path, config_path: Path, listener: str | None, *, as_json: bool
) -> None:
    """Make a corpus of what another tool has recorded.

    Formats: har (HTTP Archive 1.2), flows (mitmproxy, needs its extra), binarylog (grpc.binarylog.v1 as Java and Go
    write it), gor (GoReplay). Calls become sessions by [record] session_by, and are redacted by the config's key. What
    can't be taken is counted and printed.

    \b
    Example:
      crossfade corpus import --from har traffic.har --output corpus
    """
    config = load_config(config_path)
    contract = read_contract(config)
    redactor = read_redactor(config, contract)
    if redactor is None:
        message = f"{config.redact.key_file}: expected a redaction key, got none; run `crossfade init`, or set"
        fail(f"{message} {KEY_VARIABLE}", ExitCode.USAGE)
    done = Importer(config, contract, CallRedactor(redactor, contract), listener).run(kind, file, output)
    emit(json.dumps(_record(done)) if as_json else "\n".join(_lines(done, output)))


def _record(done: Imported) -> dict[str, object]:
    return {
        "sessions": done.sessions,
        "calls": done.calls,
        "unanswered": done.unanswered,
        "routes": sorted(done.routes),
        "left_out": {omission.value: count for omission, count in sorted(done.left_out.items())},
    }


def _lines(done: Imported, output: Path) -> list[str]:
    lines = [f"{done.calls} calls to {len(done.routes)} routes in {done.sessions} sessions: {output}"]
    if done.unanswered:
        lines.append(f"  {done.unanswered} of them without a recorded answer: a replay asks legacy")
    lines += [
        f"  left out: {count} {OMISSIONS[omission]}: {', '.join(done.places[omission])}"
        for omission, count in sorted(done.left_out.items())
    ]
    return lines
