"""No cover is smaller: the optimum of a cover in which a session may also be taken in part."""

from collections.abc import Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_matrix

from crossfade.parity_tests.minimise.pairs import Shown


def least_calls(sessions: Sequence[Shown]) -> float:
    """How many calls whole sessions that show everything have at least."""
    places: dict[int, int] = {}
    rows, columns = [], []
    for number, session in enumerate(sessions):
        for item in {item for call in session.calls for item in call}:
            rows.append(places.setdefault(item, len(places)))
            columns.append(number)
    shows = csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(places), len(sessions)))
    costs = np.array([len(session.calls) for session in sessions], float)
    found = linprog(costs, A_ub=-shows, b_ub=-np.ones(len(places)), bounds=(0, 1), method="highs")
    if not found.success:
        raise RuntimeError(f"expected an optimum, got {found.message}")
    return float(found.fun)
