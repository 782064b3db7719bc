"""What moved, in words."""

import pytest

from crossfade.reports.moves import moves_told, side_told


@pytest.mark.parametrize(
    ("legacy", "candidate", "told"),
    [
        ('at 3: {"id": 7}', 'at 0: {"id": 7}', "id 7 from 3 to 0"),
        ('at 3: {"item": {"id": "x"}}', 'at 0: {"item": {"id": "x"}}', "item.id x from 3 to 0"),
        ('at 3: {"a": 1, "b": 2}', 'at 0: {"a": 1, "b": 2}', "a 1, b 2 from 3 to 0"),
        ('at 3: "x"\nat 4: [1]\n2 more', 'at 0: "x"\nat 1: [1]\n2 more', '"x" from 3 to 0, [1] from 4 to 1, 2 more'),
        ('at 3: {"a": {"b": …', 'at 0: {"a": {"b": …', '{"a": {"b": … from 3 to 0'),
        ('at 3: {"a": [1]}', 'at 0: {"a": [1]}', '{"a": [1]} from 3 to 0'),
        ("at 1: {}", "at 2: {}", "{} from 1 to 2"),
        ("[1, 2]", "[2, 1]", ""),
        ("at 1: 5", "[2, 1]", ""),
    ],
)
def test_a_sentence(legacy: str, candidate: str, told: str) -> None:
    """By the key where it is one; a text of another kind has none."""
    assert moves_told(legacy, candidate) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [('at 3: {"id": 7}\nat 4: "x"\n2 more', 'id 7 at 3, "x" at 4, 2 more'), ("[1, 2]", "[1, 2]"), ("3 more", "3 more")],
)
def test_one_side(text: str, told: str) -> None:
    """On one line; what is no order stays."""
    assert side_told(text) == told
