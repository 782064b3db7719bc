"""crossfade corpus shrink."""

import asyncio
import json
from pathlib import Path

import click

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.shrink.told import shrunk_lines, shrunk_record
from crossfade.shadow.config import load_config
from crossfade.shadow.runs.setup import read_contract
from crossfade.tools.corpus.derived import derive
from crossfade.tools.options import config_option
from crossfade.tools.output import emit
from crossfade.tools.shrink_run import Case, ShrinkOptions, ShrinkRun


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@config_option
@click.option("--session", "session_ids", multiple=True, metavar="ID", help="Only this session; may be repeated.")
@click.option(
    "--output", type=click.Path(path_type=Path), required=True, help="A corpus for the cases; it may be there already."
)
@click.option(
    "--budget-calls",
    type=click.IntRange(min=1),
    default=2000,
    show_default=True,
    help="For each failure, send so many calls to each side at most.",
)
@click.option(
    "--max-cases", type=click.IntRange(min=1), default=20, show_default=True, help="Shrink so many failures at most."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, a line for each failure.")
def corpus_shrink(  # noqa: PLR0913 - one for each option
    *,
    folder: Path,
    config_path: Path,
    session_ids: tuple[str, ...],
    output: Path,
    budget_calls: int,
    max_cases: int,
    as_json: bool,
) -> None:
    """Play the sessions of a CORPUS against both services, and find the smallest case behind each failure.

    A case is what is left of a session when all goes that its failure does not need: calls (but never one whose id
    another one carries), parameters, header fields, parts of bodies and messages; then values become plainer. The
    smallest is played three times more, and against the secondary where each [[listen]] has one: what fails only
    sometimes, or between two legacies, is told as a candidate for noise.

    Each replay begins from the state that the commands of [replay] put back, or, without them, with new ids.

    \b
    Example:
      crossfade corpus shrink corpora/builds --session 0003-submit-build --output corpora/cases
    """
    corpus = CorpusFolder(folder)
    corpus.require(session_ids)
    config = load_config(config_path)
    contract = corpus.contract() or read_contract(config)
    cases = CorpusFolder(output) if output.exists() else None
    known = set() if cases is None else set(cases.session_ids())

    def show(case: Case) -> None:
        nonlocal cases
        session = case.shrunk.session
        if case.shrunk.reproduced and session.id not in known:
            cases = cases or derive(corpus, output)
            cases.add(session)
            known.add(session.id)
        if as_json:
            emit(json.dumps(shrunk_record(case.shrunk, case.calls, contract)))
        else:
            emit("\n".join(shrunk_lines(case.shrunk, case.calls, contract)))

    options = ShrinkOptions(session_ids=session_ids, budget_calls=budget_calls, max_cases=max_cases)
    count = asyncio.run(ShrinkRun(config, config_path, corpus, show).shrink(options))
    if as_json:
        return
    where = "none of them failed again" if cases is None else f"the cases are in {output}"
    emit(f"{count} failures shrunk; {where}" if count else "no session failed")
    if count == max_cases:
        emit("that is the maximum, so there may be more: raise --max-cases")
    if count and not (config.replay.reset_legacy and config.replay.reset_candidate):
        emit("each replay began from what those before it had left: [replay] reset_legacy and reset_candidate end that")
