"""Statuses, their texts, and the defaults of servers and frameworks (groups B, I and J)."""

import re

from crossfade.shadow.compare.causes.rule import Rule, Siblings, parent
from crossfade.shadow.compare.difference import Difference, Kind, Value

_GRPC_JAVA_ERROR = "Application error processing RPC"  # io.grpc.internal.ServerCallImpl
_GRPCIO_ERRORS = ("Exception calling application: ", "Exception iterating responses: ", "Unexpected <class '")
_JAVA_STATUS = "io.grpc.Status"  # StatusException, StatusRuntimeException
_GRPCIO_BAD_REQUEST = "Exception deserializing request!"
_NOT_THERE = re.compile(r"Method not (?:implemented|found)!")
_JAVA_NOT_THERE = re.compile(r"Method not found: \S+|Method \S+ is unimplemented")
_PYTHON_INT = re.compile(r"invalid literal for int\(\) with base 10: '(.*)'", re.DOTALL)
_PYTHON_FLOAT = re.compile(r"could not convert string to float: '(.*)'", re.DOTALL)
_JAVA_NUMBER = re.compile(r'For input string: "(.*)"', re.DOTALL)
_DIVISION = re.compile(r".*(?:division by zero|modulo by zero|float modulo)", re.DOTALL)
_MAX_TEXT = 1000
_TOO_LATE = frozenset({"DEADLINE_EXCEEDED", "CANCELLED"})
_SPRING_ERROR = frozenset({"timestamp", "status", "error", "path"})
# Flask redirects to the slash that Spring 6 has no handler for; FastAPI's validation
_STATUS_PAIRS = frozenset({(308, 404), (422, 400)})
_SHA1_TAG = re.compile(r'"[0-9a-f]{40}"')
_SPRING_TAG = re.compile(r'"0[0-9a-f]{32}"')  # org.springframework.web.filter.ShallowEtagHeaderFilter


def _thrown(difference: Difference, siblings: Siblings) -> bool:
    """Legacy ended the call with a status of its own; the candidate threw one that did not reach the call."""
    code, text = siblings.by_path.get("status.code"), siblings.by_path.get("status.message")
    if code is None or text is None or code.candidate != "UNKNOWN" or not _is_of_a_throw(text.candidate):
        return False
    if code.legacy == "OK" or not str(code.legacy).isupper() or " " in str(code.legacy):  # "HTTP 502" is no status
        return False
    details = difference.template.startswith("status.details") and difference.kind is Kind.MISSING
    return details or difference.template in {"status.code", "status.message"}


def _is_of_a_throw(text: Value) -> bool:
    """What grpc-java says of anything thrown, or grpcio's words with a status as the cause of another exception."""
    if text == _GRPC_JAVA_ERROR:
        return True
    return isinstance(text, str) and text.startswith(_GRPCIO_ERRORS) and _JAVA_STATUS in text


def _texts(difference: Difference) -> tuple[str, str] | None:
    """The two texts of a status, or of a member of a JSON body that may be an error's."""
    ours, theirs = difference.legacy, difference.candidate
    if isinstance(ours, str) and isinstance(theirs, str) and max(len(ours), len(theirs)) <= _MAX_TEXT:
        return ours, theirs
    return None


def _uncaught(difference: Difference, siblings: Siblings) -> bool:
    texts = _texts(difference)
    if texts is None or difference.template != "status.message" or "status.code" in siblings.by_path:
        return False
    return texts[0].startswith(_GRPCIO_ERRORS) and texts[1] in {_GRPC_JAVA_ERROR, ""}


def _not_there(difference: Difference, _: Siblings) -> bool:
    texts = _texts(difference)
    if texts is None or difference.template != "status.message":
        return False
    return bool(_NOT_THERE.fullmatch(texts[0]) and _JAVA_NOT_THERE.fullmatch(texts[1]))


def _too_late(difference: Difference, _: Siblings) -> bool:
    return difference.template == "status.code" and {str(difference.legacy), str(difference.candidate)} == _TOO_LATE


def _unreadable(difference: Difference, _: Siblings) -> bool:
    return difference.template == "status.message" and difference.legacy == _GRPCIO_BAD_REQUEST


def _bad_number(difference: Difference, _: Siblings) -> bool:
    """The two languages' words for the same text that is no number."""
    texts = _texts(difference)
    if texts is None:
        return False
    java = _JAVA_NUMBER.search(texts[1])
    python = _PYTHON_INT.search(texts[0]) or _PYTHON_FLOAT.search(texts[0])
    return bool(java and python and java[1] == python[1])


def _divided_by_zero(difference: Difference, siblings: Siblings) -> bool:
    """Legacy failed of a division by zero; the candidate says so in its own words, or went on."""
    texts = _texts(difference)
    if texts is None or not _DIVISION.fullmatch(texts[0]):
        return False
    if texts[1].endswith("/ by zero"):
        return True
    code = siblings.by_path.get("status.code")
    return difference.template == "status.message" and code is not None and code.candidate == "OK"


def _framework_status(difference: Difference, _: Siblings) -> bool:
    return difference.template == "status" and any(
        (difference.legacy, difference.candidate) == pair for pair in _STATUS_PAIRS
    )


def _framework_tag(difference: Difference, _: Siblings) -> bool:
    texts = _texts(difference)
    if texts is None or difference.template != "header.etag":
        return False
    return bool(_SHA1_TAG.fullmatch(texts[0]) and _SPRING_TAG.fullmatch(texts[1]))


def _charset_added(difference: Difference, _: Siblings) -> bool:
    texts = _texts(difference)
    if texts is None or not difference.template.startswith("header.content-type") or ";" in texts[0]:
        return False
    kind, mark, rest = texts[1].partition(";")
    return bool(mark) and kind.strip() == texts[0] and rest.strip().lower() == "charset=utf-8"


def _framework_error(difference: Difference, siblings: Siblings) -> bool:
    """Spring's error body, whole or member by member."""
    if difference.template == "body":
        return _is_page(difference.legacy) and _is_spring_error(difference.candidate)
    if difference.kind is not Kind.ADDED or not difference.path.startswith("body/"):
        return False
    if parent(difference.path) != "body":
        return False
    added = {item.path.removeprefix("body/") for item in siblings.one_sided.get("body", ()) if item.kind is Kind.ADDED}
    changed = {member for member in _SPRING_ERROR if f"body/{member}" in siblings.by_path}
    return {"timestamp", "path"} <= added and changed == _SPRING_ERROR and difference.path[5:] in _SPRING_ERROR


def _is_page(value: Value) -> bool:
    return isinstance(value, str) and value.lstrip().startswith("<")


def _is_spring_error(value: Value) -> bool:
    return isinstance(value, dict) and value.keys() >= _SPRING_ERROR


STATUS_RULES: tuple[Rule[Difference, Siblings], ...] = (
    Rule(cause="J2", fits=_thrown),
    Rule(cause="B9", fits=_divided_by_zero),
    Rule(cause="J1", fits=_uncaught),
    Rule(cause="J3", fits=_not_there),
    Rule(cause="J7", fits=_too_late),
    Rule(cause="J8", fits=_unreadable),
    Rule(cause="J6", fits=_bad_number),
    Rule(cause="I14", fits=_framework_status),
    Rule(cause="I14", fits=_framework_tag),
    Rule(cause="I14", fits=_charset_added),
    Rule(cause="I14", fits=_framework_error),
)
