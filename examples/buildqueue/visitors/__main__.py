"""Keeps visiting at a steady rate until its time is over or it is interrupted: python visitors --grpc H:P --http URL.

Each visitor sends its name in x-user, so that a canary may keep it on one side. Which side answered shows in the Server
field of HTTP answers: legacy's has one. Prints a summary as JSON.
"""

import argparse
import asyncio
import contextlib
import json
import random
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

sys.path[0:0] = [
    str(Path(__file__).parent),
    str(Path(__file__).parent.parent),
    str(Path(__file__).parents[1] / "client"),
]

import aiohttp
import grpc
from journal import Journal
from visits import PLAYS, Means

LIMIT_S = 20


async def main():
    args = parsed()
    log = args.log.open("w") if args.log else None
    journal = Journal(log)
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    print("visiting", flush=True)
    began = time.time()
    async with Means(args.grpc, args.http) as means:
        await visit(args, means, journal, stop)
    if log:
        log.close()
    text = json.dumps(journal.summary() | {"began": began}, indent=2)
    args.json.write_text(text) if args.json else print(text)


async def visit(args, means, journal, stop):
    """Starts a request each 1/rate seconds, whatever became of those before."""
    rng = random.Random(args.seed)
    plays = [(route, play) for route, play in PLAYS.items() if not args.routes or route in args.routes]
    loop = asyncio.get_running_loop()
    began, running = loop.time(), set()
    for at in range(int(args.rate * args.seconds)):
        due = began + at / args.rate
        if (wait := due - loop.time()) > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), wait)
        if stop.is_set():
            break
        request = Request(*plays[at % len(plays)], f"user-{rng.randrange(args.users):05d}", at, loop.time() - began)
        task = asyncio.create_task(request.send(means, journal))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


class Request(NamedTuple):
    """What one visitor sends; ``number`` makes it another one than those before, ``at_s`` is when it was due."""

    route: str
    play: Callable
    user: str
    number: int
    at_s: float

    async def send(self, means, journal):
        """Counts it with what was wrong with its answer."""
        try:
            async with asyncio.timeout(LIMIT_S):
                side, wrong = await self.play(means, self.user, self.number)
        except (aiohttp.ClientError, grpc.RpcError, OSError, TimeoutError) as error:
            side, wrong = None, f"{type(error).__name__}: {error}"[:200]
        journal.note(self.route, self.user, side, wrong, self.at_s)


def parsed():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grpc", required=True, help="host:port")
    parser.add_argument("--http", required=True, help="http://host:port")
    parser.add_argument("--rate", type=float, default=100.0, help="requests per second")
    parser.add_argument("--seconds", type=float, default=3600.0)
    parser.add_argument("--users", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--routes", nargs="*", choices=sorted(PLAYS), help="only these")
    parser.add_argument("--log", type=Path, help="where each request is written, one JSON text in a line")
    parser.add_argument("--json", type=Path, help="where the summary goes; else it is printed")
    return parser.parse_args()


if __name__ == "__main__":
    asyncio.run(main())
