"""One request of each route: its play returns the side that answered (None over gRPC) and what was wrong."""

import aiohttp
import grpc
from contract import pb2, pb2_grpc
from seeded import BUILDS, PROJECTS, TO_CANCEL, TO_LOG, TO_STORE, build_id

STYLES = ("flat", "plastic", "social")


class Means:
    """The connections of all visitors."""

    def __init__(self, grpc_address, url):
        self._grpc_address, self.url = grpc_address, url

    async def __aenter__(self):
        connector = aiohttp.TCPConnector(limit=64)
        self.session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        self.channel = grpc.aio.insecure_channel(self._grpc_address)
        self.stub = pb2_grpc.BuildServiceStub(self.channel)
        return self

    async def __aexit__(self, *_):
        await self.session.close()
        await self.channel.close()

    async def http(self, user, method, path, wanted=(200,), **how):
        headers = {"x-user": user, "accept-encoding": "identity"}
        async with self.session.request(method, self.url + path, headers=headers, **how) as answer:
            await answer.read()
            side = "legacy" if "Server" in answer.headers else "candidate"
            return side, "" if answer.status in wanted else f"HTTP {answer.status}"

    async def rpc(self, user, method, message, wanted=("OK",), **how):
        call = getattr(self.stub, method)(message, metadata=(("x-user", user),), timeout=15, **how)
        try:
            if hasattr(call, "read"):
                async for _ in call:
                    pass
            else:
                await call
            code = "OK"
        except grpc.aio.AioRpcError as error:
            code = error.code().name
            if code not in wanted:
                return None, f"{code}: {error.details()}"
        return None, "" if code in wanted else code


def some_build(at):
    return build_id(at * 7 % BUILDS)


def reserved(builds, at):
    """Those that only one route changes, so that no read can see them half done."""
    return builds[at % len(builds)]


def project(at):
    return PROJECTS[at % len(PROJECTS)]


async def _chunks(build):
    for number in range(2):
        yield pb2.LogChunk(build_id=build, data=b"visited %d\n" % number)


async def _commands(build):
    yield pb2.ConsoleInput(command=f"attach {build}")
    yield pb2.ConsoleInput(command="steps")


def _submit(at):
    return pb2.SubmitBuildRequest(project=f"sandbox-{at % 5}", branch=f"visit-{at}", labels=["gpu"])


PLAYS = {
    "GetBuild": lambda means, user, at: means.rpc(user, "GetBuild", pb2.GetBuildRequest(id=some_build(at))),
    "ListBuilds": lambda means, user, at: means.rpc(
        user, "ListBuilds", pb2.ListBuildsRequest(project=project(at), page_size=2 + at % 50)
    ),
    "GetFlakiness": lambda means, user, at: means.rpc(
        user, "GetFlakiness", pb2.GetFlakinessRequest(project=project(at), window=1 + at % 50)
    ),
    "SearchBuilds": lambda means, user, at: means.rpc(
        user, "SearchBuilds", pb2.SearchBuildsRequest(text="fix", limit=1 + at % 60)
    ),
    "WatchBuild": lambda means, user, at: means.rpc(user, "WatchBuild", pb2.WatchBuildRequest(id=some_build(at))),
    "SubmitBuild": lambda means, user, at: means.rpc(user, "SubmitBuild", _submit(at)),
    "CancelBuild": lambda means, user, at: means.rpc(
        user,
        "CancelBuild",
        pb2.CancelBuildRequest(id=reserved(TO_CANCEL, at)),
        wanted=("OK", "FAILED_PRECONDITION"),
    ),
    "UploadLog": lambda means, user, at: means.rpc(user, "UploadLog", _chunks(reserved(TO_LOG, at))),
    "Console": lambda means, user, at: means.rpc(user, "Console", _commands(some_build(at))),
    "GET /builds/{id}": lambda means, user, at: means.http(user, "GET", f"/builds/{some_build(at)}"),
    "GET /builds/{id}/log": lambda means, user, at: means.http(user, "GET", f"/builds/{some_build(at)}/log"),
    "HEAD /builds/{id}/log": lambda means, user, at: means.http(user, "HEAD", f"/builds/{some_build(at)}/log"),
    "GET /builds/{id}/events": lambda means, user, at: means.http(user, "GET", f"/builds/{some_build(at)}/events"),
    "POST /builds/{id}/artifacts": lambda means, user, at: means.http(
        user,
        "POST",
        f"/builds/{reserved(TO_STORE, at)}/artifacts",
        wanted=(201,),
        data=_file(at),
    ),
    "GET /projects/{project}/builds": lambda means, user, at: means.http(
        user, "GET", f"/projects/{project(at)}/builds?limit={2 + at % 30}"
    ),
    "POST /projects/{project}/builds": lambda means, user, at: means.http(
        user,
        "POST",
        f"/projects/sandbox-{at % 5}/builds",
        wanted=(201,),
        data={"branch": f"visit-{at}", "label": "gpu"},
    ),
    "GET /projects/{project}/stats": lambda means, user, at: means.http(
        user, "GET", f"/projects/{project(at)}/stats?last={2 + at % 30}"
    ),
    "GET /projects/{project}/badge.txt": lambda means, user, at: means.http(
        user, "GET", f"/projects/{project(at)}/badge.txt?style={STYLES[at % 3]}{at % 97}"
    ),
    "GET /projects/{project}/feed": lambda means, user, at: means.http(
        user, "GET", f"/projects/{project(at)}/feed?last={2 + at % 10}"
    ),
}


def _file(at):
    form = aiohttp.FormData()
    form.add_field("kind", "trace")
    form.add_field("file", b"all green\n" * (1 + at % 20), filename=f"log-{at}.txt", content_type="text/plain")
    return form
