"""How ids are written."""

from typing import Any

import pytest

from crossfade.shadow.bindings.forms import Bare, Quoted, fits, form_of, spelt


@pytest.mark.parametrize(
    ("value", "form"),
    [
        (17, "number"),
        ("17", "digits"),
        ("2f1c0a1b-0a1b-4000-8000-0123456789ab", "uuid"),
        ("2F1C0A1B-0A1B-4000-8000-0123456789AB", "uuid upper"),
        ("0f" * 16, "hex32"),
        ("01JD8Z6Y3QK5T9V7W2X4A1B3C5", "ulid"),
        ("ord_17", "prefix ord_"),
        ("ORD-7f3a", "prefix ORD-"),
        ("eyJhbGciOiJ4In0.eyJzdWIiOiIxIn0.c2ln", "jwt"),
        ("bold fox", "text"),
        ("", "text"),
        (None, "text"),
        ("٣", "text"),
    ],
)
def test_forms(value: Any, form: str) -> None:
    """Each has one."""
    assert form_of(value) == form


def test_numbers_in_a_path_are_digits() -> None:
    """So what is known as a text alone fits both."""
    assert fits("17", "number")
    assert fits("17", "digits")
    assert not fits("x17", "number")
    assert not fits("17", "uuid")


def test_how_they_stand_in_json() -> None:
    """As numbers only where they are declared as such, and are some."""
    assert isinstance(spelt("17", "number"), Bare)
    assert isinstance(spelt("17", "digits"), Quoted)
    assert isinstance(spelt("a17", "number"), Quoted)
