"""HTTP/2 without TLS (prior knowledge, RFC 9113 3.3), which gRPC without TLS speaks and mitmproxy does not offer.

mitmproxy picks its HTTP/2 codec by the ALPN of a connection; so a connection that begins with the HTTP/2 preface is
given that ALPN. Works with 11.0.2 and 12.x; it leans on internals, which is why nothing else is in this file.
"""

from mitmproxy.http import HTTPFlow
from mitmproxy.proxy import layer, layers, server_hooks, tunnel
from mitmproxy.proxy.layers.http import HTTPMode
from mitmproxy.proxy.mode_specs import ReverseMode

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


class PlaintextHttp2:
    """An add-on; it must stand before mitmproxy's own NextLayer."""

    def __init__(self) -> None:
        self._grpc_over_tls: set[str] = set()

    def next_layer(self, data: layer.NextLayer) -> None:
        """Chooses HTTP/2 for a plaintext connection whose first bytes are the preface."""
        context = data.context
        if data.layer is None and not context.client.tls and data.data_client().startswith(PREFACE):
            stack = tunnel.LayerStack()
            mode = context.client.proxy_mode
            if isinstance(mode, ReverseMode) and mode.scheme == "https":
                stack /= layers.ServerTLSLayer(context)
            context.client.alpn = b"h2"
            stack /= layers.HttpLayer(context, HTTPMode.transparent)
            data.layer = stack[0]

    def requestheaders(self, flow: HTTPFlow) -> None:
        """Remembers a client that speaks gRPC over TLS: it needs HTTP/2 from a legacy without TLS as well."""
        kind = flow.request.headers.get("content-type", "")
        if flow.client_conn.tls and flow.request.is_http2 and kind.startswith("application/grpc"):
            self._grpc_over_tls.add(flow.client_conn.id)

    def server_connect(self, data: server_hooks.ServerConnectionHookData) -> None:
        """Speaks HTTP/2 to a server without TLS where the client does, and there is no ALPN to agree on it."""
        if data.client.alpn != b"h2":
            return
        if data.server.tls and not data.client.tls:
            data.server.alpn_offers = [b"h2"]
        elif not data.server.tls and (not data.client.tls or data.client.id in self._grpc_over_tls):
            data.server.alpn = b"h2"

    def client_disconnected(self, client: object) -> None:
        """Forgets it."""
        self._grpc_over_tls.discard(getattr(client, "id", ""))
