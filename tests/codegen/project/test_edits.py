"""The promise: people edit, the contract changes, the project is generated again, and no line of a person is lost."""

import itertools
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.codegen.java import ProjectOptions, build_project
from crossfade.codegen.project import Fate, Rendering, write_project
from crossfade.codegen.project.merge import has_markers
from crossfade.tools.generate import render

Services = tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
_MARKERS = (b"<<<<<<< ", b"=======", b">>>>>>> ")
_SETTLED = {Fate.ORPHAN, Fate.KEPT_DELETED, Fate.FOREIGN, Fate.CONFLICT}

rpcs = st.lists(
    st.tuples(st.sampled_from("ABCDEF"), st.sampled_from("XY")), min_size=1, max_size=5, unique_by=lambda r: r[0]
)
contracts = st.lists(
    st.tuples(st.sampled_from(["Alpha", "Beta"]), rpcs.map(tuple)), min_size=1, max_size=2, unique_by=lambda s: s[0]
).map(tuple)


@cache
def rendering_of(services: Services) -> Rendering:
    """What is rendered of services with RPCs of one message type each."""
    file = descriptor_pb2.FileDescriptorProto(name="edits.proto", package="edits", syntax="proto3")
    file.options.java_package = "dev.edits"
    for name in "XY":
        file.message_type.add(name=name)
    for service, methods in services:
        added = file.service.add(name=service)
        for method, kind in methods:
            added.method.add(name=f"Do{method}", input_type=f".edits.{kind}", output_type=f".edits.{kind}")
    contract = Contract(descriptor_pb2.FileDescriptorSet(file=[file]))
    return render(build_project(contract, ProjectOptions()), {}, final=False)


@dataclass
class Person:
    """Edits files, and knows which lines are theirs."""

    folder: Path
    draw: Any
    numbers: Iterator[int] = field(default_factory=itertools.count)
    lines: dict[str, list[bytes]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def edit(self, paths: list[str]) -> None:
        """Changes some lines of some files, or deletes a file."""
        for path in self.draw(st.lists(st.sampled_from(paths), max_size=4, unique=True)):
            file = self.folder / path
            if not file.exists():
                continue
            if self.draw(st.integers(0, 9)) == 0:
                file.unlink()
                self.lines.pop(path, None)
                self.deleted.add(path)
            else:
                self._change(path, file)

    def _change(self, path: str, file: Path) -> None:
        lines = file.read_bytes().splitlines(keepends=True)
        for _ in range(self.draw(st.integers(1, 3))):
            at = self.draw(st.integers(0, len(lines)))
            match self.draw(st.sampled_from(["insert", "replace", "delete"])):
                case "insert":
                    lines.insert(at, self._own(path))
                case "replace" if at < len(lines):
                    self._lost(path, lines[at])
                    lines[at] = self._own(path)
                case "delete" if at < len(lines):
                    self._lost(path, lines.pop(at))
        text = b"".join(lines)
        if self.draw(st.integers(0, 9)) == 0:  # an editor that has its own idea of line ends
            text = text.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        file.write_bytes(text)

    def _own(self, path: str) -> bytes:
        line = b"written by a person, number %d" % next(self.numbers)
        self.lines.setdefault(path, []).append(line)
        return line + self.draw(st.sampled_from([b"\n", b"\n", b"\r\n"]))

    def _lost(self, path: str, line: bytes) -> None:
        if line.strip() in self.lines.get(path, ()):
            self.lines[path].remove(line.strip())

    def resolve(self, path: str) -> None:
        """Takes the markers out and keeps both sides."""
        file = self.folder / path
        lines = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(line for line in lines if not line.startswith(_MARKERS)))


def generated(folder: Path, rendering: Rendering) -> Mapping[str, bytes]:
    """The files of gen as they are in a folder, with all that lies beside them."""
    tops = {path.partition("/")[0] for path in rendering.gen}
    files = (path for top in tops for path in (folder / top).rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def stamps(folder: Path) -> dict[str, tuple[int, int]]:
    return {str(path): (path.stat().st_ino, path.stat().st_mtime_ns) for path in folder.rglob("*")}


@pytest.mark.slow
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.lists(contracts, min_size=2, max_size=5), st.data())
def test_no_line_of_a_person_is_lost(history: list[Services], data: Any) -> None:
    """Every line survives or stands in a conflict; gen is as new; a second run touches nothing; what was deleted stays so."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "project"
        person = Person(folder, data.draw)
        for services in history:
            rendering = rendering_of(services)
            handlers = {path: (folder / path).read_bytes() for path in known_handlers(folder)}
            plan = write_project(rendering, folder)
            assert not plan.stops
            assert generated(folder, rendering) == dict(rendering.gen)
            for path, content in handlers.items():
                assert (folder / path).read_bytes() == content
            for path, lines in person.lines.items():
                there = [line.strip() for line in _read(folder / path).splitlines()]
                assert [line for line in lines if line not in there] == [], path
            assert {
                path for path in person.deleted & {*rendering.scaffold, *rendering.handlers} if (folder / path).exists()
            } == set()
            marked = {path for path in rendering.scaffold if has_markers(_read(folder / path))}
            assert {note.path for note in plan.conflicts} >= marked
            for note in plan.notes:
                event(note.fate.value)
            before = stamps(folder)
            again = write_project(rendering, folder)
            assert not again.ops
            assert {note.fate for note in again.notes} <= _SETTLED
            assert {note.path for note in again.conflicts} == marked
            assert stamps(folder) == before
            for path in sorted(marked):
                if data.draw(st.booleans()):
                    person.resolve(path)
            # A path that left the rendering and came back is new: what was deleted before is over.
            person.deleted &= {*rendering.scaffold, *rendering.handlers}
            person.edit(sorted({*rendering.scaffold, *rendering.handlers}))


def known_handlers(folder: Path) -> list[str]:
    return [path.relative_to(folder).as_posix() for path in folder.glob("src/main/java/**/rpc/**/*.java")]


def _read(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""
