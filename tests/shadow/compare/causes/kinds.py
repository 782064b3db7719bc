"""Fields as services have them, each with a maker of typical values, as one implementation writes them.

Two values of one maker have nothing to do with one another: whatever explains them does so by chance.
"""

import datetime
import random
import string
import uuid
from collections.abc import Callable
from decimal import Decimal

from crossfade.shadow.exchange.difference import Value

Maker = Callable[[random.Random], Value]

WORDS = [
    "alpha",
    "beta",
    "gamma",
    "delta",
    "omega",
    "north",
    "south",
    "east",
    "west",
    "blue",
    "green",
    "red",
    "fast",
    "slow",
    "open",
    "closed",
]
# Free text: both spellings of a name stand in one data set
NAMES = [
    "Mcdonald",
    "McDonald",
    "O'Brien",
    "Obrien",
    "Müller",
    "Mueller",
    "Zoë",
    "Zoe",
    "José",
    "Jose",
    "DeVito",
    "Devito",
    "Van",
    "van",
]
ENUMS = ["OPEN", "CLOSED", "PENDING", "FAILED", "RUNNING", "QUEUED"]


def _moment(rng: random.Random) -> datetime.datetime:
    return datetime.datetime.fromtimestamp(rng.randrange(10**9, 2 * 10**9) + rng.randrange(10**6) / 10**6, datetime.UTC)


def _day(rng: random.Random) -> datetime.datetime:
    """A moment of one week, as answers of one day hold them."""
    return datetime.datetime(2026, 3, rng.randrange(9, 16), rng.randrange(24), rng.choice((0, 15, 30, 45)))  # noqa: DTZ001 - naive, as plans are


def _decimal(low: int, high: int, places: int) -> Maker:
    return lambda rng: Decimal(rng.randrange(low * 10**places, high * 10**places)).scaleb(-places)


def _js_number(low: int, high: int, places: int) -> Maker:
    """As a writer that drops ``.0`` has it."""

    def make(rng: random.Random) -> Value:
        number = Decimal(rng.randrange(low * 10**places, high * 10**places)).scaleb(-places)
        return int(number) if number == int(number) else number

    return make


def _int(low: int, high: int) -> Maker:
    return lambda rng: rng.randrange(low, high)


def _optional(make: Maker) -> Maker:
    return lambda rng: None if rng.random() < 0.3 else make(rng)


KINDS: dict[str, Maker] = {
    "weekday": _int(0, 7),
    "day_of_week": _int(1, 8),
    "dow": _int(0, 7),
    "hour": _int(0, 24),
    "month": _int(1, 13),
    "utc_offset_hours": _int(-12, 15),
    "timezone_offset": lambda rng: rng.choice([-12, -8, -7, -6, -5, -4, -3, 0, 1, 2, 3]),
    "score": _int(-10, 30),
    "rank_delta": _int(-9, 10),
    "temp_c": _int(-20, 40),
    "rssi": _int(-90, -30),
    "sentiment": _int(-5, 6),
    "net_votes": _int(-10, 10),
    "humidity": _decimal(30, 60, 2),
    "latitude": _js_number(-90, 90, 0),
    "lat": _decimal(-90, 90, 4),
    "lon": _decimal(-180, 180, 6),
    "balance_cents": _int(-2000, 2000),
    "count": _int(0, 1000),
    "retries": _int(0, 6),
    "priority": _int(-5, 6),
    "version": _js_number(1, 5, 1),
    "api_version": lambda rng: f"{rng.randrange(1, 4)}.{rng.randrange(30)}",
    "release": lambda rng: f"{rng.randrange(1, 3)}.{rng.randrange(10)}.{rng.randrange(20)}",
    "price": _decimal(0, 100, 2),
    "price_text": lambda rng: f"{rng.randrange(100)}.{rng.randrange(100):02}",
    "amount_text": lambda rng: f"{rng.randrange(1, 9)},{rng.randrange(1000):03}.{rng.randrange(100):02}",
    "rating": _decimal(1, 5, 2),
    "stars": _decimal(0, 5, 1),
    "avg": _decimal(0, 20, 1),
    "pct": lambda rng: f"{rng.randrange(1000) / 10:.1f}%" if rng.random() < 0.5 else f"{rng.randrange(100)}%",
    "ratio": _decimal(0, 1, 3),
    "ttl": lambda rng: rng.choice([0, 60, 300, 600, 900, 1800, 3600, 7200, 86400, 90000, 172800, 604800]),
    "timeout_ms": lambda rng: rng.choice([100, 250, 500, 1000, 2000, 5000, 30000]),
    "limit": lambda rng: rng.choice([1, 10, 16, 20, 25, 32, 50, 64, 100, 128, 200, 256, 500, 1024, 4096]),
    "size_bytes": lambda rng: rng.choice([2**power for power in range(40)]),
    "byte": _int(-128, 256),
    "time": lambda rng: _day(rng).strftime("%H:%M"),
    "opens_at": lambda rng: _day(rng).isoformat(),
    "starts": lambda rng: _day(rng).strftime("%Y-%m-%d %H:%M:%S"),
    "created_at": lambda rng: _moment(rng).isoformat(),
    "date": lambda rng: _moment(rng).date().isoformat(),
    "birthday": lambda rng: f"{rng.randrange(1950, 2010)}-{rng.choice(['01-01', '12-31', '12-29', '06-15'])}",
    "valid_until": lambda rng: f"{rng.randrange(2018, 2030)}-12-31",
    "max_bytes": lambda rng: rng.choice([10**9, 10**10, 5 * 10**10, 2**31 - 1, 2**63 - 1]),
    "currency": lambda rng: rng.choice(["EUR", "USD", "CHF", 978, 840, 756]),
    "epoch": lambda rng: int(_moment(rng).timestamp()),
    "duration": lambda rng: str(datetime.timedelta(seconds=rng.randrange(7200))),
    "nullable_count": _optional(_int(0, 4)),
    "nullable_flag": _optional(lambda rng: rng.random() < 0.5),
    "flag": lambda rng: rng.random() < 0.5,
    "note": lambda rng: rng.choice(["True", "None", "yes", "no", "False", "n/a"]),
    "code": lambda rng: rng.choice([1, 2, 3, 7, 20, "A1", "B2", "XL", "X1"]),
    "state": lambda rng: rng.choice(ENUMS),
    "name": lambda rng: rng.choice(NAMES),
    "tags": lambda rng: tuple(rng.sample(WORDS, 5)),
    "phone": lambda rng: f"{rng.randrange(1, 9)},{rng.randrange(1000):03}" if rng.random() < 0.5 else f"{rng.randrange(1, 9)}.{rng.randrange(1000):03}",
    "zip": lambda rng: f"{rng.randrange(100_000):05}",
    "id": lambda rng: rng.randrange(2**63),
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "name_uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=5)),
    "digest": lambda rng: f"{rng.getrandbits(128):032x}",
    "word": lambda rng: rng.choice(WORDS),
    "phrase": lambda rng: " ".join("".join(rng.choices(string.ascii_letters, k=5)) for _ in range(4)),
    "slug": lambda rng: f"{rng.choice(WORDS)}%20{rng.choice(WORDS)}",
}  # fmt: skip
