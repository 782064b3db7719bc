"""What the candidate wrote, by the ids in its answers: so that a later read of it is known as one."""

from collections import OrderedDict
from collections.abc import Callable, Iterator

from crossfade.codegen.contract import Contract
from crossfade.shadow.asking.read_back import ReadBack, reads_back
from crossfade.shadow.bindings.carried import answer_values, request_values
from crossfade.shadow.bindings.exchanges import succeeded
from crossfade.shadow.bindings.names import Part
from crossfade.shadow.bindings.shapes import is_short_id, is_token
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo

_MOST = 10_000
_MOST_OF_ONE = 100

_Key = tuple[str, str]
"""Where an id means something ("" for a token, which does everywhere), and the id."""


class Written:
    """The newest ids, each with the key of the route on which it was minted."""

    def __init__(
        self,
        *,
        contract: Contract | None,
        is_watched: Callable[[RouteInfo], bool] = lambda _: False,
        templates: tuple[str, ...] = (),
    ) -> None:
        """``is_watched`` names the routes of which reads are to be known, ``templates`` the declared ones of HTTP."""
        self._templates = templates
        self._contract = contract
        self._is_watched = is_watched
        self._routes: OrderedDict[_Key, str] = OrderedDict()

    def note(self, route: RouteInfo, request: Request, answer: Answer) -> tuple[ReadBack, ...]:
        """The candidate alone got a write; gives the reads of it. What the client had sent itself was not minted."""
        if not self._is_watched(route) or not succeeded(answer, request):
            return ()
        sent = {text for text, _ in request_values(request, self._contract)}
        minted = sorted(answer_values(request, answer, self._contract) - sent)
        for key in list(_keys(request, minted))[:_MOST_OF_ONE]:
            self._routes[key] = route.key
            self._routes.move_to_end(key)
        while len(self._routes) > _MOST:
            self._routes.popitem(last=False)
        return reads_back(request, answer, route, templates=self._templates, contract=self._contract)

    def read_by(self, request: Request) -> tuple[str, ...]:
        """The keys of the routes on which the candidate wrote what a read names; credentials name nothing."""
        if not self._routes:
            return ()
        named = [
            text
            for text, site in request_values(request, self._contract)
            if site.part in {Part.PATH, Part.QUERY, Part.BODY}
        ]
        return tuple(sorted({self._routes[key] for key in _keys(request, named) if key in self._routes}))


def _keys(request: Request, texts: list[str]) -> Iterator[_Key]:
    for text in texts:
        if is_token(text):
            yield "", text
        elif is_short_id(text):
            yield _home(request), text


def _home(request: Request) -> str:
    """The service of a call, else the first segment of the path: a number means something there alone."""
    first = request.target.partition("?")[0].lstrip("/").partition("/")[0]
    return f"{'grpc' if request.protocol is Protocol.GRPC else 'http'} {first}"
