"""What mitmproxy 11 and 12 do to a connection that a client or legacy would notice, mended in their own codecs.

Everything here leans on internals, and nothing outside does. ``mend`` puts the classes in their place. The codecs are
``http1_server``, ``http1_client`` (with ``http1``, what both have in common) and ``http2_server``, ``http2_client``
(with ``http2``). The pure part of HTTP/1 is ``buffer``, ``head``, ``framing``, ``body``; ``frames`` is h2 with a
GOAWAY that lets open streams end, in ``batches``; all within ``limits``. ``stream`` joins the two sides of a request,
``streams`` is all of a client's and its connections to legacy; ``events`` is what they say to each other. ``handler``
owns the sockets and gives each client its share of the loop (``shares``). ``ends`` tells a reset from the end of one
direction, ``between`` is what HTTP/2 and HTTP/1.1 can't say to each other, ``last_words`` reads what legacy said before
it broke off, ``tls_end`` says the end in TLS; ``lines``, ``expect`` and ``drain`` are
add-ons. ``tests/transparency`` shows each of it on real connections.
"""

from crossfade.shadow.capture.mitmproxy.wire.drain import Drain
from crossfade.shadow.capture.mitmproxy.wire.ends import fate as client_fate
from crossfade.shadow.capture.mitmproxy.wire.expect import PassExpect
from crossfade.shadow.capture.mitmproxy.wire.install import install_codecs
from crossfade.shadow.capture.mitmproxy.wire.lines import Lines

__all__ = ["Drain", "Lines", "PassExpect", "client_fate", "install_codecs"]
