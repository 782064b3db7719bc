"""The data planes: each carries weights in its own way, behind ``canary.plane``.

A plane is a module here with ``open_plane(settings, config)``, and a line in ``MODULES`` (``opening``).
"""
