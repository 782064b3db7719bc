"""Statuses of HTTP frameworks, their defaults, and the words of exceptions in any text (groups B, I and J)."""

import re

from crossfade.shadow.compare.causes.rule import Rule, Siblings, parent
from crossfade.shadow.exchange.difference import Difference, Kind, Value

_PYTHON_INT = re.compile(r"invalid literal for int\(\) with base 10: '(.*)'", re.DOTALL)
_PYTHON_FLOAT = re.compile(r"could not convert string to float: '(.*)'", re.DOTALL)
_JAVA_NUMBER = re.compile(r'For input string: "(.*)"', re.DOTALL)
_DIVISION = re.compile(r".*(?:division by zero|modulo by zero|float modulo)", re.DOTALL)
_MAX_TEXT = 1000
_SPRING_ERROR = frozenset({"timestamp", "status", "error", "path"})
_TO_THE_SLASH, _VALIDATION = (308, 404), (422, 400)  # Flask's redirect, for which Spring 6 has no handler; FastAPI's
_SHA1_TAG = re.compile(r'"[0-9a-f]{40}"')
_SPRING_TAG = re.compile(r'"0[0-9a-f]{32}"')  # org.springframework.web.filter.ShallowEtagHeaderFilter


def _texts(difference: Difference) -> tuple[str, str] | None:
    """The two texts of a status, or of a member of a JSON body that may be an error's."""
    ours, theirs = difference.legacy, difference.candidate
    if isinstance(ours, str) and isinstance(theirs, str) and max(len(ours), len(theirs)) <= _MAX_TEXT:
        return ours, theirs
    return None


def _bad_number(difference: Difference, _: Siblings) -> bool:
    """The two languages' words for the same text that is no number."""
    texts = _texts(difference)
    if texts is None:
        return False
    java = _JAVA_NUMBER.search(texts[1])
    python = _PYTHON_INT.search(texts[0]) or _PYTHON_FLOAT.search(texts[0])
    return bool(java and python and java[1] == python[1])


def _divided_by_zero(difference: Difference, siblings: Siblings) -> bool:
    """Legacy failed of a division by zero; the candidate reports it in its own words, or went on."""
    texts = _texts(difference)
    if texts is None or not _DIVISION.fullmatch(texts[0]):
        return False
    if texts[1].endswith("/ by zero"):
        return True
    code = siblings.by_path.get("status.code")
    return difference.template == "status.message" and code is not None and code.candidate == "OK"


def _framework_status(difference: Difference, siblings: Siblings) -> bool:
    """With what the framework adds by itself: a place that is the same path with a slash, or its own error body."""
    if difference.template != "status":
        return False
    pair = difference.legacy, difference.candidate
    if pair == _TO_THE_SLASH:
        place = siblings.by_path.get("header.location")
        return place is not None and place.kind is Kind.MISSING and str(place.legacy).partition("?")[0].endswith("/")
    if pair != _VALIDATION:
        return False
    detail = siblings.by_path.get("body/detail", siblings.by_path.get("body"))
    return detail is not None and detail.kind is not Kind.ADDED and _is_validation(detail.legacy)


def _is_validation(value: Value) -> bool:
    """FastAPI's list of what is wrong, or the body that holds it."""
    if isinstance(value, dict):
        value = value.get("detail")
    return isinstance(value, tuple) and any(isinstance(item, dict) and {"loc", "msg"} <= item.keys() for item in value)


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
    Rule(cause="B9", fits=_divided_by_zero),
    Rule(cause="J6", fits=_bad_number),
    Rule(cause="I14", fits=_framework_status),
    Rule(cause="I14", fits=_framework_tag),
    Rule(cause="I14", fits=_charset_added),
    Rule(cause="I14", fits=_framework_error),
)
