"""Compares answers as long as it is asked to: a line ``FORM/SIZE/CASE REPEATS`` in, the CPU seconds of all of them out.

``speed.py`` starts one for each checkout.
"""

import sys
import time

from answers import CASES, compared

from crossfade.shadow.compare.answers import diff_answers


def main() -> None:
    """Ends with its input."""
    known = {}
    for line in sys.stdin:
        name, _, repeats = line.rpartition(" ")
        form, size, case = name.split("/")
        if name not in known:
            known[name] = compared(form, size, case)
        request, legacy, candidate, contract = known[name]
        found = len(tuple(diff_answers(request, legacy, candidate, contract)))
        if found != (case == "c"):
            raise SystemExit(f"expected {CASES[case]}, got {found} differences in {name}")
        began = time.process_time()
        for _ in range(int(repeats)):
            tuple(diff_answers(request, legacy, candidate, contract))
        print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    main()
