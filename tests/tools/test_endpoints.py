"""The endpoints are looked for before a run begins."""

import sys
from typing import Any

import pytest

from crossfade.shadow.config import load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.endpoints import check_endpoints


def test_no_endpoints_wanted(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address nothing is needed."""
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, "crossfade.shadow.operate.admin", raising=False)
    check_endpoints(load_config(service.config), service.config)
    assert "crossfade.shadow.operate.admin" not in sys.modules


def test_a_missing_package(service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One line with the place, what is missing, and the extra that brings it; exit 4."""
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, "crossfade.shadow.operate.admin", raising=False)
    service.add('[admin]\naddress = "127.0.0.1:0"\n')
    with pytest.raises(ShadowError) as raised:
        check_endpoints(load_config(service.config), service.config)
    assert raised.value.exit_code == 4
    assert str(raised.value) == (
        f"{service.config}:13: admin.address: expected the packages of the endpoints, got no module named aiohttp; "
        "pip install 'crossfade[mitmproxy]'"
    )
