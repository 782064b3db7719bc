"""Which words Java takes as names."""

import pytest

from crossfade.codegen.java.words import is_identifier, is_package


@pytest.mark.parametrize("name", ["Build", "_x", "a1", "record", "var", "yield", "sealed", "$"])
def test_names(name: str) -> None:
    """Contextual keywords are names."""
    assert is_identifier(name)


@pytest.mark.parametrize("name", ["", "1a", "a-b", "a b", "_", "null", "true", "import", "a.b", "a\n", "ä"])
def test_no_names(name: str) -> None:
    """Keywords, literals and other characters are none."""
    assert not is_identifier(name)


@pytest.mark.parametrize(
    ("package", "expected"),
    [("a.b_1.C", True), ("a", True), ("", False), ("a..b", False), ("a.new", False), ("a; import b", False)],
)
def test_packages(package: str, expected: bool) -> None:
    """A package is names with points between; Java's default package is none that can be imported from."""
    assert is_package(package) is expected
