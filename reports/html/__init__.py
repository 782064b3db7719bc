"""The report as one self-contained page: no request leaves it, and nothing from traffic acts in it.

``page`` puts it together from templates that only loop, ``model`` decides what they show (``cards`` for clusters,
``bars`` for shapes), ``marks`` finds the part in which two values differ.
"""

from crossfade.reports.html.page import FORMAT, to_html

__all__ = ["FORMAT", "to_html"]
