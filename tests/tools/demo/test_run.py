"""The demo looks for what it needs before it builds."""

import pytest

from crossfade.shadow.errors import ShadowError
from crossfade.tools.demo.run import check_extra
from crossfade.tools.doctor import Check, demo_packages


def _check(name: str, found: str) -> Check:
    return Check(
        name=name, found=found, ok=bool(found), needed_for="", only_for_demo=True, fix="pip install 'crossfade[demo]'"
    )


def test_a_missing_extra() -> None:
    """Exit 4 and one line that names what is missing and the extra that brings it."""
    with pytest.raises(ShadowError) as raised:
        check_extra([_check("flask", "3.0"), _check("requests", ""), _check("grpcio-status", "")])
    assert str(raised.value) == "demo: expected requests, grpcio-status, got none; pip install 'crossfade[demo]'"
    assert raised.value.exit_code == 4


def test_an_extra_that_is_there() -> None:
    """The environment of the tests has it."""
    check_extra(demo_packages())
    assert {check.name for check in demo_packages()} >= {"flask", "requests"}
