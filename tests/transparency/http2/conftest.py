"""A legacy and a client that speak HTTP/2 frame by frame."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import h2.config
import h2.connection
import h2.events
import pytest
from hyperframe.frame import GoAwayFrame

_KEPT_BYTES = 1_000_000


class Lasting(h2.connection.H2Connection):
    """h2 that goes on after a GOAWAY, as real peers do."""

    def _receive_goaway_frame(self, frame: Any) -> Any:
        event = h2.events.ConnectionTerminated()
        event.last_stream_id, event.error_code = frame.last_stream_id, frame.error_code
        return [], [event]


class End:
    """One end of a connection: ``on_event`` is told of each event, and may answer by the methods of ``h2``."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        *,
        client_side: bool,
        on_event: Callable[["End", Any], None] = lambda _end, _event: None,
    ) -> None:
        self.h2 = Lasting(
            h2.config.H2Configuration(
                client_side=client_side,
                header_encoding=None,
                validate_inbound_headers=False,
                validate_outbound_headers=False,
                normalize_inbound_headers=False,
                normalize_outbound_headers=False,
            )
        )
        self.seen: list[tuple[Any, ...]] = []
        self.reads = True
        self.taken = 0
        self._reader = reader
        self._writer = writer
        self._on_event = on_event
        self._more = asyncio.Event()
        self.ended = asyncio.Event()
        self.settings = asyncio.Event()
        self.acknowledged = asyncio.Event()
        self.h2.initiate_connection()
        self.flush()
        self.task = asyncio.create_task(self._run())

    def flush(self) -> None:
        """Writes what h2 has queued."""
        self._writer.write(self.h2.data_to_send())

    async def limit(self, settings: dict[Any, int]) -> None:
        """Changes settings; returns when the peer has taken note."""
        self.acknowledged.clear()
        self.h2.update_settings(settings)
        self.flush()
        async with asyncio.timeout(10):
            await self.acknowledged.wait()

    def go_away(self, last_stream_id: int, code: int = 0) -> None:
        """A GOAWAY after which this end goes on, which h2 itself does not."""
        frame = GoAwayFrame(0)
        frame.last_stream_id = last_stream_id
        frame.error_code = code
        self._writer.write(frame.serialize())

    def close(self) -> None:
        """Closes the socket."""
        self._writer.close()

    def find(self, kind: str) -> list[tuple[Any, ...]]:
        """What was seen of a kind: headers, data, trailers, end, reset, informational, goaway, lost."""
        return [item for item in self.seen if item[0] == kind]

    async def until(self, kind: str, count: int = 1) -> tuple[Any, ...]:
        """Waits for the nth of a kind. Raises: TimeoutError after 10 s."""
        async with asyncio.timeout(10):
            while len(self.find(kind)) < count:
                self._more.clear()
                await self._more.wait()
        return self.find(kind)[count - 1]

    async def _run(self) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await self._reader.read(65_536):
                for event in self.h2.receive_data(data):
                    if isinstance(event, h2.events.RemoteSettingsChanged):
                        self.settings.set()
                    elif isinstance(event, h2.events.SettingsAcknowledged):
                        self.acknowledged.set()
                    self._note(event)
                    self._on_event(self, event)
                self.flush()
        self._see("lost")
        self.ended.set()

    def _see(self, *item: Any) -> None:
        self.seen.append(item)
        self._more.set()

    def _see_data(self, stream_id: int, data: bytes) -> None:
        """Frames of one stream are one body: how it is divided means nothing."""
        if self.seen and self.seen[-1][:2] == ("data", stream_id):
            data = self.seen.pop()[2] + data
        if data:
            self._see("data", stream_id, data)

    def _note(self, event: Any) -> None:
        match event:
            case h2.events.RequestReceived() | h2.events.ResponseReceived():
                self._see("headers", event.stream_id, [(bytes(n), bytes(v)) for n, v in event.headers])
            case h2.events.InformationalResponseReceived():
                self._see("informational", event.stream_id, [(bytes(n), bytes(v)) for n, v in event.headers])
            case h2.events.TrailersReceived():
                self._see("trailers", event.stream_id, [(bytes(n), bytes(v)) for n, v in event.headers])
            case h2.events.DataReceived():
                self.taken += len(event.data)
                if self.reads:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if self.taken < _KEPT_BYTES:
                    self._see_data(event.stream_id, bytes(event.data))
            case h2.events.StreamEnded():
                self._see("end", event.stream_id)
            case h2.events.StreamReset():
                self._see("reset", event.stream_id, int(event.error_code))
            case h2.events.ConnectionTerminated():
                self._see("goaway", event.last_stream_id, int(event.error_code))


class Legacy:
    """A server; ``ends`` are its connections."""

    def __init__(self, on_event: Callable[[End, Any], None]) -> None:
        self._on_event = on_event
        self.ends: list[End] = []
        self.port = 0
        self.accepted = asyncio.Event()

    @property
    def seen(self) -> list[list[tuple[Any, ...]]]:
        """What each connection sent, without how it ended."""
        return [[item for item in end.seen if item[0] != "lost"] for end in self.ends]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end = End(reader, writer, client_side=False, on_event=self._on_event)
        self.ends.append(end)
        self.accepted.set()
        await end.task
        writer.close()


OnEvent = Callable[[End, Any], None]


@pytest.fixture
def h2_legacy() -> Callable[..., Callable[[], AbstractAsyncContextManager[Legacy]]]:
    """A legacy that speaks HTTP/2, without TLS or by an SSL context."""

    def make(on_event: OnEvent = lambda _end, _event: None, ssl: Any = None) -> Any:
        @asynccontextmanager
        async def run(port: int = 0) -> AsyncIterator[Legacy]:
            legacy = Legacy(on_event)
            server = await asyncio.start_server(legacy.serve, "127.0.0.1", port, ssl=ssl)
            legacy.port = server.sockets[0].getsockname()[1]
            yield legacy
            server.close()
            for end in legacy.ends:
                end.close()

        return run

    return make


@pytest.fixture
async def h2_client() -> AsyncIterator[Callable[..., Any]]:
    """Connects to a port."""
    ends: list[End] = []

    async def connect(port: int, ssl: Any = None) -> End:
        ends.append(End(*await asyncio.open_connection("127.0.0.1", port, ssl=ssl), client_side=True))
        return ends[-1]

    yield connect
    for end in ends:
        end.close()
        await end.task


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Returns once something holds. Raises: TimeoutError after 10 s."""

    async def until(holds: Callable[[], bool]) -> None:
        for _ in range(1000):
            if holds():
                return
            await asyncio.sleep(0.01)
        raise TimeoutError

    return until
