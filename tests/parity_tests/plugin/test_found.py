"""The differences of a call, in the order in which a person reads them."""

import datetime
from types import SimpleNamespace
from typing import Any

from crossfade.parity_tests.plugin.found import found_of
from crossfade.shadow.exchange.difference import Fingerprint


def test_what_tells_most_comes_first() -> None:
    """Another status, then what explains itself, then what is only beside that status."""
    beside = [Fingerprint(template=f"body/{name}", kind="missing", transition="beside 404 -> 200") for name in "ab"]
    own = Fingerprint(template="body/z", kind="format", cause="H1")
    status = Fingerprint(template="status", kind="value", transition="404 -> 200")
    played: Any = SimpleNamespace(signature=())
    found = found_of(played, (*beside, own, status), (), datetime.date(2026, 1, 1))
    assert found.differences == (status, own, *beside)
    assert found_of(played, (own, *beside), (), datetime.date(2026, 1, 1)).differences == (own, *beside)
