"""What stands for values that change from run to run."""

import pytest

from crossfade.parity_tests.standalone.left_out import LeftOut
from crossfade.parity_tests.standalone.marks import Marks
from crossfade.shadow.compare.diff.paths import Place

TOKEN = "eyJhbGciOi9f8e7d6c5b4a39281706f5e4d3c2b1a0"


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("/notes/7/tags?note_id=7&page=7", "/notes/${h1}/tags?note_id=${h1}&page=7"),
        (f"/files/{TOKEN}", "/files/${h2}"),
        ("/a?b=${c}", "/a?b=${$}{c}"),
    ],
)
def test_targets(text: str, written: str) -> None:
    """Ids in a path and under the names of ids, never a number of something else."""
    assert Marks({"7", TOKEN}).target(text) == written


def test_fields() -> None:
    """Credentials too."""
    marks = Marks({TOKEN})
    assert marks.fields((("Authorization", f"Bearer {TOKEN}"), ("X-A", "7"))) == [
        ["Authorization", "Bearer ${h1}"],
        ["X-A", "7"],
    ]


def test_json() -> None:
    """A number keeps its type, a list its ids; what is below a path that is left out is one mark."""
    marks = Marks({"7"})
    sent = {"id": 7, "note_ids": [7, 8], "count": 7, "is": True, "none": None, "user_id": "7"}
    assert marks.sent(sent) == sent | {"id": "${h1#}", "note_ids": ["${h1#}", 8], "user_id": "${h1}"}
    found = marks.expected({"a": {"id": 7}, "b": [{"c": 1}]}, Place.at("message"), LeftOut(("message.b[*].c",)))
    assert found == {"a": {"id": "${h1#}"}, "b": [{"c": "${*}"}]}
