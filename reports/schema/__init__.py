"""The JSON Schema of the report, shipped as a file; ``python -m crossfade.reports.schema`` writes it anew."""

import json
from pathlib import Path

from crossfade.reports.report import SCHEMA_VERSION, Report

SCHEMA_PATH = Path(__file__).parent / f"report-v{SCHEMA_VERSION}.json"


def schema_text() -> str:
    """The schema of the report as JSON: keys sorted, a newline at its end."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:crossfade:report:{SCHEMA_VERSION}",
        **Report.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
