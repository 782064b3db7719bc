"""Sampling by the id of a request: the same decision in every process."""

import hashlib


def share(request_id: str, purpose: str) -> float:
    """A number in [0, 100) that is fixed by the id and independent between purposes."""
    digest = hashlib.blake2b(request_id.encode(), digest_size=8, person=purpose.encode()).digest()
    return int.from_bytes(digest, "big") / 2**64 * 100
