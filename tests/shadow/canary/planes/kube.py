"""A real Kubernetes API server with etcd, on free ports of loopback; it takes 3 s and 300 MB."""

import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import yaml
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

ADMIN, CONTROLLER, VIEWER = "admin-token", "controller-token", "viewer-token"
CONTROLLER_USER = "system:serviceaccount:shop:crossfade-canary"
_TOKENS = f'{ADMIN},admin,1,"system:masters"\n{CONTROLLER},{CONTROLLER_USER},2\n{VIEWER},viewer,3\n'
_READY_S = 90


class Kube:
    """The API server as an administrator sees it."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self._folder = folder
        self._certificate = folder / "certs" / "apiserver.crt"  # its own authority is in it

    def call(self, method: str, path: str, body: Any = None, kind: str = "application/json") -> Any:
        """The JSON of an answer. Raises: HTTPError."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {ADMIN}", "Content-Type": kind}
        asked = Request(self.url + path, data=data, headers=headers, method=method)
        context = ssl.create_default_context(cafile=self._certificate)
        with urlopen(asked, timeout=10, context=context) as answer:
            text = answer.read().decode()
        return json.loads(text) if text.startswith("{") else text

    def apply(self, body: Mapping[str, Any]) -> Any:
        """Makes an object, strictly: a field that the schema lacks is an error."""
        return self.call("POST", f"{self._folder_of(body)}?fieldValidation=Strict", body)

    def path_of(self, body: Mapping[str, Any]) -> str:
        """The path of an object."""
        return f"{self._folder_of(body)}/{body['metadata']['name']}"

    def kubeconfig(self, token: str, url: str | None = None) -> Path:
        """A kubeconfig of the person with this token."""
        path = self._folder / f"{token}.yaml"
        cluster = {"server": url or self.url, "certificate-authority": str(self._certificate)}
        named = {
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"token": token}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        }
        path.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "Config", "current-context": "x", **named}))
        return path

    def install(self, folder: Path, *names: str) -> None:
        """Installs CRDs, and waits until they are served."""
        for name in names:
            (crd,) = yaml.safe_load_all((folder / name).read_text())
            self.apply(crd)
            group, plural = crd["spec"]["group"], crd["spec"]["names"]["plural"]
            version = crd["spec"]["versions"][0]["name"]
            self.wait(f"/apis/{group}/{version}/{plural}")

    def wait(self, path: str) -> None:
        """Until it is there."""
        until = time.monotonic() + _READY_S
        while True:
            try:
                self.call("GET", path)
            except (HTTPError, URLError, OSError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.1)
            else:
                return

    @staticmethod
    def _folder_of(body: Mapping[str, Any]) -> str:
        group = "api" if "/" not in body["apiVersion"] else "apis"
        plural = f"{body['kind'].lower()}s"
        namespace = body["metadata"].get("namespace")
        where = f"/namespaces/{namespace}" if namespace else ""
        return f"/{group}/{body['apiVersion']}{where}/{plural}"


@contextmanager
def running(etcd: str, apiserver: str, folder: Path) -> Iterator[Kube]:
    """Starts both, and ends them."""
    etcd_port, peer_port, port = _ports(3)
    (folder / "tokens").write_text(_TOKENS)
    private = rsa.generate_private_key(65537, 2048)
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key").write_bytes(private.private_bytes(*form))
    client, peer = f"http://127.0.0.1:{etcd_port}", f"http://127.0.0.1:{peer_port}"
    key = folder / "key"
    of_etcd = {
        "data-dir": folder / "etcd",
        "listen-client-urls": client,
        "advertise-client-urls": client,
        "listen-peer-urls": peer,
        "initial-advertise-peer-urls": peer,
        "initial-cluster": f"default={peer}",
        "unsafe-no-fsync": "true",
    }
    of_apiserver = {
        "etcd-servers": client,
        "cert-dir": folder / "certs",
        "secure-port": port,
        "bind-address": "127.0.0.1",
        "service-cluster-ip-range": "10.0.0.0/24",
        "service-account-issuer": "https://kubernetes.default.svc",
        "service-account-key-file": key,
        "service-account-signing-key-file": key,
        "token-auth-file": folder / "tokens",
        "authorization-mode": "RBAC",
        "disable-admission-plugins": "ServiceAccount",
    }
    started = []
    try:
        for program, flags in ((etcd, of_etcd), (apiserver, of_apiserver)):
            command = [program, *(f"--{name}={value}" for name, value in flags.items())]
            with (folder / f"{Path(program).name}.log").open("w") as log:
                started.append(subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT))
        kube = Kube(f"https://127.0.0.1:{port}", folder)
        kube.wait("/readyz")
        yield kube
    finally:
        for process in reversed(started):
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
