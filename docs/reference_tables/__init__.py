"""What the code knows about itself, as Markdown: the generated parts of the reference.

A page marks a place with a line, ``*`make docs` puts a table here: config mirror*``, which is for a reader of the
checkout too; ``fill`` puts the table there when the site is built. Nothing generated is committed or goes stale.
"""

from reference_tables.fill import fill

__all__ = ["fill"]
