"""The example's processes, and the config of a run with their ports."""

from pathlib import Path
from types import SimpleNamespace

from crossfade.shadow.config import load_config
from crossfade.tools.demo.pair import example_folder, write_config


def test_the_config_of_a_run(tmp_path: Path) -> None:
    """Every side has the port that it took, also where that is another side's fixed one; the proxy's are free ones."""
    taken = {"legacy": ("50061", "8082"), "candidate": ("50051", "8081"), "secondary": ("50050", "9180")}
    pair = SimpleNamespace(
        **{side: SimpleNamespace(ready={"grpc": grpc, "http": http}) for side, (grpc, http) in taken.items()}
    )
    config = load_config(write_config(example_folder(), tmp_path, pair))  # type: ignore[arg-type]
    for at, listen in enumerate(config.listen):
        assert {side: getattr(listen, side) for side in taken} == {
            side: f"http://127.0.0.1:{ports[at]}" for side, ports in taken.items()
        }
    addresses = {config.admin.address, *(listen.address for listen in config.listen)}
    assert len(addresses) == 3
    assert addresses.isdisjoint({"127.0.0.1:9180", "127.0.0.1:50050", "127.0.0.1:8080"})
