"""Which side answers a client: fixed by a hash of the client's key, so the same in every process and on every engine.

A client's place between 0 and 100 does not depend on the weight: who is the candidate's at 5 % is at 10 % as well.
"""

import hashlib

from crossfade.shadow.exchange.served import Served


def place_of(client: str, salt: str) -> float:
    """The place of a client in [0, 100). ``salt`` is the service's: other services have other early clients."""
    digest = hashlib.blake2b(client.encode("utf-8", "surrogatepass"), digest_size=8, key=_key(salt)).digest()
    return int.from_bytes(digest, "big") / 2**64 * 100


def served_by(client: str, salt: str, candidate_pct: float) -> Served:
    """The side that answers this client at this weight."""
    return Served.CANDIDATE if place_of(client, salt) < candidate_pct else Served.LEGACY


def _key(salt: str) -> bytes:
    return hashlib.blake2b(salt.encode("utf-8", "surrogatepass"), digest_size=32).digest()
