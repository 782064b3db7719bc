"""The HTTP side of the plan."""

import json

from seeded import BUILDS, PROJECTS, TO_STORE, build_id
from steps import Http

BRANCHES = ("main", "fix/login", "feature/a b", "perf/é", "release/3.x")
LASTS = (8, 16, 4, 32, 2, 1, 24, 40, 20, 12)
PATTERNS = ("compile", "ok in", "fetch|test", r"in \d%2B ms")
TAGS = ("debug", "debug,linux", "debug,linux,", "")


def http_steps(rng, count):
    yield from pages(rng, count)
    yield from lists(rng, count)
    yield from forms(rng, count)
    yield from artifacts(rng, count)
    yield from badges(count)
    yield from logs(rng, count)
    yield from events(rng, count)
    yield from feeds(count)


def pages(rng, count):
    for number in rng.sample(range(BUILDS), min(count, BUILDS)):
        yield Http("GET /builds/{id}", f"/builds/{build_id(number)}")
    for number in range(5):
        yield Http("GET /builds/{id}", f"/builds/gone-{number}")


def lists(rng, count):
    for at in range(count):
        project, size = PROJECTS[at % len(PROJECTS)], 2 + at // len(PROJECTS)
        status = rng.choice(("", "&status=passed", "&status=failed"))
        yield Http("GET /projects/{project}/builds", f"/projects/{project}/builds?limit={size}{status}")
        last = LASTS[at // len(PROJECTS) % 10]
        yield Http("GET /projects/{project}/stats", f"/projects/{project}/stats?last={last}")
    yield Http("GET /projects/{project}/stats", "/projects/nobody/stats")


def forms(rng, count):
    route = "POST /projects/{project}/builds"
    for at in range(count):
        form = {"branch": f"{rng.choice(BRANCHES)}-{at}", "note": "a+b & c\n", "label": ["gpu", "nightly"]}
        if at % 3 == 0:
            form["priority"] = f" {at % 4 + 1}" if at % 30 == 15 else str(at % 10)
        if at % 30 == 0:
            del form["branch"]

        def read_back(answer, at=at):
            if at % 10 or answer.status_code != 201:
                return ()
            name = answer.json()["id"] if at % 60 == 10 else build_id(at)  # as for SubmitBuild
            return (Http("GET /builds/{id}", f"/builds/{name}"),)

        yield Http(route, f"/projects/sandbox-{at % 5}/builds", form=form, follow=read_back)


def artifacts(rng, count):
    """Each of the reserved builds gets one file, half of them no text; every tenth is looked for in the build."""
    for at in range(min(count, len(TO_STORE))):
        name = TO_STORE[at] if at % 40 else f"lost-{at}"
        file_name, media_type = (
            (f"trace {at}.bin", "application/octet-stream") if at % 2 else (f"log-{at}.txt", "text/plain")
        )
        data = rng.randbytes(rng.randint(1, 600)) if at % 2 else b"all green\n" * rng.randint(1, 60)
        form = {"tags": rng.choice(TAGS), "kind": "trace"}
        files = {"artefact" if at % 50 == 25 else "file": (file_name, data, media_type)}

        def check(answer, data=data):
            if answer.status_code != 201:
                return ""
            got = (answer.json()["bytes"], answer.json()["checksum"])
            wanted = (len(data), sum(data) % 65536)
            return "" if got == wanted else f"expected {wanted}, got {got}"

        def read_back(answer, name=name, file_name=file_name, at=at):
            if at % 10 != 1 or answer.status_code != 201:
                return ()

            def listed(page):
                names = [artifact["name"] for artifact in page.json()["artifacts"]]
                return "" if file_name in names else f"{file_name} is not among {names}"

            return (Http("GET /builds/{id}", f"/builds/{name}", check=listed),)

        path = f"/builds/{name}/artifacts"
        yield Http("POST /builds/{id}/artifacts", path, form=form, files=files, check=check, follow=read_back)


def badges(count):
    badge = "GET /projects/{project}/badge.txt"

    def unchanged(answer):
        empty = answer.status_code == 304 and not answer.content
        return "" if empty else f"expected an empty 304, got {answer.status_code} with {len(answer.content)} bytes"

    for at in range(count):
        path = f"/projects/{PROJECTS[at % len(PROJECTS)]}/badge.txt?style=s{at // len(PROJECTS)}"

        def again(answer, path=path, at=at):
            if at % 4:
                return ()
            return (Http(badge, path, headers={"If-None-Match": answer.headers["ETag"]}, check=unchanged),)

        yield Http(badge, path, follow=again)


def logs(rng, count):
    def header_alone(answer):
        right = int(answer.headers["Content-Length"]) > 0 and not answer.content
        return "" if right else "expected a length and no body"

    for at, number in enumerate(rng.sample(range(BUILDS), min(count, BUILDS))):
        headers = {"Accept-Encoding": rng.choice(("gzip", "identity"))}
        query = f"?grep={PATTERNS[at % 4]}" if at % 8 < 4 else ""
        yield Http("GET /builds/{id}/log", f"/builds/{build_id(number)}/log{query}", headers=headers)
    for number in rng.sample(range(BUILDS), min(count, BUILDS)):
        plain = {"Accept-Encoding": "identity"}
        yield Http("HEAD /builds/{id}/log", f"/builds/{build_id(number)}/log", headers=plain, check=header_alone)


def events(rng, count):
    """Lines of JSON."""

    def check(answer):
        names = [json.loads(line)["event"] for line in answer.text.splitlines()]
        return "" if names[0] == "submitted" else f"events {names}"

    for number in rng.sample(range(BUILDS), min(count, BUILDS)):
        yield Http("GET /builds/{id}/events", f"/builds/{build_id(number)}/events", check=check)
    for number in range(5):
        yield Http("GET /builds/{id}/events", f"/builds/gone-{number}/events")


def feeds(count):
    """Server-sent events."""
    for at in range(count):
        last = 2 + at // len(PROJECTS)

        def check(answer, last=last):
            got = answer.text.count("event: build\n")
            return "" if got == min(last, 40) else f"expected {last} events, got {got}"

        path = f"/projects/{PROJECTS[at % len(PROJECTS)]}/feed?last={last}"
        yield Http("GET /projects/{project}/feed", path, check=check)
    yield Http("GET /projects/{project}/feed", "/projects/nobody/feed")
