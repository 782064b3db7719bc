"""Header fields by their grammars: two spellings of one meaning are one value (RFC 9110 5.6, and as named below).

Field names, tokens of a set without order and directives by name become keys, so that a difference names the one that
differs. A field that does not follow its grammar stays text.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from crossfade.shadow.compare.decode.dates import same_date
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.compare.decode.proto import ProtoMap, ProtoMessage
from crossfade.shadow.compare.decode.texts import Url
from crossfade.shadow.exchange.difference import Value

_NAME = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_QUOTED = r'"(?:[^"\\]|\\.)*+"'
_ITEM = re.compile(rf'(?:[^",]|{_QUOTED})*+', re.DOTALL)
_PART = re.compile(rf'(?:[^";]|{_QUOTED})*+', re.DOTALL)
_LINK_ITEM = re.compile(rf'(?:[^"<,]|<[^>]*+>|{_QUOTED})*+', re.DOTALL)
_PAIR = re.compile(rf"({_NAME})(?:\s*+=\s*+({_NAME}|{_QUOTED})?+)?+", re.DOTALL)
_LOOSE_PAIR = re.compile(rf"({_NAME})(?:\s*+=\s*+({_QUOTED}|[^\s\"]*+))?+", re.DOTALL)
_CHALLENGE = re.compile(rf"({_NAME})[ \t]++(\S.*)", re.DOTALL)
_ASSIGNED = re.compile(rf"{_NAME}\s*+=\s*+[^\s=]")
_LINK = re.compile(r"<([^>]*)>\s*+(?:;(.*))?+", re.DOTALL)

TYPE = "(type)"
"""What a field is, where parameters follow: a disposition, a scheme."""


class _NotByGrammarError(Exception):
    """A field that its grammar does not give."""


def read_field(name: str, values: tuple[str, ...]) -> Value:
    """The value of a field by its lower-case name: by its grammar where it has one here and keeps to it, else as text.

    Several fields of one name are one with their values joined (RFC 9110 5.3).
    """
    text = ", ".join(values)
    grammar = _GRAMMARS.get(name)
    if grammar is None:
        return text
    try:
        return grammar(text)
    except _NotByGrammarError:
        return text


def _split(separated: re.Pattern[str], text: str) -> list[str]:
    """The parts of a list without the empty ones (RFC 9110 5.6.1.2). Raises: _NotByGrammarError: an open quote."""
    at, parts = 0, []
    while at <= len(text):
        end = separated.match(text, at).end()  # type: ignore[union-attr] # it matches the empty text
        if end < len(text) and text[end] not in ",;":
            raise _NotByGrammarError
        if part := text[at:end].strip():
            parts.append(part)
        at = end + 1
    return parts


def _plain(value: str | None) -> str:
    """A token, or what a quoted string holds; an empty one in quotes differs from none."""
    if value is None or not value.startswith('"'):
        return value or ""
    return re.sub(r"\\(.)", r"\1", value[1:-1], flags=re.DOTALL) or '""'


def _pairs(parts: Iterable[str], pair: re.Pattern[str] = _PAIR) -> Iterator[tuple[str, str]]:
    for part in parts:
        match = pair.fullmatch(part)
        if match is None:
            raise _NotByGrammarError
        yield match[1].lower(), _plain(match[2])


def _named(pairs: Iterable[tuple[str, Value]]) -> Value:
    return ProtoMessage(keep_repeated(pairs))


# What grammars there are


def _names(text: str) -> Value:
    """A set of names without case, in any order."""
    return ProtoMap({item: item for item in map(str.lower, _split(_ITEM, text))})


def _methods(text: str) -> Value:
    """A set of methods, which have case (RFC 9110 9.1), in any order."""
    return ProtoMap({item: item for item in _split(_ITEM, text)})


def _directives(text: str) -> Value:
    """Directives by name, in any order; an argument is a token or a quoted string (RFC 9111 5.2)."""
    return _named((name, _argument(name, value)) for name, value in _pairs(_split(_ITEM, text)))


def _argument(name: str, value: str) -> str:
    if name not in {"no-cache", "private"} or not value:
        return value
    return ", ".join(sorted({item.strip().lower() for item in value.split(",")}))  # a list of field names


def _settings(text: str) -> Value:
    """Directives behind semicolons, by name, in any order (RFC 6797 6.1)."""
    return _named(_pairs(_split(_PART, text)))


def _policy(text: str) -> Value:
    """The directives of one content security policy by name, in any order (CSP 3, 2.2.1)."""
    if "," in text:
        raise _NotByGrammarError  # several policies
    parts = (part.partition(" ") for part in text.replace("\t", " ").split(";") if part.strip())
    return _named((name.lower(), " ".join(rest.split())) for name, _, rest in (_stripped(part) for part in parts))


def _stripped(parts: tuple[str, str, str]) -> tuple[str, str, str]:
    return "".join(parts).strip().partition(" ")


def _disposition(text: str) -> Value:
    """A type and its parameters (RFC 6266 4.1)."""
    kind, *rest = _split(_PART, text) or ("",)
    return _named([(TYPE, kind.lower()), *_pairs(rest, _LOOSE_PAIR)])


def _challenge(text: str) -> Value:
    """A scheme and its parameters, in any order (RFC 9110 11.6.1); several challenges stay text."""
    match = _CHALLENGE.fullmatch(text)
    if match is None:
        return _named([(TYPE, _scheme(text))])
    parts = _split(_ITEM, match[2])
    if not all(map(_ASSIGNED.match, parts)):
        raise _NotByGrammarError  # a token68, which has case
    return _named([(TYPE, match[1].lower()), *_pairs(parts)])


def _scheme(text: str) -> str:
    if not re.fullmatch(_NAME, text):
        raise _NotByGrammarError  # several challenges
    return text.lower()


def _links(text: str) -> Value:
    """Links in their order, each a target and parameters (RFC 8288 3); relations have no case."""
    return tuple(_link(item) for item in _split(_LINK_ITEM, text))


def _link(text: str) -> Value:
    match = _LINK.fullmatch(text)
    if match is None:
        raise _NotByGrammarError
    params = _pairs(_split(_PART, match[2] or ""), _LOOSE_PAIR)
    return _named(
        [("target", Url(match[1])), *((key, value.lower() if key == "rel" else value) for key, value in params)]
    )


def _without_case(text: str) -> Value:
    return ", ".join(item.lower() for item in _split(_ITEM, text))


def _codings(text: str) -> Value:
    """Content codings in their order; x-gzip and x-compress are old names (RFC 9110 8.4.1)."""
    names = (item.lower() for item in _split(_ITEM, text))
    return ", ".join(name[2:] if name in {"x-gzip", "x-compress"} else name for name in names)


_GRAMMARS: dict[str, Callable[[str], Value]] = {
    "vary": _names,  # RFC 9110 12.5.5
    "access-control-allow-headers": _names,  # Fetch 3.3.3
    "access-control-expose-headers": _names,
    "accept-ranges": _names,  # RFC 9110 14.1: units have no case
    "allow": _methods,  # RFC 9110 10.2.1
    "access-control-allow-methods": _methods,
    "cache-control": _directives,  # RFC 9111 5.2
    "cdn-cache-control": _directives,  # RFC 9213
    "surrogate-control": _directives,
    "pragma": _directives,  # RFC 9111 5.4
    "strict-transport-security": _settings,  # RFC 6797 6.1
    "content-security-policy": _policy,
    "content-security-policy-report-only": _policy,
    "content-disposition": _disposition,  # RFC 6266
    "www-authenticate": _challenge,  # RFC 9110 11.6.1
    "proxy-authenticate": _challenge,
    "link": _links,  # RFC 8288
    "content-language": _without_case,  # RFC 9110 8.5.1
    "x-content-type-options": _without_case,  # Fetch 3.6
    "x-frame-options": _without_case,  # RFC 7034 2.1
    "content-encoding": _codings,  # RFC 9110 8.4.1
    "last-modified": same_date,  # RFC 9110 5.6.7
    "expires": same_date,
}
