"""A JSON schema in words."""

from typing import Any

_NUMBERS = {"integer": "whole number", "number": "number", "string": "text", "boolean": "true or false"}
_UNITS = {"pct": "%", "ms": "ms", "bytes": "bytes", "mb": "MB", "days": "days"}
_LIMITS = {
    "minimum": "at least",
    "exclusiveMinimum": "more than",
    "maximum": "at most",
    "exclusiveMaximum": "less than",
}

Schema = dict[str, Any]


def resolved(schema: Schema, root: Schema) -> Schema:
    """What a reference means; a schema of "this or null" is that of this."""
    if "$ref" in schema:
        return resolved(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    for key in ("anyOf", "allOf"):
        parts = [part for part in schema.get(key, ()) if part.get("type") != "null"]
        if len(parts) == 1:
            return resolved(parts[0], root)
    return schema


def is_nullable(schema: Schema) -> bool:
    """Whether null is a value."""
    return any(part.get("type") == "null" for part in schema.get("anyOf", ()))


def in_words(schema: Schema, root: Schema, name: str = "") -> str:
    """The type: its form or unit where the schema or the key's name tells, and the values where they are few."""
    schema = resolved(schema, root)
    if "const" in schema:
        return f"`{schema['const']}`"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    if schema.get("type") == "array":
        item = in_words(schema["items"], root)
        return f"list of {item}s" if item.replace(" ", "").isalpha() else f"list of {item}"
    if schema.get("type") == "object":
        return _object_in_words(schema, root)
    if schema.get("type") == "string":
        return str(schema.get("format", "text"))
    return _UNITS.get(name.rpartition("_")[2], _NUMBERS[schema["type"]])


def _object_in_words(schema: Schema, root: Schema) -> str:
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        return f"{in_words(values, root)} by name"
    return f"[{schema['title']}](#{schema['title'].lower()})"


def limits(schema: Schema, root: Schema) -> str:
    """The bounds of a number: ``1 to 10000``, ``at least 65536``; "" where there are none."""
    schema = resolved(schema, root)
    if "minimum" in schema and "maximum" in schema:
        return f"{schema['minimum']:g} to {schema['maximum']}"
    return ", ".join(f"{words} {schema[key]}" for key, words in _LIMITS.items() if key in schema)
