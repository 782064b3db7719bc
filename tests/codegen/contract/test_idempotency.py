"""Who says that an RPC changes nothing: a person, in a file; names are only proposed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from crossfade.codegen.contract import Contract, ContractError, proposal, propose, read_idempotency

PROTO = """\
syntax = "proto3";
package p;
import "google/api/annotations.proto";
message M {}
service S {
  rpc Get(M) returns (M);
  rpc List(M) returns (stream M);
  rpc Declared(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Again(M) returns (M) { option idempotency_level = IDEMPOTENT; }
  rpc Put(M) returns (M) { option (google.api.http) = { put: "/m" }; }
  rpc Look(M) returns (M) { option (google.api.http) = { post: "/m" body: "*" }; }
}
service T { rpc Get(M) returns (M); }
"""


@pytest.fixture
def contract(load: Callable[[str], Contract]) -> Contract:
    """A contract that declares little."""
    return load(PROTO)


@pytest.fixture
def read(contract: Contract, tmp_path: Path) -> Callable[[str], frozenset[str]]:
    """The names in a text."""

    def read(text: str) -> frozenset[str]:
        path = tmp_path / "i.toml"
        path.write_text(text)
        return read_idempotency(path, contract)

    return read


def refusal(read: Any, text: str) -> list[str]:
    """The lines that a text is refused with, without the folder."""
    with pytest.raises(ContractError) as raised:
        read(text)
    return [line.rpartition("/i.toml:")[2] if "/i.toml:" in line else line for line in str(raised.value).splitlines()]


def test_what_a_person_confirms(contract: Contract, read: Any) -> None:
    """Is safe from then on, and nothing else; the contract that was read stays as it was."""
    names = read('safe = ["p.S/Get", "p.S/Declared", "p.S/Look"]')
    confirmed = contract.confirm(names)
    assert confirmed.confirmed == names == {"p.S/Get", "p.S/Declared", "p.S/Look"}
    safe = {name for name, method in confirmed.methods.items() if method.safe}
    assert safe == names
    assert {method.full_name for method in confirmed.services["p.S"].methods if method.safe} == names
    assert confirmed.methods["p.S/Get"].idempotent
    assert not contract.methods["p.S/Get"].safe
    assert confirmed.origins["p.S/Get"].line == 6
    assert (confirmed.digest, contract.confirmed) == (contract.digest, frozenset())


def test_nothing_is_confirmed_by_a_comment(read: Any) -> None:
    """A proposal that nobody went through confirms nothing."""
    assert read(proposal(["p.S/Get"], "where")) == frozenset()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'safe = ["p.S/Gone"]',
            ["1: expected an RPC of the contract, got p.S/Gone; write it as pkg.Service/Method, or remove it"],
        ),
        ('safe = ["Get"]', ["1: expected an RPC of the contract, got Get; did you mean p.S/Get or p.T/Get?"]),
        (
            'safe = [\n  # "p.S/Get",\n  "p.S/Get",\n\n  "p.S/Get",\n]',
            ["5: expected each RPC once, got p.S/Get again; remove one"],
        ),
        (
            'safe = ["p.S/Again"]',
            [
                "1: expected an RPC without side effects, got p.S/Again, which one.proto:9 declares as IDEMPOTENT, which has side effects; remove it"
            ],
        ),
        (
            'safe = [\n"p.S/Put",\n"x"]',
            [
                "2: expected an RPC without side effects, got p.S/Put, which one.proto:10 declares as HTTP PUT; remove it",
                "3: expected an RPC of the contract, got x; write it as pkg.Service/Method, or remove it",
            ],
        ),
        ("safe = [1]", [' expected safe = ["pkg.Service/Method", ...] and nothing else, got safe']),
        ("unsafe = []", [' expected safe = ["pkg.Service/Method", ...] and nothing else, got unsafe']),
        ("", [' expected safe = ["pkg.Service/Method", ...] and nothing else, got nothing']),
    ],
)
def test_what_is_wrong(read: Any, text: str, expected: list[str]) -> None:
    """One line each: where, what was expected, what to do."""
    assert refusal(read, text) == expected


def test_files_that_are_none(read: Any, contract: Contract, tmp_path: Path) -> None:
    """No TOML, other bytes, too many, no file: one line."""
    assert refusal(read, "safe = [")[0].startswith(' expected safe = ["pkg.Service/Method", ...], got no TOML (')
    assert refusal(read, "#" * (1 << 20) + "x") == [" expected at most 1048576 bytes, got 1048577; list RPCs alone"]
    many = refusal(read, "safe = [" + ", ".join(f'"x.Y/Z{number}"' for number in range(1000)) + "]")
    assert (len(many), many[-1]) == (21, " and 980 more")
    (tmp_path / "bytes.toml").write_bytes(b"\xff")
    for name, expected in (
        ("bytes.toml", "expected UTF-8, got other bytes; save the file as UTF-8"),
        ("none.toml", "expected a file of safe RPCs, got No such file or directory"),
    ):
        with pytest.raises(ContractError, match=expected):
            read_idempotency(tmp_path / name, contract)


def test_a_proposal(contract: Contract) -> None:
    """What has a name that reads, is not declared to write, and is not known to be safe already."""
    assert propose(contract, contract.methods) == ("p.S/Get", "p.S/List", "p.T/Get")
    assert propose(contract, ["p.S/List"]) == ("p.S/List",)
    assert propose(contract.confirm(["p.S/Get"]), contract.methods) == ("p.S/List", "p.T/Get")


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        *(
            (name, True)
            for name in ("Get", "ListThings", "search_builds", "WatchBuild", "BatchGetUsers", "StreamingRead")
        ),
        *(
            (name, True)
            for name in ("MemberList", "HTTPGet", "IsReady", "ListDeletedThings", "ReadRows", "GetIAMPolicy")
        ),
        *((name, False) for name in ("Create", "GetOrCreate", "ReadModifyWriteRow", "CheckAndSet", "Listen", "Gather")),
        *(
            (name, False)
            for name in ("Set", "ListAndDelete", "Getaway", "PollQueue", "Batch", "FindAndModify", "Isolate")
        ),
    ],
)
def test_names_that_read(load: Callable[[str], Contract], name: str, reads: bool) -> None:
    """A word that reads in front, or behind, and none that writes anywhere; words are told apart by their capitals."""
    contract = load(f'syntax = "proto3"; message M {{}} service S {{ rpc {name}(M) returns (M); }}')
    assert propose(contract, contract.methods) == ((f"S/{name}",) if reads else ())
