"""pytest plays the sessions of a corpus, and runs parity tests written by hand: ``-p crossfade.parity_tests.plugin``.

``hooks`` has the options and finds corpora, ``fixtures`` what hand-written tests take. These two are loaded with
pytest, so they import nothing else of crossfade before a test needs it.

``running`` opens both services once, after ``resetting``, as a ``pytest_pair`` with a loop of its own. ``noise`` knows
where legacy differs from itself, ``found`` is what is left of a call's differences under the rules, ``played_session``
that of a session, ``wording`` the lines of a failing test, ``explained`` DeepDiff's words for it, ``totals`` the last
line. ``items`` are the tests of a corpus; ``both_sides``, ``one_side``, ``verbs``, ``request_maker`` and
``side_answer`` are what the fixtures give.
"""

from crossfade.parity_tests.plugin.fixtures import both, candidate, legacy
from crossfade.parity_tests.plugin.hooks import (
    pytest_addoption,
    pytest_collect_file,
    pytest_configure,
    pytest_configure_node,
    pytest_runtest_makereport,
)

__all__ = [
    "both",
    "candidate",
    "legacy",
    "pytest_addoption",
    "pytest_collect_file",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_runtest_makereport",
]
