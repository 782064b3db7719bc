"""TLS by port; ``tests/transparency`` has handshakes and certificates on real connections."""

from types import SimpleNamespace
from typing import Any

import pytest

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_no_path_is_answered_by_the_proxy() -> None:
    """Mitmproxy 12 would answer this one itself, with its revocation list; it is legacy's as any other."""
    from mitmproxy.test import tflow  # noqa: PLC0415 - warns on import

    from crossfade.shadow.capture.mitmproxy.tls import PortTls  # noqa: PLC0415 - warns on import

    addon: Any = PortTls({})
    addon.certstore = SimpleNamespace(default_ca=SimpleNamespace(serial=7), default_crl=b"a list")
    flow = tflow.tflow()
    flow.request.path = "/a/mitmproxy-7.crl"
    addon.request(flow)
    assert flow.response is None
