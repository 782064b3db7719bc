"""Causes of differing statuses and their texts."""

from collections.abc import Callable

import pytest

from crossfade.shadow.compare.difference import Value

JAVA_ERROR = "Application error processing RPC"
CODE = ("status.code", "NOT_FOUND", "UNKNOWN")
TEXT = ("status.message", "no such user", JAVA_ERROR)
DETAILS = ("status.details", ({"@type": "x"},), None)


def test_a_thrown_status_explains_code_text_and_details(causes_at: Callable[..., dict[str, str]]) -> None:
    """All that went lost has one cause."""
    causes = causes_at(CODE, TEXT, DETAILS, ("trailer.retry-after", "5", None))
    assert causes == {"status.code": "J2", "status.message": "J2", "status.details": "J2", "trailer.retry-after": ""}


def test_a_status_within_another_exception(causes_at: Callable[..., dict[str, str]]) -> None:
    """What was wrapped on its way is a thrown status too; another exception is none."""
    words = "Exception calling application: java.util.concurrent.CompletionException: "
    lost = ("status.message", "no such user", f"{words}io.grpc.StatusRuntimeException: NOT_FOUND: no such user")
    assert causes_at(CODE, lost) == {"status.code": "J2", "status.message": "J2"}
    other = ("status.message", "no such user", f"{words}java.lang.IllegalStateException: no")
    assert causes_at(CODE, other) == {"status.code": "", "status.message": ""}


@pytest.mark.parametrize(
    "differences",
    [
        (CODE,),
        (TEXT,),
        (CODE, ("status.message", "no such user", "")),
        (("status.code", "OK", "UNKNOWN"), ("status.message", "", JAVA_ERROR)),  # not a status: something else threw
        (("status.code", "HTTP 502", "UNKNOWN"), TEXT),
        (("status.code", "NOT_FOUND", "INTERNAL"), TEXT),
        (DETAILS,),
        (("status.code", "OK", "NOT_FOUND"), ("status.message", "", "no such build")),
    ],
)
def test_less_is_no_thrown_status(
    causes_at: Callable[..., dict[str, str]], differences: tuple[tuple[str, Value, Value], ...]
) -> None:
    """Only legacy's own status against grpc-java's words is."""
    assert set(causes_at(*differences).values()) == {""}


@pytest.mark.parametrize(
    ("cause", "legacy", "candidate"),
    [
        ("J1", "Exception calling application: boom", JAVA_ERROR),
        ("J1", "Exception iterating responses: boom", ""),
        ("J1", "Unexpected <class 'ValueError'>: boom", JAVA_ERROR),
        ("J3", "Method not implemented!", "Method a.B/C is unimplemented"),
        ("J3", "Method not found!", "Method not found: a.B/C"),
        ("J6", "invalid literal for int() with base 10: 'x'", 'For input string: "x"'),
        ("J8", "Exception deserializing request!", "Half-closed without a request"),
        ("B9", "integer division or modulo by zero", "/ by zero"),
        ("J1", "Exception calling application: division by zero", JAVA_ERROR),
        ("", "Exception calling application: boom", "boom"),
        ("", "Method not found!", "no such method"),
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


def test_a_late_answer_has_two_names(causes_at: Callable[..., dict[str, str]]) -> None:
    """The deadline's code on one side, the cancellation's on the other."""
    assert causes_at(("status.code", "DEADLINE_EXCEEDED", "CANCELLED")) == {"status.code": "J7"}
    assert causes_at(("status.code", "CANCELLED", "UNAVAILABLE")) == {"status.code": ""}


@pytest.mark.parametrize(
    ("legacy", "candidate", "cause"),
    [(308, 404, "I14"), (422, 400, "I14"), (200, 404, ""), (200, -56, ""), (404, 200, "")],
)
def test_explains_a_framework_s_status(
    causes_at: Callable[..., dict[str, str]], legacy: Value, candidate: Value, cause: str
) -> None:
    """A status is a name, not a number: no rule of arithmetic is asked."""
    assert causes_at(("status", legacy, candidate)) == {"status": cause}


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
