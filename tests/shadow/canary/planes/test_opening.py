"""Planes are opened by their kind."""

import sys
from pathlib import Path

import pytest

from crossfade.shadow.canary.planes.engine import EnginePlane
from crossfade.shadow.canary.planes.opening import MODULES, open_planes
from crossfade.shadow.config import Config, parse_config
from crossfade.shadow.config.canary_settings import PlaneKind
from crossfade.shadow.errors import ShadowError

HEAD = """
[service]
name = "builds"
state = "shared"
[[listen]]
name = "grpc"
address = "127.0.0.1:1"
legacy = "http://127.0.0.1:2"
candidate = "http://127.0.0.1:3"
[canary]
key = ["{key}"]
[[canary.route]]
name = "all"
routes = ["*"]
"""
MODE_FILE = """
[[canary.plane]]
name = "java"
kind = "mode_file"
file = "modes.properties"
read_back = ["http://127.0.0.1:9191"]
"""


def config(more: str, key: str = "header:x-user") -> Config:
    """A canary with these planes."""
    return parse_config(HEAD.replace("{key}", key) + more, Path("crossfade.toml"))


def test_every_kind_has_a_module() -> None:
    """Each key of the config leads somewhere."""
    assert set(MODULES) == set(PlaneKind)


async def test_a_mode_file() -> None:
    """Under its name, with its routes."""
    (plane,) = open_planes(config(MODE_FILE))
    assert (plane.name, plane.carries("a.B/C"), plane.carries("GET /x")) == ("java", True, False)
    await plane.close()


def test_a_key_that_a_service_cant_read() -> None:
    """A token is read by the engine alone: the same person has another one tomorrow."""
    with pytest.raises(ShadowError, match=r"^canary\.key: expected no header:authorization with the plane 'java'"):
        open_planes(config(MODE_FILE, key="header:Authorization"))


async def test_the_engine_is_the_plane_where_none_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the address of its own endpoints, with the token of the environment."""
    monkeypatch.setenv("CROSSFADE_CANARY_TOKEN", "a token")
    (plane,) = open_planes(config('[admin]\naddress = "127.0.0.1:9180"'))
    assert isinstance(plane, EnginePlane)
    assert (plane.name, plane.carries("GET /x")) == ("engine", True)
    assert plane._engines.urls == ("http://127.0.0.1:9180",)
    await plane.close()


async def test_several_engines(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are listed; the address of the config's own endpoints is one pod's."""
    monkeypatch.setenv("CROSSFADE_CANARY_TOKEN", "a token")
    named = '[[canary.plane]]\nname = "pods"\nengines = ["http://10.0.0.1:9180", "http://10.0.0.2:9180"]\n'
    (plane,) = open_planes(config(named + '[admin]\naddress = "127.0.0.1:9180"'))
    assert isinstance(plane, EnginePlane)
    assert plane._engines.urls == ("http://10.0.0.1:9180", "http://10.0.0.2:9180")
    await plane.close()


def test_an_engine_that_cannot_be_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its address, and without the token."""
    monkeypatch.delenv("CROSSFADE_CANARY_TOKEN", raising=False)
    with pytest.raises(ShadowError, match=r"^admin\.address: expected the address of the engine's endpoints"):
        open_planes(config(""))
    with pytest.raises(ShadowError, match=r"^CROSSFADE_CANARY_TOKEN: expected a token in this environment variable"):
        open_planes(config('[admin]\naddress = "127.0.0.1:9180"'))


def test_a_package_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """One line, with the extra that brings it."""
    monkeypatch.setitem(sys.modules, "aiohttp", None)
    monkeypatch.delitem(sys.modules, MODULES[PlaneKind.MODE_FILE], raising=False)
    with pytest.raises(ShadowError, match=r"pip install 'crossfade\[canary\]'$"):
        open_planes(config(MODE_FILE))
