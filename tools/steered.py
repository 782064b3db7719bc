"""Who answers clients in a run of the shadow proxy: what chooses, and where a controller says so."""

import logging
import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crossfade.codegen.contract import Method
from crossfade.shadow.config import Config
from crossfade.shadow.mirror.served_tally import ServedTally
from crossfade.shadow.mirror.steering import Declared, Steering
from crossfade.shadow.operate.weights_file import read_kept

if TYPE_CHECKING:
    from aiohttp import web

log = logging.getLogger(__name__)


def steering_of(config: Config, methods: Mapping[str, Method], tally: ServedTally) -> Steering | None:
    """What chooses; None where the config lets nothing move. ``methods`` are those of the contract."""
    if not config.canary.route:
        return None
    declared = Declared(
        service=config.service.name,
        listeners=tuple(listen.name for listen in config.listen),
        templates=config.routes.http,
        methods=methods,
    )
    return Steering(config.canary, declared=declared, tally=tally, kept=read_kept(config.evidence.dir))


def weights_routes(config: Config, steering: Steering) -> "tuple[web.RouteDef, ...]":
    """The endpoints of a controller; none without their token."""
    from crossfade.shadow.operate.weights_api import WeightsApi  # noqa: PLC0415 - an extra

    token = os.environ.get(config.canary.token_env, "").strip()
    if not token:
        log.warning("weights.closed expected a token in %s; weights can't be set", config.canary.token_env)
        return ()
    return WeightsApi(steering, token=token, folder=config.evidence.dir).routes()
