"""The mismatches that stand, each with its reason; all others fail the run."""

import struct
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from values import written


class Mismatch(NamedTuple):
    """One row on which the two sides differ."""

    function: str
    row: tuple[Any, ...]
    legacy: str
    candidate: str


class Listed(NamedTuple):
    """What is let pass, and why."""

    reason: str
    is_one: Callable[[Mismatch, frozenset[str]], bool]


def _newer_unicode(mismatch: Mismatch, unsure: frozenset[str]) -> bool:
    return not unsure.isdisjoint("".join(map(written, mismatch.row)))


def _last_bit(mismatch: Mismatch, _unsure: frozenset[str]) -> bool:
    if mismatch.function != "pow" or "!" in mismatch.legacy + mismatch.candidate:
        return False
    bits = [struct.unpack(">q", bytes.fromhex(answer))[0] for answer in (mismatch.legacy, mismatch.candidate)]
    return abs(bits[0] - bits[1]) <= 1


def _wide_offset(mismatch: Mismatch, _unsure: frozenset[str]) -> bool:
    if mismatch.function != "fromisoformat" or mismatch.legacy == "!V":
        return False
    offset = datetime.fromisoformat(mismatch.row[0]).utcoffset() or timedelta()
    return abs(offset) > timedelta(hours=18) or offset.microseconds != 0


def _65_bits(mismatch: Mismatch, _unsure: frozenset[str]) -> bool:
    return mismatch.function in {"floorDiv.long", "divmod.long"} and mismatch.row == (-(2**63), -1)


def _plain_sum(mismatch: Mismatch, _unsure: frozenset[str]) -> bool:
    return mismatch.function == "sum" and sys.version_info >= (3, 12)


def _number_ideograph(mismatch: Mismatch, _unsure: frozenset[str]) -> bool:
    return mismatch.function.startswith("isnumeric") and sys.version_info >= (3, 13)


def _no_host(mismatch: Mismatch, _unsure: frozenset[str]) -> bool:
    plain = [answer.replace("/", "") for answer in (mismatch.legacy, mismatch.candidate)]
    return mismatch.function == "urljoin" and sys.version_info >= (3, 12, 2) and plain[0] == plain[1]


LISTED = (
    Listed("a character that one side's Unicode does not know yet", _newer_unicode),
    Listed("the last bit of a power: Java's Math.pow is not the C library's", _last_bit),
    Listed("ZoneOffset holds no offset beyond 18 hours and no microseconds", _wide_offset),
    Listed("the quotient needs more than 64 bits: the twin for BigInteger has it", _65_bits),
    Listed("sum() makes up for rounding from Python 3.12 on: sumCompensated has it", _plain_sum),
    Listed("Unicode 15.1 (Python 3.13) made numbers of ten ideographs", _number_ideograph),
    Listed("Python 3.13 writes other slashes where a URL has no host", _no_host),
)
