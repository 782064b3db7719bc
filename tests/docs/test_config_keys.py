"""README's table of keys is the tree of settings.py: every key, its default, and no key more."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from crossfade.shadow.config import Config, parse_config

BASE = '[service]\nname = "x"\n[[listen]]\nname = "x"\naddress = "127.0.0.1:1"\nlegacy = "http://127.0.0.1:2"\ncandidate = "http://127.0.0.1:3"\n'


def _models(annotation: Any) -> Iterator[tuple[type[BaseModel], bool]]:
    """Section models inside a type, and whether they stand in a list."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation, False
    elif isinstance(annotation, type) or not get_args(annotation):
        return
    else:
        for part in get_args(annotation):
            yield from ((model, True) for model, _ in _models(part))


def _keys(model: type[BaseModel], path: tuple[str, ...], *, is_list: bool) -> Iterator[tuple[str, str, FieldInfo]]:
    section = ".".join(path)
    for name, field in model.model_fields.items():
        below = list(_models(field.annotation))
        for inner, inner_is_list in below:
            yield from _keys(inner, (*path, name), is_list=inner_is_list)
        if not below:
            yield (f"[[{section}]]" if is_list else f"[{section}]"), name, field


def _documented(readme: Any) -> dict[tuple[str, str], str]:
    """The default cell by section and key."""
    rows = [cells for cells in readme.rows() if len(cells) == 5 and cells[0].startswith("`[")]
    found = {(cells[0].strip("`"), cells[1].strip("`")): cells[3] for cells in rows}
    assert len(found) == len(rows), "a key stands twice in the table"
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


def test_every_key_is_documented(readme: Any) -> None:
    """Every key of the config stands in README's table, and no other does."""
    wanted = {(section, name) for section, name, _ in _keys(Config, (), is_list=False)}
    assert len(wanted) > 40
    assert set(_documented(readme)) == wanted


def test_every_default_is_right(readme: Any) -> None:
    """The table's default is the one that the config takes."""
    documented = _documented(readme)
    for section, name, field in _keys(Config, (), is_list=False):
        cell, wanted = documented[section, name], _default(field)
        stated = cell if cell in {"required", "-"} else tomllib.loads(f"x = {cell.strip('`')}")["x"]
        assert stated == wanted, f"{section} {name}"


def test_every_example_is_a_config(documents: Any) -> None:
    """Each fenced TOML block loads, alone or after the two sections that are required."""
    blocks = [block for document in documents for block in document.blocks("toml")]
    assert blocks
    for block in blocks:
        parse_config(block if "[service]" in block else BASE + block, Path("crossfade.toml"))
