"""The demo looks for what it needs before it builds."""

from pathlib import Path
from types import SimpleNamespace

import pytest

from crossfade.shadow.config import load_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.demo import run
from crossfade.tools.demo.run import check_extra, example_folder
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


def test_the_config_of_a_run(tmp_path: Path) -> None:
    """Every side has the port that it took, also where that is another side's fixed one; the proxy's are free ones."""
    taken = {"legacy": ("50061", "8082"), "candidate": ("50051", "8081"), "secondary": ("50050", "9180")}
    pair = SimpleNamespace(
        **{side: SimpleNamespace(ready={"grpc": grpc, "http": http}) for side, (grpc, http) in taken.items()}
    )
    config = load_config(run._write_config(example_folder(), tmp_path, pair))  # type: ignore[arg-type]
    for at, listen in enumerate(config.listen):
        assert {side: getattr(listen, side) for side in taken} == {
            side: f"http://127.0.0.1:{ports[at]}" for side, ports in taken.items()
        }
    addresses = {config.admin.address, *(listen.address for listen in config.listen)}
    assert len(addresses) == 3
    assert addresses.isdisjoint({"127.0.0.1:9180", "127.0.0.1:50050", "127.0.0.1:8080"})
