"""Header fields that are not compared, by named lists, and how the others are."""

from collections.abc import Iterator

from crossfade.shadow.compare.decode.grpc import metadata_value
from crossfade.shadow.compare.decode.media import media_type
from crossfade.shadow.compare.decode.names import keep_repeated
from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.walk import leaf, walk
from crossfade.shadow.compare.difference import Difference, Kind, Value
from crossfade.shadow.exchange import Headers, Protocol

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
# Which side a gateway of ours asked: read before anything is compared
OWN = frozenset({"x-crossfade-served-by"})
IGNORED = {
    Protocol.HTTP: HOP_BY_HOP | DATE_LIKE | OWN,
    Protocol.GRPC: HOP_BY_HOP | DATE_LIKE | OWN | GRPC_TRANSPORT,
}

Fields = dict[str, tuple[str, ...]]


def fields_of(headers: Headers, ignored: frozenset[str]) -> Fields:
    """Values by lower-case name, in order, without the ignored."""
    found: Fields = {}
    for name, value in headers:
        lower = name.lower()
        if lower not in ignored:
            found[lower] = (*found.get(lower, ()), value.strip())
    return found


def diff_fields(legacy: Headers, candidate: Headers, part: str, protocol: Protocol) -> Iterator[Difference]:
    """Differences at ``part.NAME``; Set-Cookie is compared cookie by cookie, at ``part.set-cookie/COOKIE``."""
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
        elif not _same_media(name, ours[name], theirs[name]):
            yield from walk(_value(name, ours[name], protocol), _value(name, theirs[name], protocol), place)


def _same_media(name: str, ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    return name == "content-type" and _media(ours) == _media(theirs)


def _media(values: tuple[str, ...]) -> tuple[str, dict[str, str]]:
    """Type and parameters; the case of a charset says nothing (RFC 9110 8.3.2)."""
    kind, params = media_type(tuple(("content-type", value) for value in values))
    return kind, {name: value.lower() if name == "charset" else value for name, value in params.items()}


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
    name, _, content = pair.partition("=")
    parts = (part.strip().partition("=") for part in attributes)
    fields: list[tuple[str, Value]] = [("value", content.strip())]
    return name.strip(), keep_repeated([*fields, *((key.strip().lower(), value.strip()) for key, _, value in parts)])
