"""What mitmproxy 11 and 12 do to a connection that a client or legacy would notice, mended in their own codecs.

Everything here leans on internals, and nothing outside does. ``mend`` puts the classes in their place. The codecs are
``http1_server``, ``http1_client`` (with ``http1``, what both have in common) and ``http2``. The pure part of HTTP/1 is
``buffer``, ``head``, ``framing``, ``body``, within ``limits``; ``frames`` is h2 with a GOAWAY that lets open streams
end. ``stream`` joins the two sides of a request; ``events`` is what they say to each other. ``ends`` tells a reset from
the end of one direction, ``last_words`` reads what legacy said before it broke off, ``tls_end`` says the end in TLS;
``expect`` and ``drain`` are add-ons. ``tests/transparency`` shows each of it on real connections.
"""

from crossfade.shadow.capture.mitmproxy.wire.drain import Drain
from crossfade.shadow.capture.mitmproxy.wire.ends import fate as client_fate
from crossfade.shadow.capture.mitmproxy.wire.expect import PassExpect
from crossfade.shadow.capture.mitmproxy.wire.mend import mend

__all__ = ["Drain", "PassExpect", "client_fate", "mend"]
