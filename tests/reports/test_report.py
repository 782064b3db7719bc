"""The record refuses what the schema does not name."""

import json
from typing import Any

import pytest
from pydantic import ValidationError

from crossfade.reports.json_document import to_json
from crossfade.reports.report import Report


def test_a_report_reads_back(make: Any) -> None:
    """JSON and back is the same record."""
    report = make.report(make.route(matched=3))
    assert Report.model_validate_json(to_json(report)) == report


@pytest.mark.parametrize("change", [{"unknown": 1}, {"schema_version": 1}, {"verdict": "maybe"}])
def test_another_shape_is_refused(make: Any, change: dict[str, Any]) -> None:
    """A key, a version or a verdict that is not known is an error, not a guess."""
    fields = json.loads(to_json(make.report(make.route(matched=3))))
    with pytest.raises(ValidationError):
        Report.model_validate(fields | change)
