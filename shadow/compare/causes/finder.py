"""Tries the tables: first by a difference's place, then by its values."""

from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import cache, partial

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.causes.calls import CALL_RULES
from crossfade.shadow.compare.causes.doubts import is_doubtful
from crossfade.shadow.compare.causes.encodings import BYTE_RULES, ENCODING_RULES
from crossfade.shadow.compare.causes.figure_text import FIGURE_TEXT_RULES, text_figures
from crossfade.shadow.compare.causes.figures import FIGURE_RULES, read_figure
from crossfade.shadow.compare.causes.order import order_cause
from crossfade.shadow.compare.causes.requests import request_flaw
from crossfade.shadow.compare.causes.rule import Siblings, first_cause
from crossfade.shadow.compare.causes.shape import JSON_TEXT_RULES, SHAPE_RULES
from crossfade.shadow.compare.causes.status import STATUS_RULES
from crossfade.shadow.compare.causes.texts import TEXT_RULES
from crossfade.shadow.compare.causes.times import TIME_RULES
from crossfade.shadow.exchange import Request
from crossfade.shadow.exchange.difference import Difference, Kind

MAX_TEXT = 4000
"""Longer texts are not explained: the cost of the rules grows with their length."""

_TEXT_TABLE = (*FIGURE_TEXT_RULES, *TIME_RULES, *ENCODING_RULES, *JSON_TEXT_RULES, *TEXT_RULES)
_STATUS_TABLE = (*CALL_RULES, *STATUS_RULES)
_ALONE = Siblings()


def cause_finder(
    differences: Iterable[Difference], request: Request | None = None, contract: Contract | None = None
) -> Callable[[Difference], str]:
    """``find_cause`` for the differences of one comparison, each of which the others or the request may explain."""
    siblings = Siblings.of(differences, cache(lambda: request_flaw(request, contract)))
    return partial(find_cause, siblings=siblings)


def find_cause(difference: Difference, siblings: Siblings = _ALONE) -> str:
    """The id of the catalogue's entry that explains a difference, or "" where none surely does."""
    if difference.kind is Kind.FAILED:
        return ""
    if difference.template == "status" or difference.template.startswith("status."):
        return first_cause(_STATUS_TABLE, difference, siblings) or _status_text(difference)
    named = first_cause(_STATUS_TABLE, difference, siblings)
    return named or _undoubted(difference, siblings)


def _undoubted(difference: Difference, siblings: Siblings) -> str:
    """The cause of values, unless the field's name suggests another one."""
    cause = first_cause(SHAPE_RULES, difference, siblings) or _by_values(difference)
    return "" if is_doubtful(cause, difference) else cause


def _status_text(difference: Difference) -> str:
    """Status texts and details hold values as answers do; codes are only names."""
    return "" if difference.template in {"status", "status.code"} else _by_values(difference)


def _by_values(difference: Difference) -> str:
    match difference.legacy, difference.candidate:
        case str() as ours, str() as theirs if len(ours) <= MAX_TEXT and len(theirs) <= MAX_TEXT:
            return text_figures(ours, theirs) or first_cause(_TEXT_TABLE, ours, theirs)
        case bytes() as ours, bytes() as theirs:
            return first_cause(BYTE_RULES, ours, theirs)
        case tuple() as ours, tuple() as theirs if difference.kind is Kind.ORDER:
            return order_cause(ours, theirs)
        case (int() | float() | Decimal()) as ours, (int() | float() | Decimal()) as theirs:
            one, two = read_figure(ours), read_figure(theirs)
            return "" if one is None or two is None else first_cause(FIGURE_RULES, one, two)
        case _:
            return ""
