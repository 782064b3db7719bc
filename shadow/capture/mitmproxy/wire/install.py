"""Replaces mitmproxy's codecs by ours."""

from typing import Any

from mitmproxy.addons import next_layer
from mitmproxy.proxy import layers, mode_servers
from mitmproxy.proxy.layers import http, tls
from mitmproxy.proxy.layers.http import _http2

from crossfade.shadow.capture.mitmproxy.wire import tls_end
from crossfade.shadow.capture.mitmproxy.wire.frames import GracefulConnection
from crossfade.shadow.capture.mitmproxy.wire.handler import FairHandler
from crossfade.shadow.capture.mitmproxy.wire.http1_client import WireHttp1Client
from crossfade.shadow.capture.mitmproxy.wire.http1_server import WireHttp1Server
from crossfade.shadow.capture.mitmproxy.wire.http2_client import WireHttp2Client
from crossfade.shadow.capture.mitmproxy.wire.http2_server import WireHttp2Server
from crossfade.shadow.capture.mitmproxy.wire.stream import WholeStream
from crossfade.shadow.capture.mitmproxy.wire.streams import WireHttpLayer

_PLACES: tuple[tuple[Any, str, Any], ...] = (
    (http, "Http1Server", WireHttp1Server),
    (http, "Http1Client", WireHttp1Client),
    (http, "Http2Server", WireHttp2Server),
    (http, "Http2Client", WireHttp2Client),
    (http, "HttpStream", WholeStream),
    (layers, "HttpLayer", WireHttpLayer),
    (next_layer, "HttpLayer", WireHttpLayer),
    (mode_servers, "ProxyConnectionHandler", FairHandler),
    (tls.TLSLayer, "send_close", tls_end.send_close),
    (tls.TLSLayer, "send_data", tls_end.send_data),
    (_http2, "BufferedH2Connection", GracefulConnection),
)


def install_codecs() -> None:
    """From now on every connection of this process uses our codecs. A second call changes nothing.

    Raises: AttributeError: a mitmproxy whose codecs have other names.
    """
    for place, name, ours in _PLACES:
        getattr(place, name)
        setattr(place, name, ours)
