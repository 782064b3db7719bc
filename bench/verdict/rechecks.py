"""What second looks cost: requests more, at the candidate and at the secondary.

    python bench/verdict/rechecks.py [--requests 2000] [--recheck-pct 20]

A real `crossfade shadow` before three servers that count their requests. The candidate is wrong in 0, 1, 10 or 100 % of
requests, always in the same ones; then once more with a timestamp in each answer, which differs everywhere. Each row is
one run with second looks and one without.
"""

import argparse
import http.client
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from served import HOST, Asked, Said, Server
from shadowed import Shadow

_THREADS = 4
_STEP = 7919  # spreads the wrong ones evenly


def _side(requests: int, wrong_pct: float, *, with_time: bool) -> Callable[[Asked], Said]:
    def answer(asked: Asked) -> Said:
        number = int(asked.target.rpartition("/")[2])
        is_wrong = number * _STEP % requests < requests * wrong_pct / 100
        value: dict[str, object] = {"number": number, "double": number * 2 + is_wrong}
        if with_time:
            value["at"] = time.time_ns()
        return Said(value=value)

    return answer


def counts(requests: int, wrong_pct: float, recheck_pct: float, *, with_time: bool) -> tuple[int, int]:
    """The requests that candidate and secondary got."""
    right = _side(requests, 0, with_time=with_time)
    servers = [Server(right), Server(_side(requests, wrong_pct, with_time=with_time)), Server(right)]
    legacy, candidate, secondary = servers
    config = f'[routes]\nhttp = ["GET /things/{{id}}"]\n[mirror]\nrecheck_pct = {recheck_pct:.1f}\n'
    with (
        tempfile.TemporaryDirectory(prefix="crossfade-rechecks-") as name,
        Shadow(
            Path(name), legacy=legacy.url, candidate=candidate.url, secondary=secondary.url, config=config
        ) as shadow,
    ):
        threads = [
            threading.Thread(target=_ask, args=(shadow.port, range(first, requests, _THREADS)))
            for first in range(_THREADS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        time.sleep(1.0)
    for server in servers:
        server.end()
    return candidate.count, secondary.count


def _ask(port: int, numbers: range) -> None:
    client = http.client.HTTPConnection(HOST, port, timeout=30)
    for number in numbers:
        client.request("GET", f"/things/{number}")
        client.getresponse().read()
    client.close()


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--recheck-pct", type=float, default=20.0)
    asked = parser.parse_args()
    print(
        "| answers differ | requests | at the candidate | more | at the secondary | more |\n|---|---|---|---|---|---|"
    )
    for with_time in (False, True):
        for wrong_pct in (0, 1, 10, 100):
            looks = [counts(asked.requests, wrong_pct, pct, with_time=with_time) for pct in (0.0, asked.recheck_pct)]
            more = [f"{100 * (new - old) / asked.requests:.1f} %" for old, new in zip(*looks, strict=True)]
            name = f"bug {wrong_pct} %{', a timestamp' if with_time else ''}"
            (_, _), (ours, theirs) = looks
            print(f"| {name} | {asked.requests} | {ours} | {more[0]} | {theirs} | {more[1]} |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
