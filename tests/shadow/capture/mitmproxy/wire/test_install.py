"""Our codecs replace mitmproxy's."""

import pytest
from mitmproxy.proxy.layers import http
from mitmproxy.proxy.layers.http import _http2

from crossfade.shadow.capture.mitmproxy.wire import install_codecs
from crossfade.shadow.capture.mitmproxy.wire.install import _PLACES

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def test_every_place_is_taken() -> None:
    """Each is found under its name; a codec is a subclass of what stood there; twice is as once."""
    install_codecs()
    install_codecs()
    for module, name, ours in _PLACES:
        assert getattr(module, name) is ours
    assert issubclass(http.Http1Server, _PLACES[0][2])
    assert issubclass(_http2.BufferedH2Connection, _http2.h2.connection.H2Connection)


def test_another_mitmproxy_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A version whose codecs have other names does not pass in silence."""
    monkeypatch.delattr(http, "HttpStream")
    with pytest.raises(AttributeError):
        install_codecs()
