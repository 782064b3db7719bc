"""crossfade.toml is read into one tree, and a mistake names its place."""

from pathlib import Path

import pytest

from crossfade.shadow.config import MirrorAction, State, evidence_dir, load_config, parse_config, place_of
from crossfade.shadow.errors import ShadowError

PATH = Path("conf/crossfade.toml")
GOOD = """\
[service]
name = "builds"

[[listen]]
name = "web"
address = "127.0.0.1:8080"
legacy = "http://127.0.0.1:5000"
candidate = "http://127.0.0.1:5001"

[mirror]
sample_pct = 25

[[mirror.rule]]
route = "POST /builds"
action = "mirror"
reason = "own database"
"""


def test_defaults() -> None:
    """What the file leaves out has a stated default."""
    config = parse_config(GOOD, PATH)
    assert config.service.state is State.SISTER
    assert config.mirror.sample_pct == 25
    assert config.mirror.rule[0].action is MirrorAction.MIRROR
    assert config.gate.budget_pct == 1
    assert config.gate.confidence_pct == 95


def test_relative_paths_start_at_the_file() -> None:
    """A path in the file is meant from the file's folder, wherever the command was started."""
    config = parse_config(GOOD + '[contract]\nprotos = ["a.proto"]\nincludes = ["."]\n', PATH)
    assert config.contract.protos == (Path("conf/a.proto"),)
    assert config.evidence.dir == Path("conf/.crossfade")
    assert config.redact.key_file == Path("conf/.crossfade/redaction.key")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("sample_pct = 25", "sample_pct = 250", ":11: mirror.sample_pct: expected at most 100, got 250"),
        ("sample_pct = 25", 'sample_pct = "25"', ":11: mirror.sample_pct: expected a number, got '25'"),
        (
            "sample_pct = 25",
            "sampel_pct = 25",
            ":11: mirror.sampel_pct: expected a known key, got 'sampel_pct'; known",
        ),
        (
            'action = "mirror"',
            'action = "mirorr"',
            ":15: mirror.rule.action: expected 'mirror' or 'skip', got 'mirorr'",
        ),
        ('name = "builds"', "", ":1: service.name: expected a value, got nothing; add the key"),
        ("http://127.0.0.1:5001", "127.0.0.1:5001", ":8: listen.candidate: expected http://host:port"),
        ("http://127.0.0.1:5001", "http://[::1", ":8: listen.candidate: expected http://host:port"),
        ("127.0.0.1:8080", "8080", ":6: listen.address: expected host:port, got '8080'"),
        (
            "[mirror]",
            "[mirror",
            ":10: expected TOML, got a syntax error (expected ']' at the end of a table declaration)",
        ),
        ('reason = "own database"', 'reason = """', ": expected TOML, got a syntax error (unterminated string)"),
        ("[mirror]", '[contract]\nprotos=["a"]\nreflection="h:1"\n[mirror]', "expected one of protos, descriptor_set"),
        ("[mirror]", '[routes]\nhttp = ["/builds"]\n[mirror]', "expected METHOD /path/{name}, got '/builds'"),
    ],
)
def test_a_mistake_names_its_place(old: str, new: str, message: str) -> None:
    """File, line, key, what was expected, what was found."""
    with pytest.raises(ShadowError) as raised:
        parse_config(GOOD.replace(old, new), PATH)
    text = str(raised.value)
    assert text.startswith("conf/crossfade.toml")
    assert message in text
    assert "\n" not in text
    assert raised.value.exit_code == 2


def test_no_file(tmp_path: Path) -> None:
    """A missing file says how to get one."""
    with pytest.raises(ShadowError, match=r"run `crossfade init`"):
        load_config(tmp_path / "crossfade.toml")


def test_not_text(tmp_path: Path) -> None:
    """Bytes that are not UTF-8 are a config error with a line, not a crash."""
    path = tmp_path / "crossfade.toml"
    path.write_bytes(b"[service]\n# \xff\xfe\n")
    with pytest.raises(ShadowError, match=r"crossfade\.toml:2: expected UTF-8, got the byte 0xff"):
        load_config(path)


@pytest.mark.parametrize(
    ("text", "folder"),
    [(GOOD, ".crossfade"), ('[evidence]\ndir = "runs"\n[x]\n', "runs"), ('[evidence]\ndir = "/var/x"\n', "/var/x")],
)
def test_the_folder_alone(tmp_path: Path, text: str, folder: str) -> None:
    """Where the evidence is can be read from a file that is no config."""
    path = tmp_path / "crossfade.toml"
    path.write_text(text, encoding="utf-8")
    assert evidence_dir(path) == tmp_path / folder


@pytest.mark.parametrize("text", ["evidence = 3\n", "[evidence]\ndir = []\n", "[evidence", "x = " + "[" * 9999])
def test_no_folder(tmp_path: Path, text: str) -> None:
    """One line, exit 2."""
    path = tmp_path / "crossfade.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ShadowError, match=rf"^{path}(:\d+)?: ") as raised:
        evidence_dir(path)
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 2


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    """In words, without the number that the system has for it."""
    with pytest.raises(ShadowError) as raised:
        load_config(tmp_path)
    assert str(raised.value) == f"{tmp_path}: expected a readable file, got Is a directory"


def test_the_place_of_a_key(tmp_path: Path) -> None:
    """For an error that shows later: file, line, key."""
    path = tmp_path / "crossfade.toml"
    path.write_text(GOOD, encoding="utf-8")
    assert place_of(path, ("listen", 0, "legacy")) == f"{path}:7: listen.legacy"


def test_a_socket_is_beside_the_file(tmp_path: Path) -> None:
    """As every path; a port is none."""
    path = tmp_path / "crossfade.toml"
    for written, read in (
        ("unix:a.sock", f"unix:{tmp_path}/a.sock"),
        ("unix:/run/a.sock", "unix:/run/a.sock"),
        ("127.0.0.1:1", "127.0.0.1:1"),
    ):
        path.write_text(f"{GOOD}\n[ingest]\naddress = '{written}'\n", encoding="utf-8")
        assert load_config(path).ingest.address == read
