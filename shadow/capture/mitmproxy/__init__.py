"""mitmproxy inside our process: runs everywhere, intercepts TLS, speaks HTTP/1.1 and HTTP/2.

``engine`` starts and stops it, ``addon`` sees the flows, ``flows`` reads them, ``h2c`` adds HTTP/2 without TLS,
``errors`` reads its errors, ``timing`` measures how long it holds a head, ``wire`` has its codecs.
"""

from crossfade.shadow.capture.mitmproxy.engine import MitmproxyEngine

__all__ = ["MitmproxyEngine"]
