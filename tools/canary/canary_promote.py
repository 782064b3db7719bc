"""crossfade canary promote."""

import click

from crossfade.shadow.canary.reading import Verb
from crossfade.tools.canary.verbs import Asked, give, verb_options


@click.command()
@verb_options
@click.option("--full", is_flag=True, help="Skip all steps that are left: the candidate answers all clients.")
def canary_promote(asked: Asked, *, full: bool) -> None:
    """Open the gate, or end the pause, at which the routes that match ROUTES wait; without ROUTES, of all.

    With --full the steps that are left are skipped, whatever the evidence says; a route whose errors or divergence are
    above their budgets is rolled back all the same.

    \b
    Example:
      crossfade canary promote "GET /builds/*" --reason "looked at the report"
    """
    give(Verb.PROMOTE_FULL if full else Verb.PROMOTE, asked)
