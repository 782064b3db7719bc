"""Writes the schema beside this file."""

from crossfade.reports.schema import SCHEMA_PATH, schema_text

SCHEMA_PATH.write_text(schema_text(), encoding="utf-8")
