"""A source imports what it can call by a simple name."""

from crossfade.codegen.java.imports import Imports
from crossfade.codegen.java.names import JavaClass


def a_class(full: str, nested: str = "") -> JavaClass:
    """``a.b.C``, and what is nested in it."""
    package, _, name = full.rpartition(".")
    return JavaClass(package=package, path=(name, *filter(None, [nested])))


def test_the_first_of_a_name_is_imported() -> None:
    """The second is written in full, each time."""
    imports = Imports("p", ())
    used = [imports.use(a_class(name)) for name in ("b.X", "a.X", "b.X", "a.Y", "a.X")]
    assert used == ["X", "a.X", "X", "Y", "a.X"]
    assert imports.lines == ("a.Y", "b.X")


def test_nested_classes_come_with_the_outermost() -> None:
    """Only the outermost class is imported."""
    imports = Imports("p", ())
    assert imports.use(a_class("a.X", "Y")) == "X.Y"
    assert imports.use(a_class("a.X")) == "X"
    assert imports.lines == ("a.X",)


def test_taken_names_are_not_imported() -> None:
    """What the source declares and all of java.lang keep their meaning."""
    imports = Imports("p", ("Get",))
    used = [imports.use(a_class(name)) for name in ("a.Get", "a.String", "a.Override")]
    assert used == ["a.Get", "a.String", "a.Override"]
    assert imports.lines == ()


def test_the_own_package_needs_no_import() -> None:
    """A class of the same package is called by its name."""
    imports = Imports("p", ())
    assert imports.use(a_class("p.X")) == "X"
    assert imports.lines == ()
