"""Where a request can be sent again, and which descriptors describe a call."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from ipaddress import ip_address

from crossfade.reports.repro.quote import quote
from crossfade.shadow.exchange import Headers
from crossfade.shadow.exchange.observations import RequestSample

_TLS = "https://"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One server: its URL, and PEM files with the authority that signed its certificate and with the client's own."""

    url: str
    ca: str = ""
    cert: str = ""

    @property
    def is_tls(self) -> bool:
        """Whether it speaks TLS."""
        return self.url.lower().startswith(_TLS)

    @property
    def scheme(self) -> str:
        """``http://`` or ``https://``."""
        return _TLS if self.is_tls else "http://"

    @property
    def word(self) -> str:
        """Host and port as a word of a command line."""
        return quote(self.url.partition("://")[2])


class AnySide(Side):
    """The one that ``$ADDRESS`` names."""

    @property
    def word(self) -> str:
        """The variable, quoted."""
        return '"$ADDRESS"'


ANY_SIDE = AnySide(url="http://")


@dataclass(frozen=True, slots=True, kw_only=True)
class Listener:
    """A port that clients connect to, and both servers behind it; ``tls`` where the clients' TLS ends there.

    ``candidate_fields`` returns the header fields with which the candidate gets a request; None where it gets all.
    """

    name: str
    legacy: Side
    candidate: Side
    tls: bool = False
    candidate_fields: Callable[[RequestSample], Headers] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReproSettings:
    """``schema`` are the words by which grpcurl finds the messages; none where it asks the server (reflection)."""

    listeners: Sequence[Listener] = ()
    schema: tuple[str, ...] = ()

    def at(self, name: str) -> "ReproSettings":
        """The settings for requests that came by the port of this name; "" where none is known."""
        return replace(self, listeners=tuple(item for item in self.listeners if name in {item.name, ""}))

    @property
    def listener(self) -> Listener | None:
        """The port that requests came by; None where that is not known."""
        return self.listeners[0] if len(self.listeners) == 1 else None


def virtual_host(request: RequestSample) -> Iterator[str]:
    """The host name that the client used, if it is a name: a server may choose its answer by it."""
    host = _host(request.authority)
    if host and host != "localhost" and not _is_ip(host):
        yield request.authority


def _host(authority: str) -> str:
    host, _, port = authority.rpartition(":")
    return (host if port.isdigit() and host else authority).strip("[]")


@lru_cache(maxsize=1024)
def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
