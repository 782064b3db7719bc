"""Writes a folder of tests that run without crossfade."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import resources
from pathlib import Path

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Session
from crossfade.parity_tests.standalone.session_record import Record, Setting, session_record

_CONTRACT = "contract.binpb"


class Framework(StrEnum):
    """In what the tests are written."""

    PYTEST = "pytest"
    JUNIT5 = "junit5"


_SOURCES = {Framework.PYTEST: "python", Framework.JUNIT5: "junit5"}
_SESSIONS = {Framework.PYTEST: Path("sessions"), Framework.JUNIT5: Path("src/test/resources/sessions")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """How many sessions and calls were written, and one line for each call that is left out or checked in part."""

    sessions: int
    calls: int
    notes: tuple[str, ...]


def export_tests(corpus: CorpusFolder, framework: Framework, output: Path, setting: Setting) -> Exported:
    """Writes the tests into a new or empty folder.

    Raises: ParityError: the folder is not empty or can't be written, a session can't be read.
    """
    sessions = output / _SESSIONS[framework]
    try:
        _copy(framework, output)
        sessions.mkdir(parents=True, exist_ok=True)
        if setting.contract is not None:
            (sessions.parent / _CONTRACT).write_bytes(setting.contract.to_bytes())
        records = [(session.id, _write(session, setting, sessions)) for session in corpus.sessions()]
        names = [name for name, record in records if record.calls]
        (sessions.parent / "sessions.txt").write_text("".join(f"{name}\n" for name in names), encoding="utf-8")
    except OSError as error:
        raise ParityError(f"{output}: expected a folder that can be written, got {error.strerror}") from None
    return Exported(
        sessions=len(names),
        calls=sum(len(record.calls) for _, record in records),
        notes=tuple(note for _, record in records for note in record.notes),
    )


def _write(session: Session, setting: Setting, folder: Path) -> Record:
    record = session_record(session, setting)
    if record.calls:
        text = json.dumps({"session": session.id, "calls": record.calls}, indent=1, ensure_ascii=False)
        (folder / f"{session.id}.json").write_text(f"{text}\n", encoding="utf-8", errors="surrogateescape")
    return record


def _copy(framework: Framework, output: Path) -> None:
    if output.exists() and any(output.iterdir()):
        raise ParityError(f"{output}: expected a new or empty folder, got files; give another folder")
    source = Path(str(resources.files("crossfade.parity_tests.standalone"))) / _SOURCES[framework]
    for path in _files(source):
        target = output / path.relative_to(source)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)


def _files(folder: Path) -> Iterator[Path]:
    """What is installed of a folder, but for what Python leaves behind."""
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".pyc")
