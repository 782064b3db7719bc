"""The hash by which the units of a claim are told apart: requests with who asks them, clients, sessions or minutes."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import assert_never

from crossfade.shadow.compare.credentials import client_of, credentials_of, raw_credentials_of
from crossfade.shadow.compare.fingerprint import request_hash
from crossfade.shadow.exchange import Request, header_values
from crossfade.shadow.exchange.unit import Unit

_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Units:
    """What a claim counts; ``distinct_by`` are header fields that make a request another one."""

    unit: Unit = Unit.REQUEST
    distinct_by: tuple[str, ...] = ()

    def hash(self, request: Request) -> int:
        """8 bytes that are equal for all requests of one unit.

        A request is another one by its method, target, type and body, by who asks, and by the fields of
        ``distinct_by``. A client is known by its credential, else by its address, a session by the very text of its
        credential, a minute by when the request began.
        """
        match self.unit:
            case Unit.REQUEST:
                return self.request(request)
            case Unit.CLIENT:
                return _hash((self.unit, client_of(request)))
            case Unit.SESSION:
                return _hash((self.unit, raw_credentials_of(request) or client_of(request)))
            case Unit.MINUTE:
                return _hash((self.unit, str(int(request.started_at // _SECONDS))))
        assert_never(self.unit)

    def request(self, request: Request) -> int:
        """8 bytes that are equal for the same request of the same person, whatever the unit is.

        Without a credential and without a field they are those of services, which know only the request.
        """
        plain = request_hash(request)
        more = [
            f"{name.lower()}={value}" for name in self.distinct_by for value in header_values(request.headers, name)
        ]
        if credentials := credentials_of(request):
            more.append(credentials)
        return _hash((str(plain), *more)) if more else plain


def _hash(parts: Iterable[str]) -> int:
    digest = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass")
        digest.update(len(data).to_bytes(8, "big") + data)
    return int.from_bytes(digest.digest(), "big")
