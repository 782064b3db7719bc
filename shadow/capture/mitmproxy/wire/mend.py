"""Puts our codecs in the place of mitmproxy's."""

from mitmproxy.addons import next_layer
from mitmproxy.proxy import layers, mode_servers
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _http2

from crossfade.shadow.capture.mitmproxy.wire.frames import GracefulConnection
from crossfade.shadow.capture.mitmproxy.wire.handler import FairHandler
from crossfade.shadow.capture.mitmproxy.wire.http1 import WireHttp1Client, WireHttp1Server
from crossfade.shadow.capture.mitmproxy.wire.http2_client import WireHttp2Client
from crossfade.shadow.capture.mitmproxy.wire.http2_server import WireHttp2Server
from crossfade.shadow.capture.mitmproxy.wire.stream import WholeStream
from crossfade.shadow.capture.mitmproxy.wire.streams import WireHttpLayer

_PLACES = (
    (http, "Http1Server", WireHttp1Server),
    (http, "Http1Client", WireHttp1Client),
    (http, "Http2Server", WireHttp2Server),
    (http, "Http2Client", WireHttp2Client),
    (http, "HttpStream", WholeStream),
    (layers, "HttpLayer", WireHttpLayer),
    (next_layer, "HttpLayer", WireHttpLayer),
    (mode_servers, "ProxyConnectionHandler", FairHandler),
    (_http2, "BufferedH2Connection", GracefulConnection),
)


def mend() -> None:
    """From now on, every connection of this process speaks by our codecs. Doing it twice changes nothing.

    Raises: AttributeError: a mitmproxy whose codecs have other names.
    """
    for module, name, ours in _PLACES:
        getattr(module, name)
        setattr(module, name, ours)
