"""Which sessions are held out: by a key, so that nobody without it can tell."""

import hmac
from collections.abc import Callable

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.folder import CorpusFolder
from crossfade.parity_tests.corpus.records import Half

_BYTES = 8
_DIGESTS = 1 << 8 * _BYTES


def is_held_out(session_id: str, key: bytes, pct: float) -> bool:
    """Whether a session is in the held-out part of so many percent.

    That depends on its id and the key alone: a session stays in its half when the corpus grows.
    """
    digest = hmac.digest(key, b"held-out\0" + session_id.encode(), "sha256")[:_BYTES]
    return int.from_bytes(digest, "big") < pct / 100 * _DIGESTS


def split_corpus(
    corpus: CorpusFolder, key: bytes, pct: float, create: Callable[[Half], CorpusFolder]
) -> tuple[int, int]:
    """Writes the open half and the held-out one into new corpora; gives the number of sessions in each.

    Raises: ParityError: it is a half already, one half would be empty, or a folder can't be written.
    """
    if corpus.manifest.half is not Half.ALL:
        raise ParityError(f"{corpus.folder}: expected a corpus that was not split, got its {corpus.manifest.half} half")
    ids = corpus.session_ids()
    held_out = frozenset(name for name in ids if is_held_out(name, key, pct))
    if not held_out or len(held_out) == len(ids):
        got = f"{len(held_out)} of {len(ids)} sessions in the held-out half"
        raise ParityError(f"{corpus.folder}: expected sessions in both halves, got {got}; record more, or change the %")
    for half in (Half.OPEN, Half.HELD_OUT):
        written = create(half)
        for name in ids:
            if (name in held_out) is (half is Half.HELD_OUT):
                written.add(corpus.session(name))
    return len(ids) - len(held_out), len(held_out)
