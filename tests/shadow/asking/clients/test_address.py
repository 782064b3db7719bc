"""Where a side listens."""

import ssl
from pathlib import Path

import pytest

from crossfade.shadow.asking.clients.address import TlsFiles, address_of
from crossfade.shadow.errors import ShadowError


@pytest.mark.parametrize(
    ("url", "host", "port"), [("http://localhost:80", "localhost", 80), ("http://[::1]:8080", "::1", 8080)]
)
def test_a_plain_address(url: str, host: str, port: int) -> None:
    """No TLS where the URL says http."""
    address = address_of(url, "h2")
    assert (address.host, address.port, address.tls) == (host, port, None)


def test_an_https_address_verifies() -> None:
    """Name and certificate are checked."""
    tls = address_of("https://localhost:443", "h2").tls
    assert tls is not None
    assert (tls.verify_mode, tls.check_hostname) == (ssl.CERT_REQUIRED, True)


def test_a_side_is_verified_as_legacy_is() -> None:
    """On Python 3.13, too, whose default wants more of a private CA than the engine does."""
    tls = address_of("https://localhost:443", "h2").tls
    assert tls is not None
    assert not tls.verify_flags & ssl.VERIFY_X509_STRICT


def test_a_ca_that_is_not_there(tmp_path: Path) -> None:
    """An error at once, not a connection that is not verified."""
    with pytest.raises(ShadowError, match=r"ca\.pem: expected PEM that is valid for https://localhost:443, got "):
        address_of("https://localhost:443", "h2", TlsFiles(ca=tmp_path / "ca.pem"))
