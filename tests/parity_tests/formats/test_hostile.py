"""Files that somebody else wrote: whatever is in them, reading ends, and what fails is one line."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.formats.exchanges import Exchange, LeftOut
from crossfade.parity_tests.formats.importer import READERS

DATA = Path(__file__).with_name("data")
FILES = (
    ("har", "http.har"),
    ("har", "browser.har"),
    ("flows", "http.flows"),
    ("flows", "grpc.flows"),
    ("gor", "http.gor"),
    ("binarylog", "java-server.binlog"),
    ("binarylog", "go.binlog"),
)
EXAMPLES = 50
CHANGES = st.lists(
    st.tuples(
        st.floats(0, 1), st.integers(0, 40), st.binary(max_size=40) | st.sampled_from([b"-1", b"null", b"[", b"9" * 30])
    ),
    min_size=1,
    max_size=4,
)


def changed(data: bytes, changes: list[tuple[float, int, bytes]]) -> bytes:
    """Some bytes replaced by others."""
    for share, size, other in changes:
        at = int(share * len(data))
        data = data[:at] + other + data[at + size :]
    return data


def read(kind: str, path: Path) -> list[Exchange | LeftOut] | str:
    """What is found, or what is wrong."""
    try:
        return list(READERS[kind](path))
    except ParityError as error:
        return str(error)


@pytest.mark.parametrize(("kind", "file"), FILES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(changes=CHANGES)
def test_a_damaged_file(tmp_path: Path, kind: str, file: str, changes: list[tuple[float, int, bytes]]) -> None:
    """What can be read of it is, or one line says what is wrong."""
    path = tmp_path / file
    path.write_bytes(changed((DATA / file).read_bytes(), changes))
    found = read(kind, path)
    if isinstance(found, str):
        assert "\n" not in found
    else:
        assert all(isinstance(item, Exchange | LeftOut) for item in found)


@pytest.mark.parametrize("kind", sorted(READERS))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=EXAMPLES)
@given(data=st.binary(max_size=300))
def test_any_bytes(tmp_path: Path, kind: str, data: bytes) -> None:
    """Are no file of any of these tools; an empty one has nothing in it."""
    path = tmp_path / "a"
    path.write_bytes(data)
    found = read(kind, path)
    assert isinstance(found, str) or not (found or data.strip())
