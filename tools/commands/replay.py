"""crossfade replay."""

import asyncio
import datetime
import logging
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.coverage.gathering import Gathering
from crossfade.parity_tests.coverage.told import coverage_lines, coverage_record
from crossfade.parity_tests.rediff import Rediff, rediff
from crossfade.parity_tests.rediff_text import rediff_lines, rediff_record
from crossfade.parity_tests.replay.played import PlayedSession
from crossfade.parity_tests.replay.result import ReplayResult, result_lines, result_record
from crossfade.parity_tests.standalone.project import Framework
from crossfade.reports.build import build_report
from crossfade.reports.formats import Lead
from crossfade.reports.gate import gate
from crossfade.reports.report import Report
from crossfade.reports.visible import visible
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.evidence.gate_settings import GateSettings
from crossfade.shadow.evidence.recordings import recording_folder
from crossfade.shadow.judging.judge import Judge
from crossfade.shadow.judging.rules import RuleFinder
from crossfade.shadow.recording.reader import RecordingReader
from crossfade.shadow.runs.setup import accept_rules, evidence_store, read_contract, rules_digest, rules_of, secrecy_of
from crossfade.tools.errors import ExitCode
from crossfade.tools.evidence_view import report_of
from crossfade.tools.loops import loop_factory
from crossfade.tools.options import config_option
from crossfade.tools.replay_run import Replay, ReplayOptions
from crossfade.tools.report_options import format_option, json_option, output_option
from crossfade.tools.report_output import show_report
from crossfade.tools.repro import repro_settings
from crossfade.tools.self_testing import SelfTesting
from crossfade.tools.standalone_tests import export_lines, write_tests

_OF_CORPUS = (
    "sessions",
    "routes",
    "speed",
    "legacy",
    "at_once",
    "in_order",
    "self_test",
    "export",
    "allow_inconclusive",
)


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path), required=False)
@config_option
@click.option("--session", "sessions", multiple=True, metavar="ID", help="Only this session; may be repeated.")
@click.option(
    "--route", "routes", multiple=True, metavar="GLOB", help="Only sessions with a call of such a route, played whole."
)
@click.option("--at-once", type=click.IntRange(1, 1000), default=8, show_default=True, help="Sessions at a time.")
@click.option(
    "--in-order",
    is_flag=True,
    help="Begin the calls of all sessions in their recorded order. Always so where legacy is played twice or recorded.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=0.0,
    show_default=True,
    help="1 is the recorded pace, 2 twice as fast; 0 does not wait.",
)
@click.option(
    "--legacy",
    type=click.Choice(["live", "recorded"]),
    default="live",
    show_default=True,
    help="Where legacy's answers come from.",
)
@click.option("--self-test", is_flag=True, help="Put faults into copies of the answers, and say which are found.")
@click.option(
    "--export",
    type=click.Choice([framework.value for framework in Framework]),
    help="Play nothing: write the sessions to --output as tests that run without crossfade.",
)
@click.option("--allow-inconclusive", is_flag=True, help="Exit 0 instead of 3 if there is too little evidence.")
@click.option("--rediff", "run", help="Compare a recorded run again: its id, or the folder of its recording.")
@click.option("--check", is_flag=True, help="With --rediff: exit 1 if a comparison changed.")
@format_option
@json_option
@output_option
@click.pass_context
def replay(  # noqa: PLR0913 - one for each option
    ctx: click.Context,
    /,
    config_path: Path,
    form: str,
    output: Path | None,
    run: str | None,
    *,
    check: bool,
    **choices: Any,  # noqa: ANN401 - the options of a replay, as click read them
) -> None:
    """Play the sessions of a CORPUS against both services, and judge the answers like live traffic.

    Calls keep their order within a session, and each service gets its own ids. [replay] names commands that put the
    services' data back first. The run is kept as evidence: `crossfade report` and `crossfade gate` read it.

    With --export the sessions become tests of one service, which run without crossfade; what the newest run shows as
    noise is not checked in them.

    With --rediff no service is contacted: a run's recording is compared again under the current rules and contract.

    Exit codes: 0 all claims of [gate] are proven and nothing diverged, 1 something diverged, 3 too little evidence or
    legacy does not answer alike when it is played twice, 4 a service, a corpus or a recording is missing.
    With --rediff: 0 compared again; with --check 1 if a comparison changed, 3 if none could be judged again.

    \b
    Example:
      crossfade replay corpora/builds --config crossfade.toml
      crossfade replay corpora/builds --legacy recorded --session 0003-submit-build
      crossfade replay corpora/builds --self-test
      crossfade replay corpora/builds --export junit5 --output parity-tests
      crossfade replay --config crossfade.toml --rediff 20261124T120000Z-1a2b3c
    """
    _check_usage(ctx, run, check=check)
    config = load_config(config_path)
    if run is not None:
        _show_rediff(config, run, form, output, check=check)
        return
    if choices["export"] is not None:
        _export(config, CorpusFolder(choices["corpus"]), Framework(choices["export"]), output)
        return
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(levelname)s %(message)s")
    options = ReplayOptions(
        at_once=choices["at_once"],
        speed=choices["speed"],
        in_order=choices["in_order"],
        is_recorded=choices["legacy"] == "recorded",
        sessions=choices["sessions"],
        routes=choices["routes"],
    )
    corpus = CorpusFolder(choices["corpus"])
    exercised = _gathering(config, corpus)
    testing = SelfTesting(config, corpus) if choices["self_test"] else None

    def on_session(done: PlayedSession) -> None:
        exercised.add_session(done)
        if testing is not None:
            testing.add(done)

    played = Replay(config, config_path, corpus, options, now=time.time(), on_session=on_session)
    with asyncio.Runner(loop_factory=loop_factory()) as runner:
        result = runner.run(played.play())
    report = report_of(config, result.run_id)
    coverage = exercised.coverage()
    lead = Lead(
        name="replay",
        lines=(*result_lines(result, report), *map(visible, coverage_lines(coverage))),
        record={**result_record(result, report), "coverage": coverage_record(coverage)},
    )
    if testing is not None:
        lines, record = testing.ended(result.run_id, time.time())
        lead = replace(lead, lines=lead.lines + lines, record={**lead.record, "self_test": record})
    show_report(report, form, output, lead)
    raise SystemExit(_exit_code(result, report, allow_inconclusive=choices["allow_inconclusive"]))


def _gathering(config: Config, corpus: CorpusFolder) -> Gathering:
    contract = corpus.contract() or read_contract(config)
    return Gathering(contract, RuleFinder(rules_of(config, secrecy_of(config, contract).shows)).ignored)


def _export(config: Config, corpus: CorpusFolder, framework: Framework, output: Path | None) -> None:
    if output is None:
        raise click.UsageError("expected --output with --export, got none; name a new folder")
    exported = write_tests(config, corpus, framework, output, datetime.datetime.now(datetime.UTC).date())
    print("\n".join(export_lines(exported, output)))


def _check_usage(ctx: click.Context, run: str | None, *, check: bool) -> None:
    """A corpus is played, or a run is compared again. Raises: click.UsageError."""
    corpus = ctx.params["corpus"]
    if (corpus is None) == (run is None):
        raise click.UsageError(f"expected a CORPUS or --rediff, got {'neither' if run is None else 'both'}")
    if check and run is None:
        raise click.UsageError("expected --check beside --rediff, got it with a CORPUS")
    given = [
        f"--{name.rstrip('s').replace('_', '-')}"
        for name in _OF_CORPUS
        if ctx.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE
    ]
    if run is not None and given:
        raise click.UsageError(f"expected a CORPUS with {', '.join(given)}, got --rediff")


def _exit_code(result: ReplayResult, report: Report, *, allow_inconclusive: bool) -> int:
    """A difference that is open fails, whether its route is claimed or not: the corpus shows it each time."""
    if result.interrupted:
        return ExitCode.INTERRUPTED
    if report.totals.open_findings or result.restless:
        return ExitCode.FAIL
    return gate(report, allow_inconclusive=allow_inconclusive).exit_code


def _show_rediff(config: Config, run: str, form: str, output: Path | None, *, check: bool) -> None:
    found = _rediff(config, run)
    # A recording is a choice of the traffic, so nothing is claimed of it.
    claims = GateSettings(routes=(), budget_pct=config.gate.budget_pct, confidence_pct=config.gate.confidence_pct)
    repro = repro_settings(config, found.evidence.info.contract_digest)
    report = build_report(found.evidence, gate=claims, accepted=accept_rules(config), now=time.time(), repro=repro)
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
        return Judge(contract=contract, rules=rules_of(config, secrecy.shows))

    # A server with reflection may be gone, or newer than what was recorded.
    present = None if config.contract.reflection is not None else read_contract(config)
    return rediff(RecordingReader(_recording(config, run)), judge_under, present, rules_digest(config))


def _recording(config: Config, run: str) -> Path:
    """The folder of a recording. Raises: EvidenceError: no folder, and no run that was recorded, is called so."""
    folder = Path(run) if Path(run).is_dir() else recording_folder(config.evidence.dir, run)
    if not folder.is_dir():
        evidence_store(config).read(run, examples=False)  # a run that is there was not recorded
    return folder
