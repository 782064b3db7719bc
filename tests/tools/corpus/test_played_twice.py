"""Edges that live services show."""

from typing import Any

from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.shadow.bindings.edges import NO_EDGES, edges_among, place_text
from crossfade.shadow.config import load_config
from crossfade.tools.corpus.played_twice import mine_live


async def test_edges_let_more_calls_succeed(corpus: CorpusFolder, serve: Any, config_file: Any) -> None:
    """The first pass asks legacy for tickets that it does not have; the edge that this shows is used in the next."""
    config = load_config(config_file(serve(lambda at: at + 100), serve(lambda at: at + 300)))
    mined = await mine_live(config, None, tuple(corpus.sessions()), NO_EDGES)
    assert mined is not None
    assert [(place_text(item.edge.consumer), item.support, item.candidate) for item in mined] == [
        ("GET /status query/of", 1.0, "number")
    ]
    again = await mine_live(config, None, tuple(corpus.sessions()), edges_among(item.edge for item in mined))
    assert again is not None
    assert [item.edge for item in again] == [item.edge for item in mined]


async def test_legacy_that_does_not_answer(corpus: CorpusFolder, config_file: Any) -> None:
    """Nothing is known, which is not the same as no edges."""
    config = load_config(config_file("http://127.0.0.1:9", "http://127.0.0.1:7"))
    assert await mine_live(config, None, tuple(corpus.sessions()), NO_EDGES) is None
