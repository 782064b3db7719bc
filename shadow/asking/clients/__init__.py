"""Sending one request to one upstream, once: headers in order, nothing added but the shadow marks.

``upstream`` picks the protocol and keeps the deadline; ``http1`` and ``http2`` keep the connections and decide what may
be sent again; ``*_connection`` moves bytes. What knows the protocols has no socket: ``http1_request``, ``http1_answer``
and ``http2_state``, which leans on ``http2_frames``, ``http2_fields`` and ``http2_windows`` and tells ``http2_events``;
``http2_stream`` makes an answer of those. ``request_parts`` is a body that is still coming, ``answer`` an answer that
is; ``failure`` is why there is none. ``header_policy`` decides which fields are sent, ``address`` where to; ``notes``
counts what is neither.
"""
