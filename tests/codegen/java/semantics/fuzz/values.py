"""Values as JSON and repr() see them, and the text by which the Java side reads them."""

import random
import struct
from typing import Any

from figures import any_double, any_int
from texts import any_text


def any_value(rng: random.Random, depth: int = 0) -> Any:
    """None, a bool, an int, a float, a text, bytes, or a list or dict of these."""
    kind = rng.random()
    if depth < 3 and kind < 0.2:
        return [any_value(rng, depth + 1) for _ in range(rng.randrange(4))]
    if depth < 3 and kind < 0.4:
        return {any_text(rng): any_value(rng, depth + 1) for _ in range(rng.randrange(4))}
    if kind < 0.5:
        return rng.choice((None, True, False))
    if kind < 0.65:
        return any_int(rng, 100)
    if kind < 0.8:
        return any_double(rng)
    return any_text(rng) if kind < 0.98 else rng.randbytes(rng.randrange(6))


def odd_dict(rng: random.Random) -> dict[Any, Any]:
    """A dict whose keys are not all texts, and whose values may be lists."""
    keys = [rng.choice((None, True, any_int(rng, 40), any_double(rng), any_text(rng))) for _ in range(rng.randrange(5))]
    return {key: any_value(rng, 2) if rng.random() < 0.7 else [any_value(rng, 3), 1] for key in keys}


def written(value: Any) -> str:  # noqa: PLR0911 - one line for each type
    """One letter for the type, then the length or the content."""
    match value:
        case None:
            return "N"
        case bool():
            return "T" if value else "F"
        case int():
            return f"i{value};"
        case float():
            return "d" + struct.pack(">d", value).hex()
        case str():
            return f"s{len(value.encode('utf-16-be', 'surrogatepass')) // 2};{value}"
        case bytes():
            return f"b{len(value)};{value.decode('latin-1')}"
        case list():
            return f"l{len(value)};" + "".join(map(written, value))
        case dict():
            return f"m{len(value)};" + "".join(written(key) + written(item) for key, item in value.items())
        case _:
            raise TypeError(type(value))
