"""Makes a folder with crossfade.toml and a store that holds one large run: what reports and gates are measured on.

python bench/evidence/stored.py FOLDER
crossfade gate --config FOLDER/crossfade.toml
"""

import argparse
import time
from pathlib import Path

from traffic import STARTED, Traffic

from crossfade.shadow.evidence import EvidenceWriter, store_in
from crossfade.shadow.evidence.records import RunInfo
from crossfade.shadow.evidence.redact import Unchanged

CONFIG = """\
[service]
name = "users"

[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:1"
candidate = "http://127.0.0.1:2"

[gate]
routes = ["*"]
"""


def info(run_id: str) -> RunInfo:
    """A run of made-up traffic."""
    return RunInfo(
        run_id=run_id,
        service="users",
        engine="mitmproxy",
        legacy_build="py",
        candidate_build="java",
        rules_digest="r",
        contract_digest="",
        started_at=STARTED,
    )


def make_folder(folder: Path, traffic: Traffic) -> Path:
    """Writes the config and the store; returns the config's path. A folder that has a config is left as it is."""
    config = folder / "crossfade.toml"
    if config.exists():
        return config
    writer = EvidenceWriter.begin(store_in(folder / ".crossfade"), info("large"), Unchanged())
    for observation in traffic.observations():
        writer.add(observation)
    writer.finish(traffic.entered(), now=STARTED + traffic.comparisons / 100)
    config.write_text(CONFIG)
    return config


def main() -> None:
    """Makes it and prints where it is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--comparisons", type=int, default=1_000_000)
    parser.add_argument("--routes", type=int, default=300)
    parser.add_argument("--clusters", type=int, default=5000)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    traffic = Traffic(comparisons=asked.comparisons, routes=asked.routes, clusters=asked.clusters)
    began = time.process_time()
    print(f"{make_folder(asked.folder, traffic)}: {time.process_time() - began:.1f} s of CPU")


if __name__ == "__main__":
    main()
