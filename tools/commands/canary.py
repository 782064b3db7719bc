"""crossfade canary."""

import click

from crossfade.tools.lazy_commands import LazyCommands, LazyGroup

SUMMARIES = {
    "abort": "Give routes back to legacy, at once.",
    "audit": "Derive every decision of the journal again from its inputs.",
    "pause": "Keep routes at the weight that they have.",
    "plan": "Show the steps of each route, and the hours that each needs.",
    "promote": "Open the gate that routes wait at, or skip all that is left.",
    "render": "Print the objects that a canary by a Kubernetes Gateway needs.",
    "resume": "Let paused routes go on.",
    "retry": "Begin again with routes that were rolled back.",
    "start": "Run the controller: shift traffic as the evidence allows.",
    "status": "Show how far each route is, and what it waits for.",
    "watchdog": "Give a Gateway's routes back to legacy when the controller is silent.",
}


@click.group(cls=LazyGroup, commands=LazyCommands("crossfade.tools.canary", SUMMARIES, "canary_"))
def canary() -> None:
    """Shift real traffic to the candidate by steps that the evidence allows, and back.

    \b
    Example:
      crossfade canary start --config crossfade.toml
      crossfade canary status --watch
    """
