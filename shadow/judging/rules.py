"""The rules under which comparisons are judged, and those of them that apply to one comparison. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.compare.transition import Shows, shows_nothing
from crossfade.shadow.compare.units import Units
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judgement import IgnoreRule, ListRule
from crossfade.shadow.judging.proofs.prover import MAX_BYTES
from crossfade.shadow.routes.naming import RequestNames
from crossfade.shadow.routes.patterns import Pattern, glob_matches
from crossfade.shadow.routes.templates import Templates

_Rule = TypeVar("_Rule", IgnoreRule, ListRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """Under what all comparisons of a run are judged; another process may be given it.

    ``templates`` are those of the config, by which rules name routes.
    ``units``: what is counted; None: requests as generated services count them, without who asks.
    ``shows``: which words of answers transitions may tell. Faults are put into answers of at most ``proof_bytes``.
    """

    ignore: tuple[IgnoreRule, ...] = ()
    lists: tuple[ListRule, ...] = ()
    templates: tuple[str, ...] = ()
    units: Units | None = None
    shows: Shows = shows_nothing
    proof_bytes: int = MAX_BYTES


NO_RULES = Rules()


class RuleFinder:
    """Finds the rules that match a request as it stands, or the route under which it is counted."""

    def __init__(self, rules: Rules) -> None:
        self._ignore = tuple((rule, Pattern(rule.route)) for rule in rules.ignore)
        self._lists = tuple((rule, Pattern(rule.route)) for rule in rules.lists)
        self._templates = Templates(rules.templates)

    def ignored(self, comparison: Comparison, route: RouteInfo) -> tuple[IgnoreRule, ...]:
        """The rules whose differences are left out."""
        return tuple(self._matching(self._ignore, comparison, route))

    def keys(self, comparison: Comparison, route: RouteInfo) -> ListKeys:
        """The configured keys of the answers' lists."""
        return _keys(self._matching(self._lists, comparison, route)) if self._lists else NO_KEYS

    def stream_keys(self, route: RouteInfo) -> ListKeys:
        """Those of a stream's messages, which are compared before all of its request is known."""
        return _keys(rule for rule, _ in self._lists if _counts_as(rule, route))

    def _matching(
        self, rules: tuple[tuple[_Rule, Pattern], ...], comparison: Comparison, route: RouteInfo
    ) -> Iterator[_Rule]:
        names = RequestNames(comparison.request, route.listener, self._templates)
        return (rule for rule, pattern in rules if _counts_as(rule, route) or names.matches(pattern))


def _counts_as(rule: IgnoreRule | ListRule, route: RouteInfo) -> bool:
    return glob_matches(rule.route, route.route, route.listener)


def _keys(rules: Iterable[ListRule]) -> ListKeys:
    return ListKeys((rule.path, rule.key) for rule in rules)
