"""crossfade minimise."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import click

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.minimise.choosing import Selection, choose
from crossfade.parity_tests.minimise.pairs import shown_by
from crossfade.parity_tests.minimise.told import selection_lines, selection_record
from crossfade.shadow.config import load_config
from crossfade.tools.corpus.derived import derive
from crossfade.tools.evidence_view import report_of
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@click.option("--output", type=click.Path(path_type=Path), required=True, help="A new folder for the small corpus.")
@click.option(
    "--run", "run_id", metavar="RUN", help="A replay of this corpus: sessions that its clusters name are kept."
)
@click.option("--keep", "kept", multiple=True, metavar="ID", help="Keep this session; may be repeated.")
@click.option(
    "--keep-tail-pct",
    type=click.FloatRange(0, 100),
    default=1.0,
    show_default=True,
    help="Keep so many percent of all sessions at random, beside the others.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="What that chance begins with.")
@click.option("--whole", is_flag=True, help="Keep sessions to their end, not up to the last call that is needed.")
@click.option(
    "--at-most",
    "at_most_pct",
    type=click.FloatRange(0, 100),
    help="Keep so many percent of all calls at most, what diverged before aside; says how many pairs that leaves out.",
)
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def minimise(  # noqa: PLR0913 - one for each option
    *,
    folder: Path,
    output: Path,
    run_id: str | None,
    kept: tuple[str, ...],
    keep_tail_pct: float,
    seed: int,
    whole: bool,
    at_most_pct: float | None,
    config_path: Path,
    as_json: bool,
) -> None:
    """Keep the few sessions of a CORPUS that show what all of them show.

    What a call shows is which classes of values stand at which places (negative, empty, absent, beyond ASCII, ...), its
    status, and what came before it. The small corpus shows every such feature and every pair of them that one call
    shows. Sessions are kept from their first call up to the last one that is needed, those that diverged before, and
    the random tail, to their end.

    \b
    Example:
      crossfade minimise corpora/builds --output corpora/builds-small --keep-tail-pct 1
    """
    corpus = CorpusFolder(folder)
    corpus.require(kept)
    diverged = {*kept, *(_named_by(run_id, config_path, corpus) if run_id is not None else ())}
    showing = shown_by(corpus.sessions(), corpus.contract())
    selection = choose(
        showing, diverged=diverged, tail_pct=keep_tail_pct, seed=seed, whole=whole, at_most_pct=at_most_pct
    )
    _write(corpus, selection, output)
    emit(
        json.dumps(selection_record(selection))
        if as_json
        else "\n".join((*selection_lines(selection), f"wrote {output}"))
    )


def _named_by(run_id: str, config_path: Path, corpus: CorpusFolder) -> Iterator[str]:
    """The sessions of which calls are examples of a run's clusters; a replay calls a call ``SESSION.CALL``."""
    report = report_of(load_config(config_path), run_id, repro=False)
    names = {example.comparison_id.rpartition(".")[0] for cluster in report.clusters for example in cluster.examples}
    return (name for name in corpus.session_ids() if name in names)


def _write(corpus: CorpusFolder, selection: Selection, output: Path) -> None:
    small = derive(corpus, output)
    for item in selection.kept:
        session = corpus.session(item.session_id)
        small.add(replace(session, calls=session.calls[: item.calls]))
