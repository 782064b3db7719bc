"""Which of the client's fields the candidate gets as they are: a user's token is not for every trust domain."""

from collections.abc import Callable, Iterable, Mapping
from fnmatch import fnmatchcase

from crossfade.shadow.config import HeaderAction, HeaderRule
from crossfade.shadow.errors import ShadowError
from crossfade.shadow.exchange import Headers, Request
from crossfade.shadow.mirror.clients.headers import shadow_headers
from crossfade.shadow.mirror.policy import glob_of


class HeaderPolicy:
    """The rules of ``[[mirror.header]]``; for each field the first that matches wins, and without one it passes."""

    def __init__(
        self, rules: Iterable[HeaderRule], *, route_of: Callable[[Request], str], environment: Mapping[str, str]
    ) -> None:
        """Reads secrets now, not at each request. Raises: ShadowError: a variable that is not set, or no value."""
        self._rules = tuple((rule, _value(rule, environment)) for rule in rules)
        self._route_of = route_of

    def fields(self, request: Request) -> Headers:
        """What a mirrored request carries. A replaced field keeps its place and name, and is there once, if it was."""
        headers = shadow_headers(request)
        if not self._rules:
            return headers
        route = self._route_of(request)
        kept = []
        replaced: set[str] = set()
        *client, role, mark = headers
        for name, value in client:
            rule, new = self._match(route, name.lower())
            if rule is None or rule.action is HeaderAction.PASS:
                kept.append((name, value))
            elif rule.action is HeaderAction.REPLACE and name.lower() not in replaced:
                replaced.add(name.lower())
                kept.append((name, new))
        return (*kept, role, mark)

    def _match(self, route: str, name: str) -> tuple[HeaderRule | None, str]:
        for rule, value in self._rules:
            if fnmatchcase(name, glob_of(rule.name.lower())) and fnmatchcase(route, glob_of(rule.route)):
                return rule, value
        return None, ""


def _value(rule: HeaderRule, environment: Mapping[str, str]) -> str:
    if rule.value_env is None:
        return rule.value or ""
    value = environment.get(rule.value_env, "")
    if not value or not value.isprintable() or not value.isascii():
        got = "nothing" if not value else "control characters or others than ASCII"
        raise ShadowError(
            f"mirror.header.value_env: expected a field value in the environment variable {rule.value_env}, got {got}; "
            "set it where crossfade runs"
        )
    return value
