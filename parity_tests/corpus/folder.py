"""A corpus on disk: ``corpus.json``, the contract, and one file per session in ``sessions/``."""

import dataclasses
import json
import re
from collections.abc import Iterator
from pathlib import Path

from crossfade.codegen.contract import Contract, ContractError, DescriptorSet, load_contract
from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import VERSION, Half, Manifest, Session
from crossfade.parity_tests.corpus.session_text import read_session, session_lines

_MANIFEST = "corpus.json"
_SESSIONS = "sessions"
_NAME = re.compile(r"[\w.-]{1,120}", re.ASCII)
_DAMAGED = (KeyError, TypeError, ValueError, AttributeError)


class CorpusFolder:
    """One corpus. Sessions come in the order of their ids."""

    def __init__(self, folder: Path) -> None:
        """Raises: ParityError: no corpus there, or one of another version."""
        self.folder = folder
        self.manifest = _read_manifest(folder / _MANIFEST)

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
        return tuple(sorted(path.stem for path in (self.folder / _SESSIONS).glob("*.jsonl")))

    def session(self, session_id: str) -> Session:
        """One session. Raises: ParityError: it is not there or damaged."""
        path = self._path(session_id)
        try:
            with path.open(encoding="utf-8") as file:
                return read_session(file)
        except OSError as error:
            raise ParityError(f"{path}: expected a session, got {error.strerror}") from None
        except _DAMAGED as error:
            found = " ".join(str(error).split())[:120]
            raise ParityError(f"{path}: expected lines as crossfade writes them, got {found}") from None

    def sessions(self) -> Iterator[Session]:
        """All sessions, read one after the other. Raises: ParityError."""
        return map(self.session, self.session_ids())

    def add(self, session: Session) -> None:
        """Writes a session. Raises: ParityError: its id is taken, or is no name of a file."""
        path = self._path(session.id)
        try:
            with path.open("x", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in session_lines(session))
        except FileExistsError:
            raise ParityError(f"{path}: expected a new session, got one of this id") from None
        except OSError as error:
            raise ParityError(f"{path}: expected a file that can be written, got {error.strerror}") from None

    def _path(self, session_id: str) -> Path:
        if not _NAME.fullmatch(session_id) or session_id.startswith("."):
            raise ParityError(f"session {session_id[:120]!r}: expected letters, digits, '.', '_' and '-'")
        return self.folder / _SESSIONS / f"{session_id}.jsonl"


def _contract_path(folder: Path, digest: str) -> Path:
    return folder / f"contract-{digest}.binpb"


def _read_manifest(path: Path) -> Manifest:
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        version = record.pop("crossfade_corpus")
        if version != VERSION:
            raise ParityError(f"{path}: expected version {VERSION} of corpora, got {version}")
        return Manifest(**{**record, "half": Half(record["half"])})
    except OSError as error:
        raise ParityError(f"{path.parent}: expected a corpus, got none ({error.strerror})") from None
    except _DAMAGED as error:
        raise ParityError(f"{path}: expected what crossfade writes, got {' '.join(str(error).split())[:120]}") from None
