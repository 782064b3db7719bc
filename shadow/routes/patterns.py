"""The globs by which rules name routes. Only ``*`` and ``?`` are special: routes have brackets of their own. Pure."""

import re
from collections.abc import Iterable
from fnmatch import translate
from functools import lru_cache
from urllib.parse import unquote

from crossfade.shadow.routes.spelling import fold
from crossfade.shadow.routes.templates import Templates

_PARAMETER = re.compile(r"(?<=/)\{[^/{}]*\}(?=/|\Z)")
_TEMPLATE = re.compile(r"(?:(?P<listener>.*) )?(?P<method>[A-Z]+) (?P<path>/[^*? ]*)")
_SLASHES = re.compile(r"/{2,}")
_LAST_SLASH = re.compile(r"(?<=[^ /*?])/+\Z")
_ANY_SEGMENT = "\ue000"  # of the private use area: no path is read as one that holds it


def qualified(route: str, listener: str) -> str:
    """The name of a route with its port in front, where there is one to be told."""
    return f"{listener} {route}" if listener else route


def speaks_of(glob: str, route: str, listener: str = "") -> bool:
    """Whether a rule with this glob speaks of a route; one that names no port speaks of the route on each.

    What a parameter is called makes no difference.
    """
    return any(map(_compiled(glob).match, names_of(route, listener)))


def unnamed(route: str) -> str:
    """A route whose parameters have no names."""
    return _PARAMETER.sub("{}", route) if "{" in route else route


@lru_cache(maxsize=1024)
def _compiled(glob: str) -> re.Pattern[str]:
    return re.compile(_regex(unnamed(glob)))


def _regex(glob: str) -> str:
    """By ``fnmatch``, which never tries a star again once what follows it was found: no glob is slow."""
    return translate(glob.replace("[", "[[]"))


class Pattern:
    """A glob as it stands, and as whoever wrote it may have meant it: without letter case, escapes, a last slash."""

    def __init__(self, glob: str, declared: Iterable[str] = ()) -> None:
        """``declared`` templates that are more special keep their paths: ``/users/me`` is not ``/users/{id}``."""
        self._as_written = _compiled(glob).match
        template = _TEMPLATE.fullmatch(glob) if _PARAMETER.search(glob) else None
        self._listener: str | None = template["listener"] if template else None
        self._method: str = template["method"] if template else ""
        paths = set(map(str, _forms(unnamed(template["path"])))) if template else set()
        self._paths = frozenset(paths)
        self._templates = Templates([f"{self._method} {path}" for path in sorted(paths)] + _shields(declared))
        self._loosely = _loosely(glob).match

    def names(self, texts: Iterable[str]) -> bool:
        """Whether it speaks of one of the names of a request as it stands; see ``speaks_of``."""
        return any(map(self._as_written, texts))

    def means(self, way: "Way") -> bool:
        """Whether a request that is read in this way may be meant."""
        if not any(map(self._loosely, way.texts)):
            return False
        if not self._method:
            return True
        if way.method != self._method or self._listener not in {None, way.listener}:
            return False
        return any(self._templates.find(way.method, form) in self._paths for form in way.forms)


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


def _loosely(glob: str) -> re.Pattern[str]:
    texts = (_regex(form).replace(_ANY_SEGMENT, "[^/]+") for form in _forms(_PARAMETER.sub(_ANY_SEGMENT, glob)))
    return re.compile("|".join(texts), re.IGNORECASE)


def _forms(text: str) -> Iterable[str]:
    """As a ``Reading`` has its forms: in the letter case and in none, as it stands and plain."""
    plain = _LAST_SLASH.sub("", _SLASHES.sub("/", unquote(text)))
    return dict.fromkeys((text, plain, fold(text), fold(plain)))


def _shields(declared: Iterable[str]) -> list[str]:
    """In their letter case alone: what is written otherwise may be another path."""
    found = []
    for template in declared:
        method, _, path = unnamed(template).partition(" ")
        found += [f"{method} {form}" for form in dict.fromkeys((path, _LAST_SLASH.sub("", path)))]
    return found


def declared_templates(globs: Iterable[str]) -> list[str]:
    """Those of some globs that are templates, ``METHOD /path/{name}``, without their ports."""
    matches = map(_TEMPLATE.fullmatch, globs)
    return [f"{match['method']} {match['path']}" for match in matches if match]
