"""What an engine knows about one port."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path


class ClientCertificates(StrEnum):
    """What happens to a client's certificate where TLS ends in the engine."""

    IGNORE = "ignore"
    REFUSE = "refuse"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSettings:
    """``port`` 0 takes a free one. All files are PEM.

    ``cert`` (with its key) serves TLS; ``ca`` verifies an https legacy, which gets to see ``legacy_cert`` (with its
    key); ``client_ca`` verifies the client certificates that are forwarded. ``candidate`` answers the requests that are
    chosen for it; None: there are none.
    """

    name: str
    host: str
    port: int
    legacy_url: str
    cert: Path | None = None
    ca: Path | None = None
    legacy_cert: Path | None = None
    client_certificates: ClientCertificates = ClientCertificates.IGNORE
    client_ca: Path | None = None
    candidate: "CandidateServer | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateServer:
    """``ca`` verifies an https candidate, which gets to see ``cert`` (with its key). Both are PEM."""

    url: str
    ca: Path | None = None
    cert: Path | None = None
