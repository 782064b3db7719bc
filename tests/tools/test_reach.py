"""Servers that are not there are named before the first request."""

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from crossfade.shadow.config import parse_config
from crossfade.shadow.errors import ShadowError
from crossfade.tools.reach import check_variables, missing_servers

CONFIG = """
[service]
name = "builds"
[[listen]]
name = "web"
address = "127.0.0.1:0"
legacy = "http://127.0.0.1:{there}"
candidate = "http://localhost:{closed}"
secondary = "{secondary}"
"""


@pytest.fixture
def there() -> Iterator[int]:
    """The port of a server that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield int(server.getsockname()[1])


@pytest.fixture
def closed() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_who_is_not_there(there: int, closed: int) -> None:
    """Each missing side is a line; one that is there is none. A name that nobody has says so."""
    text = CONFIG.format(there=there, closed=closed, secondary="http://nobody.invalid:80")
    lines = asyncio.run(missing_servers(parse_config(text, Path("crossfade.toml")), within_s=10))
    assert lines[0] == f"web: candidate can't be reached: http://localhost:{closed} (Connection refused)"
    assert lines[1].startswith("web: secondary can't be reached: http://nobody.invalid:80 (")
    assert "Errno" not in lines[1]
    assert len(lines) == 2


def test_it_does_not_wait(there: int, closed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that does not even refuse is given up after the time."""

    async def silent(*_: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr("asyncio.open_connection", silent)
    text = CONFIG.format(there=there, closed=closed, secondary="http://127.0.0.1:1")
    lines = asyncio.run(missing_servers(parse_config(text, Path("crossfade.toml")), within_s=0.01))
    assert len(lines) == 3
    assert all(line.endswith(" (no answer within 0.01 s)") for line in lines)


def test_a_variable_that_is_not_set(tmp_path: Path) -> None:
    """The line of the rule that names it; one that is set is none."""
    path = tmp_path / "crossfade.toml"
    rules = "".join(
        f'[[mirror.header]]\nname = "a"\naction = "replace"\nvalue_env = "{name}"\n' for name in ("SET", "TOKEN")
    )
    path.write_text(CONFIG.format(there=1, closed=2, secondary="http://127.0.0.1:3") + rules)
    config = parse_config(path.read_text(), path)
    check_variables(config, path, {"SET": "a", "TOKEN": "b"})
    with pytest.raises(ShadowError) as raised:
        check_variables(config, path, {"SET": "a"})
    assert str(raised.value) == (
        f"{path}:17: mirror.header.value_env: expected a field value in the environment variable TOKEN, got nothing; "
        "set it where crossfade runs"
    )
