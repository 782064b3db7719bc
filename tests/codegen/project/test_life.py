"""The life of a generated project, with Maven and real processes: built, forwarding, ported, final."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from xml.etree import ElementTree as ET

import grpc
import pytest

from crossfade.codegen.contract import ProtoFiles, load_contract
from crossfade.codegen.java import ProjectOptions
from crossfade.tools.generate import Generated, Order, run_generate

pytestmark = pytest.mark.java

PROTO = """\
syntax = "proto3";
package acme.echo.v1;
message M { string text = 1; }
service Echo {
  rpc Say(M) returns (M);
  rpc Repeat(M) returns (stream M);
  rpc Collect(stream M) returns (M);
  rpc Chat(stream M) returns (stream M);
}
"""
BODIES = {
    "Say": "return request;",
    "Repeat": "out.send(request);",
    "Collect": "return in.iterator().next();",
    "Chat": "in.forEach(out::send);",
}
# older than what gRPC names
GSON = """<dependencies>
    <dependency>
      <groupId>com.google.code.gson</groupId>
      <artifactId>gson</artifactId>
      <version>2.10.1</version>
    </dependency>
"""
HANDLERS = "src/main/java/acme/echo/rpc/echo"
SAY = "/acme.echo.v1.Echo/Say"
HELLO = b"\x0a\x05hello"
LEGACY_ANSWER = b"\x0a\x06legacy"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose protos have two RPCs, built once."""
    folder = tmp_path_factory.mktemp("echo")
    (folder / "echo.proto").write_text(PROTO)
    generate(folder / "java")
    maven(folder / "java")
    return folder / "java"


def generate(out: Path, *, finalize: bool = False) -> Generated:
    contract = load_contract(ProtoFiles(files=(out.parent / "echo.proto",)))
    done = run_generate(contract, Order(out=out, options=ProjectOptions(), finalize=finalize), None)
    assert done.exit_code == 0
    return done


def maven(folder: Path, *command: str, env: dict[str, str] | None = None) -> None:
    """Builds, with the smoke test in it."""
    words = command or ("mvn",)
    done = subprocess.run(
        [*words, "-B", "-q", "package"], cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def legacy() -> Iterator[str]:
    """A Python server that answers every call with one text."""
    method = grpc.unary_unary_rpc_method_handler(lambda _request, _context: LEGACY_ANSWER)
    server = grpc.server(ThreadPoolExecutor(max_workers=2))
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("acme.echo.v1.Echo", {"Say": method}),))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    yield f"127.0.0.1:{port}"
    server.stop(None).wait()


@pytest.fixture
def start(project: Path) -> Iterator[Callable[..., grpc.Channel]]:
    """Starts the jar and returns a channel to it, once it is ready."""
    running: list[subprocess.Popen[bytes]] = []
    channels: list[grpc.Channel] = []

    def start(**settings: str) -> grpc.Channel:
        port = free_port()
        env = {**os.environ, "CROSSFADE_PORT": str(port), "CROSSFADE_DRAIN_PAUSE_S": "0", **settings}
        running.append(subprocess.Popen(["java", "-jar", "target/echo.jar"], cwd=project, env=env))
        channels.append(grpc.insecure_channel(f"127.0.0.1:{port}"))
        wait_until_ready(channels[-1])
        return channels[-1]

    yield start
    for channel in channels:
        channel.close()
    for process in running:
        process.terminate()
        assert process.wait(timeout=30) == 0


def wait_until_ready(channel: grpc.Channel, limit_s: float = 60.0) -> None:
    """Asks for health until it is SERVING."""
    check = channel.unary_unary("/grpc.health.v1.Health/Check")
    ends = time.monotonic() + limit_s
    while True:
        try:
            if check(b"", timeout=5, wait_for_ready=True) == b"\x08\x01":
                return
        except grpc.RpcError:
            pass
        assert time.monotonic() < ends, "not ready"
        time.sleep(0.1)


def say(channel: grpc.Channel) -> tuple[bytes, str]:
    """An answer, and who gave it."""
    answer, call = channel.unary_unary(SAY).with_call(HELLO, timeout=20)
    fields = [*call.initial_metadata(), *call.trailing_metadata()]
    return answer, next((str(value) for name, value in fields if name == "x-crossfade-served-by"), "")


def test_from_the_first_day_to_the_last(project: Path, legacy: str, start: Callable[..., grpc.Channel]) -> None:
    """Legacy answers; a handler is written and answers by a line in a file; the switch is taken out."""
    modes = project / "modes.properties"
    first = start(CROSSFADE_LEGACY=legacy, CROSSFADE_MODES=str(modes))
    assert say(first) == (LEGACY_ANSWER, "legacy")

    for name, body in BODIES.items():
        path = project / HANDLERS / f"{name}Handler.java"
        path.write_text(path.read_text().replace("throw new NotPortedException();", body))
        write_tests(project, name)
    pom = project / "pom.xml"
    pom.write_text(f"{GSON}".join(pom.read_text().rsplit("<dependencies>\n", 1)))
    maven(project)
    assert ran(project) == {"SmokeTest": (1, 0), **{f"{name}HandlerTest": (2, 0) for name in BODIES}}
    second = start(CROSSFADE_LEGACY=legacy, CROSSFADE_MODES=str(modes))
    assert say(second) == (LEGACY_ANSWER, "legacy")
    modes.write_text("* = PORTED\n")
    ends = time.monotonic() + 20
    while say(second)[0] == LEGACY_ANSWER:
        assert time.monotonic() < ends
        time.sleep(0.1)
    assert say(second) == (HELLO, "candidate")

    generate(project, finalize=True)
    maven(project, "mvn", "clean")
    last = start()
    assert say(last)[0] == HELLO
    assert list(last.unary_stream("/acme.echo.v1.Echo/Repeat")(HELLO, timeout=20)) == [HELLO]


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({}, "CROSSFADE_PORT: expected a free port, got {port} ("),
        ({"CROSSFADE_PORT": "http"}, "CROSSFADE_PORT: expected a whole number from 0 to 65535, got http"),
    ],
)
def test_a_start_that_fails(project: Path, legacy: str, settings: dict[str, str], line: str) -> None:
    """One line on standard error, and exit code 2."""
    with socket.create_server(("", 0)) as taken:
        port = str(taken.getsockname()[1])
        given = {"CROSSFADE_PORT": port, "CROSSFADE_LEGACY": legacy, **settings}
        env = {**os.environ, **{name: value.format(port=port) for name, value in given.items()}}
        done = subprocess.run(
            ["java", "-jar", *project.glob("target/*.jar")],
            env=env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert done.returncode == 2
    assert done.stderr.startswith(line.format(port=port))
    assert done.stderr.count("\n") == 1


def test_a_library_older_than_generated_code_takes(project: Path, tmp_path: Path) -> None:
    """Is the end of the build, and not a crash of the service."""
    pom = (project / "pom.xml").read_text()
    old = (
        "<dependency><groupId>io.grpc</groupId><artifactId>grpc-api</artifactId><version>1.60.0</version></dependency>"
    )
    (tmp_path / "pom.xml").write_text(f"<dependencies>{old}".join(pom.rsplit("<dependencies>", 1)))
    done = subprocess.run(["mvn", "-B", "validate"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "RequireUpperBoundDeps failed with message" in done.stdout


def write_tests(project: Path, name: str) -> None:
    """A person's own tests: what was made once says all, where an echo is expected."""
    path = project / HANDLERS.replace("main", "test") / f"{name}HandlerTest.java"
    text = path.read_text()
    assert text.count("  @Disabled(") == 2
    kept = [line for line in text.splitlines() if "Disabled" not in line]
    path.write_text("\n".join(kept) + "\n")


def ran(project: Path) -> dict[str, tuple[int, int]]:
    """How many tests each class ran, and how many of them were skipped."""
    suites = (ET.parse(path).getroot() for path in project.glob("target/surefire-reports/TEST-*.xml"))
    return {
        suite.attrib["name"].rpartition(".")[2]: (int(suite.attrib["tests"]), int(suite.attrib["skipped"]))
        for suite in suites
    }


def test_the_wrapper_alone(project: Path, tmp_path: Path) -> None:
    """``./mvnw package`` in an empty home: a JDK is all it needs."""
    copy = tmp_path / "copy"
    shutil.copytree(project, copy, ignore=shutil.ignore_patterns("target"))
    env = {name: value for name, value in os.environ.items() if not name.startswith(("MAVEN", "MVNW"))}
    env |= {"HOME": str(tmp_path / "home"), "MAVEN_OPTS": f"-Duser.home={tmp_path / 'home'}"}
    (tmp_path / "home").mkdir()
    maven(copy, "./mvnw", env=env)
    assert (copy / "target" / "echo.jar").exists()
