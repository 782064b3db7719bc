"""The records of the JSON report."""

from collections.abc import Iterator

from crossfade.reports import report
from reference_tables.attribute_docs import attribute_docs
from reference_tables.markdown import code, table
from reference_tables.schema import Schema, in_words, is_nullable


def report_records(_: str) -> str:
    """A chapter for each record, the report itself first."""
    root = report.Report.model_json_schema()
    records = (root, *(schema for name, schema in root["$defs"].items() if name != root["title"]))
    return "\n".join(text for record in records for text in _chapter(record, root))


def _chapter(record: Schema, root: Schema) -> Iterator[str]:
    docs = attribute_docs(report)
    title = record["title"]
    rows = (
        (
            code(name),
            in_words(field, root, name) + (" or null" if is_nullable(field) else ""),
            docs.get((title, name), ""),
        )
        for name, field in record["properties"].items()
    )
    yield f"## {title}\n"
    yield f"{record['description'].replace('``', '`')}\n"
    yield table(("Key", "Type", "Meaning"), rows)
