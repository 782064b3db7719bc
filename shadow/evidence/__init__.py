"""What is kept of comparisons, and what may be said from it.

``records`` are the observations that come in and the run that is read back; ``store`` writes, ``reader`` reads,
``schema`` is the tables, ``upgrade`` brings an older store to them; ``retention`` deletes old runs, and ``marks`` says
which of them live; ``redact`` makes pseudonyms before anything is written, ``samples`` says which parts of a request
they are; ``contracts`` keeps what a stored call is read by. Pure views: ``statistics`` (bounds),
``noise`` (what legacy's own second instance shows), ``view`` (outcomes under the present rules).
"""

from crossfade.shadow.evidence.closing import close_lost_run
from crossfade.shadow.evidence.errors import EvidenceError
from crossfade.shadow.evidence.key import load_key
from crossfade.shadow.evidence.reader import list_runs, read_run
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.evidence.store import EvidenceWriter

__all__ = [
    "EvidenceError",
    "EvidenceWriter",
    "Redactor",
    "close_lost_run",
    "list_runs",
    "load_key",
    "read_run",
]
