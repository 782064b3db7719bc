"""Bytes to values, without loss: ``body`` of HTTP, by ``codings`` and ``media``; ``grpc`` and ``proto`` of calls.

``json_text`` (and ``deep_json``), ``xml_text``, ``html_text``, ``multipart`` and ``table`` (by ``cells``) read one
format each, ``fields`` and ``dates`` header fields; ``framing`` and ``documents`` cut streams; ``names`` keeps what
comes twice. ``texts`` marks what ``lines``, ``urls`` and ``json_in_text`` take apart where two of it differ.
``wire_format`` reads and writes the protobuf wire as it stands, and ``encoders`` applies codings, for those who
change a body in place.
"""

from crossfade.shadow.compare.decode.errors import UndecodableError

__all__ = ["UndecodableError"]
