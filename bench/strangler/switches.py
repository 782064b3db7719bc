"""Mode switches under load: no call is lost, and each ends on the side where it began.

    python bench/strangler/switches.py [--switches 200] [--rate 500] [--every-s 0.3] [--built DIR]

A generated service stands before a grpcio legacy, and a grpcio client sends calls of all four types at fixed times
(open loop). Its modes file is written anew again and again. Headers, every message and the trailers of an answer name
the side that made them. Exits 1 where a call was lost, was of two sides, or a switch had no effect; ends by itself.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import grpc
from calls import TURN, Call, Client
from figures import Switch, faults, lines
from project import build_sides
from service import Ingest, Service, end

_HERE = Path(__file__).parent
_MODES = ("LEGACY", "CANARY 50%", "PORTED", "COMPARE", "PORTED_COMPARE")
_ENDED = (0, 143)  # of a JVM after SIGTERM
_ENOUGH = 10  # calls that a mode has decided before the next one comes
_LOOKED_AT = 1000
_UNDER_WAY_S = 1.0  # then streams are in flight when the first switch comes
_WARM_UP = 500


def main() -> int:
    """Measures, prints the sums, and returns the exit code."""
    asked = _arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = asked.built or Path(name)
        if not (folder / "sides").exists():
            folder.mkdir(exist_ok=True)
            build_sides(folder)
        return asyncio.run(_measure(asked, folder))


async def _measure(asked: argparse.Namespace, folder: Path) -> int:
    ingest = Ingest()
    address = await ingest.start()
    command = [sys.executable, str(_HERE / "legacy.py"), str(folder)]
    legacy = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    try:
        calls, switches, unexpected = await _run(asked, folder, legacy, address)
    finally:
        await end(legacy)
        await ingest.end()
    for line in lines(calls, switches, ingest.counts):
        print(line)
    found = faults(calls, switches, ingest.counts) + unexpected
    for line in found:
        print(line, file=sys.stderr)
    return int(bool(found))


async def _run(
    asked: argparse.Namespace, folder: Path, legacy: asyncio.subprocess.Process, ingest: str
) -> tuple[Sequence[Call], Sequence[Switch], list[str]]:
    assert legacy.stdout is not None
    modes = folder / "modes"
    _write(modes, "* = LEGACY\n", rename=False)
    service = await Service.start(
        folder / "sides/target/sides.jar",
        legacy=f"127.0.0.1:{int(await legacy.stdout.readline())}",
        modes=modes,
        modes_poll_s=0.02,
        ingest=ingest,
        ingest_flush_s=0.5,
        concurrency=512,
        compare_workers=64,
    )
    try:
        calls, switches = await _load(asked, folder, service, modes)
    finally:
        code = await service.end()
    ended = [] if code in _ENDED else [f"service: expected it to end with one of {_ENDED}, got {code}"]
    return calls, switches, service.unexpected + ended


async def _load(
    asked: argparse.Namespace, folder: Path, service: Service, modes: Path
) -> tuple[Sequence[Call], Sequence[Switch]]:
    sys.path.insert(0, str(folder))
    import sides_pb2  # noqa: PLC0415 made by protoc when the measurement starts
    import sides_pb2_grpc  # noqa: PLC0415 same

    async with grpc.aio.insecure_channel(f"127.0.0.1:{service.port}") as channel:
        client = Client(channel, sides_pb2, sides_pb2_grpc)
        await _warm_up(client, service, modes)
        calls: list[Call] = []
        over = asyncio.Event()
        load = asyncio.create_task(_offer(client, asked.rate, calls, over))
        await asyncio.sleep(_UNDER_WAY_S)
        switches = await _switch(asked, service, modes, calls)
        over.set()
        await load
        return calls, switches


async def _warm_up(client: Client, service: Service, modes: Path) -> None:
    """A cold JVM says nothing about switches."""
    _write(modes, "* = CANARY 50%\n", rename=False)
    await service.event("modes.changed")
    for start in range(0, _WARM_UP, 50):
        calls = [Call(number=number, rpc=TURN[number % len(TURN)], due=0) for number in range(start, start + 50)]
        await asyncio.gather(*map(client.make, calls))


async def _offer(client: Client, rate: float, calls: list[Call], over: asyncio.Event) -> None:
    """Begins calls at fixed times, whatever the answers do, and returns when all have ended."""
    running: set[asyncio.Task[None]] = set()
    start = time.monotonic()
    while not over.is_set():
        call = Call(number=len(calls), rpc=TURN[len(calls) % len(TURN)], due=start + len(calls) / rate)
        await asyncio.sleep(max(0.0, call.due - time.monotonic()))
        calls.append(call)
        task = asyncio.create_task(client.make(call))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)


async def _switch(asked: argparse.Namespace, service: Service, modes: Path, calls: Sequence[Call]) -> Sequence[Switch]:
    """Writes the file again and again, every second time by renaming; goes on when the service says that it holds."""
    rng = random.Random(asked.seed)
    switches: list[Switch] = []
    mode = "CANARY 50%"
    for number in range(asked.switches):
        mode = rng.choice([other for other in _MODES if other != mode])
        written = time.monotonic()
        _write(modes, f"* = {mode}\n", rename=number % 2 == 0)
        event = await service.event("modes.changed")
        held = time.monotonic()
        if any(not _is(now, mode) for now in event["modes"].values()):
            raise SystemExit(f"switch {number}: expected {mode}, got {event['modes']}")
        await asyncio.sleep(written + asked.every_s - held)
        while sum(call.began >= held and call.decided > 0 for call in calls[-_LOOKED_AT:]) < _ENOUGH:  # noqa: ASYNC110
            await asyncio.sleep(0.01)  # on a busy machine; calls that end have no event in common
        switches.append(Switch(mode=mode, written=written, held=held, until=time.monotonic()))
    return switches


def _is(now: str, mode: str) -> bool:
    return now.split(" ", maxsplit=1)[0] == mode.split(" ", maxsplit=1)[0]


def _write(path: Path, text: str, *, rename: bool) -> None:
    if rename:
        other = path.with_suffix(".new")
        other.write_text(text)
        other.replace(path)
    else:
        path.write_text(text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--switches", type=int, default=200)
    parser.add_argument("--rate", type=float, default=500.0, help="calls per second")
    parser.add_argument("--every-s", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--built", type=Path, help="where the service is built, or was already")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
