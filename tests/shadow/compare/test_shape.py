"""A shape says how a value looks, not what it says."""

import datetime
import random
import time
import uuid
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.shadow.compare.shape import shape

UTC = datetime.UTC


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "null"),
        (True, "bool"),
        (1, "int"),
        (-1_700_000_000, "int"),
        (1_700_000_000, "epoch-s"),
        (1_700_000_000_000, "epoch-ms"),
        (1_700_000_000_000_000, "epoch-us"),
        (1_700_000_000_000_000_000, "epoch-ns"),
        (2**70, "int"),
        (1.5, "number"),
        (float("nan"), "number"),
        (Decimal("1e400"), "number"),
        (b"\xff", "bytes"),
        ((), "tuple"),
        ({}, "dict"),
        ("", "empty"),
        ("hello", "text"),
        ("2f1c7a00-0000-4000-8000-00000000000a", "uuid"),
        ("2F1C7A00-0000-4000-8000-00000000000A", "uuid upper"),
        ("2F1c7a00-0000-4000-8000-00000000000a", "uuid mixed"),
        ("2f1c7a00000040008000000000000000", "hex32"),
        ("2F1C7A00000040008000000000000000", "hex32 upper"),
        ("ab" * 20, "hex40"),
        ("ab" * 32, "hex64"),
        ("ab" * 10, "text"),
        ("2024-01-02T03:04:05Z", "time T  Z"),
        ("2024-01-02T03:04:05.123456+00:00", "time T .6 offset"),
        ("2024-01-02T03:04:05.123+0000", "time T .3 offset"),
        ("2024-01-02 03:04:05", "time    naive"),
        ("2024-01-02T03:04", "time T -seconds naive"),
        ("2024-01-02T03:04:05Z[UTC]", "time T  Z region"),
        ("2024-01-02", "date"),
        ("Tue, 02 Jan 2024 03:04:05 GMT", "http-date"),
        ("PT26H3M4S", "iso-duration"),
        ("P1D", "iso-duration"),
        ("PT-0.5S", "iso-duration"),
        ("P", "text"),
        ("PT", "text"),
        ("1 day, 2:03:04", "clock-duration"),
        ("2:03:04.5", "clock-duration"),
        ("True", "Python bool"),
        ("true", "bool"),
        ("None", "Python null"),
        ("null", "null"),
        ("TRUE", "text"),
        ("-12", "integer"),
        ("\u0661\u0662", "text"),
        ("1.0E7", "exponent E"),
        ("1e-05", "exponent e"),
        ("12.5", "decimal"),
        ("https://ci.example/builds/1", "url"),
        ("12 ", "text"),
        ("12\n", "text"),
    ],
)
def test_shapes(value: Any, expected: str) -> None:
    """One line of the table each."""
    assert shape(value) == expected


_times = st.datetimes(datetime.datetime(2001, 9, 10), datetime.datetime(2049, 1, 1))  # noqa: DTZ001


@given(_times.filter(lambda at: at.microsecond > 0))
def test_what_python_writes_has_one_shape(at: datetime.datetime) -> None:
    """A field of one implementation looks alike whenever it is read."""
    assert shape(at.isoformat()) == "time T .6 naive"
    assert shape(at.replace(tzinfo=UTC).isoformat()) == "time T .6 offset"
    assert shape(at.strftime("%Y-%m-%dT%H:%M:%SZ")) == "time T  Z"
    assert shape(at.date().isoformat()) == "date"
    assert shape(int(at.replace(tzinfo=UTC).timestamp())) == "epoch-s"
    assert shape(int(at.replace(tzinfo=UTC).timestamp() * 1000)) == "epoch-ms"


@given(st.integers(0, 2**128 - 1))
def test_ids_have_one_shape(number: int) -> None:
    """Two new ids look alike."""
    assert shape(str(uuid.UUID(int=number | 0xA))) == "uuid"
    assert shape(f"{number | 0xA:032x}") == "hex32"


@given(st.text(st.characters()) | st.from_regex(r"[0-9PTDHMS:.+\-Z e]*", fullmatch=True))
def test_any_text(text: str) -> None:
    """Every text has a shape."""
    assert shape(text)


def test_long_text_costs_nothing() -> None:
    """No pattern looks at more than a few hundred characters."""
    rng = random.Random(3)
    started = time.process_time()
    for alphabet in ("0", "0.", "PT1.", "a:/", "0-", "1 day, "):
        for length in (290, 300, 1_000_000):
            assert shape("".join(rng.choices(alphabet, k=length)))
    assert time.process_time() - started < 5
