"""What all tests share: the tools that they need, how properties are tested, certificates for TLS."""

import contextlib
import datetime
import fcntl
import importlib.util
import ipaddress
import json
import os
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from hypothesis import settings

from crossfade.tools.demo.build import JAR, build_candidate

EXAMPLE = Path(__file__).parents[1] / "examples" / "buildqueue"
_LONG = ("demo", "java", "wheel")
IN_CI = bool(os.environ.get("CI"))
# A dozen builds run Maven, for seconds each: without the optimising compiler it takes less than half of the CPU time.
os.environ.setdefault("MAVEN_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")

# Properties say what holds, not how fast: machines that run them are shared. Speed is measured in bench/.
# Each names everything that matters here: where CI is set, Hypothesis has other defaults.
_COMMON = {"deadline": None, "print_blob": True}
settings.register_profile("dev", **_COMMON, derandomize=False, max_examples=100)
settings.register_profile("ci", **_COMMON, derandomize=True, max_examples=100)  # the same examples at each run
settings.register_profile("soak", **_COMMON, derandomize=False, max_examples=2000)
settings.load_profile("ci" if IN_CI else "dev")


def _load_needs() -> ModuleType:
    spec = importlib.util.spec_from_file_location("crossfade_test_needs", Path(__file__).with_name("needs.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


_needs = _load_needs()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What takes minutes goes first, where several processes share the tests: at the end all have something to do."""
    if hasattr(config, "workerinput"):
        items.sort(key=lambda item: not any(item.get_closest_marker(name) for name in _LONG))


def pytest_report_header() -> list[str]:
    """Names the tools that are missing, and what is skipped for it."""
    lines: list[str] = _needs.header(in_ci=IN_CI)
    return lines


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Looks for the tools before any fixture builds something with them."""
    for marker in item.iter_markers():
        for name in marker.args if marker.name == "needs" else _needs.MARKERS.get(marker.name, ()):
            _find_tool(name)


def _find_tool(name: str) -> str:
    path: str | None = _needs.find(name)
    if path is None:
        end = pytest.fail if IN_CI and _needs.TOOLS[name].in_ci else pytest.skip
        end(_needs.problem(name, in_ci=IN_CI))
    return path


@pytest.fixture(scope="session")
def needs() -> ModuleType:
    """The list of tools."""
    return _needs


@pytest.fixture(scope="session")
def tool() -> Callable[[str], str]:
    """The path of a program of the list. Without it a test is skipped on a person's machine, and fails in CI."""
    return _find_tool


@contextlib.contextmanager
def _kept(name: str) -> Iterator[Path]:
    """A folder of the virtual environment for what is built once; one process at a time."""
    folder = Path(sys.prefix) / "built" / name
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield folder


@pytest.fixture(scope="session")
def go_program() -> Callable[[str], Path]:
    """Builds a program from a Go module, once; its path."""

    def build(module: str) -> Path:
        with _kept(module.replace("/", "_")) as folder:
            program = folder / module.partition("@")[0].rpartition("/")[2]
            if not program.exists():
                environment = {**os.environ, "GOBIN": str(folder), "GOFLAGS": "-mod=mod"}
                command = [_find_tool("go"), "install", module]
                subprocess.run(command, env=environment, check=True, capture_output=True, timeout=600)
        return program

    return build


@pytest.fixture(scope="session")
def go_module() -> Callable[[str], Path]:
    """The files of a Go module, ``path@version``, in Go's own cache: schemas that others publish in no other way."""

    def fetch(module: str) -> Path:
        command = [_find_tool("go"), "mod", "download", "-json", module]
        done = subprocess.run(command, check=True, capture_output=True, timeout=600, cwd="/")
        return Path(json.loads(done.stdout)["Dir"])

    return fetch


@pytest.fixture(scope="session")
def candidate_jar() -> Path:
    """The example's candidate, built by Maven once for each state of its sources."""
    with _kept("buildqueue") as folder:
        return build_candidate(EXAMPLE, folder) / JAR


@dataclass(frozen=True)
class Certificates:
    """PEM files: ``server`` is for 127.0.0.1, localhost and api.test; ``other_client`` is signed by ``other_ca``."""

    ca: Path
    server: Path
    client: Path
    other_ca: Path
    other_client: Path

    def server_context(self, *, client_ca: Path | None = None, alpn: tuple[str, ...] = ()) -> ssl.SSLContext:
        """What a server takes; with ``client_ca`` it asks for a certificate and goes no further without one."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(self.server)
        if alpn:
            context.set_alpn_protocols(list(alpn))
        if client_ca is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(client_ca)
        return context


def _name(text: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Acme"), x509.NameAttribute(NameOID.COMMON_NAME, text)]
    )


_CA_USAGE = x509.KeyUsage(
    digital_signature=False,
    content_commitment=False,
    key_encipherment=False,
    data_encipherment=False,
    key_agreement=False,
    key_cert_sign=True,
    crl_sign=True,
    encipher_only=False,
    decipher_only=False,
)


def _issue(
    folder: Path, text: str, *, by: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None = None
) -> tuple[Path, x509.Certificate, ec.EllipticCurvePrivateKey]:
    """A certificate with its key, signed by another or by itself as a CA."""
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.datetime.now(datetime.UTC)
    names: list[x509.GeneralName] = [x509.DNSName("localhost"), x509.DNSName("api.test")]
    names += [x509.IPAddress(ipaddress.ip_address("127.0.0.1")), x509.UniformResourceIdentifier("spiffe://acme/web")]
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(text))
        .issuer_name(by[0].subject if by else _name(text))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    issuer_key = by[1].public_key() if by else key.public_key()
    for extension in (
        x509.SubjectKeyIdentifier.from_public_key(key.public_key()),
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key),
        x509.SubjectAlternativeName(names) if by else _CA_USAGE,
    ):  # RFC 5280 wants them all, and so do clients on Python 3.13
        builder = builder.add_extension(extension, critical=extension is _CA_USAGE)
    certificate = builder.sign(by[1] if by else key, hashes.SHA256())
    path = folder / f"{text}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path, certificate, key


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Two authorities and what they signed."""
    folder = tmp_path_factory.mktemp("certificates")
    ca, *signer = _issue(folder, "ca")
    other_ca, *other = _issue(folder, "other_ca")
    by, by_other = (signer[0], signer[1]), (other[0], other[1])
    return Certificates(
        ca=ca,
        server=_issue(folder, "server", by=by)[0],
        client=_issue(folder, "client", by=by)[0],
        other_ca=other_ca,
        other_client=_issue(folder, "other_client", by=by_other)[0],
    )


@contextlib.contextmanager
def _cpu_time(at_most_s: float) -> Iterator[None]:
    start = time.process_time()
    yield
    assert time.process_time() - start < at_most_s


@pytest.fixture(scope="session")
def cpu_time() -> Any:
    """A block that fails when it takes more CPU time of its own; far above what it needs, far below a square."""
    return _cpu_time
