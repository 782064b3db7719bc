"""Ends a TLS connection with a close_notify (RFC 8446 6.1); mitmproxy only closes the socket.

Without it, Go reports a body that ends with its connection as cut off.
"""

from mitmproxy.connection import ConnectionState
from mitmproxy.proxy import commands
from mitmproxy.proxy.layers.tls import TLSLayer
from mitmproxy.proxy.tunnel import TunnelState
from OpenSSL import SSL

from crossfade.shadow.capture.mitmproxy.wire.ends import finish
from crossfade.shadow.capture.mitmproxy.wire.events import Commands

_mitmproxys = TLSLayer.send_data


def send_close(self: TLSLayer, command: commands.CloseConnection) -> Commands:
    """Replaces mitmproxy's (see ``install``)."""
    is_set_up = self.tls and self.tunnel_state in (TunnelState.OPEN, TunnelState.CLOSED)
    if is_set_up and self.conn.state & ConnectionState.CAN_WRITE:
        try:
            self.tls.shutdown()
        except SSL.Error:
            pass  # the connection is broken, and ends anyway
        else:
            yield from self.tls_interact()
    if not (self.conn.state is ConnectionState.CAN_WRITE and finish(self.conn)):
        yield command


def send_data(self: TLSLayer, data: bytes) -> Commands:
    """As mitmproxy's, but sends nothing after the end."""
    if not self.tls.get_shutdown() & SSL.SENT_SHUTDOWN:
        yield from _mitmproxys(self, data)
