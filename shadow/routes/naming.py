"""One request matched against rules: strictly where a rule allows something, loosely where it keeps something back.

A rule that allows is one that would send what is not sent without it: a write, a header field. It must mean the request
as it stands, and mean it in every way to read it. A rule that keeps back means a request as soon as one way to read it
is meant: the candidate, or what is in front of it, may read it in that way.
"""

import re
from collections.abc import Container, Iterable
from functools import cached_property
from typing import Protocol as Interface
from urllib.parse import unquote

from crossfade.shadow.exchange import Headers, Protocol
from crossfade.shadow.routes.patterns import Pattern, Way, names_of
from crossfade.shadow.routes.spelling import Reading, escapable, exact_path, readings
from crossfade.shadow.routes.templates import Templates, split_path

_LOOKS_LIKE_VALUE = re.compile(r"\d|^[0-9a-fA-F-]{16,}$|[^\w.~-]|.{33,}")
_MAX_SEGMENTS = 32
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # RFC 9110 5.6.2
_OTHER_METHOD = frozenset({"x-http-method-override", "x-http-method", "x-method-override"})
_OTHER_PATH = frozenset({"x-original-url", "x-rewrite-url"})
_METHOD_IN_QUERY = re.compile(
    f"[?&;](?:{'|'.join(map(escapable, ('_method', *sorted(_OTHER_METHOD))))})=([^&;#]{{0,99}})", re.IGNORECASE
)
_MAX_OVERRIDES = 4
_MAX_OVERRIDE_CHARS = 2048  # of all paths in fields


class RequestLine(Interface):
    """What a rule can know of a request."""

    @property
    def protocol(self) -> Protocol:
        """How it is read."""

    @property
    def method(self) -> str:
        """As it was sent."""

    @property
    def target(self) -> str:
        """As it was sent."""

    @property
    def headers(self) -> Headers:
        """As they were sent."""


def is_method(text: str) -> bool:
    """Whether a text can be a method of HTTP/1.1; in HTTP/2 one may hold blanks, and look like a port and a method."""
    return _TOKEN.fullmatch(text) is not None


def exact_name(templates: Templates, protocol: Protocol, method: str, target: str) -> str:
    """The name of a request's route, were routes without bound: its template, or what its path looks like.

    A path that is too deep to have a route is its own name, and so is that of ``OPTIONS *``.
    """
    if protocol is Protocol.GRPC:
        return target.removeprefix("/")
    path = exact_path(target)
    template = templates.find(method, path) or (templates.find("GET", path) if method == "HEAD" else None)
    if template is not None:
        return f"{method} {template}"
    segments = split_path(path)
    if path == "*" or len(segments) > _MAX_SEGMENTS:
        return f"{method} {path}"
    return f"{method} /{'/'.join(_infer(part) for part in segments)}"


class RequestNames:
    """One request as rules see it; nothing is worked out before a rule wants to know."""

    def __init__(
        self, line: RequestLine, listener: str, templates: Templates, calls: Container[str] = frozenset()
    ) -> None:
        """``listener`` is the name of the port by which it came, ``templates`` are those of the config.

        ``calls`` are the methods of the contract: another request is gRPC by its client's word alone.
        """
        self._line = line
        self._listener = listener
        self._templates = templates
        self._calls = calls

    @cached_property
    def _names(self) -> tuple[str, ...]:
        """The names of the request as it stands: of its route, and of itself; none where its method is no token."""
        line = self._line
        if line.protocol is Protocol.HTTP and not is_method(line.method):
            return ()
        name = exact_name(self._templates, line.protocol, line.method, line.target)
        itself = name if line.protocol is Protocol.GRPC else f"{line.method} {exact_path(line.target)}"
        return (*names_of(name, self._listener), *(names_of(itself, self._listener) if itself != name else ()))

    @cached_property
    def methods(self) -> frozenset[str]:
        """The methods, in capitals, by which a server may serve it: frameworks let a field or a query name another."""
        line = self._line
        if line.protocol is Protocol.GRPC:
            return frozenset({""})
        others = [value for name, value in line.headers if name.lower() in _OTHER_METHOD]
        others += map(unquote, _METHOD_IN_QUERY.findall(line.target))
        return frozenset(other.strip().upper() for other in (line.method, *others))

    def matches(self, pattern: Pattern) -> bool:
        """Whether a rule matches the request as it stands."""
        return pattern.matches(self._names)

    def matches_strictly(self, pattern: Pattern) -> bool:
        """Whether a rule that allows something matches it: as it stands, and in every way to read it."""
        if not self.matches(pattern) or self._readings is None:
            return False
        return all(map(pattern.may_mean, self._ways(self.methods)))

    def may_match(self, pattern: Pattern) -> bool:
        """Whether a rule that keeps something back may match it; always where it can't be read."""
        return self._readings is None or any(map(pattern.may_mean, self._loose_ways))

    @cached_property
    def _readings(self) -> tuple[Reading, ...] | None:
        line = self._line
        http = line.protocol is Protocol.HTTP
        others = [value for name, value in line.headers if http and name.lower() in _OTHER_PATH]
        if len(others) > _MAX_OVERRIDES or len(self.methods) > _MAX_OVERRIDES:
            return None
        if sum(map(len, others)) > _MAX_OVERRIDE_CHARS:
            return None
        found: list[Reading] = []
        for target in (line.target, *others):
            if (more := readings(target)) is None:
                return None
            found += more
        return tuple(found)

    @cached_property
    def _loose_ways(self) -> tuple[Way, ...]:
        """HEAD is answered by what answers GET (RFC 9110 9.3.2), and any client may call its request gRPC."""
        line, methods = self._line, self.methods
        if line.protocol is Protocol.GRPC and line.target.removeprefix("/") not in self._calls:
            methods |= {line.method.upper()}
        return tuple(self._ways(methods | {"GET"} if "HEAD" in methods else methods))

    def _ways(self, methods: Iterable[str]) -> Iterable[Way]:
        found = self._readings or ()
        return (Way(method, reading.forms, self._listener) for method in sorted(methods) for reading in found)


def _infer(part: str) -> str:
    """A segment that looks like a value (digits, long hex, odd characters) becomes ``{id}``."""
    return "{id}" if _LOOKS_LIKE_VALUE.search(unquote(part)) else part
