"""The second example: generated, one handler ported by what its stub advises, the others forwarded."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc
import pytest

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.codegen.hazards import find_handlers
from crossfade.codegen.java import ProjectOptions
from crossfade.tools.generate import Order, run_generate

pytestmark = pytest.mark.java

FLAGS = Path(__file__).parents[2] / "examples" / "flags"
PORTED = """\
    Double share = java.util.Map.of("new-badge", 12.5, "dark-mode", 100.0).get(request.getFlag());
    if (share == null) {
      String text = "no flag " + dev.crossfade.runtime.PySemantics.repr(request.getFlag());
      throw io.grpc.Status.NOT_FOUND.withDescription(text).asRuntimeException();
    }
    String key = request.getFlag() + "/" + request.getUser();
    long bucket = dev.crossfade.runtime.PySemantics.crc32(key.getBytes(java.nio.charset.StandardCharsets.UTF_8)) % 1000;
    String why = "bucket " + bucket + " of " + dev.crossfade.runtime.PySemantics.str(share) + "%";
    return Decision.newBuilder().setOn(bucket < share * 10).setWhy(why).build();
"""
READY = r"READY (\d+)"
LISTENS = r'"port":(\d+)'

Ask = Callable[[str, list[bytes]], tuple[list[bytes], str, str | None, str]]


@pytest.fixture(scope="module")
def contract() -> Contract:
    """The example's contract."""
    proto = FLAGS / "proto"
    return load_contract(ProtoFiles(files=(proto / "acme/flags/v1/flags.proto",), includes=(proto,)))


@pytest.fixture(scope="module")
def project(contract: Contract, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The generated service with IsOn ported, built."""
    out = tmp_path_factory.mktemp("flags") / "java"
    legacy = find_handlers(FLAGS / "legacy", contract)
    assert legacy.missing == ()
    assert run_generate(contract, Order(out=out, options=ProjectOptions()), legacy).exit_code == 0
    (stub,) = out.rglob("IsOnHandler.java")
    text = stub.read_text()
    assert {"B5", "C17"} & set(re.findall(r"// ([A-K]\d+) flags\.py", text))
    stub.write_text(text.replace("    throw new NotPortedException();\n", PORTED))
    modes = out / "modes.properties"
    modes.write_text("* = LEGACY\nacme.flags.v1.Flags/IsOn = PORTED\n")
    done = subprocess.run(["mvn", "-q", "-B", "package"], cwd=out, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return out


def _ask(channel: grpc.Channel) -> Ask:
    def ask(method: str, messages: list[bytes]) -> tuple[list[bytes], str, str | None, str]:
        call = channel.stream_stream(f"/acme.flags.v1.{method}")(iter(messages), timeout=20, wait_for_ready=True)
        answers: list[bytes] = []
        try:
            answers.extend(call)
        except grpc.RpcError:
            assert call.code() is not grpc.StatusCode.OK
        fields = [*call.initial_metadata(), *call.trailing_metadata()]
        return answers, call.code().name, call.details(), dict(fields).get("x-crossfade-served-by", "")

    return ask


@pytest.fixture(scope="module")
def sides(project: Path) -> Iterator[tuple[Ask, Ask]]:
    """Asks legacy, and the generated service in front of it."""
    legacy = [sys.executable, str(FLAGS / "legacy"), "0"]
    with subprocess.Popen(legacy, stdout=subprocess.PIPE, text=True) as python:
        assert python.stdout is not None
        port = next(found[1] for line in python.stdout if (found := re.search(READY, line)))
        jar = next((project / "target").glob("*.jar"))
        settings = {"CROSSFADE_LEGACY": f"127.0.0.1:{port}", "CROSSFADE_MODES": str(project / "modes.properties")}
        env = {**os.environ, **settings, "CROSSFADE_PORT": "0", "CROSSFADE_DRAIN_PAUSE_S": "0"}
        with subprocess.Popen(["java", "-jar", str(jar)], stdout=subprocess.PIPE, text=True, env=env) as java:
            assert java.stdout is not None
            listens = next(found[1] for line in java.stdout if (found := re.search(LISTENS, line)))
            with (
                grpc.insecure_channel(f"127.0.0.1:{port}") as one,
                grpc.insecure_channel(f"127.0.0.1:{listens}") as two,
            ):
                yield _ask(one), _ask(two)
            java.terminate()
            java.stdout.read()
        python.terminate()


def test_every_call_is_equal(sides: tuple[Ask, Ask], contract: Contract) -> None:
    """The ported handler answers the same bytes as Python; what is not ported comes from Python."""
    direct, through = sides

    def message(kind: str, **values: object) -> bytes:
        return contract.message_class(f"acme.flags.v1.{kind}")(**values).SerializeToString()

    asked = [
        *(
            ("Flags/IsOn", [message("IsOnRequest", flag=flag, user=f"ü{number}")], "candidate")
            for number in range(100)
            for flag in ("new-badge", "dark-mode", "it's")
        ),
        ("Flags/SetShare", [message("SetShareRequest", flag="new-badge", share_pct=250.0)], "legacy"),
        ("Flags/Follow", [message("FollowRequest")], "legacy"),
        ("Usage/Count", [message("Seen", flag="a", users=2), message("Seen", flag="a", users=3)], "legacy"),
    ]
    codes = set()
    for method, messages, side in asked:
        answers, code, details, _ = direct(method, messages)
        assert through(method, messages) == (answers, code, details, side)
        codes.add(code)
    assert codes == {"OK", "NOT_FOUND", "INVALID_ARGUMENT"}
