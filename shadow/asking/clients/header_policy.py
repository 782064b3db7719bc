"""Which of the client's fields the candidate gets as they are: a user's token is not for every trust domain."""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass

from crossfade.shadow.config import HeaderAction, HeaderRule
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import Headers, Request
from crossfade.shadow.exchange.glob import glob
from crossfade.shadow.exchange.shadow_headers import shadow_headers
from crossfade.shadow.routes.naming import RequestNames
from crossfade.shadow.routes.patterns import Pattern, declared_templates, shields_of
from crossfade.shadow.routes.templates import Templates


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rule:
    """A rule, the value that it sets, and the requests that it may be meant for."""

    rule: HeaderRule
    value: str
    name: str
    pattern: Pattern

    def applies_to(self, names: RequestNames) -> bool:
        """A field is passed on only where that is surely meant, and kept back where it may be."""
        if self.rule.action is HeaderAction.PASS:
            return names.matches_strictly(self.pattern)
        return names.may_match(self.pattern)


class HeaderPolicy:
    """The rules of ``[[mirror.header]]``; for each field the first that matches wins, and without one it passes."""

    def __init__(
        self,
        rules: Iterable[HeaderRule],
        *,
        environment: Mapping[str, str],
        listener: str = "",
        templates: tuple[str, ...] = (),
        calls: Container[str] = frozenset(),
    ) -> None:
        """Reads secrets now, not at each request; ``templates`` are those of the config, ``calls`` the contract's.

        Raises: ShadowError: a variable that is not set, or no value.
        """
        rules = tuple(rules)
        passing = (rule.route for rule in rules if rule.action is HeaderAction.PASS)
        shields = shields_of((*templates, *declared_templates(passing)))
        self._listener = listener
        self._templates = Templates(templates)
        self._calls = calls
        self._rules = tuple(
            _Rule(
                rule=rule,
                value=value_of(rule, environment),
                name=rule.name.lower().replace("[", "[[]"),
                pattern=Pattern(rule.route, shields),
            )
            for rule in rules
        )

    def fields(self, request: Request) -> Headers:
        """What a mirrored request carries. A replaced field keeps its place and name, and is there once, if it was."""
        headers = shadow_headers(request)
        if not self._rules:
            return headers
        names = RequestNames(request, self._listener, self._templates, self._calls)
        rules = [rule for rule in self._rules if rule.applies_to(names)]
        kept = []
        replaced: set[str] = set()
        *client, role, mark = headers
        for name, value in client:
            found = next((rule for rule in rules if glob(rule.name).matches(name.lower())), None)
            if found is None or found.rule.action is HeaderAction.PASS:
                kept.append((name, value))
            elif found.rule.action is HeaderAction.REPLACE and name.lower() not in replaced:
                replaced.add(name.lower())
                kept.append((name, found.value))
        return (*kept, role, mark)


def value_of(rule: HeaderRule, environment: Mapping[str, str]) -> str:
    """What a rule puts in a field's place, "" for one that replaces nothing.

    Raises: ShadowError: the variable of the environment is not set, or holds what no field can carry.
    """
    if rule.value_env is None:
        return rule.value or ""
    value = environment.get(rule.value_env, "")
    if not value or not value.isprintable() or not value.isascii():
        got = "nothing" if not value else "characters other than printable ASCII"
        raise ShadowError(
            f"expected a field value in the environment variable {rule.value_env}, got {got}; "
            "set it where crossfade runs"
        )
    return value
