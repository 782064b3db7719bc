"""The legacy of sides.proto: a grpcio server that signs everything it says.

    python bench/strangler/legacy.py FOLDER

FOLDER holds what protoc made of sides.proto. Prints its port, and serves until SIGTERM.
"""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator
from types import ModuleType
from typing import Any, Protocol

import grpc

SIDE = "legacy"
MARK = (("x-side", SIDE),)
Context = grpc.aio.ServicerContext[Any, Any]


class Ask(Protocol):
    """What is asked, see sides.proto."""

    text: str
    messages: int
    pause_ms: int


class Sides:
    """The handlers; ``messages`` is sides_pb2."""

    def __init__(self, messages: ModuleType) -> None:
        self._messages = messages

    async def Say(self, ask: Ask, context: Context) -> object:  # noqa: N802 protoc names it
        """One answer, with the text of the question."""
        await self._greet(context)
        return self._said(ask.text, 0)

    async def Count(self, ask: Ask, context: Context) -> AsyncIterator[object]:  # noqa: N802 protoc names it
        """As many messages as are asked for, with a pause before each."""
        await self._greet(context)
        for number in range(ask.messages):
            await asyncio.sleep(ask.pause_ms / 1000)
            yield self._said(ask.text, number)

    async def Collect(self, asks: AsyncIterator[Ask], context: Context) -> object:  # noqa: N802 protoc names it
        """One answer, with all texts joined."""
        await self._greet(context)
        return self._said(" ".join([ask.text async for ask in asks]), 0)

    async def Chat(self, asks: AsyncIterator[Ask], context: Context) -> AsyncIterator[object]:  # noqa: N802 protoc names it
        """An answer to each message."""
        await self._greet(context)
        number = 0
        async for ask in asks:
            yield self._said(ask.text, number)
            number += 1

    async def _greet(self, context: Context) -> None:
        await context.send_initial_metadata(MARK)
        context.set_trailing_metadata(MARK)

    def _said(self, text: str, number: int) -> object:
        return self._messages.Said(side=SIDE, text=text, number=number)


async def main() -> None:
    """Serves until SIGTERM."""
    sys.path.insert(0, sys.argv[1])
    import sides_pb2  # noqa: PLC0415 made by protoc when the measurement starts
    import sides_pb2_grpc  # noqa: PLC0415 same

    server = grpc.aio.server()
    sides_pb2_grpc.add_SidesServicer_to_server(Sides(sides_pb2), server)
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    print(port, flush=True)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()
    await server.stop(None)


if __name__ == "__main__":
    asyncio.run(main())
