"""The key of all pseudonyms."""

import os
from collections.abc import Mapping
from pathlib import Path

from crossfade.shadow.evidence.errors import EvidenceError

KEY_VARIABLE = "CROSSFADE_REDACTION_KEY"
MIN_KEY_BYTES = 16


def load_key(path: Path, environ: Mapping[str, str] | None = None) -> bytes | None:
    """The key from CROSSFADE_REDACTION_KEY or from a file of mode 0600; None if there is neither.

    Raises: EvidenceError: others may read the file, or the key is shorter than 16 bytes.
    """
    text = (os.environ if environ is None else environ).get(KEY_VARIABLE)
    where = KEY_VARIABLE
    if text is None:
        where = str(path)
        try:
            mode = path.stat().st_mode & 0o777
            text = path.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise EvidenceError(f"{path}: expected a readable key, got {error.strerror}") from None
        except UnicodeDecodeError:
            raise EvidenceError(f"{path}: expected a readable key, got bytes that are no text") from None
        if os.name == "posix" and mode & 0o077:
            raise EvidenceError(f"{path}: expected mode 0600, got {mode:04o}; chmod 600 {path}")
    key = text.encode("utf-8", "surrogateescape")  # a variable may hold any bytes
    if len(key) < MIN_KEY_BYTES:
        raise EvidenceError(f"{where}: expected a key of at least {MIN_KEY_BYTES} bytes, got {len(key)}")
    return key
