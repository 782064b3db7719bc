"""The reference of keys is the tree of settings.py: every key, its default and meaning, and no key more."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args, get_origin

import pytest
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from crossfade.shadow.config import Config, parse_config

_OF_OTHER_FILES = "[[edge]]"  # bindings.toml
SERVICE = '[service]\nname = "x"\n'
LISTEN = (
    '[[listen]]\nname = "x"\naddress = "127.0.0.1:1"\nlegacy = "http://127.0.0.1:2"\ncandidate = "http://127.0.0.1:3"\n'
)
Rows = dict[tuple[str, str], list[str]]


def _models(annotation: Any) -> Iterator[tuple[type[BaseModel], bool]]:
    """Section models inside a type, and whether they stand in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, False
    elif isinstance(annotation, type) or not get_args(annotation):
        return
    else:
        for part in get_args(annotation):
            yield from ((model, is_list or get_origin(annotation) is tuple) for model, is_list in _models(part))


def _keys(model: type[BaseModel], path: tuple[str, ...], *, is_list: bool) -> Iterator[tuple[str, str, FieldInfo]]:
    section = ".".join(path)
    for name, field in model.model_fields.items():
        below = list(_models(field.annotation))
        for inner, inner_is_list in below:
            yield from _keys(inner, (*path, name), is_list=inner_is_list)
        if not below:
            yield (f"[[{section}]]" if is_list else f"[{section}]"), name, field


@pytest.fixture(scope="module")
def rows(page: Any) -> Rows:
    """The cells of each key, by section and key."""
    chapters = re.split(r"^#{2,3} (?=\[)", page("reference/config.md").text, flags=re.MULTILINE)[1:]
    found: Rows = {}
    for chapter in chapters:
        heading, _, below = chapter.partition("\n")
        for name, *cells in re.findall(r"^\| `(\w+)` \| (.*) \| (.*) \| (.*) \|$", below, re.MULTILINE):
            assert (heading, name) not in found, "a key stands twice"
            found[heading, name] = cells
    return found


def _default(field: FieldInfo) -> Any:
    if field.is_required():
        return "required"
    value = field.default
    if value is None:
        return "-"
    if isinstance(value, tuple):
        return list(value)
    return str(value) if isinstance(value, Path) else value


def test_every_key_is_documented(rows: Rows) -> None:
    """Every key of the config has a row in the chapter of its section, and no other does."""
    wanted = {(section, name) for section, name, _ in _keys(Config, (), is_list=False)}
    assert len(wanted) > 40
    assert set(rows) == wanted


def test_every_default_is_right(rows: Rows) -> None:
    """The table's default is the one that the config takes."""
    for section, name, field in _keys(Config, (), is_list=False):
        cell, wanted = rows[section, name][1], _default(field)
        stated = cell if cell in {"required", "-"} else tomllib.loads(f"x = {cell.strip('`')}")["x"]
        assert stated == wanted, f"{section} {name}"


def test_every_key_has_a_type_and_a_meaning(rows: Rows) -> None:
    """A sentence, and the bounds where there are any."""
    for (section, name), (kind, _, meaning) in rows.items():
        assert kind, f"{section} {name}"
        assert meaning.endswith("."), f"{section} {name}"
    assert rows["[mirror]", "deadline_ms"][0] == "ms, 1 to 600000"
    assert rows["[gate]", "budget_pct"][0] == "%, more than 0, less than 100"
    assert rows["[contract]", "protos"][0] == "list of files"
    assert rows["[service]", "state"][0] == "`shared`, `sister`, `snapshot`"


def test_every_example_is_a_config(documents: Any) -> None:
    """Each fenced TOML block loads, behind what it lacks of the two sections that are required."""
    blocks = [
        block for document in documents for block in document.blocks("toml") if not block.startswith(_OF_OTHER_FILES)
    ]
    assert blocks
    for block in blocks:
        lacks = [text for text in (SERVICE, LISTEN) if text.partition("\n")[0] not in block]
        parse_config("".join((*lacks, block)), Path("crossfade.toml"))
