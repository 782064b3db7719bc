"""crossfade gate."""

from pathlib import Path

import click

from crossfade.reports.gate import gate as apply_gate
from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of
from crossfade.tools.options import config_option, run_option
from crossfade.tools.report_options import format_option, json_option, output_option
from crossfade.tools.report_output import show_gate, shows_report


@click.command()
@config_option
@run_option
@click.option("--allow-inconclusive", is_flag=True, help="Exit 0 instead of 3 if there is too little evidence.")
@format_option
@json_option
@output_option
def gate(config_path: Path, run_id: str | None, form: str, output: Path | None, *, allow_inconclusive: bool) -> None:
    """Pass or fail a run by the claims in [gate]; print one sentence for each claimed route.

    Exit codes: 0 every claim is proven, 1 a claim is refuted, 3 too little evidence.

    \b
    Example:
      crossfade gate --config crossfade.toml
    """
    report = report_of(load_config(config_path), run_id, repro=shows_report(form))
    result = apply_gate(report, allow_inconclusive=allow_inconclusive)
    show_gate(report, result, form, output)
    raise SystemExit(result.exit_code)
