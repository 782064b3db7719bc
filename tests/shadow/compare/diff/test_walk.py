"""The differ finds what differs, and nothing else."""

import copy
import json
import re
import time
from decimal import Decimal
from typing import Any

import pytest
from deepdiff import DeepDiff
from google.protobuf.struct_pb2 import Struct
from hypothesis import assume, given
from hypothesis import strategies as st

from crossfade.codegen.contract import Contract
from crossfade.shadow.compare.decode.cells import COMMAS
from crossfade.shadow.compare.decode.json_text import MAX_DEPTH, decode_json
from crossfade.shadow.compare.decode.multipart import Parts
from crossfade.shadow.compare.decode.proto import MAX_ANY_DEPTH, ProtoMessage, decode_message, message_value
from crossfade.shadow.compare.decode.table import Table, read_table
from crossfade.shadow.compare.diff import Place, diff
from crossfade.shadow.compare.diff.equality import Equality
from crossfade.shadow.compare.diff.keys import ListKeys
from crossfade.shadow.compare.diff.walk import MAX_ALIKE, bounded, leaf, walk
from crossfade.shadow.exchange.difference import MAX_FINGERPRINTS, Difference, Kind, Move, Moves

BODY = Place.at("body")
MESSAGE = Place.at("message")


def found(legacy: str, candidate: str) -> list[tuple[str, str, str]]:
    """Path, template and kind of each difference of two JSON texts."""
    differences = diff(decode_json(legacy), decode_json(candidate), BODY)
    return [(item.path, item.template, item.kind.value) for item in differences]


@pytest.mark.parametrize(
    ("legacy", "candidate"),
    [
        ('{"tags":["a","b"]}', '{"tags":["a","b"]}'),
        ('{"tags":[]}', '{"tags":[]}'),
        ('{"a":1,"b":2}', '{ "b": 2, "a": 1 }'),
        ('"\\u00e9"', '"é"'),
        ("1.0", "1.00"),
        ("1e2", "100.0"),
        ("NaN", "NaN"),
        ("null", "null"),
    ],
)
def test_the_same(legacy: str, candidate: str) -> None:
    """Two ways to write one value are one value."""
    assert found(legacy, candidate) == []


@pytest.mark.parametrize(
    ("legacy", "candidate", "expected"),
    [
        ('{"p":5}', '{"p":18446744073709551621}', [("body/p", "body/p", "value")]),
        ("0.12345678901234567890", "0.12345678901234567899", [("body", "body", "value")]),
        ("0.1", "0.10000000000000002", [("body", "body", "value")]),
        ("1e400", "1e401", [("body", "body", "value")]),
        ("1e400", "Infinity", [("body", "body", "value")]),
        ('{"p":1,"p":2}', '{"p":2}', [("body/p", "body/p", "value"), ("body/p#2", "body/p#2", "missing")]),
        ('{"p":1,"p":2}', '{"p":1,"p#2":2}', [("body/p#2", "body/p#2", "missing"), ("body/p#2#1",) * 2 + ("added",)]),
        ("1", "1.0", [("body", "body", "type")]),
        ("1", "true", [("body", "body", "type")]),
        ("1", '"1"', [("body", "body", "type")]),
        ("0.0", "-0.0", [("body", "body", "value")]),
        ("0", "-0", [("body", "body", "type")]),
        ("null", "false", [("body", "body", "type")]),
        ("{}", "[]", [("body", "body", "type")]),
        ('""', "null", [("body", "body", "type")]),
        ('"a"', '""', [("body", "body", "format")]),
        ('"\\ud800"', '"\\ud801"', [("body", "body", "value")]),
        ('"é"', '"e\\u0301"', [("body", "body", "value")]),
        (
            '{"user-id":7,"name":"a","price":10}',
            '{"user-id":7,"name":"b","price":11}',
            [("body/name", "body/name", "value"), ("body/price", "body/price", "value")],
        ),
        (
            '{"2024":{"price":10},"2025":{"price":10}}',
            '{"2024":{"price":10},"2025":{"price":11}}',
            [("body/2025/price", "body/*/price", "value")],
        ),
        (
            '{"items":[{"p":1},{"p":2}]}',
            '{"items":[{"p":3},{"p":4}]}',
            [("body/items/0/p", "body/items/*/p", "value"), ("body/items/1/p", "body/items/*/p", "value")],
        ),
        ('[{"p":1},{"p":2}]', '[{"p":2},{"p":1}]', [("body", "body", "order")]),
        ("[1,2,3]", "[3,1,2]", [("body", "body", "order")]),
        ("[[1,2],[3]]", "[[2,1],[3]]", [("body/0", "body/*", "order")]),
        (
            '[{"id":1},{"id":2}]',
            '[{"id":0},{"id":1},{"id":2}]',
            [("body/0", "body/*", "added")],
        ),
        (
            '"2024-01-01T00:00:00Z"',
            '"2024-01-01T00:00:00.000+00:00"',
            [("body", "body", "format")],
        ),
        ('{"a":null}', "{}", [("body/a", "body/a", "missing")]),
        ("{}", '{"a":null}', [("body/a", "body/a", "added")]),
        ("[1,1]", "[1]", [("body/1", "body/*", "missing")]),
        ('{"a/b":{"~":1}}', '{"a/b":{"~":2}}', [("body/a~1b/~0", "body/a~1b/~0", "value")]),
    ],
)
def test_places_at_which_other_differs_lie(legacy: str, candidate: str, expected: list[tuple[str, str, str]]) -> None:
    """Each difference is found once, where it is; the other way round there are as many."""
    assert found(legacy, candidate) == expected
    assert len(found(candidate, legacy)) == len(expected)


def test_an_order_tells_what_moved() -> None:
    """By a key where there is one, beside both lists; also by a configured one, at its place alone."""
    legacy, candidate = (
        {"rows": tuple({"id": n, "code": n % 9} for n in order)} for order in ((1, 2, 3, 7), (7, 1, 2, 3))
    )
    (item,) = diff(legacy, candidate, BODY)
    assert item.moves == Moves((Move({"id": 7}, 3, 0),), 1)
    assert (item.legacy, item.candidate) == (legacy["rows"], candidate["rows"])
    (item,) = walk(legacy, candidate, BODY, keys=ListKeys([("body/rows", ("code",))]))
    assert item.moves == Moves((Move({"code": 7}, 3, 0),), 1)


def test_configured_keys_pair_the_elements_of_their_lists() -> None:
    """Of the list at their path, in messages too."""
    legacy, candidate = (ProtoMessage(rows=({"id": 1, "code": "a"}, {"id": 2, "code": code})) for code in "bc")
    keys = ListKeys([("*rows", ("code",))])
    assert [item.path for item in diff(dict(legacy), dict(candidate), BODY)] == ["body/rows/1/code"]
    found = walk(legacy, candidate, MESSAGE, proto=True, keys=keys)
    assert [(item.path, item.kind) for item in found] == [
        ("message.rows[1]", Kind.MISSING),
        ("message.rows[1]", Kind.ADDED),
    ]


def test_both_values_are_told() -> None:
    """A difference holds what each side has; what one has not is None."""
    differences = diff({"a": 1, "b": (2,), "d": 5}, {"a": "x", "c": {"y": 3}, "d": 6}, BODY)
    assert [(item.legacy, item.candidate) for item in differences] == [
        (1, "x"),
        ((2,), None),
        (5, 6),
        (None, {"y": 3}),
    ]


_leaves = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals(allow_nan=False) | st.text() | st.binary()
)


def _nested(leaves: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.recursive(
        leaves,
        lambda inner: st.lists(inner, max_size=4).map(tuple) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
        max_leaves=15,
    )


@given(_nested(_leaves))
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    """Nor from a copy."""
    assert diff(value, value, BODY) == ()
    assert diff(value, copy.deepcopy(value), BODY) == ()


@given(_nested(_leaves), _nested(_leaves))
def test_any_two_values(legacy: Any, candidate: Any) -> None:
    """There is a difference exactly where the values are not the same; no index is in a template."""
    differences = diff(legacy, candidate, BODY)
    assert (differences == ()) == Equality().same(legacy, candidate)
    assert len(diff(candidate, legacy, BODY)) > 0 or not differences
    for item in differences:
        assert not re.search(r"(^|/)\d+(/|$)", item.template)
        assert item.path.count("/") == item.template.count("/")


def _places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The path of each leaf."""
    if isinstance(value, dict) and value:
        return [place for key, item in value.items() for place in _places(item, (*path, key))]
    if isinstance(value, tuple) and value:
        return [place for index, item in enumerate(value) for place in _places(item, (*path, index))]
    return [path]


def _put(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    if isinstance(value, dict):
        return {key: _put(item, path[1:], new) if key == path[0] else item for key, item in value.items()}
    return tuple(_put(item, path[1:], new) if index == path[0] else item for index, item in enumerate(value))


def _get(value: Any, path: tuple[Any, ...]) -> Any:
    for step in path:
        value = value[step]
    return value


@given(_nested(_leaves), st.data())
def test_a_mutated_leaf_is_found(value: Any, data: st.DataObject) -> None:
    """Whatever a leaf is changed to; and at its very place where no list is on the way."""
    path = data.draw(st.sampled_from(_places(value)))
    new = data.draw(_leaves)
    assume(not Equality().same(_get(value, path), new))
    differences = diff(value, _put(value, path, new), BODY)
    assert differences
    if all(isinstance(step, str) for step in path):
        place = BODY
        for step in path:
            place = place.key(step)
        assert [item.path for item in differences] == [place.path]


# DeepDiff calls 1, 1.0 and True equal inside a list, 0.0 and -0.0 everywhere, and NaN unequal to itself: numbers
# are drawn so that no two types meet at one value.
_plain = (
    st.none()
    | st.booleans()
    | st.integers(2, 5)
    | st.sampled_from([Decimal("2.5"), Decimal("2.50"), Decimal("3.25")])
    | st.sampled_from(["", "a", "b", "__a", "2"])
)
_small = _nested(_plain)


@given(_small, _small, st.data())
def test_deepdiff_agrees(legacy: Any, other: Any, data: st.DataObject) -> None:
    """On values on which it is right, DeepDiff finds no difference exactly where we find none."""
    changed = _put(legacy, data.draw(st.sampled_from(_places(legacy))), data.draw(_plain))
    for candidate in (other, changed, copy.deepcopy(legacy)):
        oracle = DeepDiff(legacy, candidate, ignore_private_variables=False)
        assert (diff(legacy, candidate, BODY) == ()) == (not oracle), oracle


@pytest.mark.parametrize(("legacy", "candidate"), [((1,), (True,)), ((1,), (Decimal(1),)), ((0.0,), (-0.0,))])
def test_where_deepdiff_is_wrong(legacy: Any, candidate: Any) -> None:
    """It says equal, and a caller sees another type or sign."""
    assert not DeepDiff(legacy, candidate)
    assert diff(legacy, candidate, BODY)


_scalars = {
    "i32": st.integers(-3, 3),
    "u64": st.sampled_from([0, 2**53, 2**53 + 1, 2**64 - 1]),
    "d": st.sampled_from([0.0, 0.5, 0.1, float("inf")]),
    "b": st.booleans(),
    "s": st.text(max_size=3),
    "raw": st.binary(max_size=3),
    "color": st.integers(-1, 3),
    "maybe": st.integers(0, 1),
    "text": st.text(max_size=2),
    "numbers": st.lists(st.integers(0, 2), max_size=3),
    "leaves": st.lists(st.fixed_dictionaries({}, optional={"size": st.integers(0, 2)}), max_size=3),
    "by_name": st.dictionaries(st.sampled_from("ab"), st.just({}), max_size=2),
    "by_id": st.dictionaries(st.integers(0, 2), st.text(max_size=1), max_size=2),
}
_things = st.recursive(
    st.fixed_dictionaries({}, optional=_scalars),
    lambda inner: st.fixed_dictionaries({}, optional={**_scalars, "child": inner}),
    max_leaves=3,
)


@given(_things, _things)
def test_any_two_messages(contract: Contract, one: dict[str, Any], two: dict[str, Any]) -> None:
    """There is a difference exactly where protobuf says that two messages are not equal."""
    kind: Any = contract.message_class("t.v1.Thing")
    legacy, candidate = kind(**one), kind(**two)
    differences = diff(message_value(legacy, contract), message_value(candidate, contract), MESSAGE, proto=True)
    assert (differences == ()) == (legacy == candidate)
    assert all(not re.search(r"\[\d+\]", item.template) for item in differences)
    again = decode_message(legacy.SerializeToString(), "t.v1.Thing", contract)
    assert diff(message_value(legacy, contract), again, MESSAGE, proto=True) == ()


def test_paths_in_messages(contract: Contract) -> None:
    """Fields by dots, elements and entries in brackets, unknown fields by number."""
    kind: Any = contract.message_class("t.v1.Thing")
    legacy = kind(leaves=[{"name": "a", "size": 1}], by_name={"x": {"size": 1}}, by_id={7: "a"}, child={"i32": 1})
    candidate = kind(leaves=[{"name": "a", "size": 2}], by_name={"x": {"size": 2}}, by_id={7: "b"}, child={"maybe": 0})
    values = [
        decode_message(message.SerializeToString() + extra, "t.v1.Thing", contract)
        for message, extra in ((legacy, b"\x98\x06\x01"), (candidate, b"\x98\x06\x02"))
    ]
    differences = diff(values[0], values[1], MESSAGE, proto=True)
    assert [(item.path, item.template, item.kind.value) for item in differences] == [
        ("message.leaves[0].size", "message.leaves[*].size", "value"),
        ("message.by_name[x].size", "message.by_name[*].size", "value"),
        ("message.by_id[7]", "message.by_id[*]", "value"),
        ("message.child.i32", "message.child.i32", "value"),
        ("message.child.maybe", "message.child.maybe", "added"),
        ("message.#99[0][1]", "message.#99[*][*]", "value"),
    ]


def _difference(template: str, kind: Kind = Kind.VALUE) -> Difference:
    return leaf(Place.at(template), kind, 1, 2)


def test_a_field_that_differs_often_hides_no_other() -> None:
    """A thousand noisy leaves before the one that matters."""
    legacy = {"items": tuple({"at": n, "id": f"n{n}"} for n in range(1000)), "price": 1}
    candidate = {"items": tuple({"at": n + 5000, "id": f"n{n}"} for n in range(1000)), "price": 2}
    differences = diff(legacy, candidate, BODY)
    assert {item.template for item in differences} == {"body/items/*/at", "body/price"}
    assert len(differences) == MAX_ALIKE + 1


def test_findings_are_bounded() -> None:
    """One more than the bound is kept, which says that there were more."""
    differences = bounded(_difference(f"body/{number}") for number in range(10**9))
    assert len(differences) == MAX_FINGERPRINTS + 1
    assert len(bounded((_difference("a"), _difference("a", Kind.TYPE), _difference("b")), 1)) == 2


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]"), ("[0,[", "]]")])
def test_the_deepest_value(opening: str, closing: str) -> None:
    """As deep as JSON is read, the stack is enough."""
    times = MAX_DEPTH // (opening.count("[") + opening.count("{"))
    legacy, candidate = (decode_json(opening * times + text + closing * times) for text in ("1", "2"))
    assert len(diff(legacy, candidate, BODY)) == 1
    assert diff(legacy, copy.deepcopy(legacy), BODY) == ()


def test_the_deepest_message(contract: Contract) -> None:
    """Lists in lists as deep as protobuf reads, below as many Anys as are unpacked: the stack is enough."""
    kind: Any = contract.message_class("t.v1.Thing")
    values = []
    for text in ("a", "b"):
        nested: Any = text
        for _ in range(47):
            nested = [nested]
        free = Struct()
        free["x"] = nested
        message = kind()
        message.free.MergeFromString(free.SerializeToString())
        for _ in range(MAX_ANY_DEPTH // 2):
            packed = {"type_url": "type.googleapis.com/t.v1.Thing", "value": message.SerializeToString()}
            message = kind(anys=[packed])
        values.append(decode_message(message.SerializeToString(), "t.v1.Thing", contract))
    differences = diff(values[0], values[1], MESSAGE, proto=True)
    assert [(item.legacy, item.candidate) for item in differences] == [("a", "b")]


def test_deep_and_wide_takes_linear_time() -> None:
    """Each list on the way down holds the same large one: it is looked at once, not once for each level."""
    inner = json.dumps(list(range(20_000)))
    legacy, candidate = (decode_json("[0," * 150 + inner[:-1] + more + "]" + "]" * 150) for more in (",1", ",2"))
    started = time.process_time()
    assert len(diff(legacy, candidate, BODY)) == 1
    assert time.process_time() - started < 5


def tables(legacy: str, candidate: str) -> list[tuple[str, str, str]]:
    ours, theirs = (read_table(text, COMMAS) for text in (legacy, candidate))
    assert ours is not None
    assert theirs is not None
    return [(item.path, item.template, item.kind.value) for item in diff(ours, theirs, Place.at("body"))]


def test_tables() -> None:
    """Cells by column, rows as elements; how a table is written is one difference."""
    found = tables("# run 1\nid,n\n7,1\n8,2\n", "# run 2\r\nid,n\r\n7,1\r\n8,3\r\n")
    assert found == [
        ("body", "body", "format"),
        ("body/line[1]/word[3]", "body/line[1]/word[3]", "value"),
        ("body/1/n", "body/*/n", "value"),
    ]
    assert tables("id,n\n7,1\n", "n,id\n1,7\n") == [("body/columns", "body/columns", "order")]
    assert tables("id,n\n7,1\n", "id\tn\n7\t1\n") == [("body", "body", "format")]
    assert tables("id,n\n7,1\n8,2\n", "id,n\n8,2\n") == [("body/0", "body/*", "missing")]
    assert tables("id,n\n7,1\n", "id,n\n") == [("body/0", "body/*", "missing")]
    assert tables("al,x\nbo,y\n", "al,x\nbo,z\n") == [("body/1/column[2]", "body/*/column[2]", "value")]


def test_a_cell_is_secret_by_what_tops_its_column() -> None:
    """Also where that is not known to be a name, and where it can't be told in which column it stands."""
    for legacy, candidate in (("al,password\nbo,x\n", "al,password\nbo,y\n"), ("a,password\nb,c\n", "a,password\n")):
        ours, theirs = (read_table(text, COMMAS) or Table() for text in (legacy, candidate))
        (difference,) = diff(ours, theirs, Place.at("body"))
        assert "password" in difference.owner.split()


_TABLES = st.text('ab1,;\r\n#\t "', max_size=14).map(lambda text: f"a,b{text}")


@given(_TABLES, _TABLES)
def test_other_tables_are_never_the_same(one: str, two: str) -> None:
    """But for quotes that are not needed, of a column in which others are quoted so, too."""
    ours, theirs = (read_table(text, COMMAS) for text in (one, two))
    if ours is not None and theirs is not None and one != two and '"' not in one + two:
        assert diff(ours, theirs, Place.at("body"))


def test_parts() -> None:
    """Those that are known by a name belong together wherever they stand, others by number."""

    def parts(*items: tuple[str, int]) -> Parts:
        return Parts({"headers": {"content-type": kind}, "content": value} for kind, value in items)

    def found(legacy: Parts, candidate: Parts) -> list[tuple[str, str]]:
        return [(item.path, item.kind.value) for item in diff(legacy, candidate, Place.at("body"))]

    assert found(parts(("a", 1), ("b", 2)), parts(("b", 3), ("a", 1))) == [
        ("body", "order"),
        ("body/part[2]/content", "value"),
    ]
    assert found(parts(("a", 1), ("a", 2)), parts(("a", 2), ("a", 2))) == [("body/part[1]/content", "value")]
    assert found(parts(("a", 1), ("a", 2)), parts(("a", 1))) == [("body/part[2]", "missing")]
    many = parts(*(("a", number) for number in range(9)))
    (difference,) = diff(many, parts(*(("a", number) for number in (*range(8), 9))), Place.at("body"))
    assert (difference.path, difference.template) == ("body/part[9]/content", "body/part/content")
