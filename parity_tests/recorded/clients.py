"""Whose a call is: by what its request has, or by what its answer gave that comes back later. Pure and bounded."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.compare.credentials import client_of
from crossfade.shadow.compare.decode.media import is_json, media_type
from crossfade.shadow.exchange import Answer, Headers, Request, header_values

MAX_GIVEN = 10_000
"""So many cookies and tokens of answers are remembered, the newest."""
_MAX_READ_BYTES = 65_536
_TOKEN = re.compile(
    rb'"(?:access|auth|id|session)?[_-]?(?:token|jwt)"\s*:\s*"([A-Za-z0-9._~+/=-]{16,4096})"', re.IGNORECASE
)

Client = bytes
"""A digest of what a client is known by."""


class Clients:
    """Tells clients apart.

    One is known by the first of ``by`` that its request has, or else its answer gives it (``header:NAME``,
    ``cookie:NAME``, ``peer``); else by its credential, and a token that an answer gave is that of whoever got it; else
    by a cookie that legacy gave it; else by its address. An answer that gives a cookie or a token to a client that has
    none makes it another client: many may have the same address.
    """

    def __init__(self, by: tuple[str, ...]) -> None:
        self._by = by
        self._given: OrderedDict[Client, Client] = OrderedDict()

    def of(self, call: Call) -> Client:
        """The client of a call that has ended."""
        chosen = next(_chosen(call.request, self._by), None)
        by_answer, given = tuple(_given_by_rule(call, self._by)), tuple(_given(call))
        if chosen is not None:
            client = self._known(chosen)
        elif by_answer:
            client = self._known(by_answer[0])
        else:
            client = self._by_itself(call.request, given)
        self._remember((*by_answer, *given), client)
        return client

    def _by_itself(self, request: Request, given: tuple[Client, ...]) -> Client:
        authorizations = header_values(request.headers, "authorization")
        marks = map(_token, authorizations) if authorizations else _cookie_marks(request)
        known = next((self._given[mark] for mark in marks if mark in self._given), None)
        if known is not None:
            return known
        if given and not authorizations:
            return given[0]
        bare = tuple((name, value) for name, value in request.headers if name.lower() != "cookie")
        return _mark(client_of(replace(request, headers=bare)))

    def _known(self, mark: Client) -> Client:
        return self._given.get(mark, mark)

    def _remember(self, marks: tuple[Client, ...], client: Client) -> None:
        for mark in marks:
            self._given[mark] = client
            self._given.move_to_end(mark)
        while len(self._given) > MAX_GIVEN:
            self._given.popitem(last=False)


def _chosen(request: Request, by: tuple[str, ...]) -> Iterator[Client]:
    """What its request has of the rules, in their order."""
    for rule in by:
        kind, _, name = rule.partition(":")
        if kind == "peer":
            yield _mark(f"peer {request.peer}")
        elif kind == "header":
            yield from _header_marks(request.headers, name)
        else:
            yield from (_cookie(pair) for pair in _pairs(request) if pair.partition("=")[0] == name)


def _given_by_rule(call: Call, by: tuple[str, ...]) -> Iterator[Client]:
    """What its answer has of the rules."""
    headers = call.reply.headers if isinstance(call.reply, Answer) else ()
    for rule in by:
        kind, _, name = rule.partition(":")
        if kind == "header":
            yield from _header_marks(headers, name)
        elif kind == "cookie":
            yield from (_cookie(pair) for pair in _set_cookies(headers) if pair.partition("=")[0] == name)


def _given(call: Call) -> Iterator[Client]:
    """The cookies that the answer sets, without those that it takes away, and the tokens in the JSON of a login.

    A login is a write; a token in the answer to a read is a place in a list.
    """
    reply = call.reply
    if not isinstance(reply, Answer):
        return
    yield from map(_cookie, _set_cookies(reply.headers))
    if call.write and is_json(media_type(reply.headers)[0]) and len(reply.body) <= _MAX_READ_BYTES:
        yield from (_token(match[1].decode()) for match in _TOKEN.finditer(reply.body))


def _header_marks(headers: Headers, name: str) -> Iterator[Client]:
    return (_mark(f"header {name.lower()}: {value}") for value in header_values(headers, name))


def _pairs(request: Request) -> Iterator[str]:
    return (pair.strip() for line in header_values(request.headers, "cookie") for pair in line.split(";"))


def _cookie_marks(request: Request) -> Iterator[Client]:
    return map(_cookie, _pairs(request))


def _set_cookies(headers: Headers) -> Iterator[str]:
    pairs = (line.partition(";")[0].strip() for line in header_values(headers, "set-cookie"))
    return (pair for pair in pairs if pair.partition("=")[2])


def _cookie(pair: str) -> Client:
    return _mark(f"cookie {pair}")


def _token(credential: str) -> Client:
    """A token with or without the word of its scheme."""
    return _mark(f"token {credential.strip().rpartition(' ')[2]}")


def _mark(text: str) -> Client:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
