"""Plays realistic traffic over both protocols and counts what it sent: python client --grpc H:P --http URL --json OUT.

The plan follows from the seed alone. Every route gets enough distinct requests to claim something about it.
"""

import argparse
import collections
import json
import random
import sys
import threading
import time
from concurrent import futures
from pathlib import Path

sys.path[0:0] = [str(Path(__file__).parent), str(Path(__file__).parent.parent)]

import plan
from worker import Worker


class Counts:
    """What was sent and what came back, per route; an answer that is not right is an error."""

    def __init__(self):
        self._lock = threading.Lock()
        self.routes = collections.defaultdict(
            lambda: {"sent": 0, "answered": 0, "errors": 0, "statuses": {}, "texts": []}
        )

    def sent(self, route):
        with self._lock:
            self.routes[route]["sent"] += 1

    def answered(self, route, status):
        with self._lock:
            entry = self.routes[route]
            entry["answered"] += 1
            entry["statuses"][str(status)] = entry["statuses"].get(str(status), 0) + 1

    def failed(self, route, text):
        with self._lock:
            entry = self.routes[route]
            entry["errors"] += 1
            entry["texts"] = [*entry["texts"], text][:5]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--grpc", required=True)
    parser.add_argument("--http", required=True)
    parser.add_argument("--requests-per-route", type=int, default=340)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, required=True)
    args = parser.parse_args()
    counts = Counts()
    steps = plan.make(random.Random(args.seed), args.requests_per_route)
    began = time.monotonic()
    with futures.ThreadPoolExecutor(args.workers) as pool:
        running = [
            pool.submit(Worker(args.grpc, args.http, counts).run, steps[at :: args.workers])
            for at in range(args.workers)
        ]
        for future in running:
            future.result()
    result = {"routes": counts.routes, "wall_s": round(time.monotonic() - began, 2)}
    args.json.write_text(json.dumps(result, indent=2))
    sent = sum(entry["sent"] for entry in counts.routes.values())
    print(f"{sent} requests in {result['wall_s']} s")


if __name__ == "__main__":
    main()
