"""The same of a service that was not made for it: the example's build queue, over gRPC and HTTP, real answers.

    python bench/mining/buildqueue.py [--seed 1] [--sessions 40]

Three processes of its legacy, each with a database of its own: one is recorded, one is the legacy of today, one the
candidate. `crossfade corpus bindings` mines the recording; its edges are held against the places at which ids of the
service stand. Then everything is reviewed and played once more. Prints what was found, and exits 1 where an edge is
missing or wrong, the check finds something, or a call is not compared. What differs then are times and shuffled lists,
which legacy itself has otherwise each time: there is no secondary here.
"""

import argparse
import asyncio
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from click.testing import CliRunner
from queue_client import IDS, sessions

from crossfade.codegen.contract import Contract, ProtoFiles, load_contract
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Manifest
from crossfade.parity_tests.mining.stored import load_bindings, load_edges, save_bindings
from crossfade.parity_tests.replay.pair import open_pair
from crossfade.parity_tests.replay.player import play_sessions
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.bindings.edges import place_text
from crossfade.shadow.config import load_config
from crossfade.shadow.exchange.observations import Settled
from crossfade.tools.cli import main as crossfade

EXAMPLE = Path(__file__).parents[2] / "examples" / "buildqueue"
_NAMES = ("recorded", "legacy", "candidate")
_BODY_BYTES = 1_000_000


@contextmanager
def served(folder: Path, name: str) -> Iterator[dict[str, str]]:
    """One process of legacy; its addresses by protocol."""
    command = [sys.executable, str(EXAMPLE / "legacy"), "--grpc-port", "0", "--http-port", "0"]
    command += ["--db", str(folder / f"{name}.sqlite"), "--seed-dir", str(folder / "seed")]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        ready = re.search(r"grpc=(\d+) http=(\d+)", process.stdout.readline() if process.stdout else "")
        if ready is None:
            raise SystemExit(f"{name}: expected READY, got another line")
        yield {"grpc": f"http://127.0.0.1:{ready[1]}", "http": f"http://127.0.0.1:{ready[2]}"}
    finally:
        process.terminate()
        process.wait(timeout=20)


def config_text(sides: Mapping[str, Mapping[str, str]]) -> str:
    """The config of legacy and candidate."""
    proto = EXAMPLE / "proto"
    listens = "".join(
        f'[[listen]]\nname = "{name}"\naddress = "127.0.0.1:{port}"\nlegacy = "{sides["legacy"][name]}"\n'
        f'candidate = "{sides["candidate"][name]}"\n'
        for name, port in (("grpc", 1), ("http", 2))
    )
    protos = f'[contract]\nprotos = ["{proto / "ci/builds/v1/builds.proto"}"]\nincludes = ["{proto}"]\n'
    return f'[service]\nname = "buildqueue"\nstate = "sister"\n{listens}{protos}'


async def record(folder: Path, urls: Mapping[str, str], contract: Contract, asked: argparse.Namespace) -> int:
    """Writes the corpus; returns how many calls it has."""
    corpus = CorpusFolder.create(folder, Manifest(service="buildqueue", contract_digest=contract.digest), contract)
    upstreams = {name: Upstream(url, deadline_ms=10_000, body_limit_bytes=_BODY_BYTES) for name, url in urls.items()}
    count = 0
    async for session in sessions(upstreams, contract, asked.sessions, asked.seed):
        corpus.add(session)
        count += len(session.calls)
    for upstream in upstreams.values():
        await upstream.close()
    return count


async def replay(config_path: Path, corpus: CorpusFolder) -> Counter[str]:
    """How the calls ended, played under the reviewed edges."""
    config, contract = load_config(config_path), corpus.contract()
    async with open_pair(config, contract, edges=load_edges(corpus.folder)) as pair:
        done = await play_sessions(pair, corpus.sessions(), at_once=4)
    found: Counter[str] = Counter()
    for played in (each for session in done for each in session.played):
        if isinstance(played.observation, Settled):
            found[f"{played.observation.outcome}({played.observation.reason}) {played.call.route.route}"] += 1
        elif played.signature:
            found.update(f"differs: {played.call.route.route} {item.template}" for item in played.signature)
        else:
            found["same"] += 1
        found["as recorded"] += bool(played.as_recorded)
    return found


def main() -> int:
    """Prints what was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sessions", type=int, default=40)
    asked = parser.parse_args()
    proto = EXAMPLE / "proto"
    contract = load_contract(ProtoFiles(files=(proto / "ci/builds/v1/builds.proto",), includes=(proto,)))
    with tempfile.TemporaryDirectory() as name, ExitStack() as running:
        folder = Path(name)
        subprocess.run([sys.executable, str(EXAMPLE / "seed"), str(folder / "seed")], check=True)
        sides = {side: running.enter_context(served(folder, side)) for side in _NAMES}
        config = folder / "crossfade.toml"
        config.write_text(config_text(sides), encoding="utf-8")
        calls = asyncio.run(record(folder / "corpus", sides["recorded"], contract, asked))
        print(f"{asked.sessions} sessions, {calls} calls")
        words = ["corpus", "bindings", str(folder / "corpus"), "--config", str(config)]
        told = CliRunner().invoke(crossfade, words)
        print(told.output)
        kept = load_bindings(folder / "corpus")
        found = {place_text(item.edge.consumer) for item in kept}
        for item in kept:
            print(f"  {item.support:.2f} {item.sessions:4} {item.edge.kind}: {place_text(item.edge.consumer)}")
        save_bindings(folder / "corpus", tuple(replace(item, reviewed=True) for item in kept))
        check = CliRunner().invoke(crossfade, [*words, "--check"])
        print(check.output)
        ended = asyncio.run(replay(config, CorpusFolder(folder / "corpus")))
    for text, count in ended.most_common():
        print(f"{count:6} {text}")
    print(f"missing: {sorted(IDS - found) or 'none'}; wrong: {sorted(found - IDS) or 'none'}")
    is_all = ended["as recorded"] == calls and not any("(" in text for text in ended)
    return int(found != IDS or check.exit_code != 0 or not is_all)


if __name__ == "__main__":
    sys.exit(main())
