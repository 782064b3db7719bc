"""What mitmproxy 11 and 12 do to a connection that a client or legacy would notice, mended in their own codecs.

Everything here leans on internals, and nothing outside does: ``mend`` puts the classes in their place; ``http1``
(with ``http1_server``, ``http1_client``) and ``http2`` are the codecs; ``buffer``, ``head``, ``framing`` and ``body`` are
the pure part of HTTP/1, within ``limits``; ``frames`` is h2 with a GOAWAY that lets open streams end; ``stream`` joins the two sides of a
request; ``events`` is what they say to each other; ``ends`` tells a reset from the end of one direction; ``expect`` and ``drain`` are add-ons. ``tests/transparency`` shows
each of it on real connections.
"""

from crossfade.shadow.capture.mitmproxy.wire.drain import Drain
from crossfade.shadow.capture.mitmproxy.wire.ends import fate as client_fate
from crossfade.shadow.capture.mitmproxy.wire.expect import PassExpect
from crossfade.shadow.capture.mitmproxy.wire.mend import mend

__all__ = ["Drain", "PassExpect", "client_fate", "mend"]
