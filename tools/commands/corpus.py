"""crossfade corpus."""

import click

from crossfade.tools.lazy_commands import LazyCommands, LazyGroup

SUMMARIES = {
    "bindings": "Find which values are ids of earlier answers, for review.",
    "export": "Write a corpus as HAR or as command lines.",
    "import": "Make a corpus of what another tool has recorded.",
    "info": "Show what a corpus holds.",
    "show": "Show a session with its handles named.",
    "shrink": "Find the smallest case behind each failure of a session.",
    "split": "Split a corpus into an open and a held-out half.",
}


@click.group(cls=LazyGroup, commands=LazyCommands("crossfade.tools.corpus", SUMMARIES, "corpus_"))
def corpus() -> None:
    """Make and change corpora: sessions that are kept for replay, recorded or imported.

    \b
    Example:
      crossfade corpus import --from har traffic.har --output corpus
    """
