"""What JSON and messages look like: types, names, null, and JSON within text (groups B, F, G and K)."""

import datetime
import json
import math
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from crossfade.shadow.compare.causes.rule import Rule, Siblings, name, parent
from crossfade.shadow.compare.causes.times import read_http_date, read_stamp
from crossfade.shadow.exchange.difference import Difference, Kind, Value

_WHOLE = re.compile(r"-?(?:0|[1-9][0-9]{0,39})")
_PLAIN_DECIMAL = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?(?:E[+-][0-9]{1,3})?")
_CONSTANT = re.compile(r"[A-Z]{3,}(?:_[A-Z0-9]+)*|[A-Z]+(?:_[A-Z0-9]+)+")  # XL, B2 are sizes and codes
_MAX_ENUM_NUMBER = 10_000
_ID = re.compile(r"(?:.*_)?id|.*[a-z0-9]I[dD]|ID")
_WEEKDAY = re.compile(r"(?:.*_)?(?:weekday|dow|day_?of_?week)", re.IGNORECASE)
_DAYS, _MIN_DAYS = 7, 4
_MAX_SIBLINGS = 20
_MAX_NESTING = 100
_EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()

PlaceRule = Rule[Difference, Siblings]


def _null_left_out(difference: Difference, siblings: Siblings) -> bool:
    """A member that is null on one side and absent on the other, in answers with the same status."""
    if not difference.path.startswith("body/") or difference.template.endswith("/*") or "status" in siblings.by_path:
        return False
    one_sided = difference.kind in {Kind.MISSING, Kind.ADDED}
    return one_sided and difference.legacy is None and difference.candidate is None


def _renamed(fits: Callable[[str, str], bool]) -> Callable[[Difference, Siblings], bool]:
    """One member is missing, another added in the same object, and legacy's name fits the candidate's."""

    def check(difference: Difference, siblings: Siblings) -> bool:
        if difference.kind not in {Kind.MISSING, Kind.ADDED} or not difference.path.startswith("body/"):
            return False
        member = name(difference.path)
        others = siblings.one_sided.get(parent(difference.path), ())
        names = (name(other.path) for other in others if other.kind is not difference.kind)
        if difference.kind is Kind.MISSING:
            return any(fits(member, other) for other in names)
        return any(fits(other, member) for other in names)

    return check


def _without_case(text: str) -> str:
    return text.replace("_", "").lower()


def _other_spelling(ours: str, theirs: str) -> bool:
    return ours != theirs and _without_case(ours) == _without_case(theirs)


def _without_is(ours: str, theirs: str) -> bool:
    """The candidate's name is what Jackson makes of a getter ``isX``."""
    return _without_case(ours) == f"is{_without_case(theirs)}"


def _values(fits: Callable[[Value, Value], bool]) -> Callable[[Difference, Siblings], bool]:
    """A rule for two values of different types."""
    return lambda difference, _: difference.kind is Kind.TYPE and fits(difference.legacy, difference.candidate)


def _both_ways(fits: Callable[[Value, Value], bool]) -> Callable[[Difference, Siblings], bool]:
    return _values(lambda ours, theirs: fits(ours, theirs) or fits(theirs, ours))


def _in_json(fits: Callable[[Difference, Siblings], bool]) -> Callable[[Difference, Siblings], bool]:
    return lambda difference, siblings: difference.path.startswith("body") and fits(difference, siblings)


def _is_whole(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _number_as_text(one: Value, two: Value) -> bool:
    if not (_is_whole(one) and isinstance(two, str) and _WHOLE.fullmatch(two)):
        return False
    return one == int(two)


def _other_form_of_id(difference: Difference, _: Siblings) -> bool:
    """An id as a number against text: as digits, or mapped to what legacy calls it; no 64-bit number as text."""
    values = difference.legacy, difference.candidate
    is_other = difference.kind is Kind.TYPE and (_number_as_text(*values) or _number_as_text(*reversed(values)))
    return is_other and _ID.fullmatch(name(difference.path)) is not None


def _decimal_as_number(ours: Value, theirs: Value) -> bool:
    """Text in legacy, as Flask writes a Decimal; a number there is a float, with another text in the candidate."""
    if not (isinstance(ours, str) and _PLAIN_DECIMAL.fullmatch(ours) and isinstance(theirs, Decimal)):
        return False
    return Decimal(ours) == theirs


def _bool_as_number(one: Value, two: Value) -> bool:
    return isinstance(one, bool) and _is_whole(two) and int(one) == two


def _enum_as_number(one: Value, two: Value) -> bool:
    """A constant's name against a small number, in JSON (for messages see ``_unknown_enum``)."""
    if not (isinstance(one, str) and _CONSTANT.fullmatch(one) and isinstance(two, int) and _is_whole(two)):
        return False
    return 0 <= two <= _MAX_ENUM_NUMBER


def _unknown_enum(difference: Difference, _: Siblings) -> bool:
    """In a message a field is a number on one side and a name on the other only if it is an enum (see ``decode``)."""
    if difference.kind is not Kind.TYPE or not difference.template.startswith("message"):
        return False
    return _is_whole(difference.legacy) and isinstance(difference.candidate, str)


def _null_as_zero(ours: Value, theirs: Value) -> bool:
    """A number; false is one of two values, and stands beside null by chance half the time."""
    return ours is None and isinstance(theirs, int | float | Decimal) and not isinstance(theirs, bool) and theirs == 0


def _not_finite(ours: Value, theirs: Value) -> bool:
    """A bare NaN or Infinity against text or null."""
    if not isinstance(ours, float) or math.isfinite(ours):
        return False
    return theirs is None or theirs == ("NaN" if math.isnan(ours) else "Infinity" if ours > 0 else "-Infinity")


def _date_as_numbers(ours: Value, theirs: Value) -> bool:
    """A date or time as text against Jackson's array or seconds."""
    fields = _date_fields(ours) if isinstance(ours, str) else None
    if fields is None:
        return False
    if isinstance(theirs, tuple):
        nanos = (*fields[:6], fields[6] * 1000)
        return any(theirs == shown for shown in (nanos, *(fields[:length] for length in range(3, 8))))
    if not isinstance(theirs, int | Decimal) or isinstance(theirs, bool) or not Decimal(theirs).is_finite():
        return False
    seconds = (datetime.date(*fields[:3]).toordinal() - _EPOCH_DAY) * 86_400
    seconds += fields[3] * 3600 + fields[4] * 60 + fields[5]
    return any(abs(Decimal(theirs) - seconds * unit) < unit for unit in (1, 1000))


def _date_fields(text: str) -> tuple[int, ...] | None:
    """Year to second, then microseconds, as the text shows them; None where it is no time in UTC or without a zone."""
    stamp = read_stamp(text)
    if stamp is not None:
        return None if stamp.offset_s else _fields(stamp.wall_s)
    moment = read_http_date(text)
    return None if moment is None else (*moment.timetuple()[:6], 0)


def _fields(wall_s: Decimal) -> tuple[int, ...]:
    days, rest = divmod(int(wall_s), 86_400)
    date = datetime.date.fromordinal(days)
    micros = int((wall_s - int(wall_s)) * 10**6)
    return (date.year, date.month, date.day, rest // 3600, rest // 60 % 60, rest % 60, micros)


def _weekday(difference: Difference, siblings: Siblings) -> bool:
    """Days that begin with 1 instead of 0, or with Sunday, in a field whose name shows it.

    Two of seven days fit any day, so four different days of one answer must fit.
    """
    if not _WEEKDAY.fullmatch(name(difference.path)):
        return False
    others = siblings.by_template.get(difference.template, ())[:_MAX_SIBLINGS]
    days = {
        (other.legacy, other.candidate) for other in others if _is_whole(other.legacy) and _is_whole(other.candidate)
    }
    return len(days) >= _MIN_DAYS and all(_is_next_day(*day) for day in days)


def _is_next_day(ours: Value, theirs: Value) -> bool:
    return isinstance(ours, int) and ours in range(_DAYS) and theirs in {ours + 1, (ours + 1) % _DAYS + 1}


SHAPE_RULES: tuple[PlaceRule, ...] = (
    Rule(cause="F1", fits=_null_left_out),
    Rule(cause="F9", fits=_renamed(_other_spelling)),
    Rule(cause="G9", fits=_renamed(_without_is)),
    Rule(cause="F6", fits=_unknown_enum),
    Rule(cause="F7", fits=_in_json(_both_ways(_enum_as_number))),
    Rule(cause="K6", fits=_other_form_of_id),
    Rule(cause="F8", fits=_both_ways(_number_as_text)),
    Rule(cause="G7", fits=_values(_decimal_as_number)),
    Rule(cause="B24", fits=_both_ways(_bool_as_number)),
    Rule(cause="K3", fits=_values(_null_as_zero)),
    Rule(cause="A4", fits=_values(_not_finite)),
    Rule(cause="G6", fits=_values(_date_as_numbers)),
    Rule(cause="H18", fits=_weekday),
)


def _json_pair(fits: Callable[[str, str, Any, Any], bool]) -> Callable[[str, str], bool]:
    """A rule for two texts that are JSON objects or arrays; ``fits`` also gets their values, members in order."""

    def check(ours: str, theirs: str) -> bool:
        if ours[:1] not in {"{", "["} or ours[:1] != theirs[:1] or ours == theirs:
            return False
        one, two = _parse(ours), _parse(theirs)
        return one is not None and two is not None and fits(ours, theirs, one, two)

    return check


class _Members(tuple[tuple[str, Any], ...]):
    """The members of an object in their order."""

    __slots__ = ()


def _parse(text: str) -> Any:  # noqa: ANN401 - what json gives
    """The value, numbers as their text and objects as members; None where it is not JSON or deeply nested."""
    if text.count("[") + text.count("{") > _MAX_NESTING:
        return None
    try:
        return json.loads(
            text,
            object_pairs_hook=_Members,
            parse_int=lambda number: ("number", number),
            parse_float=lambda number: ("number", number),
        )
    except ValueError:
        return None


def _sorted_members(value: Any) -> Any:  # noqa: ANN401 - what json gives
    if isinstance(value, _Members):
        return ("object", sorted(((key, _sorted_members(item)) for key, item in value), key=lambda item: item[0]))
    return [_sorted_members(item) for item in value] if isinstance(value, list) else value


def _separators(ours: str, theirs: str, one: Any, two: Any) -> bool:  # noqa: ANN401
    """The candidate has no blank where legacy has one behind a separator."""
    if one != two or "\n" in ours:
        return False
    return len(ours) > len(theirs) and re.sub(r"\s", "", ours) == re.sub(r"\s", "", theirs)


def _escapes(ours: str, theirs: str, one: Any, two: Any) -> bool:  # noqa: ANN401
    """Legacy escapes what the candidate writes as it is."""
    return bool(one == two) and ours.count("\\u") > theirs.count("\\u")


def _key_order(ours: str, theirs: str, one: Any, two: Any) -> bool:  # noqa: ANN401, ARG001
    return bool(one != two and _sorted_members(one) == _sorted_members(two))


JSON_TEXT_RULES: tuple[Rule[str, str], ...] = (
    Rule(cause="G1", fits=_json_pair(_separators)),
    Rule(cause="G2", fits=_json_pair(_escapes)),
    Rule(cause="G5", fits=_json_pair(_key_order)),
)
