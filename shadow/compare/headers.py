"""Header fields that are not compared, by named lists, and how the others are."""

import datetime
from collections.abc import Iterator

from crossfade.shadow.compare.decode.dates import read_date, same_date
from crossfade.shadow.compare.decode.fields import read_field
from crossfade.shadow.compare.decode.grpc import metadata_value
from crossfade.shadow.compare.decode.media import is_json, meaning_of_type
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.compare.decode.rate_limits import without_usage
from crossfade.shadow.compare.decode.texts import Url
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.walk import leaf, walk
from crossfade.shadow.exchange import Headers, Protocol, header_values
from crossfade.shadow.exchange.difference import Difference, Kind, Value

# RFC 9110 7.6.1, RFC 9113 8.2.2: about one connection, not about the answer
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "alt-svc"}
)
# When and by which software it was sent; the length is checked through the body itself
DATE_LIKE = frozenset({"date", "age", "server", "via", "content-length", "x-powered-by"})
# grpc/doc/PROTOCOL-HTTP2.md: what the two ends agree on for one call
GRPC_TRANSPORT = frozenset(
    {"content-type", "grpc-encoding", "grpc-accept-encoding", "accept-encoding", "user-agent", "grpc-status"}
    | {"grpc-message", "grpc-status-details-bin"}
)
# Which side a gateway of ours called: read before anything is compared
OWN = frozenset({"x-crossfade-served-by"})
IGNORED = {
    Protocol.HTTP: HOP_BY_HOP | DATE_LIKE | OWN,
    Protocol.GRPC: HOP_BY_HOP | DATE_LIKE | OWN | GRPC_TRANSPORT,
}
COOKIE_FLAGS = frozenset({"secure", "httponly", "partitioned"})
COOKIE_ATTRIBUTES = COOKIE_FLAGS | {"path", "domain", "expires", "max-age", "samesite", "priority"}
_ADDRESSES = frozenset({"location", "content-location"})

Fields = dict[str, tuple[str, ...]]
_BLANKS = " \t\r\n"  # RFC 9110 5.6.3; a letter of UTF-8 may end with the byte of another blank
_LONG_AGO = datetime.datetime(2000, 1, 1, tzinfo=datetime.UTC)


def fields_of(headers: Headers, ignored: frozenset[str]) -> Fields:
    """Values by lower-case name, in order, without the ignored and without what is left of a rate limit."""
    found: dict[str, list[str]] = {}
    for name, value in headers:
        lower = name.lower()
        if lower not in ignored:
            found.setdefault(lower, []).append(value.strip(_BLANKS))
    return {name: without_usage(name, tuple(values)) for name, values in found.items()}


def diff_fields(legacy: Headers, candidate: Headers, part: str, protocol: Protocol) -> Iterator[Difference]:
    """Differences at ``part.NAME``; where a field's grammar names what differs, below it (``part.vary[origin]``).

    Set-Cookie is compared cookie by cookie, at ``part.set-cookie/COOKIE``.
    """
    return iter(()) if legacy == candidate else _diff_unequal(legacy, candidate, part, protocol)


def _diff_unequal(legacy: Headers, candidate: Headers, part: str, protocol: Protocol) -> Iterator[Difference]:
    ours, theirs = fields_of(legacy, IGNORED[protocol]), fields_of(candidate, IGNORED[protocol])
    if ours == theirs:
        return
    for name in sorted({*ours, *theirs}):
        place = Place.at(f"{part}.{name}")
        if name == "set-cookie":
            yield from walk(_cookies(ours.get(name, ())), _cookies(theirs.get(name, ())), place)
        elif name not in theirs:
            yield leaf(place, Kind.MISSING, _value(name, ours[name], protocol), None)
        elif name not in ours:
            yield leaf(place, Kind.ADDED, None, _value(name, theirs[name], protocol))
        elif ours[name] == theirs[name]:
            continue
        elif protocol is Protocol.GRPC:
            yield from walk(_value(name, ours[name], protocol), _value(name, theirs[name], protocol), place)
        elif name == "content-type":
            yield from _media_types(ours[name], theirs[name], place)
        elif name != "expires" or not (_has_expired(legacy) and _has_expired(candidate)):
            yield from _by_grammar(name, ours[name], theirs[name], place)


def _by_grammar(name: str, ours: tuple[str, ...], theirs: tuple[str, ...], place: Place) -> Iterator[Difference]:
    """What both sides' grammar gives; texts that are not the same are shown as they came."""
    left, right = read_field(name, ours), read_field(name, theirs)
    if isinstance(left, str) or isinstance(right, str):
        if left != right:
            text = Url if name in _ADDRESSES else str
            yield from walk(text(", ".join(ours)), text(", ".join(theirs)), place)
    else:
        yield from walk(left, right, place, proto=True)


def _media_types(ours: tuple[str, ...], theirs: tuple[str, ...], place: Place) -> Iterator[Difference]:
    """A type and its parameters; a charset of JSON, which means nothing (RFC 8259 11), has a place of its own."""
    left, right = (meaning_of_type(tuple(("content-type", value) for value in side)) for side in (ours, theirs))
    if left == right:
        return
    if left[0] == right[0] and is_json(left[0]) and _without_charset(left[1]) == _without_charset(right[1]):
        place = place.field("charset")
    yield from walk(", ".join(ours), ", ".join(theirs), place)


def _without_charset(params: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in params.items() if name != "charset"}


def _has_expired(headers: Headers) -> bool:
    """Whether an answer was stale when sent; a value that is no date, such as 0, is in the past (RFC 9111 5.3)."""
    values = header_values(headers, "expires")
    moment = read_date(values[0]) if len(values) == 1 else None
    sent = read_date("".join(header_values(headers, "date")))
    return moment is None or moment <= (sent or _LONG_AGO)


def _value(name: str, values: tuple[str, ...], protocol: Protocol) -> Value:
    """Binary metadata of a call as bytes; other fields as one text, several joined (RFC 9110 5.3)."""
    if protocol is Protocol.GRPC and name.endswith("-bin"):
        return metadata_value(name, values)
    return ", ".join(values)


def _cookies(values: tuple[str, ...]) -> Value:
    """Cookies by name: the value, and the attributes in lower case. What comes twice is kept twice."""
    return keep_repeated(map(_cookie, values))


def _cookie(text: str) -> tuple[str, Value]:
    pair, *attributes = text.split(";")
    name, mark, content = pair.partition("=")
    if not mark:  # RFC 6265 5.2: no cookie
        return "", text
    parts = (part.strip().partition("=") for part in attributes if part.strip())
    fields: list[tuple[str, Value]] = [("value", content.strip(_BLANKS))]
    return name.strip(), keep_repeated(
        [*fields, *(_attribute(key.strip().lower(), value.strip()) for key, _, value in parts)]
    )


def _attribute(name: str, value: str) -> tuple[str, Value]:
    """As a client reads it: a flag is there or not, a domain has no dot in front (RFC 6265 5.2)."""
    match name:
        case "expires":
            return name, same_date(value)
        case "domain":
            return name, value.lower().removeprefix(".")
        case "samesite":
            return name, value.lower()
        case _:
            return name, "" if name in COOKIE_FLAGS else value
