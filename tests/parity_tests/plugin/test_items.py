"""Each session of a corpus is a test, which fails where the answers differ and says why in ten lines."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["pytester"]

CORPUS = "--crossfade-corpus=corpus"
RULE = '[[accept]]\nroute = "GET /ping"\npath = "body/end"\nkind = "missing"\nreason = "callers read null as absent"\n'


def test_a_session_is_a_test(pair: Callable[..., Any]) -> None:
    """Its name is that of the session, below the folder of the corpus; what each side mints is its own."""
    inner = pair()
    life = [inner.post("/notes", {"text": "a"}), inner.get("/notes/1"), inner.get("/notes/9")]
    inner.corpus(life=life, ping=[inner.get("/ping")])
    result = inner.run(CORPUS, "-v")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["corpus/corpus.json::life PASSED*", "corpus/corpus.json::ping PASSED*", "crossfade: 4 of 4 calls compared"]
    )


def test_only_what_differs_fails(pair: Callable[..., Any]) -> None:
    """The lines tell route, call, path, values, cause, fix and how to repeat it; there is no traceback."""
    inner = pair("null")
    inner.corpus(bad=[inner.get("/notes/1"), inner.get("/ping")], good=[inner.get("/notes/1")])
    result = inner.run(CORPUS)
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*_ bad _*",
            "call 2 of 2, GET /ping",
            "  path       body/end  (missing)",
            "  legacy     null",
            "  candidate  (absent)",
            "  cause      F1 *",
            "  fix        *",
            "  repeat     pytest -p crossfade.parity_tests.plugin --crossfade-config crossfade.toml corpus/corpus.json::bad",
        ],
        consecutive=True,
    )
    result.stdout.no_fnmatch_line("*items.py*")


def test_what_was_taken_for_noise_is_named(pair: Callable[..., Any]) -> None:
    """A counter that the port lost would pass for it, where there is no second instance of legacy."""
    inner = pair()
    inner.corpus(noisy=[inner.get("/noisy")], ping=[inner.get("/ping")])
    result = inner.run(CORPUS, "--junitxml=out.xml")
    result.assert_outcomes(passed=2)
    result.stdout.fnmatch_lines(
        ["crossfade: taken for noise, as legacy differs from itself there: GET /noisy body/at (*"]
    )
    assert 'name="crossfade.noise" value="GET /noisy body/at (' in (inner.folder / "out.xml").read_text()


def test_times_of_another_hour_are_told(pair: Callable[..., Any]) -> None:
    """That times differ is noise; that the port's are none of the request is not left unsaid."""
    inner = pair("hours", secondary=True)
    inner.corpus(now=[inner.get("/noisy")])
    result = inner.run(CORPUS)
    result.stdout.fnmatch_lines(
        ["crossfade: times that break what holds at legacy: GET /noisy body/now (another moment than its request)"]
    )
    pair().run(CORPUS).stdout.no_fnmatch_line("*times that break*")


def test_another_status_comes_first(pair: Callable[..., Any]) -> None:
    """What may only follow from it comes last, in the lines of the first call and of the others."""
    inner = pair("found")
    inner.corpus(s=[inner.get("/notes/9"), inner.get("/notes/8")])
    result = inner.run(CORPUS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "call 1 of 2, GET /notes/*",
            "  path       status  (value)",
            "  legacy     404",
            "  candidate  200",
            "  also here  body/*",
            "  also       call 2, GET /notes/*: status (value*) and * more",
        ]
    )


def test_the_line_repeats_it(pair: Callable[..., Any]) -> None:
    """One test is chosen by its id, as a file's tests are, and by -k."""
    inner = pair("null")
    inner.corpus(bad=[inner.get("/ping")], good=[inner.get("/notes/1")])
    inner.run("--crossfade-config", "crossfade.toml", "corpus/corpus.json::bad").assert_outcomes(failed=1)
    inner.run(CORPUS, "-k", "good").assert_outcomes(passed=1, deselected=1)


def test_the_record_of_another(pair: Callable[..., Any]) -> None:
    """Its id is a valid one, and yet not that of the note that was asked for."""
    inner = pair("another")
    calls = [inner.post("/notes", {"text": "a"}), inner.post("/notes", {"text": "b"}), inner.get("/notes/2")]
    inner.corpus(life=calls)
    result = inner.run(CORPUS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["call 3 of 3, GET /notes/*"])


def test_nothing_compared_is_no_pass(pair: Callable[..., Any]) -> None:
    """Neither side can be sent this request: the test is skipped and says why, and fails where all must be compared."""
    inner = pair()
    call = inner.get("/ping\r\nx: y")
    inner.corpus(s=[call], half=[call, inner.get("/ping")])
    result = inner.run(CORPUS, "-rs")
    result.assert_outcomes(skipped=2)
    result.stdout.fnmatch_lines(
        [
            "crossfade: 1 of 3 calls compared; not compared: 2 uncomparable(unsupported)",
            "SKIPPED * corpus/sessions/half.jsonl:1: not all calls were compared: 1 call uncomparable(unsupported)",
            "SKIPPED * corpus/sessions/s.jsonl:1: nothing was compared: 1 call uncomparable(unsupported)",
        ]
    )
    strict = inner.run(CORPUS, "--crossfade-strict")
    strict.assert_outcomes(failed=2)
    strict.stdout.fnmatch_lines(["not compared: 1 call uncomparable(unsupported)"])


def test_a_legacy_that_is_down(pair: Callable[..., Any]) -> None:
    """Fails: a run without it has shown nothing."""
    inner = pair()
    config = inner.folder / "crossfade.toml"
    lines = [
        'legacy = "http://127.0.0.1:9"' if line.startswith("legacy") else line
        for line in config.read_text(encoding="utf-8").splitlines()
    ]
    config.write_text("\n".join(lines), encoding="utf-8")
    inner.corpus(s=[inner.get("/ping")])
    result = inner.run(CORPUS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  legacy     gave no answer: legacy_failed(refused); is it running?"])


def test_what_a_rule_accepts_is_an_xfail(pair: Callable[..., Any]) -> None:
    """With the rule's reason; after its last day the test fails."""
    inner = pair("null", more=RULE)
    inner.corpus(s=[inner.get("/ping")])
    result = inner.run(CORPUS, "-rx")
    result.assert_outcomes(xfailed=1)
    result.stdout.fnmatch_lines(["XFAIL corpus/corpus.json::s - *callers read null as absent"])
    with (inner.folder / "crossfade.toml").open("a", encoding="utf-8") as file:
        file.write("expires = 2020-01-01\n")
    inner.run(CORPUS).assert_outcomes(failed=1)


def test_secrets_are_hidden(pair: Callable[..., Any]) -> None:
    """The lines of a test end up in logs."""
    inner = pair("secret")
    inner.corpus(s=[inner.get("/secret")])
    result = inner.run(CORPUS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["  path       body/password  (value)"])
    result.stdout.no_fnmatch_line("*hunter*")


def test_a_port_that_is_gone(pair: Callable[..., Any]) -> None:
    """One line names the ports that there are."""
    inner = pair()
    inner.corpus(s=[inner.get("/ping")])
    config = inner.folder / "crossfade.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('"http"', '"web"'), encoding="utf-8")
    result = inner.run(CORPUS)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        ["session s: expected [[][[]listen]] to be one of web, grpc, got 'http'; name a port of the config so"]
    )


def test_a_damaged_corpus(pair: Callable[..., Any]) -> None:
    """Is an error of the collection, and a damaged session one of its test."""
    inner = pair()
    folder: Path = inner.corpus(s=[inner.get("/ping")])
    (folder / "sessions" / "s.jsonl").write_text("{}", encoding="utf-8")
    inner.run(CORPUS).assert_outcomes(failed=1)
    (folder / "sessions" / "a b.jsonl").write_text("{}", encoding="utf-8")
    result = inner.run(CORPUS)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["session 'a b': expected letters, digits, *"])
    result.stdout.no_fnmatch_line("*folder.py*")
    (folder / "corpus.json").write_text(json.dumps({"crossfade_corpus": 99}), encoding="utf-8")
    result = inner.run(CORPUS)
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*corpus.json: expected version 1 of corpora, got 99"])


@pytest.mark.slow
def test_several_processes(pair: Callable[..., Any]) -> None:
    """pytest-xdist shares the sessions out; JUnit has each with its counts, and the totals are of all of them."""
    inner = pair("null")
    inner.corpus(bad=[inner.get("/ping")], **{f"s{n}": [inner.get("/notes/1")] for n in range(4)})
    result = inner.run_apart(CORPUS, "-n", "2", "--junitxml=out.xml")
    result.assert_outcomes(passed=4, failed=1)
    result.stdout.fnmatch_lines(["call 1 of 1, GET /ping", "crossfade: 5 of 5 calls compared"])
    text = (inner.folder / "out.xml").read_text(encoding="utf-8")
    assert '<testcase classname="corpus.corpus.json" name="s0"' in text
    assert '<property name="crossfade.compared" value="1"' in text
    assert 'message="call 1 of 1, GET /ping&#10;' in text


@pytest.mark.slow
def test_several_processes_collect_the_same(pair: Callable[..., Any]) -> None:
    """The corpora that are named, and none beside them; those of the ini with testpaths."""
    inner = pair()
    inner.corpus(s=[inner.get("/ping")])
    inner.corpus("other", t=[inner.get("/ping")])
    inner.pytester.makepyfile(test_a="def test_a(): pass")
    for args in ((CORPUS,), ("test_a.py", CORPUS)):
        for workers in ("0", "2"):
            inner.run_apart(*args, "-n", workers).assert_outcomes(passed=len(args))
    inner.pytester.makeini("[pytest]\ncrossfade_corpus = corpus\ntestpaths = test_a.py\n")
    inner.run_apart("-n", "2").assert_outcomes(passed=2)


@pytest.mark.slow
def test_the_last_failed(pair: Callable[..., Any]) -> None:
    """Are run alone; -x stops at the first."""
    inner = pair("null")
    inner.corpus(a=[inner.get("/notes/1")], b=[inner.get("/ping")], c=[inner.get("/ping")])
    inner.run_apart(CORPUS).assert_outcomes(passed=1, failed=2)
    inner.run_apart(CORPUS, "--lf").assert_outcomes(failed=2)
    inner.run_apart(CORPUS, "-x").assert_outcomes(passed=1, failed=1)


def _resets(inner: Any, command: str) -> None:
    with (inner.folder / "crossfade.toml").open("a", encoding="utf-8") as file:
        file.write(f'[replay]\nreset_candidate = ["/bin/sh", "-c", "{command}"]\n')


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["0", "2"])
def test_the_data_is_put_back_once(pair: Callable[..., Any], workers: str) -> None:
    """Before the first session of a run, not before each; by one of several processes."""
    inner = pair()
    _resets(inner, "echo again >> resets")
    inner.corpus(**{f"s{n}": [inner.get("/ping")] for n in range(4)})
    inner.run_apart(CORPUS, "-n", workers).assert_outcomes(passed=4)
    assert (inner.folder / "resets").read_text(encoding="utf-8") == "again\n"


def test_data_that_cannot_be_put_back(pair: Callable[..., Any]) -> None:
    """Fails all tests with what the command said, which runs once."""
    inner = pair()
    _resets(inner, "echo again >> resets; echo no database; exit 3")
    inner.corpus(s=[inner.get("/ping")], t=[inner.get("/ping")])
    result = inner.run(CORPUS)
    result.assert_outcomes(failed=2)
    assert (inner.folder / "resets").read_text(encoding="utf-8") == "again\n"
    result.stdout.fnmatch_lines(["replay.reset_candidate: expected exit 0, got 3: *", "  no database"])


def test_a_time_that_is_made_anew_in_each_read_fails(pair: Callable[..., Any]) -> None:
    """Legacy keeps its own; it differs from its second instance, so whatever the port gives passes for noise."""
    for bugs, outcome in (((), "passed"), (("restless",), "failed")):
        inner = pair(*bugs, secondary=True)
        inner.corpus("-".join(("corpus", *bugs)), s=[inner.get("/since") for _ in range(4)])
        result = inner.run(f"--crossfade-corpus={'-'.join(('corpus', *bugs))}")
        result.assert_outcomes(**{outcome: 1})
    result.stdout.fnmatch_lines(
        ["times that move otherwise than legacy's: GET /since body/since (moves between two reads, and legacy's stays)"]
    )
