"""What a contract says of its methods, messages and secrets, and which descriptors it refuses."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.message import DecodeError

from crossfade.codegen.contract import CallType, Contract, ContractError
from crossfade.codegen.contract.records import digest_of, one_line

File = descriptor_pb2.FileDescriptorProto
Message = descriptor_pb2.DescriptorProto

TWO_SERVICES = """
syntax = "proto3";
package p;
import "google/api/annotations.proto";
message M { string name = 1; }
service A {
  rpc One(M) returns (M) { option idempotency_level = NO_SIDE_EFFECTS; }
  rpc Down(M) returns (stream M) { option idempotency_level = IDEMPOTENT; }
  rpc Up(stream M) returns (M);
  rpc Both(stream M) returns (stream M);
}
service B {
  rpc One(M) returns (M) { option (google.api.http) = { get: "/v1/{name}" }; }
  rpc Post(M) returns (M) { option (google.api.http) = { post: "/v1" body: "*" additional_bindings { get: "/v1" } }; }
  rpc Head(M) returns (M) { option (google.api.http) = { custom { kind: "HEAD" path: "/v1" } }; }
  rpc Empty(M) returns (M) { option (google.api.http) = {}; }
}
"""


def refusal(files: descriptor_pb2.FileDescriptorSet) -> str:
    """What descriptors that make no contract are refused with."""
    with pytest.raises(ContractError) as raised:
        Contract(files)
    assert str(raised.value).isprintable()
    return str(raised.value)


def test_methods_of_two_services(load: Callable[[str], Contract]) -> None:
    """Methods with one name in two services are two methods."""
    methods = load(TWO_SERVICES).methods
    assert [name for name in methods if name.endswith("/One")] == ["p.A/One", "p.B/One"]
    assert len(methods) == 8
    assert methods["p.A/One"].input_type == methods["p.A/One"].output_type == "p.M"


@pytest.mark.parametrize(
    ("method", "call_type"),
    [
        ("One", CallType.UNARY),
        ("Down", CallType.SERVER_STREAM),
        ("Up", CallType.CLIENT_STREAM),
        ("Both", CallType.BIDI),
    ],
)
def test_call_types(load: Callable[[str], Contract], method: str, call_type: CallType) -> None:
    """How many messages go each way."""
    assert load(TWO_SERVICES).methods[f"p.A/{method}"].call_type is call_type


@pytest.mark.parametrize(
    ("method", "safe", "idempotent", "http"),
    [
        ("p.A/One", True, True, ""),
        ("p.A/Down", False, True, ""),
        ("p.A/Up", False, False, ""),
        ("p.B/One", True, True, "GET /v1/{name}"),
        ("p.B/Post", False, False, "POST /v1"),
        ("p.B/Head", False, False, ""),
        ("p.B/Empty", False, False, ""),
    ],
)
def test_what_may_be_sent_twice(
    load: Callable[[str], Contract], method: str, safe: bool, idempotent: bool, http: str
) -> None:
    """Safe: NO_SIDE_EFFECTS or a GET as the main rule. IDEMPOTENT alone is a write, and a second GET does not help."""
    found = load(TWO_SERVICES).methods[method]
    assert (found.safe, found.idempotent, found.http) == (safe, idempotent, http)


def test_redacted_fields(load: Callable[[str], Contract]) -> None:
    """debug_redact counts on fields, in nested messages, maps and oneofs, and on extensions wherever they stand."""
    contract = load("""
        syntax = "proto2"; package p;
        message M {
          optional string plain = 1;
          optional string a = 2 [debug_redact = true];
          map<string, string> b = 3 [debug_redact = true];
          oneof kind { string c = 4 [debug_redact = true]; }
          message In { optional string d = 1 [debug_redact = true]; }
          extensions 100 to 200;
          extend M { optional string e = 100 [debug_redact = true]; optional string seen = 101; }
        }
        extend M { optional string f = 102 [debug_redact = true]; }
    """)
    assert contract.redacted_fields == {"p.M.a", "p.M.b", "p.M.c", "p.M.In.d", "p.M.e", "p.f"}


def test_messages(load: Callable[[str], Contract]) -> None:
    """A class is found by the full name of a message, and by nothing else."""
    contract = load('syntax = "proto3"; package p; message M { message In {} enum E { Z = 0; } } service S {}')
    assert contract.message_class("p.M.In").DESCRIPTOR.full_name == "p.M.In"
    for name in ("p.M.E", "p.S", "p", "M", ".p.M", "p.M\0", "", "\ud800", "x" * 100_000):
        assert contract.find_message(name) is None
    with pytest.raises(KeyError):
        contract.message_class("p.Gone")


def test_two_contracts_do_not_mix(load: Callable[[str], Contract]) -> None:
    """Two versions of one message live beside each other: nothing is registered for the whole process."""
    old = load('syntax = "proto3"; package p; message M { string a = 1; }').message_class("p.M")
    new = load('syntax = "proto3"; package p; message M { int32 b = 1; }').message_class("p.M")
    assert (list(old.DESCRIPTOR.fields_by_name), list(new.DESCRIPTOR.fields_by_name)) == (["a"], ["b"])


def test_comments_do_not_change_the_digest(load: Callable[[str], Contract]) -> None:
    """Comments, blank lines and spaces are not the contract; a name, a number, an option is."""
    text = 'syntax = "proto3"; package p; message M { string a = 1; }'
    digest = load(text).digest
    assert load(f"// why\n\n{text.replace(' ', '   ')} // end").digest == digest
    for changed in (text.replace("a = 1", "b = 1"), text.replace("1", "2"), text.replace("1", "1 [deprecated = true]")):
        assert load(changed).digest != digest


def test_a_contract_as_bytes(load: Callable[[str], Contract]) -> None:
    """The same contract is read from them, and no comment is in them."""
    contract = load(TWO_SERVICES.replace("service", "// why\nservice", 1))
    data = contract.to_bytes()
    read = Contract(descriptor_pb2.FileDescriptorSet.FromString(data))
    assert (read.digest, read.methods, read.redacted_fields) == (
        contract.digest,
        contract.methods,
        contract.redacted_fields,
    )
    assert read.to_bytes() == data
    assert b"why" in contract.files.SerializeToString()
    assert b"why" not in data


def test_the_order_of_files_does_not_change_the_digest(files: Any) -> None:
    """Nor does a file that is there twice; but which file a message stands in does."""
    a, b = File(name="a", message_type=[Message(name="M")]), File(name="b")
    assert digest_of(files(a, b)) == digest_of(files(b, a, b))
    assert digest_of(files(a, b)) != digest_of(files(File(name="a"), File(name="b", message_type=a.message_type)))


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ([File(name="a", dependency=["a"])], "a: expected imports without a circle, got one"),
        ([File(name="a", dependency=["b"]), File(name="b", dependency=["a"])], "expected imports without a circle"),
        ([File(name="a", dependency=["b"])], "a: expected its import b in the set, got none"),
        ([File(name="a"), File(name="a", package="p")], "a: expected one file of this name, got two that differ"),
        ([File(name=n, message_type=[Message(name="M")]) for n in "ab"], "b: expected a valid file, got"),
        ([File(name="a\n\x1b[2J", message_type=[Message(name="1\nM")])], "a [2J: expected a valid file, got"),
        ([File(name="a", syntax="proto9")], "a: expected a valid file, got"),
        ([File(name="a", package="p", service=[{"name": "S", "method": [{"name": "G"}]}])], "a: expected a valid file"),
    ],
)
def test_what_is_no_contract(files: Any, given: list[File], expected: str) -> None:
    """Descriptors that contradict themselves are one printable line that names the file."""
    assert expected in refusal(files(*given))


def test_a_long_chain_of_imports(files: Any) -> None:
    """Each of 10,000 files imports the next: read in order, without a stack and without a square."""
    chain = [File(name=f"f{i}", dependency=[f"f{i + 1}"] if i < 9_999 else []) for i in range(10_000)]
    assert Contract(files(*chain)).methods == {}


def test_deep_nesting(files: Any) -> None:
    """Messages nested as deep as a parser lets them are searched to the bottom."""
    message = Message(name="M", field=[{"name": "x", "number": 1, "type": 9, "label": 1}])
    message.field[0].options.debug_redact = True
    for _ in range(90):
        message = Message(name="M", nested_type=[message])
    (found,) = Contract(files(File(name="a", syntax="proto2", message_type=[message]))).redacted_fields
    assert found.count("M") == 91


def test_damaged_descriptors(load: Callable[[str], Contract]) -> None:
    """Bytes flipped at random in a descriptor set make a contract or a ContractError, never anything else."""
    good = load(TWO_SERVICES).files
    good.file.remove(next(file for file in good.file if file.name == "google/protobuf/descriptor.proto"))
    data = good.SerializeToString()
    rng = random.Random(7)
    refused = 0
    for _ in range(300):
        damaged = bytearray(data)
        for _ in range(rng.randint(1, 4)):
            damaged[rng.randrange(len(damaged))] = rng.randrange(256)
        try:
            Contract(descriptor_pb2.FileDescriptorSet.FromString(bytes(damaged)))
        except (DecodeError, ContractError):
            refused += 1
    assert refused > 50


def test_one_line() -> None:
    """A stranger's words: short, on one line, no control characters."""
    assert one_line("a\nb\x1b[1m\u202e  c") == "a b [1m c"
    assert len(one_line("x" * 1000)) == 200


def test_services(load: Callable[[str], Contract]) -> None:
    """Those without RPCs too, in the order of the file, each with its methods."""
    contract = load(TWO_SERVICES + "service C {}")
    assert list(contract.services) == ["p.A", "p.B", "p.C"]
    assert [method.full_name for method in contract.services["p.A"].methods] == [
        "p.A/One",
        "p.A/Down",
        "p.A/Up",
        "p.A/Both",
    ]
    assert (contract.services["p.C"].file, contract.services["p.C"].methods) == ("one.proto", ())


def test_what_is_deprecated(load: Any) -> None:
    """Messages with all that stands in them, and services; an RPC, a field and an enum are no names of classes here."""
    text = """syntax = "proto3"; package p;
    message A { option deprecated = true; message B { message C {} } }
    message D { message E { option deprecated = true; } int32 f = 1 [deprecated = true]; }
    service S { option deprecated = true; rpc Get(D) returns (D) { option deprecated = true; } } service T {}"""
    assert load(text).deprecated == {"p.A", "p.A.B", "p.A.B.C", "p.D.E", "p.S"}
    assert load('syntax = "proto3"; message A { option deprecated = true; }').deprecated == {"A"}
