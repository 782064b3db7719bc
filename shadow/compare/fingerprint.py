"""Gathering: the signature of a comparison, and the hash that makes requests distinct."""

import hashlib
from collections.abc import Callable, Iterable

from crossfade.shadow.exchange import Request, header_values
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, MORE, Difference, Fingerprint, Signature


def fingerprint(difference: Difference, cause: str = "") -> Fingerprint:
    """The fingerprint of a difference with the catalogue id of its cause, if known."""
    return Fingerprint(template=difference.template, kind=difference.kind.value, cause=cause)


def signature(differences: Iterable[Difference], cause_of: Callable[[Difference], str] = lambda _: "") -> Signature:
    """The signature of these differences; without ``cause_of`` nothing is explained, as for noise."""
    return bound_signature(gather(differences, cause_of))


def gather(differences: Iterable[Difference], cause_of: Callable[[Difference], str]) -> dict[Fingerprint, Difference]:
    """The first difference of each fingerprint, in their order; ``cause_of`` is called once for each difference."""
    found: dict[Fingerprint, Difference] = {}
    for difference in differences:
        found.setdefault(fingerprint(difference, cause_of(difference)), difference)
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
