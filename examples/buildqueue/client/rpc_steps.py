"""The gRPC side of the plan."""

import hashlib
import zlib

from contract import pb2
from seeded import BUILDS, PROJECTS, TO_CANCEL, TO_LOG, build_id
from steps import Download, Http, Rpc, Talk, Upload

BRANCHES = ("main", "fix/login", "feature/a b", "perf/é", "release/3.x")
WORDS = (
    "main",
    "release",
    "2.x",
    "feature",
    "cache",
    "fix",
    "flaky",
    "login",
    "dependabot",
    "npm",
    "perf",
    "io",
    "docs",
)
TEXTS = tuple(word[:size] for word in WORDS for size in (2, 3, 4, 5, 6, 7, 8) if size <= len(word))
LIMITS = 8  # 376 pairs with a text, of 47 texts
COMMANDS = ("env", "steps", "waited", "  env", "uptime -p", "", "steps  ")
LOG_LINES = ("compiled in 3 s", "tests: 12 ok", "déjà vu: cache hit", "uploaded ✓", "warning: token is old")


def rpc_steps(rng, count):
    yield from get_builds(rng, count)
    yield from list_builds(rng, count)
    yield from submits(rng, count)
    yield from cancels(count)
    yield from flakiness(count)
    yield from searches(count)
    yield from watches(rng, count)
    yield from uploads(rng, count)
    yield from consoles(rng, count)


def get_builds(rng, count):
    for number in rng.sample(range(BUILDS), min(count, BUILDS)):
        yield Rpc("GetBuild", lambda number=number: pb2.GetBuildRequest(id=build_id(number)))
    for number in range(8):
        yield Rpc("GetBuild", lambda number=number: pb2.GetBuildRequest(id=f"gone-{number}"))


def list_builds(rng, count):
    for at in range(count):
        project = PROJECTS[at % len(PROJECTS)]
        size = 2 + at // len(PROJECTS)
        status = rng.choice((0, 0, 3, 4))

        def follow(answer, project=project, size=size, status=status):
            if not answer.next_page_token or size % 4:
                return ()
            token = answer.next_page_token
            next_page = pb2.ListBuildsRequest(project=project, page_size=size, status=status, page_token=token)
            return (Rpc("ListBuilds", lambda: next_page),)

        first = pb2.ListBuildsRequest(project=project, page_size=size, status=status)
        yield Rpc("ListBuilds", lambda first=first: first, follow=follow)
    for number in range(5):
        yield Rpc("ListBuilds", lambda number=number: pb2.ListBuildsRequest(project="team-01", page_size=-1 - number))


def submits(rng, count):
    for at in range(count):
        message = pb2.SubmitBuildRequest(
            project=f"sandbox-{at % 5}",
            branch="" if at % 40 == 0 else f"{rng.choice(BRANCHES)}-{at}",
            labels=[*rng.sample(("nightly", "gpu", "arm64"), 2), *(["windows"] if at % 40 == 20 else [])],
            environment={"TRY": str(at)},
        )
        if at % 3 == 0:
            message.priority = at % 10

        def read_another(_answer, at=at):
            """Not the new one: each side stamps its own time on that, and tells it in seconds."""
            return (Rpc("GetBuild", lambda: pb2.GetBuildRequest(id=build_id(at))),) if at % 10 == 1 else ()

        yield Rpc("SubmitBuild", lambda message=message: message, follow=read_another)


def cancels(count):
    """Each of the reserved builds once: every other one can still be cancelled."""
    for number in range(min(count, len(TO_CANCEL))):
        name = TO_CANCEL[number] if number % 20 else f"lost-{number}"
        yield Rpc("CancelBuild", lambda name=name: pb2.CancelBuildRequest(id=name, reason="superseded"))


def flakiness(count):
    for at in range(count):
        project, window = PROJECTS[at % len(PROJECTS)], (8, 4, 16, 2, 1, 32, 12, 20, 24, 28)[at // len(PROJECTS) % 10]
        yield Rpc("GetFlakiness", lambda p=project, w=window: pb2.GetFlakinessRequest(project=p, window=w))
    yield Rpc("GetFlakiness", lambda: pb2.GetFlakinessRequest(project="nobody"))


def searches(count):
    for at in range(count):
        text, limit = TEXTS[at % len(TEXTS)], 1 + at % LIMITS

        def check(answer, limit=limit):
            messages, trailers = answer
            digest = zlib.crc32(",".join(build.id for build in messages).encode())
            wanted = {"x-search-count": str(len(messages)), "x-search-digest": f"{digest:08x}"}
            found = {name: trailers.get(name) for name in wanted}
            return "" if found == wanted and len(messages) <= limit else f"expected {wanted}, got {found}"

        message = pb2.SearchBuildsRequest(text=text, limit=limit)
        yield Download("SearchBuilds", lambda message=message: message, check=check)
    for number in range(5):
        yield Download("SearchBuilds", lambda number=number: pb2.SearchBuildsRequest(limit=-1 - number))


def watches(rng, count):
    """Every seventh client leaves in the middle."""
    for at, number in enumerate(rng.sample(range(BUILDS), min(count, BUILDS))):
        most = 3 if at % 5 == 0 else 0

        def check(answer):
            sequence = [event.sequence for event in answer[0]]
            return "" if sequence == list(range(len(sequence))) else f"events {sequence}"

        message = pb2.WatchBuildRequest(id=build_id(number), events=most)
        leave_after = 2 if at % 7 == 6 else None
        yield Download("WatchBuild", lambda message=message: message, leave_after=leave_after, check=check)
    for number in range(5):
        yield Download("WatchBuild", lambda number=number: pb2.WatchBuildRequest(id=f"gone-{number}"))


def uploads(rng, count):
    """Each of the reserved builds gets one log, in chunks that end within letters; every tenth is read again."""
    for at in range(min(count, len(TO_LOG))):
        name = TO_LOG[at] if at % 40 else f"lost-{at}"
        lines = "".join(f"{rng.choice(LOG_LINES)} #{rng.randint(1, 999)}\n" for _ in range(rng.randint(1, 12)))
        data, size = lines.encode(), rng.randint(5, 60)
        chunks = [pb2.LogChunk(build_id=name, data=data[at : at + size]) for at in range(0, len(data), size)]
        if at % 40 == 20:
            chunks.insert(1, pb2.LogChunk(build_id="another", data=b"lost\n"))

        def check(answer, data=data, chunks=chunks):
            got = (answer.bytes, answer.chunks, answer.sha256, answer.last_line)
            last = data.decode().split("\n")[-2]
            wanted = (len(data), len(chunks), hashlib.sha256(data).hexdigest(), last)
            return "" if got == wanted else f"expected {wanted}, got {got}"

        def read_back(_answer, name=name, data=data, at=at):
            return (read_log(name, data), read_size(name, data)) if at % 10 == 1 else ()

        yield Upload("UploadLog", lambda chunks=chunks: chunks, check=check, follow=read_back)


def read_log(name, data):
    def check(answer):
        return "" if answer.content.endswith(data) else "the log does not end in what was uploaded"

    return Http("GET /builds/{id}/log", f"/builds/{name}/log", check=check)


def read_size(name, data):
    def check(answer):
        return "" if answer.log_bytes >= len(data) else f"{answer.log_bytes} bytes of log"

    return Rpc("GetBuild", lambda: pb2.GetBuildRequest(id=name), check=check)


def consoles(rng, count):
    """One session per build; half of them end with "exit", the others by closing their side."""
    for at, number in enumerate(rng.sample(range(BUILDS), min(count, BUILDS))):
        commands = [f"attach {build_id(number)}", *rng.sample(COMMANDS, rng.randint(1, 4))]
        inputs = [pb2.ConsoleInput(command=text) for text in (*commands, *(["exit"] if at % 2 else []))]

        def check(answers, commands=commands):
            sequence = [answer.sequence for answer in answers]
            if sequence != list(range(len(commands))):
                return f"{len(commands)} commands, answers {sequence}"
            echoes = all(
                answer.text.startswith(f"$ {' '.join(text.split())}\n")
                for answer, text in zip(answers, commands, strict=True)
            )
            return "" if echoes else "an answer to another command"

        yield Talk("Console", lambda inputs=inputs: inputs, check=check)
