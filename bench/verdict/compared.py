"""From tokens to JSON answers, and to comparisons that a real judge judges."""

import hashlib
import json
import uuid
from collections.abc import Callable

from looks import SECONDS, STARTED, Looks
from world import Tokens

from crossfade.shadow.exchange import Again, Answer, Comparison, Protocol, Request

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_LATENCY_MS = 12.0


def comparison(looks: Looks, places: int) -> Comparison:
    """The looks at one request as answers in JSON with so many fields."""
    number = looks.number

    def made(tokens: Tokens) -> Answer:
        return json_answer({f"f{place:02}": _value(place, number, tokens.get(place)) for place in range(places)})

    again = None
    if looks.candidate_again is not None and looks.secondary_again is not None:
        later = None if looks.later is None else made(looks.later)
        again = Again(candidate=made(looks.candidate_again), secondary=made(looks.secondary_again), later=later)
    return Comparison(
        request=request(number, looks.request_id),
        route="GET /things/{id}",
        legacy=made(looks.legacy),
        candidate=made(looks.candidate),
        secondary=None if looks.secondary is None else made(looks.secondary),
        again=again,
    )


def request(number: int, request_id: str) -> Request:
    """A request that no other number makes."""
    return Request(
        id=request_id,
        protocol=Protocol.HTTP,
        method="GET",
        scheme="http",
        authority="things.example",
        target=f"/things/{number}",
        headers=(("Accept", "application/json"),),
        body=b"",
        truncated=False,
        trailers=(),
        started_at=STARTED + number * SECONDS,
    )


def json_answer(value: object) -> Answer:
    """A plain 200."""
    return Answer(
        status=200,
        headers=(("Content-Type", "application/json"),),
        body=json.dumps(value).encode(),
        truncated=False,
        trailers=(),
        latency_ms=_LATENCY_MS,
    )


def _value(place: int, number: int, token: int | None) -> object:
    """The value of a place by its token, or the one that this request always gets; one type for each place."""
    digest = hashlib.blake2b(f"{place}/{number if token is None else f't{token}'}".encode(), digest_size=16).digest()
    return _TYPES[place % len(_TYPES)](digest)


def _whole(digest: bytes) -> int:
    return 100_000 + int.from_bytes(digest[:6], "big") % 900_000


def _word(digest: bytes) -> str:
    return "".join(_LETTERS[byte % 26] for byte in digest[:9])


_TYPES: tuple[Callable[[bytes], object], ...] = (
    _whole,
    lambda digest: str(uuid.UUID(bytes=digest, version=4)),
    lambda digest: digest.hex(),
    lambda digest: f"{_whole(digest) / 1000:.3f}",
    _word,
)
