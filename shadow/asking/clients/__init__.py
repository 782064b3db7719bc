"""Sending one request to one upstream, once: headers in order, nothing added but the shadow marks.

``upstream`` picks the protocol and keeps the deadline; ``http1`` and ``http2`` keep the connections and decide what may
be sent again; ``*_connection`` moves bytes; ``http1_request``, ``http1_answer``, ``http2_stream`` know the protocols.
``request_parts`` is a body that is still coming, ``answer`` an answer that is; ``failure`` is why there is none.
``header_policy`` decides which fields are sent, ``address`` where to; ``notes`` counts what is neither.
"""
