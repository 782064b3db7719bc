"""One Maven build of the runtime with a probe, a grpcio legacy, and JVMs between them and a grpcio client."""

import importlib.util
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import grpc
import pytest

HERE = Path(__file__).parent
RUNTIME = Path(__file__).parents[4] / "codegen" / "java" / "runtime"
UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def _load(name: str, path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_jvm = _load("runtime_tests_jvm", HERE / "jvm.py")
_failing_legacy = _load("runtime_tests_failing_legacy", HERE / "failing_legacy.py")
_legacy = _load("runtime_tests_legacy", HERE / "legacy.py")
_probe = _load("runtime_tests_probe", HERE / "probe.py")


@pytest.fixture(scope="session")
def probe() -> Any:
    """How a client asks."""
    return _probe


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built project: the runtime's files as they are, and the probe."""
    folder = tmp_path_factory.mktemp("java") / "project"
    shutil.copytree(HERE / "project", folder)
    shutil.copytree(RUNTIME, folder / "src/main/java/dev/crossfade/runtime")
    done = subprocess.run(
        ["mvn", "-q", "-B", "process-classes"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout
    return folder


@pytest.fixture(scope="session")
def remaining() -> list[Path]:
    """The runtime's files that a service has whose every RPC is ported."""
    return [path for path in sorted(RUNTIME.glob("*.java")) if path.name != "Strangler.java"]


@pytest.fixture(scope="session")
def messages(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The probe's messages in Python."""
    folder = tmp_path_factory.mktemp("messages")
    proto = HERE / "project/src/main/proto"
    subprocess.run(
        [sys.executable, "-m", "grpc_tools.protoc", f"-I{proto}", f"--python_out={folder}", "probe.proto"], check=True
    )
    return _load("probe_pb2", folder / "probe_pb2.py")


@pytest.fixture(scope="session")
def said(messages: ModuleType) -> Callable[..., bytes]:
    """The bytes of a message to the probe."""

    def said(text: str = "", count: int = 0, blob: bytes = b"") -> bytes:
        data: bytes = messages.Ask(text=text, count=count, blob=blob).SerializeToString()
        return data

    return said


@pytest.fixture(scope="session")
def new_legacy(messages: ModuleType) -> Callable[..., Any]:
    """Starts a legacy of its own."""
    return lambda **options: _legacy.Legacy(messages, **options)


@pytest.fixture(scope="session")
def new_failing_legacy() -> Callable[..., Any]:
    """Starts a legacy that fails in a way of its own."""
    return _failing_legacy.FailingLegacy


@pytest.fixture(scope="session")
def new_ingest() -> Callable[..., Any]:
    """Starts an ingest of its own."""
    return _jvm.Ingest


@pytest.fixture(scope="session")
def _shared_legacy(new_legacy: Callable[..., Any]) -> Iterator[Any]:
    legacy = new_legacy()
    yield legacy
    legacy.stop()


@pytest.fixture
def legacy(_shared_legacy: Any) -> Any:
    """The legacy, which has seen nothing yet."""
    _shared_legacy.seen.clear()
    return _shared_legacy


@pytest.fixture(scope="session")
def start(build: Path) -> Iterator[Callable[..., Any]]:
    """Starts a JVM with these CROSSFADE_ variables; all end with the session."""
    started = []

    def start(*, java: str = "java", final: bool = False, otlp: str = "", **settings: object) -> Any:
        env = {f"CROSSFADE_{name.upper()}": str(value) for name, value in settings.items()}
        env |= {"OTEL_EXPORTER_OTLP_ENDPOINT": otlp} if otlp else {}
        env = {"CROSSFADE_PORT": "0", "CROSSFADE_HOST": "127.0.0.1", "CROSSFADE_DRAIN_PAUSE_S": "0", **env}
        started.append(_jvm.Jvm(build, env, java=java, final=final))
        return started[-1]

    yield start
    for jvm in started:
        if jvm.process.poll() is None:
            jvm.end()


@pytest.fixture(scope="session")
def asking(build: Path) -> Iterator[Callable[..., str]]:
    """What a class of the probe answers to a line with tabs; one JVM for each class."""
    classpath = f"{build / 'target/classes'}:{build / 'target/lib'}/*"
    with ExitStack() as stack:

        @cache
        def running(name: str) -> Any:
            command = ["java", "-XX:TieredStopAtLevel=1", "-cp", classpath, f"dev.probe.{name}"]
            pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
            process = stack.enter_context(subprocess.Popen(command, **pipes, text=True, bufsize=1))
            assert process.stdin is not None
            stack.callback(process.stdin.close)
            return process

        def asking(name: str, *parts: object) -> str:
            process = running(name)
            process.stdin.write("\t".join(map(str, parts)) + "\n")
            return str(process.stdout.readline()).rstrip("\n")

        yield asking


@pytest.fixture
def own_address(asking: Callable[..., str]) -> Callable[..., bool]:
    """Whether a target is the server that listens at a host ("" for all addresses) and a port."""
    return lambda target, host, port: asking("OwnAddresses", target, host, port) == "true"


@pytest.fixture
def peer_text(asking: Callable[..., str]) -> Callable[[str], str]:
    """How a peer at an address is told to a handler."""
    return lambda address: asking("PeerTexts", address)


@pytest.fixture
def unix_ingest(tmp_path: Path) -> Iterator[Any]:
    """An ingest at a socket of the file system."""
    ingest = _jvm.Ingest(tmp_path / "ingest.sock")
    yield ingest
    ingest.close()


@pytest.fixture(scope="session")
def ingest() -> Iterator[Any]:
    """Where the shared JVM sends its evidence."""
    ingest = _jvm.Ingest()
    yield ingest
    ingest.close()


@pytest.fixture(scope="session")
def collector() -> Iterator[Any]:
    """Where the shared JVM sends its metrics."""
    with _jvm.collector() as collector:
        yield collector


@pytest.fixture
def own_collector() -> Iterator[Any]:
    """Where a JVM of one test sends its traces."""
    with _jvm.collector() as collector:
        yield collector


@pytest.fixture(scope="session")
def modes_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The modes file of the shared JVM."""
    path = tmp_path_factory.mktemp("modes") / "modes.properties"
    path.write_text("* = LEGACY\n")
    return path


@pytest.fixture(scope="session")
def strangler(start: Callable[..., Any], _shared_legacy: Any, ingest: Any, collector: Any, modes_file: Path) -> Any:
    """The shared JVM."""
    return start(
        otlp=f"http://127.0.0.1:{collector.server_port}/",
        legacy=f"127.0.0.1:{_shared_legacy.port}",
        modes=modes_file,
        modes_poll_s=0.02,
        ingest=ingest.address,
        ingest_flush_s=0.05,
        service="probe",
        build="abc",
        compare_timeout_s=0.5,
        compare_also="probe.v1.Probe/LaterChat",
        metrics_s=0.2,
    ).ready()


@pytest.fixture
def modes(strangler: Any, modes_file: Path) -> Callable[[str], None]:
    """Writes the modes file and waits until it holds."""

    def modes(text: str) -> None:
        since = len(strangler.events)
        if modes_file.read_bytes() != text.encode():
            modes_file.write_text(text)  # not at one stroke, as an editor does it
            strangler.named("modes.changed", since=since)

    return modes


@pytest.fixture(scope="session")
def connect() -> Iterator[Callable[..., grpc.Channel]]:
    """A channel to a port, without limits on what comes back."""
    channels: list[grpc.Channel] = []

    def connect(port: int, options: tuple[tuple[str, Any], ...] = ()) -> grpc.Channel:
        channels.append(grpc.insecure_channel(f"127.0.0.1:{port}", options=[*UNLIMITED, *options]))
        return channels[-1]

    yield connect
    for channel in channels:
        channel.close()


@pytest.fixture(scope="session")
def direct(connect: Callable[..., grpc.Channel], _shared_legacy: Any) -> grpc.Channel:
    """A channel to legacy itself."""
    return connect(_shared_legacy.port)


@pytest.fixture(scope="session")
def through(connect: Callable[..., grpc.Channel], strangler: Any) -> grpc.Channel:
    """A channel to the shared JVM."""
    return connect(strangler.port)
