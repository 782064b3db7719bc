"""The metrics that the documents and the alerts name are those that a scrape has."""

import re
from pathlib import Path
from typing import Any

import promql_parser
import pytest
import yaml
from reference_tables.metrics import sample_names

_NAME = re.compile(r"crossfade_[a-z_]+(?<!_)(?!\*)\b")
_OPTIONS = frozenset({"crossfade_config", "crossfade_corpus"})  # of the pytest plug-in


def _families() -> set[str]:
    """The names as the reference lists them: a histogram without the ends of its samples."""
    return {re.sub(r"_(?:bucket|sum|count)$", "", name) for name in sample_names()}


@pytest.fixture(scope="module")
def rules(root: Path) -> list[dict[str, Any]]:
    """The alerts of the example."""
    (group,) = yaml.safe_load((root / "docs" / "operations" / "alerts.yml").read_text(encoding="utf-8"))["groups"]
    assert group["name"] == "crossfade"
    found: list[dict[str, Any]] = group["rules"]
    return found


def test_every_metric_is_in_the_reference(page: Any) -> None:
    """Each has a row; those of a process are one row for each process."""
    stated = {cells[0].strip("`") for cells in page("reference/metrics.md").rows()}
    wanted = {re.sub(r"_process_.*", "_process_*", name) for name in _families()}
    assert len(wanted) > 15
    assert wanted == {name for name in stated if name.startswith("crossfade_")}


def test_no_document_names_a_metric_that_is_not_there(documents: Any) -> None:
    """In text and in queries."""
    for document in documents:
        named = set(_NAME.findall(document.text)) - _OPTIONS
        assert named - sample_names() - _families() == set(), document.path.name


def test_an_alert_has_what_prometheus_reads(rules: list[dict[str, Any]]) -> None:
    """A name of its own, a query, how long, a severity, what it means and what to do."""
    assert len({rule["alert"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
        assert re.fullmatch(r"Crossfade[A-Z]\w+", rule["alert"])
        assert re.fullmatch(r"\d+[mhd]", rule["for"])
        assert rule["labels"]["severity"] in {"info", "warning", "critical"}
        assert set(rule["annotations"]) == {"summary", "action"}


def test_an_alert_asks_for_metrics_that_are_there(rules: list[dict[str, Any]]) -> None:
    """A query of a name that nobody serves never fires."""
    for rule in rules:
        names = set(_NAME.findall(rule["expr"]))
        assert names, rule["alert"]
        assert names <= sample_names(), rule["alert"]


def test_an_alert_asks_in_promql(rules: list[dict[str, Any]]) -> None:
    """Each query parses; one that is cut off would not."""
    with pytest.raises(ValueError, match="unclosed"):
        promql_parser.parse("sum(rate(x[5m])")
    for rule in rules:
        promql_parser.parse(rule["expr"])
