"""crossfade canary resume."""

import click

from crossfade.shadow.canary.reading import Verb
from crossfade.tools.canary.verbs import Asked, give, verb_options


@click.command()
@verb_options
def canary_resume(asked: Asked) -> None:
    """Let the paused routes that match ROUTES go on; without ROUTES, all.

    A route that paused because its evidence was inconclusive analyses its step again, with the full time for it.

    \b
    Example:
      crossfade canary resume --reason "the database is moved"
    """
    give(Verb.RESUME, asked)
