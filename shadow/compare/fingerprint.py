"""Gathering: the signature of a comparison, and the hash that makes requests distinct."""

import hashlib
from collections.abc import Callable, Iterable

from crossfade.shadow.exchange import Request, header_values
from crossfade.shadow.exchange.difference import (
    MAX_FINGERPRINTS,
    MAX_TRANSITIONS,
    MORE,
    Difference,
    Fingerprint,
    Signature,
    untold,
)

TextOf = Callable[[Difference], str]


def _none(difference: Difference) -> str:
    del difference
    return ""


def fingerprint(difference: Difference, cause: str = "", transition: str = "") -> Fingerprint:
    """The fingerprint of a difference with the catalogue id of its cause and its transition, if it has such."""
    return Fingerprint(template=difference.template, kind=difference.kind.value, cause=cause, transition=transition)


def signature(differences: Iterable[Difference], cause_of: TextOf = _none) -> Signature:
    """The signature of these differences; without ``cause_of`` nothing is explained, as for noise. No transitions."""
    return bound_signature(gather(differences, cause_of))


def gather(
    differences: Iterable[Difference], cause_of: TextOf, transition_of: TextOf = _none
) -> dict[Fingerprint, Difference]:
    """The first difference of each fingerprint, in their order; ``cause_of`` is called once for each difference.

    Of one place (a template and a kind) at most 8 transitions are told, and none where a signature has no room for
    them: so they never make a fingerprint MORE that would not be without them.
    """
    found: dict[Fingerprint, Difference] = {}
    told: dict[tuple[str, str], set[str]] = {}
    for difference in differences:
        item = fingerprint(difference, cause_of(difference), transition_of(difference))
        if item.transition:
            item = _bounded(item, told.setdefault((item.template, item.kind), set()))
        found.setdefault(item, difference)
    return found if len(found) <= MAX_FINGERPRINTS else _untold(found)


def _bounded(item: Fingerprint, told: set[str]) -> Fingerprint:
    if item.transition not in told and len(told) >= MAX_TRANSITIONS:
        return untold(item)
    told.add(item.transition)
    return item


def _untold(gathered: dict[Fingerprint, Difference]) -> dict[Fingerprint, Difference]:
    found: dict[Fingerprint, Difference] = {}
    for item, difference in gathered.items():
        found.setdefault(untold(item), difference)
    return found


def bound_signature(fingerprints: Iterable[Fingerprint]) -> Signature:
    """A sorted set of distinct fingerprints, at most 64; where there are more, MORE stands for the rest."""
    found = sorted(fingerprints)
    if len(found) > MAX_FINGERPRINTS:
        found = sorted((*found[: MAX_FINGERPRINTS - 1], MORE))
    return tuple(found)


def request_hash(request: Request) -> int:
    """8 bytes over what makes a request another one: method, target, type and body; not ids, dates or trace headers."""
    digest = hashlib.blake2b(digest_size=8)
    content_type = ",".join(header_values(request.headers, "content-type")).encode("utf-8", "surrogatepass")
    head = f"{request.protocol}\0{request.method}\0{request.target}\0".encode("utf-8", "surrogatepass")
    for part in (head, content_type, b"\0", request.body):
        digest.update(part)
    return int.from_bytes(digest.digest(), "big")
