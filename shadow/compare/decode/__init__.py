"""Bytes to values, without loss: ``codings``, ``media``, ``json_text``, ``body`` of HTTP; ``grpc``, ``proto`` of calls.

``names`` keeps what comes twice.
"""

from crossfade.shadow.compare.decode.errors import UndecodableError

__all__ = ["UndecodableError"]
