"""Causes of differing statuses of HTTP, and of the words of exceptions."""

from collections.abc import Callable

import pytest

from crossfade.shadow.exchange.difference import Value


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("J6", "invalid literal for int() with base 10: 'x'", 'For input string: "x"'),
        ("B9", "integer division or modulo by zero", "/ by zero"),
        ("", "invalid literal for int() with base 10: 'x'", 'For input string: "y"'),
        ("", "division by zero", "zero"),
        ("", "build b-1 is passed", "build b-2 is passed"),
    ],
)
def test_explains_a_text_of_the_same_status(
    causes_at: Callable[..., dict[str, str]], cause: str, legacy: Value, candidate: Value
) -> None:
    """The words of the two libraries, where the code is the same."""
    assert causes_at(("status.message", legacy, candidate)) == {"status.message": cause}


def test_a_division_by_zero_that_java_survives(causes_at: Callable[..., dict[str, str]]) -> None:
    """Legacy failed, the candidate answered."""
    text = ("status.message", "Exception calling application: float division by zero", "")
    causes = causes_at(("status.code", "UNKNOWN", "OK"), text)
    assert causes == {"status.code": "", "status.message": "B9"}


@pytest.mark.parametrize(("legacy", "candidate"), [(308, 404), (422, 400), (200, 404), (200, -56), (404, 200)])
def test_a_status_alone_is_no_framework_s(
    causes_at: Callable[..., dict[str, str]], legacy: Value, candidate: Value
) -> None:
    """A redirect and a validation may be anybody's; and a status is no number: no rule of arithmetic is asked."""
    assert causes_at(("status", legacy, candidate)) == {"status": ""}


DETAIL: Value = ({"loc": ("query", "n"), "msg": "not a number", "type": "int_parsing"},)


@pytest.mark.parametrize(
    ("statuses", "beside", "cause"),
    [
        ((308, 404), ("header.location", "http://a/old/", None), "I14"),
        ((308, 404), ("header.location", "/old/?a=b", None), "I14"),
        ((308, 404), ("header.location", "/new", None), ""),
        ((308, 404), ("header.location", "/old/", "/new/"), ""),
        ((422, 400), ("body/detail", DETAIL, None), "I14"),
        ((422, 400), ("body/detail", DETAIL, "n: not a number"), "I14"),
        ((422, 400), ("body", {"detail": DETAIL}, "n: not a number"), "I14"),
        ((422, 400), ("body/detail", "not a number", None), ""),
        ((422, 400), ("body/detail", None, DETAIL), ""),
    ],
)
def test_explains_a_framework_s_status(
    causes_at: Callable[..., dict[str, str]], statuses: tuple[int, int], beside: tuple[str, Value, Value], cause: str
) -> None:
    """By what comes with it: the same path with a slash, FastAPI's own list."""
    assert causes_at(("status", *statuses), beside)["status"] == cause


@pytest.mark.parametrize(
    ("name", "legacy", "candidate", "cause"),
    [
        ("etag", f'"{"a" * 40}"', f'"0{"b" * 32}"', "I14"),
        ("etag", f'"{"a" * 40}"', f'"{"b" * 40}"', ""),
        ("content-type", "application/json", "application/json;charset=UTF-8", "I14"),
        ("content-type", "application/json", "text/plain;charset=UTF-8", ""),
        ("content-type", "text/html; charset=utf-8", "text/html; charset=latin-1", ""),
    ],
)
def test_explains_a_framework_s_header(
    causes_at: Callable[..., dict[str, str]], name: str, legacy: Value, candidate: Value, cause: str
) -> None:
    """Only what is the framework's own."""
    assert causes_at((f"header.{name}", legacy, candidate)) == {f"header.{name}": cause}


def test_explains_spring_s_error_body(causes_of: Callable[..., dict[str, str]]) -> None:
    """Whole in the place of a page, or member by member beside legacy's own."""
    spring = {"timestamp": "2024-01-02T03:04:05Z", "status": 404, "error": "Not Found", "path": "/x"}
    assert causes_of("<!doctype html>", spring) == {"body": "I14"}
    causes = causes_of({"detail": "Not Found"}, spring)
    assert causes.pop("body/detail") == ""
    assert set(causes.values()) == {"I14"}
    assert set(causes_of({"id": 1}, {"id": 1, "timestamp": "x", "path": "/"}).values()) == {""}
    assert causes_of("plain", spring) == {"body": ""}
