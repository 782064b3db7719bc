"""The report as one self-contained page: it loads nothing, and nothing from traffic runs in it.

``page`` puts it together from templates that only loop, ``model`` decides what they show (``cards`` for findings,
``sides`` for their examples, ``bars`` for shapes), ``highlight`` finds the part in which two values differ.
"""

from crossfade.reports.html.page import FORMAT, to_html

__all__ = ["FORMAT", "to_html"]
