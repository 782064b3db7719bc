"""crossfade corpus show."""

import json

from click.testing import CliRunner, Result

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.mining.bindings_file import Kept
from crossfade.parity_tests.mining.stored import save_bindings
from crossfade.shadow.bindings.edges import Edge, read_place
from crossfade.tools.cli import main

EDGE = Edge(
    kind="ticket",
    consumer=read_place("GET /status query/of"),
    producers=(read_place("POST /tickets body/number"),),
)


def show(corpus: CorpusFolder, *more: str) -> Result:
    """Runs the command."""
    return CliRunner().invoke(main, ["corpus", "show", str(corpus.folder), *more])


def test_a_session(corpus: CorpusFolder) -> None:
    """Its calls with handles by name, and what they were."""
    save_bindings(corpus.folder, (Kept(edge=EDGE, support=1.0, sessions=6, legacy="number", candidate="number"),))
    assert show(corpus, "s-1").output.splitlines() == [
        "session s-1 from test: 3 calls, 2 handles",
        "  1 POST /tickets",
        "    < 201",
        '    < {"number": "$ticket#1", "desk": 2}',
        "  2 POST /tickets",
        "    < 201",
        '    < {"number": "$ticket#2", "desk": 2}',
        "  3 GET /status?of=$ticket#2&desk=2",
        "    < 200",
        '    < {"before": 3}',
        "",
        "handle     value  first seen in",
        "$ticket#1  3      answer 1, body/number",
        "$ticket#2  4      answer 2, body/number",
    ]


def test_json(corpus: CorpusFolder) -> None:
    """The handles for a program."""
    save_bindings(corpus.folder, (Kept(edge=EDGE, support=1.0, sessions=6, legacy="number", candidate="number"),))
    told = json.loads(show(corpus, "s-0", "--json").stdout)
    assert [handle["name"] for handle in told["handles"]] == ["$ticket#1", "$ticket#2"]


def test_without_bindings(corpus: CorpusFolder) -> None:
    """Numbers that look like any other are no handles."""
    assert "session s-1 from test: 3 calls, 0 handles" in show(corpus, "s-1").output


def test_no_such_session(corpus: CorpusFolder) -> None:
    """One line says what is missing."""
    result = show(corpus, "s-77")
    assert (result.exit_code, "expected a session" in result.output) == (2, True)
