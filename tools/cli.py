"""The command line: gathers the commands."""

import io
import sys
from typing import Any

import click

from crossfade.tools.errors import caught
from crossfade.tools.lazy_commands import LazyCommands, LazyGroup

SUMMARIES = {
    "accept": "Accept findings or clusters: differences that may stay.",
    "canary": "Shift real traffic to the candidate by steps, and back.",
    "corpus": "Make and change corpora: sessions that are kept for replay.",
    "demo": "Run crossfade end to end on a real pair of services.",
    "doctor": "Show what is missing on this machine and how to install it.",
    "fuzz": "Send generated sequences of calls to both, and shrink what differs.",
    "gate": "Pass or fail a run by the claims in [gate].",
    "generate": "Write the Java service for a contract, or bring it up to date.",
    "ingest": "Receive comparisons from generated Java services.",
    "init": "Write a commented crossfade.toml and a redaction key.",
    "minimise": "Keep the few sessions of a corpus that show what all of them show.",
    "mirror": "Turn all mirroring off or on, or show whether it is on.",
    "mock": "Answer as legacy did when a corpus was recorded.",
    "record": "Run the proxy like shadow, and keep the raw comparisons.",
    "replay": "Play the sessions of a corpus, or compare a run again.",
    "report": "Show what was compared, where the answers differ, and why.",
    "shadow": "Proxy live traffic to legacy and mirror it to the candidate.",
    "status": "Show how far each RPC has been ported.",
    "store": "Delete old runs, or upgrade the store.",
    "unaccept": "Take accepted findings or clusters back.",
}


class CommandLine(LazyGroup):
    """Ends every command in one way."""

    @caught
    def invoke(self, ctx: click.Context) -> Any:  # noqa: ANN401 - click's
        """Runs a command."""
        return super().invoke(ctx)


@click.group(
    cls=CommandLine,
    commands=LazyCommands("crossfade.tools.commands", SUMMARIES),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(package_name="crossfade")
def main() -> None:
    """Move a live service from Python to Java without its callers noticing, and prove it.

    Exit codes: 0 pass, 1 divergence, 2 usage or config, 3 inconclusive, 4 infrastructure or a missing tool,
    130 Ctrl-C, with state saved.

    \b
    Example:
      crossfade init --dir services/builds
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a route's name may not exist in the terminal's encoding


if __name__ == "__main__":
    main()
