"""crossfade replay."""

import time
from pathlib import Path

import click

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.rediff import Rediff, rediff
from crossfade.parity_tests.rediff_text import rediff_lines, rediff_record
from crossfade.reports.build import build_report
from crossfade.reports.formats import Lead
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.recordings import recording_folder
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.runs.setup import accept_rules, read_contract, rules_digest, rules_of, secrecy_of
from crossfade.tools.errors import ExitCode
from crossfade.tools.options import config_option
from crossfade.tools.report_options import format_option, json_option, output_option
from crossfade.tools.report_output import show_report
from crossfade.tools.repro import repro_settings


@click.command()
@config_option
@click.option("--rediff", "run", required=True, help="The id of a run, or the folder of its recording.")
@click.option("--check", is_flag=True, help="Exit 1 if a comparison changed.")
@format_option
@json_option
@output_option
def replay(config_path: Path, run: str, form: str, output: Path | None, *, check: bool) -> None:
    """Compare a recorded run again under the current rules and contract; no service is contacted.

    Exit codes: 0 compared again, 1 with --check if a comparison changed, 3 with --check if none could be judged again,
    4 no recording.

    \b
    Example:
      crossfade replay --config crossfade.toml --rediff 20261124T120000Z-1a2b3c
    """
    config = load_config(config_path)
    found = _rediff(config, run)
    # A recording is a choice of the traffic, so nothing is claimed of it.
    gate = GateSettings(routes=(), budget_pct=config.gate.budget_pct, confidence_pct=config.gate.confidence_pct)
    repro = repro_settings(config, found.evidence.info.contract_digest)
    report = build_report(found.evidence, gate=gate, accepted=accept_rules(config), now=time.time(), repro=repro)
    lead = Lead(name="rediff", lines=rediff_lines(found), record=rediff_record(found))
    show_report(report, form, output, lead)
    if check and not found.judged:
        raise SystemExit(ExitCode.INCONCLUSIVE)
    if check and found.changed:
        raise SystemExit(ExitCode.FAIL)


def _rediff(config: Config, run: str) -> Rediff:
    """Raises: ShadowError, EvidenceError."""

    def judge_under(contract: Contract | None) -> Judge:
        secrecy = secrecy_of(config, contract)  # what was secret is a pseudonym by now
        return Judge(contract=contract, rules=rules_of(config, secrecy))

    folder = Path(run) if Path(run).is_dir() else recording_folder(config.evidence.dir, run)
    # A server with reflection may be gone, or newer than what was recorded.
    present = None if config.contract.reflection is not None else read_contract(config)
    return rediff(RecordingReader(folder), judge_under, present, rules_digest(config))
