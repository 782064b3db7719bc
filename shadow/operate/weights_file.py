"""The weights that an engine keeps over a restart: a file beside the evidence.

Only weights that need no controller are kept (``Weights.without_lease``), with the generation.
"""

import contextlib
import logging
import os
from pathlib import Path

from crossfade.shadow.errors import ShadowError
from crossfade.shadow.serving.lease import NONE
from crossfade.shadow.serving.weights import Weights, parse_weights, weights_text

FILE_NAME = "weights.json"
log = logging.getLogger(__name__)


def read_kept(folder: Path) -> Weights:
    """What the last engine kept. A file that can't be read means that all is legacy's, and is logged."""
    try:
        return parse_weights((folder / FILE_NAME).read_bytes()).without_lease()
    except FileNotFoundError:
        return NONE
    except (OSError, ShadowError) as error:
        log.warning("weights.unreadable file=%s error=%s; legacy answers all clients", folder / FILE_NAME, error)
        return NONE


def keep(folder: Path, weights: Weights) -> None:
    """Replaces the file as a whole or not at all. Raises: OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"{FILE_NAME}.{os.getpid()}"
    try:
        with draft.open("wb") as file:
            file.write(weights_text(weights.without_lease()))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(folder / FILE_NAME)
    except OSError:
        with contextlib.suppress(OSError):
            draft.unlink()
        raise
