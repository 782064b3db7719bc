"""What makes the generated parts of the reference."""

import pytest
from reference_tables import fill
from reference_tables.attribute_docs import attribute_docs
from reference_tables.markdown import code, table
from reference_tables.schema import in_words, is_nullable, limits

from crossfade.shadow.config import Config, settings

MARK = "*`make docs` puts a table here: {}*"


def test_a_page_without_a_mark_stays() -> None:
    """As it is."""
    text = "# A page\n\n<!-- a comment -->\n"
    assert fill(text) == text


def test_a_mark_is_a_table() -> None:
    """In its place; what stands around it stays."""
    assert fill(f"a\n\n{MARK.format('config admin')}\n\nb\n").startswith("a\n\n| Key | Type and range |")
    assert fill(f"{MARK.format('config admin')}\n\nb\n").endswith(" |\n\nb\n")


@pytest.mark.parametrize("mark", ["nothing", "config nothing", "metrics nothing"])
def test_a_mark_that_means_nothing(mark: str) -> None:
    """Fails the build instead of leaving a hole."""
    with pytest.raises(KeyError):
        fill(MARK.format(mark))


def test_a_cell_is_one_line() -> None:
    """Bars are escaped, line breaks are blanks."""
    assert table(("a", "b"), [("x|y", "1\n2")]) == "| a | b |\n| --- | --- |\n| x\\|y | 1 2 |\n"
    assert code("a`b") == "``a`b``"


def test_the_text_below_a_field() -> None:
    """Is found by class and field, on one line."""
    found = attribute_docs(settings)
    assert found["GateSection", "confidence_pct"] == "The confidence of a claim."
    assert "\n" not in found["ListenSettings", "secondary"]


def test_types_in_words() -> None:
    """A form, a unit, the values of an enum, a list, null."""
    root = Config.model_json_schema()
    listen, ingest = root["$defs"]["ListenSettings"]["properties"], root["$defs"]["IngestSettings"]["properties"]
    assert in_words(listen["secondary"], root) == "URL with a port"
    assert is_nullable(listen["secondary"])
    assert not is_nullable(listen["legacy"])
    assert in_words(ingest["max_line_ms"], root, "max_line_ms") == "ms"
    assert in_words(ingest["max_connections"], root, "max_connections") == "whole number"
    assert in_words(listen["client_cert"], root) == "`ignore`, `refuse`, `forward`"
    assert in_words({"type": "array", "items": {"type": "string"}}, root) == "list of texts"
    assert in_words({"type": "object", "additionalProperties": {"type": "integer"}}, root) == "whole number by name"


def test_limits_in_words() -> None:
    """Both, one, or none; an open one is told apart."""
    assert limits({"minimum": 0, "maximum": 100}, {}) == "0 to 100"
    assert limits({"minimum": 1}, {}) == "at least 1"
    assert limits({"exclusiveMinimum": 0, "exclusiveMaximum": 100}, {}) == "more than 0, less than 100"
    assert limits({}, {}) == ""
