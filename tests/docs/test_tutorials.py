"""The tutorials, followed to the letter: their files, their commands, and what they promise to print."""

import contextlib
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.java

_FILE = re.compile(r"`([\w./]+)`(?: with)?:\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_BIN = Path(sys.executable).parent
_PATIENCE_S = 60


class Tutorial:
    """A page, with free ports in place of its own, in a folder of its own."""

    def __init__(self, text: str, ports: tuple[int, ...], folder: Path) -> None:
        with contextlib.ExitStack() as stack:
            sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in ports]
            self.ports = dict(zip(ports, (each.getsockname()[1] for each in sockets), strict=True))
        for port, free in self.ports.items():
            text = re.sub(rf"\b{port}\b", str(free), text)
        self.text, self.folder = text, folder
        for name, body in _FILE.findall(text):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(body, encoding="utf-8")

    def block(self, language: str, words: str) -> str:
        """The only fenced block of a language with these words."""
        blocks = [
            body
            for body in re.findall(rf"^```{language}\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
            if words in body
        ]
        assert len(set(blocks)) == 1, words
        return blocks[0]

    def line(self, words: str) -> str:
        """The only line of shell with these words."""
        blocks = re.findall(r"^```sh\n(.*?)^```$", self.text, re.MULTILINE | re.DOTALL)
        lines = {line for block in blocks for line in block.splitlines()}
        (line,) = (line for line in lines if words in line)
        return re.sub(r"(?<!\S)(?:\.venv/bin/)?(python|crossfade)\b", rf"{_BIN}/\1", line)

    def run(self, line: str, folder: str = ".") -> subprocess.CompletedProcess[str]:
        """Runs a line to its end."""
        return subprocess.run(
            ["bash", "-c", line],
            cwd=self.folder / folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )

    @contextlib.contextmanager
    def started(self, words: str, port: int) -> Iterator[None]:
        """Runs a line until the block ends, from when its port takes connections."""
        line = re.sub(r"^((?:\w+=\S+ )*)", r"\1exec ", self.line(words))
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen(["bash", "-c", line], cwd=self.folder, stdout=log, stderr=log)
        try:
            self._wait(process, self.ports[port])
            yield
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(_PATIENCE_S)

    def _wait(self, process: subprocess.Popen[bytes], port: int) -> None:
        end = time.monotonic() + _PATIENCE_S
        while time.monotonic() < end and process.poll() is None:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
                return
            time.sleep(0.1)
        pytest.fail((self.folder / "log").read_text(encoding="utf-8"))

    def replace(self, name: str, old: str, new: str) -> None:
        """Edits a file as the page tells: the lines that match ``old`` give way to ``new``."""
        path = self.folder / name
        text, count = re.subn(old, lambda _: new, path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        assert count == 1, name
        path.write_text(text, encoding="utf-8")

    def holds_true(self, words: str, printed: str) -> None:
        """Each line of the page's report was printed, but those cut by dots and the values: which is shown varies."""
        printed = " ".join(printed.split())
        for line in self.block("text", words).splitlines():
            if "..." not in line and not line.startswith(("  legacy", "  candidate")):
                assert " ".join(line.split()) in printed, line


def test_the_http_service(page: Any, tmp_path: Path) -> None:
    """Two differences are found and refused; the two lines of the page fix them, and the gate passes."""
    tutorial = Tutorial(page("tutorial/http-service.md").text, (8000, 5001, 5002, 5003), tmp_path)
    assert tutorial.run(tutorial.line("crossfade init")).returncode == 2  # the config is here already
    assert tutorial.run(tutorial.line("crossfade init") + " --key-only").returncode == 0
    with (
        tutorial.started(f"shop.py {tutorial.ports[5001]}", 5001),
        tutorial.started(f"py {tutorial.ports[5003]}", 5003),
    ):
        first, found = _compare_http(tutorial)
        price, note = re.fullmatch(
            r"( +double price.*?;\n)( +String note.*?\n)", tutorial.block("java", "HALF_EVEN"), re.DOTALL
        ).groups()
        tutorial.replace("Shop.java", r"^ +double price.*?\n", price)
        tutorial.replace("Shop.java", r"^ +String note.*?\n", note)
        second, _ = _compare_http(tutorial)
    tutorial.holds_true("body/note", found)
    assert first.returncode == 1
    assert first.stdout.startswith("FAIL GET /items/{id} diverges in more than 1 % of requests")
    assert second.returncode == 0, second.stdout
    assert second.stdout.startswith("PASS GET /items/{id} diverges in less than 1 % of requests, at 95 % confidence")


def _compare_http(tutorial: Tutorial) -> tuple[subprocess.CompletedProcess[str], str]:
    with tutorial.started("java Shop.java", 5002), tutorial.started("crossfade shadow", 8000):
        assert tutorial.run(tutorial.line("curl")).returncode == 0
    return tutorial.run(tutorial.line("crossfade gate")), tutorial.run(f"{_BIN}/crossfade report").stdout


def test_the_grpc_service(page: Any, tmp_path: Path) -> None:
    """A ported handler that divides as Java does is found; with floorDiv the gate passes."""
    tutorial = Tutorial(page("tutorial/grpc-service.md").text, (50050, 50051, 50061), tmp_path)
    for words in ("grpc_tools.protoc", "crossfade generate", "crossfade init --key-only"):
        done = tutorial.run(tutorial.line(words))
        assert done.returncode == 0, done.stderr
    handler = "java/src/main/java/users/rpc/users/GetUserHandler.java"
    warning = tutorial.block("text", "B6 server.py").splitlines()
    assert [line.strip() for line in (tmp_path / handler).read_text().splitlines() if "//" in line][
        -len(warning) :
    ] == [line.strip() for line in warning]
    tutorial.replace(
        handler, r"^ +// These lines behave.*throw new NotPortedException\(\);\n", tutorial.block("java", "newBuilder")
    )
    with (tmp_path / "java" / "modes.properties").open("a") as modes:
        modes.write(tutorial.block("properties", "GetUser"))
    with tutorial.started("server.py", 50051):
        first, found = _compare_grpc(tutorial)
        tutorial.replace(handler, r"^ +\.setPage.*?\n", tutorial.block("java", "floorDiv"))
        second, _ = _compare_grpc(tutorial)
    tutorial.holds_true("229 matched", found)
    assert first.returncode == 1, first.stdout
    assert second.returncode == 0, second.stdout
    assert second.stdout.startswith("PASS users.v1.Users/GetUser")
    assert "0 of 400 distinct requests diverged" in second.stdout


def _compare_grpc(tutorial: Tutorial) -> tuple[subprocess.CompletedProcess[str], str]:
    built = tutorial.run("mvn -q -B -DskipTests package", "java")  # as ./mvnw, which would fetch Maven
    assert built.returncode == 0, built.stdout
    with tutorial.started("users.jar", 50061), tutorial.started("crossfade shadow", 50050):
        done = tutorial.run(tutorial.line("client.py"))
        assert done.returncode == 0, done.stderr
    return tutorial.run(tutorial.line("crossfade gate")), tutorial.run(tutorial.line("crossfade report")).stdout
