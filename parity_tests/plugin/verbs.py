"""The methods of HTTP by their names, as clients for Python have them."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Generic, TypeVar, Unpack

from crossfade.parity_tests.plugin.request_maker import Extras, Fields

_Result = TypeVar("_Result")


class Verbs(ABC, Generic[_Result]):
    """``get``, ``post`` and the others, by ``request``; each takes json=, data=, headers= and params=."""

    @abstractmethod
    def request(self, method: str, path: str, **extras: Unpack[Extras]) -> _Result:
        """Sends an HTTP request."""

    def get(self, path: str, **extras: Unpack[Extras]) -> _Result:
        """Sends a GET."""
        return self.request("GET", path, **extras)

    def head(self, path: str, **extras: Unpack[Extras]) -> _Result:
        """Sends a HEAD."""
        return self.request("HEAD", path, **extras)

    def post(self, path: str, **extras: Unpack[Extras]) -> _Result:
        """Sends a POST."""
        return self.request("POST", path, **extras)

    def put(self, path: str, **extras: Unpack[Extras]) -> _Result:
        """Sends a PUT."""
        return self.request("PUT", path, **extras)

    def patch(self, path: str, **extras: Unpack[Extras]) -> _Result:
        """Sends a PATCH."""
        return self.request("PATCH", path, **extras)

    def delete(self, path: str, **extras: Unpack[Extras]) -> _Result:
        """Sends a DELETE."""
        return self.request("DELETE", path, **extras)


def as_messages(message: Fields | Sequence[Fields]) -> Sequence[Fields]:
    """The messages of a call: an empty one where none is given."""
    if isinstance(message, Mapping):
        return (message,)
    return message or ({},)
