"""The few calls to a Kubernetes API server that the Gateway plane makes, by Kubernetes' own client.

It blocks, so each call runs in a thread; an answer is a dict, an error one line.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import kubernetes
from urllib3.exceptions import HTTPError

from crossfade.shadow.canary.planes.gateway_routes import GROUP, VERSION, Object, plural
from crossfade.shadow.errors import ShadowError

_JSON_PATCH = "application/json-patch+json"


class ApiError(ShadowError):
    """The API server can't be reached, or refuses. ``status`` is that of HTTP, 0 without an answer."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message, exit_code=4)
        self.status = status


class KubernetesApi:
    """One namespace of one API server."""

    def __init__(self, kubeconfig: Path | None, namespace: str, timeout_s: float) -> None:
        """Without a kubeconfig by the pod's own service account. Raises: ShadowError: there is none."""
        self._namespace = namespace
        self._timeout_s = timeout_s
        configuration = kubernetes.client.Configuration()
        try:
            if kubeconfig is None:
                kubernetes.config.load_incluster_config(client_configuration=configuration)
            else:
                kubernetes.config.load_kube_config(str(kubeconfig), client_configuration=configuration)
        except (kubernetes.config.ConfigException, OSError) as error:
            where = kubeconfig or "the service account of a pod"
            raise ShadowError(f"{where}: expected access to an API server, got none: {error}") from None
        configuration.retries = False
        self._client = kubernetes.client.ApiClient(configuration)
        self._objects = kubernetes.client.CustomObjectsApi(self._client)

    async def get(self, kind: str, name: str) -> Object:
        """One object. Raises: ApiError."""
        found: Object = await self._call(self._objects.get_namespaced_custom_object, *self._of(kind), name)
        return found

    async def all(self, kind: str, labels: dict[str, str]) -> list[Object]:
        """All objects with these labels. Raises: ApiError."""
        selector = ",".join(f"{name}={value}" for name, value in labels.items())
        found = await self._call(self._objects.list_namespaced_custom_object, *self._of(kind), label_selector=selector)
        return list(found["items"])

    async def patch(self, kind: str, name: str, operations: list[Object]) -> Object:
        """Applies a JSON patch (RFC 6902). Raises: ApiError: 409 the object has changed, 422 it is refused."""
        found: Object = await self._call(
            self._objects.patch_namespaced_custom_object, *self._of(kind), name, operations, _content_type=_JSON_PATCH
        )
        return found

    async def create(self, kind: str, body: Object) -> Object:
        """Makes an object. Raises: ApiError: 409 where there is one."""
        found: Object = await self._call(self._objects.create_namespaced_custom_object, *self._of(kind), body)
        return found

    def close(self) -> None:
        """Closes the connections."""
        self._client.close()

    def _of(self, kind: str) -> tuple[str, str, str, str]:
        group, version = ("coordination.k8s.io", "v1") if kind == "Lease" else (GROUP, VERSION)
        return group, version, self._namespace, plural(kind)

    async def _call(self, call: Callable[..., Any], *words: Any, **options: Any) -> Any:  # noqa: ANN401 - JSON
        try:
            return await asyncio.to_thread(call, *words, **options, _request_timeout=self._timeout_s)
        except kubernetes.client.ApiException as error:
            raise ApiError(f"the API server said {error.status}: {_said(error)}", error.status or 0) from None
        except (HTTPError, OSError) as error:
            raise ApiError(f"expected an answer of the API server, got {type(error).__name__}", 0) from None


def _said(error: kubernetes.client.ApiException) -> str:
    """One line of what the server wrote."""
    body = error.body if isinstance(error.body, str) else (error.body or b"").decode("utf-8", "replace")
    _, _, message = body.partition('"message":"')
    return (message.partition('","')[0] or error.reason or "nothing")[:300].replace("\n", " ")
