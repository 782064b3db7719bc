"""crossfade corpus split."""

import json
from pathlib import Path

import click

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half
from crossfade.parity_tests.corpus.split import split_corpus
from crossfade.shadow.evidence.key import load_key
from crossfade.tools.corpus.derived import derive
from crossfade.tools.output import emit


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@click.option(
    "--held-out",
    "pct",
    type=click.FloatRange(0, 100, min_open=True, max_open=True),
    default=50.0,
    show_default=True,
    help="The share of the sessions to hold out, in percent.",
)
@click.option("--key", "key_file", type=click.Path(path_type=Path), required=True, help="The key's file, of mode 0600.")
@click.option("--output-open", type=click.Path(path_type=Path), required=True, help="A new folder for the open half.")
@click.option(
    "--output-held-out", type=click.Path(path_type=Path), required=True, help="A new folder for the held-out half."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def corpus_split(  # noqa: PLR0913 - one for each option
    folder: Path, pct: float, key_file: Path, output_open: Path, output_held_out: Path, *, as_json: bool
) -> None:
    """Split a corpus into an open half, which whoever ports may see, and a held-out one for the gate.

    Whole sessions are drawn by the key, so that nobody without it can tell which are held out. With the same key a
    session stays in its half when more is recorded. A port that only repeats recorded answers fails on the held-out
    half.

    \b
    Example:
      crossfade corpus split corpus --held-out 50 --key split.key --output-open open --output-held-out held-out
    """
    key = load_key(key_file, environ={})
    if key is None:
        raise ParityError(f"{key_file}: expected a key, got none; write one: openssl rand -hex 32 > {key_file}")
    corpus, outputs = CorpusFolder(folder), {Half.OPEN: output_open, Half.HELD_OUT: output_held_out}
    opened, held_out = split_corpus(corpus, key, pct, lambda half: derive(corpus, outputs[half], half))
    if as_json:
        emit(json.dumps({"open": opened, "held_out": held_out}))
    else:
        emit(f"{opened} sessions in {output_open}, {held_out} held out in {output_held_out}")
