"""A contract is read from .proto files or a descriptor set, or one line says what is wrong."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2

from crossfade.codegen.contract import Contract, ContractError, DescriptorSet, ProtoFiles, load_contract

SERVICE = 'syntax = "proto3"; package p; message M {} service S { rpc Get(M) returns (M); }'
WARNED = 'syntax = "proto3"; import "google/protobuf/empty.proto";'


def message_of(source: ProtoFiles | DescriptorSet) -> str:
    """What a source that can't be read is refused with."""
    with pytest.raises(ContractError) as raised:
        load_contract(source)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize(
    "header", ['syntax = "proto2";', 'syntax = "proto3";', 'edition = "2023";', 'edition = "2024";', ""]
)
def test_every_dialect(load: Callable[[str], Contract], header: str) -> None:
    """Proto2, proto3, both editions, and a file that says nothing (proto2) are read."""
    contract = load(header + "package p; message M { repeated int32 n = 1; } service S { rpc Get(M) returns (M); }")
    assert list(contract.methods) == ["p.S/Get"]
    assert contract.message_class("p.M")(n=[1]).SerializeToString()


def test_an_import_is_found_below_an_include(write: Any, tmp_path: Path) -> None:
    """Imports are names below the includes, as protoc has it."""
    write("proto/p/kinds.proto", 'syntax = "proto3"; package p; message Kind {}')
    file = write(
        "proto/p/api.proto",
        'syntax = "proto3"; package p; import "p/kinds.proto"; service S { rpc Get(Kind) returns (Kind); }',
    )
    contract = load_contract(ProtoFiles(files=(file,), includes=(tmp_path / "proto",)))
    assert {item.name for item in contract.files.file} == {"p/api.proto", "p/kinds.proto"}


def test_a_neighbour_is_found_without_includes(write: Any) -> None:
    """With no include, a file's own folder is one."""
    write("kinds.proto", 'syntax = "proto3"; message Kind {}')
    file = write("api.proto", 'syntax = "proto3"; import "kinds.proto"; message M { Kind kind = 1; }')
    assert load_contract(ProtoFiles(files=(file,))).find_message("Kind") is not None


def test_paths_may_turn_back(write: Any, tmp_path: Path) -> None:
    """``..`` in a path gives a file the same name as without: it is not read twice under two names."""
    first = write("proto/p/a.proto", 'syntax = "proto3"; package p; message A {}')
    write("proto/p/b.proto", 'syntax = "proto3"; package p; import "p/a.proto"; message B { A a = 1; }')
    turned = tmp_path / "proto" / "p" / ".." / "p" / "b.proto"
    source = ProtoFiles(files=(first, turned), includes=(tmp_path / "conf" / ".." / "proto",))
    assert {item.name for item in load_contract(source).files.file} == {"p/a.proto", "p/b.proto"}


def test_links_keep_their_names(write: Any, tmp_path: Path) -> None:
    """A tree of links, as a build tool makes it, is read by the links' names."""
    real = write("store/4711", 'syntax = "proto3"; package p; message A {}')
    link = tmp_path / "proto" / "p" / "a.proto"
    link.parent.mkdir(parents=True)
    link.symlink_to(real)
    contract = load_contract(ProtoFiles(files=(link,), includes=(tmp_path / "proto",)))
    assert [item.name for item in contract.files.file] == ["p/a.proto"]


@pytest.mark.parametrize("name", ["google/api/annotations.proto", "google/rpc/status.proto", "google/type/date.proto"])
def test_what_everyone_imports_is_there(load: Callable[[str], Contract], name: str) -> None:
    """The protos of google.protobuf, google.api, google.rpc and google.type need no include."""
    contract = load(f'syntax = "proto3"; import "{name}"; import "google/protobuf/any.proto"; message M {{}}')
    assert contract.find_message("google.protobuf.Any") is not None


@pytest.mark.parametrize(
    ("text", "place", "expected"),
    [
        ('syntax = "proto3";\nmessage M { strin a = 1 }', ":2:25: ", 'Expected ";".'),
        ('syntax = "proto3";\nmessage M {\n  strange a = 1;\n}', ":3:3: ", '"strange" is not defined.'),
        (WARNED + "\nmessage M { strange a = 1; }", ":2:13: ", '"strange" is not defined.'),
        ('syntax = "proto4";', ":1:10: ", 'Unrecognized syntax identifier "proto4".'),
        ('edition = "1999";', ":1:11: ", "edition"),
        ("\x00\x01", ":1:1: ", "Invalid control characters"),
        ('syntax = "proto3"; message Ä {}', ":1:28: ", "codepoint 195"),
        ('syntax = "proto3"; message M { int32 a = 1; int32 b = 1; }', ":1:", "already been used"),
    ],
)
def test_a_fault_names_its_place(write: Any, text: str, place: str, expected: str) -> None:
    """A .proto that can't be read is one line: file, line, column, what was expected. A warning is no fault."""
    file = write("bad.proto", text)
    message = message_of(ProtoFiles(files=(file,)))
    assert message.startswith(f"{file}{place}")
    assert expected in message


def test_a_missing_import_names_who_wants_it(write: Any) -> None:
    """The line is the import's, and says what to add."""
    file = write("a.proto", 'syntax = "proto3";\nimport "gone/x.proto";')
    assert message_of(ProtoFiles(files=(file,))) == (
        f"{file}:2:1: expected to find the import gone/x.proto, got no such file; "
        "add its folder with --include, or to contract.includes"
    )


def test_a_fault_in_an_import_is_named_there(write: Any) -> None:
    """When an imported file is wrong, the line is that file's."""
    imported = write("b.proto", 'syntax = "proto3";\n\nmessage {}')
    file = write("a.proto", 'syntax = "proto3"; import "b.proto";')
    assert message_of(ProtoFiles(files=(file,))).startswith(f"{imported}:3:9: Expected message name.")


def test_imports_in_a_circle(write: Any) -> None:
    """Two files that import each other are refused."""
    write("b.proto", 'syntax = "proto3"; import "a.proto";')
    file = write("a.proto", 'syntax = "proto3"; import "b.proto";')
    assert "recursively imports itself" in message_of(ProtoFiles(files=(file,)))


def test_no_such_file(tmp_path: Path) -> None:
    """A file or a folder that is not there names the key to look at; a folder is no .proto file."""
    gone = tmp_path / "gone.proto"
    assert (
        message_of(ProtoFiles(files=(gone,)))
        == f"{gone}: expected a .proto file, got none; check --proto, or contract.protos"
    )
    assert "expected a .proto file" in message_of(ProtoFiles(files=(tmp_path,)))
    gone.write_text(SERVICE)
    include = tmp_path / "gone"
    message = message_of(ProtoFiles(files=(gone,), includes=(include,)))
    assert message == f"{include}: expected a folder, got none; check --include, or contract.includes"


def test_the_working_directory_is_not_searched(write: Any, tmp_path: Path) -> None:
    """A folder grpc_tools or google where the command is started does not take protoc's place."""
    file = write("a.proto", SERVICE)
    for name in ("grpc_tools", "google"):
        write(f"{name}/__init__.py", "raise SystemExit(f'took {__name__}')")
    code = (
        "import sys; from pathlib import Path; from crossfade.codegen.contract import ProtoFiles, load_contract;"
        "print(*load_contract(ProtoFiles(files=(Path(sys.argv[1]),))).methods)"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, file], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "p.S/Get"), done.stderr


def test_a_descriptor_set(write: Any, tmp_path: Path) -> None:
    """The same files, read from a set, are the same contract."""
    contract = load_contract(ProtoFiles(files=(write("a.proto", SERVICE),)))
    path = tmp_path / "a.binpb"
    path.write_bytes(contract.files.SerializeToString())
    again = load_contract(DescriptorSet(path=path))
    assert (again.digest, again.methods) == (contract.digest, contract.methods)


def test_two_sets_in_one_file(load: Callable[[str], Contract], tmp_path: Path) -> None:
    """Sets may be joined with cat: a file that both hold counts once, and does not change the digest."""
    contract = load(SERVICE)
    path = tmp_path / "two.binpb"
    path.write_bytes(contract.files.SerializeToString() * 2)
    assert load_contract(DescriptorSet(path=path)).digest == contract.digest


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"syntax", "expected a FileDescriptorSet, got other bytes; write it with protoc"),
        (b"", "expected at least one file in the set, got none"),
        (None, "expected a descriptor set, got No such file or directory"),
    ],
)
def test_no_descriptor_set(tmp_path: Path, data: bytes | None, expected: str) -> None:
    """Other bytes, an empty file and no file are told apart."""
    path = tmp_path / "set.binpb"
    if data is not None:
        path.write_bytes(data)
    assert message_of(DescriptorSet(path=path)) == f"{path}: {expected}"


def test_a_set_without_its_imports(tmp_path: Path) -> None:
    """The usual mistake says which option of protoc is missing."""
    path = tmp_path / "set.binpb"
    file = descriptor_pb2.FileDescriptorProto(name="a.proto", dependency=["b.proto"])
    path.write_bytes(descriptor_pb2.FileDescriptorSet(file=[file]).SerializeToString())
    expected = "a.proto: expected its import b.proto in the set, got none; add --include_imports"
    assert message_of(DescriptorSet(path=path)) == expected


def test_the_texts_are_those_that_protoc_read(write: Any, tmp_path: Path) -> None:
    """The first folder that has a file wins, and what is bundled is there too; descriptors have no text."""
    for folder in ("first", "second"):
        write(f"{folder}/kinds.proto", f'syntax = "proto3"; message Kind {{}} // {folder}')
    text = 'syntax = "proto3"; import "kinds.proto"; import "google/protobuf/any.proto"; message M {}'
    file = write("second/a.proto", text)
    contract = load_contract(ProtoFiles(files=(file,), includes=(tmp_path / "first", tmp_path / "second")))
    assert set(contract.sources) == {"kinds.proto", "google/protobuf/any.proto", "a.proto"}
    assert contract.sources["kinds.proto"].endswith(b"// first")
    assert contract.sources["a.proto"] == text.encode()
    path = tmp_path / "a.binpb"
    path.write_bytes(contract.files.SerializeToString())
    assert load_contract(DescriptorSet(path=path)).sources == {}


def test_the_files_that_were_named(write: Any, tmp_path: Path) -> None:
    """By the names under which they are imported; what they import is in the contract, but not named."""
    write("proto/p/kinds.proto", 'syntax = "proto3"; package p; message Kind {}')
    file = write("proto/p/api.proto", 'syntax = "proto3"; package p; import "p/kinds.proto"; service S {}')
    for includes, name in (((tmp_path / "proto",), "p/api.proto"), ((tmp_path / "proto", file.parent), "p/api.proto")):
        assert load_contract(ProtoFiles(files=(file,), includes=includes)).named == {name}


def test_a_set_that_tells_its_imports(tmp_path: Path) -> None:
    """``buf build`` marks a file that is only imported; protoc marks none, and then all are named."""
    files = descriptor_pb2.FileDescriptorSet()
    for name, mark in (("own.proto", b"\x08\x00"), ("import.proto", b"\x08\x01"), ("plain.proto", b"")):
        # field 8042, bytes
        extension = b"\xd2\xf6\x03" + bytes([len(mark)]) + mark if mark else b""
        files.file.add().MergeFromString(descriptor_pb2.FileDescriptorProto(name=name).SerializeToString() + extension)
    path = tmp_path / "set.binpb"
    path.write_bytes(files.SerializeToString())
    assert load_contract(DescriptorSet(path=path)).named == {"own.proto", "plain.proto"}
