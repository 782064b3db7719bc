"""Where requests can be sent again, by the config."""

from pathlib import Path
from typing import Any

import pytest

from crossfade.reports.repro import Side
from crossfade.shadow.config import load_config
from crossfade.shadow.evidence.contracts import keep_contract
from crossfade.tools.repro import repro_settings


def test_both_sides_of_each_port(service: Any) -> None:
    """With their addresses, and the files by which they are trusted."""
    text = service.config.read_text(encoding="utf-8").replace("[gate]", 'candidate_ca = "ca.pem"\n\n[gate]')
    service.config.write_text(text.replace("http://127.0.0.1:2", "https://127.0.0.1:2"), encoding="utf-8")
    (listener,) = repro_settings(load_config(service.config), "").listeners
    assert listener.name == "web"
    assert listener.legacy == Side(url="http://127.0.0.1:1")
    assert listener.candidate.url == "https://127.0.0.1:2"
    assert listener.candidate.ca.endswith("ca.pem")
    assert not listener.tls
    service.config.write_text(text.replace("[gate]", 'cert = "cert.pem"\n\n[gate]'), encoding="utf-8")
    (service.folder / "cert.pem").touch()
    (listener,) = repro_settings(load_config(service.config), "").listeners
    assert listener.tls


@pytest.mark.parametrize(
    ("section", "words"),
    [
        ("", ()),
        ('[contract]\nreflection = "127.0.0.1:1"\n', ()),
        ('[contract]\ndescriptor_set = "a.binpb"\n', ("-protoset", "a.binpb")),
        (
            '[contract]\nprotos = ["api/v1/a.proto", "b.proto"]\nincludes = ["api", "."]\n',
            ("-import-path", "api", "-import-path", ".", "-proto", "v1/a.proto", "-proto", "b.proto"),
        ),
        ('[contract]\nprotos = ["api/a.proto"]\n', ("-import-path", "api", "-proto", "a.proto")),
    ],
)
def test_what_the_config_names(service: Any, section: str, words: tuple[str, ...]) -> None:
    """For grpcurl; a server with reflection needs none."""
    service.add(f"\n{section}")
    (service.folder / "api" / "v1").mkdir(parents=True)
    for name in ("a.binpb", "b.proto", "api/a.proto", "api/v1/a.proto"):
        (service.folder / name).write_text("")
    found = repro_settings(load_config(service.config), "0f").schema
    assert tuple(_relative(word, service.folder) for word in found) == words


def _relative(word: str, folder: Path) -> str:
    path = Path(word)
    return str(path.relative_to(folder)) if path.is_absolute() else word


def test_what_was_kept_comes_first(service: Any) -> None:
    """The protos may have changed since."""
    service.add('\n[contract]\nreflection = "127.0.0.1:1"\n')
    config = load_config(service.config)
    keep_contract(config.evidence.dir, "0f", b"")
    assert repro_settings(config, "0f").schema == ("-protoset", str(config.evidence.dir / "contracts" / "0f.binpb"))
    assert repro_settings(config, "1f").schema == ()
