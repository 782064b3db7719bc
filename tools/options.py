"""Options that several commands share."""

from pathlib import Path

import click

config_option = click.option(
    "--config",
    "config_path",
    type=click.Path(path_type=Path),
    default=Path("crossfade.toml"),
    show_default=True,
    help="The service's config file.",
)
run_option = click.option("--run", "run_id", default=None, help="The id of a run.  [default: the newest]")
