"""crossfade record."""

import asyncio
from pathlib import Path

import click

from crossfade.shadow.config import Config, load_config
from crossfade.shadow.evidence import load_key
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.tools.commands.shadow import engine_loops, engine_of, run_proxy, tell_recorded
from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.options import config_option
from crossfade.tools.output import emit
from crossfade.tools.record_run import run_recording
from crossfade.tools.shadow_run import RecordOptions


@click.command()
@config_option
@click.option(
    "--sample-pct",
    type=click.FloatRange(0, 100, min_open=True),
    help="The share of comparisons to keep, in percent: 100 without --corpus, with it [record] sample_pct.",
)
@click.option(
    "--corpus",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write everything that passes, as sessions, into the corpus in this folder.",
)
@click.option("--legacy-only", is_flag=True, help="With --corpus: mirror and compare nothing; needs no candidate.")
def record(config_path: Path, sample_pct: float | None, corpus: Path | None, legacy_only: bool) -> None:  # noqa: FBT001
    """Run the proxy like `crossfade shadow`, and keep the raw comparisons, redacted.

    They are written to recordings/RUN_ID in [evidence] dir, up to [record] max_mb. `crossfade replay --rediff RUN_ID`
    compares them again under other rules, without the services.

    With --corpus, the sessions of all clients are kept: what each sent, writes included, and what legacy answered, to
    be replayed later. What was left out is counted when it ends.

    \b
    Example:
      crossfade record --config crossfade.toml --sample-pct 20
      crossfade record --config crossfade.toml --corpus corpus --legacy-only
    """
    config = load_config(config_path)
    if load_key(config.redact.key_file) is None:
        message = f"{config.redact.key_file}: expected a redaction key, got none; run `crossfade init`, or set"
        fail(f"{message} {KEY_VARIABLE}", ExitCode.USAGE)
    if legacy_only:
        if corpus is None:
            fail("--legacy-only: expected --corpus with it, got none; name a folder", ExitCode.USAGE)
        _record_alone(config, config_path, corpus)
        return
    whole = 100.0 if corpus is None else None
    kept = RecordOptions(sample_pct=whole if sample_pct is None else sample_pct, corpus=corpus)
    run_proxy(config, config_path, kept)


def _record_alone(config: Config, config_path: Path, corpus: Path) -> None:
    make_engine = engine_of(config, config_path)
    with asyncio.Runner(loop_factory=engine_loops()) as runner:
        result = runner.run(run_recording(config, config_path, make_engine, corpus, announce=emit))
    tell_recorded(corpus, result.recorded)
    if result.interrupted:
        raise SystemExit(ExitCode.INTERRUPTED)
