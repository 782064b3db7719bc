"""What comparing two lists of 1,000 costs where much differs: CPU time, decoding not included.

python bench/differ/long_lists.py
python bench/differ/long_lists.py --elements 10000      # ten times as many must not take a hundred times as long
"""

import argparse
import os
import random
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from crossfade.shadow.compare.diff import Place
from crossfade.shadow.compare.diff.walk import walk
from crossfade.shadow.exchange.difference import Value

_List = tuple[Value, ...]
_Make = Callable[[int, random.Random], tuple[_List, _List]]
_ROUNDS = 5


def _objects(numbers: range | list[int], price: int = 0, **more: Value) -> _List:
    return tuple(
        {
            **more,
            "id": number,
            "title": f"title {number}",
            "price": price + number % 97,
            "state": ("open", "closed")[number % 2],
            "owner": {"id": number * 7, "mail": f"u{number}@example.org"},
            "tags": ("a", f"t{number % 13}"),
        }
        for number in numbers
    )


def _without_id(items: _List) -> _List:
    """Objects that share a small number of values, so that nothing in them is a key."""
    return tuple(
        {"a": item["price"], "b": item["state"], "c": item["id"] % 31} if isinstance(item, dict) else item  # type: ignore[operator]
        for item in items
    )


def _shuffled(n: int, rng: random.Random) -> list[int]:
    return rng.sample(range(n), n)


def _ints(n: int, rng: random.Random) -> _List:
    return tuple(rng.randrange(3) for _ in range(n))


CASES: dict[str, _Make] = {
    "each changed": lambda n, _: (_objects(range(n)), _objects(range(n), price=1)),
    "each changed and shuffled": lambda n, rng: (_objects(range(n)), _objects(_shuffled(n, rng), price=1)),
    "shuffled": lambda n, rng: (_objects(range(n)), _objects(_shuffled(n, rng))),
    "half of a page shifted": lambda n, _: (_objects(range(n)), _objects(range(n // 2, n + n // 2))),
    "another page": lambda n, _: (_objects(range(n)), _objects(range(n, 2 * n))),
    "each with a new id": lambda n, _: (
        _objects(range(n)),
        tuple({**item, "id": f"x{at}"} for at, item in enumerate(_objects(range(n))) if isinstance(item, dict)),
    ),
    "each changed, no key": lambda n, _: (_without_id(_objects(range(n))), _without_id(_objects(range(n), price=1))),
    "shuffled, no key": lambda n, rng: (
        _without_id(_objects(range(n))),
        _without_id(_objects(_shuffled(n, rng), price=1)),
    ),
    "small ints, others": lambda n, rng: (_ints(n, rng), _ints(n, rng)),
    "small ints, others, one more": lambda n, rng: (_ints(n, rng), _ints(n + 1, rng)),
}


def milliseconds(make: _Make, elements: int) -> tuple[float, int]:
    """CPU time of one comparison, the median of five, and how many differences there are."""
    legacy, candidate = make(elements, random.Random(3))
    found, times = 0, []
    for _ in range(_ROUNDS):
        began = time.process_time()
        found = sum(1 for _ in walk(legacy, candidate, Place.at("body")))
        times.append(1000 * (time.process_time() - began))
    return median(times), found


def main() -> None:
    """Prints the table of bench/README.md, with the machine's load."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--elements", type=int, default=1000)
    asked: Any = parser.parse_args()
    print(f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
    print(f"| {asked.elements:,} elements | CPU ms | differences |\n|---|---|---|")
    for name, make in CASES.items():
        taken, found = milliseconds(make, asked.elements)
        print(f"| {name} | {taken:.0f} | {found:,} |", flush=True)


if __name__ == "__main__":
    main()
