"""Starts mitmproxy in this process, and stops it without cutting off requests."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from mitmproxy import options
from mitmproxy.addons import core, next_layer, proxyserver
from mitmproxy.master import Master

from crossfade.shadow.capture.engine import Engine, EngineSettings
from crossfade.shadow.capture.mitmproxy.addon import CaptureAddon, canonical_spec, mode_spec, upstream_of
from crossfade.shadow.capture.mitmproxy.forwarded import ForwardedCertificates
from crossfade.shadow.capture.mitmproxy.h2c import PlaintextHttp2
from crossfade.shadow.capture.mitmproxy.hooks import DirectHooks
from crossfade.shadow.capture.mitmproxy.timing import Timing
from crossfade.shadow.capture.mitmproxy.tls import PortTls
from crossfade.shadow.capture.mitmproxy.wire import Drain, FairHandler, Lines, PassExpect, install_codecs
from crossfade.shadow.capture.sink import Sink
from crossfade.shadow.errors import ShadowError

_POLL_S = 0.02
_FAREWELL_S = 1.0  # for clients to close once their last answer is sent


class _Started:
    """An add-on that knows when the ports are bound."""

    def __init__(self) -> None:
        self.event = asyncio.Event()

    def running(self) -> None:
        self.event.set()


class MitmproxyEngine:
    """Proxies each listener to its legacy and reports to the sink what passes."""

    def __init__(self, settings: EngineSettings, sink: Sink) -> None:
        """Must be called in a running loop. mitmproxy's own certificate authority is kept in the settings' folder."""
        self._listeners = settings.listeners
        self._started = _Started()
        self._capture = CaptureAddon(
            sink, new_id=settings.new_id, body_limit_bytes=settings.body_limit_bytes, choose=settings.choose
        )
        self._servers = proxyserver.Proxyserver()
        self._drain = Drain()
        self._master = self._make_master(settings.folder / "mitmproxy")

    async def run(self) -> None:
        """Serves until ``shutdown``. Raises: ShadowError: a port could not be bound."""
        # mitmproxy logs every connection and every streamed answer
        logging.getLogger("mitmproxy").setLevel(logging.ERROR)
        running = asyncio.create_task(self._master.run())
        started = asyncio.create_task(self._started.event.wait())
        both: set[asyncio.Future[Any]] = {running, started}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        if running.done():  # it never served: the error is raised here
            started.cancel()
            await running
            return
        for server in self._servers.servers:
            if not server.listen_addrs:
                self._master.shutdown()
                await running
                host, port = server.mode.custom_listen_host, server.mode.custom_listen_port
                raise ShadowError(f"listen.address: expected a free port, got {host}:{port} in use", exit_code=4)
        await running

    async def ready(self) -> None:
        """Returns when the ports are bound."""
        await self._started.event.wait()

    def addresses(self) -> dict[str, str]:
        """host:port by listener name, with the real port where 0 was asked for."""
        found = {}
        for server in self._servers.servers:
            for host, port, *_ in server.listen_addrs[:1]:
                found[self._capture.names[server.mode.full_spec]] = f"{host}:{port}"
        return found

    def is_serving(self) -> bool:
        """Whether all ports are bound; no longer once ``shutdown`` began."""
        return len(self.addresses()) == len(self._listeners)

    def open_flows(self) -> int:
        """Requests that have not ended."""
        return self._capture.open_flows()

    def watch_latency(self, observe: Callable[[str, float], None]) -> None:
        """Calls ``observe`` for each head: its direction (request, answer), and the seconds that the proxy held it."""
        self._master.addons.add(Timing(observe))

    async def shutdown(self, drain_s: float = 10.0) -> None:
        """Takes no more connections, asks the clients to go, lets open requests end for a while, then stops."""
        await self._servers.servers.update([])
        writers = self._client_writers()
        self._drain.begin()
        await _until(lambda: not self._capture.open_flows(), drain_s)
        await _until(lambda: not self._drain.open_connections(), min(drain_s, _FAREWELL_S))
        if writers:
            sent = [asyncio.create_task(_last_bytes_sent(writer)) for writer in writers if writer.is_closing()]
            await asyncio.wait(sent, timeout=_FAREWELL_S) if sent else None
        self._end_connections()
        await _until(lambda: not self._servers.connections, _FAREWELL_S)
        self._master.shutdown()

    def _end_connections(self) -> None:
        """Cuts what did not end by itself, as if each client had left; the end of the loop would cut it anywhere."""
        self._capture.forget_open()
        for handler in list(self._servers.connections.values()):
            if isinstance(handler, FairHandler):
                handler.cut()

    def _client_writers(self) -> list[Any]:
        """What may still hold an answer's last bytes when its connection is closed."""
        handlers = self._servers.connections.values()
        transports = [handler.transports.get(handler.client) for handler in handlers]
        return [item.writer for item in transports if item is not None and item.writer is not None]

    def _make_master(self, confdir: Path) -> Master:
        install_codecs()
        confdir.mkdir(parents=True, exist_ok=True)
        specs = [mode_spec(item.legacy_url, item.host, item.port) for item in self._listeners]
        ports = {canonical_spec(spec): item for item, spec in zip(self._listeners, specs, strict=True)}
        master = Master(options.Options(confdir=str(confdir)), event_loop=asyncio.get_running_loop())
        master.addons = DirectHooks(master)
        master.addons.add(
            core.Core(),
            Lines(),
            PlaintextHttp2(),
            self._servers,
            next_layer.NextLayer(),
            PortTls(ports),
            ForwardedCertificates(ports),
            self._capture,
            PassExpect(),
            self._drain,
            self._started,
        )
        for spec, item in ports.items():
            self._capture.names[spec] = item.name
            if item.candidate is not None:
                self._capture.candidates[spec] = upstream_of(item.candidate.url)
        master.options.update(
            mode=specs,
            keep_host_header=True,
            connection_strategy="lazy",
            http2_ping_keepalive=0,  # gRPC servers end a connection that pings more often than they allow
            certs=[f"*={path}" for path in sorted({str(item.cert) for item in self._listeners if item.cert})][:1],
        )
        return master


def make_engine(settings: EngineSettings, sink: Sink) -> Engine:
    """Makes the engine."""
    return MitmproxyEngine(settings, sink)


async def _last_bytes_sent(writer: Any) -> None:  # noqa: ANN401 - asyncio's and mitmproxy's own
    """Waits until a closing connection has sent what it holds, or is lost and nobody reads it any more."""
    with suppress(OSError):
        await writer.wait_closed()


async def _until(holds: Callable[[], bool], timeout_s: float) -> None:
    """Returns when it holds or the time is over."""
    waited_s = 0.0
    while not holds() and waited_s < timeout_s:
        await asyncio.sleep(_POLL_S)
        waited_s += _POLL_S
