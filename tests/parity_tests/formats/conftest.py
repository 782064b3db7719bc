"""Files that the real tools wrote, and what was read of them."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

import pytest

from crossfade.parity_tests.formats.exchanges import Exchange, LeftOut, Omission

DATA = Path(__file__).with_name("data")


@dataclass(frozen=True)
class Read:
    """The exchanges in their order, and how many of what were left out."""

    exchanges: tuple[Exchange, ...]
    left_out: Counter[Omission]

    @property
    def lines(self) -> list[str]:
        """Method and target of each."""
        return [f"{item.request.method} {item.request.target}" for item in self.exchanges]


@pytest.fixture
def data() -> Path:
    """The folder of the files."""
    return DATA


@pytest.fixture
def taken() -> Callable[[Iterable[Exchange | LeftOut]], Read]:
    """Reads to the end."""

    def read(found: Iterable[Exchange | LeftOut]) -> Read:
        items = list(found)
        return Read(
            exchanges=tuple(item for item in items if isinstance(item, Exchange)),
            left_out=Counter(item.omission for item in items if isinstance(item, LeftOut)),
        )

    return read
