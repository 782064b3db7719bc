"""An engine that has no clients: it tells the sink of requests that a script holds, and ends. No other code knows it."""

import asyncio
from collections.abc import Callable

from crossfade.shadow.capture.engine import EngineSettings
from crossfade.shadow.capture.sink import Interest, RequestHead, Sink
from crossfade.shadow.exchange import Answer, Protocol, Request

SCRIPT = ("/ok", "/ok", "/other")
"""The targets; legacy's answer to each is ``ok``."""


class ScriptedEngine:
    """Implements ``Engine``."""

    def __init__(self, settings: EngineSettings, sink: Sink) -> None:
        self._settings = settings
        self._sink = sink
        self._ready = asyncio.Event()
        self._open = 0

    async def run(self) -> None:
        self._ready.set()
        await asyncio.sleep(0)
        for target in SCRIPT:
            self._tell(target)
        await asyncio.sleep(0.2)  # so that counters are sent while it runs, as with a real one

    async def ready(self) -> None:
        await self._ready.wait()

    def is_serving(self) -> bool:
        return self._ready.is_set()

    def addresses(self) -> dict[str, str]:
        return {listener.name: "a script" for listener in self._settings.listeners}

    def open_flows(self) -> int:
        return self._open

    def watch_latency(self, observe: Callable[[str, float], None]) -> None:
        observe("request", 0.0)

    async def shutdown(self) -> None:
        """It ends by itself."""

    def _tell(self, target: str) -> None:
        request = Request(
            id=self._settings.new_id(),
            protocol=Protocol.HTTP,
            method="GET",
            scheme="http",
            authority="localhost",
            target=target,
            headers=(("Host", "localhost"),),
            body=b"",
            truncated=False,
            trailers=(),
            started_at=1e9,
        )
        head = RequestHead(
            id=request.id,
            listener=self._settings.listeners[0].name,
            protocol=request.protocol,
            method=request.method,
            target=target,
            headers=request.headers,
            at=request.started_at,
        )
        assert self._sink.started(head) is Interest.WHOLE
        self._sink.request_complete(request)
        headers = (("Content-Length", "2"),)
        answer = Answer(status=200, headers=headers, body=b"ok", truncated=False, trailers=(), latency_ms=1.0)
        self._sink.replied(request.id, answer)


def make_engine(settings: EngineSettings, sink: Sink) -> ScriptedEngine:
    """A ``MakeEngine``."""
    return ScriptedEngine(settings, sink)
