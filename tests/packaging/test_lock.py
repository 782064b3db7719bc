"""requirements-dev.txt locks what pyproject.toml asks for, on every Python that is supported."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements-dev.txt"
PYTHONS = ("3.11", "3.12", "3.13")


def _environment(python: str) -> dict[str, str]:
    return {**default_environment(), "python_version": python, "python_full_version": f"{python}.0"}  # type: ignore[dict-item]


def _holds(requirement: Requirement, python: str) -> bool:
    return requirement.marker is None or requirement.marker.evaluate(_environment(python))


def _asked() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [project["dependencies"], *project["optional-dependencies"].values()]
    found = [Requirement(line) for lines in lists for line in lines]
    return [requirement for requirement in found if requirement.name != "crossfade"]


def _locked(python: str) -> Mapping[str, str]:
    """The one version of each package."""
    lines = LOCK.read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.lstrip().startswith("#")]
    held = [(canonicalize_name(pin.name), str(pin.specifier)) for pin in pins if _holds(pin, python)]
    assert len(dict(held)) == len(held)
    return {name: specifier.removeprefix("==") for name, specifier in held}


@pytest.mark.parametrize("python", PYTHONS)
def test_every_dependency_is_locked_within_its_range(python: str) -> None:
    """What pyproject.toml asks for and the lock does not hold is not what is tested: run `make lock`."""
    locked = _locked(python)
    asked = [requirement for requirement in _asked() if _holds(requirement, python)]
    assert len(asked) > 30
    assert [str(each) for each in asked if locked.get(canonicalize_name(each.name), "") not in each.specifier] == []


def test_the_supported_pythons() -> None:
    """They are those that pyproject.toml and the workflow name."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert re.findall(r"Python :: (3\.\d+)", "\n".join(project["classifiers"])) == list(PYTHONS)
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    assert re.search(r"python: \[(.*)\]", workflow)[1] == ", ".join(f'"{python}"' for python in PYTHONS)  # type: ignore[index]


def test_no_registry_is_named() -> None:
    """A lock with hosts in it would tie everyone to one machine's registry."""
    text = LOCK.read_text(encoding="utf-8")
    assert not re.search(r"://|--(?:index-url|extra-index-url|find-links|trusted-host)", text)
