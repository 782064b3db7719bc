"""Stores that have parted: is a right candidate left alone, and is a wrong one never passed?

    python bench/verdict/drift.py [--seed N] [--reads 160] [--only unmirrored,abandoned,restored] [--recheck 20]

A catalogue on three instances behind a real `crossfade shadow`. Its stores part in one of three ways: writes that no
rule mirrors, writes whose client left before the answer, or a secondary that was restored without the last hour's
writes. Then distinct reads of lists and items follow, against a right candidate and against each fault. Prints the
verdicts; exits 1 where a right candidate fails or a route on which the candidate is wrong passes.
"""

import argparse
import http.client
import json
import random
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from served import HOST, Asked, Said, Server
from shadowed import Shadow

LIST, ITEM = "GET /items", "GET /items/{name}"
FAULTS: Mapping[str, tuple[str, ...]] = {
    "leaves out an item": (LIST,),
    "wrong price": (LIST, ITEM),
    "wrong total": (LIST,),
    "total always 30": (LIST,),  # true until something is written
    "stock missing": (LIST, ITEM),
}
"""What the candidate may have wrong, and the routes on which it shows."""
WAYS = ("none", "unmirrored", "abandoned", "restored")

_AT_START = 30
_PAGE = 10
_LOST = 5
_SLOW_S = 0.6
_CONFIG = """\
[routes]
http = ["GET /items", "GET /items/{{name}}", "POST /items", "POST /import"]
[mirror]
secondary_pct = {secondary_pct}
recheck_pct = {recheck_pct}
[[mirror.rule]]
route = "POST /items"
action = "mirror"
reason = "own stores"
[gate]
routes = ["GET /items", "GET /items/{{name}}"]
budget_pct = 5.0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of the catalogue."""

    name: str
    price: int
    stock: int


class Catalogue:
    """One instance; the candidate's may have a fault."""

    def __init__(self, items: dict[str, Item], fault: str = "") -> None:
        self.items = dict(items)
        self._fault = fault

    def answer(self, asked: Asked) -> Said:
        """GET /items?page=N, GET /items/NAME, POST /items, POST /import."""
        url = urlsplit(asked.target)
        if asked.method == "POST":
            time.sleep(float(asked.headers.get("x-slow", "0")))
            item = Item(**json.loads(asked.body))
            self.items[item.name] = item
            return Said(status=201, value=self._shown(item))
        if url.path == "/items":
            return self._page(int(parse_qs(url.query)["page"][0]))
        found = self.items.get(url.path.rpartition("/")[2])
        return Said(value=self._shown(found)) if found else Said(status=404, value={"error": "no such item"})

    def _page(self, number: int) -> Said:
        found = sorted(self.items.values(), key=lambda item: item.name)
        total = len(found)
        if self._fault == "leaves out an item":
            found = [item for item in found if item.name != found[len(found) // 2].name]
        if self._fault == "wrong total":
            total += 1
        if self._fault == "total always 30":
            total = _AT_START
        shown = [self._shown(item) for item in found[number * _PAGE : (number + 1) * _PAGE]]
        return Said(value={"items": shown, "total": total})

    def _shown(self, item: Item) -> dict[str, Any]:
        shown: dict[str, Any] = {"name": item.name, "price": item.price, "stock": item.stock}
        if self._fault == "wrong price":
            shown["price"] += 1
        if self._fault == "stock missing":
            del shown["stock"]
        return shown


def _items(rng: random.Random, count: int, prefix: str) -> Iterator[Item]:
    for number in range(count):
        letter = "abcdefghijklmnopqrstuvwxyz"[rng.randrange(26)]
        yield Item(name=f"{letter}-{prefix}{number}", price=rng.randrange(100, 9000), stock=rng.randrange(1, 50))


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How many reads of each route there are, and which shares of them the secondary gets and a second look."""

    reads: int = 160
    secondary_pct: float = 20.0
    recheck_pct: float = 20.0

    @property
    def config(self) -> str:
        """What stands behind the ports."""
        return _CONFIG.format(secondary_pct=self.secondary_pct, recheck_pct=self.recheck_pct)


def measure(way: str, fault: str, *, seed: int, asking: Asking) -> dict[str, str]:
    """The verdict of each claimed route."""
    rng = random.Random(f"{seed} {way}")
    start = {item.name: item for item in _items(rng, _AT_START, "old")}
    last_hour = {item.name: item for item in _items(rng, _LOST, "new")}
    here = start | last_hour if way == "restored" else start
    legacy, candidate = Catalogue(here), Catalogue(here, fault)
    secondary = Catalogue(start)
    servers = [Server(each.answer) for each in (legacy, candidate, secondary)]
    with tempfile.TemporaryDirectory(prefix="crossfade-drift-") as name:
        urls = [server.url for server in servers]
        with Shadow(Path(name), legacy=urls[0], candidate=urls[1], secondary=urls[2], config=asking.config) as shadow:
            part = {"unmirrored": _import, "abandoned": _abandon}.get(way, lambda *_: None)
            part(shadow.port, list(_items(rng, _LOST, "late")))
            _read(shadow.port, sorted(legacy.items), asking.reads)
            time.sleep(1.0)
        report = shadow.report()
    for server in servers:
        server.end()
    return {each["route"]: _told(each) for each in report["routes"] if each["route"] in {LIST, ITEM}}


def _told(route: Mapping[str, Any]) -> str:
    left_out = ", ".join(f"{reason} {count}" for reason, count in route["reasons"].items())
    return f"{route['verdict']}{f' ({left_out})' if left_out else ''}"


def _import(port: int, items: list[Item]) -> None:
    for item in items:
        _post(port, "/import", item)


def _abandon(port: int, items: list[Item]) -> None:
    """The client sends a whole request and leaves before legacy answers; legacy does not notice."""
    for item in items:
        body = json.dumps(_fields(item)).encode()
        head = f"POST /items HTTP/1.1\r\nHost: a\r\nX-Slow: {_SLOW_S}\r\nContent-Length: {len(body)}\r\n\r\n"
        with socket.create_connection((HOST, port)) as client:
            client.sendall(head.encode() + body)
            time.sleep(_SLOW_S / 4)
    time.sleep(2 * _SLOW_S)


def _post(port: int, target: str, item: Item) -> None:
    client = http.client.HTTPConnection(HOST, port, timeout=30)
    client.request("POST", target, json.dumps(_fields(item)).encode(), {"Content-Type": "application/json"})
    client.getresponse().read()
    client.close()


def _fields(item: Item) -> dict[str, object]:
    return {"name": item.name, "price": item.price, "stock": item.stock}


def _read(port: int, names: list[str], reads: int) -> None:
    """Distinct reads: a number that no implementation looks at makes each another request."""
    targets = [
        target
        for number in range(reads)
        for target in (f"/items?page={number % 3}&view={number}", f"/items/{names[number % len(names)]}?view={number}")
    ]
    threads = [threading.Thread(target=_ask, args=(port, targets[first::4])) for first in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _ask(port: int, targets: list[str]) -> None:
    client = http.client.HTTPConnection(HOST, port, timeout=30)
    for target in targets:
        client.request("GET", target)
        client.getresponse().read()
    client.close()


def main() -> int:
    """Prints the table; 1 where a verdict is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reads", type=int, default=160, help="of each route")
    parser.add_argument("--recheck", type=float, default=20.0, help="recheck_pct; 0: no second looks")
    parser.add_argument("--secondary", type=float, default=20.0, help="secondary_pct")
    parser.add_argument("--only", default=",".join(WAYS), help="ways to part, by commas; none: they don't")
    parser.add_argument("--faults", default=",".join(FAULTS), help="by commas; none: the right candidate alone")
    asked = parser.parse_args()
    asking = Asking(reads=asked.reads, secondary_pct=asked.secondary, recheck_pct=asked.recheck)
    print(f"| stores part by | candidate | {LIST} | {ITEM} |\n|---|---|---|---|")
    wrong = 0
    for way in asked.only.split(","):
        for fault in ("", *filter(None, asked.faults.split(","))):
            if (way, fault) == ("none", "total always 30"):
                continue
            found = measure(way, fault, seed=asked.seed, asking=asking)
            bad = [
                route
                for route, told in found.items()
                if told.startswith("fail" if route not in FAULTS.get(fault, ()) else "pass")
            ]
            wrong += len(bad)
            shown = " | ".join(found.get(route, "-") for route in (LIST, ITEM))
            print(f"| {way} | {fault or 'right'} | {shown} |{' WRONG' if bad else ''}", flush=True)
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
