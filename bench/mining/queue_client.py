"""Sessions at the example's build queue, over gRPC and HTTP, recorded straight from its legacy."""

import json
import random
import struct
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from crossfade.codegen.contract import Contract
from crossfade.parity_tests.corpus.records import Call, Session
from crossfade.shadow.asking.call import Terms
from crossfade.shadow.asking.clients.upstream import Upstream
from crossfade.shadow.asking.exchange import reply_of
from crossfade.shadow.exchange import Answer, Protocol, Request
from crossfade.shadow.exchange.route import RouteInfo
from crossfade.shadow.exchange.stage import Stage

SERVICE = "ci.builds.v1.BuildService"
SEEDED = 900
"""So many builds every instance has from the start."""
IDS = frozenset(
    {
        f"{SERVICE}/GetBuild body/id",
        f"{SERVICE}/CancelBuild body/id",
        f"{SERVICE}/UploadLog body/build_id",
        f"{SERVICE}/WatchBuild body/id",
        f"{SERVICE}/ListBuilds body/page_token",
        "GET /builds/* path/builds/*",
        "GET /builds/*/log path/builds/*",
    }
)
"""The places of requests at which ids stand that the service made."""


@dataclass(slots=True, kw_only=True)
class Client:
    """One person who works with builds."""

    upstreams: Mapping[str, Upstream]
    contract: Contract
    rng: random.Random
    name: str
    mine: list[str] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)

    async def work(self) -> Session:
        """A whole session."""
        project = f"sandbox-{self.rng.randrange(5)}"
        for at in range(2):
            submit = {"project": project, "branch": f"{self.name}/{at}", "priority": self.rng.randrange(1, 9)}
            made = self.read(await self.rpc("SubmitBuild", submit), "SubmitBuildResponse")
            self.mine.append(made.id)
        form = {"branch": f"{self.name}/form", "note": "a", "label": "gpu", "priority": "3"}
        answer = await self.http("POST", f"/projects/{project}/builds", "POST /projects/{project}/builds", form)
        self.mine.append(json.loads(answer.body)["id"])
        for _ in range(8):
            await self.rng.choice((self.get, self.page, self.seeded, self.upload, self.watch, self.log, self.pages))()
        await self.rpc("CancelBuild", {"id": self.rng.choice(self.mine), "reason": "done"})
        return Session(id=self.name, calls=tuple(self.calls), source="bench")

    async def get(self) -> None:
        """Reads one of its own."""
        await self.rpc("GetBuild", {"id": self.rng.choice(self.mine)})

    async def page(self) -> None:
        """The same over HTTP."""
        await self.http("GET", f"/builds/{self.rng.choice(self.mine)}", "GET /builds/{id}")

    async def seeded(self) -> None:
        """One that was there before."""
        key = f"b-{self.rng.randrange(SEEDED):06d}"
        if self.rng.random() < 0.5:  # noqa: PLR2004 - one way or the other
            await self.rpc("GetBuild", {"id": key})
        else:
            await self.http("GET", f"/builds/{key}", "GET /builds/{id}")

    async def upload(self) -> None:
        """Two chunks of a log."""
        key = self.rng.choice(self.mine)
        await self.rpc("UploadLog", *({"build_id": key, "data": f"line {at}\n".encode()} for at in range(2)))

    async def watch(self) -> None:
        """A stream."""
        await self.rpc("WatchBuild", {"id": self.rng.choice(self.mine), "events": 2})

    async def log(self) -> None:
        """A log over HTTP."""
        await self.http("GET", f"/builds/{self.rng.choice(self.mine)}/log", "GET /builds/{id}/log")

    async def pages(self) -> None:
        """Two pages of seeded builds."""
        asked: dict[str, Any] = {"project": f"team-{self.rng.randrange(7):02d}", "page_size": self.rng.randrange(2, 7)}
        first = self.read(await self.rpc("ListBuilds", asked), "ListBuildsResponse")
        if first.next_page_token:
            await self.rpc("ListBuilds", asked | {"page_token": first.next_page_token})

    def read(self, answer: Answer, kind: str) -> Any:  # noqa: ANN401 - a message
        """The one message of an answer."""
        return self.contract.message_class(f"ci.builds.v1.{kind}").FromString(answer.body[5:])

    async def rpc(self, method: str, *messages: Mapping[str, Any]) -> Answer:
        """Calls a method."""
        known = self.contract.methods[f"{SERVICE}/{method}"]
        kind: Any = self.contract.message_class(known.input_type)
        sent = [kind(**message).SerializeToString() for message in messages]
        body = b"".join(struct.pack(">BI", 0, len(data)) + data for data in sent)
        route = RouteInfo(
            route=f"{SERVICE}/{method}", protocol="grpc", call_type=known.call_type, stage=Stage.SHADOW, listener="grpc"
        )
        headers = (("content-type", "application/grpc"), ("te", "trailers"))
        request = self._request("POST", f"/{SERVICE}/{method}", headers, body, Protocol.GRPC)
        return await self._ask(request, route, write=not known.safe)

    async def http(self, method: str, target: str, name: str, form: Mapping[str, str] | None = None) -> Answer:
        """Asks for a page."""
        body = b"" if form is None else urlencode(form).encode()
        headers = () if form is None else (("Content-Type", "application/x-www-form-urlencoded"),)
        fields = (*headers, ("Content-Length", str(len(body)))) if body else headers
        route = RouteInfo(route=name, protocol="http", call_type="http", stage=Stage.SHADOW, listener="http")
        request = self._request(method, target, fields, body, Protocol.HTTP)
        return await self._ask(request, route, write=method != "GET")

    def _request(
        self, method: str, target: str, headers: tuple[tuple[str, str], ...], body: bytes, protocol: Protocol
    ) -> Request:
        return Request(
            id=f"{self.name}.{len(self.calls)}",
            protocol=protocol,
            method=method,
            scheme="http",
            authority="queue.test",
            target=target,
            headers=headers,
            body=body,
            truncated=False,
            trailers=(),
            started_at=float(len(self.calls)),
        )

    async def _ask(self, request: Request, route: RouteInfo, *, write: bool) -> Answer:
        answer = await reply_of(self.upstreams[route.listener], request, Terms(safe=not write))
        if not isinstance(answer, Answer):
            raise SystemExit(f"{route.route}: expected an answer, got {answer}")
        self.calls.append(Call(route=route, request=request, reply=answer, write=write))
        return answer


async def sessions(
    upstreams: Mapping[str, Upstream], contract: Contract, count: int, seed: int
) -> AsyncIterator[Session]:
    """So many of them, one after the other."""
    for number in range(count):
        rng = random.Random(f"{seed} {number}")
        yield await Client(upstreams=upstreams, contract=contract, rng=rng, name=f"s-{number:04d}").work()
