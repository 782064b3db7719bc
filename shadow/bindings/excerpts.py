"""What the handles of a run say of the texts of one comparison, so that it can be resolved elsewhere. Pure.

Whoever has the answers gives their texts; whoever has the handles gives an excerpt of them; the first resolves with it
and notes what it learnt; the second takes the notes. So answers that take long to read are read where nobody waits.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice

from crossfade.codegen.contract import Contract
from crossfade.shadow.bindings.answers import answer_value, found_leaves, head_value
from crossfade.shadow.bindings.carried import is_plain_json
from crossfade.shadow.bindings.known import Known
from crossfade.shadow.bindings.memory import Places, Seen
from crossfade.shadow.bindings.messages import MAX_BODY_BYTES, rewrite_answer, rewrite_request
from crossfade.shadow.bindings.names import Part, Site
from crossfade.shadow.bindings.pairs import Leaf, Partner, leaves
from crossfade.shadow.bindings.scopes import Scopes
from crossfade.shadow.bindings.shapes import MAX_TOKEN_CHARS, MIN_TOKEN_CHARS, jwt_claims
from crossfade.shadow.bindings.tables import Tables, longest_run
from crossfade.shadow.bindings.texts import rewrite_text
from crossfade.shadow.compare.decode import UndecodableError
from crossfade.shadow.compare.decode.jwt import is_jwt
from crossfade.shadow.exchange import Answer, Comparison, Headers, Protocol, Reply, Request
from crossfade.shadow.exchange.difference import Value

_LEAVES = re.compile(r'"([^"]*)"|(-?[0-9]+)')
_ANY_BODY = Site(Part.BODY, ())
_PART = 2000
_ROOM = 200_000
"""So much may be learnt of one comparison."""

Texts = Mapping[str, Collection[str]]
"""Texts that may be handles, grouped by their longest run (see ``tables.longest_run``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Excerpt:
    """What is known of the texts of one comparison; of ``sent`` and ``agreed`` those of the texts that are in them."""

    tables: Tables
    scopes: Scopes
    places: Places
    sent: frozenset[str]
    agreed: frozenset[str]
    one_to_one: bool


def kept_of(known: Known, texts: Texts) -> dict[str, list[str]]:
    """Those of the texts of which anything is known."""
    runs = known.tables.kept_of(texts.keys())
    return {
        run: found
        for run, group in texts.items()
        if (
            found := [
                text
                for text in group
                if run in runs or (len(text) >= MIN_TOKEN_CHARS and (text in known.agreed or text in known.sent))
            ]
        )
    }


def excerpt_of(known: Known, kept: Texts, route: str, scopes: Iterable[str]) -> Excerpt:
    """``kept`` are the texts of which something is known, ``scopes`` those of the request beside the kinds of ids."""
    texts = [text for group in kept.values() for text in group]
    return Excerpt(
        tables=known.tables.about(texts, dict.fromkeys((*scopes, *(scope.key for scope in known.scopes)))),
        scopes=known.scopes,
        places=known.places.of(route),
        sent=frozenset(text for text in texts if text in known.sent),
        agreed=frozenset(text for text in texts if text in known.agreed),
        one_to_one=known.one_to_one,
    )


def known_by(excerpt: Excerpt) -> Known:
    """What an excerpt says, as what is known."""
    sent, agreed = Seen(len(excerpt.sent) + _ROOM), Seen(len(excerpt.agreed) + _ROOM)
    sent.add(excerpt.sent)
    agreed.add(excerpt.agreed)
    return Known(
        tables=excerpt.tables,
        scopes=excerpt.scopes,
        places=excerpt.places,
        sent=sent,
        agreed=agreed,
        one_to_one=excerpt.one_to_one,
    )


# texts


def texts_of(comparison: Comparison, contract: Contract | None) -> list[Texts]:
    """All texts of a comparison that may be looked up while it is resolved, and its request's; some 2,000 in each."""
    found = set(_texts_of_request(comparison.request, contract))
    again = comparison.again
    others = () if again is None else (again.candidate, again.secondary, again.later)
    for reply in (comparison.legacy, comparison.candidate, comparison.secondary, *others):
        found.update(_texts_of_reply(comparison.request, reply, contract))
    return _grouped(found)


def texts_of_request(request: Request, contract: Contract | None) -> list[Texts]:
    """All texts of a request that may be looked up while it is rendered; some 2,000 in each."""
    return _grouped(_texts_of_request(request, contract))


def _grouped(found: Iterable[str]) -> list[Texts]:
    texts = iter(text for text in found if text and len(text) <= MAX_TOKEN_CHARS)
    parts: list[Texts] = []
    while part := tuple(islice(texts, _PART)):
        groups: dict[str, list[str]] = {}
        for text in part:
            groups.setdefault(longest_run(text), []).append(text)
        parts.append(groups)
    return parts


def _texts_of_request(request: Request, contract: Contract | None) -> set[str]:
    found: set[str] = set()
    rewrite_request(request, lambda text, _: found.add(text), contract)
    return found


def _texts_of_reply(request: Request, reply: Reply | None, contract: Contract | None) -> set[str]:
    """As they are written, and as the leaves of what they mean; also what tokens say of a person."""
    found: set[str] = set()
    if not isinstance(reply, Answer):
        return found
    if (plain := _json_texts(request, reply)) is not None:
        rewrite_answer(request, replace(reply, body=b"", windows=b""), lambda text, _: found.add(text), contract)
        for text in plain:
            rewrite_text(text, _ANY_BODY, lambda part, _: found.add(part))
    else:
        rewrite_answer(request, reply, lambda text, _: found.add(text), contract)
        for path, names, value in leaves(_body_of(request, reply, contract)):
            found.update(leaf.legacy for leaf in found_leaves(Leaf(path, names, value, Partner.MISSING)))
    for path, names, value in leaves(head_value(reply)):
        found.update(leaf.legacy for leaf in found_leaves(Leaf(path, names, value, Partner.MISSING)))
    for token in [text for text in found if is_jwt(text)]:
        found.update(map(str, (jwt_claims(token) or {}).values()))
    return found


def _json_texts(request: Request, answer: Answer) -> set[str] | None:
    """The texts and whole numbers of plain JSON without escapes, which need no reading; None of anything else."""
    if request.protocol is Protocol.GRPC or not is_plain_json(answer.headers) or b"\\" in answer.body:
        return None
    if answer.truncated or len(answer.body) > MAX_BODY_BYTES:
        return set()
    return {text or number for text, number in _LEAVES.findall(answer.body.decode("utf-8", "replace"))}


def _body_of(request: Request, answer: Answer, contract: Contract | None) -> Value:
    try:
        return answer_value(request, replace(answer, headers=_content_fields(answer), trailers=()), contract)
    except UndecodableError:
        return ()


def _content_fields(answer: Answer) -> Headers:
    """The header fields that decide how a body is read."""
    wanted = {"content-type", "content-encoding", "grpc-encoding"}
    return tuple((name, value) for name, value in answer.headers if name.lower() in wanted)
