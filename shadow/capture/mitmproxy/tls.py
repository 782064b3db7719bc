"""TLS by port: which CA verifies legacy, which certificate legacy sees, which one a client has to show.

mitmproxy has one set of options for all ports; here its add-on is called with the options of the port. That depends on
where the add-on looks for its options (``tlsconfig.ctx``), which is why nothing else is in this file.
"""

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from mitmproxy.addons import tlsconfig
from mitmproxy.connection import Server
from mitmproxy.http import HTTPFlow
from mitmproxy.net import tls as net_tls
from mitmproxy.tls import ClientHelloData, TlsData
from OpenSSL import SSL, crypto

from crossfade.shadow.capture.mitmproxy.wire import is_legacys
from crossfade.shadow.capture.settings import ClientCertificates, ListenerSettings
from crossfade.shadow.errors import ShadowError

_MOST_CONTEXTS = 256  # as mitmproxy keeps
log = logging.getLogger(__name__)


class PortTls(tlsconfig.TlsConfig):
    """mitmproxy's add-on, by port."""

    def __init__(self, ports: Mapping[str, ListenerSettings]) -> None:
        """``ports``: by the full spec of a connection's mode. Raises: ShadowError: more than one client_ca."""
        super().__init__()
        files = sorted({str(port.client_ca) for port in ports.values() if port.client_ca})
        if len(files) > 1:  # mitmproxy's ports share a context
            raise ShadowError(
                f"listen.client_ca: expected one file for all ports, got {' and '.join(files)}; join them"
            )
        self._ports = ports
        self._client_ca = files[0] if files else None
        self._context = lru_cache(_MOST_CONTEXTS)(self._make_context)
        self._told_refused: set[str] = set()

    def tls_clienthello(self, tls_clienthello: ClientHelloData) -> None:
        """Connects to an https legacy first, so that the client is offered what legacy speaks (ALPN)."""
        tls_clienthello.establish_server_tls_first = tls_clienthello.context.server.tls

    def request(self, flow: HTTPFlow) -> None:
        """Does nothing; mitmproxy 12 would itself answer a path that ends like that of its own revocation list."""

    def tls_start_server(self, tls_start: TlsData) -> None:
        """Uses the CA and the certificate for that server."""
        ca, cert = self._files(tls_start)
        with _options(
            ssl_verify_upstream_trusted_ca=None if ca is None else str(ca),
            client_certs=None if cert is None else str(cert),
        ):
            super().tls_start_server(tls_start)

    def _files(self, tls_start: TlsData) -> tuple[Path | None, Path | None]:
        """The CA that verifies a server, and the certificate that it gets to see."""
        port, server = self._port(tls_start), tls_start.conn
        if port.candidate is None or not isinstance(server, Server) or is_legacys(tls_start.context.client, server):
            return port.ca, port.legacy_cert
        return port.candidate.ca, port.candidate.cert

    def tls_start_client(self, tls_start: TlsData) -> None:
        """Asks for a certificate where the port forwards or refuses it; mitmproxy itself would accept any.

        An error here must not let a client in: without a connection mitmproxy ends the handshake.
        """
        try:
            self._start_client(tls_start)
        except Exception:
            tls_start.ssl_conn = None
            raise

    def _start_client(self, tls_start: TlsData) -> None:
        port = self._port(tls_start)
        asks = port.client_certificates is not ClientCertificates.IGNORE
        with _options(request_client_cert=asks), self._contexts() if asks else nullcontext():
            super().tls_start_client(tls_start)
        if not asks or tls_start.ssl_conn is None:
            return

        def verify(_conn: SSL.Connection, _cert: crypto.X509, _error: int, _depth: int, ok: int) -> bool:
            return self._accepts(port, is_valid=bool(ok))

        connection: SSL.Connection = tls_start.ssl_conn
        connection.set_verify(SSL.VERIFY_PEER, verify)

    @contextmanager
    def _contexts(self) -> Iterator[None]:
        """Gives the add-on contexts of ours for a block that must not await."""
        place = vars(tlsconfig)
        real = place["net_tls"]
        place["net_tls"] = _Overlay(real, {"create_client_proxy_context": self._context})
        try:
            yield
        finally:
            place["net_tls"] = real

    def _make_context(self, **arguments: Any) -> SSL.Context:  # noqa: ANN401 - mitmproxy's own
        """A context in which each connection shows its certificate again: a resumed session would show none.

        It is complete before its first connection, as newer versions of pyOpenSSL want it.
        """
        make: Callable[..., SSL.Context] = net_tls.create_client_proxy_context.__wrapped__
        context = make(**arguments)
        context.set_options(SSL.OP_NO_TICKET)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
        if self._client_ca is not None:
            context.load_verify_locations(self._client_ca)
        return context

    def _accepts(self, port: ListenerSettings, *, is_valid: bool) -> bool:
        if port.client_certificates is ClientCertificates.FORWARD:
            return is_valid
        if port.name not in self._told_refused:
            self._told_refused.add(port.name)
            log.error(
                "listen.client_cert: expected no client certificate on %s, got one; legacy can't see it: "
                "set client_cert = 'forward'; logged once per port",
                port.name,
            )
        return False

    def _port(self, tls_start: TlsData) -> ListenerSettings:
        return self._ports[tls_start.context.client.proxy_mode.full_spec]


class _Overlay:
    """An object of which a few attributes have another value."""

    def __init__(self, real: Any, values: dict[str, Any]) -> None:  # noqa: ANN401 - mitmproxy's own
        self._real = real
        self._values = values

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - mitmproxy's own
        return self._values[name] if name in self._values else getattr(self._real, name)


@contextmanager
def _options(**values: Any) -> Iterator[None]:  # noqa: ANN401 - mitmproxy's own
    """Gives the add-on's options these values for a block that must not await."""
    place = vars(tlsconfig)
    real = place["ctx"]
    place["ctx"] = SimpleNamespace(options=_Overlay(real.options, values))
    try:
        yield
    finally:
        place["ctx"] = real
