"""What is kept of comparisons, and what follows from it.

Kept: ``tally`` counts in memory, ``place_tally`` what answers were at each place; ``writer`` hands the ``changes`` to a
``store``, which is one of ``stores`` and opened from a URL; ``records`` are a run as it is read back, ``latency`` its
histograms; ``retention`` deletes old runs, with what lies beside the store: ``recordings`` and ``contracts``.
Redacted first: ``redact`` makes pseudonyms with a ``key``, ``remembering`` does so wherever a secret stands again,
``samples`` notes which parts of a request they are.
Concluded: ``places`` tells which differences are noise, as ``conclusions``; ``view`` gives outcomes under the present
rules, ``statistics`` bounds on a rate, ``excess`` evidence on how much more often than legacy itself the candidate
differs, and ``claims`` verdicts; ``standing`` is what a canary reads of a route. All of them are pure.
"""

from crossfade.shadow.evidence.errors import EvidenceError, NoSuchRunError
from crossfade.shadow.evidence.key import load_key
from crossfade.shadow.evidence.redact import Redactor
from crossfade.shadow.evidence.remembering import RememberingRedactor
from crossfade.shadow.evidence.store import Store, open_store, store_in
from crossfade.shadow.evidence.writer import EvidenceWriter

__all__ = [
    "EvidenceError",
    "EvidenceWriter",
    "NoSuchRunError",
    "Redactor",
    "RememberingRedactor",
    "Store",
    "load_key",
    "open_store",
    "store_in",
]
