"""Which servers a request can be sent to again."""

import pytest

from crossfade.reports.repro.sides import Listener, ReproSettings, Side, virtual_host
from crossfade.shadow.exchange.observations import RequestSample

ONE, TWO = (
    Listener(name=name, legacy=Side(url=f"http://l:{port}"), candidate=Side(url=f"http://c:{port}"))
    for name, port in (("web", 8080), ("internal", 9090))
)


def _sample(authority: str) -> RequestSample:
    return RequestSample(protocol="http", method="GET", target="/", headers=(), body="", authority=authority)


@pytest.mark.parametrize(
    ("listeners", "name", "found"),
    [
        ((), "web", None),
        ((ONE,), "web", ONE),
        ((ONE,), "", ONE),
        ((ONE,), "gone", None),
        ((ONE, TWO), "internal", TWO),
        ((ONE, TWO), "", None),
        ((ONE, TWO), "gone", None),
    ],
)
def test_the_port_that_a_request_came_by(listeners: tuple[Listener, ...], name: str, found: Listener | None) -> None:
    """The one of that name, or the only one where none is known."""
    assert ReproSettings(listeners=listeners).at(name).listener is found


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
