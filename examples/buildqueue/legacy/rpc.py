"""ci.builds.v1.BuildService."""

import base64
import hashlib
import hmac
import math
import time
import zlib

import texts
import world
from console import Session
from contract import pb2, pb2_grpc
from failures import bad_field, fail, no_such_build
from google.rpc import code_pb2, error_details_pb2
from messages import build_events, build_message, status_of

FINISHED = ("PASSED", "FAILED", "CANCELLED")
LABELS = ["arm64", "gpu", "nightly"]
MAX_PAGE = 50
EVENT_INTERVAL_S = 0.02


class BuildService(pb2_grpc.BuildServiceServicer):
    def __init__(self, store):
        self.store = store
        self.token_key = world.new_key()

    # reads

    def GetBuild(self, request, context):
        self._greet(context)
        build = self.store.get(request.id)
        if not build:
            no_such_build(context, request.id)
        return build_message(build)

    def ListBuilds(self, request, context):
        self._greet(context)
        if request.page_size < 0:
            bad_field(context, "page_size", "must not be negative", f"bad page_size: {request.page_size}")
        start = self._read_token(request.page_token, context)
        size = min(request.page_size or 10, MAX_PAGE)
        status = pb2.Status.Name(request.status).removeprefix("STATUS_") if request.status else None
        builds = self.store.of_project(request.project, status)
        answer = pb2.ListBuildsResponse(builds=[build_message(build) for build in builds[start : start + size]])
        if start + size < len(builds):
            answer.next_page_token = self._write_token(start + size)
        return answer

    def SearchBuilds(self, request, context):
        self._greet(context)
        if request.limit < 0:
            bad_field(context, "limit", "must not be negative", f"bad limit: {request.limit}")
        builds = self.store.search(request.text, request.limit or 20)
        for build in builds:
            yield build_message(build)
        digest = zlib.crc32(",".join(build["id"] for build in builds).encode())
        context.set_trailing_metadata((("x-search-count", str(len(builds))), ("x-search-digest", f"{digest:08x}")))

    def WatchBuild(self, request, context):
        self._greet(context)
        build = self.store.get(request.id)
        if not build:
            no_such_build(context, request.id)
        for sequence, (status, line) in enumerate(build_events(build)):
            if not context.is_active() or sequence == request.events > 0:
                return
            yield pb2.BuildEvent(sequence=sequence, status=status_of(status), line=line)
            time.sleep(EVENT_INTERVAL_S)

    def GetFlakiness(self, request, context):
        self._greet(context)
        builds = [build for build in self.store.of_project(request.project) if build["status"] in ("PASSED", "FAILED")]
        window = builds[: request.window or 8]
        if not window:
            detail = error_details_pb2.ResourceInfo(resource_type="project", resource_name=request.project)
            fail(context, code_pb2.NOT_FOUND, f"no builds in {request.project!r}", detail)
        retries = sum(build["retries"] for build in window)
        durations = [build["duration_s"] for build in window]
        mean = sum(durations) / len(durations)
        variance = sum((duration - mean) * (duration - mean) for duration in durations) / len(durations)
        answer = pb2.Flakiness(
            project=request.project,
            builds=len(window),
            flaky_rate=round(retries / len(window), 2),
            mean_duration_s=mean,
            deviation_s=math.sqrt(variance),
        )
        for build in window:
            if build["status"] == "FAILED":
                answer.failures_by_branch[build["branch"]] += 1
        return answer

    # writes

    def SubmitBuild(self, request, context):
        self._greet(context)
        if not request.branch:
            bad_field(context, "branch", "is required", "branch is required")
        if not set(request.labels) <= set(LABELS):
            bad_field(context, "labels", f"expected some of {LABELS}", "unknown label")
        build = new_build(request.project, request.branch, list(request.labels), dict(request.environment))
        self.store.add(build)
        priority = request.priority if request.HasField("priority") else 5
        return pb2.SubmitBuildResponse(id=build["id"], accepted_at=texts.now_text(), priority=priority)

    def CancelBuild(self, request, context):
        self._greet(context)
        build = self.store.get(request.id)
        if not build:
            no_such_build(context, request.id)
        if build["status"] in FINISHED:
            detail = error_details_pb2.PreconditionFailure()
            detail.violations.add(type="STATUS", subject=request.id, description=build["status"])
            fail(context, code_pb2.FAILED_PRECONDITION, f"build {request.id} is {build['status'].lower()}", detail)
        self.store.set_status(request.id, "CANCELLED")
        return build_message({**build, "status": "CANCELLED"})

    def UploadLog(self, request_iterator, context):
        self._greet(context)
        build_id, data, chunks = None, b"", 0
        for chunk in request_iterator:
            if build_id not in (None, chunk.build_id):
                bad_field(context, "build_id", f"the log is of {build_id}", "one log at a time")
            build_id = chunk.build_id
            data += chunk.data
            chunks += 1
        if not self.store.append_log(build_id, data):
            no_such_build(context, build_id or "")
        last_line = data.decode("utf-8", "replace").rstrip("\n").rpartition("\n")[2]
        digest = hashlib.sha256(data).hexdigest()
        return pb2.UploadLogResponse(bytes=len(data), chunks=chunks, sha256=digest, last_line=last_line)

    def Console(self, request_iterator, context):
        self._greet(context)
        session = Session(self.store)
        for sequence, item in enumerate(request_iterator):
            if item.command == "exit":
                return
            yield pb2.ConsoleOutput(sequence=sequence, text=session.run(item.command))

    # helpers

    def _greet(self, context):
        context.send_initial_metadata((("x-request-id", world.new_id()),))

    def _write_token(self, offset):
        signed = hmac.digest(self.token_key, str(offset).encode(), "sha256")[:8]
        return base64.urlsafe_b64encode(signed + offset.to_bytes(4, "big")).decode()

    def _read_token(self, token, context):
        if not token:
            return 0
        try:
            data = base64.urlsafe_b64decode(token)
            offset = int.from_bytes(data[8:], "big")
        except ValueError:
            offset = -1
        if offset < 0 or self._write_token(offset) != token:
            bad_field(context, "page_token", "not one of ours", "bad page_token")
        return offset


def new_build(project, branch, labels, environment):
    """A queued build with a generated id."""
    return {
        "id": world.new_id(),
        "project": project,
        "branch": branch,
        "status": "QUEUED",
        "labels": labels,
        "environment": environment,
        "submitted_at_s": int(world.now().timestamp()),
        "duration_s": 0,
        "queued_s": 0,
        "retries": 0,
        "offset_min": 0,
        "log_bytes": 0,
        "exit_code": None,
        "failure": None,
        "finished_at": None,
        "steps": [],
        "agents": [],
        "artifacts": [],
        "trigger": {"manual_by": "api"},
    }
