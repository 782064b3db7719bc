"""Engines are found by name."""

import pytest

from crossfade.shadow.capture.engine import ENGINES, find_engine
from crossfade.shadow.errors import ShadowError


def test_every_engine_is_found() -> None:
    """What the list names can be made."""
    pytest.importorskip("mitmproxy")
    assert all(callable(find_engine(name, "here")) for name in ENGINES)


def test_no_such_engine() -> None:
    """One line with the place, what there is, and what was given; exit 2."""
    with pytest.raises(ShadowError) as raised:
        find_engine("envoi", "crossfade.toml:3: capture.engine")
    assert raised.value.exit_code == 2
    assert str(raised.value) == (
        "crossfade.toml:3: capture.engine: expected mitmproxy, got 'envoi'; choose one of these"
    )


def test_an_engine_whose_extra_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra of its name brings its packages; exit 4."""
    monkeypatch.setitem(ENGINES, "envoy", "no_such_package.engine:make_engine")
    with pytest.raises(ShadowError) as raised:
        find_engine("envoy", "capture.engine")
    assert raised.value.exit_code == 4
    assert str(raised.value) == (
        "capture.engine: expected the packages of envoy, got no module named no_such_package; "
        "pip install 'crossfade[envoy]'"
    )
