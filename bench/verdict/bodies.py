"""Is a wrong amount found beside a random token, whatever the body is?

    python bench/verdict/bodies.py [--seed N] [--requests 110] [--only csv,xml]

Each kind of body in `kinds.py` is a route on three instances behind a real `crossfade shadow`; no two answers have the
same token. The candidate spells its answers in its own way. Once it is right, once each amount is wrong. Prints for
each kind what the gate says of both, and what else than the token and the amount was reported; exits 1 where a right
candidate fails or has an open cluster, or a wrong one does not fail with a cluster at the amount.
"""

import argparse
import http.client
import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kinds import KINDS, Kind, Page
from served import HOST, Asked, Said, Server
from shadowed import Shadow

_FAULT = 50
_SECONDARY_PCT = 40.0
_AT_ONCE = 8
"""Kinds in one run."""
_CONFIG = """\
[routes]
http = [{routes}]
[mirror]
secondary_pct = {secondary_pct}
deadline_ms = 60000
max_wait_ms = 60000
[gate]
routes = ["GET /*"]
budget_pct = 5.0
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a report says of a kind: the verdict with its ground, and the paths of open clusters."""

    verdict: str
    ground: str
    open: tuple[str, ...]

    def __str__(self) -> str:
        return self.verdict if self.verdict != "inconclusive" else f"{self.verdict} ({self.ground})"


def _answers(seed: int, *, is_java: bool, fault: int) -> Callable[[Asked], Said]:
    tokens = random.Random(seed)

    def answer(asked: Asked) -> Said:
        _, kind, number = asked.target.split("/")
        token = tokens.randbytes(16).hex()
        amount = 1000 + int(number) + fault
        return KINDS[kind].say(Page(number=int(number), amount=amount, token=token, is_java=is_java))

    return answer


def _ask(port: int, kinds: Iterable[str], requests: int) -> None:
    client = http.client.HTTPConnection(HOST, port, timeout=60)
    for number in range(requests):
        for kind in kinds:
            client.request("GET", f"/{kind}/{number}")
            client.getresponse().read()
    client.close()


def measure(kinds: tuple[str, ...], *, seed: int, requests: int, fault: int) -> dict[str, Told]:
    """What one run tells of each kind."""
    sides = [_answers(seed + at, is_java=at == 1, fault=fault if at == 1 else 0) for at in range(3)]
    legacy, candidate, secondary = map(Server, sides)
    routes = ", ".join(f'"GET /{kind}/{{number}}"' for kind in kinds)
    config = _CONFIG.format(routes=routes, secondary_pct=_SECONDARY_PCT)
    with tempfile.TemporaryDirectory() as folder:
        run = Shadow(Path(folder), legacy=legacy.url, candidate=candidate.url, secondary=secondary.url, config=config)
        with run:
            _ask(run.port, kinds, requests)
        report = run.report()
    for server in (legacy, candidate, secondary):
        server.end()
    return {kind: _told(report, f"GET /{kind}/{{number}}") for kind in kinds}


def _measured(kinds: tuple[str, ...], *, seed: int, requests: int, fault: int) -> dict[str, Told]:
    runs = (kinds[at : at + _AT_ONCE] for at in range(0, len(kinds), _AT_ONCE))
    return {
        kind: told for run in runs for kind, told in measure(run, seed=seed, requests=requests, fault=fault).items()
    }


def _told(report: Mapping[str, Any], route: str) -> Told:
    (found,) = (item for item in report["routes"] if item["route"] == route)
    clusters = (item for item in report["clusters"] if item["route"] == route and item["status"] == "open")
    return Told(
        verdict=found["verdict"], ground=found["ground"], open=tuple(sorted({item["path"] for item in clusters}))
    )


def _is_found(kind: Kind, wrong: Told) -> bool:
    return wrong.verdict == "fail" and kind.place in wrong.open


def _cut(path: str) -> str:
    return path if len(path) < 60 else f"{path[:12]}…{path[-30:]}"  # noqa: PLR2004 - what a table has room for


def main() -> int:
    """Prints the table; 1 where a verdict is wrong."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--requests", type=int, default=110, help="of each kind")
    parser.add_argument("--only", default=",".join(KINDS), help="kinds, by commas")
    asked = parser.parse_args()
    kinds = tuple(asked.only.split(","))
    right, wrong = (_measured(kinds, seed=asked.seed, requests=asked.requests, fault=fault) for fault in (0, _FAULT))
    print("| body | right candidate | wrong amount | found at | reported beside it |\n|---|---|---|---|---|")
    missed = 0
    for kind in kinds:
        is_bad = right[kind].verdict == "fail" or bool(right[kind].open) or not _is_found(KINDS[kind], wrong[kind])
        missed += is_bad
        place = KINDS[kind].place
        others = [_cut(path) for path in (*wrong[kind].open, *right[kind].open) if path != place]
        at = f"`{_cut(place)}`" if place in wrong[kind].open else "-"
        beside = ", ".join(f"`{path}`" for path in dict.fromkeys(others)) or "-"
        print(f"| {kind} | {right[kind]} | {wrong[kind]} | {at} | {beside} |{' WRONG' if is_bad else ''}")
    print(f"\n{len(kinds) - missed} of {len(kinds)} kinds as they should be")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
