"""A corpus on disk: ``corpus.json``, the contract, and one file per session in ``sessions/``."""

import contextlib
import dataclasses
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from crossfade.codegen.contract import Contract, ContractError, DescriptorSet, load_contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import VERSION, Call, Half, Manifest, Session
from crossfade.parity_tests.corpus.session_text import (
    call_lines,
    head_line,
    read_begun_session,
    read_session,
    session_lines,
)

_MANIFEST = "corpus.json"
_SESSIONS = "sessions"
_BEGUN = ".jsonl.part"
_NAME = re.compile(r"[\w.-]{1,120}", re.ASCII)
_DIGEST = re.compile(r"[0-9a-f]*", re.ASCII)
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError, RecursionError)


class CorpusFolder:
    """One corpus. Sessions come in the order of their ids."""

    def __init__(self, folder: Path) -> None:
        """Raises: ParityError: no corpus there, or one of another version."""
        self.folder = folder
        self.manifest = _read_manifest(folder / _MANIFEST)
        self._contract: Contract | None = None

    @classmethod
    def create(cls, folder: Path, manifest: Manifest, contract: Contract | None = None) -> "CorpusFolder":
        """An empty corpus; readable by its owner only. Raises: ParityError: there is one, or it can't be written."""
        record = {"crossfade_corpus": VERSION, **dataclasses.asdict(manifest)}
        try:
            (folder / _SESSIONS).mkdir(parents=True, exist_ok=True, mode=0o700)
            with (folder / _MANIFEST).open("x", encoding="utf-8") as file:
                file.write(json.dumps(record, indent=1) + "\n")
            if contract is not None:
                _contract_path(folder, contract.digest).write_bytes(contract.to_bytes())
        except FileExistsError:
            raise ParityError(f"{folder}: expected no corpus yet, got one; give another folder") from None
        except OSError as error:
            raise ParityError(f"{folder}: expected a folder that can be written, got {error.strerror}") from None
        return cls(folder)

    @property
    def contract_path(self) -> Path | None:
        """The descriptor set of its contract, None where there was none."""
        digest = self.manifest.contract_digest
        return _contract_path(self.folder, digest) if digest else None

    def contract(self) -> Contract | None:
        """The contract under which it was recorded, None where there was none. Raises: ParityError."""
        if self.contract_path is None:
            return None
        try:
            return load_contract(DescriptorSet(path=self.contract_path))
        except ContractError as error:
            raise ParityError(str(error)) from None

    def session_ids(self) -> tuple[str, ...]:
        """The ids of all sessions, by the names of their files."""
        return tuple(sorted({path.stem for path in self._files("*.jsonl")} | set(self.begun_ids())))

    def begun_ids(self) -> tuple[str, ...]:
        """The ids of sessions that are still being recorded, or whose recording was cut off."""
        return tuple(sorted(path.name.removesuffix(_BEGUN) for path in self._files(f"*{_BEGUN}")))

    def require(self, session_ids: Iterable[str]) -> None:
        """Raises: ParityError: one of these sessions is not there."""
        if missing := sorted(set(session_ids) - set(self.session_ids())):
            raise ParityError(f"{self.folder}: expected a session {missing[0][:120]!r}, got none of that id")

    def session(self, session_id: str) -> Session:
        """One session; of one that was cut off its whole calls. Raises: ParityError: it is not there or damaged."""
        path, begun = self.session_file(session_id), self._begun_path(session_id)
        # one that is completed meanwhile is written before what was begun goes
        for at, read in ((path, read_session), (begun, read_begun_session), (path, read_session)):
            with contextlib.suppress(FileNotFoundError):
                session = _read_session(at, read)
                break
        else:
            raise ParityError(f"{path}: expected a session, got no file")
        if session.id != session_id:
            raise ParityError(f"{path}: expected the session of its name, got {session.id[:120]!r}")
        return session

    def sessions(self) -> Iterator[Session]:
        """All sessions, read one after the other. Raises: ParityError."""
        return map(self.session, self.session_ids())

    def add(self, session: Session) -> None:
        """Writes a session, all of it or nothing. Raises: ParityError: its id is taken, or is no name of a file."""
        path = self.session_file(session.id)
        if path.exists() or self._begun_path(session.id).exists():
            raise ParityError(f"{path}: expected a new session, got one of this id")
        try:
            self._replace(path, session)
        except OSError as error:
            raise ParityError(f"{path}: expected a file that can be written, got {error.strerror}") from None

    def append(self, session_id: str, call: Call, *, source: str) -> int:
        """Adds a call to a session that is begun, or begins it; calls may come in any order. Returns the bytes written.

        What it has written before stays readable whatever happens. Raises: OSError: and nothing was added.
        """
        path = self._begun_path(session_id)
        lines = [] if path.exists() else [head_line(session_id, source)]
        data = "".join(f"{line}\n" for line in (*lines, *call_lines(call, self._shown()))).encode()
        _append(path, data)
        return len(data)

    def complete(self, session_id: str) -> None:
        """Ends a session that is begun: its calls are put in the order in which they began, and numbered.

        Raises: OSError, ParityError: it stays begun.
        """
        session = self.session(session_id)
        numbered = (
            replace(call, request=replace(call.request, id=str(number))) for number, call in enumerate(session.calls, 1)
        )
        self._replace(self.session_file(session_id), replace(session, calls=tuple(numbered)))
        self._begun_path(session_id).unlink()

    def _replace(self, path: Path, session: Session) -> None:
        """Writes a whole file in one step."""
        aside = path.with_name(f".{path.name}")
        try:
            with aside.open("w", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in session_lines(session, self._shown()))
            aside.rename(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise

    def _shown(self) -> Contract | None:
        """The contract by which messages are shown, read once."""
        if self._contract is None and self.manifest.contract_digest:
            self._contract = self.contract()
        return self._contract

    def _files(self, glob: str) -> Iterator[Path]:
        return (path for path in (self.folder / _SESSIONS).glob(glob) if not path.name.startswith("."))

    def _begun_path(self, session_id: str) -> Path:
        return self.session_file(session_id).with_name(f"{session_id}{_BEGUN}")

    def session_file(self, session_id: str) -> Path:
        """Where a session is or will be. Raises: ParityError: its id is no name of a file."""
        if not _NAME.fullmatch(session_id) or session_id.startswith("."):
            raise ParityError(f"session {session_id[:120]!r}: expected letters, digits, '.', '_' and '-'")
        return self.folder / _SESSIONS / f"{session_id}.jsonl"


def _read_session(path: Path, read: Callable[[Iterable[str]], Session]) -> Session:
    """Raises: ParityError: it is damaged or can't be read; FileNotFoundError."""
    try:
        if path.exists() and not path.is_file():  # a device or a pipe may never end
            raise ParityError(f"{path}: expected a file, got something else")
        with path.open(encoding="utf-8") as file:
            return read(file)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise ParityError(f"{path}: expected a session, got {error.strerror}") from None
    except _DAMAGED as error:
        found = " ".join(str(error).split())[:120]
        raise ParityError(f"{path}: expected lines as crossfade writes them, got {found}") from None


def _append(path: Path, data: bytes) -> None:
    """Appends all of it or nothing."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(descriptor, view) :]
        except OSError:
            os.ftruncate(descriptor, size)
            raise
    finally:
        os.close(descriptor)


def _contract_path(folder: Path, digest: str) -> Path:
    return folder / f"contract-{digest}.binpb"


def _read_manifest(path: Path) -> Manifest:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        version = record.pop("crossfade_corpus")
        if version != VERSION:
            raise ParityError(f"{path}: expected version {VERSION} of corpora, got {version}")
        manifest = Manifest(**{**record, "half": Half(record["half"])})
    except OSError as error:
        raise ParityError(f"{path.parent}: expected a corpus, got none ({error.strerror})") from None
    except _DAMAGED as error:
        raise ParityError(f"{path}: expected what crossfade writes, got {' '.join(str(error).split())[:120]}") from None
    if not isinstance(manifest.service, str) or not _DIGEST.fullmatch(str(manifest.contract_digest)):
        raise ParityError(f"{path}: expected a service and the digest of a contract, got none")
    return manifest
