"""Puts our codecs in the place of mitmproxy's."""

from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _http2

from crossfade.shadow.capture.mitmproxy.wire.frames import GracefulConnection
from crossfade.shadow.capture.mitmproxy.wire.http1_client import WireHttp1Client
from crossfade.shadow.capture.mitmproxy.wire.http1_server import WireHttp1Server
from crossfade.shadow.capture.mitmproxy.wire.http2 import WireHttp2Client, WireHttp2Server
from crossfade.shadow.capture.mitmproxy.wire.stream import WholeStream

_PLACES = (
    (http, "Http1Server", WireHttp1Server),
    (http, "Http1Client", WireHttp1Client),
    (http, "Http2Server", WireHttp2Server),
    (http, "Http2Client", WireHttp2Client),
    (http, "HttpStream", WholeStream),
    (_http2, "BufferedH2Connection", GracefulConnection),
)


def mend() -> None:
    """From now on, every connection of this process speaks by our codecs. Doing it twice changes nothing.

    Raises: AttributeError: a mitmproxy whose codecs have other names.
    """
    for module, name, ours in _PLACES:
        getattr(module, name)
        setattr(module, name, ours)
