"""Sending one request to one upstream, once: never retried, headers in order, nothing added but the shadow marks.

``upstream`` picks the protocol and keeps the deadline; ``http1`` and ``http2`` speak it; ``headers`` says what is sent.
"""
