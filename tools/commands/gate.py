"""crossfade gate."""

import json
from pathlib import Path

import click

from crossfade.reports.gate import gate as apply_gate
from crossfade.shadow.config import load_config
from crossfade.tools.evidence_view import report_of
from crossfade.tools.options import config_option, run_option
from crossfade.tools.output import emit


@click.command()
@config_option
@run_option
@click.option("--allow-inconclusive", is_flag=True, help="Exit 0 instead of 3 if there is too little evidence.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def gate(config_path: Path, run_id: str | None, *, allow_inconclusive: bool, as_json: bool) -> None:
    """Pass or fail a run by the claims in [gate]; print one sentence for each claimed route.

    Exit codes: 0 every claim is proven, 1 a claim is refuted, 3 too little evidence.

    \b
    Example:
      crossfade gate --config crossfade.toml
    """
    report = report_of(load_config(config_path), run_id)
    result = apply_gate(report, allow_inconclusive=allow_inconclusive)
    if as_json:
        told = {"exit_code": result.exit_code, "verdict": report.verdict, "sentences": list(result.sentences)}
        emit(json.dumps(told, indent=2))
    else:
        for sentence in result.sentences:
            emit(sentence)
    raise SystemExit(result.exit_code)
