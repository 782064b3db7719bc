"""Requests that go to another server than legacy: the candidate, where the weight of the route gives it a client.

mitmproxy connects to what stands in ``flow.request.data``; the client's Host and :authority stand elsewhere, so they
reach the candidate as they would reach legacy.
"""

from collections.abc import Callable
from dataclasses import dataclass

from mitmproxy.connection import Client, Connection, Server
from mitmproxy.http import HTTPFlow
from mitmproxy.proxy.mode_specs import ReverseMode

CONNECT_S = 1.0
"""How long a connection to the candidate may take; then legacy answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """A server: where it listens, and whether it speaks TLS."""

    host: str
    port: int
    tls: bool

    @property
    def address(self) -> tuple[str, int]:
        """As mitmproxy has it."""
        return self.host, self.port


@dataclass(frozen=True, slots=True, kw_only=True)
class Diversion:
    """A flow that goes elsewhere; ``fell_back`` is called where legacy gets it after all."""

    to: Upstream
    legacy: Upstream
    fell_back: Callable[[], None]


def divert(flow: HTTPFlow, to: Upstream, fell_back: Callable[[], None]) -> None:
    """Sends a request, of which nothing was sent yet, to another server."""
    request = flow.request
    legacy = Upstream(host=request.host, port=request.port, tls=request.scheme == "https")
    flow.metadata["crossfade_diversion"] = Diversion(to=to, legacy=legacy, fell_back=fell_back)
    _aim(flow, to)


def diversion_of(flow: HTTPFlow) -> Diversion | None:
    """Where a flow goes, if not to legacy."""
    found: Diversion | None = flow.metadata.get("crossfade_diversion")
    return found


def give_back(flow: HTTPFlow, diversion: Diversion) -> None:
    """Sends it to legacy: nothing of it was sent, because the other server took no connection."""
    del flow.metadata["crossfade_diversion"]
    _aim(flow, diversion.legacy)
    diversion.fell_back()


def _aim(flow: HTTPFlow, at: Upstream) -> None:
    flow.request.data.host = at.host
    flow.request.data.port = at.port
    flow.request.scheme = "https" if at.tls else "http"


def is_legacys(client: Client, server: Server) -> bool:
    """Whether a connection leads to the legacy of the client's port."""
    mode = client.proxy_mode
    return not isinstance(mode, ReverseMode) or server.address == mode.address


def use(client: Client, address: tuple[str, int] | None) -> None:
    """Notes which server has the current request of a client, once it has had more than one."""
    vars(client)["crossfade_upstream"] = address


def has_used_others(client: Client) -> bool:
    """Whether a request of this client went to the candidate."""
    return "crossfade_upstream" in vars(client)


def is_in_use(client: Client, server: Connection) -> bool:
    """Whether the client's last request went this way; the end of another connection means nothing to it."""
    address = getattr(server, "address", None)
    return bool(vars(client).get("crossfade_upstream", address) == address)
