"""DeepDiff's words for the places that differ, and for no others."""

from typing import Any

import pytest

from crossfade.parity_tests.plugin.explained import MAX_LINES, explained
from crossfade.shadow.evidence import Redactor
from crossfade.shadow.exchange.difference import Fingerprint


class Side:
    """An answer that is read as this value."""

    def __init__(self, value: Any) -> None:
        self.value = value


def _side(value: Any) -> Any:
    return Side(value)


def _lines(legacy: Any, candidate: Any, *templates: str) -> list[str]:
    differences = tuple(Fingerprint(template=template, kind="value") for template in templates)
    ours, theirs = (_side(value) for value in (legacy, candidate))
    return [line.removeprefix("  deepdiff   ") for line in explained(ours, theirs, differences, Redactor(b"k" * 32))]


@pytest.mark.parametrize(
    ("legacy", "candidate", "template", "line"),
    [
        ({"a": 1, "t": 1}, {"a": 2, "t": 2}, "body/a", "Value of root['a'] changed from 1 to 2."),
        ({"a": [{"b": 1}]}, {"a": [{"b": 2}]}, "body/a/*/b", "Value of root['a'][0]['b'] changed from 1 to 2."),
        ({"a/b": 1}, {"a/b": 2}, "body/a~1b", "Value of root['a/b'] changed from 1 to 2."),
        ([{"x": "1"}], [{"x": "2"}], "message[*].x", 'Value of root[0][\'x\'] changed from "1" to "2".'),
        ({"a": {"b": 1}}, {"a": {}}, "message.a.b", "Item root['a']['b'] (1) removed from dictionary."),
        ("x", "y", "body/line[1]", 'Value of root changed from "x" to "y".'),
    ],
)
def test_places(legacy: Any, candidate: Any, template: str, line: str) -> None:
    """Below a body by JSON Pointer, below a message by its fields."""
    found = _lines(legacy, candidate, template)
    assert [text.replace(" (1)", "") for text in found] == [line.replace(" (1)", "")]


def test_elsewhere_it_has_nothing_to_say() -> None:
    """Of a status and of header fields crossfade's own line is enough."""
    assert _lines({"a": 1}, {"a": 2}, "status.code", "header.etag") == []


def test_secrets_and_bounds() -> None:
    """Secrets are pseudonyms, which differ where the secrets do; many lines are cut."""
    (line,) = _lines({"password": "hunter2"}, {"password": "hunter3"}, "body/password")
    assert "hunter" not in line
    many = _lines([{"n": at} for at in range(50)], [{"n": -at - 1} for at in range(50)], "body/*/n")
    assert len(many) == MAX_LINES + 1
    assert many[-1].endswith(" more")
