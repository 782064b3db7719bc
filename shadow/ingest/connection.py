"""One connection of a service, from its hello to its end. What is wrong ends in a line of the log, never an error."""

import asyncio
import contextlib
from dataclasses import dataclass

from crossfade.shadow.ingest.complaints import Complaints
from crossfade.shadow.ingest.lines import LineBuffer, Overlong
from crossfade.shadow.ingest.protocol import (
    Counts,
    Hello,
    Line,
    Pair,
    ProtocolError,
    Unreadable,
    read_line,
    read_overlong,
)
from crossfade.shadow.ingest.runs import Runs
from crossfade.shadow.ingest.service import Service

READ_BYTES = 65_536
_QUIET_S = 0.2
"""While the run ends, what is on its way comes within so long of what came before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of all connections: ``held_bytes`` is what lines that are not complete may take together.

    A hello comes within ``hello_s``, the rest of a line that has begun within ``line_s``.
    """

    connections: int
    line_bytes: int
    held_bytes: int
    hello_s: float
    line_s: float


@dataclass(slots=True, kw_only=True)
class Shared:
    """What all connections share: ``greeted`` is how many have sent a hello, ``held_bytes`` what they keep of lines."""

    limits: Limits
    runs: Runs
    complaints: Complaints
    greeted: int = 0
    held_bytes: int = 0


class Connection:
    """Reads until the service leaves, breaks the protocol, or the run ends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, name: str, shared: Shared) -> None:
        self._reader = reader
        self._writer = writer
        self._name = name
        self._shared = shared
        self._lines = LineBuffer(shared.limits.line_bytes)
        self._held_bytes = 0
        self._service: Service | None = None
        self._ending = False
        self._due: float | None = None
        self._waiting: asyncio.Timeout | None = None

    async def run(self) -> None:
        """Serves the connection and closes it. Raises nothing but CancelledError."""
        try:
            await self._serve()
        except ProtocolError as error:
            self._complain(error.kind, f"{error}; closed")
        except OSError as error:
            self._complain("lost", f"lost: {error.strerror or type(error).__name__}")
        finally:
            self._shared.held_bytes -= self._held_bytes
            self._leave()
            self._writer.close()
            with contextlib.suppress(OSError):
                await self._writer.wait_closed()

    def end(self) -> None:
        """Reads what is on its way, and closes."""
        self._ending = True
        if self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time() + _QUIET_S)

    async def _serve(self) -> None:
        now = asyncio.get_running_loop().time
        self._due = now() + self._shared.limits.hello_s
        while data := await self._read():
            for line in self._lines.feed(data):
                await self._take(read_overlong(line.head) if isinstance(line, Overlong) else read_line(line))
                self._due = None
            if self._lines.is_overlong and self._service is None:
                message = f"expected a hello of at most {self._shared.limits.line_bytes} bytes, got a longer line"
                raise ProtocolError("too_long", message)
            self._hold(self._lines.held_bytes)
            if self._held_bytes and self._due is None:
                self._due = now() + self._shared.limits.line_s
        if self._held_bytes and not self._ending:
            self._complain("cut", "left within a line, which is not counted")

    async def _read(self) -> bytes:
        """More bytes; none where no more are to come. Raises: ProtocolError: they took too long; OSError."""
        try:
            async with asyncio.timeout_at(self._due) as waiting:
                self._waiting = waiting
                if self._ending:
                    waiting.reschedule(asyncio.get_running_loop().time() + _QUIET_S)
                return await self._reader.read(READ_BYTES)
        except TimeoutError:
            if not waiting.expired():  # the system gave the connection up
                raise
            if self._ending:
                return b""
            raise self._too_slow() from None
        finally:
            self._waiting = None

    def _too_slow(self) -> ProtocolError:
        limits = self._shared.limits
        if self._service is not None:
            return ProtocolError("slow", f"expected the rest of a line within {limits.line_s:g} s, got a part")
        return ProtocolError("no_hello", f"expected a hello within {limits.hello_s:g} s, got none")

    async def _take(self, line: Line) -> None:
        if self._service is None:
            self._greet(line)
            return
        match line:
            case Counts():
                for _ in self._service.take_counts(line):
                    await asyncio.sleep(0)
            case Pair():
                self._service.take_pair(line)
            case Unreadable():
                self._service.take_unreadable(line)
            case Hello():
                raise ProtocolError("kind", "expected counts or pair after the hello, got another hello")
        await asyncio.sleep(0)  # one that sends without end leaves room for the others

    def _greet(self, line: Line) -> None:
        if not isinstance(line, Hello):
            raise ProtocolError("no_hello", "expected a hello first, got another line")
        if problem := self._shared.runs.welcome(line, self._shared.greeted):
            raise ProtocolError("refused", problem)
        self._service = self._shared.runs.service()
        self._shared.greeted += 1

    def _leave(self) -> None:
        if self._service is None:
            return
        self._service.close()
        self._shared.greeted -= 1

    def _hold(self, held_bytes: int) -> None:
        """Counts what is kept of a line. Raises: ProtocolError: all connections together keep too much."""
        self._shared.held_bytes += held_bytes - self._held_bytes
        self._held_bytes = held_bytes
        if self._shared.held_bytes > self._shared.limits.held_bytes:
            message = (
                f"expected at most {self._shared.limits.held_bytes} bytes of begun lines on all connections, got more"
            )
            raise ProtocolError("full", message)

    def _complain(self, kind: str, message: str) -> None:
        self._shared.complaints.add(kind, f"from={self._name} {message}")
