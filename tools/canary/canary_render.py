"""crossfade canary render."""

import json
from pathlib import Path

import click

from crossfade.shadow.canary.planes.gateway_manifests import manifests
from crossfade.shadow.canary.planes.gateway_routes import site_of
from crossfade.shadow.config import Config, load_config
from crossfade.shadow.config.canary_settings import PlaneKind, PlaneSettings
from crossfade.shadow.errors import ShadowError
from crossfade.tools.canary.planning import plan_of
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@config_option
@click.argument("what", type=click.Choice(["gateway"]), expose_value=False)
@click.option("--plane", "name", help="The plane of the config.  [default: the first with kind = 'gateway']")
def canary_render(config_path: Path, name: str | None) -> None:
    """Print the objects that a canary by a Kubernetes Gateway needs, as JSON for kubectl.

    A route for each route of the plan, all at 0 %; routes to legacy for the rest; the rights of the controller; and the
    watchdog, which gives the routes back when the controller is silent. Nothing is applied.

    \b
    Example:
      crossfade canary render gateway | kubectl apply -f -
    """
    config = load_config(config_path)
    plane = gateway_of(config, name)
    routes = [(route.route, route.is_compared) for route in plan_of(config).routes if route.plane == plane.name]
    try:
        items = manifests(site_of(plane, config), routes)
    except ValueError as error:
        raise ShadowError(f"canary.plane {plane.name!r}: {error}") from None
    emit(json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=2, ensure_ascii=False))


def gateway_of(config: Config, name: str | None) -> PlaneSettings:
    """The plane of this name, or the first Gateway. Raises: ShadowError: there is none."""
    planes = [plane for plane in config.canary.plane if plane.kind is PlaneKind.GATEWAY]
    found = next((plane for plane in planes if name in {None, plane.name}), None)
    if found is None:
        wanted = "" if name is None else f" named {name!r}"
        raise ShadowError(f"canary.plane: expected one with kind = 'gateway'{wanted}, got none; add it")
    return found
