"""Sessions against a stateful pair of which each side mints its own ids, tokens, page tokens and ETags.

    python bench/verdict/sessions.py [--seed N] [--people 40] [--together 1] [--http | --grpc] [--faults wrong_total]

People register, log in, create orders, page through them, read, update and delete, through a real `crossfade shadow`,
over HTTP (JWT in `Authorization`, ids in paths) and over gRPC (token in metadata). First with a right candidate, then
with each fault of shop.py. Prints, per candidate, the share of all requests that were compared, the findings, and why
the others were not compared. Exits 1 where less than 95 % is compared with a right candidate, it has an open cluster,
or a faulty one has none.
"""

import argparse
import random
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol

import shop_grpc
import shop_http
from served import Server
from shadowed import Shadow
from shop import FAULTS, Shop

_COMPARED = ("matched", "diverged", "noise", "candidate_failed")
_LEAST_PCT = 95.0


class Side(Protocol):
    """A server of one instance."""

    count: int

    @property
    def url(self) -> str:
        """Where it listens."""

    def end(self) -> None:
        """Takes no more requests."""


class Person(Protocol):
    """A client; ``asked`` counts its requests."""

    asked: int

    def work(self, others: list[str]) -> None:
        """A whole session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocols:
    """How one protocol is served and asked."""

    name: str
    server: Callable[[Shop], Side]
    person: Callable[[int, int, random.Random], Person]
    config: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a run has shown."""

    asked: int
    compared: int
    left_out: Counter[str]
    clusters: tuple[str, ...]
    gate: int

    @property
    def compared_pct(self) -> float:
        """The share of all requests that were compared."""
        return 100 * self.compared / max(1, self.asked)


def over_http() -> Protocols:
    """HTTP/1.1 and JSON."""
    return Protocols(
        name="http",
        server=lambda shop: Server(shop_http.serve(shop)),
        person=shop_http.Person,
        config=_config(shop_http.WRITES, f"[routes]\nhttp = {list(shop_http.ROUTES)}\n"),
    )


def over_grpc(messages: ModuleType) -> Protocols:
    """GRPC, with the contract."""
    return Protocols(
        name="grpc",
        server=lambda shop: shop_grpc.Server(shop, messages),
        person=lambda port, number, rng: shop_grpc.Person(port, number, rng, messages),
        config=_config(
            shop_grpc.WRITES, f'[contract]\nprotos = ["{shop_grpc.PROTO}"]\nincludes = ["{shop_grpc.PROTO.parent}"]\n'
        ),
    )


def _config(writes: Sequence[str], more: str) -> str:
    rules = "".join(
        f'[[mirror.rule]]\nroute = "{route}"\naction = "mirror"\nreason = "own stores"\n' for route in writes
    )
    return f'[gate]\nroutes = ["*"]\n[mirror]\nsecondary_pct = 20.0\n{rules}{more}'


def measure(protocol: Protocols, fault: str | None, *, people: int, together: int, seed: int) -> Found:
    """One run with one candidate."""
    sides = [
        protocol.server(Shop(f"{seed} {name}", fault=fault if name == "candidate" else None))
        for name in ("legacy", "candidate", "secondary")
    ]
    legacy, candidate, secondary = sides
    with tempfile.TemporaryDirectory(prefix="crossfade-sessions-") as name:
        shadow = Shadow(
            Path(name), legacy=legacy.url, candidate=candidate.url, secondary=secondary.url, config=protocol.config
        )
        with shadow:
            asked = _work(protocol, shadow.port, people, together, seed)
            time.sleep(1.0)
        report = shadow.report()
        code, _ = shadow.gate()
    for side in sides:
        side.end()
    return _found(report, asked, code)


def _work(protocol: Protocols, port: int, people: int, together: int, seed: int) -> int:
    """All sessions, so many at a time; returns how many requests they sent."""
    others: list[str] = []
    todo = iter(range(people))
    lock, done = threading.Lock(), []

    def worker() -> None:
        while True:
            with lock:
                number = next(todo, None)
            if number is None:
                return
            person = protocol.person(port, number, random.Random(f"{seed} {number}"))
            person.work(others)
            done.append(person.asked)

    threads = [threading.Thread(target=worker) for _ in range(together)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(done) != people:
        raise SystemExit(f"expected {people} sessions to end, got {len(done)}")
    return sum(done)


def _found(report: Any, asked: int, gate: int) -> Found:  # noqa: ANN401 - a JSON document
    outcomes: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for route in report["routes"]:
        outcomes.update(route["outcomes"])
        reasons.update(route["reasons"])
    clusters = [
        f"{each['route']} {each['path']} {each['kind']}" for each in report["clusters"] if each["status"] == "open"
    ]
    return Found(
        asked=asked,
        compared=sum(outcomes[name] for name in _COMPARED),
        left_out=reasons,
        clusters=tuple(clusters),
        gate=gate,
    )


def _row(name: str, found: Found) -> str:
    left_out = ", ".join(f"{reason} {count}" for reason, count in found.left_out.most_common())
    clusters = f"{len(found.clusters)}: {'; '.join(found.clusters[:3])}" if found.clusters else "0"
    return f"| {name} | {found.asked} | {found.compared_pct:.1f} % | {left_out or '-'} | {clusters} | {found.gate} |"


def _protocols(asked: argparse.Namespace, folder: Path) -> Iterator[Protocols]:
    if not asked.grpc:
        yield over_http()
    if not asked.http:
        yield over_grpc(shop_grpc.messages_in(folder))


def main() -> int:
    """Prints a table for each protocol."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--people", type=int, default=40)
    parser.add_argument("--together", type=int, default=1, help="sessions at the same time")
    parser.add_argument("--http", action="store_true", help="only HTTP")
    parser.add_argument("--grpc", action="store_true", help="only gRPC")
    parser.add_argument("--faults", default=",".join(FAULTS), help="only these, by commas; none: the right candidate")
    asked = parser.parse_args()
    faults = [None, *(name for name in asked.faults.split(",") if name)]
    wrong = []
    with tempfile.TemporaryDirectory() as folder:
        for protocol in _protocols(asked, Path(folder)):
            print(f"| {protocol.name}: candidate | requests | compared | left out | open clusters | gate |")
            print("|---|---|---|---|---|---|")
            for fault in faults:
                found = measure(protocol, fault, people=asked.people, together=asked.together, seed=asked.seed)
                print(_row(fault or "right", found), flush=True)
                if bool(found.clusters) != bool(fault) or (fault is None and found.compared_pct < _LEAST_PCT):
                    wrong.append(f"{protocol.name} {fault or 'right'}")
    print(f"\nnot as they must be: {', '.join(wrong) or 'none'}")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
