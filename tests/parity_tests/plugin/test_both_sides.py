"""Parity tests that people write: both services are asked the same, and .same() holds their answers together."""

import sys
from collections.abc import Callable
from typing import Any

import pytest

from crossfade.parity_tests.mining.bindings_file import Kept
from crossfade.parity_tests.mining.stored import save_bindings
from crossfade.shadow.bindings.edges import Edge, read_place

pytest_plugins = ["pytester"]

RULE = '[[accept]]\nid = "nulls"\nroute = "GET /ping"\npath = "body/end"\nreason = "callers read null as absent"\n'


def test_what_is_the_same_passes(pair: Callable[..., Any]) -> None:
    """Over HTTP with JSON, and over gRPC with one message and with many; each side gets its own ids."""
    inner = pair()
    inner.pytester.makepyfile("""
        def test_notes(both):
            made = both.post("/notes", json={"text": "a"}).same()
            note = both.get(f"/notes/{made.legacy.json['id']}", params={"x": [1, 2]}).same()
            assert (note.legacy.status, note.candidate.status) == (200, 200)
            assert note.candidate.json == {"id": 1, "text": "a"}
            assert both.get("/notes/77").same().candidate.status == 404

        def test_calls(both):
            one = both.call("notes.v1.Notes/Get", {"id": 7}).same()
            assert one.candidate.json == {"id": "7", "text": "note 7", "size": "6"}
            assert one.legacy.status == "OK"
            many = both.call("/notes.v1.Notes/Split", {"id": 7}, metadata={"x-tenant": "a"}).same()
            assert [item["text"] for item in many.candidate.messages] == ["one", "two"]
            assert both.call("notes.v1.Notes/Get").same().candidate.status == "NOT_FOUND"
    """)
    inner.run().assert_outcomes(passed=2)


@pytest.mark.parametrize(("ini", "outcome"), [("", "passed"), ("crossfade_corpus = corpus", "failed")])
def test_what_was_reviewed_of_a_corpus_counts(pair: Callable[..., Any], ini: str, outcome: str) -> None:
    """Where pytest's config names it, though none of its sessions is collected: here, that the path holds no ids."""
    inner = pair()
    inner.corpus(life=[inner.get("/notes/1")])
    edge = Edge(kind="note", consumer=read_place("GET /notes/* path/notes/*"), producers=(), plain=True)
    kept = Kept(edge=edge, support=1.0, sessions=3, legacy="number", candidate="number", reviewed=True)
    save_bindings(inner.folder / "corpus", (kept,))
    inner.pytester.makeini(f"[pytest]\n{ini}\n")
    inner.pytester.makepyfile(
        test_hand="""
        def test_note(both):
            made = both.post("/notes", json={"text": "a"}).same()
            both.get(f"/notes/{made.legacy.json['id']}").same()
    """
    )
    inner.run("test_hand.py").assert_outcomes(**{outcome: 1})


def test_what_differs_fails(pair: Callable[..., Any]) -> None:
    """With crossfade's lines, and DeepDiff's words for the same places."""
    inner = pair("null", "size", "steady")
    inner.pytester.makepyfile("""
        def test_ping(both):
            both.get("/ping").same()

        def test_call(both):
            both.call("notes.v1.Notes/Get", {"id": 7}).same()

        def test_stream(both):
            both.call("notes.v1.Notes/Split", {"id": 7}).same()

        def test_ignored(both):
            answers = both.call("notes.v1.Notes/Get", {"id": 7}).same(ignore="message.siz?")
            assert [(item.template, item.kind) for item in answers.differences] == [("message.size", "value")]

        def test_noise(both):
            both.get("/noisy").same()
    """)
    result = inner.run()
    result.assert_outcomes(passed=1, failed=4)
    result.stdout.fnmatch_lines(
        [
            '>*both.get("/ping").same()',
            "E*AssertionError: GET /ping",
            "E*path       body/end  (missing)",
            "E*cause      F1 *",
            "E*fix        *",
            "E*deepdiff   Item root*end* removed from dictionary.",
            "E*AssertionError: notes.v1.Notes/Get",
            "E*path       message.size  (value)",
            "E*legacy     6",
            "E*candidate  7",
            'E*deepdiff   Value of root*size* changed from "6" to "7".',
            "E*path       message[[]0[]].size  (value)",
            'E*deepdiff   Value of root[[]0[]]*size* changed from "3" to "4".',
            "E*path       body/steady  (value)",
            "E*deepdiff   Value of root*steady* changed from 1 to 2.",
        ]
    )
    result.stdout.no_fnmatch_line("*deepdiff *'at'*")


def test_an_expected_difference(pair: Callable[..., Any]) -> None:
    """An accept rule that the test names makes it an xfail with the rule's reason; others do not excuse it."""
    inner = pair("null", "steady", more=RULE)
    inner.pytester.makepyfile("""
        import pytest

        @pytest.mark.parity_accept("nulls")
        def test_expected(both):
            both.get("/ping").same()

        def test_not_named(both):
            both.get("/ping").same()

        @pytest.mark.parity_accept("nulls")
        def test_something_else(both):
            both.get("/ping").same()
            both.get("/noisy").same()

        @pytest.mark.parity_accept("nulls")
        def test_no_longer(both):
            both.get("/notes/1").same()

        @pytest.mark.parity_accept("gone")
        def test_unknown(both):
            pass
    """)
    result = inner.run("-rx", "--strict-markers")
    result.assert_outcomes(xfailed=1, failed=2, xpassed=1, errors=1)
    result.stdout.fnmatch_lines(["XFAIL test_*::test_expected - callers read null as absent"])
    result.stdout.fnmatch_lines(["*parity_accept('gone'): expected the id of an [[][[]accept]] of the config*"])
    inner.pytester.makeini("[pytest]\nxfail_strict = true\n")
    inner.run().assert_outcomes(xfailed=1, failed=3, errors=1)
    inner.run("--runxfail").assert_outcomes(passed=2, failed=2, errors=1)


def test_what_was_not_compared_is_not_the_same(pair: Callable[..., Any]) -> None:
    """Nor does it have answers to read."""
    inner = pair()
    inner.pytester.makepyfile("""
        def test_unsendable(both):
            both.get("/a\\r\\nx: y").same()

        def test_unread(both):
            both.get("/a\\r\\nx: y").candidate

        def test_port(both):
            both.at("web").get("/ping")

        def test_method(both):
            both.call("notes.v1.Notes/Gone")

        def test_message(both):
            both.call("notes.v1.Notes/Get", {"nr": 1})
    """)
    result = inner.run()
    result.assert_outcomes(failed=5)
    for line in (
        "*GET *: not compared: uncomparable(unsupported)",
        "*GET *: no answer to read: uncomparable(unsupported)",
        "*expected one of the ports http, grpc, got 'web'; name one by .at(...)",
        "*notes.v1.Notes/Gone: expected a method of the contract, got none; see [[]contract]",
        "*notes.v1.Notes/Get: expected a notes.v1.GetNote, got *",
    ):
        result.stdout.fnmatch_lines([line])


def test_one_side(pair: Callable[..., Any]) -> None:
    """Each is asked alone, in its own words."""
    inner = pair()
    inner.pytester.makepyfile("""
        def test_sides(legacy, candidate):
            ours, theirs = (side.post("/notes", json={"text": "a"}) for side in (legacy, candidate))
            assert (ours.status, ours.json["id"]) == (201, 1)
            assert (theirs.status, theirs.json["id"]) == (201, 501)
            assert candidate.get("/notes/501").header("content-type") == "application/json"
            assert candidate.call("notes.v1.Notes/Get", {"id": 2}).json["text"] == "note 2"
            assert legacy.at("http").head("/ping").text == ""
    """)
    inner.run().assert_outcomes(passed=1)


def test_without_deepdiff(pair: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    """The lines of crossfade are there, and how to get the others."""
    monkeypatch.setitem(sys.modules, "deepdiff", None)
    inner = pair("null")
    inner.pytester.makepyfile("def test_ping(both): both.get('/ping').same()")
    result = inner.run()
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["E*path       body/end  (missing)", "E*deepdiff   not installed: pip install 'crossfade[[]pytest]'"]
    )


def test_in_a_loop_of_its_own(pair: Callable[..., Any]) -> None:
    """Tests that run in an event loop use the same methods."""
    inner = pair()
    inner.pytester.makepyfile("""
        import asyncio

        def test_ping(both):
            async def ask():
                both.get("/ping").same()
            asyncio.run(ask())
    """)
    inner.run().assert_outcomes(passed=1)
