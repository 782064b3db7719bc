"""The catalogue of pitfalls, as data."""

import re
import tomllib
from pathlib import Path

import pytest

from crossfade.codegen import pitfalls
from crossfade.codegen.pitfalls import all_pitfalls, find_pitfall

FOLDER = Path(pitfalls.__file__).parent
TWINS = FOLDER.parent / "java" / "runtime" / "PySemantics.java"
PUBLIC = set(re.findall(r"^  public static [^(=]*?(\w+)(?:\(| = )", TWINS.read_text(encoding="utf-8"), re.MULTILINE))
ENTRIES = [
    (path.name, entry)
    for path in sorted(FOLDER.glob("*.toml"))
    for entry in tomllib.loads(path.read_text(encoding="utf-8"))["pitfall"]
]


def place(pitfall_id: str) -> tuple[str, int]:
    """B10 sorts after B9."""
    return pitfall_id[0], int(pitfall_id[1:])


def test_holds_every_entry_once() -> None:
    """186 entries stand in the files, and none hides another of the same id."""
    assert len(ENTRIES) == 186
    assert len(all_pitfalls()) == 186


def test_ids_count_up_without_gaps_within_their_groups() -> None:
    """Each file holds one group, numbered from 1, in the order of the letters."""
    ids = list(all_pitfalls())
    assert all(re.fullmatch(r"[A-K][1-9]\d?", pitfall_id) for pitfall_id in ids)
    assert ids == sorted(ids, key=place)
    for letter in "ABCDEFGHIJK":
        group = [pitfall_id for pitfall_id in ids if pitfall_id[0] == letter]
        assert group == [f"{letter}{number}" for number in range(1, len(group) + 1)]


@pytest.mark.parametrize(("file", "entry"), ENTRIES, ids=[entry["id"] for _, entry in ENTRIES])
def test_entry_reads_well(file: str, entry: dict[str, str]) -> None:
    """Four keys and perhaps a call, none empty, on one line, with closed backticks, in the file of its group."""
    assert list(entry)[:4] == ["id", "title", "why", "java_fix"]
    assert list(entry)[4:] in ([], ["java_call"])
    assert file.startswith(f"{entry['id'][0].lower()}_")
    for text in entry.values():
        assert text.strip() == text != ""
        assert "\n" not in text
        assert text.count("`") % 2 == 0
        assert "**" not in text
        assert not re.search(r"\[[VSD]1?\]|\b[A-Z]-[A-Z]{2,}", text)
    assert len(entry["title"]) <= 60


def test_titles_tell_entries_apart() -> None:
    """No two entries have one title."""
    titles = [pitfall.title for pitfall in all_pitfalls().values()]
    assert len(set(titles)) == len(titles)


def test_finds_an_entry_by_its_id() -> None:
    """The entry has the id that was asked for."""
    pitfall = find_pitfall("B11")
    assert pitfall is not None
    assert pitfall.id == "B11"
    assert "HALF_EVEN" in pitfall.java_fix


@pytest.mark.parametrize(("file", "entry"), ENTRIES, ids=[entry["id"] for _, entry in ENTRIES])
def test_calls_what_there_is(file: str, entry: dict[str, str]) -> None:  # noqa: ARG001 - one list serves both tests
    """Each ``PySemantics.x`` that an entry names is a public member of the class that projects are shipped with."""
    for name in re.findall(r"PySemantics\.(\w+)", "".join(entry.values())):
        assert name in PUBLIC


def test_most_entries_have_a_call() -> None:
    """What an entry without a call has instead is prose: a setting, a habit, or nothing that is worth it."""
    assert sum(bool(pitfall.java_call) for pitfall in all_pitfalls().values()) >= 160


@pytest.mark.parametrize("unknown", ["", "B99", "b11", "L1"])
def test_finds_nothing_under_another_id(unknown: str) -> None:
    """An id that is not in the catalogue has no entry."""
    assert find_pitfall(unknown) is None
