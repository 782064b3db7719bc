"""The other end of the controller's API: what the verbs of the command line send."""

import http.client
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import quote

from msgspec import DecodeError, ValidationError
from msgspec import json as msgspec_json

from crossfade.shadow.canary.control.status import Done, Order, RouteStatus, Status
from crossfade.shadow.canary.reading import Verb
from crossfade.shadow.config.address import split_address
from crossfade.shadow.errors import ShadowError

_TIMEOUT_S = 30.0
_Record = TypeVar("_Record", Status, RouteStatus, Done)


class NoControllerError(ShadowError):
    """Nobody answers at the controller's address."""

    def __init__(self, address: str, why: str) -> None:
        super().__init__(
            f"{address}: expected the controller, got {why}; start it with `crossfade canary start`", exit_code=4
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """Asks the controller at ``address`` (host:port). All methods raise ShadowError, NoControllerError among them."""

    address: str
    token: str

    def status(self) -> Status:
        """The whole rollout."""
        return self._ask("GET", "/v1/canary", None, Status)

    def route(self, route: str) -> RouteStatus:
        """One route."""
        return self._ask("GET", f"/v1/canary/{quote(route, safe='')}", None, RouteStatus)

    def order(self, verb: Verb, order: Order) -> Done:
        """Has a verb carried out, and returns once it was."""
        return self._ask("POST", f"/v1/canary/{verb}", msgspec_json.encode(order), Done)

    def _ask(self, method: str, path: str, body: bytes | None, kind: type[_Record]) -> _Record:
        status, text = self._exchange(method, path, body)
        try:
            if status == http.HTTPStatus.OK:
                return msgspec_json.decode(text, type=kind)
            problem: Any = msgspec_json.decode(text)["error"]
        except (DecodeError, ValidationError, UnicodeDecodeError, KeyError, TypeError):
            raise NoControllerError(self.address, f"status {status} of something else") from None
        if status == http.HTTPStatus.UNAUTHORIZED:
            message = f"{self.address}: expected the controller's token, got another; set the variable of token_env"
            raise ShadowError(message)
        is_ours = status >= http.HTTPStatus.INTERNAL_SERVER_ERROR
        raise ShadowError(str(problem), exit_code=4 if is_ours else 2)

    def _exchange(self, method: str, path: str, body: bytes | None) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*split_address(self.address), timeout=_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else type(error).__name__
            raise NoControllerError(self.address, why) from None
        finally:
            connection.close()
