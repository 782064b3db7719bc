"""Names alone: what is checked for a skeleton holds for the whole."""

from collections.abc import Callable, Mapping
from typing import Any

from crossfade.codegen.contract import Contract
from crossfade.codegen.java.classes import java_classes
from crossfade.codegen.java.skeleton import skeleton_of
from crossfade.codegen.java.verify import verify_names


def test_the_same_classes(fragments: Mapping[str, Any]) -> None:
    """Every class of every fragment has the same name without fields, and no other is there."""
    for made in fragments.values():
        skeleton = skeleton_of(made.contract)
        assert java_classes(skeleton.files.file) == java_classes(made.contract.files.file)
        assert set(skeleton.methods) == set(made.contract.methods)


def test_nothing_is_in_it(load: Callable[..., Contract]) -> None:
    """No field, no oneof, no extension, no entry of a map."""
    contract = load("""
        syntax = "proto2"; package p;
        message M { extensions 100 to 200; optional int32 a = 1; map<string, M> m = 2; oneof o { M x = 3; }
                    message N { optional M m = 1; } reserved 9; reserved "z"; extend M { optional int32 e = 100; } }
        extend M { optional string s = 101; }
        service S { rpc Do(M.N) returns (M); }
    """)
    (file,) = (file for file in skeleton_of(contract).files.file if file.package == "p")
    (message,) = file.message_type
    assert [nested.name for nested in message.nested_type] == ["N"]
    for left in (file.extension, message.field, message.oneof_decl, message.extension, message.extension_range):
        assert not left
    assert not message.nested_type[0].field


def test_protoc_takes_it(fragments: Mapping[str, Any], compilers: Any) -> None:
    """And writes the classes that were computed for the whole."""
    for name in ("maps", "nested", "same_name"):
        verify_names(skeleton_of(fragments[name].contract), fragments[name].project, compilers)
