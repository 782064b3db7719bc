"""Sessions as a script of curl and grpcurl lines. Pure."""

from collections.abc import Iterable, Iterator

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Session
from crossfade.reports.repro import command_line
from crossfade.shadow.judging.sample import request_sample


def script_lines(sessions: Iterable[Session], contract: Contract | None, schema: tuple[str, ...] = ()) -> Iterator[str]:
    """The lines, a comment before each; ``$ADDRESS`` stands for the server, as host:port.

    ``schema`` are the words by which grpcurl finds the contract. What a line leaves out stands at its start.
    """
    yield "# ADDRESS=127.0.0.1:8080 bash THIS_FILE"
    for session in sessions:
        for call in session.calls:
            route = "".join(char if char.isprintable() else "?" for char in call.route.route)
            yield f"# {session.id} {call.request.id}: {route}"
            yield command_line(request_sample(call.request, contract), schema=schema)
