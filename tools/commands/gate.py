"""crossfade gate."""

import asyncio
from pathlib import Path

import click

from crossfade.reports.gate import gate as apply_gate
from crossfade.shadow.config import load_config
from crossfade.shadow.config.address import split_address
from crossfade.tools.errors import ExitCode, fail
from crossfade.tools.evidence_view import report_of
from crossfade.tools.options import config_option, run_option
from crossfade.tools.output import emit
from crossfade.tools.report_options import format_option, json_option, output_option
from crossfade.tools.report_output import show_gate, shows_report


def _address(_: click.Context, __: click.Parameter, value: str | None) -> str | None:
    try:
        split_address(value or "localhost:0")
    except ValueError as error:
        raise click.BadParameter(str(error)) from None
    return value


@click.command()
@config_option
@run_option
@click.option("--allow-inconclusive", is_flag=True, help="Exit 0 instead of 3 if there is too little evidence.")
@format_option
@json_option
@output_option
@click.option(
    "--serve",
    "address",
    callback=_address,
    metavar="HOST:PORT",
    help="Serve the newest run's gate at /v1/gate/ROUTE, for Argo Rollouts or Flagger, until Ctrl-C.",
)
def gate(  # noqa: PLR0913 - one for each option
    config_path: Path,
    run_id: str | None,
    form: str,
    output: Path | None,
    address: str | None,
    *,
    allow_inconclusive: bool,
) -> None:
    """Pass or fail a run by the claims in [gate]; print one sentence for each claimed route.

    Exit codes: 0 every claim is proven, 1 a claim is refuted, 3 too little evidence.

    \b
    Example:
      crossfade gate --config crossfade.toml
      crossfade gate --serve 0.0.0.0:9190
    """
    if address is not None:
        _serve(config_path, address)
        return
    report = report_of(load_config(config_path), run_id, repro=shows_report(form))
    result = apply_gate(report, allow_inconclusive=allow_inconclusive)
    show_gate(report, result, form, output)
    raise SystemExit(result.exit_code)


def _serve(config_path: Path, address: str) -> None:
    try:
        from crossfade.tools.gate_serve_run import run_gate_server  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        message = f"--serve: expected the packages of the endpoints, got no module named {error.name}"
        fail(f"{message}; pip install 'crossfade[mitmproxy]'", ExitCode.INFRASTRUCTURE)
    if asyncio.run(run_gate_server(config_path, address, announce=emit)):
        raise SystemExit(ExitCode.INTERRUPTED)
