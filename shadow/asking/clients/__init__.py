"""Sending one request to one upstream, once: headers in order, nothing added but the shadow marks.

``upstream`` picks the protocol and keeps the deadline; ``http1`` and ``http2`` keep the connections and say what may be
sent anew; ``*_connection`` moves bytes; ``http1_request``, ``http1_answer`` and ``http2_stream`` know the protocols;
``headers`` says what is sent, ``notes`` counts what is neither answer nor failure.
"""
