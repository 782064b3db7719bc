"""The values that a message carries where a handle may stand, for half the work of reading it. Pure."""

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.messages import NO_HANDLES, rewrite_answer, rewrite_body, rewrite_call, rewrite_fields
from crossfade.shadow.bindings.names import Site
from crossfade.shadow.bindings.scopes import is_id_site
from crossfade.shadow.bindings.shapes import MAX_TOKEN_CHARS, MIN_TOKEN_CHARS, is_short_id
from crossfade.shadow.bindings.texts import Change, rewrite_target
from crossfade.shadow.compare.decode.media import is_json, media_type
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request, header_values

_MAX_LOOKED_AT = 65_536
_MOST_KEPT = 2048
_MOST_KEPT_CHARS = 2048
"""Longer targets and header fields are read each time; so what is kept of them takes some megabytes."""
_RUN = re.compile(r"[A-Za-z0-9_-]+")
_JSON_LEAVES = re.compile(r'"([^"]*)"(\s*:)?|(-?[0-9]+)')
_OF_RUNS = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_BLANKED = bytes(byte if byte in _OF_RUNS else 0x20 for byte in range(256))
"""To translate all but runs to blanks; so every byte of a character beyond ASCII."""
_ID_MEMBERS = re.compile(r'[iI][dD]s?"\s*:\s*(?:"([^"\\]{1,14})"|([0-9]{1,14}))')
_NAMED_IDS = re.compile(r'"([A-Za-z0-9_-]{0,60}[iI][dD]s?)"\s*+:\s*+(?:"([^"\\]{1,14})"|([0-9]{1,14}))')


def request_values(request: Request, contract: Contract | None) -> list[tuple[str, Site]]:
    """The values of a request that may be handles, with their places."""
    found = [] if request.protocol is Protocol.GRPC else [*_target_values(request.target)]
    for field in (*request.headers, *request.trailers):
        if field[0] not in NO_HANDLES:
            found += _field_values(field)
    if request.body:
        found += _body_values(request, contract)
    return found


def answer_values(request: Request, answer: Answer, contract: Contract | None) -> frozenset[str]:
    """The values of an answer that a client may send back, and perhaps a few more.

    JSON without an escape holds each text and whole number as it is (RFC 8259).
    """
    if request.protocol is Protocol.GRPC or not is_plain_json(answer.headers) or b"\\" in answer.body:
        noted: list[tuple[str, Site]] = []
        rewrite_answer(request, answer, _noting(noted), contract)
        return frozenset(text for text, _ in noted)
    found = {text for field in (*answer.headers, *answer.trailers) for text, _ in _field_values(field)}
    text = answer.body.decode("utf-8", "replace")
    found.update(
        leaf
        for name_or_text, colon, number in _JSON_LEAVES.findall(text)
        if not colon and MIN_TOKEN_CHARS <= len(leaf := name_or_text or number) <= MAX_TOKEN_CHARS
    )
    found.update(id_members(text))
    return frozenset(found)


def is_plain_json(headers: Headers) -> bool:
    """Whether a body is JSON without a content coding."""
    return is_json(media_type(headers)[0]) and not header_values(headers, "content-encoding")


def runs(text: str) -> set[str]:
    """The runs of letters, digits, - and _ in a text: no handle is without one."""
    return set(_RUN.findall(text))


def long_runs(text: bytes) -> list[str]:
    """Those of them that are long enough to be handles, and have a digit, a - or a _."""
    words = text.translate(_BLANKED).split()
    return [word.decode("ascii") for word in words if len(word) >= MIN_TOKEN_CHARS and not word.isalpha()]


def sent_runs(request: Request) -> list[str]:
    """The runs that a client sent, but for its credentials."""
    found = long_runs(request.target.encode("utf-8", "replace"))
    if request.body:
        found += long_runs(request.body[:_MAX_LOOKED_AT])
    return found


def named_ids(text: str) -> Iterator[tuple[str, str]]:
    """The names and short values of members of a JSON text that are ids by their names."""
    return ((name, text or number) for name, text, number in _NAMED_IDS.findall(text))


def id_members(text: str) -> Iterator[str]:
    """The short values of members of a JSON text that are ids by their names."""
    return (text or number for text, number in _ID_MEMBERS.findall(text))


def _noting(found: list[tuple[str, Site]]) -> Change:
    """Replaces nothing, and adds to ``found`` what may be a handle."""

    def note(text: str, site: Site) -> None:
        if MIN_TOKEN_CHARS <= len(text) <= MAX_TOKEN_CHARS or (is_id_site(site) and is_short_id(text)):
            found.append((text, site))

    return note


def _target_values(target: str) -> tuple[tuple[str, Site], ...]:
    return (_values_of_target if len(target) <= _MOST_KEPT_CHARS else _values_of_target.__wrapped__)(target)


def _field_values(field: tuple[str, str]) -> tuple[tuple[str, Site], ...]:
    return (_values_of_field if len(field[1]) <= _MOST_KEPT_CHARS else _values_of_field.__wrapped__)(field)


def _body_values(request: Request, contract: Contract | None) -> Iterable[tuple[str, Site]]:
    if request.protocol is not Protocol.GRPC or request.truncated or len(request.body) > _MOST_KEPT_CHARS:
        found: list[tuple[str, Site]] = []
        rewrite_body(request, _noting(found), contract)
        return found
    codings = header_values(request.headers, "grpc-encoding")
    return _values_of_call(request.target, codings, request.body, contract)


@lru_cache(_MOST_KEPT)
def _values_of_call(
    target: str, codings: tuple[str, ...], body: bytes, contract: Contract | None
) -> tuple[tuple[str, Site], ...]:
    found: list[tuple[str, Site]] = []
    headers = tuple(("grpc-encoding", coding) for coding in codings)
    rewrite_call(target, headers, body, _noting(found), contract)
    return tuple(found)


@lru_cache(_MOST_KEPT)
def _values_of_target(target: str) -> tuple[tuple[str, Site], ...]:
    found: list[tuple[str, Site]] = []
    rewrite_target(target, _noting(found))
    return tuple(found)


@lru_cache(_MOST_KEPT)
def _values_of_field(field: tuple[str, str]) -> tuple[tuple[str, Site], ...]:
    """Kept, because a client sends most of its fields with every request."""
    found: list[tuple[str, Site]] = []
    rewrite_fields((field,), _noting(found))
    return tuple(found)
