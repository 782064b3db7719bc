"""The columns of inputs: each is drawn from its own seed, so that a new one changes no other."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import figures
import protocols
import texts
import values

REGEX_TEXTS = 50  # Python compiles slowly: so many texts for one expression


@dataclass(frozen=True, slots=True)
class Column:
    """What Python takes, and the same as text for Java."""

    inputs: list[Any]
    written: list[str]


class Columns:
    """Draws a column when it is first asked for; ``count`` values each, but for ``runs``."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._drawn: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._drawn:
            inputs = list(self._draw(name, random.Random(name)))
            self._drawn[name] = Column(inputs, list(map(_written(name), inputs)))
        return self._drawn[name]

    def _draw(self, name: str, rng: random.Random) -> Iterator[Any]:
        if name in {"runs", "unknown"}:
            return iter(texts.runs(known=name == "runs"))
        if name.startswith("regex."):
            return self._regex(("pattern", "flags", "subject").index(name.removeprefix("regex.")))
        if name.startswith("part"):
            return (texts.part_of(rng, text) for text in self["text"].inputs)
        draw = DRAWN[name]
        return (draw(rng) for _ in range(self._count))

    def _regex(self, place: int) -> Iterator[Any]:
        rng = random.Random("regex")
        for _ in range(self._count // REGEX_TEXTS):
            for row in protocols.regex_and_subjects(rng, REGEX_TEXTS):
                yield row[place]


def _near(rng: random.Random) -> int:
    return rng.choice((rng.randrange(-5, 6), rng.randrange(-20, 21)))


def _few_doubles(rng: random.Random) -> list[float]:
    return [figures.any_double(rng) for _ in range(rng.randrange(1, 6))]


DRAWN: dict[str, Callable[[random.Random], Any]] = {
    "text": texts.any_text,
    "text2": texts.any_text,
    "fill": lambda rng: rng.choice((".", " ", "0", "😀", "é")),
    "chars": lambda rng: texts.apart("".join(rng.choices(rng.choice(texts.ALPHABETS), k=rng.randrange(4)))),
    "near": _near,
    "near2": _near,
    "bound": lambda rng: rng.choice((None, _near(rng))),
    "bound2": lambda rng: rng.choice((None, _near(rng))),
    "step": lambda rng: rng.choice((1, -1, 2, -2, 3, -7, 0)),
    "width": lambda rng: rng.randrange(-1, 20),
    "limit": lambda rng: rng.randrange(-1, 4),
    "digits": lambda rng: rng.choice((0, 1, 2, 2, 3, 6, 15, 17, rng.randrange(30))),
    "places": lambda rng: rng.choice((0, 1, 2, 2, 3, 6, -1, -3, 15, 22, rng.randrange(-330, 330))),
    "double": figures.any_double,
    "double2": figures.any_double,
    "doubles": _few_doubles,
    "long": lambda rng: figures.any_int(rng, 64),
    "long2": lambda rng: figures.any_int(rng, 64),
    "big": lambda rng: figures.any_int(rng, 200),
    "big2": lambda rng: figures.any_int(rng, 100),
    "base": lambda rng: rng.choice((2, 8, 10, 16, 16, 36, 7)),
    "int.text": figures.int_text,
    "float.text": figures.float_text,
    "value": values.any_value,
    "query": values.odd_dict,
    "place": lambda rng: rng.randrange(2),
    "decimal.text": figures.decimal_text,
    "options": lambda rng: rng.randrange(8),
    "bytes": lambda rng: rng.randbytes(rng.randrange(rng.choice((4, 40, 120)))),
    "utf8": protocols.odd_utf8,
    "query.text": protocols.query_text,
    "url": protocols.url_text,
    "url2": protocols.url_text,
    "base64.text": protocols.base64_text,
    "uuid.text": protocols.uuid_text,
    "uuid": lambda rng: rng.getrandbits(128),
    "iso.text": protocols.iso_text,
    "moment": protocols.moment,
    "offset": protocols.offset_seconds,
    "delta": protocols.delta_micros,
    "seconds": lambda rng: rng.uniform(-(10 ** rng.randrange(1, 11)), 10 ** rng.randrange(1, 11)),
    "format": protocols.strftime_format,
    "replacement": protocols.replacement,
}


def _written(name: str) -> Callable[[Any], str]:
    if name in {"double", "double2", "seconds"}:
        return lambda value: values.written(value)[1:]
    if name in {"value", "query", "doubles"}:
        return values.written
    if name in {"bytes", "utf8"}:
        return lambda value: value.decode("latin-1")
    return lambda value: "" if value is None else value if isinstance(value, str) else str(value)
