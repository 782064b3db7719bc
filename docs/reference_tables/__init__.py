"""What the code knows about itself, as Markdown: the generated parts of the reference.

A page marks a place with a line such as ``<!-- generated: config mirror -->``; ``fill`` puts the table there when the
site is built, so nothing generated is committed and nothing goes stale.
"""

from reference_tables.fill import fill

__all__ = ["fill"]
