"""The line of a key is found by its location in the tree."""

import pytest

from crossfade.shadow.config.locate import Location, line_of

TEXT = """\
title = "x"
[service]
name = "a"
[[listen]]
name = "one"
[[listen]]
name = "two"
[mirror]
pct = 1
[[mirror.rule]]
route = "a"
[[mirror.rule]]
route = "b"
"""


@pytest.mark.parametrize(
    ("location", "line"),
    [
        (("title",), 1),
        (("service", "name"), 3),
        (("service", "gone"), 2),
        (("listen", 1, "name"), 7),
        (("listen", 1, "gone"), 6),
        (("mirror", "pct"), 9),
        (("mirror", "rule", 1, "route"), 13),
        (("gone",), 1),
    ],
)
def test_line_of(location: Location, line: int) -> None:
    """A key that is not there gives the line of its table."""
    assert line_of(TEXT, location) == line
