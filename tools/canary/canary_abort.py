"""crossfade canary abort."""

import asyncio

import click

from crossfade.shadow.canary.control.client import NoControllerError
from crossfade.shadow.canary.control.place import folder_of, is_running
from crossfade.shadow.canary.control.status import Done
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.canary.states.records import Phase
from crossfade.shadow.config import Config, load_config
from crossfade.tools.canary.packages import controller_packages
from crossfade.tools.canary.reaching import client_of, token_of
from crossfade.tools.canary.verbs import Asked, tell, verb_options
from crossfade.tools.errors import ExitCode

_BACK = frozenset({Phase.ROLLING_BACK, Phase.ABORTED, Phase.COMPLETED})


@click.command()
@verb_options
def canary_abort(asked: Asked) -> None:
    """Give the routes that match ROUTES back to legacy, at once; without ROUTES, all.

    It works without a controller too, for all routes: their weights become 0 on the data planes, and the journal has
    it. Routes that are complete stay: their legacy may be gone. `crossfade canary retry` begins again.

    \b
    Example:
      crossfade canary abort --reason "support has three tickets"
    """
    config = load_config(asked.config_path)
    done = _done(config, asked)
    tell(done, as_json=asked.as_json)
    if any(route.phase not in _BACK for route in done.routes):
        raise SystemExit(ExitCode.INFRASTRUCTURE)


def _done(config: Config, asked: Asked) -> Done:
    token_of(config, asked.config_path)  # the engine asks for it as well
    if config.canary.address is not None or is_running(folder_of(config.evidence.dir)):
        try:
            return client_of(config, asked.config_path).order(Verb.ABORT, asked.order)
        except NoControllerError:
            if is_running(folder_of(config.evidence.dir)):
                raise
    with controller_packages():
        from crossfade.tools.canary_run import abort_alone  # noqa: PLC0415 - an extra
    return asyncio.run(abort_alone(config, asked.order))
