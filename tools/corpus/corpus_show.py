"""crossfade corpus show."""

import dataclasses
import json
from pathlib import Path

import click

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.mining.stored import load_bindings
from crossfade.parity_tests.mining.symbols import Symbols
from crossfade.parity_tests.mining.symbols_text import session_text
from crossfade.shadow.bindings.edges import edges_among
from crossfade.shadow.exchange import Answer
from crossfade.tools.output import emit


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@click.argument("session_id", metavar="SESSION")
@click.option("--json", "as_json", is_flag=True, help="Print the handles as JSON.")
def corpus_show(folder: Path, session_id: str, *, as_json: bool) -> None:
    """Show a session call by call, with its handles named, and the table of them.

    $build#3 is the third build that the session speaks of. Which values are handles is told by bindings.toml, reviewed
    or not; without it only values that can't be guessed are named.

    \b
    Example:
      crossfade corpus show corpus s-0007
    """
    corpus = CorpusFolder(folder)
    session, contract = corpus.session(session_id), corpus.contract()
    edges = edges_among(item.edge for item in load_bindings(folder))
    if not as_json:
        emit("\n".join(session_text(session, edges, contract)))
        return
    symbols = Symbols(session, edges, contract)
    for call in session.calls:
        symbols.request(call.request)
        if isinstance(call.reply, Answer):
            symbols.answer(call.request, call.reply)
    emit(json.dumps({"session": session.id, "handles": [dataclasses.asdict(item) for item in symbols.handles]}))
