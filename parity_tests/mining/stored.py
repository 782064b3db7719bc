"""The ``bindings.toml`` of a corpus on disk."""

from pathlib import Path

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.mining.bindings_file import NAME, Kept, read_bindings, reviewed_edges, write_bindings
from crossfade.shadow.bindings.edges import Edges


def load_bindings(corpus: Path) -> tuple[Kept, ...]:
    """What the corpus in this folder has; nothing where it has no such file. Raises: ParityError: it is damaged."""
    path = corpus / NAME
    try:
        return read_bindings(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise ParityError(f"{path}: expected a file that can be read, got {error.strerror}") from None
    except ValueError as error:
        raise ParityError(f"{path}: {error}") from None


def load_edges(corpus: Path) -> Edges:
    """The edges of a corpus that a person reviewed. Raises: ParityError."""
    return reviewed_edges(load_bindings(corpus))


def save_bindings(corpus: Path, kept: tuple[Kept, ...]) -> Path:
    """Writes the file, and gives its path. Raises: ParityError."""
    path = corpus / NAME
    try:
        path.write_text(write_bindings(kept), encoding="utf-8")
    except OSError as error:
        raise ParityError(f"{path}: expected a file that can be written, got {error.strerror}") from None
    return path
