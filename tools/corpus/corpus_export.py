"""crossfade corpus export."""

from collections.abc import Iterator
from pathlib import Path

import click

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.formats.command_lines import script_lines
from crossfade.parity_tests.formats.har_export import har_calls, har_text
from crossfade.tools.output import emit, save


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@click.option("--to", "kind", type=click.Choice(["curl", "har"]), required=True, help="The format.")
@click.option("--session", "session_id", default=None, help="The id of a session.  [default: all]")
@click.option("--output", type=click.Path(path_type=Path), default=None, help="The file to write.  [default: printed]")
def corpus_export(folder: Path, kind: str, session_id: str | None, output: Path | None) -> None:
    """Write a corpus as HAR 1.2 (calls of HTTP, answers included), or as a script of curl and grpcurl lines.

    The server to call is $ADDRESS in a script. Values that redaction replaced are pseudonyms in both.

    \b
    Example:
      crossfade corpus export --to har --output traffic.har corpus
    """
    corpus = CorpusFolder(folder)

    def sessions() -> Iterator[Session]:
        return corpus.sessions() if session_id is None else iter([corpus.session(session_id)])

    if kind == "har":
        text = "".join(har_text(sessions()))
        left = sum(len(session.calls) - len(har_calls(session)) for session in sessions())
    else:
        digest = corpus.manifest.contract_digest
        schema = ("-protoset", str((folder / f"contract-{digest}.binpb").resolve())) if digest else ()
        text, left = "".join(f"{line}\n" for line in script_lines(sessions(), corpus.contract(), schema)), 0
    if output is None:
        emit(text.removesuffix("\n"))
    else:
        save(text, output, "--output")
    if left:
        click.echo(f"left out: {left} calls that a HAR can't have: gRPC, without an answer, or not whole", err=True)
