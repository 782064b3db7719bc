"""How a run learns that it should end."""

import asyncio
import contextlib
import signal
from collections.abc import Iterator


@contextlib.contextmanager
def stop_signals(stop: "asyncio.Future[signal.Signals]") -> Iterator[None]:
    """Sets ``stop`` at the first SIGINT or SIGTERM; later ones change nothing.

    What the process did with them before holds again afterwards: where SIGINT was ignored (``nohup``, a job that a
    script put into the background) it is ignored while results are committed.
    """
    loop = asyncio.get_running_loop()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def on_signal(number: signal.Signals) -> None:
        if not stop.done():
            stop.set_result(number)

    for number in before:
        loop.add_signal_handler(number, on_signal, number)
    try:
        yield
    finally:
        for number, handler in before.items():
            loop.remove_signal_handler(number)
            if handler is not None:  # None is one that was not set by Python
                signal.signal(number, handler)
