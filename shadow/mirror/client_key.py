"""By what a client is known, so that it stays on its side (``[canary] key``). Pure."""

from collections.abc import Iterable, Iterator

from crossfade.shadow.capture.sink import RequestHead
from crossfade.shadow.compare.credentials import authorization_of
from crossfade.shadow.exchange import Headers, header_values

_AUTHORIZATION = "authorization"


def client_key(rules: Iterable[str], head: RequestHead) -> str | None:
    """What the first rule gives that the request has something of; None: none gives anything.

    A rule is ``header:NAME``, ``cookie:NAME`` or ``peer``. Of a JWT in Authorization it is what it says of the person:
    another token of the same person is the same client.
    """
    for rule in rules:
        kind, _, name = rule.partition(":")
        if (value := next(_values(kind, name, head), "")) != "":
            return f"{rule.lower() if kind == 'header' else rule} {value}"
    return None


def _values(kind: str, name: str, head: RequestHead) -> Iterator[str]:
    if kind == "peer":
        yield head.peer
    elif kind == "cookie":
        yield from _cookies(name, head.headers)
    elif name.lower() == _AUTHORIZATION:
        yield from authorization_of(header_values(head.headers, name))
    else:
        yield from header_values(head.headers, name)


def _cookies(name: str, headers: Headers) -> Iterator[str]:
    for line in header_values(headers, "cookie"):
        for pair in line.split(";"):
            found, _, value = pair.strip().partition("=")
            if found == name:
                yield value
