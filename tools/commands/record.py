"""crossfade record."""

from pathlib import Path

import click

from crossfade.shadow.config import load_config
from crossfade.shadow.evidence import load_key
from crossfade.shadow.evidence.key import KEY_VARIABLE
from crossfade.tools.commands.shadow import run_proxy
from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.options import config_option


@click.command()
@config_option
@click.option(
    "--sample-pct",
    type=click.FloatRange(0, 100, min_open=True),
    default=100.0,
    show_default=True,
    help="The share of comparisons to keep, in percent.",
)
def record(config_path: Path, sample_pct: float) -> None:
    """Run the proxy like `crossfade shadow`, and keep the raw comparisons, redacted.

    They are written to recordings/RUN_ID in [evidence] dir, up to [record] max_mb. `crossfade replay --rediff RUN_ID`
    compares them again under other rules, without the services.

    \b
    Example:
      crossfade record --config crossfade.toml --sample-pct 20
    """
    config = load_config(config_path)
    if load_key(config.redact.key_file) is None:
        message = f"{config.redact.key_file}: expected a redaction key, got none; run `crossfade init`, or set"
        fail(f"{message} {KEY_VARIABLE}", ExitCode.USAGE)
    run_proxy(config, config_path, record_pct=sample_pct)
