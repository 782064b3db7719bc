"""Numbers at their bounds: doubles by their bits, ties, powers, ints of every length, and texts of numbers."""

import random
import struct

from texts import SPACES, mutated

EDGES = (0.0, -0.0, 1.0, -1.0, 0.5, 1.5, 2.5, 1e15, 1e16, 9999999999999998.0, 1e-4, 1e-5, 1e22, 1e23, 5e-324, 2e-323,
         1.7976931348623157e308, 2.2250738585072014e-308, float("inf"), float("-inf"), float("nan"), 2.0**53, 2.0**63,
         0.1, 0.3, 2.675, 1.005, 0.125, 123456789.125)  # fmt: skip
INT_EDGES = (0, 1, -1, 2, -2, 3, 7, 10, 2**31 - 1, 2**31, -(2**31), 2**53, 2**53 + 1, 2**63 - 1, -(2**63))


def any_double(rng: random.Random) -> float:
    """Random bits, a tie of a few decimals, a power of two or ten and its neighbours, or an edge."""
    kind = rng.random()
    if kind < 0.35:
        return struct.unpack(">d", rng.randbytes(8))[0]
    if kind < 0.65:
        places = rng.randrange(7)
        return rng.randrange(-(10**7), 10**7) / 10**places + rng.choice((0, 0.5, 5 / 10 ** (places + 1)))
    if kind < 0.75:
        return rng.choice((-1, 1)) * 2.0 ** rng.randrange(-1074, 1024)
    if kind < 0.85:
        return float(f"{rng.randrange(1, 1000)}e{rng.randrange(-325, 306)}")
    if kind < 0.95:
        return rng.choice((-1, 1)) * rng.uniform(0, 10 ** rng.randrange(-3, 18))
    return rng.choice(EDGES)


def any_int(rng: random.Random, bits: int) -> int:
    """Of any length up to ``bits`` bits with its sign, or an edge."""
    if rng.random() < 0.2:
        return rng.choice(INT_EDGES)
    value = rng.getrandbits(rng.randrange(1, bits))
    return -value if rng.random() < 0.5 else value


def int_text(rng: random.Random) -> str:
    """What int() takes in base 2 to 36, and what it just refuses."""
    digits = "".join(
        rng.choices(rng.choice(("0123456789", "01", "0123456789abcdefXYZ", "٣५\uff120")), k=rng.randrange(1, 12))
    )
    text = rng.choice(("", "", "-", "+")) + rng.choice(("", "", "", "0x", "0b", "0o", "0X")) + digits
    text = rng.choice(("", "", " ", "\n", "\u2003", "\x1c")) + text + rng.choice(("", "", " ", "\x85", "_"))
    return mutated(rng, text, "_01 -+x" + SPACES)


def decimal_text(rng: random.Random) -> str:
    """A decimal of any scale; no negative zero, which Java's BigDecimal does not have."""
    digits = str(rng.randrange(10 ** rng.randrange(1, 25)))
    return (
        rng.choice(("", "-" if int(digits) else ""))
        + digits
        + rng.choice(("", f".{digits}", f"E{rng.randrange(-20, 20)}"))
    )


def float_text(rng: random.Random) -> str:
    """What float() takes, and what it just refuses."""
    kind = rng.random()
    if kind < 0.15:
        text = rng.choice(("nan", "inf", "Infinity", "-inf", "+NaN", "infinit", "1d", "1.0f", "0x1p3", ".", "1e", ""))
    elif kind < 0.5:
        text = repr(any_double(rng))
    else:
        whole, part = str(rng.randrange(10**6)), str(rng.randrange(10**4))
        text = rng.choice(
            (f"{whole}.{part}", f".{part}", f"{whole}.", f"{whole}e{rng.randrange(-400, 400)}", f"1_{whole}")
        )
    return mutated(rng, rng.choice(("", "", " ", "\u3000")) + text + rng.choice(("", "", "\t")), "_.eE+-0٣ \x1c")
