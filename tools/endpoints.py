"""crossfade's own endpoints ([admin] address), whose packages come with an engine's extra."""

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from crossfade.shadow.config import Config, place_of
from crossfade.shadow.config.address import split_address
from crossfade.shadow.errors import ShadowError
from crossfade.tools.reach import check_address_free

if TYPE_CHECKING:
    from aiohttp import web

    from crossfade.shadow.operate.admin import Admin
    from crossfade.shadow.operate.metrics import IngestSnapshot, Snapshot


def check_endpoints(config: Config, config_path: Path) -> None:
    """Looks before a run begins. Raises: ShadowError: the address is in use, or a package is missing."""
    if config.admin.address is None:
        return
    place = place_of(config_path, ("admin", "address"))
    check_address_free(place, *split_address(config.admin.address))
    try:
        import_module("crossfade.shadow.operate.admin")
    except ModuleNotFoundError as error:
        message = f"{place}: expected the packages of the endpoints, got no module named {error.name}"
        raise ShadowError(f"{message}; pip install 'crossfade[mitmproxy]'", exit_code=4) from None


async def start_endpoints(
    address: str,
    *,
    is_serving: Callable[[], bool],
    snapshot: "Callable[[], Snapshot | IngestSnapshot]",
    legacies: Iterable[tuple[str, int]] = (),
    more: "Iterable[web.RouteDef]" = (),
) -> tuple["Admin", str]:
    """The endpoints, and the real host:port. Raises: ShadowError: the address can't be had."""
    from crossfade.shadow.operate.admin import Admin, Readiness  # noqa: PLC0415 - an extra

    admin = Admin(readiness=Readiness(is_serving=is_serving, legacies=legacies), snapshot=snapshot, more=more)
    return admin, await admin.start(*split_address(address))
