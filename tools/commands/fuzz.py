"""crossfade fuzz."""

import json
from importlib.util import find_spec
from pathlib import Path

import click

from crossfade.shadow.config import load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.errors import ExitCode
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@config_option
@click.option("--seed", type=int, default=0, show_default=True, help="The same seed draws the same sequences.")
@click.option(
    "--max-examples",
    type=click.IntRange(min=1),
    default=5000,
    show_default=True,
    help="After so many sequences no more are drawn.",
)
@click.option("--seconds", type=click.FloatRange(0, min_open=True), help="The time after which it ends.")
@click.option("--route", "routes", multiple=True, help="Only routes that match this glob; may be repeated.")
@click.option("--corpus", type=click.Path(path_type=Path), help="A corpus: its requests are drawn, one value changed.")
@click.option("--output", type=click.Path(path_type=Path), help="The corpus that the smallest sequences are added to.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def fuzz(  # noqa: PLR0913 - one for each option
    config_path: Path,
    *,
    seed: int,
    max_examples: int,
    seconds: float | None,
    routes: tuple[str, ...],
    corpus: Path | None,
    output: Path | None,
    as_json: bool,
) -> None:
    """Send generated sequences of calls to both services, and shrink what differs.

    Requests are drawn from the contract and the HTTP routes of the config, ids and names from earlier answers. Each
    divergence is shrunk to a small sequence and played again three times. Writes are sent too: use services whose data
    may change. The commands in [replay] reset them first; then the same seed gives the same cases, unless --seconds
    ends it. Ctrl-C ends it with what was found.

    Exit codes: 0 no divergence, 1 divergences, 3 nothing could be compared, legacy refused every call, or
    a route was given up, 4 a service can't be reached or Hypothesis is missing, 130 Ctrl-C.

    \b
    Example:
      crossfade fuzz --config crossfade.toml --seed 7 --seconds 60 --output corpus/found
    """
    if find_spec("hypothesis") is None:
        message = "fuzz: expected the package hypothesis, got none; pip install 'crossfade[fuzz]'"
        raise ShadowError(message, exit_code=ExitCode.INFRASTRUCTURE)
    # imported late: they need an extra, which --help does without
    from crossfade.parity_tests.fuzz.result_text import fuzzed_lines, fuzzed_record  # noqa: PLC0415
    from crossfade.tools.fuzz_run import FuzzOptions, exit_code, fuzz_redactor, run_fuzz, write_cases  # noqa: PLC0415

    config = load_config(config_path)
    redactor = fuzz_redactor(config, stores=output is not None)
    options = FuzzOptions(seed=seed, max_examples=max_examples, seconds=seconds, routes=routes, corpus=corpus)
    run = run_fuzz(config, config_path, options, redactor, lambda text: click.echo(text, err=True))
    if as_json:
        emit(json.dumps(fuzzed_record(run.fuzzed, run.contract, redactor.members), indent=2))
    else:
        emit("\n".join(fuzzed_lines(run.fuzzed, run.contract, redactor.members)))
    if output is not None:
        new = write_cases(run, output, config, redactor)
        click.echo(f"{output}: {new} new sessions; play them with `crossfade replay {output}`", err=True)
    raise SystemExit(exit_code(run.fuzzed))
