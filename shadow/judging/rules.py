"""The rules of comparing that apply to one comparison. Pure."""

from collections.abc import Iterable, Iterator
from typing import TypeVar

from crossfade.shadow.compare.diff.keys import NO_KEYS, ListKeys
from crossfade.shadow.exchange import Comparison
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.judging.judgement import IgnoreRule, ListRule
from crossfade.shadow.routes.naming import RequestNames
from crossfade.shadow.routes.patterns import Pattern, glob_matches
from crossfade.shadow.routes.templates import Templates

_Rule = TypeVar("_Rule", IgnoreRule, ListRule)


class Rules:
    """Finds the rules that match a request as it stands, or the route under which it is counted."""

    def __init__(self, ignore: Iterable[IgnoreRule], lists: Iterable[ListRule], templates: Iterable[str] = ()) -> None:
        """``templates`` are those of the config, by which rules name routes."""
        self._ignore = tuple((rule, Pattern(rule.route)) for rule in ignore)
        self._lists = tuple((rule, Pattern(rule.route)) for rule in lists)
        self._templates = Templates(templates)

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
