"""Subclasses of mitmproxy's codecs that fix what a client or legacy would notice of mitmproxy.

Everything here depends on mitmproxy's internals, and nothing outside does; ``install`` replaces the classes,
``versions`` has what mitmproxy 11 and 12 name differently. The codecs are ``http1_server`` and ``http1_client`` (with
``http1``, which both share), ``http2_server`` and ``http2_client`` (with ``http2``). The pure part of HTTP/1 is
``buffer``, ``head``, ``framing`` and ``body``; ``frames`` is h2 with a GOAWAY that lets open streams end, in
``batches``; all within ``limits``. ``stream`` joins the two sides of a request, ``streams`` holds all requests of a
client and its connections to legacy, ``events`` is what these parts send each other. ``handler`` owns the sockets and
gives each client its share of the loop (``shares``). ``ends`` tells a reset from the end of one direction, ``orphans``
keeps a write whose client has gone, ``between`` translates between HTTP/2 and HTTP/1.1, ``last_words`` reads what
legacy sent before it broke off, ``tls_end`` ends TLS connections, ``upstream`` sends requests to the candidate;
``lines``, ``expect`` and ``drain`` are add-ons.
``tests/transparency`` shows each fix on real connections.
"""

from crossfade.shadow.capture.mitmproxy.wire.drain import Drain
from crossfade.shadow.capture.mitmproxy.wire.ends import fate as client_fate
from crossfade.shadow.capture.mitmproxy.wire.expect import PassExpect
from crossfade.shadow.capture.mitmproxy.wire.handler import FairHandler
from crossfade.shadow.capture.mitmproxy.wire.install import install_codecs
from crossfade.shadow.capture.mitmproxy.wire.lines import Lines
from crossfade.shadow.capture.mitmproxy.wire.orphans import want
from crossfade.shadow.capture.mitmproxy.wire.upstream import Upstream, divert, is_legacys

__all__ = [
    "Drain",
    "FairHandler",
    "Lines",
    "PassExpect",
    "Upstream",
    "client_fate",
    "divert",
    "install_codecs",
    "is_legacys",
    "want",
]
