"""Entries come and go; what a person wrote stays."""

import datetime
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crossfade.reports.accepting import Accepted
from crossfade.shadow.errors import ShadowError
from crossfade.tools.accept_file import read_text, with_entries, without_entries, write_text

WRITTEN = """\
# ours
[service]
name = "x"   # keep

[[accept]]
route = "GET /a"   # by hand
path = "body/a"
reason = "r"

# the gate
[gate]
routes = ["*"]
"""
RULE = Accepted(route="GET /b", path='body/"q"', kind="value", transition="404 -> 401")
DAY = datetime.date(2030, 1, 31)


def test_an_entry_stands_behind_the_last_one() -> None:
    """Before the comment of the next section; nothing else changes."""
    text = with_entries(WRITTEN, [RULE], "agreed", DAY)
    entry = """
[[accept]]
route = "GET /b"
path = "body/\\"q\\""
kind = "value"
transition = "404 -> 401"
reason = "agreed"
expires = 2030-01-31
"""
    assert text == WRITTEN.replace('reason = "r"\n', f'reason = "r"\n{entry}')
    assert without_entries(text, {1}) == WRITTEN
    assert without_entries(text, {0, 1}) == WRITTEN.replace(WRITTEN[WRITTEN.index("[[") : WRITTEN.index("# the")], "")


def test_the_same_place_keeps_its_id() -> None:
    """A test may expect it by that."""
    text = with_entries(WRITTEN, [RULE], "agreed", None).replace('reason = "agreed"', 'reason = "agreed"\nid = "b"')
    again = tomllib.loads(with_entries(text, [RULE], "still", DAY))["accept"]
    assert (again[1]["id"], again[1]["reason"]) == ("b", "still")


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("last", ["", "end"])
def test_the_first_entry_ends_the_file(end: str, last: str) -> None:
    """With the line ends of the file, also where the last line has none."""
    text = f'[service]{end}name = "x"{end if last else ""}'
    added = with_entries(text, [RULE], "agreed", None)
    assert added.startswith(f'[service]{end}name = "x"{end}{end}[[accept]]{end}route = "GET /b"{end}')
    assert added.count("\n") == added.count(end)
    assert without_entries(added, {0}).rstrip() == text.rstrip()


def test_the_same_place_is_written_anew() -> None:
    """An entry that expired, or whose reason changed, is replaced and not doubled."""
    again = Accepted(route="GET /a", path="body/a", kind="*")
    entries = tomllib.loads(with_entries(WRITTEN, [again], "better", DAY))["accept"]
    assert [(entry["path"], entry["reason"], entry["expires"]) for entry in entries] == [("body/a", "better", DAY)]


@pytest.mark.parametrize(
    "text",
    [
        'accept = [{route = "a", path = "b", reason = "c"}]\n[service]\nname = "x"\n',
        '[service]\nname = """\n[[accept]]\nx\n[y]\n"""\n',
    ],
)
def test_another_layout_is_not_touched(text: str) -> None:
    """What it would mean is checked before anything is written."""
    with pytest.raises(ShadowError, match="edit them by hand"):
        with_entries(text, [RULE], "agreed", None)


def test_a_file_is_replaced(tmp_path: Path) -> None:
    """At once, with its mode, through a link; nothing is left beside it."""
    path = tmp_path / "crossfade.toml"
    path.write_bytes(b"a\r\n")
    path.chmod(0o640)
    (tmp_path / "link.toml").symlink_to(path)
    write_text(tmp_path / "link.toml", read_text(path) + "b\r\n")
    assert path.read_bytes() == b"a\r\nb\r\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(file.name for file in tmp_path.iterdir()) == ["crossfade.toml", "link.toml"]


def test_a_file_that_cannot_be_written(tmp_path: Path) -> None:
    """One line; nothing is left beside it."""
    with pytest.raises(ShadowError, match="expected a file to write, got No such file or directory"):
        write_text(tmp_path / "gone" / "crossfade.toml", "")
    folder = tmp_path / "crossfade.toml"
    folder.mkdir()
    with pytest.raises(ShadowError, match="expected a file to write"):
        write_text(folder, "")
    assert list(tmp_path.iterdir()) == [folder]


_TEXTS = st.text(st.characters(exclude_categories=("Cs",)), min_size=1)


@given(_TEXTS, _TEXTS, st.lists(st.sampled_from(["# c", "", "[mirror]", 'x = "[[accept]]"', "[[accept]]"]), max_size=6))
def test_any_text_comes_back(path: str, reason: str, lines: list[str]) -> None:
    """What was added reads as it was given, and taking it out gives the file as it was."""
    text = "[service]\nname = 'x'\n" + "".join(
        f"{line}{at}\n" if line.startswith("#") else f"[[accept]]\nroute = 'r{at}'\npath = 'p'\nreason = 'r'\n"
        for at, line in enumerate(lines)
        if line in {"# c", "[[accept]]"}
    )
    rule = Accepted(route="GET /new", path=path, kind="value")
    added = with_entries(text, [rule], reason, None)
    entries = tomllib.loads(added)["accept"]
    assert (entries[-1]["path"], entries[-1]["reason"]) == (path, reason)
    assert without_entries(added, {len(entries) - 1}) == text
