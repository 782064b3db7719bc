"""The shipped schema is that of the code, and reports keep it."""

import json
import subprocess
import sys
from typing import Any

import jsonschema
import pytest

from crossfade.reports.json_document import to_json
from crossfade.reports.report import SCHEMA_VERSION
from crossfade.reports.schema import SCHEMA_PATH, schema_text


def test_the_file_is_current() -> None:
    """Whoever changes the record writes the schema anew: python -m crossfade.reports.schema."""
    assert SCHEMA_PATH.read_text(encoding="utf-8") == schema_text()


def test_the_schema_is_a_schema() -> None:
    """It is valid itself, its keys are sorted and it ends with a newline."""
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))
    assert json.loads(schema_text())["$id"] == f"urn:crossfade:report:{SCHEMA_VERSION}"
    assert schema_text() == json.dumps(json.loads(schema_text()), indent=2, sort_keys=True) + "\n"


def test_reports_keep_it(make: Any) -> None:
    """A full report and an empty one are valid; a changed one is not."""
    schema = json.loads(SCHEMA_PATH.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for report in (make.report(*make.rich_run().routes), make.report(ended_at=None)):
        validator.validate(json.loads(to_json(report)))
    changed = json.loads(to_json(make.report())) | {"entered": "many"}
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(changed)


def test_the_writer_changes_nothing_in_a_current_tree() -> None:
    """The module writes the very bytes of the file."""
    before = SCHEMA_PATH.read_bytes()
    subprocess.run([sys.executable, "-m", "crossfade.reports.schema"], check=True)
    assert SCHEMA_PATH.read_bytes() == before
