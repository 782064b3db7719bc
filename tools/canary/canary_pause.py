"""crossfade canary pause."""

import click

from crossfade.shadow.canary.reading import Verb
from crossfade.tools.canary.verbs import Asked, give, verb_options


@click.command()
@verb_options
def canary_pause(asked: Asked) -> None:
    """Keep the routes that match ROUTES at the weight that they have; without ROUTES, all.

    The candidate goes on serving its share, and a route whose errors or divergence are above their budgets is still
    rolled back. A paused route that is paused again stays as it is.

    \b
    Example:
      crossfade canary pause "GET /builds/*" --reason "the database is being moved"
    """
    give(Verb.PAUSE, asked)
