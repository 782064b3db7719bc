"""Plays realistic traffic over both protocols and counts what it sent: python client --grpc H:P --http URL --json OUT.

The plan follows from the seed alone. Every route gets enough distinct requests to claim something about it.
With --metrics it waits for a proxy that has fallen behind in comparing; without, it sends as fast as it is answered.
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
from pace import NoPace, NotComparingError, Pace, read_from
from worker import Worker

WINDOW = 500  # what the proxy has under way on an idle machine: its metrics are up to two seconds old


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
    parser.add_argument("--visits", choices=["mixed", "route"], default="mixed", help="what one x-flow-id is about")
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--metrics", help="where the proxy shows its metrics: http://host:port/metrics")
    parser.add_argument("--window", type=int, default=WINDOW, help="how many requests may be sent and not yet compared")
    parser.add_argument("--patience-s", type=float, default=60.0, help="how long the proxy may compare nothing")
    args = parser.parse_args()
    counts = Counts()
    pace = Pace(read_from(args.metrics), args.window, args.patience_s) if args.metrics else NoPace()
    visits = plan.visits(random.Random(args.seed), args.requests_per_route, of_one_route=args.visits == "route")
    began = time.monotonic()
    with futures.ThreadPoolExecutor(args.workers) as pool:
        running = [
            pool.submit(Worker(f"w{at}", args.grpc, args.http, counts, pace).run, visits[at :: args.workers])
            for at in range(args.workers)
        ]
        try:
            for future in running:
                future.result()
        except NotComparingError as error:
            sys.exit(f"{args.metrics}: {error}; look at the proxy's log")
    result = {"routes": counts.routes, "wall_s": round(time.monotonic() - began, 2)}
    args.json.write_text(json.dumps(result, indent=2))
    sent = sum(entry["sent"] for entry in counts.routes.values())
    print(f"{sent} requests in {result['wall_s']} s, {pace.waited_s:.1f} s of them waiting for the proxy")


if __name__ == "__main__":
    main()
