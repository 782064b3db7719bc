"""Gathering: the signature of a comparison, and the hash that makes requests distinct."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from crossfade.shadow.compare.answers import STATUS_PLACES
from crossfade.shadow.compare.transition import changes_all
from crossfade.shadow.exchange import Request, header_values
from crossfade.shadow.exchange.difference import (
    MAX_FINGERPRINTS,
    MAX_TRANSITIONS,
    MORE,
    Difference,
    Fingerprint,
    Signature,
    beside,
    untold,
)

TextOf = Callable[[Difference], str]
_OF_STATUS = "status."


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
    them: so they never make a fingerprint MORE that would not be without them. What may follow from another status
    tells that one's transition too, which is the same for all.
    """
    items = [(fingerprint(one, cause_of(one), transition_of(one)), one) for one in differences]
    found: dict[Fingerprint, Difference] = {}
    told: dict[tuple[str, str], set[str]] = {}
    for item, difference in items:
        found.setdefault(_bounded(item, told.setdefault((item.template, item.kind), set())), difference)
    if len(found) > MAX_FINGERPRINTS:
        found = _untold(found)
    return _beside_status(found, [item for item, _ in items if item.template in STATUS_PLACES])


def _beside_status(
    gathered: dict[Fingerprint, Difference], statuses: Sequence[Fingerprint]
) -> dict[Fingerprint, Difference]:
    """With the transition of a status that changes all. A certain cause of its own explains itself on any status."""
    status = next((item for item in statuses if changes_all(item.transition)), None)
    if status is None:
        return gathered

    def follows(item: Fingerprint) -> bool:
        is_of_status = item.template.startswith(_OF_STATUS)
        return item.template not in STATUS_PLACES and (is_of_status or item.cause in {"", status.cause})

    return {
        replace(item, transition=beside(item.transition, status.transition)) if follows(item) else item: difference
        for item, difference in gathered.items()
    }


def _bounded(item: Fingerprint, told: set[str]) -> Fingerprint:
    """The fingerprint without a transition that is one too many; ``told`` are those of its place, it is one then."""
    if item.transition and item.transition not in told and len(told) >= MAX_TRANSITIONS:
        return untold(item)
    told.update({item.transition} - {""})
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
