"""The keys of crossfade.toml."""

import json
from collections.abc import Iterator

from crossfade.shadow.config import Config, canary_settings, canary_steps, settings
from reference_tables.attribute_docs import attribute_docs
from reference_tables.markdown import code, table
from reference_tables.schema import Schema, in_words, limits, resolved

_HEAD = ("Key", "Type and range", "Default", "Meaning")


def config_keys(section: str) -> str:
    """The table of one section, named with dots: ``mirror.rule``. Raises: KeyError: there is no such section."""
    return table(_HEAD, _rows(section))


def sections() -> dict[str, tuple[str, ...]]:
    """All keys by their section."""
    root = Config.model_json_schema()
    return {path: tuple(_plain(schema, root)) for path, schema in _sections(root, root, ())}


def _sections(schema: Schema, root: Schema, path: tuple[str, ...]) -> Iterator[tuple[str, Schema]]:
    for name, field in schema["properties"].items():
        below = _table_of(field, root)
        if below is not None:
            yield from _sections(below, root, (*path, name))
    if path:
        yield ".".join(path), schema


def _table_of(field: Schema, root: Schema) -> Schema | None:
    """The section that a key holds, alone or in a list; None for a plain value."""
    schema = resolved(field, root)
    schema = resolved(schema.get("items", schema), root)
    return schema if "properties" in schema else None


def _plain(schema: Schema, root: Schema) -> Iterator[str]:
    return (name for name, field in schema["properties"].items() if _table_of(field, root) is None)


def _rows(section: str) -> Iterator[tuple[str, ...]]:
    root = Config.model_json_schema()
    schema = dict(_sections(root, root, ()))[section]
    docs = {**attribute_docs(settings), **attribute_docs(canary_settings), **attribute_docs(canary_steps)}
    for name in _plain(schema, root):
        field = schema["properties"][name]
        kind = ", ".join(filter(None, (in_words(field, root, name), limits(field, root))))
        yield code(name), kind, _default(field), docs[schema["title"], name]


def _default(field: Schema) -> str:
    if "default" not in field:
        return "required"
    value = field["default"]
    return "-" if value is None else code(json.dumps(value))
