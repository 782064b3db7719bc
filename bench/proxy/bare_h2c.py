"""A mitmdump script: HTTP/2 without TLS, by the two hooks that crossfade adds too; mitmproxy offers none itself."""

from mitmproxy.proxy import layer

from crossfade.shadow.capture.mitmproxy.h2c import PREFACE, PlaintextHttp2


class BareHttp2(PlaintextHttp2):
    """A script comes after mitmproxy's own NextLayer, whose choice it has to undo."""

    def next_layer(self, data: layer.NextLayer) -> None:
        """Chooses HTTP/2 for a connection that begins with its preface."""
        if data.data_client().startswith(PREFACE):
            data.layer = None
            super().next_layer(data)


addons = [BareHttp2()]
