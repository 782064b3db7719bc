"""A real API server with the published CRDs of the Gateway API, one for all tests of a process."""

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

GATEWAY_API = "sigs.k8s.io/gateway-api@v1.4.1"
CRDS = ("gateway.networking.k8s.io_httproutes.yaml", "gateway.networking.k8s.io_grpcroutes.yaml")


def _load() -> Any:
    spec = importlib.util.spec_from_file_location("crossfade_test_kube", Path(__file__).with_name("kube.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def kube_tokens() -> Any:
    """ADMIN, CONTROLLER, VIEWER, and CONTROLLER_USER."""
    return _load()


@pytest.fixture(scope="session")
def gateway_crds(go_module: Callable[[str], Path]) -> Path:
    """The folder of the published CRDs."""
    return go_module(GATEWAY_API) / "config/crd/standard"


@pytest.fixture(scope="session")
def kube(
    tool: Callable[[str], str], gateway_crds: Path, tmp_path_factory: pytest.TempPathFactory, kube_tokens: Any
) -> Iterator[Any]:
    """The server, with the namespace shop."""
    folder = tmp_path_factory.mktemp("kube")
    with kube_tokens.running(tool("etcd"), tool("kube-apiserver"), folder) as kube:
        kube.install(gateway_crds, *CRDS)
        kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop"}})
        yield kube
