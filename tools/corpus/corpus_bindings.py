"""crossfade corpus bindings."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.mining.bindings_file import Kept
from crossfade.parity_tests.mining.review import accepted_changes, failures, merged
from crossfade.parity_tests.mining.stored import load_bindings, save_bindings
from crossfade.parity_tests.replay.reset import resets_of
from crossfade.shadow.bindings.edges import edges_among, place_text
from crossfade.shadow.config import load_config
from crossfade.shadow.config.settings import State
from crossfade.tools.corpus.played_twice import mine_live
from crossfade.tools.errors import ExitCode
from crossfade.tools.options import config_option
from crossfade.tools.output import emit


@click.command()
@click.argument("folder", metavar="CORPUS", type=click.Path(path_type=Path))
@config_option
@click.option("--check", is_flag=True, help="Write nothing; exit 1 if a person has something to review.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def corpus_bindings(folder: Path, config_path: Path, *, check: bool, as_json: bool) -> None:
    """Find which values of requests are ids from earlier answers, and write bindings.toml for review.

    Plays all sessions on both services, after the resets of [replay]. An edge goes from places of answers to a place of
    requests: legacy has another value there than when it was recorded, and at least half of what requests carry comes
    from there. Edges with reviewed = true are used by every replay of the corpus.

    Exit codes: 0 written, or nothing to review; 1 with --check if an edge is new, is seen less than it was, or has ids
    of another form than declared; 3 if no call was answered twice.

    \b
    Example:
      crossfade corpus bindings corpus --config crossfade.toml --check
    """
    config = load_config(config_path)
    if config.service.state is State.SHARED:
        raise ParityError(f"{config_path}: service.state: expected own stores, got one shared by both: no ids to bind")
    corpus = CorpusFolder(folder)
    kept = load_bindings(folder)
    known = edges_among(item.edge for item in kept)
    resets = resets_of(config.replay, config_path.absolute().parent, ("legacy", "candidate"))
    mined = asyncio.run(mine_live(config, corpus.contract(), tuple(corpus.sessions()), known, resets=resets))
    if mined is None:
        raise SystemExit(_nothing(folder))
    found = merged(kept, mined)
    lines = list(failures(kept, mined)) if check else []
    if not check:
        save_bindings(folder, found)
    emit(_json(found, lines) if as_json else _text(folder, found, lines, check=check))
    if lines:
        raise SystemExit(ExitCode.FAIL)


def _nothing(folder: Path) -> ExitCode:
    emit(f"{folder}: no call was answered both when it was recorded and now, so nothing can be said of its ids")
    return ExitCode.INCONCLUSIVE


def _json(found: Sequence[Kept], lines: Sequence[str]) -> str:
    edges = [_record(item) for item in found]
    return json.dumps({"edges": edges, "to_review": lines, "accepted": accepted_changes(found)})


def _record(item: Kept) -> dict[str, Any]:
    edge = item.edge
    return {
        "kind": edge.kind,
        "consumer": place_text(edge.consumer),
        "producers": [place_text(place) for place in edge.producers],
        "support": item.support,
        "sessions": item.sessions,
        "legacy": item.legacy,
        "candidate": item.candidate,
        "reviewed": item.reviewed,
        "plain": edge.plain,
        "seeded": edge.seeded,
        "forms": edge.forms,
    }


def _text(folder: Path, found: Sequence[Kept], lines: Sequence[str], *, check: bool) -> str:
    told = [f"accepted change of ids: {line}" for line in accepted_changes(found)]
    if check:
        return "\n".join([*lines, *told, f"{len(lines)} to review, {len(found)} edges"])
    left = sum(not item.reviewed for item in found)
    return "\n".join([*told, f"{len(found)} edges in {folder / 'bindings.toml'}, {left} to review"])
