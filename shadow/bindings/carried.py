"""The values that a message carries where a handle may stand, for half the work of reading it. Pure."""

import re
from collections.abc import Iterator

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.messages import rewrite_answer, rewrite_request
from crossfade.shadow.bindings.names import Site
from crossfade.shadow.bindings.scopes import is_id_site
from crossfade.shadow.bindings.shapes import MAX_TOKEN_CHARS, MIN_TOKEN_CHARS, is_short_id
from crossfade.shadow.compare.decode.media import is_json, media_type
from crossfade.shadow.exchange import Answer, Headers, Protocol, Request, header_values

_MAX_LOOKED_AT = 65_536
_RUN = re.compile(r"[A-Za-z0-9_-]+")
_JSON_LEAVES = re.compile(r'"([^"]*)"(\s*:)?|(-?[0-9]+)')
_LONG_RUN = re.compile(r"[A-Za-z0-9_-]{8,}")
_ID_MEMBERS = re.compile(r'[iI][dD]s?"\s*:\s*(?:"([^"\\]{1,14})"|([0-9]{1,14}))')
_NAMED_IDS = re.compile(r'"([A-Za-z0-9_-]{0,60}[iI][dD]s?)"\s*+:\s*+(?:"([^"\\]{1,14})"|([0-9]{1,14}))')


def request_values(request: Request, contract: Contract | None) -> list[tuple[str, Site]]:
    """The values of a request that may be handles, with their places."""
    found: list[tuple[str, Site]] = []

    def note(text: str, site: Site) -> None:
        if MIN_TOKEN_CHARS <= len(text) <= MAX_TOKEN_CHARS or (is_id_site(site) and is_short_id(text)):
            found.append((text, site))

    rewrite_request(request, note, contract)
    return found


def answer_values(request: Request, answer: Answer, contract: Contract | None) -> frozenset[str]:
    """The values of an answer that a client may send back, and perhaps a few more.

    JSON without an escape holds each text and whole number as it is (RFC 8259).
    """
    found: set[str] = set()

    def note(text: str, site: Site) -> None:
        if MIN_TOKEN_CHARS <= len(text) <= MAX_TOKEN_CHARS or (is_id_site(site) and is_short_id(text)):
            found.add(text)

    if request.protocol is Protocol.GRPC or not is_plain_json(answer.headers) or b"\\" in answer.body:
        rewrite_answer(request, answer, note, contract)
        return frozenset(found)
    rewrite_answer(request, _without_body(answer), note, contract)
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


def long_runs(text: str) -> list[str]:
    """Those of them that are long enough to be handles, and have a digit."""
    return [run for run in _LONG_RUN.findall(text) if not run.isalpha()]


def sent_runs(request: Request) -> list[str]:
    """The runs that a client sent, but for its credentials."""
    found = long_runs(request.target)
    if request.body:
        found += long_runs(request.body[:_MAX_LOOKED_AT].decode("latin-1"))
    return found


def named_ids(text: str) -> Iterator[tuple[str, str]]:
    """The names and short values of members of a JSON text that are ids by their names."""
    return ((name, text or number) for name, text, number in _NAMED_IDS.findall(text))


def id_members(text: str) -> Iterator[str]:
    """The short values of members of a JSON text that are ids by their names."""
    return (text or number for text, number in _ID_MEMBERS.findall(text))


def _without_body(answer: Answer) -> Answer:
    return Answer(
        status=answer.status,
        headers=answer.headers,
        body=b"",
        truncated=answer.truncated,
        trailers=answer.trailers,
        latency_ms=answer.latency_ms,
    )
