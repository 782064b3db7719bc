"""Modules of a folder, under the names that imports use."""

import ast

import pytest

from crossfade.codegen.hazards.source.files import File
from crossfade.codegen.hazards.source.project import Project, make_project


def project(*paths: str) -> Project:
    """A project of empty files."""
    return make_project(File(path=path, tree=ast.parse(""), lines=("",)) for path in paths)


@pytest.mark.parametrize(
    ("paths", "name", "found"),
    [
        (("texts.py",), "texts", "texts"),
        (("app/texts.py",), "app.texts", "app.texts"),
        (("app/__init__.py",), "app", "app"),
        (("src/app/texts.py",), "app.texts", "src.app.texts"),
        (("__init__.py", "texts.py"), "app.texts", "texts"),
        (("sub/texts.py",), "app.sub.texts", "sub.texts"),
        (("a/texts.py", "b/texts.py"), "texts", ""),
        (("app/json.py",), "json", ""),
        (("texts.py",), "other", ""),
        (("texts.py",), "app.texts", ""),
    ],
)
def test_finds_a_module_by_its_import(paths: tuple[str, ...], name: str, found: str) -> None:
    """By its path, by the end of its path, from inside a package; never in place of the standard library."""
    assert project(*paths).find_module(name) == found


def test_finds_a_module_beside_the_one_that_imports_it() -> None:
    """A script's folder is on the path."""
    both = project("a/main.py", "a/texts.py", "b/texts.py")
    assert both.find_module("texts", both.modules["a.main"]) == "a.texts"
