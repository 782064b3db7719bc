"""crossfade canary retry."""

import click

from crossfade.shadow.canary.reading import Verb
from crossfade.tools.canary.verbs import Asked, give, verb_options


@click.command()
@verb_options
def canary_retry(asked: Asked) -> None:
    """Begin again with the routes that match ROUTES and were rolled back or aborted; without ROUTES, all.

    They begin at shadow: their evidence must pass before the first weight is set.

    \b
    Example:
      crossfade canary retry "GET /builds/{id}" --reason "build 42 has the fix"
    """
    give(Verb.RETRY, asked)
