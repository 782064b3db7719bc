"""The template of a path: literal segments before parameters, and no path takes long."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.routes.templates import Templates, is_parameter, split_path

TEMPLATES = Templates(
    ("GET /a/{id}", "GET /a/{other}", "GET /a/b", "GET /{x}/b/c", "GET /a/{y}/d", "POST /a/{id}", "GET /", "GET /a/")
)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a/b", "/a/b"),
        ("/a/7", "/a/{id}"),
        ("/a/", "/a/"),
        ("/", "/"),
        ("", "/"),
        ("/a/b/c", "/{x}/b/c"),
        ("/a/b/d", "/a/{y}/d"),
        ("//b/c", None),
        ("/A/b", None),
        ("/a/b/c/d", None),
    ],
)
def test_find(path: str, found: str | None) -> None:
    """Of two with one shape the first counts; a parameter stands for something; what begins alike is tried again."""
    assert TEMPLATES.find("GET", path) == found


def test_methods_are_apart() -> None:
    """Also where the paths are the same."""
    assert (TEMPLATES.find("POST", "/a/b"), TEMPLATES.find("POST", "/"), TEMPLATES.find("get", "/a/b")) == (
        "/a/{id}",
        None,
        None,
    )


@given(st.lists(st.sampled_from(["a", "{x}", "b"]), min_size=1, max_size=6))
def test_a_template_is_found_by_a_path_of_its_shape(parts: list[str]) -> None:
    """Whatever its parameters stand for."""
    path = "/" + "/".join(parts)
    given_path = "/" + "/".join("v" if is_parameter(part) else part for part in parts)
    assert Templates((f"GET {path}",)).find("GET", given_path) == path


def test_a_path_costs_no_more_than_the_templates_are_many() -> None:
    """Templates that begin alike in two ways at each segment, and a path that fits none of them."""
    templates = Templates(
        [f"GET /{'/'.join(format(n, '010b').replace('0', 'a').replace('1', '{x}'))}/z" for n in range(1024)]
    )
    steps = 0

    def count(*_: object) -> None:
        nonlocal steps
        steps += 1

    sys.setprofile(count)
    try:
        assert templates.find("GET", "/a" * 10 + "/y") is None
    finally:
        sys.setprofile(None)
    assert steps < 20_000


def test_segments() -> None:
    """One slash begins a path; each further one begins a segment."""
    assert [split_path(path) for path in ("/a/b", "a/b", "//a", "/", "")] == [
        ("a", "b"),
        ("a", "b"),
        ("", "a"),
        ("",),
        ("",),
    ]
