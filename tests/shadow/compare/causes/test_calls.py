"""Causes of calls that end differently."""

from collections.abc import Callable

import pytest

from crossfade.shadow.compare.causes import find_cause
from crossfade.shadow.compare.causes.rule import Flaw, Siblings
from crossfade.shadow.exchange.difference import UNSEEN_MESSAGE, Difference, Kind, Value

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
        ("J8", "Exception deserializing request!", "Half-closed without a request"),
        ("J1", "Exception calling application: division by zero", JAVA_ERROR),
        ("", "Exception calling application: boom", "boom"),
        ("", "Method not found!", "no such method"),
        ("J10", "SERVER: Received message larger than max (9 vs. 4)", "gRPC message exceeds maximum size 4: 9"),
        ("J8", "Compression bit set but no encoding configured", "Can't decode compressed gRPC message as compression"),
    ],
)
def test_explains_a_text_of_the_same_status(
    causes_at: Callable[..., dict[str, str]], cause: str, legacy: Value, candidate: Value
) -> None:
    """The words of the two libraries, where the code is the same."""
    assert causes_at(("status.message", legacy, candidate)) == {"status.message": cause}


@pytest.mark.parametrize(
    ("cause", "codes", "texts"),
    [
        ("J8", ("INTERNAL", "UNKNOWN"), ("Exception deserializing request!", JAVA_ERROR)),
        ("J8", ("INTERNAL", "INVALID_ARGUMENT"), ("Exception deserializing request!", "not a message")),
        (
            "J8",
            ("UNIMPLEMENTED", "INTERNAL"),
            ("a.B/C requires exactly one request message.", "Half-closed without a request"),
        ),
        ("J8", ("OK", "INTERNAL"), ("", "Too many requests")),
        (
            "J8",
            ("INTERNAL", "UNIMPLEMENTED"),
            ("Error parsing 'grpc-encoding' metadata", "Can't find decompressor for x"),
        ),
        ("J8", ("INTERNAL", "UNKNOWN"), ("Decompression failed due to zlib error", "")),
        ("J10", ("RESOURCE_EXHAUSTED", "OK"), ("SERVER: Received message larger than max (9 vs. 4)", "")),
        ("J10", ("OK", "RESOURCE_EXHAUSTED"), ("", "gRPC message exceeds maximum size 4: 9")),
        (
            "J10",
            ("RESOURCE_EXHAUSTED", "INTERNAL"),
            ("received initial metadata size exceeds hard limit (9 vs. 4)", "x"),
        ),
        ("J12", ("RESOURCE_EXHAUSTED", "OK"), ("Concurrent RPC limit exceeded!", "")),
        ("J9", ("OK", "INTERNAL"), ("", "Protocol message had invalid UTF-8.")),
        # What legacy's library says by itself was thrown by no handler of either side
        ("", ("DEADLINE_EXCEEDED", "UNKNOWN"), ("Deadline Exceeded", JAVA_ERROR)),
        ("", ("INTERNAL", "UNKNOWN"), ("Failed to serialize response!", JAVA_ERROR)),
        ("", ("UNIMPLEMENTED", "UNKNOWN"), ("Method not implemented!", JAVA_ERROR)),
        ("", ("INTERNAL", "OK"), ("Exception deserializing request!", "")),  # Java read it: another contract
        ("", ("OK", "INTERNAL"), ("", "Too many requests today")),
        ("", ("OK", "RESOURCE_EXHAUSTED"), ("", "quota exceeded")),
        ("", ("RESOURCE_EXHAUSTED", "OK"), ("quota exceeded", "")),
    ],
)
def test_explains_an_end_of_another_status(
    causes_at: Callable[..., dict[str, str]], cause: str, codes: tuple[str, str], texts: tuple[str, str]
) -> None:
    """Code and text have one cause."""
    found = causes_at(("status.code", *codes), ("status.message", *texts))
    assert found == {"status.code": cause, "status.message": cause}


@pytest.mark.parametrize(
    ("flaw", "text", "cause"),
    [
        (Flaw.TEXT, "Exception deserializing request!", "J9"),
        (Flaw.BYTES, "Exception deserializing request!", "J8"),
        (Flaw.NONE, "Exception deserializing request!", "J8"),
        (Flaw.TEXT, "Unexpected <class 'google.protobuf.message.DecodeError'>: no", "J9"),
        (Flaw.BYTES, "Unexpected <class 'google.protobuf.message.DecodeError'>: no", "J8"),
        (Flaw.NONE, "Unexpected <class 'google.protobuf.message.DecodeError'>: no", "J1"),  # raised in a handler
        (Flaw.TEXT, "", "J9"),  # a server that reads no messages
        (Flaw.BYTES, "no such user", "J8"),
        (Flaw.NONE, "no such user", "J2"),
    ],
)
def test_the_request_tells_why_it_could_not_be_read(flaw: Flaw, text: str, cause: str) -> None:
    """The two libraries have one text each for bytes that are no message and for text that is not UTF-8."""
    codes = () if text.startswith("Unexpected") else (_value("status.code", "INTERNAL", "UNKNOWN"),)
    differences = (*codes, _value("status.message", text, JAVA_ERROR))
    siblings = Siblings.of(differences, lambda: flaw)
    assert {find_cause(difference, siblings) for difference in differences} == {cause}


def _value(place: str, legacy: Value, candidate: Value) -> Difference:
    return Difference(path=place, template=place, kind=Kind.VALUE, legacy=legacy, candidate=candidate)


def test_metadata_that_netty_refuses(causes_at: Callable[..., dict[str, str]]) -> None:
    """Its answer is one of HTTP, of another type."""
    refused = ("status.code", "OK", "HTTP 431"), ("status.http", 200, 431)
    kind = ("metadata.content-type", "application/grpc", "text/plain")
    assert set(causes_at(*refused, kind).values()) == {"J10"}
    assert set(causes_at(("status.code", "OK", "HTTP 502"), ("status.http", 200, 502)).values()) == {""}


@pytest.mark.parametrize("kind", [Kind.MISSING, Kind.ADDED, Kind.VALUE])
def test_a_message_that_no_caller_sees(kind: Kind) -> None:
    """On either side, or another on both."""
    difference = Difference(path=UNSEEN_MESSAGE, template=UNSEEN_MESSAGE, kind=kind, legacy={}, candidate={})
    assert find_cause(difference) == "J4"


def test_a_late_answer_has_two_names(causes_at: Callable[..., dict[str, str]]) -> None:
    """The deadline's code on one side, the cancellation's on the other."""
    assert causes_at(("status.code", "DEADLINE_EXCEEDED", "CANCELLED")) == {"status.code": "J7"}
    assert causes_at(("status.code", "CANCELLED", "UNAVAILABLE")) == {"status.code": ""}
