"""The end of a run: takes no new requests, and lets open ones complete."""

import asyncio

from mitmproxy.connection import Client


class Drain:
    """An add-on: every HTTP connection waits here for the end."""

    def __init__(self) -> None:
        self._begun = asyncio.Event()
        self._waiting: dict[str, asyncio.Event] = {}

    def begin(self) -> None:
        """Wakes every connection: HTTP/2 sends GOAWAY, HTTP/1 closes after the current answer."""
        self._begun.set()
        for wake in self._waiting.values():
            wake.set()

    def open_connections(self) -> int:
        """Client connections that speak HTTP and are not closed."""
        return len(self._waiting)

    # hooks of mitmproxy

    async def crossfade_drain(self, connection_id: str) -> None:
        """Returns at the drain, or when the connection is closed."""
        wake = self._waiting.setdefault(connection_id, asyncio.Event())
        if not self._begun.is_set():
            await wake.wait()

    def client_disconnected(self, client: Client) -> None:
        """Ends the hook of its connection."""
        if wake := self._waiting.pop(client.id, None):
            wake.set()
