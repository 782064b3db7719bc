"""A service that answers as legacy did when it was recorded.

``meaning`` says when two requests are the same, ``book`` has the recorded answers, ``conversation`` follows one request
and ``schedule`` when each part of its answer is due; all four are pure. ``answering`` sends it, over ``http1`` and
``http2``; ``server`` serves both on one port.
"""
