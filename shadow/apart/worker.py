"""The process that does heavy jobs: reads them from standard input, and answers on standard output, until that ends.

It ends with the process that started it, however that ends: a thread reads, and at the end of the pipe leaves at once,
whatever is being worked on.
"""

import contextlib
import os
import queue
import signal
import sys
import threading
import time
from typing import Any, BinaryIO

from crossfade.shadow.apart.jobs import Asked, Done, Setup
from crossfade.shadow.apart.packing import LENGTH, pack, unpack
from crossfade.shadow.apart.runner import JobRunner

NO_MEMORY = 70
"""The exit code where a job or its answer did not fit into the memory."""
_NICER = 5
_DIES_FIRST = b"500"


def main(arguments: list[str]) -> None:
    """``arguments``: how many bytes of memory may be added to those of a process that has done nothing yet."""
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whoever prints does not write into an answer
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)  # the end of the pipe ends it
    _give_way()
    jobs: queue.SimpleQueue[Any] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(sys.stdin.buffer, jobs), daemon=True).start()
    setup: Setup = jobs.get()
    runner = JobRunner(setup)
    limit_memory(int(arguments[0]))
    _write(answers, True)  # noqa: FBT003 - ready
    while True:
        asked: Asked = jobs.get()
        began_s = time.process_time()
        end_after(asked.left_s)
        try:
            answer = runner.do(asked)
            end_after(0)
            _write(answers, Done(answer=answer, spent_s=time.process_time() - began_s))
        except MemoryError:
            os._exit(NO_MEMORY)


def end_after(time_s: float) -> None:
    """Where the system can, ends this process when it has used so much more of a processor's time; 0: not any more.

    Not even code that never comes back to Python can go on then.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, time_s)


def limit_memory(more_bytes: int) -> None:
    """Where the system can, lets this process ask for so much more memory than it has; what is past it is an error."""
    with contextlib.suppress(ImportError, OSError, ValueError):
        import resource  # noqa: PLC0415 - not on Windows

        with open("/proc/self/statm", encoding="ascii") as figures:  # noqa: PTH123 - no file
            data_pages = int(figures.read().split()[5])
        limit = data_pages * resource.getpagesize() + more_bytes
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def _give_way() -> None:
    """Others run first, and where memory ends this process does."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICER)
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "wb") as score:  # noqa: PTH123 - no file
        score.write(_DIES_FIRST)


def _read(source: BinaryIO, jobs: "queue.SimpleQueue[Any]") -> None:
    code = 1
    try:
        while head := source.read(LENGTH.size):
            count = int.from_bytes(source.read(*LENGTH.unpack(head)), "big")
            packed, *beside = (source.read(*LENGTH.unpack(source.read(LENGTH.size))) for _ in range(1 + count))
            jobs.put(unpack(packed, beside))
            del packed, beside
        code = 0
    except MemoryError:
        code = NO_MEMORY
    finally:
        os._exit(code)


def _write(answers: BinaryIO, answer: object) -> None:
    answers.writelines(pack(answer))
    answers.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
