"""One service alone, for what a test arranges or looks at on that side."""

from collections.abc import Mapping, Sequence
from typing import Literal, Unpack

from crossfade.parity_tests.corpus.errors import ParityError
from crossfade.parity_tests.corpus.records import Call
from crossfade.parity_tests.plugin.pytest_pair import PytestPair
from crossfade.parity_tests.plugin.request_maker import Extras, Fields, RequestMaker
from crossfade.parity_tests.plugin.side_answer import SideAnswer
from crossfade.parity_tests.plugin.verbs import Verbs, as_messages
from crossfade.shadow.asking.call import terms_of
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.exchange import reply_of

Name = Literal["legacy", "candidate"]


class OneSide(Verbs[SideAnswer]):
    """Sends requests to one side as they stand: it knows no handles of the other."""

    def __init__(self, tested: PytestPair, name: Name, port: str | None = None) -> None:
        self._tested = tested
        self._name = name
        self._port = port
        self._make = RequestMaker(tested.config, tested.contract)

    def at(self, port: str) -> "OneSide":
        """The same side behind another [[listen]]."""
        return OneSide(self._tested, self._name, port)

    def request(self, method: str, path: str, **extras: Unpack[Extras]) -> SideAnswer:
        """The answer to an HTTP request."""
        return self._send(self._make.http(self._port, method, path, extras))

    def call(
        self, rpc: str, message: Fields | Sequence[Fields] = (), metadata: Mapping[str, str] | None = None
    ) -> SideAnswer:
        """The answer to a gRPC call; a list of messages where the client sends a stream."""
        return self._send(self._make.rpc(self._port, rpc, as_messages(message), tuple((metadata or {}).items())))

    def _send(self, call: Call) -> SideAnswer:
        tested = self._tested
        terms = terms_of(tested.pair.judge, call.route, write=call.write)
        noticing = tested.pair.noticing
        noticing.request(call.request, call.route.route)
        reply = tested.loop.run(reply_of(self._side(call), call.request, terms))
        noticing.reply(call.request, reply)
        return SideAnswer(call=call, reply=reply, contract=tested.contract)

    def _side(self, call: Call) -> Upstream:
        sides = self._tested.pair.sides[call.route.listener]
        side = sides.candidate if self._name == "candidate" else sides.legacy
        if side is None:
            raise ParityError(f"{call.route.key}: expected a legacy to contact, got none")
        return side
