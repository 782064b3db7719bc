"""The globs by which rules name routes. Only ``*`` and ``?`` are special: routes have brackets of their own. Pure."""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import unquote

from crossfade.shadow.exchange.glob import MAX_COMPILED, Glob, regex
from crossfade.shadow.exchange.route import qualified
from crossfade.shadow.routes.spelling import fold
from crossfade.shadow.routes.templates import Templates, is_parameter, split_path

_PARAMETER = re.compile(r"(?<=/)\{[^/{}]*\}(?=/|\Z)")
_TEMPLATE = re.compile(r"(?:(?P<listener>.*) )?(?P<method>[A-Z]+) (?P<path>/[^*? ]*)")
_SLASHES = re.compile(r"/{2,}")
_LAST_SLASH = re.compile(r"(?<=[^ /*?])/+\Z")
_NO_TEMPLATES = Templates(())
_ANY_SEGMENT = "\ue000"  # of the private use area: no path is read as one that holds it


def glob_matches(pattern: str, route: str, listener: str = "") -> bool:
    """Whether a rule with this glob matches a route; one that names no port matches it on each.

    What a parameter is called makes no difference.
    """
    return any(map(_written(pattern).matches, names_of(route, listener)))


@lru_cache(maxsize=MAX_COMPILED)  # a client waits while a thousand rules are looked through
def _written(text: str) -> Glob:
    return Glob(unnamed(text))


def unnamed(route: str) -> str:
    """A route whose parameters have no names."""
    return _PARAMETER.sub("{}", route) if "{" in route else route


class Pattern:
    """A glob as it stands, and as whoever wrote it may have meant it: without letter case, escapes, a last slash."""

    def __init__(self, pattern: str, shields: Templates = _NO_TEMPLATES) -> None:
        """``shields`` that are more special keep their paths: ``/users/me`` is not ``/users/{id}``."""
        self._as_written = _written(pattern).matches
        template = _TEMPLATE.fullmatch(pattern) if _PARAMETER.search(pattern) else None
        self._listener: str | None = template["listener"] if template else None
        self._method: str = template["method"] if template else ""
        paths = sorted(set(map(str, _forms(unnamed(template["path"]))))) if template else []
        self._own = Templates([f"{self._method} {path}" for path in paths])
        self._shields = shields
        self._loosely = _loosely(pattern).match

    def matches(self, texts: Iterable[str]) -> bool:
        """Whether it matches one of the names of a request as it stands; see ``glob_matches``."""
        return any(map(self._as_written, texts))

    def may_mean(self, way: "Way") -> bool:
        """Whether a request that is read in this way may be meant."""
        if not any(map(self._loosely, way.texts)):
            return False
        if not self._method:
            return True
        if way.method != self._method or self._listener not in {None, way.listener}:
            return False
        return any(self._keeps(form) for form in way.forms)

    def _keeps(self, form: str) -> bool:
        """Whether a path belongs to the template, and to no shield that is more special."""
        own = self._own.find(self._method, form)
        shield = self._shields.find(self._method, form) if own is not None else None
        return own is not None and (shield is None or _rank(own) <= _rank(shield))


class Way:
    """One method and one reading of a path; ``texts`` are what they are called. gRPC has no method ("")."""

    __slots__ = ("forms", "listener", "method", "texts")

    def __init__(self, method: str, forms: frozenset[str], listener: str) -> None:
        self.method = method
        self.forms = forms
        self.listener = listener
        names = {form.lstrip("/") for form in forms}
        if method:
            names |= {f"{method} {form}" for form in forms}
        self.texts = names | {qualified(name, listener) for name in names}


def names_of(route: str, listener: str) -> tuple[str, ...]:
    """What a route is called where the names of parameters make no difference."""
    name = unnamed(route)
    return (name, qualified(name, listener)) if listener else (name,)


def _loosely(pattern: str) -> re.Pattern[str]:
    texts = (regex(form).replace(_ANY_SEGMENT, "[^/]+") for form in _forms(_PARAMETER.sub(_ANY_SEGMENT, pattern)))
    return re.compile("|".join(texts), re.IGNORECASE)


def _forms(text: str) -> Iterable[str]:
    """As a ``Reading`` has its forms: in the letter case and in none, as it stands and plain."""
    plain = _LAST_SLASH.sub("", _SLASHES.sub("/", unquote(text)))
    return dict.fromkeys((text, plain, fold(text), fold(plain)))


def _rank(path: str) -> tuple[bool, ...]:
    """Of two templates that a path belongs to, the one of lower rank is more special."""
    return tuple(map(is_parameter, split_path(path)))


def shields_of(declared: Iterable[str]) -> Templates:
    """Templates that keep their paths, in their letter case alone: what is written differently may be another path."""
    found = []
    for template in declared:
        method, _, path = unnamed(template).partition(" ")
        found += [f"{method} {form}" for form in dict.fromkeys((path, _LAST_SLASH.sub("", path)))]
    return Templates(found)


def declared_templates(globs: Iterable[str]) -> list[str]:
    """Those of some globs that are templates, ``METHOD /path/{name}``, without their ports."""
    matches = map(_TEMPLATE.fullmatch, globs)
    return [f"{match['method']} {match['path']}" for match in matches if match]
