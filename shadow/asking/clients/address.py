"""Where a side listens, and by which certificates it is known."""

import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crossfade.shadow.errors import ShadowError


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """Where an upstream listens; ``tls`` is None for plaintext."""

    host: str
    port: int
    tls: ssl.SSLContext | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsFiles:
    """PEM files: ``ca`` verifies the server (else the system's roots do), ``cert`` and its key are shown to it."""

    ca: Path | None = None
    cert: Path | None = None


def address_of(url: str, alpn: str, files: TlsFiles = TlsFiles()) -> Address:
    """The address of ``http(s)://host:port``. Raises: ShadowError: a certificate that can't be read."""
    parts = urlsplit(url)
    tls = None
    if parts.scheme == "https":
        try:
            tls = ssl.create_default_context(cafile=files.ca)
            # Python 3.13 sets it; the engine, which verifies legacy, does not, and many a private CA would fail it
            tls.verify_flags &= ~ssl.VERIFY_X509_STRICT
            if files.cert is not None:
                tls.load_cert_chain(files.cert)
        except (OSError, ssl.SSLError) as error:
            names = " and ".join(str(path) for path in (files.ca, files.cert) if path)
            raise ShadowError(f"{names}: expected PEM that is valid for {url}, got {error}") from None
        tls.set_alpn_protocols([alpn])
    return Address(host=parts.hostname or "", port=parts.port or 0, tls=tls)
