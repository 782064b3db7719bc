"""The seam between an engine and those who run one, and the list of engines.

Another engine is a room of its own in here, a line in ``ENGINES``, and an extra of the same name.
"""

import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol as Interface

from crossfade.shadow.capture.settings import ListenerSettings
from crossfade.shadow.capture.sink import Choose, Sink
from crossfade.shadow.errors import ShadowError

ENGINES = {"mitmproxy": "crossfade.shadow.capture.mitmproxy.engine:make_engine"}
"""Where the ``MakeEngine`` of each engine is, by the engine's name. Imported by ``find_engine`` and nowhere else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineSettings:
    """What every engine gets: its ports, how much of a body to copy, where it may keep files, and new ids.

    ``choose`` tells who answers a request, by its head alone and at once; None: always legacy.
    """

    listeners: tuple[ListenerSettings, ...]
    body_limit_bytes: int
    folder: Path
    new_id: Callable[[], str]
    choose: Choose | None = None


class Engine(Interface):
    """Passes traffic between clients and legacy, and tells a sink what it sees. Runs once."""

    async def run(self) -> None:
        """Serves until ``shutdown``. Raises: ShadowError: a port could not be bound."""

    async def ready(self) -> None:
        """Returns when all ports are bound."""

    def is_serving(self) -> bool:
        """Whether all ports are bound; no longer once ``shutdown`` began."""

    def addresses(self) -> dict[str, str]:
        """host:port by listener name, with the real port where the settings have 0."""

    def open_flows(self) -> int:
        """Requests that have not ended."""

    def watch_latency(self, observe: Callable[[str, float], None]) -> None:
        """From now on reports how long the engine held each head: direction (request, answer) and seconds."""

    async def shutdown(self) -> None:
        """Accepts no more connections, lets open requests end for a while, then ends ``run``."""


MakeEngine = Callable[[EngineSettings, Sink], Engine]
"""Makes an engine that tells the sink. Called in a running loop."""


def find_engine(name: str, place: str) -> MakeEngine:
    """The engine of this name; ``place`` is where a person named it, for the error.

    Raises: ShadowError: there is no such engine, or its extra is not installed.
    """
    if name not in ENGINES:
        raise ShadowError(f"{place}: expected {' or '.join(sorted(ENGINES))}, got {name!r}; choose one of these")
    try:
        make: MakeEngine = pkgutil.resolve_name(ENGINES[name])
    except ModuleNotFoundError as error:
        message = f"{place}: expected the packages of {name}, got no module named {error.name}"
        raise ShadowError(f"{message}; pip install 'crossfade[{name}]'", exit_code=4) from None
    return make
