"""Which servers a request can be sent to again."""

import pytest

from crossfade.reports.repro.sides import Listener, ReproSettings, Side, virtual_host
from crossfade.shadow.evidence.records import RequestSample

ONE, TWO = (
    Listener(address=f"127.0.0.1:{port}", legacy=Side(url=f"http://l:{port}"), candidate=Side(url=f"http://c:{port}"))
    for port in (8080, 9090)
)


def _sample(authority: str) -> RequestSample:
    return RequestSample(protocol="http", method="GET", target="/", headers=(), body="", authority=authority)


@pytest.mark.parametrize(
    ("listeners", "authority", "found"),
    [
        ((), "a:8080", None),
        ((ONE,), "api.test", ONE),
        ((ONE,), "", ONE),
        ((ONE, TWO), "localhost:9090", TWO),
        ((ONE, TWO), "[::1]:8080", ONE),
        ((ONE, TWO), "api.test", None),
        ((ONE, TWO), "api.test:443", None),
        ((ONE, ONE), "a:8080", None),
    ],
)
def test_the_port_that_the_client_spoke_to(
    listeners: tuple[Listener, ...], authority: str, found: Listener | None
) -> None:
    """The only one, or the one that it named; else nobody knows."""
    assert ReproSettings(listeners=listeners).listener_of(_sample(authority)) is found


@pytest.mark.parametrize(
    ("authority", "names"),
    [
        ("api.test", ["api.test"]),
        ("api.test:443", ["api.test:443"]),
        ("localhost:80", []),
        ("127.0.0.1:80", []),
        ("127.0.0.1", []),
        ("[::1]:80", []),
        ("[::1]", []),
        ("", []),
    ],
)
def test_a_name_is_no_address(authority: str, names: list[str]) -> None:
    """By which the client called the server."""
    assert list(virtual_host(_sample(authority))) == names


def test_a_side_says_how_it_is_asked() -> None:
    """By scheme and address."""
    side = Side(url="HTTPS://Legacy:8443")
    assert (side.is_tls, side.scheme, side.word) == (True, "https://", "Legacy:8443")
    assert (ONE.legacy.is_tls, ONE.legacy.scheme, ONE.legacy.word) == (False, "http://", "l:8080")
