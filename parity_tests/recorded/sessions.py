"""Whose calls are whose: each call gets the session of its client. Pure; bounded in sessions, and in calls of each."""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from crossfade.parity_tests.corpus.records import Call
from crossfade.shadow.compare.credentials import client_of
from crossfade.shadow.exchange import Answer, Request, header_values
from crossfade.shadow.exchange.route import RouteInfo

MAX_OPEN = 1000
"""More sessions than these are not open at a time: the one that was quiet longest ends."""
IDLE_S = 1800.0
"""A client that was quiet for so long begins another session."""
_MAX_COOKIES = 10_000
_MAX_SLUG_CHARS = 60
_NO_WORD = re.compile(r"[^a-z0-9]+")

Key = bytes


@dataclass(slots=True)
class _Open:
    """A session that goes on."""

    id: str
    calls: int
    last_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The session of a call; ``continues`` is the one of the same client before it; ``ended`` are over by now."""

    session_id: str
    continues: str = ""
    ended: tuple[str, ...] = ()


class Sessions:
    """Names the session of each call.

    A client is known by the first of ``by`` that its request has (``header:NAME``, ``cookie:NAME``, ``peer``); else by
    its credential; else by a cookie that legacy gave it, which begins a session; else by its address.
    """

    def __init__(self, by: tuple[str, ...], *, max_calls: int, first_number: int = 1) -> None:
        self._by = by
        self._max_calls = max_calls
        self._number = first_number
        self._open: OrderedDict[Key, _Open] = OrderedDict()
        self._cookies: OrderedDict[Key, Key] = OrderedDict()

    def place(self, call: Call, shown: RouteInfo) -> Placed:
        """The session of a call that has ended; ``shown`` is its route as it may be in the name of a file."""
        key = self._key(call)
        ended, continues = [], ""
        known = self._open.pop(key, None)
        at = call.request.started_at
        if known is not None and (known.calls >= self._max_calls or at - known.last_at > IDLE_S):
            continues = known.id
            ended.append(known.id)
            known = None
        if known is None:
            known = _Open(f"{self._number:04}-{slug(shown)}", 0, at)
            self._number += 1
        known.calls += 1
        known.last_at = max(known.last_at, at)
        self._open[key] = known
        if len(self._open) > MAX_OPEN:
            ended.append(self._open.popitem(last=False)[1].id)
        return Placed(session_id=known.id, continues=continues, ended=tuple(ended))

    def open_ids(self) -> tuple[str, ...]:
        """The sessions that go on."""
        return tuple(known.id for known in self._open.values())

    def _key(self, call: Call) -> Key:
        request = call.request
        chosen = _chosen(request, self._by)
        minted = _minted(call)
        key = _hash(chosen) if chosen is not None else self._without_choice(request, minted)
        for cookie in minted:
            self._cookies[cookie] = key
            self._cookies.move_to_end(cookie)
        while len(self._cookies) > _MAX_COOKIES:
            self._cookies.popitem(last=False)
        return key

    def _without_choice(self, request: Request, minted: tuple[Key, ...]) -> Key:
        if not header_values(request.headers, "authorization"):
            known = next((self._cookies[cookie] for cookie in _sent(request) if cookie in self._cookies), None)
            if known is not None:
                return known
            if minted:
                return minted[0]
        bare = tuple((name, value) for name, value in request.headers if name.lower() != "cookie")
        return _hash(client_of(replace(request, headers=bare)))


def slug(route: RouteInfo) -> str:
    """A route as a part of a file's name: ``get-builds-id``, ``buildservice-getbuild``."""
    name = route.route.rpartition(".")[2] if route.protocol == "grpc" else route.route
    return _NO_WORD.sub("-", name.lower()).strip("-")[:_MAX_SLUG_CHARS] or "calls"


def _chosen(request: Request, by: tuple[str, ...]) -> str | None:
    for rule in by:
        kind, _, name = rule.partition(":")
        if kind == "peer":
            return f"peer {request.peer}"
        values = header_values(request.headers, name) if kind == "header" else _cookies(request, name)
        if values:
            return "\n".join((rule, *values))
    return None


def _pairs(request: Request) -> Iterator[str]:
    return (pair.strip() for line in header_values(request.headers, "cookie") for pair in line.split(";"))


def _cookies(request: Request, wanted: str) -> tuple[str, ...]:
    pairs = (pair.partition("=") for pair in _pairs(request))
    return tuple(value for name, _, value in pairs if name == wanted)


def _sent(request: Request) -> Iterator[Key]:
    return (_hash(f"cookie {pair}") for pair in _pairs(request) if "=" in pair)


def _minted(call: Call) -> tuple[Key, ...]:
    """The cookies that the answer set, without those that it took away."""
    if not isinstance(call.reply, Answer):
        return ()
    pairs = (line.partition(";")[0].strip() for line in header_values(call.reply.headers, "set-cookie"))
    return tuple(_hash(f"cookie {pair}") for pair in pairs if pair.partition("=")[2])


def _hash(text: str) -> Key:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
