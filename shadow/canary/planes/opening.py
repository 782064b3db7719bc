"""Opens the planes of a config. Each is imported when it is used: some need packages of an extra."""

from collections.abc import Mapping
from importlib import import_module

from crossfade.shadow.canary.plane import DataPlane
from crossfade.shadow.config import Config
from crossfade.shadow.config.canary_settings import PlaneKind, PlaneSettings
from crossfade.shadow.errors import ShadowError

MODULES: Mapping[PlaneKind, str] = {
    PlaneKind.ENGINE: "crossfade.shadow.canary.planes.engine",
    PlaneKind.MODE_FILE: "crossfade.shadow.canary.planes.mode_file",
    PlaneKind.GATEWAY: "crossfade.shadow.canary.planes.gateway",
}
_EXTRAS: Mapping[PlaneKind, str] = {PlaneKind.GATEWAY: "kubernetes"}


def open_planes(config: Config) -> tuple[DataPlane, ...]:
    """All planes in the order of the config; without any it is the engine.

    Raises: ShadowError: the config asks for what a plane can't do, or a package is missing.
    """
    return tuple(_opened(settings, config) for settings in config.canary.plane or (PlaneSettings(name="engine"),))


def _opened(settings: PlaneSettings, config: Config) -> DataPlane:
    try:
        module = import_module(MODULES[settings.kind])
    except ModuleNotFoundError as error:
        extra = _EXTRAS.get(settings.kind, "canary")
        message = f"canary.plane {settings.name!r}: expected its packages, got no module named {error.name}"
        raise ShadowError(f"{message}; pip install 'crossfade[{extra}]'", exit_code=4) from None
    plane: DataPlane = module.open_plane(settings, config)
    return plane
