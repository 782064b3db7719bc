"""Where the names of a contract stand, and what the comments say."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, DescriptorSet, ProtoFiles, load_contract
from crossfade.codegen.contract.origins import Origin, read_origins

TEXT = """syntax = "proto3";
package p;
// A licence, not the service's comment.

// What it does.
//
//   Indented,  with blanks.
service S {
  /* A block
   * of lines.
   */
  rpc Get(M) returns (M.N);
  rpc Behind(M) returns (M);  // Behind it.
  // In front.
  rpc Both(M) returns (M);  // Behind.
  rpc None(M) returns (M);
}
message M {
  // Nested.
  message N {
    enum K { X = 0; }
  }
  map<string, N> entries = 1;
}
enum E { Y = 0; }
"""


def test_comments_and_lines(load: Any) -> None:
    """Of services, RPCs, messages and enums, nested ones too."""
    origins = load(TEXT).origins
    assert {name: (origin.line, origin.comment) for name, origin in origins.items()} == {
        "p.S": (8, "What it does.\n\n  Indented,  with blanks."),
        "p.S/Get": (12, "A block\nof lines."),
        "p.S/Behind": (13, "Behind it."),
        "p.S/Both": (15, "In front."),
        "p.S/None": (16, ""),
        "p.M": (18, ""),
        "p.M.N": (20, "Nested."),
        "p.M.N.K": (21, ""),
        "p.E": (25, ""),
    }
    assert str(origins["p.S/Get"]) == "one.proto:12"


def test_a_file_without_a_package(load: Any) -> None:
    """Names then have no point in front."""
    origins = load('syntax = "proto3"; message M {} service S { rpc Get(M) returns (M); }').origins
    assert set(origins) == {"M", "S", "S/Get"}


@pytest.mark.parametrize("header", ['syntax = "proto2";', 'edition = "2023";', 'edition = "2024";', ""])
def test_every_dialect(load: Any, header: str) -> None:
    """Places are the same in each."""
    origins = load(f"{header}\npackage p;\n// Says.\nmessage M {{}}\n").origins
    assert origins["p.M"] == Origin(file="one.proto", line=4, comment="Says.")


def test_a_group_is_a_message(load: Any) -> None:
    """Proto2's groups stand where their field does."""
    origins = load('syntax = "proto2"; message M {\n // Says.\n optional group G = 1 {}\n}').origins
    assert origins["M.G"].line == 3


def test_descriptors_without_positions(load: Any, tmp_path: Path) -> None:
    """A set that was written without them, and one that a server gave: the file is known, the line is not."""
    path = tmp_path / "set.binpb"
    path.write_bytes(load(TEXT).to_bytes())
    origin = load_contract(DescriptorSet(path=path)).origins["p.S/Get"]
    assert (str(origin), origin.line, origin.comment) == ("one.proto", 0, "")


def test_descriptors_with_positions(load: Any, tmp_path: Path) -> None:
    """A set with --include_source_info keeps them."""
    contract = load(TEXT)
    path = tmp_path / "set.binpb"
    path.write_bytes(contract.files.SerializeToString())
    assert load_contract(DescriptorSet(path=path)).origins == contract.origins


def test_positions_that_are_none(load: Any) -> None:
    """A set may hold anything: a place without a span is a place without a line."""
    contract = load(TEXT)
    info = contract.files.file[0].source_code_info
    for place in info.location:
        del place.span[:]
    info.location.add(path=[99, 99, 99], leading_comments="nowhere")
    assert read_origins(contract.files)["p.S"].line == 0
    assert isinstance(Contract(contract.files).origins["p.S"], Origin)


def test_a_comment_that_is_not_utf8(write: Any) -> None:
    """Protoc takes it; it costs neither the contract nor a name its place."""
    file = write("a.proto", "")
    file.write_bytes(b'syntax = "proto3";\n// caf\xe9\nmessage M {}\n')
    origins = load_contract(ProtoFiles(files=(file,))).origins
    assert origins["M"].line == 3
